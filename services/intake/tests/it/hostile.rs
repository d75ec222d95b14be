//! Hostile texts in every text of every order: kept byte for byte in a real PostgreSQL, or refused with their field.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contracts::commands::intake::{
    BeginFile, Clarify, ErasePerson, FileChunk, FinishFile, RecordFacts, RegisterComplaint,
};
use contracts::commands::{Actor, Verb};
use contracts::{ComplainantId, FileId, SubjectRef};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::hostile::{self, Attempt, Became};
use uuid::Uuid;

use crate::clarifying::{clarify_entered, visit};
use crate::serving::{Served, complaint, front_desk, served, served_with};
use crate::world::{clerk, gates_passed, good, guided_form, officer, organisation};

const CONTENT: &[u8] = b"\x89PNG\r\n\x1a\nxx";

fn attempts<V: Verb>(example: &Value) -> Vec<Attempt> {
    hostile::attempts(&schemars::schema_for!(V).to_value(), example)
}

fn file(n: usize) -> FileId {
    FileId(Uuid::from_u128(n as u128))
}

fn begin(n: usize) -> Value {
    let sha256 = hex::encode(Sha256::digest(CONTENT));
    json!({"file": file(n), "name": "a.png", "bytes": CONTENT.len(), "sha256": sha256})
}

fn chunk(n: usize) -> Value {
    json!({"file": file(n), "index": 0, "content": BASE64_STANDARD.encode(CONTENT)})
}

fn finish(n: usize) -> Value {
    json!({"file": file(n)})
}

