//! Whatever is wrong with a request is told by a problem, before any service is asked: none runs in these tests.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::{Answered, Edge, request};

const COMPLAINTS: &str = "/api/v1/complaints";

async fn send(edge: &Edge, token: &str, kind: &str, key: Option<&str>, body: impl Into<Body>) -> Answered {
    let mut request = request(Method::POST, COMPLAINTS, token).header("content-type", kind);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    edge.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn every_bad_body_and_header_has_its_problem() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], Some("customer_service")).await;
    let json_type = "application/json";
    for (kind, key, body, status, code) in [
        (json_type, Some("k"), b"{\"a\":".to_vec(), 400, "malformed-json"),
        (json_type, Some("k"), b"".to_vec(), 400, "malformed-json"),
        (json_type, Some("k"), b"{\"a\":\"\xff\"}".to_vec(), 400, "invalid-utf8"),
        (json_type, Some("k"), b"[]".to_vec(), 422, "invalid-field"),
        (json_type, Some("k"), b"{\"a\":1e999}".to_vec(), 400, "malformed-json"),
        (json_type, Some("k"), "[".repeat(200_000).into_bytes(), 400, "malformed-json"),
        (json_type, Some("k"), vec![b' '; (1 << 20) + 1], 413, "too-large"),
        (
            json_type,
            Some("k"),
            [b"{\"narrative\":\"", &vec![b'x'; 10 << 20][..], b"\"}"].concat(),
            413,
            "too-large",
        ),
        ("text/plain", Some("k"), b"{}".to_vec(), 415, "unsupported-type"),
        ("application/json; charset=gbk", Some("k"), b"{}".to_vec(), 415, "unsupported-type"),
        (json_type, None, b"{}".to_vec(), 400, "invalid-idempotency-key"),
        (json_type, Some("a b"), b"{}".to_vec(), 400, "invalid-idempotency-key"),
        (json_type, Some(&"x".repeat(129)), b"{}".to_vec(), 400, "invalid-idempotency-key"),
    ] {
        let answered = send(&edge, &token, kind, key, body.clone()).await;
        let start = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code), "{start}");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_off_too() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let chunks = futures::stream::iter((0..160).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])));
    let answered = send(&edge, &token, "application/json", Some("k"), Body::from_stream(chunks)).await;
    assert_eq!(answered.code(), "too-large");
    assert_eq!(
        (&answered.json()["field"], &answered.json()["expected"]),
        (&json!(""), &json!("at most 1048576 bytes"))
    );
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let edge = Edge::start_with(|config| config.read_timeout = std::time::Duration::from_millis(150)).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answered = send(&edge, &token, "application/json", Some("k"), never).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (408, "request-timeout"));
}

#[tokio::test]
async fn addresses_methods_parameters_and_tags_are_checked() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["manager"], None).await;
    let id = "0195702c-7b80-7000-8000-000000000002";
    for (method, path, status, code) in [
        (Method::GET, "/nothing/here".to_owned(), 404, "not-found"),
        (Method::GET, "/api/v1/nothing".into(), 404, "not-found"),
        (Method::DELETE, COMPLAINTS.into(), 405, "method-not-allowed"),
        (Method::GET, format!("{COMPLAINTS}/not-an-id"), 404, "not-found"),
        (Method::GET, format!("{COMPLAINTS}?colour=red"), 422, "unknown-field"),
        (Method::GET, format!("{COMPLAINTS}?limit=0"), 422, "invalid-field"),
        (Method::GET, format!("{COMPLAINTS}?limit=201"), 422, "invalid-field"),
        (Method::GET, format!("{COMPLAINTS}?limit=x"), 422, "invalid-field"),
        (Method::GET, format!("{COMPLAINTS}?cursor=!"), 422, "invalid-field"),
        (Method::GET, format!("{COMPLAINTS}?limit=1&limit=2"), 422, "invalid-field"),
        (Method::GET, "/api/v1/work?of=theirs".into(), 422, "invalid-field"),
        (Method::GET, format!("/api/v1/system/nobody/parked/{id}"), 404, "not-found"),
        (Method::GET, "/api/v1/public/complaints?number=1".into(), 422, "missing-field"),
        (Method::GET, "/problems/no-such-problem".into(), 404, "not-found"),
    ] {
        let answered = edge.send(request(method.clone(), &path, &token).body(Body::empty()).unwrap()).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code), "{method} {path}");
    }
    let order = request(Method::POST, &format!("{COMPLAINTS}/{id}/verify"), &token)
        .header("idempotency-key", "k")
        .header("content-type", "application/json");
    let order = order.header("if-match", "W/\"3\"").body(Body::from("{}")).unwrap();
    assert_eq!(edge.send(order).await.json()["field"], "If-Match");
}

