//! The pages against the real sign-in store; services are stood in for at the other end of the transport.

use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, Method, header};
use contracts::commands::Answer;
use contracts::{CommandId, Problem, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::browser::{Browser, hidden, text, to};
use crate::{Edge, PASSWORD, Responder, done, each, found, refused};

const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";
const WORK: &str = "62d59f35-6382-53e4-8245-bee9d81d5022";
const VISIT: &str = "c32674c1-e6c2-57f7-98f7-855ba1298c66";

/// The keys of claims that routing took.
type Claims = Arc<Mutex<Vec<CommandId>>>;

/// Routing with one piece of work, held by nobody or by `holder`; a claim is refused where `refuse` says so.
async fn routing(edge: &Edge, holder: Option<&'static str>, refuse: bool) -> Responder {
    routing_that_notes(edge, holder, refuse, Claims::default()).await
}

async fn routing_that_notes(
    edge: &Edge,
    holder: Option<&'static str>,
    refuse: bool,
    claims: Claims,
) -> Responder {
    let item = json!({
        "work": WORK, "complaint": COMPLAINT, "number": "TS1", "visit": VISIT, "epoch": 1, "task": "propose",
        "stage": "handle", "label": {"zh": "部门处理", "en": "The department handles it"}, "department": "sales",
        "role": "handler", "person": holder, "instead_of": null, "queued": null, "due": "2020-01-01T00:00:00Z", "level": 1,
        "category": "quality", "requested_at": "2026-11-28T06:00:00Z", "since": "2026-11-28T06:00:00Z",
    });
    let names = [
        ("work", true),
        ("directory", true),
        ("calendars", true),
        ("activations", true),
        ("playbook", true),
        ("work.claim", false),
    ];
    edge.responder(ServiceName::Routing, &names, move |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        if name == "work.claim" {
            return each(payload, |command| {
                let mut claims = claims.lock().unwrap();
                let repeated = claims.contains(&command.id);
                claims.push(command.id.clone());
                match (refuse, repeated) {
                    (true, _) => refused(ProblemCode::ConflictOfInterest),
                    // As a service does: what is known by its key is answered again, whatever became of it since.
                    (false, true) => Answer::Done { version: 1, repeated, body: json!({}) },
                    (false, false) if claims.len() > 1 => refused(ProblemCode::NotTheHolder),
                    (false, false) => done(json!({})),
                }
            });
        }
        found(payload, |_| {
            Ok(match name {
                "work" => json!({ "items": [item], "next": null }),
                "directory" => json!({
                    "departments": [{"id": "sales", "name": {"zh": "销售部", "en": "Sales"}}],
                    "people": [{"id": "feng.qi", "name": "冯琪"}],
                }),
                "calendars" => json!({ "default": "cn", "calendars": [{"id": "cn", "document": {"zone": "Asia/Shanghai"}}] }),
                "activations" => json!({ "activations": [{"playbook": {"id": "p03", "version": 1}, "scope": {}}] }),
                _ => json!({ "document": {"categories": [{"key": "quality", "label": {"zh": "产品质量", "en": "Product quality"}}]} }),
            })
        })
    })
    .await
}

/// R-256: cookies that no script reads, a token in each form, sign-in that is slowed down.
#[tokio::test]
async fn who_signs_in_sees_their_work_and_nobody_else_does() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, Some("feng.qi"), false).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    let asked = browser.get("/console/work").await;
    assert!(to(&asked).starts_with("/console/sign-in?back=/console/work"));
    let wrong = browser.sign_in("feng.qi", "not the password").await;
    assert_eq!(wrong.status, 401);
    assert!(
        text(&wrong).contains("Account or password is wrong") && !text(&wrong).contains("not the password")
    );
    assert_eq!(to(&browser.sign_in("feng.qi", PASSWORD).await), "/console");
    let page = browser.get("/console/work").await;
    let shown = text(&page);
    for expected in ["TS1", "冯琪", "Propose a solution", "Product quality", " over", "Sales"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");

    let kept = browser.cookies["redress_session"].clone();
    let out = browser.send(&page, "/console/sign-out", &[]).await;
    assert_eq!(to(&out), "/console/sign-in");
    // Whoever kept the cookie has nothing.
    browser.cookies.insert("redress_session".into(), kept);
    assert!(to(&browser.get("/console/work").await).starts_with("/console/sign-in"));
}

