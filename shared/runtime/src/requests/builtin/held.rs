//! The query `held`: what came before its predecessor, and which one that is.

use contracts::queries::Query;
use contracts::{Problem, ServiceName, SubjectRef};
use jiff::Timestamp;
use journal::held::{self, Waiting};
use serde::{Deserialize, Serialize};

use super::{Builtin, away};

/// Lines of a page.
const PAGE_HELD: u32 = 100;

/// Asks for what is held, page by page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskHeld {
    /// Those after this one.
    pub after: Option<HeldPlace>,
}

/// Where a page of held events ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPlace {
    /// Since when the last one waits.
    pub since: Timestamp,
    /// About what it is.
    pub subject: SubjectRef,
    /// Who said it.
    pub source: ServiceName,
}

/// The events of one source about one subject, which wait for their predecessor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
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

/// What is held, longest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPage {
    /// One line for each subject and source.
    pub held: Vec<HeldLine>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<HeldPlace>,
}

impl From<Waiting> for HeldLine {
    fn from(waiting: Waiting) -> Self {
        let Waiting { subject, source, waiting_for, parked, held_from, events, since } = waiting;
        Self { subject, source, waiting_for, parked, held_from, events, since }
    }
}

impl Builtin {
    pub(super) async fn held(&self, query: Query) -> Result<HeldPage, Problem> {
        let ask: AskHeld = if query.body.is_null() {
            AskHeld::default()
        } else {
            serde_json::from_value(query.body).map_err(|error| Problem::from_json(&error))?
        };
        let after = ask.after.as_ref().map(|place| (place.since, &place.subject, place.source));
        let found = held::list(&self.pool, &query.organisation, after, PAGE_HELD).await.map_err(away)?;
        let full = found.len() >= PAGE_HELD as usize;
        let held: Vec<HeldLine> = found.into_iter().map(HeldLine::from).collect();
        let place = |line: &HeldLine| HeldPlace {
            since: line.since,
            subject: line.subject.clone(),
            source: line.source,
        };
        let next = held.last().filter(|_| full).map(place);
        Ok(HeldPage { held, next })
    }
}
