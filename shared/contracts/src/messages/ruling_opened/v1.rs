//! `ruling.opened`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockId, ClockKey, DepartmentId, PersonId, RoleKey, StageKey, VisitId, WorkId};
use crate::messages::work_assigned::Because;

/// Somebody with the authority is asked a question about the case: a piece of work of routing's own, with its own limit,
/// that belongs to no visit. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulingOpened {
    /// The piece of work; whoever holds it rules.
    pub ruling: WorkId,
    /// What is asked.
    pub question: RulingQuestion,
    /// The stage where the case stood.
    pub stage: StageKey,
    /// The role that rules.
    pub role: RoleKey,
    /// The department where the role is looked for.
    pub department: DepartmentId,
    /// The role to turn to when nobody of the first is there.
    pub secondary: Option<RoleKey>,
    /// People who may not rule: whoever asks, whose work it is about, the parties.
    pub barred: Vec<PersonId>,
    /// When the answer is due; absent where the playbook sets no limit.
    pub due: Option<Timestamp>,
    /// When whoever holds it is reminded.
    pub alerts: Vec<Timestamp>,
    /// Who asks and why; absent where a rung of the ladder does.
    pub because: Option<Because>,
}

/// What a ruling is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "asks")]
pub enum RulingQuestion {
    /// A department says that the main work is not its own.
    Dispute {
        /// The visit in question.
        visit: VisitId,
        /// Its epoch.
        epoch: u32,
        /// The department that says so.
        department: DepartmentId,
        /// The department that it should be, if that was said.
        proposed: Option<DepartmentId>,
    },
    /// Somebody asks for more time, before it has run out.
    Extension {
        /// The clock.
        clock: ClockId,
        /// Its key in the playbook.
        key: ClockKey,
        /// When it was due.
        due: Timestamp,
        /// Until when is asked for.
        until: Timestamp,
    },
    /// A rung of the ladder asks what its label says.
    Rung {
        /// The rung's key in the playbook.
        rung: String,
    },
}

impl RulingQuestion {
    /// What it is about, as a key: `dispute`, the clock, the rung.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Dispute { .. } => "dispute",
            Self::Extension { key, .. } => key.as_str(),
            Self::Rung { rung } => rung,
        }
    }
}
