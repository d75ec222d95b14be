//! What happens when something is sent again: an answer was lost, or somebody else was quicker.

use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, Method, header};
use contracts::commands::{Answer, Command};
use contracts::{Problem, ProblemCode, ServiceName};
use pages::tasks::{DEEDS, Scene, TaskForm, form};
use serde_json::{Value, json};

use crate::browser::{Browser, carried, hidden, text, to};
use crate::{Edge, PASSWORD, Responder, done, each, found, refused};

const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";
const WORK: &str = "62d59f35-6382-53e4-8245-bee9d81d5022";
const VISIT: &str = "c32674c1-e6c2-57f7-98f7-855ba1298c66";

/// What the services were ordered, and whether the work is still to be done.
#[derive(Default)]
struct Case {
    orders: Vec<Command>,
    is_done: bool,
}

type Shared = Arc<Mutex<Case>>;

fn entered() -> Value {
    json!({
        "visit": VISIT, "stage": "handle", "brief": {
            "kind": "propose", "stage": "handle",
            "slice": {"investigation": {"remedies": {"allowed": ["refund"]}, "liability_kinds": ["supplier"]}},
        },
    })
}

/// Every service that a case page asks, with one piece of work to propose.
async fn services(edge: &Edge, case: &Shared) -> Vec<Responder> {
    let mut all = Vec::new();
    for service in gateway::timeline::SPEAKERS {
        let case = case.clone();
        let names = [
            ("journal", true),
            ("case", true),
            ("clocks", true),
            ("directory", true),
            ("calendars", true),
            ("playbook", true),
            ("complaint", true),
            ("text", true),
            ("files", true),
            ("contact", true),
            ("propose", false),
        ];
        let answer = move |subject: &str, payload: &[u8]| {
            let name = subject.rsplit_once('.').unwrap().1;
            match name {
                "propose" => each(payload, |command| proposed(&case, command)),
                "journal" => {
                    let events = if service == ServiceName::Routing { journal(payload) } else { Vec::new() };
                    Some(json!({ "answer": "found", "body": { "events": events } }).to_string().into_bytes())
                }
                _ => found(payload, |_| Ok(told(service, name, case.lock().unwrap().is_done))),
            }
        };
        all.push(edge.responder(service, &names, answer).await);
    }
    all
}

fn proposed(case: &Shared, command: &Command) -> Answer {
    let mut case = case.lock().unwrap();
    let repeated = case.orders.iter().any(|one| one.id == command.id && one.body == command.body);
    case.orders.push(command.clone());
    match (repeated, case.is_done) {
        (true, _) => Answer::Done { version: 1, repeated, body: json!({}) },
        (false, true) => refused(ProblemCode::VisitLeft),
        (false, false) => {
            case.is_done = true;
            done(json!({}))
        }
    }
}

fn journal(payload: &[u8]) -> Vec<Value> {
    let ask: Value = serde_json::from_slice(payload).unwrap();
    if ask["after"].as_u64() != Some(0) {
        return Vec::new();
    }
    let organisation = contracts::OrganisationId::new("huarun").unwrap();
    let envelope = contracts::Envelope {
        id: contracts::EventId::derived(uuid::Uuid::nil(), "entered"),
        source: ServiceName::Routing,
        what: "stage.entered".into(),
        version: 1,
        subject: contracts::SubjectRef::complaint(&organisation, COMPLAINT.parse().unwrap()),
        time: "2026-11-28T06:00:00Z".parse().unwrap(),
        sequence: 1,
        previous_hash: [0; 32],
        causation: "c".into(),
        correlation: "r".into(),
        traceparent: None,
    };
    vec![json!({ "sequence": 1, "headers": envelope.headers(), "body": entered().to_string() })]
}

fn told(service: ServiceName, name: &str, is_done: bool) -> Value {
    let work = json!({
        "work": WORK, "visit": VISIT, "epoch": 1, "task": "propose", "department": "sales", "person": "feng.qi",
    });
    match (service, name) {
        (_, "directory") => {
            json!({ "departments": [], "people": [{"id": "feng.qi", "name": "冯琪", "department": "sales"}] })
        }
        (_, "calendars") => {
            json!({ "default": "cn", "calendars": [{"id": "cn", "document": {"zone": "Asia/Shanghai"}}] })
        }
        (_, "clocks" | "files") => json!([]),
        (_, "text" | "contact") => json!({}),
        (_, "playbook") => json!({ "document": {} }),
        (ServiceName::Routing, _) => json!({
            "version": 1, "visits": [{"visit": VISIT, "department": "sales", "kind": "propose", "place": "main"}],
            "works": if is_done { json!([]) } else { json!([work]) },
            "results": [{"visit": VISIT, "by": {"kind": "staff", "person": "feng.qi", "roles": []}}],
        }),
        (ServiceName::Intake, _) => {
            json!({ "version": 1, "number": "TS1", "playbook": {"id": "p03", "version": 1} })
        }
        _ => json!({ "version": 1, "visits": [], "instances": [] }),
    }
}

