//! Folding what happened into the state: nothing else changes it, so that a history replayed gives the same state.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::callback_recorded::CallbackRecorded;
use contracts::messages::case_escalated::CaseEscalated;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::notice_requested::NoticeRequested;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{Event, Facts, ServiceName, SubjectKind, VisitId, WorkId};
use jiff::Timestamp;
use playbook::{Slice, StageBrief};
use runtime::service::Happened;

use super::{
    Answered, Call, CallerNote, Contact, Conversation, Known, Messages, Notice, Prepared, Progress, State,
    Visit,
};

/// Folds what happened into the state.
pub fn evolve(state: &mut State, happened: &Happened<'_>) {
    if happened.subject.kind == SubjectKind::Organisation {
        return state.report(happened.event);
    }
    match happened.event {
        Event::ComplaintRegistered(registered) => state.register(registered),
        Event::PlaybookPublished(published) => state.publish(published),
        Event::CaseEscalated(escalated) => state.escalate(escalated),
        Event::StageEntered(entered) if is_ours(entered) => state.enter(entered),
        _ => {
            if let State::Complaint(conversation) = state {
                conversation.apply(happened);
            }
        }
    }
}

/// Whether a visit is one of notification's.
#[must_use]
pub fn is_ours(entered: &StageEntered) -> bool {
    entered.kind.service() == ServiceName::Notification
}

impl State {
    /// Messages about reports; nothing else of an organisation is of concern.
    fn report(&mut self, event: &Event) {
        match (&mut *self, event) {
            (Self::Reports(open), Event::NoticeRequested(requested)) => drop(open.insert(requested.notice)),
            (Self::Unknown, Event::NoticeRequested(requested)) => {
                *self = Self::Reports(BTreeSet::from([requested.notice]));
            }
            (Self::Reports(open), Event::NoticeSettled(settled)) => drop(open.remove(&settled.notice)),
            _ => {}
        }
    }

    fn register(&mut self, registered: &ComplaintRegistered) {
        match self {
            Self::Unknown | Self::Early(_) => {
                *self = Self::Complaint(Box::new(Conversation {
                    number: registered.number.clone(),
                    complainant: registered.complainant,
                    language: registered.language,
                    channel: registered.channel.clone(),
                    playbook: registered.playbook.clone(),
                    visits: BTreeMap::new(),
                    notices: BTreeMap::new(),
                    complained_of: registered.complained_of_person.clone(),
                    closed: false,
                    caller_notes: Vec::new(),
                    files: registered.files.iter().copied().collect(),
                    known: Known::nothing(),
                }));
            }
            // A stage was heard of first; routing knew the channel from the facts, intake knows it itself.
            Self::Complaint(conversation) => {
                conversation.channel = registered.channel.clone();
                conversation.complained_of = registered.complained_of_person.clone();
                conversation.files.extend(&registered.files);
            }
            Self::Playbook(_) | Self::Reports(_) => {}
        }
    }

    fn publish(&mut self, published: &PlaybookPublished) {
        let templates = crate::templates::of_document(&published.document);
        let scripts = crate::templates::scripts_of(&published.document);
        let faults = crate::templates::faults(&templates, &scripts);
        let messages = Messages { templates, faults, scripts };
        match self {
            Self::Playbook(versions) => drop(versions.insert(published.playbook.version, messages)),
            Self::Unknown => *self = Self::Playbook(BTreeMap::from([(published.playbook.version, messages)])),
            Self::Early(_) | Self::Complaint(_) | Self::Reports(_) => {}
        }
    }

    fn escalate(&mut self, escalated: &CaseEscalated) {
        match self {
            Self::Unknown => *self = Self::Early(vec![escalated.clone()]),
            Self::Early(early) => early.push(escalated.clone()),
            Self::Complaint(_) | Self::Playbook(_) | Self::Reports(_) => {}
        }
    }

    /// A stage may be heard of before the registration: they come from two sources.
    fn enter(&mut self, entered: &StageEntered) {
        match self {
            Self::Unknown | Self::Early(_) => {
                let mut conversation = Conversation {
                    number: entered.number.clone(),
                    complainant: entered.complainant,
                    language: entered.language,
                    channel: crate::templates::channel_of(&entered.facts),
                    playbook: entered.playbook.clone(),
                    visits: BTreeMap::new(),
                    notices: BTreeMap::new(),
                    complained_of: None,
                    closed: false,
                    caller_notes: Vec::new(),
                    files: BTreeSet::new(),
                    known: Known::nothing(),
                };
                conversation.enter(entered);
                *self = Self::Complaint(Box::new(conversation));
            }
            Self::Complaint(conversation) => conversation.enter(entered),
            Self::Playbook(_) | Self::Reports(_) => {}
        }
    }
}

