//! Submissions that were refused: a feeder's mistakes are visible to the people they were sent to.

use contracts::queries::Query;
use contracts::queries::intake::RefusedSubmission;
use sqlx::Row as _;

use super::{Answered, Queries, QueryError};

const MOST: i64 = 200;

impl Queries {
    /// The newest refused submissions of the organisation, and those whose organisation could not be read.
    pub(super) async fn refused_submissions(&self, query: &Query) -> Answered<Vec<RefusedSubmission>> {
        let rows = sqlx::query(
            "select stream_sequence, published_at, channel, key, problem::text as problem, bytes
             from refused_submission where organisation in ($1, '')
             order by published_at desc, stream_sequence desc limit $2",
        )
        .bind(query.organisation.as_str())
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let broken = |error: &dyn std::fmt::Display| QueryError::Broken(error.to_string());
                let count = |name: &str| -> Answered<u64> {
                    u64::try_from(row.try_get::<i64, _>(name)?).map_err(|error| broken(&error))
                };
                Ok(RefusedSubmission {
                    stream_sequence: count("stream_sequence")?,
                    published_at: row.try_get::<jiff_sqlx::Timestamp, _>("published_at")?.to_jiff(),
                    channel: row.try_get("channel")?,
                    key: row.try_get("key")?,
                    problem: serde_json::from_str(row.try_get("problem")?).map_err(|error| broken(&error))?,
                    bytes: count("bytes")?,
                })
            })
            .collect()
    }
}