#[tokio::test]
async fn a_session_is_over_with_its_account_and_an_old_cookie_is_worth_nothing() {
    let edge = Edge::start_with(|config| config.session_idle = std::time::Duration::from_secs(4)).await;
    let _routing = routing(&edge, None, false).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    assert_eq!(browser.get("/console/work").await.status, 200);
    // The account is put again with a password: whoever was signed in is not any more.
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let gone = browser.get("/console/work").await;
    assert!(to(&gone).contains("again=1"));
    assert!(text(&browser.get("/console/sign-in?again=1").await).contains("You were away too long"));

    browser.sign_in("feng.qi", PASSWORD).await;
    tokio::time::sleep(std::time::Duration::from_millis(4200)).await;
    assert!(to(&browser.get("/console/work").await).starts_with("/console/sign-in"));
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, None, false).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    let page = browser.get("/console/work?of=queue").await;
    let token = hidden(&page, "csrf");
    let claim = format!("/console/work/{WORK}/claim");
    let fields = [("complaint", COMPLAINT), ("number", "TS1"), ("back", "/console/work?of=queue")];
    let without = browser.send_as(&claim, &fields, HeaderMap::new()).await;
    assert_eq!(without.status, 403);
    let mut elsewhere = HeaderMap::new();
    elsewhere.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let all = [("csrf", token.as_str()), ("complaint", COMPLAINT)];
    assert_eq!(browser.send_as(&claim, &all, elsewhere).await.status, 403);
    // From the page itself the same is done.
    assert_eq!(browser.send_as(&claim, &all, HeaderMap::new()).await.status, 303);
}

/// R-255: the page does what the API does, and tells the same refusal in words.
#[tokio::test]
async fn a_claim_is_done_once_and_a_refusal_is_told_in_the_readers_language() {
    let edge = Edge::start().await;
    let fields =
        [("complaint", COMPLAINT), ("number", "TS1"), ("back", "/console/work?of=queue"), ("key", "k1")];
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let claim = format!("/console/work/{WORK}/claim");
    {
        let claims = Claims::default();
        let _routing = routing_that_notes(&edge, None, false, claims.clone()).await;
        let mut browser = Browser::new(&edge);
        browser.sign_in("feng.qi", PASSWORD).await;
        let page = browser.get("/console/work?of=queue").await;
        for _ in 0..2 {
            let claimed = browser.send(&page, &claim, &fields).await;
            assert_eq!(
                to(&claimed),
                "/console/work?of=queue&done=claimed&number=TS1",
                "the same key, the same answer"
            );
        }
        let mut anew = fields;
        anew[3] = ("key", "k2");
        assert_eq!(browser.send(&page, &claim, &anew).await.status, 409, "another key is another claim");
        let keys = claims.lock().unwrap().clone();
        assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
        assert!(
            text(&browser.get("/console/work?of=queue&done=claimed&number=TS1").await)
                .contains("TS1 is yours now")
        );
        let odd = browser.get("/console/work?done=claimed&number=%3Cb%3E").await;
        assert!(!text(&odd).contains("<b>"));
    }
    let _routing = routing(&edge, None, true).await;
    let mut browser = Browser::new(&edge);
    browser.language = "zh-CN";
    browser.sign_in("feng.qi", PASSWORD).await;
    let page = browser.get("/console/work?of=queue").await;
    let refusal = browser.send(&page, &claim, &fields).await;
    assert_eq!(refusal.status, 403);
    assert!(
        text(&refusal).contains("当事人须回避，不得经办") && text(&refusal).contains("没有任何内容被更改")
    );
    // Whoever changes the language on that page comes back to the list, not to the address of the claim.
    let (_, menu) =
        text(&refusal).split_once("action=\"/preferences\"").map(|(a, b)| (a.len(), b.to_owned())).unwrap();
    assert!(menu.contains("name=\"back\" value=\"/console/work?of=queue\""), "{menu}");
}

