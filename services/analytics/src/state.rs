//! What analytics knows of one complaint: the facts of its case, as a ledger keeps them.
//!
//! Events come from five sources in any order between them, so every member may be unknown for a while.

use std::collections::BTreeMap;

use contracts::{ClockId, DepartmentId, Event, StageKey, StageKind, VisitId};
use jiff::Timestamp;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

/// One subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was heard of it, or it is not a complaint.
    #[default]
    Unknown,
    /// A complaint.
    Case(Box<CaseFacts>),
}

/// The facts of one case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseFacts {
    /// The complaint's number.
    pub number: Option<String>,
    /// The playbook, as `id@version`.
    pub playbook: Option<String>,
    /// The channel it came by.
    pub channel: Option<String>,
    /// Who complains.
    pub customer_type: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// The department that must answer.
    pub department: Option<DepartmentId>,
    /// The complained-of department.
    pub complained_of: Option<DepartmentId>,
    /// When the customer told somebody.
    pub received_at: Option<Timestamp>,
    /// When it was put on record.
    pub registered_at: Option<Timestamp>,
    /// Whether it repeats an earlier one.
    pub repeats: bool,
    /// The main stage it is at.
    pub stage: Option<StageKey>,
    /// Its level.
    pub level: u32,
    /// Which handling it is.
    pub instance: u32,
    /// Whether it was found to stand.
    pub substantiated: Option<bool>,
    /// The amount of the last proposal, in fen.
    pub proposed_fen: Option<i64>,
    /// The customer's last answer.
    pub satisfaction: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The visits, with their times.
    pub visits: BTreeMap<VisitId, VisitTime>,
    /// The clocks that ran out.
    pub breaches: BTreeMap<ClockId, Breach>,
    /// The time of the last event.
    pub as_of: Option<Timestamp>,
}

/// When a visit began and ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitTime {
    /// The stage.
    pub stage: Option<StageKey>,
    /// Its kind.
    pub kind: Option<StageKind>,
    /// Whose work it was.
    pub department: Option<DepartmentId>,
    /// When it began.
    pub entered_at: Option<Timestamp>,
    /// When it ended.
    pub left_at: Option<Timestamp>,
    /// With what.
    pub outcome: Option<String>,
    /// Who completed it.
    pub by: Option<String>,
}

/// A clock that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// Its key in the playbook.
    pub key: String,
    /// When it was due.
    pub due: Timestamp,
    /// Whose time it was.
    pub department: Option<DepartmentId>,
    /// Who held the work.
    pub person: Option<String>,
}

/// Folds what happened into the state.
pub fn evolve(state: &mut State, happened: &Happened<'_>) {
    if happened.subject.kind != contracts::SubjectKind::Complaint {
        return;
    }
    if matches!(state, State::Unknown) {
        *state = State::Case(Box::default());
    }
    if let State::Case(case) = state {
        case.as_of = case.as_of.max(Some(happened.time));
        case.apply(happened);
    }
}

impl CaseFacts {
    fn apply(&mut self, happened: &Happened<'_>) {
        match happened.event {
            Event::ComplaintRegistered(registered) => {
                self.number = Some(registered.number.clone());
                self.playbook = Some(format!("{}@{}", registered.playbook.id, registered.playbook.version));
                self.channel = Some(registered.channel.to_string());
                self.customer_type = Some(registered.customer_type.clone());
                self.complained_of.clone_from(&registered.complained_of);
                self.received_at = Some(registered.received_at);
                self.registered_at = Some(registered.registered_at);
                self.repeats = registered.repeats.is_some();
                self.learn(&registered.facts);
            }
            Event::StageEntered(entered) => {
                self.learn(&entered.facts);
                self.level = entered.level;
                self.instance = entered.instance;
                if entered.place == contracts::messages::stage_entered::Place::Main {
                    self.stage = Some(entered.stage.clone());
                    self.number.get_or_insert_with(|| entered.number.clone());
                }
                let visit = self.visits.entry(entered.visit).or_default();
                visit.stage = Some(entered.stage.clone());
                visit.kind = Some(entered.kind);
                visit.department = Some(entered.department.clone());
                visit.entered_at = Some(happened.time);
            }
            Event::StageChanged(changed) => {
                self.visits.entry(changed.visit).or_default().department = Some(changed.department.clone());
            }
            Event::StageWithdrawn(withdrawn) => self.leave(withdrawn.visit, happened.time, "withdrawn", None),
            Event::StageCompleted(completed) => {
                self.learn(&completed.facts);
                let by = completed.by.person().map(ToString::to_string);
                self.leave(completed.visit, happened.time, completed.outcome.as_str(), by);
            }
            Event::FactRecorded(recorded) => self.learn(&recorded.facts),
            Event::ProposalMade(proposal) => self.proposed_fen = Some(proposal.total.0),
            Event::ClockMissed(missed) => {
                let breach = Breach {
                    key: missed.key.to_string(),
                    due: missed.due,
                    department: missed.owner.clone(),
                    person: missed.person.as_ref().map(ToString::to_string),
                };
                self.breaches.insert(missed.clock, breach);
            }
            Event::CaseEscalated(escalated) => self.level = escalated.level,
            Event::CaseClosed(closed) => {
                self.closed_at = Some(happened.time);
                self.outcome = Some(closed.outcome.to_string());
                self.level = closed.level;
                self.instance = closed.instances;
                self.stage = None;
            }
            // The rest is detail that the ledger does not keep.
            _ => {}
        }
    }

    fn leave(&mut self, visit: VisitId, at: Timestamp, outcome: &str, by: Option<String>) {
        let visit = self.visits.entry(visit).or_default();
        visit.left_at = Some(at);
        visit.outcome = Some(outcome.to_owned());
        visit.by = by;
    }

    fn learn(&mut self, facts: &contracts::Facts) {
        use contracts::facts::key;
        let text = |fact| facts.get(&fact).and_then(contracts::FactValue::as_text).map(str::to_owned);
        if let Some(category) = text(key::category()) {
            self.category = Some(category);
        }
        if let Some(department) = text(key::responsible()).and_then(|text| DepartmentId::new(text).ok()) {
            self.department = Some(department);
        }
        if let Some(satisfaction) = text(key::satisfaction()) {
            self.satisfaction = Some(satisfaction);
        }
        if let Some(stands) = facts.get(&key::substantiated()).and_then(contracts::FactValue::as_bool) {
            self.substantiated = Some(stands);
        }
    }
}
