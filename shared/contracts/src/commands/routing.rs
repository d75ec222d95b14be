//! What routing takes: playbooks, directory, triage, work, the archive.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PointText;
use crate::ids::{
    CategoryKey, ClockId, CommandId, ComplaintId, DepartmentId, FormKey, HandoverId, OrganisationId,
    PersonId, RoleKey, VisitId, WordId, WorkId,
};
use crate::messages::clock_started::CalendarRef;
use crate::messages::complaint_registered::PlaybookRef;
use crate::messages::directory_changed::{Absence, Department, Person, Shift};
use crate::messages::playbook_activated::ActivationScope;

/// Publishes a version of a playbook; refused whole when it has errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishPlaybook {
    /// The document as YAML text.
    pub text: String,
    /// The scenarios that show how it must behave, kept beside the version for whoever changes it next: YAML documents,
    /// each after a line `---`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<String>,
}

/// Puts a published version into force; the subject is the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivatePlaybook {
    /// Which.
    pub playbook: PlaybookRef,
    /// For whom.
    pub scope: ActivationScope,
    /// From when on, a time to come; at once when absent. A complaint follows what held when it was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Timestamp>,
}

/// Takes back an activation that is still to come; the subject is the organisation. What holds already is replaced by
/// another activation instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawActivation {
    /// Which.
    pub playbook: PlaybookRef,
    /// For whom it was to hold.
    pub scope: ActivationScope,
    /// From when on it was to hold.
    pub effective_from: Timestamp,
}

/// Publishes a version of a working calendar; the subject is the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishCalendar {
    /// The calendar.
    pub document: serde_json::Value,
}

/// Moves the clocks of open cases that run on an earlier version of a calendar to a published one; the subject
/// is the organisation. What that does is seen beforehand by the query `preview`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyCalendar {
    /// Which, and which version of it.
    pub calendar: CalendarRef,
    /// Why; at most 500 characters.
    pub reason: String,
}

/// Lets the open cases that follow an earlier version of a playbook follow a published one; the subject is the
/// organisation. What that does, and which cases it cannot do it for, is seen beforehand by the query `preview`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPlaybook {
    /// Which, and which version of it.
    pub playbook: PlaybookRef,
    /// Why; at most 500 characters.
    pub reason: String,
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
    /// Shifts as they shall be.
    #[serde(default)]
    pub shifts: Vec<Shift>,
}

/// Adds or changes departments and people as CSV files have them; the subject is the directory. Refused whole, with every
/// mistake of every file, unless all of it is right; then it is as if `directory.put` were ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDirectory {
    /// The texts of the files. Which of them has departments and which has people is told by their columns.
    pub files: Vec<String>,
    /// Only tells what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What an import changes, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryImported {
    /// Departments.
    pub departments: Imported,
    /// People.
    pub people: Imported,
    /// People of the directory who stand in no file. They stay as they are; who holds open work comes first.
    pub left_out: Vec<LeftOut>,
}

/// What an import changes among departments or people, by their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Those that are new.
    pub added: Vec<String>,
    /// Those that become different.
    pub changed: Vec<String>,
    /// How many stay as they are.
    pub unchanged: u32,
}

/// Somebody who stands in no file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Who.
    pub person: PersonId,
    /// How many pieces of work they hold.
    pub open_work: u64,
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

/// Moves the clocks of a case to the version of a calendar that was applied. Only Redress itself orders it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveClocks {
    /// The calendar and its version.
    pub calendar: CalendarRef,
}

/// Lets a case follow the version of its playbook that was applied. Only Redress itself orders it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCase {
    /// The playbook and its version.
    pub playbook: PlaybookRef,
}

/// Writes down what is unfinished at the end of a shift; the subject is [`handover_for`] its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteHandover {
    /// The department whose next shift must acknowledge it.
    pub department: DepartmentId,
    /// What is to be said of it all; at most 2,000 characters. Kept by routing, encrypted.
    #[serde(default)]
    pub note: Option<String>,
    /// The unfinished and pending items; at most 200.
    #[serde(default)]
    pub items: Vec<HandoverItem>,
}