/// An answer is lost, or somebody clicks twice: the form says again what it was made for, and its service knows the key.
#[tokio::test]
async fn what_was_done_is_not_refused_when_it_is_sent_again_under_its_key() {
    let edge = Edge::start().await;
    let case = Shared::default();
    let _services = services(&edge, &case).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    let address = format!("/console/cases/{COMPLAINT}/do/{WORK}");
    let page = browser.get(&address).await;
    assert_eq!(page.status, 200, "{}", text(&page));
    let mut fields = carried(&page, &address);
    fields.extend([("/liable".to_owned(), "supplier".to_owned()), ("/reason".to_owned(), "坏了".to_owned())]);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        let sent = browser.send_as(&address, &fields, HeaderMap::new()).await;
        assert_eq!(to(&sent), format!("/console/cases/{COMPLAINT}?done=finished&number=TS1"));
    }
    let orders = case.lock().unwrap().orders.clone();
    assert_eq!((&orders[0].id, &orders[0].body), (&orders[1].id, &orders[1].body));
    assert_eq!(orders[0].body["visit"], VISIT);

    // Under another key it is too late: what was typed is kept, and said is what happened meanwhile.
    let late: Vec<_> =
        fields.iter().map(|(name, value)| (*name, if *name == "key" { "another" } else { value })).collect();
    let refusal = browser.send_as(&address, &late, HeaderMap::new()).await;
    assert_eq!(refusal.status, 409);
    let shown = text(&refusal);
    assert!(
        shown.contains(ProblemCode::VisitLeft.title(contracts::Language::En)) && shown.contains("坏了"),
        "{shown}"
    );
    assert_eq!(browser.get(&address).await.status, 404, "nothing is left to be done");
}

/// Every service with all its orders: it does each of them once, and knows the key of what it did.
async fn doers(edge: &Edge, orders: &Arc<Mutex<Vec<Command>>>) -> Vec<Responder> {
    let mut all = Vec::new();
    for service in gateway::timeline::SPEAKERS {
        let verbs = DEEDS.iter().filter(|verb| blank(verb).service == service);
        let names: Vec<_> = verbs.map(|verb| (*verb, false)).collect();
        let orders = orders.clone();
        let answer = move |_: &str, payload: &[u8]| {
            each(payload, |command| {
                let mut orders = orders.lock().unwrap();
                let first = orders.iter().find(|one| one.id == command.id).cloned();
                orders.push(command.clone());
                match first {
                    Some(first) if first.body == command.body => {
                        Answer::Done { version: 1, repeated: true, body: json!({}) }
                    }
                    Some(_) => refused(ProblemCode::KeyReused),
                    None => done(json!({})),
                }
            })
        };
        all.push(edge.responder(service, &names, answer).await);
    }
    all
}

/// The form of an order, of a case of which nothing else is known.
fn blank(verb: &str) -> TaskForm {
    let scene = Scene {
        visit: VISIT.to_owned(),
        work: json!({ "work": WORK }),
        round: json!({ "id": VISIT }),
        on: json!({ "clock": WORK, "form": "register", "fields": [
            {"key": "cause", "label": {"zh": "原因", "en": "Cause"}, "from": "written", "value": "before", "text": WORK},
        ] }),
        book: json!({ "routing_flags": [{"fact": "major", "label": {"zh": "重大", "en": "Major"}}] }),
        ..Scene::default()
    };
    form(verb, &scene).unwrap()
}

/// The answer is lost, and whoever waited sends the form again: of no order is anything asked of the case, which is another
/// by then, so it is the same to the byte, and is shown as done.
#[tokio::test]
async fn every_order_is_shown_as_done_when_its_form_is_sent_again() {
    let edge = Edge::start().await;
    let orders = Arc::default();
    let _services = doers(&edge, &orders).await;
    edge.account("qian.guo", &["manager"], None).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("qian.guo", PASSWORD).await;
    let page = browser.get("/console/handovers").await;
    for verb in DEEDS {
        let address = format!("/console/cases/{COMPLAINT}/do/{WORK}/{verb}");
        let made_for = blank(verb).made_for();
        let key = format!("lost-{verb}");
        let fields = [
            ("made_for", made_for.as_str()),
            ("key", &key),
            ("number", "TS1"),
            ("/reason", "原因"),
            ("/facts/major", "true"),
            ("/fields/cause", "changed"),
            ("/reached", "true"),
        ];
        for _ in 0..2 {
            let sent = browser.send(&page, &address, &fields).await;
            assert_eq!(sent.status, 303, "{verb}: {}", text(&sent));
            assert_eq!(to(&sent), format!("/console/cases/{COMPLAINT}?done=finished&number=TS1"), "{verb}");
        }
    }
    let orders = orders.lock().unwrap();
    assert_eq!(orders.len(), 2 * DEEDS.len());
    for pair in orders.chunks(2) {
        assert_eq!((&pair[0].id, &pair[0].verb, &pair[0].body), (&pair[1].id, &pair[1].verb, &pair[1].body));
    }
}

