//! What notification knows of one subject: the conversation about a complaint, or the templates of a playbook.

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::Actor;
use contracts::messages::case_escalated::CaseEscalated;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::notice_settled::NoticeOutcome;
use contracts::messages::proposal_made::Remedy;
use contracts::messages::reply_told::Attachment;
use contracts::{
    ChannelKey, ComplainantId, DepartmentId, Facts, FileId, FilledPoint, Language, NoticeId, PersonId,
    StageKind, TemplateKey, VisitId, WordRef, WorkId,
};
use jiff::Timestamp;
use playbook::Key;
use playbook::model::{Script, Template};
use playbook::{NotificationSlice, Slice, StageBrief};
use serde::{Deserialize, Serialize};

mod fold;
mod known;

pub use fold::{evolve, is_ours};
pub use known::{Known, Snapshot};

/// One subject.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was heard of it.
    #[default]
    Unknown,
    /// A complaint of which only escalations were heard: they come from routing and may overtake the registration,
    /// which is intake's. Who is to be told waits until the number is known.
    Early(Vec<CaseEscalated>),
    /// A complaint.
    Complaint(Box<Conversation>),
    /// A playbook: its messages, by version.
    Playbook(BTreeMap<u32, Messages>),
    /// The organisation: messages about its reports whose end is not on record yet.
    Reports(BTreeSet<NoticeId>),
}

/// The messages of one version of a playbook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Messages {
    /// Its own templates.
    pub templates: BTreeMap<TemplateKey, Template>,
    /// Those that cannot be rendered, found when the playbook was published.
    pub faults: Vec<Fault>,
    /// What to say and what to avoid.
    #[serde(default)]
    pub scripts: BTreeMap<Key, Script>,
}

/// A template that cannot be rendered: the built-in text stands in for it, a reply has to be written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which template.
    pub template: TemplateKey,
    /// In which language.
    pub language: Language,
    /// What is wrong, with its line.
    pub why: String,
}

/// The conversation about one complaint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The complaint's number.
    pub number: String,
    /// Whom we speak to.
    pub complainant: ComplainantId,
    /// In which language.
    pub language: Language,
    /// The channel the complaint came by.
    pub channel: ChannelKey,
    /// The playbook at the version that the case follows.
    pub playbook: PlaybookRef,
    /// The visits that are or were ours.
    pub visits: BTreeMap<VisitId, Visit>,
    /// Every message.
    pub notices: BTreeMap<NoticeId, Notice>,
    /// Who is complained of: a party to the matter at every stage and at none.
    #[serde(default)]
    pub complained_of: Option<PersonId>,
    /// Whether the case is archived.
    #[serde(default)]
    pub closed: bool,
    /// What whoever calls back has to know, oldest first.
    #[serde(default)]
    pub caller_notes: Vec<CallerNote>,
    /// The files of the complaint.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub files: BTreeSet<FileId>,
    /// Facts heard or said here so far. What intake says may overtake routing, which then enters a stage without it, and
    /// may come after it.
    #[serde(default)]
    pub known: Known,
}

/// One visit to a stage of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Its kind: contact, reply or callback.
    pub kind: StageKind,
    /// The version of the playbook that the brief is of; the case may follow another by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The playbook's brief.
    pub brief: StageBrief,
    /// The present epoch.
    pub epoch: u32,
    /// Where the work is done.
    pub department: DepartmentId,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// Those of them who are kept out of the whole matter, and so do not read it either.
    #[serde(default)]
    pub parties: Vec<PersonId>,
    /// The facts when it began, and what intake, routing and we ourselves learnt since.
    pub facts: Facts,
    /// What routing knew when it began; nothing is told from it once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_with: Option<Snapshot>,
    /// The remedies that may be named to the customer: those of the approved proposal.
    pub promised: Vec<Remedy>,
    /// Whether the proposal of this handling still waits for its approval.
    pub awaits_approval: bool,
    /// How it stands.
    pub progress: Progress,
    /// What was said to the customer here.
    pub told: Option<WordRef>,
    /// The files that went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the customer answered to that.
    #[serde(default)]
    pub answered: Option<Answered>,
    /// The callbacks made, oldest first.
    pub calls: Vec<Call>,
    /// The attempts to reach the customer, oldest first.
    pub contacts: Vec<Contact>,
    /// The sheets filled in before that, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepared: Vec<Prepared>,
}

