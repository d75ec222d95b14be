//! What travels with a visit: all that the service which serves it needs to know of the playbook, and no more.
//!
//! A brief is made when a visit begins. Rules are answered then, so that no other service evaluates CEL.

use std::collections::BTreeMap;

use contracts::{ChannelKey, DepartmentId, OutcomeKey, RoleKey, StageKey, StageKind, TemplateKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    ApproveBefore, AuthorityRow, Checklist, ConflictOfInterest, DepartmentRef, Incentive, IntakeField,
    Labelled, Liable, Remedies, Requires, Satisfaction, Script, Secondary, Standard, Tell, Template, Trigger,
};
use crate::words::Key;

/// All that a service needs to know of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageBrief {
    /// The stage.
    pub stage: StageKey,
    /// Its kind.
    pub kind: StageKind,
    /// What people read.
    pub label: Text,
    /// Who does it; nobody where no person is needed.
    pub owner: Option<Holder>,
    /// Who takes over.
    pub secondary: Secondary,
    /// Whether a person is needed this time.
    pub person: PersonNeed,
    /// What must be given to complete it.
    pub requires: Requires,
    /// With what it may end.
    pub outcomes: Vec<OutcomeKey>,
    /// Who must keep out.
    pub conflict_of_interest: Option<ConflictOfInterest>,
    /// What the kind of the stage needs besides.
    pub slice: Slice,
}

/// Whether a person is needed at a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonNeed {
    /// Somebody must do it.
    Needed,
    /// The service completes it by itself.
    NotNeeded,
}

/// A role to be found in a department.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    /// The role.
    pub role: RoleKey,
    /// What people read.
    pub label: Text,
    /// Where it is looked for.
    pub department: DepartmentRef,
}

/// What only some kinds need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Slice {
    /// Nothing besides.
    Nothing,
    /// For `triage`: what the complaint may be about, and the levels.
    Triage(TriageSlice),
    /// For `verify`, `investigate`, `propose`, `execute`, `inspect`, `correct`.
    Investigation(Box<InvestigationSlice>),
    /// For `approve`, `review`, `meet`, `audit`, `account`.
    Approval(Box<ApprovalSlice>),
    /// For `contact`, `reply`, `callback`.
    Notification(Box<NotificationSlice>),
}

/// What triage needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TriageSlice {
    /// The categories with their departments.
    pub categories: Vec<crate::model::Category>,
    /// The departments that may be named.
    pub departments: BTreeMap<contracts::DepartmentId, Text>,
    /// The levels.
    pub levels: Vec<crate::model::SeverityLevel>,
}

/// What investigation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvestigationSlice {
    /// What may be given to the customer.
    pub remedies: Option<Remedies>,
    /// Who may be at fault.
    pub liability_kinds: Vec<Liable>,
    /// What must not happen before approval.
    pub approve_before: Vec<ApproveBefore>,
    /// What the handling standard of the category proposes, for `propose`, where there is one and its rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
    /// Measures and who verifies that they worked, for `correct`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<CorrectBrief>,
}

/// Planning measures and verifying their effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CorrectBrief {
    /// The departments that may answer for a measure.
    pub departments: Vec<DepartmentId>,
    /// The roles that may be asked for one.
    pub roles: Vec<RoleKey>,
    /// By which methods measures are found; any where the playbook lists none.
    pub methods: Vec<Labelled>,
    /// What does not count as a measure.
    pub forbidden: Vec<Labelled>,
    /// Which documents may be brought up to date once the measures worked; at least one is, where there are some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standardise: Vec<Labelled>,
    /// Who is trained; a plan has a training, where anybody is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub training: Vec<Text>,
    /// Who verifies the effect, and is nobody who had a part in the measures; without one, the owner of the stage.
    /// Routing puts the department in by name.
    pub verifier: Option<Holder>,
}

/// What approval needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalSlice {
    /// The rows of the matrix for the category of the case; see [`crate::deciding_row`].
    pub rows: Vec<AuthorityRow>,
    /// Roles that the rows name, with their labels and usual departments.
    pub roles: BTreeMap<RoleKey, Holder>,
    /// What must not happen before approval.
    pub approve_before: Vec<ApproveBefore>,
    /// What may be given, for an amended proposal.
    pub remedies: Option<Remedies>,
    /// The department that must answer: named by triage, else that of the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<contracts::DepartmentId>,
    /// Who signs besides the owner, for `meet`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Holder>,
    /// What may be decided on, for `account`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<Incentive>,
    /// What began the side, for `account`: it gives cause anew, though the same was decided on before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Trigger>,
    /// Whether the report of measures is decided on and nothing else, for `approve`: no proposal and no amount. A
    /// playbook knows no case, so routing puts it in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub report: bool,
}

/// What notification needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotificationSlice {
    /// The one voice.
    pub reply: Option<ReplyBrief>,
    /// Keeping the customer informed.
    pub contact: Option<ContactBrief>,
    /// Calling back.
    pub callback: Option<CallbackBrief>,
    /// The answers that the customer may give.
    pub satisfaction: Option<Satisfaction>,
    /// What must not happen before approval.
    pub approve_before: Vec<ApproveBefore>,
    /// The messages.
    pub templates: BTreeMap<TemplateKey, Template>,
    /// What to say and what to avoid.
    pub scripts: BTreeMap<Key, Script>,
    /// What to go through.
    pub checklists: BTreeMap<Key, Checklist>,
    /// What is asked before anything is told, to know that it is the customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_check: Vec<IntakeField>,
    /// The points of the sheet that is filled in before the customer is contacted, for `contact`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Labelled>,
}

/// What the customer is told at a contact, as far as the playbook knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactBrief {
    /// What is told.
    pub tell: Vec<Tell>,
    /// Who took the complaint; a playbook knows nobody, so routing puts it in.
    pub acceptor: Option<Acceptor>,
    /// The steps of the main line, as people read them.
    #[serde(default)]
    pub flow: Vec<Text>,
    /// How long steps take.
    #[serde(default)]
    pub times: Vec<StepTime>,
}

/// Who took a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptor {
    /// Their name.
    pub name: String,
    /// How customers reach them.
    pub contact: Option<String>,
}

/// How long a step takes: the limit of the clock that begins with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepTime {
    /// The step.
    pub step: Text,
    /// The limit.
    pub limit: calendar::Limit,
}

/// Answering the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyBrief {
    /// The one voice.
    pub replier: Holder,
    /// The channel tried first.
    pub preferred_channel: Option<ChannelKey>,
    /// Whether this answer is a formal letter.
    pub form: ReplyForm,
    /// Which kinds of evidence go with it.
    pub evidence_attachments: Vec<Labelled>,
}

/// How an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyForm {
    /// By the channel.
    ByChannel,
    /// By a formal letter.
    FormalLetter,
}

/// Calling back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackBrief {
    /// Who calls.
    pub by: Holder,
    /// At least so many calls.
    pub min: u32,
    /// At most so many.
    pub max: Option<u32>,
    /// Whether this case is called back at all.
    pub person: PersonNeed,
    /// What the caller should know.
    pub notes: Vec<Text>,
    /// By which channels.
    pub channels: Vec<ChannelKey>,
}
