//! What waits beside the chain: entries, commands, held and parked inputs, timers, words; leaders and gauges.

use std::time::Duration;

use contracts::commands::Actor;
use contracts::ids::CommandId;
use contracts::messages::parked_settled::ParkedOutcome;
use contracts::{EventId, OrganisationId, ServiceName};
use journal::command::Recorded;
use journal::entry::EntryId;
use journal::head::HeadChange;
use journal::held::Held;
use journal::parked::{Parked, ParkedWhat, Settled};
use journal::timer::Timer;
use journal::word::SealedWord;
use journal::{Cursor, Cursors, Leader, command, entry, gauges, head, held, parked, timer, word};
use serde_json::json;
use uuid::Uuid;

use super::{append, at, chain, organisation, store, subject};

#[tokio::test]
async fn entries_are_locked_whether_they_are_there_or_not() {
    let (_database, pool) = store().await;
    let id = |key: &str| EntryId { organisation: organisation(), space: "counter".into(), key: key.into() };
    let ids = [id("a"), id("b")];
    let mut one = pool.begin().await.unwrap();
    entry::insert_missing(&mut one, &ids).await.unwrap();
    let locked = entry::lock(&mut one, &ids).await.unwrap();
    assert_eq!(locked, [(id("a"), None), (id("b"), None)]);
    entry::put(&mut one, &[(id("a"), &json!(41))]).await.unwrap();

    let other = tokio::spawn({
        let (pool, ids) = (pool.clone(), ids.clone());
        async move {
            let mut other = pool.begin().await.unwrap();
            entry::insert_missing(&mut other, &ids).await.unwrap();
            entry::lock(&mut other, &ids).await.unwrap()
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!other.is_finished());
    entry::remove(&mut one, &[id("b")]).await.unwrap();
    one.commit().await.unwrap();
    assert_eq!(other.await.unwrap(), [(id("a"), Some(json!(41))), (id("b"), None)]);
    assert_eq!(entry::glance(&pool, &ids).await.unwrap(), [(id("a"), json!(41))]);
}

#[tokio::test]
async fn the_same_command_is_recorded_once_even_at_the_same_time() {
    let (_database, pool) = store().await;
    let recorded = Recorded {
        organisation: organisation(),
        id: CommandId::new("key-1").unwrap(),
        verb: "do".into(),
        body_hash: [3; 32],
        answer: json!({"number": "C-1"}),
        version: 2,
        at: at(100),
    };
    let mut one = pool.begin().await.unwrap();
    assert_eq!(command::record(&mut one, std::slice::from_ref(&recorded)).await.unwrap(), 1);
    let other = tokio::spawn({
        let (pool, recorded) = (pool.clone(), recorded.clone());
        async move {
            let mut other = pool.begin().await.unwrap();
            command::record(&mut other, &[recorded]).await.unwrap()
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!other.is_finished());
    one.commit().await.unwrap();
    assert_eq!(other.await.unwrap(), 0);
    let found = command::load(&pool, &[(&recorded.organisation, &recorded.id)]).await.unwrap();
    assert_eq!(found, [recorded]);
    assert_eq!(command::forget(&pool, at(100), 10).await.unwrap(), 0);
    assert_eq!(command::forget(&pool, at(101), 10).await.unwrap(), 1);
}

#[tokio::test]
async fn held_events_name_their_gap_unless_something_is_parked() {
    let (_database, pool) = store().await;
    let mut connection = pool.acquire().await.unwrap();
    let held_at = |id: &str, sequence| Held {
        subject: subject(id),
        source: ServiceName::Intake,
        sequence,
        headers: vec![("ce-id".into(), "1".into())],
        body: "{}".into(),
    };
    let events = [held_at("a", 4), held_at("a", 3), held_at("b", 2)];
    held::hold(&mut connection, &events).await.unwrap();
    held::hold(&mut connection, &events).await.unwrap();
    head::insert_missing(&mut connection, &[subject("a"), subject("b")]).await.unwrap();
    let gaps = held::gaps(&pool, Duration::ZERO, 10).await.unwrap();
    let found: Vec<_> = gaps.iter().map(|gap| (gap.subject.id.as_str(), gap.after, gap.held_from)).collect();
    assert_eq!(found.len(), 2);
    assert!(found.contains(&("a", 0, 3)) && found.contains(&("b", 0, 2)));
    assert!(held::gaps(&pool, Duration::from_secs(9), 10).await.unwrap().is_empty());

    let cursors = Cursors::from([(ServiceName::Intake, Cursor { parked: Some(1), ..Cursor::default() })]);
    let (subject, hash) = (subject("b"), [0; 32]);
    let change =
        HeadChange { subject: &subject, version: 1, sequence: 0, hash, state: None, cursors: &cursors };
    head::write(&mut connection, &[change]).await.unwrap();
    assert_eq!(held::gaps(&pool, Duration::ZERO, 10).await.unwrap().len(), 1);

    let own = &subject.organisation;
    let listed = held::list(&pool, own, None, 10).await.unwrap();
    let shown = |waiting: &held::Waiting| {
        let held::Waiting { subject, waiting_for, parked, held_from, events, .. } = waiting;
        (subject.id.clone(), *waiting_for, *parked, *held_from, *events)
    };
    let mut shown: Vec<_> = listed.iter().map(shown).collect();
    shown.sort();
    assert_eq!(shown, [("a".into(), 1, false, 3, 2), ("b".into(), 1, true, 2, 1)]);
    let first = &held::list(&pool, own, None, 1).await.unwrap()[0];
    assert_eq!(*first, listed[0]);
    let place = Some((first.since, &first.subject, first.source));
    assert_eq!(held::list(&pool, own, place, 10).await.unwrap(), listed[1..]);
    let other = OrganisationId::new("another").unwrap();
    assert_eq!(held::list(&pool, &other, None, 10).await.unwrap(), []);

    let wanted = [super::subject("a")];
    assert_eq!(held::load(&pool, &wanted).await.unwrap(), [held_at("a", 3), held_at("a", 4)]);
    held::release(&mut connection, &[(&wanted[0], ServiceName::Intake, 3)]).await.unwrap();
    assert_eq!(held::load(&pool, &wanted).await.unwrap(), [held_at("a", 4)]);
}

#[tokio::test]
async fn what_is_parked_counts_its_attempts_and_is_settled_by_a_person() {
    let (_database, pool) = store().await;
    let mut connection = pool.acquire().await.unwrap();
    let what = ParkedWhat::Event {
        source: ServiceName::Routing,
        sequence: 3,
        event: EventId(Uuid::from_u128(1)),
        hash: [4; 32],
    };
    let parked = |id: u128, what: ParkedWhat| Parked {
        id: Uuid::from_u128(id),
        subject: subject("a"),
        what,
        headers: Vec::new(),
        body: "{\"\\u0000\":1}".into(),
        code: "internal".into(),
        reason: "it failed".into(),
        parked_at: at(i64::try_from(id).unwrap()),
        attempts: 1,
        settled: None,
    };
    let timer = ParkedWhat::Timer { key: "k".into(), due: at(5) };
    let all = [parked(1, what), parked(2, timer), parked(3, ParkedWhat::Unreadable)];
    parked::park(&mut connection, &all).await.unwrap();
    parked::park(&mut connection, &all[..1]).await.unwrap();
    let listed = parked::list(&pool, &organisation(), None, 2).await.unwrap();
    assert_eq!(listed[0], Parked { attempts: 2, ..all[0].clone() });
    assert_eq!(listed[1..], all[1..2]);
    let more =
        parked::list(&pool, &organisation(), Some((listed[1].parked_at, listed[1].id)), 2).await.unwrap();
    assert_eq!(more, all[2..]);

    let how =
        Settled { at: at(9), outcome: ParkedOutcome::Dropped, by: Actor::System, reason: "双重".into() };
    parked::settle(&mut connection, &[(&organisation(), all[0].id, &how)]).await.unwrap();
    let shown = parked::load(&pool, &[(&organisation(), all[0].id)]).await.unwrap();
    assert_eq!(shown[0].settled, Some(how));
    assert_eq!(parked::list(&pool, &organisation(), None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn timers_fire_in_order_and_words_are_shredded_by_complaint() {
    let (_database, pool) = store().await;
    let mut connection = pool.acquire().await.unwrap();
    let timer = |id: &str, key: &str, due| Timer {
        subject: subject(id),
        key: key.into(),
        due: at(due),
        payload: json!({ "投诉": due }),
        traceparent: Some(format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{due:02}")),
    };
    let timers = [timer("a", "late", 30), timer("a", "soon", 10), timer("b", "soon", 5)];
    timer::set(&mut connection, &timers.iter().collect::<Vec<_>>()).await.unwrap();
    let untraced = Timer { traceparent: None, ..timer("a", "late", 20) };
    timer::set(&mut connection, &[&untraced]).await.unwrap();
    assert_eq!(timer::earliest(&pool).await.unwrap(), Some(at(5)));
    let due = timer::due_subjects(&pool, at(20), 10).await.unwrap();
    assert_eq!(due, [subject("b"), subject("a")]);
    assert_eq!(timer::due_subjects(&pool, at(20), 1).await.unwrap(), [subject("b")]);
    let fired = timer::due_of(&pool, &due, at(19)).await.unwrap();
    assert_eq!(fired, [timers[2].clone(), timers[1].clone()]);
    assert_eq!(
        timer::due_of(&pool, &due, at(20)).await.unwrap()[2..],
        [untraced],
        "no trace of the first one"
    );
    timer::remove(&mut connection, &[(&subject("b"), "soon")]).await.unwrap();
    assert_eq!(timer::earliest(&pool).await.unwrap(), Some(at(10)));

    let word = |id: u128, complaint: u128| SealedWord {
        organisation: organisation(),
        id: contracts::WordId(Uuid::from_u128(id)),
        complaint: contracts::ComplaintId(Uuid::from_u128(complaint)),
        sealed: vec![1, 2, 3],
    };
    let words = [word(1, 7), word(2, 7), word(3, 8)];
    word::keep(&mut connection, &words).await.unwrap();
    let ids: Vec<_> = words.iter().map(|word| word.id).collect();
    assert_eq!(word::load(&pool, &organisation(), &ids).await.unwrap().len(), 3);
    assert_eq!(word::shred(&mut connection, &[(&organisation(), words[0].complaint)]).await.unwrap(), 2);
    assert_eq!(word::load(&pool, &organisation(), &ids).await.unwrap(), words[2..]);
}

#[tokio::test]
async fn one_leads_and_gauges_count() {
    let (database, pool) = store().await;
    let options = database.options().unwrap();
    let mut leader = Leader::stand(&options, "relay").await.unwrap().unwrap();
    assert!(Leader::stand(&options, "relay").await.unwrap().is_none());
    assert!(Leader::stand(&options, "another").await.unwrap().is_some());
    leader.confirm().await.unwrap();
    drop(leader);
    let mut next = None;
    for _ in 0..100 {
        next = Leader::stand(&options, "relay").await.unwrap();
        if next.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    next.unwrap().resign().await.unwrap();

    let subject = subject("x");
    append(&pool, &subject, &chain(&subject, 3, "{}")).await;
    let mut connection = pool.acquire().await.unwrap();
    let late = Timer { subject, key: "k".into(), due: at(5), payload: json!(null), traceparent: None };
    timer::set(&mut connection, &[&late]).await.unwrap();
    let gauges = gauges(&pool, at(5)).await.unwrap();
    assert_eq!((gauges.unpublished, gauges.held, gauges.parked, gauges.timers_late), (3, 0, 0, 1));
    assert!(gauges.oldest_unpublished < Duration::from_secs(60));
}

#[tokio::test]
async fn the_gaps_of_one_source_do_not_crowd_out_those_of_another() {
    let (_database, pool) = store().await;
    let held_of = |source, id: &str| Held {
        subject: subject(id),
        source,
        sequence: 2,
        headers: Vec::new(),
        body: "{}".into(),
    };
    let mut connection = pool.acquire().await.unwrap();
    for id in ["a", "b", "c"] {
        held::hold(&mut connection, &[held_of(ServiceName::Approval, id)]).await.unwrap();
    }
    held::hold(&mut connection, &[held_of(ServiceName::Intake, "d")]).await.unwrap();
    let gaps = held::gaps(&pool, Duration::ZERO, 2).await.unwrap();
    let found: Vec<_> = gaps.iter().map(|gap| (gap.source, gap.subject.id.as_str())).collect();
    assert_eq!(
        found,
        [(ServiceName::Approval, "a"), (ServiceName::Approval, "b"), (ServiceName::Intake, "d")]
    );
}
