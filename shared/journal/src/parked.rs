//! Parked inputs: nobody could handle them, and they wait for a person.

use bytes::Bytes;
use contracts::commands::Actor;
use contracts::messages::parked_settled::ParkedOutcome;
use contracts::{EventId, OrganisationId, ServiceName, SubjectRef};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};
use uuid::Uuid;

use crate::Headers;
use crate::columns::{Subjects, bigint, broken, count, hash, headers, json, source, subject, text};
use crate::head::Hash;

/// What was parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParkedWhat {
    /// An event that was heard.
    Event {
        /// Who said it.
        source: ServiceName,
        /// Its sequence there.
        sequence: u64,
        /// Its CloudEvents id.
        event: EventId,
        /// Its hash.
        hash: Hash,
    },
    /// A message whose envelope cannot be read: it blocks nobody.
    Unreadable,
    /// A timer; the body is its payload.
    Timer {
        /// Its key.
        key: String,
        /// When it was due.
        due: Timestamp,
    },
}

/// A parked input.
#[derive(Debug, Clone, PartialEq)]
pub struct Parked {
    /// Its own id, derived from what was parked: the same input is parked once.
    pub id: Uuid,
    /// About what; for an unreadable message the organisation that it seems to be of.
    pub subject: SubjectRef,
    /// What.
    pub what: ParkedWhat,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// The stable code of the reason: a problem code, `source-forked`, `unreadable`, `state-unreadable`.
    pub code: String,
    /// The reason in words; never contains complainant data.
    pub reason: String,
    /// When it was parked last (business time).
    pub parked_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// How it was settled.
    pub settled: Option<Settled>,
}

/// How a parked input was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// When (business time).
    pub at: Timestamp,
    /// What was done.
    pub outcome: ParkedOutcome,
    /// Who did it.
    pub by: Actor,
    /// Why.
    pub reason: String,
}

fn read(row: &PgRow) -> Result<Parked, sqlx::Error> {
    let what = match (row.try_get::<Option<&str>, _>("source")?, row.try_get("timer_key")?) {
        (Some(name), _) => ParkedWhat::Event {
            source: source(name)?,
            sequence: count(row.try_get("sequence")?),
            event: EventId(row.try_get("event_id")?),
            hash: hash(row.try_get("hash")?)?,
        },
        (None, Some(key)) => {
            ParkedWhat::Timer { key, due: row.try_get::<jiff_sqlx::Timestamp, _>("timer_due")?.to_jiff() }
        }
        (None, None) => ParkedWhat::Unreadable,
    };
    Ok(Parked {
        id: row.try_get("park_id")?,
        subject: subject(row)?,
        what,
        headers: headers(row)?,
        body: Bytes::from(row.try_get::<Vec<u8>, _>("body")?),
        code: row.try_get("code")?,
        reason: row.try_get("reason")?,
        parked_at: row.try_get::<jiff_sqlx::Timestamp, _>("parked_at")?.to_jiff(),
        attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or(0),
        settled: settled(row)?,
    })
}

fn settled(row: &PgRow) -> Result<Option<Settled>, sqlx::Error> {
    let Some(at) = row.try_get::<Option<jiff_sqlx::Timestamp>, _>("settled_at")? else { return Ok(None) };
    let outcome: String = row.try_get("outcome")?;
    Ok(Some(Settled {
        at: at.to_jiff(),
        outcome: serde_json::from_value(outcome.into()).map_err(broken)?,
        by: json(row.try_get("settled_by")?)?,
        reason: row.try_get("settled_reason")?,
    }))
}

#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    sources: Vec<Option<&'a str>>,
    sequences: Vec<Option<i64>>,
    events: Vec<Option<Uuid>>,
    keys: Vec<Option<&'a str>>,
    dues: Vec<Option<jiff_sqlx::Timestamp>>,
    hashes: Vec<Option<&'a [u8]>>,
    headers: Vec<String>,
    bodies: Vec<&'a [u8]>,
    codes: Vec<&'a str>,
    reasons: Vec<&'a str>,
    times: Vec<jiff_sqlx::Timestamp>,
}

fn columns(parked: &[Parked]) -> Result<Columns<'_>, sqlx::Error> {
    let mut columns = Columns::default();
    for one in parked {
        let (source, sequence, event, hash, key, due) = match &one.what {
            ParkedWhat::Event { source, sequence, event, hash } => (
                Some(source.as_str()),
                Some(bigint(*sequence)),
                Some(event.0),
                Some(hash.as_slice()),
                None,
                None,
            ),
            ParkedWhat::Timer { key, due } => {
                (None, None, None, None, Some(key.as_str()), Some(due.to_sqlx()))
            }
            ParkedWhat::Unreadable => (None, None, None, None, None, None),
        };
        columns.ids.push(one.id);
        columns.sources.push(source);
        columns.sequences.push(sequence);
        columns.events.push(event);
        columns.hashes.push(hash);
        columns.keys.push(key);
        columns.dues.push(due);
        columns.headers.push(text(&one.headers)?);
        columns.bodies.push(&one.body);
        columns.codes.push(&one.code);
        columns.reasons.push(&one.reason);
        columns.times.push(one.parked_at.to_sqlx());
    }
    Ok(columns)
}

