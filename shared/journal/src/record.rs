//! The journal: every event this service ever said, with the exact bytes that are published.

use contracts::Envelope;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::columns::{Subjects, bigint, text};
use crate::head::Hash;

/// An event on its way into the journal.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Its envelope.
    pub envelope: &'a Envelope,
    /// The exact bytes of its body.
    pub body: &'a [u8],
    /// The hash of both.
    pub hash: &'a Hash,
}

#[derive(Default)]
struct Columns<'a> {
    sequences: Vec<i64>,
    events: Vec<Uuid>,
    whats: Vec<&'a str>,
    versions: Vec<i32>,
    times: Vec<jiff_sqlx::Timestamp>,
    headers: Vec<String>,
    bodies: Vec<&'a [u8]>,
    hashes: Vec<&'a [u8]>,
    previous: Vec<&'a [u8]>,
}

fn columns<'a>(events: &[NewEvent<'a>]) -> Result<Columns<'a>, sqlx::Error> {
    let mut columns = Columns::default();
    for NewEvent { envelope, body, hash } in events {
        columns.sequences.push(bigint(envelope.sequence));
        columns.events.push(envelope.id.0);
        columns.whats.push(&envelope.what);
        columns.versions.push(i32::try_from(envelope.version).unwrap_or(i32::MAX));
        columns.times.push(envelope.time.to_sqlx());
        columns.headers.push(text(&envelope.headers())?);
        columns.bodies.push(body);
        columns.hashes.push(hash.as_slice());
        columns.previous.push(envelope.previous_hash.as_slice());
    }
    Ok(columns)
}

/// Appends events in the order given, and puts them into the outbox.
///
/// # Errors
/// What PostgreSQL says; a sequence that exists already is a permanent error.
pub async fn append(connection: &mut PgConnection, events: &[NewEvent<'_>]) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(events.iter().map(|event| &event.envelope.subject));
    let columns = columns(events)?;
    sqlx::query(
        "with said as (
             insert into journal (organisation, kind, id, sequence, event_id, what, type_version, time, headers,
                                  body, hash, previous_hash)
             select organisation, kind, id, sequence, event_id, what, type_version, time, headers::json, body, hash,
                    previous_hash
             from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::int[],
                         $8::timestamptz[], $9::text[], $10::bytea[], $11::bytea[], $12::bytea[])
                  with ordinality as w (organisation, kind, id, sequence, event_id, what, type_version, time, headers,
                                        body, hash, previous_hash, nth)
             order by nth
             returning organisation, position
         )
         insert into outbox (organisation, position) select organisation, position from said",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(columns.sequences)
    .bind(columns.events)
    .bind(columns.whats)
    .bind(columns.versions)
    .bind(columns.times)
    .bind(columns.headers)
    .bind(columns.bodies)
    .bind(columns.hashes)
    .bind(columns.previous)
    .execute(connection)
    .await
    .map(drop)
}
