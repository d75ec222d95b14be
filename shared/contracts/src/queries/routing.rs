//! What routing is asked, by staff and services: work lists, cases, clocks, playbooks, people, calendars.
//!
//! The work list and the list of cases are transactional tables, never projections that lag. Nothing here holds the
//! complainant's data. Pages go on from `next`, which is opaque to the one who asks.

mod board;
mod cases;
mod check;
mod contacts;
mod handovers;
mod in_force;
mod preview;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
pub use board::*;
pub use cases::*;
pub use check::*;
pub use contacts::*;
pub use handovers::*;
pub use in_force::*;

use crate::ids::{
    ClockId, ClockKey, ComplaintId, DepartmentId, FormKey, PersonId, PlaybookId, RoleKey, StageKey, VisitId,
    WorkId,
};
use crate::problem::Problem;
use crate::service::words;
use crate::words::Text;

pub use preview::{
    PreviewAsked, PreviewCase, PreviewClock, PreviewCounts, PreviewPage, PreviewStop, PreviewTurn,
};

/// Open pieces of work, most urgent first: [`WorkAsked`] → [`WorkPage`].
pub const WORK: &str = "work";
/// Cases, most urgent first: [`CasesAsked`] → [`CasesPage`].
pub const CASES: &str = "cases";
/// Customers who must hear from us again, what runs out first at the top: [`ContactsAsked`] → [`ContactsPage`].
pub const CONTACTS: &str = "contacts";
/// One case: where it stands, how it came there, who works on it, who moved work and why, what may be done:
/// [`CaseAsked`] → JSON.
pub const CASE: &str = "case";
/// The clocks of a case, each explained line by line: [`CaseAsked`] → `Vec<ClockShown>`.
pub const CLOCKS: &str = "clocks";
/// What whoever asks may not order about a case now, and why: [`CaseAsked`] → [`Refused`].
pub const REFUSED: &str = "refused";
/// One form of a case as it is filled in, with its labels: [`FormAsked`] → JSON.
pub const FORM: &str = "form";
/// The published playbooks: null → `Vec<PlaybookListed>`.
pub const PLAYBOOKS: &str = "playbooks";
/// The document of a playbook: [`PlaybookAsked`] → JSON.
pub const PLAYBOOK: &str = "playbook";
/// What is wrong in the text of a playbook that somebody writes.
pub const PLAYBOOK_CHECK: &str = "playbook.check";
/// Departments and people: null → JSON.
pub const DIRECTORY: &str = "directory";
/// The playbooks that were, are and will be in force: null → [`Activations`].
pub const ACTIVATIONS: &str = "activations";
/// The published calendars: null → JSON.
pub const CALENDARS: &str = "calendars";
/// Which report was last made, and when: `{}` → `{"<playbook>:<report>": instant}`.
pub const REPORTS: &str = "reports";
/// How many cases there are, by place: null → `{"routed": n, "open": n, "parked": n, "closed": n}`.
pub const COUNTS: &str = "counts";
/// What applying a published version of a calendar or playbook would do to open cases: [`PreviewAsked`] →
/// [`PreviewPage`].
pub const PREVIEW: &str = "preview";
/// The shift-handover log, the newest first: [`HandoversAsked`] → [`HandoversPage`].
pub const HANDOVERS: &str = "handovers";
/// The queues of all departments at a glance: [`BoardAsked`] → [`Board`].
pub const BOARD: &str = "board";
/// Every query of routing's own.
pub const NAMES: &[&str] = &[
    WORK,
    CASES,
    CONTACTS,
    CASE,
    CLOCKS,
    REFUSED,
    FORM,
    PLAYBOOKS,
    PLAYBOOK,
    PLAYBOOK_CHECK,
    DIRECTORY,
    ACTIVATIONS,
    CALENDARS,
    COUNTS,
    REPORTS,
    PREVIEW,
    HANDOVERS,
    BOARD,
];

/// Asks for a form of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormAsked {
    /// The case.
    pub complaint: ComplaintId,
    /// The form, as the playbook has it.
    pub form: FormKey,
    /// Which handling, from 1; the last when absent.
    #[serde(default)]
    pub instance: Option<u32>,
}

/// Who has a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkHeld {
    /// Somebody.
    Held,
    /// Nobody: it waits in the queue.
    Queued,
}

