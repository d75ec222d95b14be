//! What is asked all the time never reads a large table whole.

use std::time::Duration;

use contracts::ServiceName;
use contracts::ids::CommandId;
use journal::command::Recorded;
use journal::entry::EntryId;
use journal::head::HeadChange;
use journal::outbox::Published;
use journal::timer::Timer;
use journal::{Cursors, command, entry, head, held, outbox, parked, place, recover, timer, word};
use serde_json::json;
use sqlx::PgConnection;

use super::{at, organisation, store, subject};

/// Tables as they are after some minutes of high load: most outbox rows are published and not yet purged.
const FILL: &[&str] = &[
    "insert into head (organisation, kind, id, version, sequence, changed_at)
     select 'huarun', 'complaint', 's' || n, 1, 1, now() - n * interval '1 minute' from generate_series(1, 40000) n",
    "insert into journal (organisation, kind, id, sequence, event_id, what, type_version, time, headers, body, hash,
                          previous_hash)
     select 'huarun', 'complaint', 's' || n, 1, gen_random_uuid(), 'x', 1, now(), '[]', '{}', decode(repeat('00', 32), 'hex'),
            decode(repeat('00', 32), 'hex')
     from generate_series(1, 40000) n",
    "insert into outbox (organisation, position, published_at, stream_created, stream_sequence)
     select 'huarun', n, now() - n * interval '10 milliseconds', 'then', n from generate_series(1, 39900) n",
    "insert into outbox (organisation, position) select 'huarun', n from generate_series(39901, 40000) n",
    "insert into timer (organisation, kind, id, key, due, payload)
     select 'huarun', 'complaint', 's' || n, 'k', to_timestamp(1700000000 + n), '{}' from generate_series(1, 40000) n",
    "insert into command (organisation, command_id, verb, body_hash, answer, version, at)
     select 'huarun', 'c' || n, 'do', '\\x00', '{}', 1, to_timestamp(1700000000 + n) from generate_series(1, 40000) n",
    "insert into entry (organisation, space, key, value)
     select 'huarun', 'load', 'e' || n, '1' from generate_series(1, 40000) n",
    "insert into held (organisation, kind, id, source, sequence, headers, body)
     select 'huarun', 'complaint', 's' || n, 'intake', 3, '[]', '{}' from generate_series(1, 40000) n",
    "insert into parked (organisation, park_id, kind, id, headers, body, code, reason, parked_at, settled_at)
     select 'huarun', gen_random_uuid(), 'complaint', 's' || n, '[]', '{}', 'c', 'r', now(), now()
     from generate_series(1, 40000) n",
    "insert into word (organisation, id, complaint, sealed)
     select 'huarun', gen_random_uuid(), gen_random_uuid(), '\\x00' from generate_series(1, 40000) n",
    "analyze",
];

async fn scans(connection: &mut PgConnection) -> Vec<(String, i64)> {
    sqlx::query("select pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
    sqlx::query("select 1").execute(&mut *connection).await.unwrap();
    sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *connection).await.unwrap();
    sqlx::query_as("select relname::text, seq_scan from pg_stat_user_tables order by relname")
        .fetch_all(connection)
        .await
        .unwrap()
}