#[tokio::test]
async fn language_and_appearance_are_remembered() {
    let edge = Edge::start().await;
    let mut browser = Browser::new(&edge);
    let page = browser.get("/console/sign-in").await;
    let before = text(&page);
    assert!(before.contains("Staff sign-in") && before.contains("<html lang=\"en\""), "{before}");
    assert!(!before.contains("data-bs-theme=\"dark\"") && !before.contains("员工登录"), "{before}");
    let chosen =
        browser.send(&page, "/preferences", &[("language", "zh"), ("back", "/console/sign-in")]).await;
    assert_eq!(to(&chosen), "/console/sign-in");
    let dark =
        browser.send(&page, "/preferences", &[("theme", "dark"), ("back", "//elsewhere.example")]).await;
    assert_eq!(to(&dark), "/");
    let page = text(&browser.get("/console/sign-in").await);
    assert!(page.contains("员工登录") && page.contains("data-bs-theme=\"dark\""), "{page}");
    assert!(page.contains("<html lang=\"zh-CN\"") && !page.contains("Staff sign-in"), "{page}");
    // Another browser has chosen nothing.
    assert!(text(&Browser::new(&edge).get("/console/sign-in").await).contains("Staff sign-in"));
}

#[tokio::test]
async fn style_and_script_are_kept_for_good_and_come_compressed() {
    let edge = Edge::start().await;
    let mut browser = Browser::new(&edge);
    let page = text(&browser.get("/console/sign-in").await);
    let address = page.split("href=\"").find(|rest| rest.starts_with("/assets/tabler.")).unwrap();
    let address = address.split('"').next().unwrap().to_owned();
    let mut gzip = HeaderMap::new();
    gzip.insert(header::ACCEPT_ENCODING, "gzip, br".parse().unwrap());
    let asset = browser.ask(Method::GET, &address, gzip, String::new()).await;
    assert_eq!(
        (asset.status.as_u16(), &asset.headers[header::CONTENT_ENCODING]),
        (200, &"gzip".parse().unwrap())
    );
    assert!(asset.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert!(asset.bytes.len() < 100_000, "{}", asset.bytes.len());
    assert_eq!(browser.get("/assets/none.css").await.status, 404);
}

/// What intake says to customers.
async fn intake(edge: &Edge) -> Responder {
    let names = [("channels", true), ("track", true), ("complaint.register", false)];
    edge.responder(ServiceName::Intake, &names, |subject, payload| {
        let name = subject.rsplit_once("intake.").unwrap().1;
        if name == "complaint.register" {
            return each(payload, |command| {
                assert_eq!(command.actor, contracts::commands::Actor::Customer);
                if command.body["complainant"]["phone"].is_null() {
                    return refused_at("/complainant");
                }
                assert_eq!((&command.body["channel"], &command.body["narrative"]), (&json!("web"), &json!("坏了")));
                done(json!({
                    "complaint": COMPLAINT, "number": "TS1", "tracking_code": "AAAAA-BBBBB",
                    "received_at": "2026-11-28T06:00:00Z", "registered_at": "2026-11-28T06:00:00Z",
                    "playbook": {"id": "p03", "version": 1}, "repeats": null,
                }))
            });
        }
        found(payload, |query| match name {
            "channels" => Ok(json!([{
                "channel": "phone", "label": {"zh": "电话", "en": "Telephone"}, "playbooks": ["p03"], "role": null,
                "department": {"zh": "客户服务部", "en": "Customer service"}, "people": [],
            }])),
            _ if query.body["code"] == "AAAAA-BBBBB" => Ok(json!({
                "complaint": COMPLAINT, "number": "TS1", "received_at": "2026-11-28T06:00:00Z",
                "registered_at": "2026-11-28T06:00:00Z", "progress": null,
            })),
            _ => Err(Problem::new(ProblemCode::NotFound, "no such complaint")),
        })
    })
    .await
}

fn refused_at(place: &str) -> contracts::commands::Answer {
    let problem =
        Problem::new(ProblemCode::MissingField, "how can you be reached?").at(place).expected("a number");
    contracts::commands::Answer::Refused { problem }
}

/// R-212: number and code together, and nothing without both.
#[tokio::test]
async fn a_customer_submits_gets_a_receipt_and_sees_how_far_it_is() {
    let edge = Edge::start().await;
    let _intake = intake(&edge).await;
    let _routing = routing(&edge, None, false).await;
    let mut browser = Browser::new(&edge);
    browser.language = "zh";
    assert_eq!(to(&browser.get("/").await), "/portal/huarun");
    assert!(text(&browser.get("/portal/huarun").await).contains("由客户服务部受理"));
    assert_eq!(
        to(&browser.get("/portal/huarun/receipt").await),
        "/portal/huarun?ended=1",
        "nothing without number and code"
    );

    let page = browser.get("/portal/huarun/submit").await;
    let form = |phone: &str| {
        let fields = [
            ("csrf", hidden(&page, "csrf")),
            ("key", hidden(&page, "key")),
            ("/narrative", "坏了".to_owned()),
            ("/complainant/phone", phone.to_owned()),
        ];
        let part = |(name, value): &(&str, String)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let no_file = "--b\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"\"\r\n\r\n\r\n";
        format!("{}{no_file}--b--\r\n", fields.iter().map(part).collect::<String>())
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=b".parse().unwrap());
    let nameless = browser.ask(Method::POST, "/portal/huarun/submit", headers.clone(), form("")).await;
    assert_eq!(nameless.status, 422);
    assert!(text(&nameless).contains("坏了"), "what was typed is kept");
    let sent = browser.ask(Method::POST, "/portal/huarun/submit", headers, form("13800001234")).await;
    assert_eq!(to(&sent), "/portal/huarun/receipt");
    let receipt = text(&browser.get("/portal/huarun/receipt").await);
    assert!(receipt.contains("TS1") && receipt.contains("AAAAA-BBBBB"), "{receipt}");
    let progress = text(&browser.get("/portal/huarun/complaint").await);
    assert!(progress.contains("已登记，正在安排处理"), "{progress}");

    let mut other = Browser::new(&edge);
    let home = other.get("/portal/huarun").await;
    let wrong = other.send(&home, "/portal/huarun/track", &[("/number", "TS1"), ("/code", "x")]).await;
    assert_eq!(wrong.status, 404);
    assert!(text(&wrong).contains("Number or code is wrong"));
    let right =
        other.send(&home, "/portal/huarun/track", &[("/number", "TS1"), ("/code", "AAAAA-BBBBB")]).await;
    assert_eq!(to(&right), "/portal/huarun/complaint", "the code is in no address");
}

#[tokio::test]
async fn guessing_a_password_by_the_page_is_slowed_down() {
    let edge = Edge::start_with(|config| config.sign_ins_per_minute = 2).await;
    let mut browser = Browser::new(&edge);
    let mut last = Value::Null;
    for _ in 0..3 {
        last = json!(browser.sign_in("feng.qi", "a guess of mine").await.status.as_u16());
    }
    assert_eq!(last, json!(429));
}

#[tokio::test]
async fn an_address_that_cannot_be_one_has_a_page_that_says_so() {
    let edge = Edge::start().await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    for path in ["/console/cases/no-id", "/console/cases/no-id/do/x/y", "/portal/Not%20One"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(text(&page).contains("href=\"/\""), "{path}");
    }
}

/// A page that is open keeps nobody signed in; somebody who does something does.
#[tokio::test]
async fn only_what_somebody_does_counts_as_being_there() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, None, false).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    let away = async || {
        sqlx::query("update browser_session set seen_at = now() - interval '20 minutes'")
            .execute(&edge.app.pool)
            .await
            .unwrap();
    };
    let seen = async || {
        let (ago,): (f64,) =
            sqlx::query_as("select extract(epoch from now() - seen_at)::float8 from browser_session")
                .fetch_one(&edge.app.pool)
                .await
                .unwrap();
        ago < 600.0
    };
    away().await;
    let mut by_itself = HeaderMap::new();
    by_itself.insert("redress-live", "1".parse().unwrap());
    assert_eq!(browser.ask(Method::GET, "/console/work", by_itself.clone(), String::new()).await.status, 200);
    browser.get("/console/cases/d01260ec-5026-578c-90c1-bce5b865f587/events").await;
    assert!(!seen().await, "the page came by itself");
    assert_eq!(browser.get("/console/here").await.status, 204);
    assert!(seen().await, "somebody types");
    sqlx::query("delete from browser_session").execute(&edge.app.pool).await.unwrap();
    let mut headers = by_itself.clone();
    headers.insert("hx-request", "true".parse().unwrap());
    let answer = browser.ask(Method::GET, "/console/work", headers, String::new()).await;
    assert_eq!((answer.status, answer.headers.get("hx-redirect")), (401.try_into().unwrap(), None));
}