/// A form that says nothing of ours is refused, and orders nothing.
#[tokio::test]
async fn a_form_that_does_not_say_how_it_was_made_is_refused() {
    let edge = Edge::start().await;
    let case = Shared::default();
    let _services = services(&edge, &case).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("feng.qi", PASSWORD).await;
    let address = format!("/console/cases/{COMPLAINT}/do/{WORK}");
    let page = browser.get(&address).await;
    for made_for in ["", "{}", r#"{"verb": "directory.put", "fixed": {}, "fields": []}"#] {
        let fields = [("made_for", made_for), ("/reason", "留着的话")];
        let refusal = browser.send(&page, &address, &fields).await;
        assert_eq!(refusal.status, 422);
        assert!(text(&refusal).contains("留着的话"), "what was typed is kept");
    }
    assert!(case.lock().unwrap().orders.is_empty());
}

/// Intake of which the first answer is lost, and which knows the key of the first sending.
async fn forgetful_intake(edge: &Edge) -> Responder {
    let first: Arc<Mutex<Option<Command>>> = Arc::default();
    let names = [
        ("complaint.register", false),
        ("file.begin", false),
        ("file.chunk", false),
        ("file.finish", false),
        ("complaint", true),
        ("channels", true),
        ("track", true),
    ];
    edge.responder(ServiceName::Intake, &names, move |subject, payload| {
        if subject.contains(".file.") {
            return each(payload, |_| done(json!({})));
        }
        if subject.ends_with("complaint.register") {
            let commands: Vec<Command> = serde_json::from_slice(payload).unwrap();
            let mut first = first.lock().unwrap();
            let Some(known) = &*first else {
                *first = commands.first().cloned();
                return None;
            };
            return each(payload, |command| match command {
                command if command.id != known.id => refused(ProblemCode::MissingField),
                command if command.body == known.body => {
                    let body = json!({
                        "complaint": command.subject.id, "number": "TS7", "tracking_code": "AAAAA-BBBBB",
                        "received_at": "2026-11-28T06:00:00Z", "registered_at": "2026-11-28T06:00:00Z",
                        "playbook": {"id": "p03", "version": 1}, "repeats": null,
                    });
                    Answer::Done { version: 1, repeated: true, body }
                }
                _ => refused(ProblemCode::KeyReused),
            });
        }
        found(payload, |query| {
            if subject.ends_with("track") {
                return Err(Problem::new(ProblemCode::NotFound, "not needed here"));
            }
            Ok(json!({
                "complaint": query.body["complaint"], "number": "TS7", "complainant": COMPLAINT, "playbook_id": "p03",
                "channel": "web", "kind": "complaint", "category": null, "unit": null, "received_at": "2026-11-28T06:00:00Z",
                "registered_at": "2026-11-28T06:00:00Z", "version": 1, "playbook": {"id": "p03", "version": 1},
                "language": "zh", "external": null, "repeats": null, "progress": null, "settlement": null,
                "tracking_code": "AAAAA-BBBBB",
            }))
        })
    })
    .await
}

/// A form of the portal as a browser sends it, with a photograph or with none.
fn complaint_form(page: &crate::Answered, said: &str, photo: Option<&str>) -> String {
    let mut fields = carried(page, "/portal/huarun/submit");
    fields.push(("/narrative".to_owned(), said.to_owned()));
    let part = |(name, value): &(String, String)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let photo = photo.map(|content| {
        let head = "Content-Disposition: form-data; name=\"photos\"; filename=\"a.png\"";
        format!("--b\r\n{head}\r\n\r\n{content}\r\n")
    });
    format!("{}{}--b--\r\n", fields.iter().map(part).collect::<String>(), photo.unwrap_or_default())
}

/// A browser does not fill in files again, so what is sent again is another order: the key of the first finds its receipt.
/// What was written anew in between is no part of the first, and whoever wrote it is told so.
#[tokio::test]
async fn a_complaint_whose_answer_was_lost_gives_its_receipt_when_it_is_sent_again() {
    let edge = Edge::start().await;
    let _intake = forgetful_intake(&edge).await;
    let mut browser = Browser::new(&edge);
    let path = "/portal/huarun/submit";
    let page = browser.get(path).await;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=b".parse().unwrap());
    let sent = complaint_form(&page, "坏了", Some("photograph"));
    let lost = browser.ask(Method::POST, path, headers.clone(), sent).await;
    assert_eq!(lost.status, 504);
    let edited = complaint_form(&lost, "坏了，而且伤到了手", None);
    let told = browser.ask(Method::POST, path, headers.clone(), edited).await;
    assert_eq!(told.status, 409);
    let shown = text(&told);
    assert!(shown.contains("on record as number TS7") && shown.contains("伤到了手"), "{shown}");
    assert_ne!(hidden(&told, "key"), hidden(&lost, "key"), "sent from here it is another complaint");
    assert!(browser.cookies.contains_key("redress_complaint"), "the receipt of the first can be looked at");

    let again = browser.ask(Method::POST, path, headers, complaint_form(&lost, "坏了", None)).await;
    assert_eq!(to(&again), "/portal/huarun/receipt");
}
