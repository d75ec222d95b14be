use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::{Edge, PASSWORD, request};

#[tokio::test]
async fn who_signs_in_is_known_and_everybody_else_is_not() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent", "receiver"], Some("customer_service")).await;
    let me = edge.get("/api/v1/me", &token).await.json();
    assert_eq!((&me["person"], &me["department"]), (&json!("lin.yue"), &json!("customer_service")));
    assert!(me["may"].as_array().unwrap().contains(&json!("register")));
    for bad in ["", "x", "a.b.c", "rdk_00000000_x"] {
        assert_eq!(edge.get("/api/v1/me", bad).await.code(), "not-signed-in", "{bad:?}");
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    let edge = Edge::start().await;
    edge.account("lin.yue", &["agent"], None).await;
    let sign_in = async |name: &str, password: &str| {
        edge.post("/api/v1/sessions", "", "", &json!({ "name": name, "password": password })).await
    };
    let wrong = sign_in("lin.yue", "not the password").await;
    let unknown = sign_in("nobody", PASSWORD).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()), (401, unknown.json()));
    assert_eq!(sign_in("lin.yue", &"x".repeat(300)).await.json(), wrong.json());
    assert_eq!(sign_in("lin.yue", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_used_twice_ends_all_of_its_family() {
    let edge = Edge::start().await;
    edge.account("lin.yue", &["agent"], None).await;
    let first = edge
        .post("/api/v1/sessions", "", "", &json!({ "name": "lin.yue", "password": PASSWORD }))
        .await
        .json();
    let refresh = async |token: &serde_json::Value| {
        edge.post("/api/v1/sessions/refresh", "", "", &json!({ "refresh_token": token })).await
    };
    let second = refresh(&first["refresh_token"]).await;
    assert_eq!(second.status, 201);
    let second = second.json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(refresh(&first["refresh_token"]).await.code(), "not-signed-in");
    assert_eq!(refresh(&second["refresh_token"]).await.code(), "not-signed-in");
}

#[tokio::test]
async fn who_lost_the_account_is_not_refreshed_and_cannot_sign_in() {
    let edge = Edge::start().await;
    let admin = edge.token("shen.yi", &["admin"], None).await;
    edge.account("lin.yue", &["agent"], None).await;
    let sign_in = json!({ "name": "lin.yue", "password": PASSWORD });
    let session = edge.post("/api/v1/sessions", "", "", &sign_in).await.json();
    let put = json!({ "name": "lin.yue", "person": "lin.yue", "roles": ["agent"], "active": false });
    assert_eq!(edge.post("/api/v1/users", &admin, "", &put).await.status, 200);
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    assert_eq!(edge.post("/api/v1/sessions/refresh", "", "", &refresh).await.code(), "not-signed-in");
    assert_eq!(edge.post("/api/v1/sessions", "", "", &sign_in).await.code(), "not-signed-in");
}

#[tokio::test]
async fn only_administrators_make_accounts_and_keys() {
    let edge = Edge::start().await;
    let admin = edge.token("shen.yi", &["admin"], None).await;
    let agent = edge.token("lin.yue", &["agent"], None).await;
    let new = json!({ "name": "he.xin", "password": "long enough", "person": "he.xin", "roles": ["agent"] });
    assert_eq!(edge.post("/api/v1/users", &agent, "", &new).await.code(), "not-allowed");
    assert_eq!(edge.post("/api/v1/users", &admin, "", &new).await.status, 200);
    let short = json!({ "name": "x", "password": "short", "person": "x" });
    let short = edge.post("/api/v1/users", &admin, "", &short).await;
    assert_eq!((short.code().as_str(), &short.json()["field"]), ("invalid-field", &json!("/password")));
    let none = json!({ "name": "y", "person": "y" });
    assert_eq!(edge.post("/api/v1/users", &admin, "", &none).await.code(), "missing-field");
    let page = edge.get("/api/v1/users?limit=2", &admin).await.json();
    assert_eq!(page["users"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap();
    let rest = edge.get(&format!("/api/v1/users?limit=2&cursor={next}"), &admin).await.json();
    assert_eq!((&rest["users"][0]["name"], &rest["next"]), (&json!("shen.yi"), &json!(null)));
    assert!(!page.to_string().contains("argon2"));
}

#[tokio::test]
async fn an_api_key_is_shown_once_feeds_and_reads_nothing() {
    let edge = Edge::start().await;
    let admin = edge.token("shen.yi", &["admin"], None).await;
    let asked = json!({ "name": "shop", "channels": ["web"] });
    let issued = edge.post("/api/v1/api-keys", &admin, "", &asked).await;
    assert_eq!(issued.status, 201);
    let key = issued.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(edge.post("/api/v1/api-keys", &admin, "", &asked).await.code(), "already-exists");
    assert_eq!(edge.get("/api/v1/me", &key).await.json()["may"], json!(["register"]));
    assert_eq!(edge.get("/api/v1/complaints", &key).await.code(), "not-allowed");
    let other = edge.post("/api/v1/complaints", &key, "k", &json!({ "channel": "phone" })).await;
    assert_eq!((other.code().as_str(), &other.json()["field"]), ("not-allowed", &json!("/channel")));
    let mut changed = key.clone();
    changed.replace_range(key.len() - 1.., if key.ends_with('A') { "B" } else { "A" });
    assert_eq!(edge.get("/api/v1/me", &changed).await.code(), "not-signed-in");
    let listed = edge.get("/api/v1/api-keys", &admin).await.json();
    assert_eq!(listed["api_keys"], json!([{ "name": "shop", "channels": ["web"], "active": true }]));
    let revoke = request(Method::DELETE, "/api/v1/api-keys/shop", &admin).body(Body::empty()).unwrap();
    assert_eq!(edge.send(revoke).await.status, 204);
    let gone = request(Method::DELETE, "/api/v1/api-keys/none", &admin).body(Body::empty()).unwrap();
    assert_eq!(edge.send(gone).await.code(), "not-found");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let edge = Edge::start_with(|config| config.sign_ins_per_minute = 3).await;
    let guess = json!({ "name": "lin.yue", "password": "a guess of mine" });
    let mut last = None;
    for _ in 0..4 {
        last = Some(edge.post("/api/v1/sessions", "", "", &guess).await);
    }
    let last = last.unwrap();
    assert_eq!(last.code(), "too-many-requests");
    let after: u64 = last.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&after));
}

#[tokio::test]
async fn another_replica_knows_the_keys() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let life = edge.app.config.token_life;
    let other = gateway::auth::tokens::Tokens::open(edge.app.pool.clone(), life, life * 3000).await.unwrap();
    assert!(other.read(&token).await.is_some());
}