async fn ask_everything(on: &mut PgConnection, nth: i64) {
    let subjects: Vec<_> = (0..50).map(|n| subject(&format!("s{}", nth * 50 + n + 1))).collect();
    let cursors = Cursors::new();
    head::lock(on, &subjects).await.unwrap();
    head::peek(&mut *on, &subjects).await.unwrap();
    head::insert_missing(on, &[subject(&format!("new{nth}"))]).await.unwrap();
    let change = |subject| HeadChange {
        subject,
        version: 2,
        sequence: 1,
        hash: [0; 32],
        state: None,
        cursors: &cursors,
    };
    head::write(on, &subjects.iter().map(change).collect::<Vec<_>>()).await.unwrap();
    head::remove_untouched(on, &[subject(&format!("new{nth}"))]).await.unwrap();

    let waiting = outbox::next(&mut *on, 10).await.unwrap();
    let published: Vec<_> = waiting
        .iter()
        .map(|row| Published { position: row.position, stream_sequence: 50_000 + nth as u64 })
        .collect();
    outbox::mark_published(&mut *on, "then", &published).await.unwrap();
    outbox::unpublished(&mut *on).await.unwrap();
    outbox::purge(&mut *on, Duration::from_secs(395), 100).await.unwrap();

    timer::due_subjects(&mut *on, at(1_700_000_100), 50).await.unwrap();
    timer::due_of(&mut *on, &subjects, at(1_700_000_100)).await.unwrap();
    timer::earliest(&mut *on).await.unwrap();
    let set: Vec<_> = subjects
        .iter()
        .map(|subject| Timer {
            subject: subject.clone(),
            key: "k".into(),
            due: at(1_800_000_000),
            payload: json!({}),
            traceparent: None,
        })
        .collect();
    timer::set(on, &set.iter().collect::<Vec<_>>()).await.unwrap();
    timer::remove(on, &subjects.iter().map(|subject| (subject, "other")).collect::<Vec<_>>()).await.unwrap();

    let (of, id) = (organisation(), CommandId::new(format!("new-{nth}")).unwrap());
    command::load(&mut *on, &[(&of, &id)]).await.unwrap();
    let recorded = Recorded {
        organisation: of.clone(),
        id,
        verb: "do".into(),
        body_hash: [0; 32],
        answer: json!({}),
        version: 1,
        at: at(1_800_000_000),
    };
    command::record(on, &[recorded]).await.unwrap();
    command::forget(&mut *on, at(1_700_000_050), 10).await.unwrap();

    let entries: Vec<_> = (0..20)
        .map(|n| EntryId {
            organisation: organisation(),
            space: "load".into(),
            key: format!("e{}", nth * 20 + n),
        })
        .collect();
    entry::insert_missing(on, &entries).await.unwrap();
    entry::lock(on, &entries).await.unwrap();
    entry::glance(&mut *on, &entries).await.unwrap();
    let two = json!(2);
    entry::put(on, &entries.iter().map(|id| (id, &two)).collect::<Vec<_>>()).await.unwrap();
    entry::remove(on, &entries).await.unwrap();

    held::load(&mut *on, &subjects).await.unwrap();
    let released: Vec<_> = subjects.iter().map(|subject| (subject, ServiceName::Intake, 3)).collect();
    held::release(on, &released).await.unwrap();
    parked::list(&mut *on, &of, None, 100).await.unwrap();
    recover::heads_page(&mut *on, None, Some(&subjects[0]), 100).await.unwrap();
    recover::heads_page(&mut *on, Some(at(4_000_000_000)), None, 100).await.unwrap();
    recover::journal_page(&mut *on, &subjects[0], 0, 100).await.unwrap();
    place::find(&mut *on, &subjects.iter().map(|subject| (subject, 1)).collect::<Vec<_>>()).await.unwrap();
    let words = [contracts::WordId(uuid::Uuid::nil())];
    word::load(&mut *on, &of, &words).await.unwrap();
    word::shred(on, &[(&of, contracts::ComplaintId(uuid::Uuid::nil()))]).await.unwrap();
}

#[tokio::test]
async fn what_is_asked_all_the_time_never_reads_a_table_whole() {
    let (_database, pool) = store().await;
    let mut on = pool.acquire().await.unwrap();
    for sql in FILL {
        sqlx::query(*sql).execute(&mut *on).await.unwrap();
    }
    let before = scans(&mut on).await;
    // Often enough for the server to try its plans without looking at the arguments.
    for nth in 0..8 {
        ask_everything(&mut on, nth).await;
    }
    assert_eq!(scans(&mut on).await, before);
}
