//! The work list and the queries over a real PostgreSQL: what the core decided is what people see.

use std::sync::Arc;

use calendar::VirtualClock;
use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::routing::{
    Board, CasePlace, CasesPage, ClockShown, ContactsPage, PlaybookListed, WorkItem, WorkPage,
};
use contracts::{ComplaintId, SubjectRef};
use journal::head::{self, HeadChange};
use routing::queries::Answers;
use routing::store::{Tables, affected, changes, followed};
use routing::{Library, MIGRATIONS, Row, WorkRow};
use runtime::requests::Queries as _;
use runtime::shell::Store as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::TestDatabase;
use uuid::Uuid;
use vault::{KeyRing, VaultConfig};

use crate::world::{World, complaint, organisation, person, ts};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

async fn database() -> (TestDatabase, PgPool) {
    let database = testkit::postgres().await.unwrap();
    let pool = database.pool(4).await.unwrap();
    journal::migrate(&pool, &MIGRATIONS).await.unwrap();
    (database, pool)
}

/// Writes what the world decided, as the shell would.
async fn write(pool: &PgPool, world: &mut World) {
    let mut transaction = pool.begin().await.unwrap();
    let states = world.written();
    let subjects: Vec<SubjectRef> = states.keys().cloned().collect();
    head::insert_missing(&mut transaction, &subjects).await.unwrap();
    let cursors = head::Cursors::default();
    let heads: Vec<_> = states
        .iter()
        .map(|(subject, state)| HeadChange {
            subject,
            version: 1,
            sequence: 1,
            hash: [0; 32],
            state: Some(state.clone()),
            cursors: &cursors,
        })
        .collect();
    head::write(&mut transaction, &heads).await.unwrap();
    let rows: Vec<_> = std::mem::take(&mut world.rows).into_iter().map(|row| (complaint(), row)).collect();
    Tables.write_rows(&mut transaction, rows).await.unwrap();
    transaction.commit().await.unwrap();
}

fn answers(pool: &PgPool) -> Answers {
    let keys = KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap();
    let clock = Arc::new(VirtualClock::starting_at(ts(FRIDAY)));
    Answers::new(pool.clone(), Arc::new(Library::default()), Arc::new(keys), clock)
}

async fn ask<T: DeserializeOwned>(answers: &Answers, name: &str, body: Value) -> T {
    let query = Query { organisation: organisation(), actor: person("qm.a"), body };
    serde_json::from_value(answers.answer(name, query).await.unwrap()).unwrap()
}

async fn work(answers: &Answers, body: Value) -> Vec<WorkItem> {
    ask::<WorkPage>(answers, "work", body).await.items
}

