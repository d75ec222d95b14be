//! From acceptance to assignment: the times that stand in the journals of intake and routing.
//!
//! A journal's time is that of the decision: when its batch was begun. The commit of routing's own batch, some
//! milliseconds, is therefore not in it.

use std::collections::HashMap;

use anyhow::{Context, Result};
use contracts::ComplaintId;
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::installation::Installation;

/// How long complaints took, in microseconds from their registration.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Until they entered their first stage.
    pub(crate) entered: Vec<u64>,
    /// Until somebody was assigned, for those where somebody was.
    pub(crate) assigned: Vec<u64>,
}

/// The waits of these complaints.
///
/// # Errors
/// When a journal cannot be read.
pub(crate) async fn waits(at: &Installation, complaints: &[ComplaintId]) -> Result<Waits> {
    let ids: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    let registered = first_times(at, "intake", &ids, "complaint.registered").await?;
    let since = |later: HashMap<String, i64>| -> Vec<u64> {
        let wait = |(id, time): (&String, &i64)| u64::try_from(time - registered.get(id)?).ok();
        later.iter().filter_map(wait).collect()
    };
    Ok(Waits {
        entered: since(first_times(at, "routing", &ids, "stage.entered").await?),
        assigned: since(first_times(at, "routing", &ids, "work.assigned").await?),
    })
}

/// When `what` was first said about each of these, in microseconds since 1970.
async fn first_times(
    at: &Installation,
    part: &str,
    ids: &[String],
    what: &str,
) -> Result<HashMap<String, i64>> {
    let mut database = PgConnection::connect(at.database(part)?).await?;
    let rows = sqlx::query(
        "select id, (extract(epoch from min(time)) * 1000000)::bigint as first
         from journal where organisation = $1 and kind = 'complaint' and id = any($2) and what = $3
         group by id",
    )
    .bind(at.organisation.as_str())
    .bind(ids)
    .bind(what)
    .fetch_all(&mut database)
    .await
    .with_context(|| format!("reading the journal of {part}"))?;
    database.close().await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("first")?))).collect()
}