impl Conversation {
    fn apply(&mut self, happened: &Happened<'_>) {
        let now = happened.time;
        match happened.event {
            Event::CaseChanged(changed) => self.playbook = changed.playbook.clone(),
            Event::StageChanged(changed) => self.on(changed.visit, |visit| visit.change(changed)),
            Event::StageWithdrawn(withdrawn) => self.on(withdrawn.visit, Visit::leave),
            Event::StageCompleted(completed) => self.on(completed.visit, Visit::leave),
            Event::CaseClosed(_) => self.closed = true,
            Event::WorkRequested(requested) => self.on(requested.visit, |visit| {
                visit.progress = Progress::Requested { work: requested.work };
            }),
            Event::WorkAssigned(assigned) => self.on(assigned.visit, |visit| visit.give(assigned)),
            Event::WorkQueued(queued) => self.on(queued.visit, |visit| visit.queue(queued.work)),
            Event::FactRecorded(recorded) => self.learn(happened.source, &recorded.facts),
            Event::ContactRecorded(contact) => self.on(contact.visit, |visit| {
                visit.contacts.push(Contact {
                    at: now,
                    reached: contact.reached,
                    channel: contact.channel.clone(),
                    note: contact.note.clone(),
                    told: contact.told.clone(),
                    by: contact.by.clone(),
                });
            }),
            Event::ReplyTold(told) => self.on(told.visit, |visit| {
                visit.told = Some(told.text.clone());
                visit.attachments.clone_from(&told.attachments);
            }),
            Event::CustomerAnswered(answered) => self.on(answered.visit, |visit| {
                visit.answered = Some(Answered {
                    at: now,
                    accepted: answered.accepted,
                    reason: answered.reason.clone(),
                    by: answered.by.clone(),
                });
            }),
            Event::ContactPrepared(prepared) => self.on(prepared.visit, |visit| {
                let (points, by) = (prepared.points.clone(), prepared.by.clone());
                visit.prepared.push(Prepared { at: now, points, by });
            }),
            Event::CallbackRecorded(call) => self.on(call.visit, |visit| visit.call(call, now)),
            Event::CallbackNoted(noted) => {
                self.caller_notes.push(CallerNote { at: now, note: noted.note.clone(), by: noted.by.clone() })
            }
            Event::NoticeRequested(requested) => self.ask_for(requested, now),
            Event::NoticeSettled(settled) => {
                if let Some(notice) = self.notices.get_mut(&settled.notice) {
                    notice.outcome = Some(settled.outcome);
                }
            }
            Event::FileAdded(added) => drop(self.files.insert(added.file)),
            // Everything else is another service's business.
            _ => {}
        }
    }

    fn on(&mut self, visit: VisitId, change: impl FnOnce(&mut Visit)) {
        if let Some(visit) = self.visits.get_mut(&visit) {
            change(visit);
        }
    }

    fn learn(&mut self, source: ServiceName, facts: &Facts) {
        self.known.learn(source, facts);
        for visit in self.visits.values_mut().filter(|visit| visit.progress != Progress::Left) {
            match &visit.began_with {
                Some(snapshot) => visit.facts = self.known.since(snapshot),
                // It began before that was kept.
                None => visit.facts.extend(facts.clone()),
            }
        }
    }

    fn ask_for(&mut self, requested: &NoticeRequested, at: Timestamp) {
        let notice = Notice {
            to: requested.to.clone(),
            channel: requested.channel.clone(),
            template: requested.template.clone(),
            language: requested.language,
            text: requested.text.clone(),
            at,
            outcome: None,
        };
        self.notices.insert(requested.notice, notice);
    }

    fn enter(&mut self, entered: &StageEntered) {
        // A brief that cannot be read parks the event; the visit is then not ours to know.
        let Ok(brief) = serde_json::from_value::<StageBrief>(entered.brief.clone()) else { return };
        if self.visits.contains_key(&entered.visit) {
            return;
        }
        self.playbook = entered.playbook.clone();
        let proposal = crate::promise::read(entered, &brief);
        let snapshot = self.known.snapshot(entered);
        let visit = Visit {
            kind: entered.kind,
            version: Some(entered.playbook.version),
            barred: crate::decide::barred_from(entered),
            parties: entered.barred.clone(),
            brief,
            epoch: entered.epoch,
            department: entered.department.clone(),
            facts: self.known.since(&snapshot),
            began_with: Some(snapshot),
            promised: proposal.promised,
            awaits_approval: proposal.awaits_approval,
            progress: Progress::Unattended,
            told: None,
            attachments: Vec::new(),
            answered: None,
            calls: Vec::new(),
            contacts: Vec::new(),
            prepared: Vec::new(),
        };
        self.visits.insert(entered.visit, visit);
    }
}

impl Visit {
    fn change(&mut self, changed: &StageChanged) {
        if self.progress != Progress::Left && changed.epoch > self.epoch {
            self.epoch = changed.epoch;
            self.department = changed.department.clone();
        }
    }

    /// What is over needs no brief: only what happened is kept.
    fn leave(&mut self) {
        self.progress = Progress::Left;
        self.brief.slice = Slice::Nothing;
        self.facts.clear();
        self.began_with = None;
        self.promised.clear();
    }

    fn give(&mut self, assigned: &WorkAssigned) {
        if self.work() == Some(assigned.work) {
            self.progress = Progress::Held {
                work: assigned.work,
                person: assigned.person.clone(),
                instead_of: assigned.instead_of.clone(),
            };
        }
    }

    /// Whoever held it gave it back: it waits, and nobody may act on it.
    fn queue(&mut self, work: WorkId) {
        if self.work() == Some(work) {
            self.progress = Progress::Requested { work };
        }
    }

    fn call(&mut self, call: &CallbackRecorded, at: Timestamp) {
        self.calls.push(Call {
            at,
            reached: call.reached,
            channel: call.channel.clone(),
            satisfaction: call.satisfaction.clone(),
            opinion: call.opinion.clone(),
            by: call.by.clone(),
        });
    }
}
