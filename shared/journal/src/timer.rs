//! Business timers. A timer belongs to a subject and is only touched under the lock of its head.

use contracts::SubjectRef;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor, Row as _};

use crate::columns::{Subjects, json, subject, text};

/// A timer.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    /// Whose.
    pub subject: SubjectRef,
    /// Unique per subject.
    pub key: String,
    /// When it fires.
    pub due: Timestamp,
    /// What was stored with it.
    pub payload: Value,
    /// The W3C trace context in which it was set, if there was one.
    pub traceparent: Option<String>,
}

/// The subjects of the first `limit` timers that are due at `now`, earliest first. Their timers are read after their
/// heads are locked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn due_subjects(
    executor: impl PgExecutor<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<SubjectRef>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, kind, id
         from (select organisation, kind, id, due from timer where due <= $1 order by due limit $2) as first
         group by organisation, kind, id
         order by min(due)",
    )
    .bind(now.to_sqlx())
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.iter().map(subject).collect()
}

/// The timers of `subjects` that are due at `now`, in the order they fire. Call it under the lock of their heads.
///
/// # Errors
/// What PostgreSQL says.
pub async fn due_of(
    executor: impl PgExecutor<'_>,
    subjects: &[SubjectRef],
    now: Timestamp,
) -> Result<Vec<Timer>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "select organisation, kind, id, t.key, t.due, t.payload::text as payload, t.traceparent
         from unnest($1::text[], $2::text[], $3::text[]) as w (organisation, kind, id)
         join timer t using (organisation, kind, id)
         where t.due <= $4
         order by t.due, organisation, kind, id, t.key",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .bind(now.to_sqlx())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Timer {
                subject: subject(row)?,
                key: row.try_get("key")?,
                due: row.try_get::<jiff_sqlx::Timestamp, _>("due")?.to_jiff(),
                payload: json(row.try_get("payload")?)?,
                traceparent: row.try_get("traceparent")?,
            })
        })
        .collect()
}

/// Sets timers, replacing those of the same key.
///
/// # Errors
/// What PostgreSQL says.
pub async fn set(connection: &mut PgConnection, timers: &[&Timer]) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(timers.iter().map(|timer| &timer.subject));
    let payloads: Vec<String> = timers.iter().map(|timer| text(&timer.payload)).collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into timer (organisation, kind, id, key, due, payload, traceparent)
         select organisation, kind, id, key, due, payload::jsonb, traceparent
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
              as w (organisation, kind, id, key, due, payload, traceparent)
         on conflict (organisation, kind, id, key) do update
         set due = excluded.due, payload = excluded.payload, traceparent = excluded.traceparent",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(timers.iter().map(|timer| timer.key.as_str()).collect::<Vec<_>>())
    .bind(timers.iter().map(|timer| timer.due.to_sqlx()).collect::<Vec<_>>())
    .bind(payloads)
    .bind(timers.iter().map(|timer| timer.traceparent.as_deref()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// Removes timers: cancelled, fired or parked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn remove(
    connection: &mut PgConnection,
    timers: &[(&SubjectRef, &str)],
) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(timers.iter().map(|(subject, _)| *subject));
    sqlx::query(
        "delete from timer
         using unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w (organisation, kind, id, key)
         where timer.organisation = w.organisation and timer.kind = w.kind and timer.id = w.id
           and timer.key = w.key",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(timers.iter().map(|(_, key)| *key).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// When the earliest timer is due.
///
/// # Errors
/// What PostgreSQL says.
pub async fn earliest(executor: impl PgExecutor<'_>) -> Result<Option<Timestamp>, sqlx::Error> {
    let due: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("select min(due) from timer").fetch_one(executor).await?;
    Ok(due.map(jiff_sqlx::Timestamp::to_jiff))
}
