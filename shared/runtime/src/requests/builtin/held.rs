//! The query `held`: what came before its predecessor, and which one that is.

use contracts::queries::Query;
use contracts::{Problem, ServiceName, SubjectRef};
use jiff::Timestamp;
use journal::held::{self, Waiting};
use serde::{Deserialize, Serialize};

use super::{Builtin, asked, away};

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

/// What is held, longest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPage {
    /// One line for each subject and source.
    pub held: Vec<Waiting>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<HeldPlace>,
}

impl Builtin {
    pub(super) async fn held(&self, query: Query) -> Result<HeldPage, Problem> {
        let ask: AskHeld = asked(query.body)?;
        let after = ask.after.as_ref().map(|place| (place.since, &place.subject, place.source));
        let held = held::list(&self.pool, &query.organisation, after, PAGE_HELD).await.map_err(away)?;
        let full = held.len() >= PAGE_HELD as usize;
        let place = |line: &Waiting| HeldPlace {
            since: line.since,
            subject: line.subject.clone(),
            source: line.source,
        };
        let next = held.last().filter(|_| full).map(place);
        Ok(HeldPage { held, next })
    }
}
