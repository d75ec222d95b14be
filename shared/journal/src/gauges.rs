//! Counts for metrics and health.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgExecutor, Row as _};

use crate::columns::count;

/// How a service's messaging stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Events said and not yet acknowledged by the stream.
    pub unpublished: u64,
    /// How long the oldest of them has been waiting.
    pub oldest_unpublished: Duration,
    /// Events waiting for their predecessor.
    pub held: u64,
    /// Inputs that wait for a person.
    pub parked: u64,
    /// Timers that should have fired.
    pub timers_late: u64,
}

/// Counts; `now` is business time, for the timers.
///
/// # Errors
/// What PostgreSQL says.
pub async fn gauges(executor: impl PgExecutor<'_>, now: Timestamp) -> Result<Gauges, sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from outbox where published_at is null) as unpublished,
                (select coalesce(extract(epoch from now() - min(since)), 0)::float8
                 from outbox where published_at is null) as oldest,
                (select count(*) from held) as held,
                (select count(*) from parked where settled_at is null) as parked,
                (select count(*) from timer where due <= $1) as late",
    )
    .bind(now.to_sqlx())
    .fetch_one(executor)
    .await?;
    Ok(Gauges {
        unpublished: count(row.try_get("unpublished")?),
        oldest_unpublished: Duration::try_from_secs_f64(row.try_get("oldest")?).unwrap_or_default(),
        held: count(row.try_get("held")?),
        parked: count(row.try_get("parked")?),
        timers_late: count(row.try_get("late")?),
    })
}
