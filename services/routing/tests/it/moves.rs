//! Why people moved work: kept where it was said, shown with the case, and forgotten with the person.

use contracts::commands::routing::{ClaimWork, HandBackWork, ReassignWork, TransferStage};
use contracts::commands::{Actor, Answer, Verb};
use contracts::messages::person_erased::PersonErased;
use contracts::{ComplainantId, ServiceName, SubjectRef};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::served::{Example, Served};
use crate::world::{World, complaint, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";
const REASONS: [&str; 3] = ["家里有事，王女士的投诉我办不了", "熟悉此客户", "运输途中损坏，归物流部"];

/// A case with qm.a, and agent.b complained of.
fn world() -> World {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| {
        said.category = Some("quality".parse().unwrap());
        said.complained_of_person = Some("agent.b".parse().unwrap());
    });
    world
}

#[test]
fn work_is_passed_on_by_its_holder_and_by_who_directs_it() {
    let mut world = world();
    let (work, _) = world.work("handle");
    let to = |who: &str| ReassignWork { work, person: who.parse().unwrap(), reason: REASONS[1].to_owned() };
    for (by, person_to, holder) in [
        ("lo.a", "qm.b", None),
        ("qm.b", "qm.b", None),
        ("qm.a", "qm.b", Some("qm.b")),
        ("qm.a", "qm.a", None),
        ("qm.lead", "qm.a", Some("qm.a")),
    ] {
        let done = world.order(&to(person_to), person(by));
        assert_eq!(
            done.as_ref().err().map(|problem| problem.code.as_str()),
            holder.map_or(Some("not-the-holder"), |_| None),
            "{by}"
        );
        if let Some(holder) = holder {
            assert_eq!(world.holder("handle"), holder);
        }
    }
}

async fn order<V: Verb>(served: &Served, key: &str, actor: &str, body: &V) {
    let (subject, body) = (complaint(), serde_json::to_value(body).unwrap());
    let example = Example { subject, actor: person(actor), body };
    let answer = served.order(key.to_owned(), V::VERB, example).await;
    assert!(matches!(answer, Answer::Done { .. }), "{}: {answer:?}", V::VERB);
}

/// qm.a gives the work back, qm.b takes it, qm.lead gives it to qm.a again, who transfers it to logistics.
async fn moved() -> Served {
    let (served, world) = (Served::start().await, world());
    served.put(&world.written(), &complaint()).await;
    let ((work, _), (visit, epoch)) = (world.work("handle"), world.visit("handle"));
    let [ill, known, theirs] = REASONS.map(str::to_owned);
    order(&served, "1", "qm.a", &HandBackWork { work, reason: ill }).await;
    order(&served, "2", "qm.b", &ClaimWork { work }).await;
    let to = "qm.a".parse().unwrap();
    order(&served, "3", "qm.lead", &ReassignWork { work, person: to, reason: known }).await;
    let department = "logistics".parse().unwrap();
    order(&served, "4", "qm.a", &TransferStage { visit, epoch, department, reason: theirs }).await;
    served
}

async fn case(served: &Served, actor: &str) -> Value {
    let asked = json!({ "complaint": complaint().complaint_id() });
    served.ask(person(actor), "case", asked).await.unwrap()
}

#[tokio::test]
async fn whoever_reads_the_case_reads_why_its_work_moved() {
    let served = moved().await;
    let shown = case(&served, "qm.b").await;
    let moves = shown["moves"].as_array().unwrap();
    let told: Vec<_> = moves
        .iter()
        .map(|one| {
            let word = one["because"]["reason"]["id"].as_str().unwrap();
            [&one["moved"], &one["from"], &one["to"], &one["because"]["by"]["person"], &shown["words"][word]]
                .map(|value| value.as_str().unwrap_or("-"))
        })
        .collect();
    let [ill, known, theirs] = REASONS;
    assert_eq!(
        told,
        [
            ["handed_back", "qm.a", "-", "qm.a", ill],
            ["reassigned", "qm.b", "qm.a", "qm.lead", known],
            ["transferred", "quality_management", "logistics", "qm.a", theirs],
        ]
    );
    assert_eq!(shown["words"].as_object().unwrap().len(), 3);
    assert_eq!(case(&served, "agent.b").await["words"], json!({}), "but not the person complained of");
}

#[tokio::test]
async fn events_refer_to_the_words_and_carry_none() {
    let served = moved().await;
    let events = served.events(&complaint()).await;
    let because: Vec<_> = events.iter().filter(|event| event["because"].is_object()).collect();
    assert_eq!(because.len(), 3, "{events:?}");
    let states: Vec<String> =
        sqlx::query_scalar("select state::text from head").fetch_all(&served.pool).await.unwrap();
    let rows: Vec<String> =
        sqlx::query_scalar("select to_jsonb(work)::text from work").fetch_all(&served.pool).await.unwrap();
    let written = format!("{events:?}{states:?}{rows:?}");
    for reason in REASONS {
        assert!(!written.contains(reason), "{reason} stands in the clear");
    }
}

#[tokio::test]
async fn with_the_person_the_words_are_forgotten_and_that_work_moved_is_not() {
    let served = moved().await;
    let before = case(&served, "qm.b").await;
    let complainant = ComplainantId(Uuid::from_u128(9));
    let erased = PersonErased {
        complainant,
        complaints: complaint().complaint_id().into_iter().collect(),
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    served.hear(ServiceName::Intake, &SubjectRef::person(&organisation(), complainant), erased).await;
    let after = case(&served, "qm.b").await;
    assert_eq!(after["words"], json!({}));
    assert_eq!((&after["moves"], after["moves"].as_array().unwrap().len()), (&before["moves"], 3));
    let kept: i64 = sqlx::query_scalar("select count(*) from word").fetch_one(&served.pool).await.unwrap();
    assert_eq!(kept, 0, "nothing is left to be opened");
}
