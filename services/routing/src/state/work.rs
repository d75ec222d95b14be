//! The open pieces of human work of a case, who has each, and what people moved.

use std::collections::BTreeSet;

use contracts::messages::work_assigned::Because;
use contracts::{DepartmentId, PersonId, RoleKey, VisitId, WorkId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An open piece of human work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit.
    pub epoch: u32,
    /// What has to be done, as a verb of the service that asked.
    pub task: String,
    /// The role that does it.
    pub role: RoleKey,
    /// Where the role is looked for.
    pub department: DepartmentId,
    /// The role to turn to next.
    pub secondary: Option<RoleKey>,
    /// Who may not do it, beside those barred from the visit.
    pub barred: Vec<PersonId>,
    /// Who is asked before all others of the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it has to be done, where it has a due time of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Who has it.
    pub state: WorkState,
    /// The skills that are asked for and that whoever has it lacks, or for want of which it waits.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lacks: BTreeSet<String>,
}

/// Who has a piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum WorkState {
    /// A person.
    Held {
        /// Who.
        person: PersonId,
        /// Whom they stand in for.
        instead_of: Option<PersonId>,
        /// Since when.
        since: Timestamp,
    },
    /// Nobody: it waits in the queue of its department.
    Queued {
        /// Why: the key of a [`contracts::messages::work_queued::QueueCause`], `requested` before anybody was looked
        /// for. (What version 1 of `work.queued` said may still stand here.)
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}

/// Work that a person moved, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// What was moved, and where.
    #[serde(flatten)]
    pub moved: Moved,
    /// When.
    pub at: Timestamp,
    /// By whom, and why in their words.
    pub because: Because,
}

/// What was moved, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "moved")]
pub enum Moved {
    /// A piece of work was given back to the queue.
    HandedBack {
        /// Which.
        work: WorkId,
        /// What had to be done.
        task: String,
        /// Who had it.
        from: Option<PersonId>,
    },
    /// A piece of work was given to somebody else.
    Reassigned {
        /// Which.
        work: WorkId,
        /// What has to be done.
        task: String,
        /// Who had it; nobody while it was queued.
        from: Option<PersonId>,
        /// Who has it now.
        to: PersonId,
    },
    /// The whole visit went to another department.
    Transferred {
        /// Whose it was.
        from: DepartmentId,
        /// Whose it is now.
        to: DepartmentId,
    },
}

impl Work {
    /// Who has it.
    #[must_use]
    pub fn holder(&self) -> Option<&PersonId> {
        match &self.state {
            WorkState::Held { person, .. } => Some(person),
            WorkState::Queued { .. } => None,
        }
    }
}
