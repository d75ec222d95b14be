//! The store against a real PostgreSQL. Nothing is skipped: without it these tests fail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod chain;
mod places;
mod plans;
mod waiting;

use contracts::{Envelope, EventId, OrganisationId, ServiceName, SubjectKind, SubjectRef};
use jiff::Timestamp;
use journal::head::HeadChange;
use journal::record::NewEvent;
use journal::{Cursors, Migrator, head, migrate, record};
use sqlx::PgPool;
use testkit::TestDatabase;
use uuid::Uuid;

async fn store() -> (TestDatabase, PgPool) {
    let database =
        testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
    let pool = database.pool(6).await.unwrap();
    migrate(&pool, &Migrator::DEFAULT).await.unwrap();
    (database, pool)
}

fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

fn subject(id: &str) -> SubjectRef {
    SubjectRef { organisation: organisation(), kind: SubjectKind::Complaint, id: id.into() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

struct Sealed {
    envelope: Envelope,
    body: Vec<u8>,
    hash: [u8; 32],
}

fn chain(subject: &SubjectRef, length: u64, body: &str) -> Vec<Sealed> {
    let mut previous_hash = [0; 32];
    (1..=length)
        .map(|sequence| {
            let envelope = Envelope {
                id: EventId(Uuid::from_u128(u128::from(sequence) << 8 | subject.id.len() as u128)),
                source: ServiceName::Intake,
                what: "fact.recorded".into(),
                version: 1,
                subject: subject.clone(),
                time: at(1_700_000_000),
                sequence,
                previous_hash,
                causation: "c".into(),
                correlation: "r".into(),
                traceparent: None,
            };
            let hash = envelope.hash(body.as_bytes());
            previous_hash = hash;
            Sealed { envelope, body: body.as_bytes().to_vec(), hash }
        })
        .collect()
}

async fn append(pool: &PgPool, subject: &SubjectRef, events: &[Sealed]) {
    let mut connection = pool.acquire().await.unwrap();
    head::insert_missing(&mut connection, std::slice::from_ref(subject)).await.unwrap();
    let new: Vec<_> =
        events.iter().map(|e| NewEvent { envelope: &e.envelope, body: &e.body, hash: &e.hash }).collect();
    record::append(&mut connection, &new).await.unwrap();
    let last = events.last().unwrap();
    let change = HeadChange {
        subject,
        version: 1,
        sequence: last.envelope.sequence,
        hash: last.hash,
        state: None,
        cursors: &Cursors::new(),
    };
    head::write(&mut connection, &[change]).await.unwrap();
}