/// A piece of work that is unfinished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverItem {
    /// The complaint.
    pub complaint: ComplaintId,
    /// The work.
    pub work: WorkId,
    /// What the next shift must know of it; at most 500 characters. Kept by routing, encrypted.
    #[serde(default)]
    pub note: Option<String>,
}

/// The handover that writing one under `key` makes: the same key, the same handover.
#[must_use]
pub fn handover_for(organisation: &OrganisationId, key: &CommandId) -> HandoverId {
    HandoverId::derived(key.root(organisation), "handover")
}

/// Takes note of a handover, as somebody of the next shift; the subject is the handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeHandover {}

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

/// Says that the main work of a case is not the department's own; somebody rules on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeWork {
    /// The piece of work.
    pub work: WorkId,
    /// The department that it should be, if the actor knows.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Asks for more time, before the clock runs out; somebody rules on it. Either `until` or `by` is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendClock {
    /// Which.
    pub clock: ClockId,
    /// Until when.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// By how much, as a limit of a playbook: `2 working days`, `24h`.
    #[serde(default)]
    pub by: Option<String>,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Answers a question about the case that the actor was asked to rule on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRuling {
    /// The piece of work.
    pub work: WorkId,
    /// The answer in words; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
    /// Of a dispute: the department that is responsible.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Of more time: whether it is granted.
    #[serde(default)]
    pub grant: Option<bool>,
    /// Of more time that is granted: until when, if less than was asked for.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Of a rung's question: the level that the case is raised to.
    #[serde(default)]
    pub level: Option<u32>,
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

/// Raises the level of a case, as somebody who works on it or directs it sees that it is graver than it seemed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseCase {
    /// To which; higher than it is.
    pub level: u32,
    /// Why; at most 500 characters. Kept by routing, encrypted.
    pub reason: String,
}

/// Ends a case because the customer takes the complaint back: it is filed as `withdrawn`. What was carried out for the
/// customer is finished and not taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCase {
    /// What the customer said; at most 500 characters. Kept by routing, encrypted, as the closing summary.
    pub reason: String,
}

/// Writes into a form of the case, for the handling that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FillForm {
    /// The form, as the playbook has it.
    pub form: FormKey,
    /// What is written, by field; each text at most 5,000 characters. It replaces what stood there; an empty one empties
    /// the field.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What stood in a field when the actor read the form, by field: the `text` that the query tells, or nothing. A field
    /// that is written and in which something else stands by now is refused. Of a field that is left out here, whatever
    /// stands is replaced.
    #[serde(default)]
    pub seen: BTreeMap<String, Option<WordId>>,
}

/// Signs a form of the case; from then on it stands as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignForm {
    /// The form, as the playbook has it.
    pub form: FormKey,
    /// As which of its roles; the first that is the actor's and unsigned when absent.
    #[serde(default)]
    pub role: Option<RoleKey>,
}

super::verbs! { Routing:
    PublishPlaybook = "playbook.publish",
    ActivatePlaybook = "playbook.activate",
    WithdrawActivation = "activation.withdraw",
    ApplyPlaybook = "playbook.apply",
    PublishCalendar = "calendar.publish",
    ApplyCalendar = "calendar.apply",
    PutDirectory = "directory.put",
    ImportDirectory = "directory.import",
    PutAbsence = "absence.put",
    Triage = "triage",
    ClaimWork = "work.claim",
    HandBackWork = "work.hand_back",
    ReassignWork = "work.reassign",
    ReconsiderWork = "work.reconsider",
    MoveClocks = "clocks.move",
    ChangeCase = "case.change",
    WriteHandover = "handover.write",
    AcknowledgeHandover = "handover.acknowledge",
    TransferStage = "stage.transfer",
    PauseClock = "clock.pause",
    ResumeClock = "clock.resume",
    DisputeWork = "work.dispute",
    ExtendClock = "clock.extend",
    GiveRuling = "ruling.give",
    Archive = "archive",
    RaiseCase = "case.raise",
    WithdrawCase = "case.withdraw",
    FillForm = "form.fill",
    SignForm = "form.sign",
}