#[tokio::test]
async fn a_service_that_is_not_there_did_nothing() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let answered = edge.post(COMPLAINTS, &token, "k", &json!({ "channel": "phone" })).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (503, "unavailable"));
    assert_eq!(answered.headers["retry-after"], "1");
}

#[tokio::test]
async fn a_problem_is_told_in_chinese_to_who_asks_for_it_and_else_in_english() {
    let edge = Edge::start().await;
    let asked = async |path: &'static str, accept: Option<&'static str>| {
        let request = accept.into_iter().fold(Request::builder().uri(path), |request, accept| {
            request.header("accept-language", accept).header("accept-encoding", "identity")
        });
        edge.send(request.body(Body::empty()).unwrap()).await
    };
    for (path, en, zh) in [
        ("/nothing", "There is no such thing", "没有这个对象"),
        ("/api/v1/me", "Sign in first", "请先登录"),
        ("/api/v1/public/complaints?number=1", "A field is missing", "缺少字段"),
    ] {
        for (accept, language, title) in [
            (None, "en", en),
            (Some("fr"), "en", en),
            (Some("en, zh;q=0.9"), "en", en),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), "zh", zh),
        ] {
            let answered = asked(path, accept).await;
            let told = answered.json();
            assert_eq!(
                (&told["title"], answered.headers["content-language"].to_str().unwrap()),
                (&json!(title), language)
            );
            assert!(answered.headers.get_all("vary").iter().any(|vary| vary == "accept-language"), "{path}");
            let code = answered.code();
            assert_eq!(answered.headers["redress-problem"], code.as_str(), "{path}");
        }
    }
    let page = asked("/problems", Some("zh")).await;
    assert!(page.status.is_success() && !page.headers.contains_key("content-language"), "no problem");

    let full = Edge::start_with(|config| config.concurrent_max = 0).await;
    let request = Request::builder().uri("/problems").header("accept-language", "zh");
    let refused = full.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (refused.code().as_str(), &refused.json()["title"]),
        ("unavailable", &json!("服务暂时无法受理"))
    );
}

#[tokio::test]
async fn an_order_too_large_for_the_transport_is_refused() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let answered = edge.post(COMPLAINTS, &token, "k", &json!({ "a": "x".repeat((1 << 20) - 10) })).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (413, "too-large"));
}

#[tokio::test]
async fn one_who_asks_too_much_is_told_when_to_come_again() {
    let edge = Edge::start_with(|config| config.person_per_second = 1).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(edge.get("/api/v1/me", &token).await.status.as_u16());
    }
    assert!(codes.contains(&200) && codes.contains(&429), "{codes:?}");
}

#[tokio::test]
async fn every_answer_is_secured_and_named() {
    let edge = Edge::start().await;
    let request =
        Request::builder().uri("/problems").header("x-request-id", "mine-1").body(Body::empty()).unwrap();
    let answered = edge.send(request).await;
    assert_eq!(answered.headers["x-request-id"], "mine-1");
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"]
    {
        assert!(answered.headers.contains_key(header), "{header}");
    }
}
