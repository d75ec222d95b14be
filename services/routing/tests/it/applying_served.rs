//! Versions previewed and applied over a real PostgreSQL: page by page, batch by batch, and again after a stop.

use contracts::commands::Answer;
use contracts::commands::routing::{ApplyCalendar, ApplyPlaybook, PublishCalendar};
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::routing::{ClockShown, PreviewPage, PreviewTurn};
use contracts::{ComplaintId, SubjectRef};
use routing::applying::{OpenCase, spread_to};
use routing::store::{Tables, applications};
use routing::{Row, following};
use runtime::shell::Store as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::applying::without_first_contact;
use crate::served::{Example, Served};
use crate::world::{World, administrator, organisation, person, ts};

/// Before the world of [`Served`], so that a make-up day on the Thursday makes clocks overdue.
const WEDNESDAY: &str = "2025-03-05T10:00:00+08:00";
/// How many cases there are.
const CASES: u128 = 7;

fn complaint(n: u128) -> SubjectRef {
    SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)))
}

fn document(version: u32, make_up: &[&str]) -> Value {
    let make_up_day =
        |date: &&str| json!({"date": date, "like": "monday", "name_zh": "调休", "name_en": "Make-up"});
    // A week of Monday, Tuesday and Friday, so that the days between can be made up for.
    let weekly = json!({"monday": "all day", "tuesday": "all day", "friday": "all day"});
    json!({"id": "cn", "version": version, "zone": "Asia/Shanghai", "weekly": weekly,
        "make_up_days": make_up.iter().map(make_up_day).collect::<Vec<_>>()})
}

/// Cases that run on version 1 of the calendar; version 2 is published.
async fn cases(served: &Served) {
    let mut world = World::rich(WEDNESDAY);
    world.settle(&PublishCalendar { document: document(1, &[]) }).unwrap();
    world.register(|said| said.category = Some("food".parse().unwrap()));
    world.settle(&PublishCalendar { document: document(2, &["2025-03-06"]) }).unwrap();
    put(served, &mut world).await;
}

/// Puts the case of a world into the database [`CASES`] times; the last one was closed meanwhile.
async fn put(served: &Served, world: &mut World) {
    let states = world.written();
    for n in 1..=CASES {
        served.put(&states, &complaint(n)).await;
    }
    let mut connection = served.pool.acquire().await.unwrap();
    for row in std::mem::take(&mut world.rows) {
        let Row::Case(row) = row else { continue };
        for n in 1..=CASES {
            let mut row = row.clone();
            row.complaint = ComplaintId(Uuid::from_u128(n));
            row.closed_at = (n == CASES).then(|| ts(WEDNESDAY));
            Tables.write_rows(&mut connection, vec![(complaint(n), Row::Case(row))]).await.unwrap();
        }
    }
}

async fn preview(served: &Served, after: Option<&str>) -> PreviewPage {
    let body = json!({"calendar": {"id": "cn", "version": 2}, "limit": 2, "after": after});
    serde_json::from_value(served.ask(administrator(), "preview", body).await.unwrap()).unwrap()
}

async fn apply(served: &Served) -> Answer {
    let calendar = CalendarRef { id: "cn".parse().unwrap(), version: 2 };
    let order = ApplyCalendar { calendar, reason: "公布了调休安排".into() };
    let subject = SubjectRef::organisation(&organisation());
    let example = Example { subject, actor: administrator(), body: serde_json::to_value(order).unwrap() };
    served.order("apply-2".into(), "calendar.apply", example).await
}

/// What a case said of its clocks.
async fn moved(served: &Served, n: u128) -> Vec<(String, Option<String>)> {
    let said = served.events(&complaint(n)).await;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let moves = said.iter().filter(|event| event["change"] == "moved");
    moves.map(|event| (text(&event["key"]).unwrap(), text(&event["due"]))).collect()
}

#[tokio::test]
async fn a_preview_counts_once_and_pages_through_the_open_cases() {
    let served = Served::start().await;
    cases(&served).await;
    let first = preview(&served, None).await;
    let counts = first.counts.unwrap();
    let open = u64::try_from(CASES - 1).unwrap();
    assert_eq!((counts.looked_at, counts.whole, counts.cases), (open, true, open));
    assert_eq!((counts.clocks, counts.earlier, counts.later), (2 * open, 2 * open, 0));
    assert_eq!((counts.overdue, counts.no_longer_overdue, counts.cannot), (open, 0, 0));
    let (mut seen, mut next) = (first.items, first.next);
    while let Some(after) = next {
        let page = preview(&served, Some(&after)).await;
        assert!(page.items.len() <= 2 && page.counts.is_none());
        seen.extend(page.items);
        next = page.next;
    }
    let ids: Vec<_> = seen.iter().map(|case| case.complaint.0.as_u128()).collect();
    assert_eq!(ids, (1..CASES).collect::<Vec<_>>());
    let contact = seen[0].clocks.iter().find(|clock| clock.key.as_str() == "first_contact").unwrap();
    assert_eq!(contact.before, Some(ts("2025-03-08T00:00:00+08:00")));
    assert_eq!(contact.after, Some(ts("2025-03-07T00:00:00+08:00")));
    assert_eq!(contact.turn, Some(PreviewTurn::Overdue));
    for (body, code) in [
        (json!({}), "missing-field"),
        (json!({"calendar": {"id": "cn", "version": 9}}), "not-found"),
        (json!({"playbook": {"id": "rich", "version": 9}}), "unknown-playbook"),
        (json!({"calendar": {"id": "cn", "version": 2}, "after": "x"}), "invalid-field"),
    ] {
        assert_eq!(served.ask(person("s.agent"), "preview", body).await.unwrap_err().code.as_str(), code);
    }
}