#[tokio::test]
async fn the_work_list_follows_the_case() {
    let (_database, pool) = database().await;
    let answers = answers(&pool);
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    write(&pool, &mut world).await;
    let mine = work(&answers, json!({"person": "q.a"})).await;
    assert_eq!((mine.len(), mine[0].task.as_str(), mine[0].label.zh.as_str()), (1, "propose", "处理"));
    assert_eq!(mine[0].due, Some(crate::world::ts("2025-03-11T00:00:00+08:00")), "the earliest clock");
    assert!(work(&answers, json!({"person": "q.b"})).await.is_empty());
    assert_eq!(work(&answers, json!({"department": "service", "held": "held"})).await.len(), 1);

    world.complete("handle", "proposed");
    write(&pool, &mut world).await;
    assert!(work(&answers, json!({"person": "q.a"})).await.is_empty(), "it left the list with its visit");
    let line: CasesPage = ask(&answers, "cases", json!({"stage": "approve"})).await;
    assert_eq!((line.items.len(), line.items[0].place), (1, CasePlace::AtStage));
    let case: Value = ask(&answers, "case", json!({"number": "TS202503070001"})).await;
    assert_eq!(case["path"], json!(["handle", "approve"]));
    let approve = case["graph"].as_array().unwrap().iter().find(|node| node["stage"] == "approve").unwrap();
    assert_eq!((&approve["open"], &approve["entered"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn clocks_are_explained_and_settings_are_read() {
    let (_database, pool) = database().await;
    let answers = answers(&pool);
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    write(&pool, &mut world).await;
    let id = complaint().complaint_id();
    let clocks: Vec<ClockShown> = ask(&answers, "clocks", json!({"complaint": id})).await;
    let answer = clocks.iter().find(|clock| clock.key.as_str() == "dept_answer").unwrap();
    assert_eq!((answer.state.as_str(), answer.calendar.as_str()), ("running", "plain-weekdays@0"));
    assert!(
        answer
            .lines
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["note_zh"].as_str().is_some_and(|zh| !zh.is_empty()))
    );
    let listed: Vec<PlaybookListed> = ask(&answers, "playbooks", Value::Null).await;
    assert_eq!((listed[0].id.as_str(), listed[0].versions[0].version), ("rich", 3));
    let document: Value = ask(&answers, "playbook", json!({"id": "rich"})).await;
    assert_eq!(document["document"]["id"], "rich");
    let directory: Value = ask(&answers, "directory", Value::Null).await;
    assert_eq!(directory["people"].as_array().unwrap().len(), 15);
    let outside = Query { organisation: organisation(), actor: Actor::Customer, body: Value::Null };
    assert_eq!(answers.answer("directory", outside).await.unwrap_err().code.as_str(), "not-allowed");
}

fn row(n: u128, due: Option<&str>) -> Row {
    Row::Work(Box::new(WorkRow {
        organisation: organisation(),
        work: contracts::WorkId(Uuid::from_u128(n)),
        complaint: ComplaintId(Uuid::from_u128(1000 + n)),
        number: format!("TS{n:06}"),
        visit: contracts::VisitId(Uuid::from_u128(n)),
        epoch: 1,
        task: "verify".into(),
        stage: "verify".parse().unwrap(),
        label: contracts::Text { zh: "核实".into(), en: "Verify".into() },
        department: "logistics".parse().unwrap(),
        role: "handler".parse().unwrap(),
        secondary: None,
        person: n.is_multiple_of(2).then(|| "lo.a".parse().unwrap()),
        instead_of: None,
        queued: None,
        due: due.map(|due| due.parse().unwrap()),
        level: 1,
        category: None,
        requested_at: FRIDAY.parse().unwrap(),
        since: FRIDAY.parse().unwrap(),
        lacks: None,
        lane: playbook::Lane::Simple,
    }))
}

#[tokio::test]
async fn pages_go_on_where_the_last_ended_and_what_is_not_due_comes_last() {
    let (_database, pool) = database().await;
    let answers = answers(&pool);
    let mut connection = pool.acquire().await.unwrap();
    let due = |n: u128| {
        (!n.is_multiple_of(5)).then_some(if n.is_multiple_of(3) {
            "2025-03-08T00:00:00Z"
        } else {
            "2025-03-09T00:00:00Z"
        })
    };
    let rows = (1..=25).map(|n| (complaint(), row(n, due(n)))).collect();
    Tables.write_rows(&mut connection, rows).await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page: WorkPage = ask(&answers, "work", json!({"limit": 4, "after": after})).await;
        seen.extend(page.items.iter().map(|item| (item.due.is_none(), item.due, item.work)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (25, &sorted));
    assert_eq!(work(&answers, json!({"held": "queued"})).await.len(), 13);
    assert_eq!(work(&answers, json!({"due_before": "2025-03-08T12:00:00Z"})).await.len(), 7);
}

/// the lanes of a queue are counted apart, with the one that waits longest, and what is overdue or nearly.
#[tokio::test]
async fn the_board_counts_lanes_and_what_runs_out() {
    let (_database, pool) = database().await;
    let answers = answers(&pool);
    write(&pool, &mut World::rich(FRIDAY)).await;
    let mut connection = pool.acquire().await.unwrap();
    let now = ts(FRIDAY);
    let at = |minutes: i64| (now + jiff::SignedDuration::from_mins(minutes)).to_string();
    let rows = (1..=9).map(|n: u128| {
        let due = [at(-30), at(30), at(300)];
        let Row::Work(mut work) = row(n, Some(&due[usize::try_from(n % 3).unwrap()])) else { unreachable!() };
        work.lane = if n == 9 { playbook::Lane::Complex } else { playbook::Lane::Simple };
        work.since = now - jiff::SignedDuration::from_mins(i64::try_from(n).unwrap());
        (complaint(), Row::Work(work))
    });
    Tables.write_rows(&mut connection, rows.collect()).await.unwrap();
    let board: Board = ask(&answers, "board", json!({"department": "logistics"})).await;
    let line = &board.departments[0];
    // Those with odd numbers wait; every third is overdue, and every third due within the hour.
    assert_eq!((line.simple.waiting, line.complex.waiting, line.overdue, line.due_soon), (4, 1, 3, 3));
    assert!(line.simple.oldest.unwrap() < now - jiff::SignedDuration::from_mins(6));
    let all: Board = ask(&answers, "board", Value::Null).await;
    assert!(all.departments.len() > 1 && all.departments.iter().any(|line| line.simple.waiting == 0));
}

/// whoever must hear from us again is listed with the time until which and who owes it, until they did.
#[tokio::test]
async fn who_must_hear_from_us_again_is_listed_until_they_do() {
    let (_database, pool) = database().await;
    let answers = answers(&pool);
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    write(&pool, &mut world).await;
    let listed = async |body| ask::<ContactsPage>(&answers, "contacts", body).await.items;
    assert!(listed(json!({})).await.is_empty(), "nobody spoke with them yet");
    world.fact("last_contact", ts(FRIDAY));
    write(&pool, &mut world).await;
    let due = &listed(json!({})).await[0];
    assert_eq!((due.clock.as_str(), due.label.zh.as_str(), due.since), ("progress", "每周联系", ts(FRIDAY)));
    assert_eq!((due.number.as_str(), due.hard), ("TS202503070001", false));
    let department = due.department.as_ref().unwrap().as_str();
    for (body, cases) in [
        (json!({"person": "q.a"}), 1), // who holds the case where the playbook names nobody
        (json!({"person": "q.b"}), 0),
        (json!({"department": department}), 1),
        (json!({"department": "logistics"}), 0),
    ] {
        assert_eq!(listed(body.clone()).await.len(), cases, "{body}");
    }
    world.advance_to("2025-03-10T10:00:00+08:00");
    world.fact("last_contact", ts("2025-03-10T09:50:00+08:00"));
    write(&pool, &mut world).await;
    let again = listed(json!({})).await;
    assert_eq!((again.len(), again[0].since), (1, ts("2025-03-10T09:50:00+08:00")));
    assert!(again[0].due > due.due);
    let page: ContactsPage = ask(&answers, "contacts", json!({"limit": 1})).await;
    assert!(ask::<ContactsPage>(&answers, "contacts", json!({"after": page.next})).await.items.is_empty());
}

/// The replies that are due are found among all work by an index, and so are the customers who must hear from us again.
#[tokio::test]
async fn one_task_among_much_work_is_read_by_its_index() {
    let (_database, pool) = database().await;
    let mut connection = pool.acquire().await.unwrap();
    let rows = (1..=4_000u128).map(|n| {
        let Row::Work(mut work) = row(n, Some("2025-03-08T00:00:00Z")) else { unreachable!() };
        let elsewhere = n.is_multiple_of(2) && !n.is_multiple_of(400);
        work.task = if elsewhere || n.is_multiple_of(400) { "reply".into() } else { "verify".into() };
        if elsewhere {
            work.department = "sales".parse().unwrap();
        }
        (complaint(), Row::Work(work))
    });
    Tables.write_rows(&mut connection, rows.collect()).await.unwrap();
    sqlx::query("analyze work").execute(&pool).await.unwrap();
    let sql = |of: &str| {
        format!(
            "explain (format json) select * from work where organisation = 'huarun' {of} and task = 'reply'
             order by due_order, work limit 20"
        )
    };
    for (of, index) in [("and department = 'logistics'", "work_of_task"), ("", "work_by_task")] {
        let plan: Value = sqlx::query_scalar(sqlx::AssertSqlSafe(sql(of))).fetch_one(&pool).await.unwrap();
        let plan = plan.to_string();
        assert!(plan.contains(index) && !plan.contains("Sort"), "{index}: {plan}");
    }
    let replies = work(&answers(&pool), json!({"department": "logistics", "tasks": ["reply"]})).await;
    assert_eq!(replies.len(), 10);
    assert!(work(&answers(&pool), json!({"tasks": ["reply", "callback"]})).await.len() > 10);
}

#[tokio::test]
async fn a_change_of_the_directory_is_followed_once() {
    let (_database, pool) = database().await;
    let mut connection = pool.acquire().await.unwrap();
    let cause = Uuid::from_u128(5);
    let people = vec!["lo.a".parse().unwrap()];
    let mut rows: Vec<_> = (1..=6).map(|n| (complaint(), row(n, None))).collect();
    rows.push((complaint(), Row::Reconsider { organisation: organisation(), cause, people }));
    Tables.write_rows(&mut connection, rows).await.unwrap();
    let waiting = changes(&pool).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let first = affected(&pool, &waiting[0], None, 4).await.unwrap();
    assert_eq!(first.len(), 4, "theirs and what nobody holds");
    let rest = affected(&pool, &waiting[0], Some(first[3].work), 4).await.unwrap();
    assert_eq!(rest.len(), 2);
    followed(&pool, &waiting[0]).await.unwrap();
    assert!(changes(&pool).await.unwrap().is_empty());
}
