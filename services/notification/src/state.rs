//! What notification knows of one subject: the conversation about a complaint, or the templates of a playbook.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::messages::case_escalated::CaseEscalated;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::notice_settled::NoticeOutcome;
use contracts::messages::stage_entered::StageEntered;
use contracts::{
    ChannelKey, ComplainantId, DepartmentId, Event, Facts, Language, NoticeId, PersonId, StageKind,
    TemplateKey, VisitId, WordRef, WorkId,
};
use jiff::Timestamp;
use playbook::model::Template;
use playbook::{NotificationSlice, Slice, StageBrief};
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

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
    /// A playbook: its templates, by version.
    Playbook(BTreeMap<u32, BTreeMap<TemplateKey, Template>>),
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
    /// The pinned playbook.
    pub playbook: PlaybookRef,
    /// The visits that are or were ours.
    pub visits: BTreeMap<VisitId, Visit>,
    /// Every message.
    pub notices: BTreeMap<NoticeId, Notice>,
}

/// One visit to a stage of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Its kind: contact, reply or callback.
    pub kind: StageKind,
    /// The playbook's brief.
    pub brief: StageBrief,
    /// The present epoch.
    pub epoch: u32,
    /// Where the work is done.
    pub department: DepartmentId,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// The facts when it began.
    pub facts: Facts,
    /// How it stands.
    pub progress: Progress,
    /// What was said to the customer here.
    pub told: Option<WordRef>,
    /// The callbacks made, oldest first.
    pub calls: Vec<Call>,
}

/// How a visit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stands")]
pub enum Progress {
    /// It needs no person and is completed at once.
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
    },
    /// It was completed or withdrawn.
    Left,
}

/// One callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// Whether the customer was reached.
    pub reached: bool,
    /// The answer on the scale.
    pub satisfaction: Option<String>,
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
    /// How many callbacks reached the customer.
    #[must_use]
    pub fn reached(&self) -> u32 {
        u32::try_from(self.calls.iter().filter(|call| call.reached).count()).unwrap_or(u32::MAX)
    }
}

/// Folds what happened into the state.
pub fn evolve(state: &mut State, happened: &Happened<'_>) {
    match (&mut *state, happened.event) {
        (State::Unknown | State::Early(_), Event::ComplaintRegistered(registered)) => {
            *state = State::Complaint(Box::new(Conversation {
                number: registered.number.clone(),
                complainant: registered.complainant,
                language: registered.language,
                channel: registered.channel.clone(),
                playbook: registered.playbook.clone(),
                visits: BTreeMap::new(),
                notices: BTreeMap::new(),
            }));
        }
        (State::Unknown | State::Playbook(_), Event::PlaybookPublished(published)) => {
            let templates = crate::templates::of_document(&published.document);
            if let State::Playbook(versions) = state {
                versions.insert(published.playbook.version, templates);
            } else {
                *state = State::Playbook(BTreeMap::from([(published.playbook.version, templates)]));
            }
        }
        // The stage may be heard of before the registration: they come from two sources.
        (State::Unknown | State::Early(_), Event::StageEntered(entered)) if is_ours(entered) => {
            let mut conversation = Conversation {
                number: entered.number.clone(),
                complainant: entered.complainant,
                language: entered.language,
                channel: crate::templates::channel_of(&entered.facts),
                playbook: entered.playbook.clone(),
                visits: BTreeMap::new(),
                notices: BTreeMap::new(),
            };
            conversation.apply(happened);
            *state = State::Complaint(Box::new(conversation));
        }
        (State::Unknown, Event::CaseEscalated(escalated)) => *state = State::Early(vec![escalated.clone()]),
        (State::Early(early), Event::CaseEscalated(escalated)) => early.push(escalated.clone()),
        (State::Complaint(conversation), _) => conversation.apply(happened),
        (State::Unknown | State::Early(_) | State::Playbook(_), _) => {}
    }
}

/// Whether a visit is one of notification's.
#[must_use]
pub fn is_ours(entered: &StageEntered) -> bool {
    entered.kind.service() == contracts::ServiceName::Notification
}

impl Conversation {
    fn apply(&mut self, happened: &Happened<'_>) {
        match happened.event {
            Event::StageEntered(entered) if is_ours(entered) => self.enter(entered),
            Event::StageChanged(changed) => self.on(changed.visit, |visit| {
                visit.epoch = changed.epoch;
                visit.department = changed.department.clone();
            }),
            Event::StageWithdrawn(withdrawn) => {
                self.on(withdrawn.visit, |visit| visit.progress = Progress::Left)
            }
            Event::StageCompleted(completed) => {
                self.on(completed.visit, |visit| visit.progress = Progress::Left)
            }
            Event::WorkRequested(requested) => self.on(requested.visit, |visit| {
                visit.progress = Progress::Requested { work: requested.work };
            }),
            Event::WorkAssigned(assigned) => self.on(assigned.visit, |visit| {
                if visit.work() == Some(assigned.work) {
                    visit.progress = Progress::Held { work: assigned.work, person: assigned.person.clone() };
                }
            }),
            Event::ReplyTold(told) => self.on(told.visit, |visit| visit.told = Some(told.text.clone())),
            Event::CallbackRecorded(call) => self.on(call.visit, |visit| {
                visit.calls.push(Call {
                    at: happened.time,
                    reached: call.reached,
                    satisfaction: call.satisfaction.clone(),
                    by: call.by.clone(),
                });
            }),
            Event::NoticeRequested(requested) => {
                let notice = Notice {
                    to: requested.to.clone(),
                    channel: requested.channel.clone(),
                    template: requested.template.clone(),
                    language: requested.language,
                    text: requested.text.clone(),
                    at: happened.time,
                    outcome: None,
                };
                self.notices.insert(requested.notice, notice);
            }
            Event::NoticeSettled(settled) => {
                if let Some(notice) = self.notices.get_mut(&settled.notice) {
                    notice.outcome = Some(settled.outcome);
                }
            }
            // Everything else is another service's business.
            _ => {}
        }
    }

    fn on(&mut self, visit: VisitId, change: impl FnOnce(&mut Visit)) {
        if let Some(visit) = self.visits.get_mut(&visit) {
            change(visit);
        }
    }

    fn enter(&mut self, entered: &StageEntered) {
        let Ok(brief) = serde_json::from_value::<StageBrief>(entered.brief.clone()) else { return };
        self.visits.insert(
            entered.visit,
            Visit {
                kind: entered.kind,
                barred: crate::decide::barred_from(entered),
                brief,
                epoch: entered.epoch,
                department: entered.department.clone(),
                facts: entered.facts.clone(),
                progress: Progress::Unattended,
                told: None,
                calls: Vec::new(),
            },
        );
    }
}
