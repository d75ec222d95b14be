//! Lanes of a queue; the shift-handover log as it is asked for, and what is left of it once somebody is forgotten.

use contracts::commands::routing::{self as orders, DirectoryImported};
use contracts::commands::{Actor, Answer, Verb as _};
use contracts::messages::person_erased::PersonErased;
use contracts::queries::routing::HandoversPage;
use contracts::{CommandId, ComplainantId, HandoverId, ServiceName, SubjectRef};
use playbook::Lane;
use routing::Row;
use serde_json::{Value, json};

use crate::served::{Example, Served};
use crate::world::{World, administrator, complaint, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn text() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read_to_string(format!("{root}/../../deploy/playbooks/p03-receive-classify-approve.yaml"))
        .unwrap()
}

fn lane(world: &World) -> Lane {
    let rows = world.rows.iter().rev();
    let mut works = rows.filter_map(|row| if let Row::Work(row) = row { Some(row.lane) } else { None });
    works.next().unwrap()
}

#[test]
fn work_waits_in_the_lane_of_its_stage_or_category_unless_the_case_says_otherwise() {
    let other = "{key: other, label: {zh: 其他, en: Other}}";
    let complex = text().replace(other, "{key: other, lane: complex, label: {zh: 其他, en: Other}}");
    assert_ne!(complex, text());
    for (text, said, expected) in [
        (text(), None, Lane::Simple),
        (complex.clone(), None, Lane::Complex),
        (complex, Some(false), Lane::Simple),
        (text(), Some(true), Lane::Complex),
    ] {
        let mut world = World::with(&text, FRIDAY);
        world.register(|said| said.category = Some("other".parse().unwrap()));
        if let Some(said) = said {
            world.fact("complex", said);
        }
        assert_eq!(lane(&world), expected);
    }
}

#[test]
fn an_import_tells_who_is_left_out_and_still_holds_work() {
    let mut world = World::with(&text(), FRIDAY);
    world.burden("agent.b", 3);
    let files = json!({"files": ["id,name,department\nagent.a,agent.a,customer_service\nnew.one,新人,logistics\n"], "dry_run": true});
    let (directory, before) = (SubjectRef::directory(&organisation()), world.said.len());
    let told = world.command(directory.clone(), "directory.import", files.clone(), administrator()).unwrap();
    let told: DirectoryImported = serde_json::from_value(told).unwrap();
    assert_eq!((told.people.added.as_slice(), told.people.unchanged), (&["new.one".to_owned()][..], 1));
    assert_eq!((told.left_out[0].person.as_str(), told.left_out[0].open_work), ("agent.b", 3));
    assert_eq!(world.said.len(), before, "a dry run changes nothing");
    let mut files = files;
    files["dry_run"] = false.into();
    assert_eq!(
        world
            .command(directory.clone(), "directory.import", files.clone(), person("agent.a"))
            .unwrap_err()
            .code
            .as_str(),
        "not-allowed"
    );
    world.command(directory, "directory.import", files, administrator()).unwrap();
    assert_eq!(world.said.len(), before + 1, "it is one change of the directory, as if it were put");
}

/// Three who are managers of each other, and departments above each other, are refused where the ring would be closed; in a
/// file, at its line.
#[test]
fn a_ring_of_managers_or_departments_is_refused_with_its_place() {
    let mut world = World::with(&text(), FRIDAY);
    let directory = SubjectRef::directory(&organisation());
    let before = world.said.len();
    let mut put = |departments: Value, people: Value| {
        let body = json!({ "departments": departments, "people": people });
        let problem = world.command(directory.clone(), "directory.put", body, administrator()).unwrap_err();
        (problem.field.clone().unwrap(), problem.detail)
    };
    // qm.a is below qm.lead, who is below the boss.
    let boss = json!({ "id": "boss", "name": "boss", "department": "head_office", "manager": "qm.a" });
    let (field, detail) = put(json!([]), json!([boss]));
    assert_eq!(field, "/people/0/manager");
    assert!(detail.ends_with("boss → qm.a → qm.lead → boss"), "{detail}");
    let office =
        json!({ "id": "head_office", "name": { "zh": "总部", "en": "Head office" }, "parent": "logistics" });
    let (field, detail) = put(json!([office]), json!([]));
    assert_eq!(field, "/departments/0/parent");
    assert!(detail.ends_with("head_office → logistics → head_office"), "{detail}");
    let files =
        json!({ "files": ["id,name,department,reports_to\nboss,boss,head_office,qm.a\n"], "dry_run": true });
    let problem = world.command(directory, "directory.import", files, administrator()).unwrap_err();
    assert!(problem.detail.contains("line 2, column “reports_to”"), "{problem:?}");
    assert!(problem.expected.unwrap().contains("a line of managers that ends"));
    assert_eq!(world.said.len(), before);
}