/// Parks inputs. One that is parked already and not settled counts another attempt; a settled one is open again.
///
/// # Errors
/// What PostgreSQL says.
pub async fn park(connection: &mut PgConnection, parked: &[Parked]) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(parked.iter().map(|one| &one.subject));
    let columns = columns(parked)?;
    sqlx::query(
        "insert into parked (organisation, kind, id, park_id, source, sequence, event_id, timer_key, timer_due, hash,
                             headers, body, code, reason, parked_at)
         select organisation, kind, id, park_id, source, sequence, event_id, timer_key, timer_due, hash,
                headers::json, body, code, reason, parked_at
         from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::uuid[], $8::text[],
                     $9::timestamptz[], $10::bytea[], $11::text[], $12::bytea[], $13::text[], $14::text[],
                     $15::timestamptz[])
              as w (organisation, kind, id, park_id, source, sequence, event_id, timer_key, timer_due, hash, headers,
                    body, code, reason, parked_at)
         on conflict (organisation, park_id) do update
         set attempts = parked.attempts + 1, code = excluded.code, reason = excluded.reason,
             parked_at = excluded.parked_at, settled_at = null, outcome = null, settled_by = null,
             settled_reason = null",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(columns.ids)
    .bind(columns.sources)
    .bind(columns.sequences)
    .bind(columns.events)
    .bind(columns.keys)
    .bind(columns.dues)
    .bind(columns.hashes)
    .bind(columns.headers)
    .bind(columns.bodies)
    .bind(columns.codes)
    .bind(columns.reasons)
    .bind(columns.times)
    .execute(connection)
    .await
    .map(drop)
}

/// Parked inputs by id, settled or not.
///
/// # Errors
/// What PostgreSQL says.
pub async fn load(
    executor: impl PgExecutor<'_>,
    ids: &[(&OrganisationId, Uuid)],
) -> Result<Vec<Parked>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, park_id, p.kind, p.id, p.source, p.sequence, p.event_id, p.timer_key, p.timer_due,
                p.hash, p.headers::text as headers, p.body, p.code, p.reason, p.parked_at, p.attempts, p.settled_at,
                p.outcome, p.settled_by::text as settled_by, p.settled_reason
         from unnest($1::text[], $2::uuid[]) as w (organisation, park_id)
         join parked p using (organisation, park_id)",
    )
    .bind(ids.iter().map(|(organisation, _)| organisation.as_str()).collect::<Vec<_>>())
    .bind(ids.iter().map(|(_, id)| *id).collect::<Vec<_>>())
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}

/// Settles parked inputs of a subject whose head is locked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn settle(
    connection: &mut PgConnection,
    settled: &[(&OrganisationId, Uuid, &Settled)],
) -> Result<(), sqlx::Error> {
    let by: Vec<String> = settled.iter().map(|(.., how)| text(&how.by)).collect::<Result<_, _>>()?;
    let outcome = |outcome: ParkedOutcome| match outcome {
        ParkedOutcome::Replayed => "replayed",
        ParkedOutcome::Dropped => "dropped",
    };
    sqlx::query(
        "update parked set settled_at = w.at, outcome = w.outcome, settled_by = w.by::json, settled_reason = w.reason
         from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
              as w (organisation, park_id, at, outcome, by, reason)
         where parked.organisation = w.organisation and parked.park_id = w.park_id",
    )
    .bind(settled.iter().map(|(organisation, ..)| organisation.as_str()).collect::<Vec<_>>())
    .bind(settled.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
    .bind(settled.iter().map(|(.., how)| how.at.to_sqlx()).collect::<Vec<_>>())
    .bind(settled.iter().map(|(.., how)| outcome(how.outcome)).collect::<Vec<_>>())
    .bind(by)
    .bind(settled.iter().map(|(.., how)| how.reason.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// The open parked inputs of an organisation, oldest first, after the one given.
///
/// # Errors
/// What PostgreSQL says.
pub async fn list(
    executor: impl PgExecutor<'_>,
    organisation: &OrganisationId,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<Parked>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, park_id, kind, id, source, sequence, event_id, timer_key, timer_due, hash,
                headers::text as headers, body, code, reason, parked_at, attempts, settled_at, outcome,
                settled_by::text as settled_by, settled_reason
         from parked
         where organisation = $1 and settled_at is null
           and ($2::timestamptz is null or (parked_at, park_id) > ($2, $3))
         order by parked_at, park_id
         limit $4",
    )
    .bind(organisation.as_str())
    .bind(after.map(|(at, _)| at.to_sqlx()))
    .bind(after.map_or(Uuid::nil(), |(_, id)| id))
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}
