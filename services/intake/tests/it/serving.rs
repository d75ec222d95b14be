//! Intake on real servers: what is written, what is answered, what nobody can read.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use calendar::SystemClock;
use contracts::commands::intake::{Receipt, complaint_for};
use contracts::commands::{Actor, Answer, Command};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::playbook_activated::{ActivationScope, PlaybookActivated};
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_requested::WorkRequested;
use contracts::queries::Query;
use contracts::{CommandId, Event, EventId, Problem, ProblemCode, ServiceName, SubjectRef};
use intake::queries::Queries;
use intake::store::{IntakeStore, MIGRATIONS};
use intake::{Intake, IntakeConfig};
use jiff::Timestamp;
use runtime::requests::Queries as _;
use runtime::service::{Due, Input, seal};
use runtime::shell::{Acknowledge, Delivered, Inlet, Shell, ShellOptions, ShellParts};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{PgPool, Row as _};
use testkit::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::clarifying::to_wang;
use crate::world::{clerk, good, keys, officer, organisation, people, playbook};

pub(crate) struct Served {
    _database: TestDatabase,
    pub(crate) pool: PgPool,
    pub(crate) inlet: Inlet,
    queries: Queries,
    pub(crate) stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) async fn served() -> Served {
    served_with(|_| {}).await
}

/// The same with another playbook; `change` edits that of the tests.
pub(crate) async fn served_with(change: impl FnOnce(&mut Value)) -> Served {
    served_by([playbook("p01", change)]).await
}

/// The same with these playbooks, each for the whole organisation.
pub(crate) async fn served_by(documents: impl IntoIterator<Item = Value>) -> Served {
    let database = testkit::postgres().await.unwrap();
    let pool = database.pool(6).await.unwrap();
    journal::migrate(&pool, &MIGRATIONS).await.unwrap();
    let ring = keys();
    let service = Arc::new(Intake::new(IntakeConfig::default(), Arc::clone(&ring)).unwrap());
    let shell = Shell::new(ShellParts {
        service: Arc::clone(&service),
        store: IntakeStore::new(Arc::clone(&ring)),
        pool: pool.clone(),
        clock: Arc::new(SystemClock),
        ring,
        options: ShellOptions::default(),
    });
    let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
    tokio::spawn(shell.run(stop.clone()));
    let first = (0, [0; 32]);
    let mut last = first;
    for document in documents {
        let playbook: PlaybookRef =
            serde_json::from_value(json!({ "id": document["id"], "version": document["version"] })).unwrap();
        let by = Actor::System;
        let subject = SubjectRef::playbook(&organisation(), &playbook.id);
        let published = PlaybookPublished {
            playbook: playbook.clone(),
            document,
            sha256: String::new(),
            scenarios_sha256: None,
            by: by.clone(),
        };
        hear(&inlet, subject, published.into(), first).await;
        // The first is for everybody, a further one for buyers.
        let customer_type = (last != first).then(|| "buyer".to_owned());
        let scope = ActivationScope { customer_type, ..ActivationScope::default() };
        let activated = PlaybookActivated { playbook, scope, effective_from: None, by };
        last = hear(&inlet, SubjectRef::organisation(&organisation()), activated.into(), last).await;
    }
    hear(&inlet, SubjectRef::directory(&organisation()), people().into(), first).await;
    while handle.pending() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let queries = Queries::new(pool.clone(), service, Arc::new(SystemClock));
    Served { _database: database, pool, inlet, queries, stop }
}

/// Delivers the event of routing about a subject that follows `last`; gives its own place.
async fn hear(inlet: &Inlet, subject: SubjectRef, event: Event, last: (u64, [u8; 32])) -> (u64, [u8; 32]) {
    let due = Due { subject, key: "test".into(), due: Timestamp::UNIX_EPOCH, payload: Value::Null };
    let now: Timestamp = "2025-03-07T02:00:00Z".parse().unwrap();
    let id = EventId::at(now, [7; 10]);
    let said = seal(ServiceName::Routing, id, now, &Input::Due(due), last, event).unwrap();
    let headers = said.envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let place = (said.envelope.sequence, said.hash);
    let delivered = Delivered { headers, body: Bytes::from(said.body), acknowledge: Acknowledge::none() };
    inlet.event(delivered).await.unwrap();
    place
}

pub(crate) fn complaint(key: &str) -> SubjectRef {
    SubjectRef::complaint(&organisation(), complaint_for(&organisation(), &CommandId::new(key).unwrap()))
}