/// A complaint that says everything that can be said, with a file that was uploaded before.
fn everything(n: usize) -> Value {
    let mut body = good();
    let more = json!({
        "kind": "complaint", "customer_type": "consumer", "complained_of": "sales", "complained_of_person": "zhao",
        "unit": "service", "language": "zh", "opinion": "质量太差", "amount": 100, "order_number": "JD-1",
        "matter": "空调", "received_at": "2025-03-07T01:00:00Z", "files": [file(n)], "playbook": "p01",
        "external": {"source": "crm", "reference": format!("r-{n}")}, "facts": {"form_place": "二楼"},
        "subject": "投诉空调", "menu_option": "1", "guided": gates_passed(),
        "settlement": {"account": "当场道歉", "remedies": [{"remedy": "apology", "amount": 0}]},
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body["complainant"] = json!({"name": "张三", "phone": format!("1380000{n:04}"), "email": format!("z{n}@example.com"),
        "address": "人民路 1 号", "other": "微信 zhang", "preferred_channel": "phone"});
    body
}

impl Served {
    /// Orders something about the complaint of `key`, which is expected to be done.
    async fn done(&self, key: &str, verb: &str, body: Value) {
        let command = format!("{key}-{verb}");
        self.order(complaint(key), verb, &command, clerk(), body).await.unwrap();
    }

    /// Uploads file `n` for the complaint of `key`.
    async fn upload(&self, key: &str, n: usize) {
        self.done(key, BeginFile::VERB, begin(n)).await;
        self.done(key, FileChunk::VERB, chunk(n)).await;
        self.done(key, FinishFile::VERB, finish(n)).await;
    }

    /// How much is written of everything that an order could write.
    async fn written(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in
            ["journal", "word", "complaint", "complainant", "file", "file_chunk", "settlement", "entry"]
        {
            counts.push(self.count(table).await);
        }
        counts
    }

    /// Orders it: everything that can be read about it afterwards, or the problem.
    async fn attempt(&self, attempt: &Attempt, key: &str, what: (SubjectRef, &str), actor: Actor) -> Became {
        let before = self.written().await;
        let (subject, verb) = what;
        match self.order(subject.clone(), verb, key, actor, attempt.body.clone()).await {
            Ok(_) => Became::Kept(self.read_back(&subject).await),
            Err(problem) => {
                assert_eq!(self.written().await, before, "a refused order writes nothing: {problem:?}");
                assert_eq!(problem.lacks(), None, "{problem:?}");
                Became::Refused(serde_json::to_value(problem).unwrap())
            }
        }
    }

    async fn read_back(&self, subject: &SubjectRef) -> Vec<Value> {
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from journal where id = $1")
            .bind(&subject.id)
            .fetch_all(&self.pool)
            .await
            .unwrap();
        let mut read: Vec<Value> = bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect();
        let asked = json!({"complaint": subject.complaint_id()});
        for name in ["complaint", "text", "files"] {
            read.extend(self.ask(name, clerk(), asked.clone()).await);
        }
        if let Some(who) = read.iter().find_map(|one| one["complainant"].as_str().map(str::to_owned)) {
            // Nobody is left to ask about once they were forgotten.
            read.extend(self.ask("contact", front_desk(), json!({"complainant": who})).await);
        }
        read
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_of_a_complaint_does_more_than_stand_there() {
    let guided = |document: &mut Value| document["channels"][0]["guided"] = guided_form();
    let served = served_with(guided).await;
    served.upload("k0", 1_000).await;
    served.register("k0", everything(1_000)).await.unwrap();
    for (mut attempt, n) in attempts::<RegisterComplaint>(&everything(1_000)).into_iter().zip(1_001..) {
        let key = format!("k{n}");
        served.upload(&key, n).await;
        // What the feeder registered before would be answered with the first receipt.
        let own = everything(n);
        for (map, member) in
            [("/external", "reference"), ("/complainant", "phone"), ("/complainant", "email")]
        {
            if attempt.place != format!("{map}/{member}") {
                attempt.body.pointer_mut(map).unwrap()[member] = own.pointer(map).unwrap()[member].clone();
            }
        }
        if attempt.place != "/files/0" {
            attempt.body["files"] = own["files"].clone();
        }
        let what = (complaint(&key), RegisterComplaint::VERB);
        let became = match served.attempt(&attempt, &key, what, clerk()).await {
            // Of what the matter is called only a keyed hash is kept, by which repeats are found.
            Became::Kept(_) if attempt.place == "/matter" => Became::Kept(vec![json!(attempt.text)]),
            // The subject stands before the narrative.
            Became::Kept(read) if ["/subject", "/narrative"].contains(&attempt.place.as_str()) => {
                let told = read.iter().find_map(|one| one["narrative"].as_str()).unwrap_or_default();
                assert!(told.contains(attempt.text.trim()), "{told}");
                Became::Kept(vec![json!(attempt.text)])
            }
            became => became,
        };
        attempt.judge(&became);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_of_an_upload_does_more_than_stand_there() {
    let served = served().await;
    for (mut attempt, n) in attempts::<BeginFile>(&begin(1)).into_iter().zip(2_000..) {
        let key = format!("b{n}");
        if attempt.place != "/file" {
            attempt.body["file"] = json!(file(n));
        }
        let what = (complaint(&key), BeginFile::VERB);
        let mut became = served.attempt(&attempt, &format!("{key}-begin"), what, clerk()).await;
        if matches!(became, Became::Kept(_)) {
            served.done(&key, FileChunk::VERB, chunk(n)).await;
            served.done(&key, FinishFile::VERB, finish(n)).await;
            let mut body = good();
            body["files"] = json!([file(n)]);
            served.register(&key, body).await.unwrap();
            became = Became::Kept(served.read_back(&complaint(&key)).await);
        }
        attempt.judge(&became);
    }
    let (key, n) = ("c1", 3_000);
    served.done(key, BeginFile::VERB, begin(n)).await;
    for (attempt, at) in attempts::<FileChunk>(&chunk(n)).into_iter().zip(0..) {
        let what = (complaint(key), FileChunk::VERB);
        attempt.judge(&served.attempt(&attempt, &format!("chunk-{at}"), what, clerk()).await);
    }
    for (attempt, at) in attempts::<FinishFile>(&finish(n)).into_iter().zip(0..) {
        let what = (complaint(key), FinishFile::VERB);
        attempt.judge(&served.attempt(&attempt, &format!("finish-{at}"), what, clerk()).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_about_a_complaint_or_a_person_does_more_than_stand_there() {
    let served = served().await;
    served.upload("k1", 5_000).await;
    served.register("k1", good()).await.unwrap();
    served.enter("k1", clarify_entered(1)).await;
    let said = json!({
        "visit": visit(1), "epoch": 1, "reached": true, "give_up": false, "restated": "要求更换",
        "confirmed_by_customer": false, "identity_verified": true, "said": "铭牌磨损", "category": "quality",
        "complained_of": "sales", "amount": 100, "order_number": "JD-2", "files": [file(5_000)],
        "facts": {"form_place": "二楼"},
        "complainant": {"name": "张三", "phone": "13812345678", "email": "z@example.com", "address": "人民路 1 号",
            "other": "微信 zhang", "preferred_channel": "phone"},
    });
    for (attempt, at) in attempts::<Clarify>(&said).into_iter().zip(0..) {
        let what = (complaint("k1"), Clarify::VERB);
        attempt.judge(&served.attempt(&attempt, &format!("clarify-{at}"), what, clerk()).await);
    }
    let facts = json!({"facts": {"form_place": "二楼"}});
    for (attempt, at) in attempts::<RecordFacts>(&facts).into_iter().zip(0..) {
        let what = (complaint("k1"), RecordFacts::VERB);
        attempt.judge(&served.attempt(&attempt, &format!("fact-{at}"), what, clerk()).await);
    }
    for (attempt, n) in attempts::<ErasePerson>(&json!({"reason": "客户要求"})).into_iter().zip(4_000..) {
        let mut body = good();
        body["complainant"]["phone"] = json!(format!("1390000{n:04}"));
        let receipt = served.register(&format!("p{n}"), body).await.unwrap();
        let asked = json!({"number": receipt.number});
        let found = served.ask("complaint", clerk(), asked).await.unwrap();
        let who: ComplainantId = serde_json::from_value(found["complainant"].clone()).unwrap();
        let what = (SubjectRef::person(&organisation(), who), ErasePerson::VERB);
        attempt.judge(&served.attempt(&attempt, &format!("erase-{n}"), what, officer()).await);
    }
}
