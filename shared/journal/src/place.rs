//! Where events stand in the journal: what a stream holds is compared with it, and what it does not hold is counted.

use contracts::SubjectRef;
use serde::{Deserialize, Serialize};
use sqlx::{PgExecutor, Row as _};

use crate::columns::{Subjects, bigint, count, hash};
use crate::head::Hash;

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its place among everything that the service said; events are published in this order.
    pub position: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The places of these events, named by subject and sequence, in the order asked for; `None` for what was never said.
///
/// # Errors
/// What PostgreSQL says.
pub async fn find(
    executor: impl PgExecutor<'_>,
    events: &[(&SubjectRef, u64)],
) -> Result<Vec<Option<Place>>, sqlx::Error> {
    let subjects = Subjects::of(events.iter().map(|(subject, _)| *subject));
    let rows = sqlx::query(
        "select w.nth, j.position, j.hash
         from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) with ordinality
              as w (organisation, kind, id, sequence, nth)
         join journal j using (organisation, kind, id, sequence)",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(events.iter().map(|(_, sequence)| bigint(*sequence)).collect::<Vec<_>>())
    .fetch_all(executor)
    .await?;
    let mut places = vec![None; events.len()];
    for row in rows {
        let nth = usize::try_from(row.try_get::<i64, _>("nth")?).unwrap_or(0);
        if let Some(place) = nth.checked_sub(1).and_then(|nth| places.get_mut(nth)) {
            let position = count(row.try_get("position")?);
            *place = Some(Place { position, hash: hash(row.try_get("hash")?)? });
        }
    }
    Ok(places)
}

/// How much was said before a place and from it on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Events before it that the stream once had.
    pub before: u64,
    /// Events from it on that the stream once had.
    pub after: u64,
    /// Events that it did not have yet: not published, or acknowledged later or by another stream.
    pub on_the_way: u64,
}

/// How much was said before `position` and from it on, as the stream was that was created at `stream_created` (as the
/// server writes it) when it ended at `last_sequence`. No position: everything was said before.
///
/// # Errors
/// What PostgreSQL says.
pub async fn extent(
    executor: impl PgExecutor<'_>,
    position: Option<u64>,
    stream_created: &str,
    last_sequence: u64,
) -> Result<Extent, sqlx::Error> {
    let (before, after, early, late): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from journal where position < $1),
                (select count(*) from journal where position >= $1),
                count(*) filter (where position < $1), count(*) filter (where position >= $1)
         from outbox
         where published_at is null or stream_created <> $2 or stream_sequence > $3",
    )
    .bind(position.map_or(i64::MAX, bigint))
    .bind(stream_created)
    .bind(bigint(last_sequence))
    .fetch_one(executor)
    .await?;
    Ok(Extent { before: count(before - early), after: count(after - late), on_the_way: count(early + late) })
}
