//! How complaints come in: the published channels, and the mail of a designated mailbox.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Method;
use contracts::commands::Command;
use contracts::commands::intake::complaint_for;
use contracts::{Problem, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::{Answered, Edge, done, each, found, request};

const VERBS: &[(&str, bool)] =
    &[("complaint.register", false), ("file.begin", false), ("file.chunk", false), ("file.finish", false)];

const MAIL: &str = "Received: from a by b; Mon, 3 Mar 2025 09:00:00 +0800\r\nFrom: Anna <anna@example.com>\r\n\
    Subject: =?UTF-8?B?5oqV6K+J?=\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n拉链坏了\r\n\
    --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=zip.png\r\n\
    Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
    --b\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=all.zip\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nUEsDBBQA\r\n--b--\r\n";

/// Who answers for each channel is public, in both languages, and so is what a caller may choose.
#[tokio::test]
async fn the_channels_are_public() {
    let edge = Edge::start().await;
    let listed = json!([{
        "channel": "hotline", "label": { "zh": "热线", "en": "Hotline" }, "playbooks": ["p30"],
        "role": { "zh": "受理人员", "en": "Receiver" }, "department": { "zh": "客服部", "en": "Service" },
        "people": ["林月"], "subject_has": [],
        "menu": [{ "key": "1", "label": { "zh": "投诉", "en": "Complaint" }, "kind": "complaint" }],
    }]);
    let answer = listed.clone();
    let _intake = edge
        .responder(ServiceName::Intake, &[("channels", true)], move |_, payload| {
            found(payload, |query| {
                assert_eq!(query.organisation.as_str(), "huarun");
                Ok(answer.clone())
            })
        })
        .await;
    let answered = edge.get("/api/v1/public/channels", "").await;
    assert_eq!((answered.status.as_u16(), &answered.json()["channels"]), (200, &listed));
}

async fn key(edge: &Edge, channels: &[&str]) -> String {
    let admin = edge.token("shen.yi", &["admin"], None).await;
    let asked = json!({ "name": format!("mail.{}", channels[0]), "channels": channels });
    let issued = edge.post("/api/v1/api-keys", &admin, "", &asked).await;
    issued.json()["key"].as_str().unwrap().to_owned()
}

async fn deliver(edge: &Edge, key: &str, mail: &str) -> Answered {
    let request = request(Method::POST, "/api/v1/mail", key).header("content-type", "message/rfc822");
    edge.send(request.body(Body::from(mail.to_owned())).unwrap()).await
}

fn receipt(command: &Command) -> Value {
    json!({
        "complaint": command.subject.id, "number": "TS1", "tracking_code": "x", "repeats": null,
        "received_at": "2025-03-03T01:00:00Z", "registered_at": "2025-03-03T01:00:00Z",
        "playbook": { "id": "p30", "version": 1 },
    })
}

/// One mail is one complaint, however often and by whatever way it is delivered; what is attached follows, and a file
/// that is not taken is told.
#[tokio::test]
async fn a_mail_becomes_a_complaint_with_its_files() {
    let edge = Edge::start().await;
    let seen: Arc<Mutex<Vec<Command>>> = Arc::default();
    let noted = seen.clone();
    let _intake = edge
        .responder(ServiceName::Intake, VERBS, move |_, payload| {
            each(payload, |command| {
                noted.lock().unwrap().push(command.clone());
                let name = command.body["name"].as_str().unwrap_or_default();
                if name == "all.zip" {
                    let problem = Problem::new(ProblemCode::UnsupportedType, "not taken").at("/content");
                    return contracts::commands::Answer::Refused { problem: problem.expected("an image") };
                }
                done(if command.verb == "complaint.register" { receipt(command) } else { json!({}) })
            })
        })
        .await;
    let key = key(&edge, &["email"]).await;
    let answered = deliver(&edge, &key, MAIL).await;
    assert_eq!(answered.status, 201, "{:?}", answered.json());
    let commands = seen.lock().unwrap().clone();
    let first = &commands[0];
    assert_eq!(first.body["subject"], "投诉");
    assert_eq!(first.body["complainant"], json!({ "name": "Anna", "email": "anna@example.com" }));
    let complaint = complaint_for(first.organisation(), &first.id);
    assert_eq!(answered.headers["location"], format!("/api/v1/complaints/{complaint}"));
    let taken = answered.json();
    assert_eq!(
        (&taken["receipt"]["number"], &taken["attachments"][0]["name"]),
        (&json!("TS1"), &json!("zip.png"))
    );
    assert!(taken["attachments"][0]["file"].is_string(), "{taken}");
    assert_eq!(taken["attachments"][1]["problem"]["code"], "unsupported-type");
    assert!(commands[1..].iter().all(|command| command.subject == first.subject));

    let again = MAIL.replace("from a by b", "from c by d");
    assert_eq!(deliver(&edge, &key, &again).await.status, 201);
    let commands = seen.lock().unwrap().clone();
    let registered: Vec<_> = commands.iter().filter(|one| one.verb == "complaint.register").collect();
    assert_eq!((&registered[0].id, &registered[0].body), (&registered[1].id, &registered[1].body));
}

/// What is no complaint has a code of its own, and what may pass is told as passing: nothing is lost without a word.
#[tokio::test]
async fn mail_that_is_not_taken_is_refused_with_its_reason() {
    let edge = Edge::start().await;
    let key = key(&edge, &["email"]).await;
    assert_eq!(deliver(&edge, &key, MAIL).await.status, 503, "intake is away");
    let _intake = edge
        .responder(ServiceName::Intake, VERBS, |_, payload| {
            each(payload, |_| {
                let problem = Problem::new(ProblemCode::NotAComplaint, "no word").at("/subject");
                contracts::commands::Answer::Refused { problem: problem.expected("投诉") }
            })
        })
        .await;
    assert_eq!(deliver(&edge, &key, MAIL).await.code(), "not-a-complaint");
    let note = format!("Auto-Submitted: auto-replied\r\n{MAIL}");
    assert_eq!(deliver(&edge, &key, &note).await.code(), "not-a-complaint");
    assert_eq!(deliver(&edge, &key, "").await.code(), "invalid-field");
    assert_eq!(deliver(&edge, "", MAIL).await.code(), "not-signed-in");
    let elsewhere =
        request(Method::POST, "/api/v1/mail?channel=fax", &key).header("content-type", "message/rfc822");
    assert_eq!(edge.send(elsewhere.body(Body::from(MAIL)).unwrap()).await.code(), "not-allowed");
    let json = request(Method::POST, "/api/v1/mail", &key).header("content-type", "application/json");
    assert_eq!(edge.send(json.body(Body::from("{}")).unwrap()).await.code(), "unsupported-type");
}

/// One mail to two designated mailboxes is one complaint: both copies are taken, and both get the first receipt.
/// Another mail under the same `Message-ID` is a complaint of its own.
#[tokio::test]
async fn a_mail_to_two_mailboxes_is_one_complaint() {
    let edge = Edge::start().await;
    let seen: Arc<Mutex<Vec<Command>>> = Arc::default();
    let noted = seen.clone();
    let names = [VERBS, &[("complaint", true)]].concat();
    let _intake = edge
        .responder(ServiceName::Intake, &names, move |subject, payload| {
            if subject.ends_with(".complaint") {
                return found(payload, |query| {
                    Ok(json!({
                        "complaint": query.body["complaint"], "number": "TS1", "complainant": query.body["complaint"],
                        "playbook_id": "p30", "channel": "email", "kind": "complaint", "category": null, "unit": null,
                        "received_at": "2025-03-03T01:00:00Z", "registered_at": "2025-03-03T01:00:00Z", "version": 1,
                        "playbook": { "id": "p30", "version": 1 }, "language": "zh", "external": null, "repeats": null,
                        "progress": null, "settlement": null, "tracking_code": "x",
                    }))
                });
            }
            each(payload, |command| {
                if command.verb != "complaint.register" {
                    return done(json!({}));
                }
                let mut seen = noted.lock().unwrap();
                let known = seen.iter().any(|one| one.id == command.id && one.body != command.body);
                seen.push(command.clone());
                if known { crate::refused(ProblemCode::KeyReused) } else { done(receipt(command)) }
            })
        })
        .await;
    let (first, second) = (key(&edge, &["email"]).await, key(&edge, &["service_mail"]).await);
    let to = async |key: &str, channel: &str, mail: &str| {
        let path = format!("/api/v1/mail?channel={channel}");
        let request = request(Method::POST, &path, key).header("content-type", "message/rfc822");
        let answered = edge.send(request.body(Body::from(mail.to_owned())).unwrap()).await;
        assert_eq!(answered.status, 201, "{}", answered.json());
        answered.json()["receipt"]["complaint"].clone()
    };
    let complaint = to(&first, "email", MAIL).await;
    assert_eq!(to(&second, "service_mail", MAIL).await, complaint);
    let other = MAIL.replace("拉链坏了", "退款还没到");
    assert_ne!(to(&first, "email", &other).await, complaint, "nothing is lost to a careless Message-ID");
}