impl Served {
    pub(crate) async fn order(
        &self,
        subject: SubjectRef,
        verb: &str,
        key: &str,
        actor: Actor,
        body: Value,
    ) -> Result<Value, Problem> {
        let command = Command {
            id: CommandId::new(key).unwrap(),
            subject,
            verb: verb.into(),
            actor,
            expected_version: None,
            traceparent: None,
            body,
        };
        match self.inlet.command(command).await {
            Answer::Done { body, .. } => Ok(body),
            Answer::Refused { problem } => Err(problem),
        }
    }

    pub(crate) async fn register(&self, key: &str, body: Value) -> Result<Receipt, Problem> {
        let answer = self.order(complaint(key), "complaint.register", key, clerk(), body).await?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Enters a stage of a complaint; Wang gets its work.
    pub(crate) async fn enter(&self, key: &str, entered: StageEntered) {
        let (subject, n) = (complaint(key), entered.visit.0.as_u128());
        let place = hear(&self.inlet, subject.clone(), entered.into(), (0, [0; 32])).await;
        let work = loop {
            let asked: Option<Vec<u8>> =
                sqlx::query_scalar("select body from journal where id = $1 and what = 'work.requested'")
                    .bind(&subject.id)
                    .fetch_optional(&self.pool)
                    .await
                    .unwrap();
            match asked {
                Some(body) => break serde_json::from_slice::<WorkRequested>(&body).unwrap().work,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        hear(&self.inlet, subject, to_wang(n, work).into(), place).await;
    }

    pub(crate) async fn ask(&self, name: &str, actor: Actor, body: Value) -> Result<Value, Problem> {
        self.queries.answer(name, Query { organisation: organisation(), actor, body }).await
    }

    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("select count(*) as n from {table}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap().get("n")
    }
}

pub(crate) fn front_desk() -> Actor {
    Actor::Staff {
        person: "chen".parse().unwrap(),
        roles: ["front_desk".parse().unwrap()].into_iter().collect(),
        department: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_complaint_is_found_again_by_those_who_may() {
    let served = served().await;
    let mut body = good();
    body["complainant"]["email"] = json!("zhang@example.com");
    body["order_number"] = json!("jd-2024 001");
    body["settlement"] = json!({ "account": "当场道歉", "remedies": [{ "remedy": "apology" }] });
    body["external"] = json!({ "source": "crm", "reference": "1" });
    let receipt = served.register("k1", body.clone()).await.unwrap();
    assert_eq!(served.register("k1", body.clone()).await.unwrap(), receipt, "the same key, the same receipt");
    let again = served.register("k2", body).await.unwrap();
    assert_eq!((again.complaint, again.warnings.len()), (receipt.complaint, 1));
    let found = served.ask("complaint", clerk(), json!({ "number": receipt.number })).await.unwrap();
    assert_eq!(found["complaint"], json!(receipt.complaint));
    assert_eq!(found["settlement"]["remedies"][0]["remedy"], "apology");
    assert_eq!(found["tracking_code"], json!(receipt.tracking_code));
    let told = served.ask("text", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    assert_eq!(
        (told["narrative"].as_str(), told["demand"].as_str()),
        (Some("空调坏了三次，没人来修"), Some("换一台新的"))
    );
    assert_eq!(
        (told["settlement"].as_str(), told["order_number"].as_str()),
        (Some("当场道歉"), Some("jd-2024 001"))
    );
    for by in [
        json!({ "phone": "+8613812345678" }),
        json!({ "email": "zhang@EXAMPLE.com" }),
        json!({ "order_number": "JD2024001" }),
    ] {
        assert_eq!(served.ask("earlier", clerk(), by).await.unwrap().as_array().unwrap().len(), 1);
    }
    assert_eq!(served.ask("earlier", clerk(), json!({ "phone": "13900000000" })).await.unwrap(), json!([]));
    let who = &found["complainant"];
    let clear = served.ask("contact", front_desk(), json!({ "complainant": who })).await.unwrap();
    assert_eq!((clear["phone"].as_str(), clear["masked"].as_bool()), (Some("138 1234 5678"), Some(false)));
    let hidden = served.ask("contact", clerk(), json!({ "complainant": who })).await.unwrap();
    assert_eq!((hidden["name"].as_str(), hidden["phone"].as_str()), (Some("张*"), Some("138****5678")));
    for name in ["complaint", "contact", "text", "earlier", "desk", "tell", "recent", "files", "nothing"] {
        assert_eq!(
            served.ask(name, Actor::Customer, json!({})).await.unwrap_err().code,
            ProblemCode::NotAllowed
        );
    }
}

/// what registering would find is known before, and nothing of how somebody is reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_told_what_holds_before_anything_is_on_record() {
    let served = served().await;
    let first = served.register("k1", good()).await.unwrap();
    let ask = |actor, body| served.ask("desk", actor, body);
    let nobody = ask(clerk(), json!({ "channel": "phone" })).await.unwrap();
    assert_eq!((&nobody["playbook"]["id"], &nobody["earlier"]), (&json!("p01"), &json!([])));
    assert_eq!(nobody["required"], json!(["/complainant/name", "/complainant", "/narrative"]));
    assert_eq!(nobody["settle"]["max_amount"], 10_000);
    assert_eq!(ask(front_desk(), json!({ "channel": "phone" })).await.unwrap()["settle"], Value::Null);
    let same = json!({ "channel": "phone", "phone": "138-1234-5678", "category": "quality" });
    let known = ask(clerk(), same).await.unwrap();
    assert_eq!(known["earlier"][0]["number"], json!(first.number));
    assert_eq!((&known["earlier"][0]["alike"], &known["more"]), (&json!(true), &json!(false)));
    assert_eq!(known["repeats"], json!(first.complaint));
    assert!(!known.to_string().contains("1234"), "{known}");
    let again = served.register("k2", good()).await.unwrap();
    assert_eq!(again.repeats, Some(first.complaint), "registering finds the same");
    let other = ask(clerk(), json!({ "channel": "phone", "phone": "13812345678" })).await.unwrap();
    assert_eq!((&other["earlier"][1]["alike"], &other["repeats"]), (&json!(false), &Value::Null));
    let no_channel = ask(clerk(), json!({})).await.unwrap_err();
    assert_eq!(no_channel.field.as_deref(), Some("/channel"));
}

/// who took it, the number, the steps to come; nothing to come where it was settled at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_to_tell_the_customer_is_known_right_after() {
    let served = served_with(|book| {
        let stages = book["stages"].as_array_mut().unwrap();
        stages[0]["next"] = json!([{ "to": "triage" }]);
        let label = json!({ "zh": "分类", "en": "Classify" });
        let next = json!([{ "to": "archive" }]);
        let triage = json!({ "key": "triage", "kind": "triage", "label": label, "owner": {"role": "clerk"}, "next": next });
        stages.insert(1, triage);
        book["clocks"] = json!([{ "key": "classify", "label": label, "start": [{"entered": "triage"}], "stop": [{"left": "triage"}],
            "limit": "3 working days", "scope": "visit", "strictness": "target" }]);
    })
    .await;
    let receipt = served.register("k1", good()).await.unwrap();
    let told = served.ask("tell", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    assert_eq!((&told["number"], &told["acceptor"]), (&json!(receipt.number), &json!("wang")));
    assert_eq!(told["flow"], json!([{ "zh": "分类", "en": "Classify" }]));
    assert_eq!(told["times"][0]["limit"], json!({ "zh": "3个工作日", "en": "3 working days" }));
    let mut body = good();
    body["settlement"] = json!({ "account": "当场道歉", "remedies": [{ "remedy": "apology" }] });
    let settled = served.register("k2", body).await.unwrap();
    let told = served.ask("tell", clerk(), json!({ "complaint": settled.complaint })).await.unwrap();
    assert_eq!((&told["settled"], &told["flow"]), (&json!(true), &json!([])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_is_told_for_number_and_code_together_only() {
    let served = served().await;
    let receipt = served.register("k1", good()).await.unwrap();
    let track = |number: String, code: String| {
        let body = json!({ "number": number, "code": code });
        served.ask("track", Actor::Customer, body)
    };
    let typed = receipt.tracking_code.to_lowercase().replace('-', " ");
    let found = track(receipt.number.to_lowercase(), typed).await.unwrap();
    assert_eq!((found["number"].as_str(), &found["progress"]), (Some(receipt.number.as_str()), &Value::Null));
    let wrong = track(receipt.number.clone(), "AAAAA-AAAAA".into()).await.unwrap_err();
    let unknown = track("TS999999999999".into(), receipt.tracking_code.clone()).await.unwrap_err();
    let hostile = track("\0' or 1=1 --".into(), "\0".into()).await.unwrap_err();
    assert_eq!((&wrong, &wrong), (&unknown, &hostile), "nothing tells which of the two was wrong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_get_numbers_without_gaps_and_are_listed_in_pages() {
    let served = Arc::new(served().await);
    let mut registering = tokio::task::JoinSet::new();
    for at in 0..120 {
        let served = Arc::clone(&served);
        registering.spawn(async move {
            let mut body = good();
            // Some share a number: one complainant written many times in one batch.
            body["complainant"]["phone"] = json!(format!("1380000{:04}", at % 7));
            served.register(&format!("k{at}"), body).await.unwrap().number
        });
    }
    let mut numbers: Vec<String> = registering.join_all().await;
    numbers.sort();
    numbers.dedup();
    let serials: Vec<u32> = numbers.iter().map(|number| number[10..].parse().unwrap()).collect();
    assert_eq!(serials, (1..=120).collect::<Vec<_>>());
    assert_eq!(served.count("complainant").await, 7);
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = served.ask("recent", clerk(), json!({ "after": after, "limit": 50 })).await.unwrap();
        seen.extend(
            page["complaints"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["number"].as_str().unwrap().to_owned()),
        );
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, numbers);
    let problem = served.ask("recent", clerk(), json!({ "after": "yesterday" })).await.unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/after"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_personal_is_stored_in_the_clear_and_erasing_leaves_nothing() {
    let served = served().await;
    let content = b"\x89PNG\r\n\x1a\nsecret pixels".to_vec();
    upload(&served, "k1", &content).await;
    let mut body = good();
    body["files"] = json!([FILE]);
    body["complainant"]["address"] = json!("秘密路 7 号");
    let receipt = served.register("k1", body).await.unwrap();
    let files = served.ask("files", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    assert_eq!(
        (files[0]["name"].as_str(), files[0]["media_type"].as_str(), files[0]["chunks"].as_u64()),
        (Some("秘密.png"), Some("image/png"), Some(1))
    );
    let chunk = served.ask("file.chunk", clerk(), json!({ "file": FILE, "index": 0 })).await.unwrap();
    assert_eq!(BASE64_STANDARD.decode(chunk["content"].as_str().unwrap()).unwrap(), content);
    for table in [
        "complainant",
        "complaint",
        "settlement",
        "file",
        "file_chunk",
        "word",
        "entry",
        "head",
        "journal",
        "command",
        "timer",
    ] {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') as all_of_it from {table} t");
        let text: String =
            sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&served.pool).await.unwrap().get("all_of_it");
        for secret in ["张三", "1234 5678", "12345678", "秘密", "空调"] {
            let in_hex = hex::encode(secret);
            assert!(!text.contains(secret) && !text.contains(&in_hex), "{secret} stands in {table}");
        }
    }
    let found = served.ask("complaint", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    let who: contracts::ComplainantId = serde_json::from_value(found["complainant"].clone()).unwrap();
    let person = SubjectRef::person(&organisation(), who);
    served.order(person, "person.erase", "e1", officer(), json!({ "reason": "客户要求" })).await.unwrap();
    for table in ["complainant", "file", "file_chunk", "word"] {
        assert_eq!(served.count(table).await, 0, "{table}");
    }
    let told = served.ask("text", clerk(), json!({ "complaint": receipt.complaint })).await.unwrap();
    assert!(told.as_object().unwrap().values().all(Value::is_null));
    assert!(served.ask("complaint", clerk(), json!({ "number": receipt.number })).await.is_ok());
    assert_eq!(
        served.ask("contact", front_desk(), json!({ "complainant": who })).await.unwrap_err().code,
        ProblemCode::NotFound
    );
}

const FILE: &str = "0195702c-7b80-7000-8000-000000000009";

async fn upload(served: &Served, key: &str, content: &[u8]) {
    let sha256 = hex::encode(Sha256::digest(content));
    let steps = [
        ("file.begin", json!({ "file": FILE, "name": "秘密.png", "bytes": content.len(), "sha256": sha256 })),
        ("file.chunk", json!({ "file": FILE, "index": 0, "content": BASE64_STANDARD.encode(content) })),
        ("file.finish", json!({ "file": FILE })),
    ];
    for (verb, body) in steps {
        served.order(complaint(key), verb, verb, clerk(), body).await.unwrap();
    }
}
