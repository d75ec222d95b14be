//! What routing takes: playbooks, directory, triage, work, the archive.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PointText;
use crate::ids::{CategoryKey, ClockId, DepartmentId, PersonId, VisitId, WorkId};
use crate::messages::complaint_registered::PlaybookRef;
use crate::messages::directory_changed::{Absence, Department, Person};
use crate::messages::playbook_activated::ActivationScope;
/// Publishes a version of a playbook; refused whole when it has errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishPlaybook {
    /// The document as YAML text.
    pub text: String,
}

/// Puts a published version into force; the subject is the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivatePlaybook {
    /// Which.
    pub playbook: PlaybookRef,
    /// For whom.
    pub scope: ActivationScope,
}

/// Publishes a version of a working calendar; the subject is the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishCalendar {
    /// The calendar.
    pub document: serde_json::Value,
}

/// Adds or changes departments and people; the subject is the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDirectory {
    /// Departments as they shall be.
    #[serde(default)]
    pub departments: Vec<Department>,
    /// People as they shall be.
    #[serde(default)]
    pub people: Vec<Person>,
}

/// Says when a person is away; the subject is the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutAbsence {
    /// Who.
    pub person: PersonId,
    /// All their absences from now on.
    #[serde(default)]
    pub absences: Vec<Absence>,
}

/// Classifies the complaint and names the department that must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Triage {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// What it is about.
    #[serde(default)]
    pub category: Option<CategoryKey>,
    /// The department that must answer; from the category when absent.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// The complained-of department, when known now.
    #[serde(default)]
    pub complained_of: Option<DepartmentId>,
    /// The level, when the playbook leaves it to a person.
    #[serde(default)]
    pub level: Option<u32>,
}

/// Takes a piece of work from the department's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimWork {
    /// The piece of work it completes.
    pub work: WorkId,
}

/// Gives a piece of work back to the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandBackWork {
    /// The piece of work it completes.
    pub work: WorkId,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Gives a piece of work to another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReassignWork {
    /// The piece of work it completes.
    pub work: WorkId,
    /// To whom.
    pub person: PersonId,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Looks again at who holds a piece of work: absent, gone or barred people lose it, queued work finds somebody.
/// Only Redress itself orders it, after a change of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconsiderWork {
    /// Which.
    pub work: WorkId,
}

/// Moves the current visit to another department: a new epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferStage {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// To which.
    pub department: DepartmentId,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Pauses a clock for a reason that the playbook lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseClock {
    /// Which.
    pub clock: ClockId,
    /// One of the playbook's pausable reasons.
    pub reason: String,
}

/// Lets a paused clock run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeClock {
    /// Which.
    pub clock: ClockId,
}

/// Files the case with its closing summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The closing summary; at most 5,000 characters.
    #[serde(default)]
    pub summary: Option<String>,
    /// Its points, where the playbook asks for some: each of them, such as `lessons`.
    #[serde(default)]
    pub points: Vec<PointText>,
}

super::verbs! { Routing:
    PublishPlaybook = "playbook.publish",
    ActivatePlaybook = "playbook.activate",
    PublishCalendar = "calendar.publish",
    PutDirectory = "directory.put",
    PutAbsence = "absence.put",
    Triage = "triage",
    ClaimWork = "work.claim",
    HandBackWork = "work.hand_back",
    ReassignWork = "work.reassign",
    ReconsiderWork = "work.reconsider",
    TransferStage = "stage.transfer",
    PauseClock = "clock.pause",
    ResumeClock = "clock.resume",
    Archive = "archive",
}