/// A case complained of agent.b that waits for agent.a, and what agent.a leaves to the next shift.
async fn handed_over() -> (Served, HandoverId) {
    let served = Served::start().await;
    let mut world = World::with(&text(), FRIDAY);
    world.register(|said| {
        said.category = Some("other".parse().unwrap());
        said.complained_of_person = Some("agent.b".parse().unwrap());
    });
    let (work, _) = world.work("classify");
    served.put(&world.written(), &complaint()).await;
    let key = CommandId::new("shift-ends").unwrap();
    let id = orders::handover_for(&organisation(), &key);
    let item = json!({"complaint": complaint().id, "work": work, "note": "客户晚上接电话"});
    let body = json!({"department": "customer_service", "note": "打印机缺纸", "items": [item]});
    let example =
        Example { subject: SubjectRef::handover(&organisation(), id), actor: person("agent.a"), body };
    let answer = served.order("shift-ends".to_owned(), orders::WriteHandover::VERB, example).await;
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    (served, id)
}

async fn log(served: &Served, who: &str, asked: Value) -> HandoversPage {
    serde_json::from_value(served.ask(person(who), "handovers", asked).await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_log_is_read_with_its_words_but_not_by_whom_it_concerns_and_closes_once_acknowledged() {
    let (served, id) = handed_over().await;
    let asked = json!({"department": "customer_service", "open": true});
    let page = log(&served, "cs.lead", asked.clone()).await;
    let shown = &page.items[0];
    assert_eq!((page.items.len(), shown.handover, shown.note.as_deref()), (1, id, Some("打印机缺纸")));
    assert_eq!(shown.items[0].note.as_deref(), Some("客户晚上接电话"));
    let kept = log(&served, "agent.b", asked.clone()).await;
    assert!(kept.items[0].items.is_empty() && kept.items[0].note.is_none(), "{kept:?}");
    assert!(log(&served, "cs.lead", json!({"department": "logistics"})).await.items.is_empty());
    let events = format!("{:?}", served.events(&SubjectRef::handover(&organisation(), id)).await);
    assert!(!events.contains("打印机") && !events.contains("电话"), "words stay where they were said");
    let subject = SubjectRef::handover(&organisation(), id);
    let example = Example { subject, actor: person("cs.lead"), body: json!({}) };
    let answer = served.order("noted".to_owned(), orders::AcknowledgeHandover::VERB, example).await;
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    assert!(log(&served, "cs.lead", asked).await.items.is_empty());
    let done = log(&served, "cs.lead", json!({"open": false})).await;
    assert_eq!(done.items[0].acknowledged_by.as_ref().and_then(Actor::person).unwrap().as_str(), "cs.lead");
}

#[tokio::test]
async fn with_the_person_what_a_handover_said_is_forgotten_and_that_it_was_is_not() {
    let (served, id) = handed_over().await;
    let complainant = ComplainantId(uuid::Uuid::from_u128(9));
    let erased = PersonErased {
        complainant,
        complaints: complaint().complaint_id().into_iter().collect(),
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    served.hear(ServiceName::Intake, &SubjectRef::person(&organisation(), complainant), erased).await;
    let page = log(&served, "cs.lead", json!({"handover": id})).await;
    assert!(page.items[0].note.is_none() && page.items[0].items[0].note.is_none());
    assert_eq!(page.items[0].items[0].number, "TS202503070001");
    let kept: i64 = sqlx::query_scalar("select count(*) from word").fetch_one(&served.pool).await.unwrap();
    assert_eq!(kept, 0, "nothing is left to be opened");
}
