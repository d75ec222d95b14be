//! The outbox: journal rows that are not yet safely on the stream. A set, not a queue: positions are committed out of
//! order, so the relay asks for what is unpublished and never for what comes after a mark.

use std::time::Duration;

use bytes::Bytes;
use contracts::EventId;
use sqlx::{PgExecutor, Row as _};
use uuid::Uuid;

use crate::Headers;
use crate::columns::{bigint, count, headers};

/// An event to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its place in the journal.
    pub position: i64,
    /// Its CloudEvents id; with `attempt` it makes the `Nats-Msg-Id`.
    pub event: EventId,
    /// Its name, for the subject it is published on.
    pub what: String,
    /// The exact headers.
    pub headers: Headers,
    /// The exact body.
    pub body: Bytes,
    /// How often the stream lost it: from 1 on the `Nats-Msg-Id` needs a suffix.
    pub attempt: u32,
}

/// The next `limit` unpublished events in journal order.
///
/// # Errors
/// What PostgreSQL says.
pub async fn next(executor: impl PgExecutor<'_>, limit: u32) -> Result<Vec<Outgoing>, sqlx::Error> {
    let rows = sqlx::query(
        "select o.position, j.event_id, j.what, j.headers::text as headers, j.body, o.attempt
         from outbox o join journal j on j.position = o.position
         where o.published_at is null
         order by o.position
         limit $1",
    )
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Outgoing {
                position: row.try_get("position")?,
                event: EventId(row.try_get::<Uuid, _>("event_id")?),
                what: row.try_get("what")?,
                headers: headers(row)?,
                body: Bytes::from(row.try_get::<Vec<u8>, _>("body")?),
                attempt: u32::try_from(row.try_get::<i32, _>("attempt")?).unwrap_or(0),
            })
        })
        .collect()
}

/// An acknowledgement of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Which journal row.
    pub position: i64,
    /// Where it stands on the stream.
    pub stream_sequence: u64,
}

/// Notes that the stream that was created at `stream_created` (as the server writes it) acknowledged events. What
/// another relay noted before stays: one copy on the stream is enough, and only unpublished rows are found by an index.
///
/// # Errors
/// What PostgreSQL says.
pub async fn mark_published(
    executor: impl PgExecutor<'_>,
    stream_created: &str,
    published: &[Published],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update outbox set published_at = now(), stream_created = $1, stream_sequence = w.sequence
         from unnest($2::bigint[], $3::bigint[]) as w (position, sequence)
         where outbox.position = w.position and outbox.published_at is null",
    )
    .bind(stream_created)
    .bind(published.iter().map(|p| p.position).collect::<Vec<_>>())
    .bind(published.iter().map(|p| bigint(p.stream_sequence)).collect::<Vec<_>>())
    .execute(executor)
    .await
    .map(drop)
}

/// Makes unpublished again what the stream, created at `stream_created` and now ending at `last_sequence`, has lost:
/// what another stream of that name acknowledged, and what lies beyond its end. Says how many.
///
/// # Errors
/// What PostgreSQL says.
pub async fn republish_lost(
    executor: impl PgExecutor<'_>,
    stream_created: &str,
    last_sequence: u64,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "update outbox
         set published_at = null, stream_created = null, stream_sequence = null, attempt = attempt + 1
         where published_at is not null and (stream_created <> $1 or stream_sequence > $2)",
    )
    .bind(stream_created)
    .bind(bigint(last_sequence))
    .execute(executor)
    .await?;
    Ok(done.rows_affected())
}

/// The first sequence among `published` that the same stream had given to another event before. It went back there
/// and has lost what it had acknowledged from there on; `None` when it has not.
///
/// # Errors
/// What PostgreSQL says.
pub async fn given_twice(
    executor: impl PgExecutor<'_>,
    stream_created: &str,
    published: &[Published],
) -> Result<Option<u64>, sqlx::Error> {
    let first: Option<i64> = sqlx::query_scalar(
        "select min(w.sequence)
         from unnest($2::bigint[], $3::bigint[]) as w (position, sequence)
         join outbox o on o.stream_sequence = w.sequence and o.position <> w.position
         where o.published_at is not null and o.stream_created = $1",
    )
    .bind(stream_created)
    .bind(published.iter().map(|p| p.position).collect::<Vec<_>>())
    .bind(published.iter().map(|p| bigint(p.stream_sequence)).collect::<Vec<_>>())
    .fetch_one(executor)
    .await?;
    Ok(first.map(count))
}

/// Removes at most `limit` rows that were acknowledged longer than `age` ago (at least twice the stream's sync
/// interval). Says how many.
///
/// # Errors
/// What PostgreSQL says.
pub async fn purge(executor: impl PgExecutor<'_>, age: Duration, limit: u32) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "delete from outbox using (
             select organisation, position from outbox
             where published_at < now() - make_interval(secs => $1)
             order by published_at limit $2
         ) as safe
         where outbox.organisation = safe.organisation and outbox.position = safe.position",
    )
    .bind(age.as_secs_f64())
    .bind(i64::from(limit))
    .execute(executor)
    .await?;
    Ok(done.rows_affected())
}

/// How many events are unpublished.
///
/// # Errors
/// What PostgreSQL says.
pub async fn unpublished(executor: impl PgExecutor<'_>) -> Result<u64, sqlx::Error> {
    let n: i64 = sqlx::query_scalar("select count(*) from outbox where published_at is null")
        .fetch_one(executor)
        .await?;
    Ok(count(n))
}
