//! The queries `places` and `extent`: what the journal has of what a stream holds, and how much beside it.

use contracts::Problem;
use journal::place::{self, Extent};

use super::{Builtin, away, check_count};
use crate::recover::asking::{AskExtent, AskPlaces, PlacesPage};

impl Builtin {
    pub(super) async fn places(&self, ask: AskPlaces) -> Result<PlacesPage, Problem> {
        check_count("/events", ask.events.len())?;
        let events: Vec<_> = ask.events.iter().map(|(subject, sequence)| (subject, *sequence)).collect();
        Ok(PlacesPage { places: place::find(&self.pool, &events).await.map_err(away)? })
    }

    pub(super) async fn extent(&self, ask: AskExtent) -> Result<Extent, Problem> {
        // The relay notes streams by the same words.
        let created = ask.stream_created.map(|created| created.to_string()).unwrap_or_default();
        place::extent(&self.pool, ask.position, &created, ask.last_sequence).await.map_err(away)
    }
}
