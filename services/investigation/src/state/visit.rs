//! A visit to a stage of this service: what is done at it, and what is known of it while it is open.

use std::collections::BTreeMap;

use contracts::{DepartmentId, MeasureId, PersonId, StageKey, StageKind};
use serde::{Deserialize, Serialize};

use super::Work;
use crate::needs::Needs;

/// A visit to a stage of this service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The stage of the playbook.
    pub stage: StageKey,
    /// What is done at it.
    pub task: Task,
    /// Which handling of the complaint it belongs to.
    pub instance: u32,
    /// Grows when it is reassigned.
    pub epoch: u32,
    /// How it stands.
    pub standing: Standing,
}

/// What is done at a visit: the stage kinds that this service acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Says whether the complaint stands.
    Verify,
    /// Gathers evidence until the cause is established, or not.
    Investigate,
    /// Proposes remedies.
    Propose,
    /// Carries them out.
    Execute,
    /// Plans measures, has them carried out and verifies that they worked.
    Correct,
}

impl Task {
    /// The task of a stage kind; none for kinds of other services and for those that do not act yet.
    #[must_use]
    pub const fn of(kind: StageKind) -> Option<Self> {
        match kind {
            StageKind::Verify => Some(Self::Verify),
            StageKind::Investigate => Some(Self::Investigate),
            StageKind::Propose => Some(Self::Propose),
            StageKind::Execute => Some(Self::Execute),
            StageKind::Correct => Some(Self::Correct),
            StageKind::Register
            | StageKind::Clarify
            | StageKind::Triage
            | StageKind::Wait
            | StageKind::Archive
            | StageKind::Inspect
            | StageKind::Approve
            | StageKind::Review
            | StageKind::Meet
            | StageKind::Audit
            | StageKind::Account
            | StageKind::Contact
            | StageKind::Reply
            | StageKind::Callback => None,
        }
    }
    /// The word of the stage kind.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Investigate => "investigate",
            Self::Propose => "propose",
            Self::Execute => "execute",
            Self::Correct => "correct",
        }
    }
    /// What is asked of a person when the visit begins, as `work.requested` has it: the verb that does it.
    #[must_use]
    pub const fn first_asked(self) -> &'static str {
        match self {
            Self::Correct => PLAN,
            Self::Verify | Self::Investigate | Self::Propose | Self::Execute => self.as_str(),
        }
    }
}

/// Planning the measures of a visit, as a piece of work.
const PLAN: &str = "correct.plan";

/// How a visit stands.
pub type Standing = runtime::service::Standing<Open>;

/// An open visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What the playbook asks of it.
    pub needs: Needs,
    /// The department whose work it is.
    pub department: DepartmentId,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// Whether `approved` was on record when the visit began.
    pub approved_before: bool,
    /// The piece of work that was asked for; none once it was withdrawn.
    pub work: Option<Work>,
    /// The work of the measures that are not carried out yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<MeasureId, Work>,
}

impl Visit {
    /// What is open of it, if it is open.
    #[must_use]
    pub fn open(&self) -> Option<&Open> {
        self.standing.open()
    }
}