#[tokio::test]
async fn applying_does_in_batches_what_the_preview_said_and_goes_on_after_a_stop() {
    let served = Served::start().await;
    cases(&served).await;
    let said = preview(&served, None).await.items;
    assert!(matches!(apply(&served).await, Answer::Done { .. }));
    let [application] = &applications::waiting(&served.pool).await.unwrap()[..] else { panic!("one waits") };
    // Somebody began, moved two and stopped before it was written down.
    for n in 1..=2 {
        let case = OpenCase {
            organisation: organisation(),
            complaint: ComplaintId(Uuid::from_u128(n)),
            playbook: PlaybookRef { id: "rich".parse().unwrap(), version: 3 },
        };
        let order = spread_to(application.cause, &application.version, &case);
        assert!(matches!(served.inlet.command(order).await, Answer::Done { .. }));
    }
    assert!(following::apply(&served.pool, &served.inlet, application, 2).await.unwrap());
    let [begun] = &applications::waiting(&served.pool).await.unwrap()[..] else { panic!("it still waits") };
    assert_eq!(begun.after, Some(ComplaintId(Uuid::from_u128(CASES - 1))), "where it stands is written down");
    following::follow_all(&served.pool, &served.inlet).await.unwrap();
    assert_eq!(applications::count(&served.pool).await.unwrap(), 0);
    following::follow_all(&served.pool, &served.inlet).await.unwrap();
    for n in 1..CASES {
        let expected: Vec<_> = said[0]
            .clocks
            .iter()
            .map(|clock| (clock.key.to_string(), clock.after.map(|at| at.to_string())))
            .collect();
        let mut found = moved(&served, n).await;
        found.sort();
        let mut sorted = expected.clone();
        sorted.sort();
        assert_eq!(found, sorted, "each clock of case {n} moved once");
    }
    assert!(moved(&served, CASES).await.is_empty(), "the closed case is left");
    let left = preview(&served, None).await;
    assert_eq!((left.counts.unwrap().concerned, left.items.len(), left.next), (0, 0, None));
}

/// What a playbook would do: the clock that it does not have stops, the others stay; then it is done.
#[tokio::test]
async fn a_playbook_is_previewed_and_applied_and_what_it_lacks_is_still_explained() {
    let served = Served::start().await;
    let mut world = World::rich(WEDNESDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    world.shelve(&without_first_contact());
    put(&served, &mut world).await;
    let playbook = PlaybookRef { id: "rich".parse().unwrap(), version: 4 };
    let asked = json!({"playbook": playbook, "limit": 1});
    let page = served.ask(administrator(), "preview", asked.clone()).await.unwrap();
    let page: PreviewPage = serde_json::from_value(page).unwrap();
    let counts = page.counts.unwrap();
    let open = u64::try_from(CASES - 1).unwrap();
    assert_eq!((counts.concerned, counts.cases, counts.stopped, counts.clocks), (open, open, open, 0));
    let stopped = &page.items[0].stopped[0];
    assert_eq!(
        (page.items.len(), stopped.key.as_str(), stopped.label.zh.as_str()),
        (1, "first_contact", "首次联系")
    );

    let order = ApplyPlaybook { playbook, reason: "首次联系不再计时".into() };
    let subject = SubjectRef::organisation(&organisation());
    let example = Example { subject, actor: administrator(), body: serde_json::to_value(order).unwrap() };
    let answer = served.order("apply-4".into(), "playbook.apply", example).await;
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    following::follow_all(&served.pool, &served.inlet).await.unwrap();
    let version = "select distinct playbook_version from case_line where closed_at is null";
    let versions: Vec<i32> = sqlx::query_scalar(version).fetch_all(&served.pool).await.unwrap();
    assert_eq!(versions, [4], "lists show the version that is followed");
    let first = complaint(1).complaint_id();
    let clocks = served.ask(person("q.a"), "clocks", json!({"complaint": first})).await.unwrap();
    let clocks: Vec<ClockShown> = serde_json::from_value(clocks).unwrap();
    let contact = clocks.iter().find(|clock| clock.key.as_str() == "first_contact").unwrap();
    assert!(contact.stopped_at.is_some() && !contact.lines.as_array().unwrap().is_empty());
    let left = served.ask(administrator(), "preview", asked).await.unwrap();
    assert_eq!((&left["counts"]["concerned"], &left["items"]), (&json!(0), &json!([])));
}
