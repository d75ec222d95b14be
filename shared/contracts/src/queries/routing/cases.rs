//! The list of cases.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelKey, ComplaintId, DepartmentId, PersonId, StageKey};
use crate::messages::complaint_registered::PlaybookRef;
use crate::words::Text;

/// Where a case is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CasePlace {
    /// At a stage.
    AtStage,
    /// Between two stages, waiting for sides.
    Between,
    /// No way on matches.
    Held,
    /// Archived.
    Closed,
}

impl CasePlace {
    /// Every place.
    pub const ALL: [Self; 4] = [Self::AtStage, Self::Between, Self::Held, Self::Closed];
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtStage => "at_stage",
            Self::Between => "between",
            Self::Held => "held",
            Self::Closed => "closed",
        }
    }
}

/// Asks for cases; everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CasesAsked {
    /// Where they are.
    pub place: Option<CasePlace>,
    /// At this stage.
    pub stage: Option<StageKey>,
    /// Where the main work is done.
    pub department: Option<DepartmentId>,
    /// Of this level or above.
    pub level: Option<u32>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// With a missed clock.
    pub missed: Option<bool>,
    /// Of this number.
    pub number: Option<String>,
    /// These and no others.
    pub complaints: Option<Vec<ComplaintId>>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CasesPage {
    /// The cases, most urgent first.
    pub items: Vec<CaseLine>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseLine {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The playbook it follows.
    pub playbook: PlaybookRef,
    /// The channel it came by.
    pub channel: ChannelKey,
    /// What it is about.
    pub category: Option<String>,
    /// Where it is.
    pub place: CasePlace,
    /// The main stage.
    pub stage: Option<StageKey>,
    /// Its label.
    pub label: Option<Text>,
    /// Whose work it is.
    pub department: Option<DepartmentId>,
    /// Its level.
    pub level: u32,
    /// Which handling it is.
    pub instance: u32,
    /// When something of it is due next.
    pub due: Option<Timestamp>,
    /// How many clocks were missed.
    pub missed: u32,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it was archived.
    pub closed_at: Option<Timestamp>,
    /// Who holds its work now, and in whose place.
    #[serde(default)]
    pub holders: Vec<CaseHolder>,
}

/// Who holds a piece of work of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseHolder {
    /// What has to be done.
    pub task: String,
    /// The department.
    pub department: DepartmentId,
    /// Who holds it; nobody while it waits in the queue.
    pub person: Option<PersonId>,
    /// Whom they stand in for, as deputy.
    pub instead_of: Option<PersonId>,
}