/// A sheet that was filled in before the customer was contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// When.
    pub at: Timestamp,
    /// Its points.
    pub points: Vec<FilledPoint>,
    /// Who filled it in.
    pub by: Actor,
}

/// How a visit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stands")]
pub enum Progress {
    /// No person is needed: it is completed at once, or waits for the customer alone.
    Unattended,
    /// The work was asked for and nobody holds it yet.
    Requested {
        /// The work.
        work: WorkId,
    },
    /// Somebody holds it.
    Held {
        /// The work.
        work: WorkId,
        /// Who.
        person: PersonId,
        /// Whom they stand in for, when they do.
        instead_of: Option<PersonId>,
    },
    /// It was completed or withdrawn.
    Left,
}

/// One attempt to reach the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// When.
    pub at: Timestamp,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel.
    pub channel: ChannelKey,
    /// What was said.
    pub note: Option<WordRef>,
    /// What of the playbook's own the customer was told.
    #[serde(default)]
    pub told: Vec<String>,
    /// Who tried.
    pub by: Actor,
}

/// What whoever calls back has to know of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerNote {
    /// When it was noted.
    pub at: Timestamp,
    /// The note.
    pub note: WordRef,
    /// Who noted it.
    pub by: Actor,
}

/// The customer's answer to a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// Whether they accept.
    pub accepted: bool,
    /// Why.
    pub reason: Option<WordRef>,
    /// The customer themselves, or who wrote it down.
    pub by: Actor,
}

/// One callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelKey>,
    /// The answer on the scale.
    pub satisfaction: Option<String>,
    /// What the customer said besides.
    pub opinion: Option<WordRef>,
    /// Who called, or the customer themselves.
    pub by: Actor,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// To whom.
    pub to: Recipient,
    /// By which channel.
    pub channel: ChannelKey,
    /// Which template.
    pub template: TemplateKey,
    /// In which language.
    pub language: Language,
    /// The text.
    pub text: WordRef,
    /// When it was asked for.
    pub at: Timestamp,
    /// How it ended, once it has.
    pub outcome: Option<NoticeOutcome>,
}

impl State {
    /// The conversation, if the subject is a complaint we know.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        if let Self::Complaint(conversation) = self { Some(conversation) } else { None }
    }
    /// The escalations that came before the complaint itself.
    #[must_use]
    pub fn early(&self) -> &[CaseEscalated] {
        if let Self::Early(early) = self { early } else { &[] }
    }
}

impl Conversation {
    /// Whether somebody is kept out of the matter: the person complained of, and whom any visit keeps out. A callback
    /// also keeps out whoever handled the case, who is no party to it once the callback is over.
    #[must_use]
    pub fn is_party(&self, person: &PersonId) -> bool {
        let lasts = |visit: &&Visit| visit.progress != Progress::Left || visit.kind != StageKind::Callback;
        self.complained_of.as_ref() == Some(person)
            || self.visits.values().filter(lasts).any(|visit| visit.parties.contains(person))
    }
}

impl Visit {
    /// The part of the brief that is ours.
    #[must_use]
    pub fn slice(&self) -> Option<&NotificationSlice> {
        match &self.brief.slice {
            Slice::Notification(slice) => Some(slice),
            Slice::Nothing | Slice::Triage(_) | Slice::Investigation(_) | Slice::Approval(_) => None,
        }
    }
    /// The work of the present epoch, if there is any.
    #[must_use]
    pub const fn work(&self) -> Option<WorkId> {
        match self.progress {
            Progress::Requested { work } | Progress::Held { work, .. } => Some(work),
            Progress::Unattended | Progress::Left => None,
        }
    }
    /// Whether it may end with `outcome` by its playbook.
    #[must_use]
    pub fn may_end(&self, outcome: &str) -> bool {
        self.brief.outcomes.iter().any(|known| known.as_str() == outcome)
    }
    /// Whether the customer was reached at any time so far.
    #[must_use]
    pub fn was_contacted(&self) -> bool {
        self.facts.contains_key(&contracts::facts::key::customer_contacted())
    }
    /// How many callbacks reached the customer.
    #[must_use]
    pub fn reached(&self) -> u32 {
        u32::try_from(self.calls.iter().filter(|call| call.reached).count()).unwrap_or(u32::MAX)
    }
}
