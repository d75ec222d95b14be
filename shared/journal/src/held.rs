//! Held events: they came before their predecessor and wait for it.
//!
//! A statement names `head` before `held`, in the order in which batches and a rebuilding lock them: PostgreSQL locks
//! tables in the order in which it reads them, and the other one would be a deadlock.

use std::time::Duration;

use bytes::Bytes;
use contracts::{OrganisationId, ServiceName, SubjectRef};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};

use crate::Headers;
use crate::columns::{Subjects, bigint, count, headers, source, subject, text};

/// A held event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// About what.
    pub subject: SubjectRef,
    /// Who said it.
    pub source: ServiceName,
    /// Its sequence there.
    pub sequence: u64,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
}

fn read(row: &PgRow) -> Result<Held, sqlx::Error> {
    Ok(Held {
        subject: subject(row)?,
        source: source(row.try_get("source")?)?,
        sequence: count(row.try_get("sequence")?),
        headers: headers(row)?,
        body: Bytes::from(row.try_get::<Vec<u8>, _>("body")?),
    })
}

/// The held events about `subjects`, in sequence.
///
/// # Errors
/// What PostgreSQL says.
pub async fn load(executor: impl PgExecutor<'_>, subjects: &[SubjectRef]) -> Result<Vec<Held>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "select organisation, kind, id, h.source, h.sequence, h.headers::text as headers, h.body
         from unnest($1::text[], $2::text[], $3::text[]) as w (organisation, kind, id)
         join held h using (organisation, kind, id)
         order by organisation, kind, id, h.source, h.sequence",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}

/// Holds events; one that is held already stays as it is.
///
/// # Errors
/// What PostgreSQL says.
pub async fn hold(connection: &mut PgConnection, events: &[Held]) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(events.iter().map(|event| &event.subject));
    let headers: Vec<String> = events.iter().map(|event| text(&event.headers)).collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into held (organisation, kind, id, source, sequence, headers, body)
         select organisation, kind, id, source, sequence, headers::json, body
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[])
              as w (organisation, kind, id, source, sequence, headers, body)
         on conflict do nothing",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(events.iter().map(|event| event.source.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| bigint(event.sequence)).collect::<Vec<_>>())
    .bind(headers)
    .bind(events.iter().map(|event| event.body.as_ref()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// Releases held events of a source up to a sequence: they were applied, dropped or parked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn release(
    connection: &mut PgConnection,
    up_to: &[(&SubjectRef, ServiceName, u64)],
) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(up_to.iter().map(|(subject, ..)| *subject));
    sqlx::query(
        "delete from held
         using unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
               as w (organisation, kind, id, source, sequence)
         where held.organisation = w.organisation and held.kind = w.kind and held.id = w.id
           and held.source = w.source and held.sequence <= w.sequence",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(up_to.iter().map(|(_, source, _)| source.as_str()).collect::<Vec<_>>())
    .bind(up_to.iter().map(|(.., sequence)| bigint(*sequence)).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// What is missing before a held event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// About what.
    pub subject: SubjectRef,
    /// Whose event is missing.
    pub source: ServiceName,
    /// The sequence that was heard last: ask the source for what comes after.
    pub after: u64,
    /// The first sequence that is held; equal to `after + 1` when nothing is missing and it only has to be taken up.
    pub held_from: u64,
}

/// The gaps that have been open longer than `age`, oldest first, at most `limit` of each source: the gaps of one that is
/// away never crowd out those of another. Sources blocked by a parked event are left out.
///
/// # Errors
/// What PostgreSQL says.
pub async fn gaps(executor: impl PgExecutor<'_>, age: Duration, limit: u32) -> Result<Vec<Gap>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, kind, id, source, held_from, after
         from (select organisation, kind, id, w.source, w.held_from, w.since,
                      coalesce((h.cursors -> w.source ->> 'sequence')::bigint, 0) as after,
                      row_number() over (partition by w.source order by w.since) as nth
               from head h
               right join (select organisation, kind, id, source, min(sequence) as held_from,
                                  min(received_at) as since
                           from held group by organisation, kind, id, source) as w using (organisation, kind, id)
               where w.since <= now() - make_interval(secs => $1)
                 and h.cursors -> w.source -> 'parked' is null) as gap
         where nth <= $2
         order by since",
    )
    .bind(age.as_secs_f64())
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Gap {
                subject: subject(row)?,
                source: source(row.try_get("source")?)?,
                after: count(row.try_get("after")?),
                held_from: count(row.try_get("held_from")?),
            })
        })
        .collect()
}

/// What the events of one source about one subject wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// About what.
    pub subject: SubjectRef,
    /// Who said them.
    pub source: ServiceName,
    /// The sequence that they wait for.
    pub waiting_for: u64,
    /// Whether that one is parked: then a person settles it; else it is asked for.
    pub parked: bool,
    /// The first sequence that is held.
    pub held_from: u64,
    /// How many are held.
    pub events: u64,
    /// When the first of them came (machine time).
    pub since: Timestamp,
}

/// What waits in an organisation, longest first, after the place given.
///
/// # Errors
/// What PostgreSQL says.
pub async fn list(
    executor: impl PgExecutor<'_>,
    organisation: &OrganisationId,
    after: Option<(Timestamp, &SubjectRef, ServiceName)>,
    limit: u32,
) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, kind, id, w.source, w.held_from, w.events, w.since,
                coalesce((h.cursors -> w.source ->> 'sequence')::bigint, 0) + 1 as waiting_for,
                h.cursors -> w.source ->> 'parked' is not null as parked
         from head h
         right join (select organisation, kind, id, source, min(sequence) as held_from, count(*) as events,
                            min(received_at) as since
                     from held where organisation = $1 group by organisation, kind, id, source) as w
              using (organisation, kind, id)
         where $2::timestamptz is null or (w.since, kind, id, w.source) > ($2, $3, $4, $5)
         order by w.since, kind, id, w.source
         limit $6",
    )
    .bind(organisation.as_str())
    .bind(after.map(|(since, ..)| since.to_sqlx()))
    .bind(after.map_or("", |(_, subject, _)| subject.kind.as_str()))
    .bind(after.map_or("", |(_, subject, _)| subject.id.as_str()))
    .bind(after.map_or("", |(.., source)| source.as_str()))
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    let waiting = |row: &PgRow| {
        Ok(Waiting {
            subject: subject(row)?,
            source: source(row.try_get("source")?)?,
            waiting_for: count(row.try_get("waiting_for")?),
            parked: row.try_get("parked")?,
            held_from: count(row.try_get("held_from")?),
            events: count(row.try_get("events")?),
            since: row.try_get::<jiff_sqlx::Timestamp, _>("since")?.to_jiff(),
        })
    };
    rows.iter().map(waiting).collect()
}
