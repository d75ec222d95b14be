//! What was said when a case was filed: its closing summary, and the points of it that the playbook names.

use contracts::commands::Actor;
use contracts::messages::case_closed::CaseClosed;
use contracts::{FilledPoint, WordRef};
use serde::{Deserialize, Serialize};

/// What was said when a case was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<WordRef>,
    /// Its points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<FilledPoint>,
    /// Who filed it.
    pub by: Actor,
}

impl Closing {
    /// What was said with the case; none when nothing was.
    #[must_use]
    pub fn of(said: &CaseClosed) -> Option<Self> {
        let CaseClosed { summary, points, by, .. } = said.clone();
        (summary.is_some() || !points.is_empty()).then_some(Self { summary, points, by })
    }

    /// The words, the summary first.
    pub fn words(&self) -> impl Iterator<Item = &WordRef> {
        self.summary.iter().chain(self.points.iter().map(|point| &point.words))
    }
}