/// Asks for open work; everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkAsked {
    /// Held by this person.
    pub person: Option<PersonId>,
    /// Of this department.
    pub department: Option<DepartmentId>,
    /// Of this role.
    pub role: Option<RoleKey>,
    /// Held, or queued.
    pub held: Option<WorkHeld>,
    /// At this stage.
    pub stage: Option<StageKey>,
    /// Of cases of this level or above.
    pub level: Option<u32>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// One of these tasks.
    pub tasks: Option<Vec<String>>,
    /// In this lane.
    pub lane: Option<WorkLane>,
    /// Of this complaint.
    pub complaint: Option<ComplaintId>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// A page of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkPage {
    /// The work, most urgent first.
    pub items: Vec<WorkItem>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkItem {
    /// Which.
    pub work: WorkId,
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, to be named in an act.
    pub epoch: u32,
    /// What has to be done, as a verb of the service that asked.
    pub task: String,
    /// The stage.
    pub stage: StageKey,
    /// Its label.
    pub label: Text,
    /// The department.
    pub department: DepartmentId,
    /// The role that does it.
    pub role: RoleKey,
    /// Who holds it.
    pub person: Option<PersonId>,
    /// Whom they stand in for.
    pub instead_of: Option<PersonId>,
    /// Why nobody holds it: `nobody_available` or `handed_back`; what was said is among the `words` of [`CASE`].
    pub queued: Option<String>,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// The level of the case.
    pub level: u32,
    /// What the complaint is about.
    pub category: Option<String>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Since when it is held or queued.
    pub since: Timestamp,
    /// The skills that are asked for and that whoever holds it lacks, or for want of which it waits.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// The lane of the queue.
    #[serde(default)]
    pub lane: WorkLane,
}

words! {
    /// A lane of a queue: simple business does not wait behind complex business.
    #[derive(Default)]
    WorkLane {
        /// Done quickly.
        #[default]
        Simple = "simple",
        /// Takes its time.
        Complex = "complex",
    }
}

/// Asks for a case, by id or by number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CaseAsked {
    /// Its id.
    pub complaint: Option<ComplaintId>,
    /// Or its number.
    pub number: Option<String>,
}

/// A clock with the explanation of its due time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockShown {
    /// Which.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// What people read.
    pub label: Text,
    /// From when it runs.
    pub start: Timestamp,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// Whether missing it is a breach.
    pub hard: bool,
    /// How it is: `running`, `paused`, `missed`, `met`, `stopped_late`.
    pub state: String,
    /// When it ended.
    pub stopped_at: Option<Timestamp>,
    /// The department that owns the time.
    pub owner: Option<DepartmentId>,
    /// Which handling it belongs to.
    pub instance: u32,
    /// The calendar, as `id@version`.
    pub calendar: String,
    /// The reasons that may pause it.
    pub pausable: Vec<String>,
    /// Why it is due when it is, line by line (`calendar::ExplainLine`).
    pub lines: serde_json::Value,
    /// The zone that the calendar's days and hours are meant in.
    #[serde(default)]
    pub zone: String,
    /// How its due time was moved since it started, oldest first: a time agreed, the customer's own limit, another
    /// version of the calendar or playbook.
    #[serde(default)]
    pub moves: Vec<ClockMoved>,
}

/// What would be refused to whoever asks, each by the verb of the order. What is not named here is not refused for who they
/// are or how the case stands; the order itself may still be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// Of the orders about the case as a whole.
    pub case: BTreeMap<String, Problem>,
    /// Of those about each open piece of work beside doing it.
    pub works: BTreeMap<WorkId, BTreeMap<String, Problem>>,
    /// Of those about each clock that runs.
    pub clocks: BTreeMap<ClockId, BTreeMap<String, Problem>>,
}

/// A due time that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockMoved {
    /// When.
    pub at: Timestamp,
    /// When the clock was due until then.
    pub before: Option<Timestamp>,
    /// When it was due from then on.
    pub after: Option<Timestamp>,
    /// Why: the fact that moved it, or `calendar:<id>@<version>`, `playbook:<id>@<version>`.
    pub reason: String,
    /// Who caused it.
    pub by: Actor,
    /// Whether it had run out before it was moved: what was missed stays missed.
    #[serde(default)]
    pub missed: bool,
}

/// A published playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookListed {
    /// Which.
    pub id: PlaybookId,
    /// What people call it.
    pub title: Text,
    /// Its versions, oldest first.
    pub versions: Vec<PlaybookVersion>,
}

/// A version of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookVersion {
    /// The version.
    pub version: u32,
    /// SHA-256 of the text as published, hexadecimal.
    pub sha256: String,
    /// When it was published.
    pub at: Timestamp,
}

/// Asks for the document of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookAsked {
    /// Which.
    pub id: PlaybookId,
    /// Which version; the newest when absent.
    #[serde(default)]
    pub version: Option<u32>,
}
