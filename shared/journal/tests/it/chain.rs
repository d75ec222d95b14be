//! Heads, journal, outbox, pages: what was said, and that it stays said.

use std::time::Duration;

use contracts::ServiceName;
use journal::head::HeadChange;
use journal::outbox::Published;
use journal::{
    ChainFault, Cursor, Cursors, Migrator, VerifyError, head, migrate, outbox, recover, verify_subject,
};

use super::{append, chain, store, subject};

#[tokio::test]
async fn migrations_run_twice_beside_those_of_a_service() {
    let (_database, pool) = store().await;
    migrate(&pool, &Migrator::DEFAULT).await.unwrap();
    let (messaging, service): (i64, i64) = sqlx::query_as(
        "select (select count(*) from migration_of_messaging), (select count(*) from migration_of_service)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(messaging > 0 && service == 0);
}

#[tokio::test]
async fn a_head_is_locked_by_one_and_skipped_by_others() {
    let (_database, pool) = store().await;
    let subjects = [subject("b"), subject("a")];
    let mut one = pool.begin().await.unwrap();
    assert!(head::lock(&mut one, &subjects).await.unwrap().is_empty());
    let inserted = head::insert_missing(&mut one, &subjects).await.unwrap();
    assert_eq!(inserted.len(), 2);
    let cursors =
        Cursors::from([(ServiceName::Routing, Cursor { sequence: 4, hash: [9; 32], parked: Some(5) })]);
    let change = HeadChange {
        subject: &subjects[0],
        version: 7,
        sequence: 3,
        hash: [1; 32],
        state: Some(r#"{"投诉": 1}"#.into()),
        cursors: &cursors,
    };
    head::write(&mut one, &[change]).await.unwrap();
    head::remove_untouched(&mut one, &subjects).await.unwrap();
    one.commit().await.unwrap();

    let mut one = pool.begin().await.unwrap();
    let locked = head::lock(&mut one, &subjects).await.unwrap();
    assert_eq!(locked.len(), 1);
    assert_eq!((locked[0].version, locked[0].sequence, locked[0].hash), (7, 3, [1; 32]));
    assert_eq!((locked[0].state.as_deref(), &locked[0].cursors), (Some(r#"{"投诉": 1}"#), &cursors));
    let mut other = pool.begin().await.unwrap();
    assert!(head::lock(&mut other, &subjects[..1]).await.unwrap().is_empty());
    assert!(head::insert_missing(&mut other, &subjects[..1]).await.unwrap().is_empty());
    assert_eq!(head::peek(&pool, &subjects).await.unwrap().len(), 1);
}

/// What was said is unalterable, with time and identity (R-177, R-257).
#[tokio::test]
async fn the_journal_is_append_only_and_its_chain_verifies() {
    let (_database, pool) = store().await;
    let subject = subject("x");
    let events = chain(&subject, 5, r#"{"a":"有投诉"}"#);
    append(&pool, &subject, &events).await;
    assert_eq!(verify_subject(&pool, &subject).await.unwrap(), 5);
    for forbidden in ["update journal set what = 'x'", "delete from journal", "truncate journal"] {
        let error = sqlx::query(forbidden).execute(&pool).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    let fault = |error: VerifyError| match error {
        VerifyError::Broken(broken) => (broken.sequence, broken.fault),
        VerifyError::Store(error) => panic!("{error}"),
    };
    sqlx::query("alter table journal disable trigger all").execute(&pool).await.unwrap();
    sqlx::query("update journal set body = '{}' where sequence = 3").execute(&pool).await.unwrap();
    assert_eq!(fault(verify_subject(&pool, &subject).await.unwrap_err()), (3, ChainFault::Changed));
    sqlx::query("delete from journal where sequence = 3").execute(&pool).await.unwrap();
    assert_eq!(fault(verify_subject(&pool, &subject).await.unwrap_err()), (3, ChainFault::Missing));
    sqlx::query("delete from journal where sequence > 3").execute(&pool).await.unwrap();
    assert_eq!(fault(verify_subject(&pool, &subject).await.unwrap_err()), (2, ChainFault::OtherEnd));
}

#[tokio::test]
async fn an_event_leaves_the_outbox_some_time_after_its_acknowledgement_and_returns_when_lost() {
    let (_database, pool) = store().await;
    let subject = subject("x");
    append(&pool, &subject, &chain(&subject, 3, "{}")).await;
    let waiting = outbox::next(&pool, 2).await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert!(waiting[0].position < waiting[1].position);
    assert_eq!(
        (waiting[0].what.as_str(), waiting[0].attempt, &waiting[0].body[..]),
        ("fact.recorded", 0, &b"{}"[..])
    );
    assert_eq!(waiting[0].headers[0], ("ce-specversion".to_owned(), "1.0".to_owned()));
    let all = outbox::next(&pool, 10).await.unwrap();
    let published: Vec<_> = all
        .iter()
        .zip(11..)
        .map(|(one, stream_sequence)| Published { position: one.position, stream_sequence })
        .collect();
    outbox::mark_published(&pool, "2025-03-07T02:00:00.123456789Z", &published).await.unwrap();
    assert_eq!(outbox::unpublished(&pool).await.unwrap(), 0);

    let same = "2025-03-07T02:00:00.123456789Z";
    assert_eq!(outbox::republish_lost(&pool, same, 13).await.unwrap(), 0);
    assert_eq!(outbox::republish_lost(&pool, same, 12).await.unwrap(), 1);
    let lost = outbox::next(&pool, 10).await.unwrap();
    assert_eq!((lost.len(), lost[0].attempt), (1, 1));
    assert_eq!(outbox::republish_lost(&pool, "another", 99).await.unwrap(), 2);
    assert_eq!(outbox::next(&pool, 10).await.unwrap().len(), 3);

    outbox::mark_published(&pool, "another", &published[..2]).await.unwrap();
    assert_eq!(outbox::purge(&pool, Duration::from_secs(60), 10).await.unwrap(), 0);
    assert_eq!(outbox::purge(&pool, Duration::ZERO, 10).await.unwrap(), 2);
    assert_eq!(outbox::unpublished(&pool).await.unwrap(), 1);
}

#[tokio::test]
async fn pages_are_bounded_and_lead_on() {
    let (_database, pool) = store().await;
    let long = format!("\"{}\"", "x".repeat(200_000));
    for id in ["a", "bb"] {
        append(&pool, &subject(id), &chain(&subject(id), 4, &long)).await;
    }
    let page = recover::journal_page(&pool, &subject("a"), 0, 100).await.unwrap();
    assert_eq!(page.iter().map(|line| line.sequence).collect::<Vec<_>>(), [1, 2]);
    let page = recover::journal_page(&pool, &subject("a"), 2, 100).await.unwrap();
    assert_eq!(page.iter().map(|line| line.sequence).collect::<Vec<_>>(), [3, 4]);
    assert!(recover::journal_page(&pool, &subject("a"), 4, 100).await.unwrap().is_empty());

    let first = recover::heads_page(&pool, None, None, 1).await.unwrap();
    assert_eq!((first[0].subject.id.as_str(), first[0].sequence), ("a", 4));
    let second = recover::heads_page(&pool, None, Some(&first[0].subject), 9).await.unwrap();
    assert_eq!((second.len(), second[0].subject.id.as_str()), (1, "bb"));
    let recent: (jiff_sqlx::Timestamp,) =
        sqlx::query_as("select now() - interval '1 hour'").fetch_one(&pool).await.unwrap();
    assert_eq!(recover::heads_page(&pool, Some(recent.0.to_jiff()), None, 9).await.unwrap().len(), 2);
    let far = recent.0.to_jiff() + jiff::SignedDuration::from_hours(9);
    assert!(recover::heads_page(&pool, Some(far), None, 9).await.unwrap().is_empty());
}
