//! Folding events into the facts of a case, in whatever order the sources arrive.

use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::{Event, Facts, Fen, ServiceName};
use jiff::Timestamp;
use runtime::service::Happened;

use super::{Breach, CaseFacts, Entry, KEPT, Left, Stamped, State};

/// The word for a summary that was written out, beside the playbook's points.
const SUMMARY: &str = "summary";

/// Folds what happened into the state.
pub fn evolve(state: &mut State, happened: &Happened<'_>) {
    if happened.subject.kind != contracts::SubjectKind::Complaint {
        return;
    }
    // What this service says itself, how a parked message was settled, is no news of a case: a rebuilding, which hears
    // the sources alone, gives the same ledger.
    if happened.source == ServiceName::Analytics {
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

/// How facts came to be known.
#[derive(Debug, Clone, Copy)]
struct Saying {
    first_hand: bool,
    at: Timestamp,
    source: ServiceName,
}

impl CaseFacts {
    fn apply(&mut self, happened: &Happened<'_>) {
        let (at, source) = (happened.time, happened.source);
        let first_hand = Saying { first_hand: true, at, source };
        match happened.event {
            Event::ComplaintRegistered(registered) => self.register(registered, first_hand),
            Event::StageEntered(entered) => self.enter(entered, Saying { first_hand: false, at, source }),
            Event::StageChanged(changed) => {
                self.visits.entry(changed.visit).or_default().department = Some(changed.department.clone());
            }
            Event::StageWithdrawn(withdrawn) => {
                self.visits.entry(withdrawn.visit).or_default().withdrawn_at = Some(at);
            }
            Event::StageCompleted(completed) => self.complete(completed, first_hand),
            Event::ActLate(late) if source == ServiceName::Routing && late.act == "stage.completed" => {
                self.visits.entry(late.visit).or_default().late.insert(late.epoch);
            }
            Event::FactRecorded(recorded) => self.learn(&recorded.facts, first_hand),
            Event::ProposalMade(proposal) => {
                self.proposed_fen = Some(proposal.total.0);
                self.liable = Some(proposal.liable.clone());
                self.remedies = proposal.remedies.iter().map(|one| one.remedy.clone()).collect();
            }
            Event::RemedyExecuted(executed) => {
                let sum: i64 = executed.remedies.iter().map(|remedy| remedy.amount).map(|Fen(fen)| fen).sum();
                self.executed_fen = Some(self.executed_fen.unwrap_or(0).saturating_add(sum));
                self.executed_at.get_or_insert(at);
            }
            Event::ClockMissed(missed) => {
                let breach = Breach {
                    key: missed.key.to_string(),
                    due: missed.due,
                    department: missed.owner.clone(),
                    person: missed.person.as_ref().map(ToString::to_string),
                };
                self.breaches.insert(missed.clock, breach);
            }
            Event::LedgerEntered(entered) => {
                let entry = Entry { entered: entered.clone(), at, settled_at: None };
                self.ledgers.insert(entered.ledger.clone(), entry);
            }
            Event::LedgerSettled(settled) => {
                if let Some(entry) = self.ledgers.get_mut(&settled.ledger) {
                    entry.settled_at = Some(at);
                }
            }
            Event::CaseEscalated(escalated) => {
                self.level = escalated.level;
                self.escalations = self.escalations.saturating_add(1);
            }
            Event::CaseClosed(closed) => {
                self.closed_at = Some(at);
                self.outcome = Some(closed.outcome.to_string());
                self.level = closed.level;
                self.instance = closed.instances;
                let summary = closed.summary.iter().map(|_| SUMMARY.to_owned());
                self.closing = summary.chain(closed.points.iter().map(|one| one.point.clone())).collect();
                self.stage = None;
            }
            // The rest is detail that the ledger does not keep.
            _ => {}
        }
    }

    fn register(&mut self, registered: &ComplaintRegistered, saying: Saying) {
        self.number = Some(registered.number.clone());
        self.playbook = Some(format!("{}@{}", registered.playbook.id, registered.playbook.version));
        self.kind = Some(registered.kind.clone());
        self.channel = Some(registered.channel.to_string());
        self.customer_type = Some(registered.customer_type.clone());
        self.complained_of.clone_from(&registered.complained_of);
        self.received_at = Some(registered.received_at);
        self.registered_at = Some(registered.registered_at);
        self.names_earlier = registered.repeats.is_some();
        self.learn(&registered.facts, saying);
    }

    fn enter(&mut self, entered: &StageEntered, saying: Saying) {
        self.learn(&entered.facts, saying);
        self.level = entered.level;
        self.instance = entered.instance;
        self.number.get_or_insert_with(|| entered.number.clone());
        if entered.place == Place::Main {
            self.stage = Some(entered.stage.clone());
            // A case that goes on after it was filed is open again.
            self.closed_at = None;
            self.outcome = None;
        }
        let visit = self.visits.entry(entered.visit).or_default();
        visit.stage = Some(entered.stage.clone());
        visit.kind = Some(entered.kind);
        visit.department = Some(entered.department.clone());
        visit.entered_at = Some(saying.at);
    }

    fn complete(&mut self, completed: &StageCompleted, saying: Saying) {
        self.learn(&completed.facts, saying);
        let left = Left {
            at: saying.at,
            outcome: completed.outcome.to_string(),
            by: completed.by.person().map(ToString::to_string),
        };
        self.visits.entry(completed.visit).or_default().completed.insert(completed.epoch, left);
    }

    fn learn(&mut self, facts: &Facts, saying: Saying) {
        for key in KEPT.map(|key| key()) {
            let Some(value) = facts.get(&key).cloned() else { continue };
            let Saying { first_hand, at, source } = saying;
            let said = Stamped { first_hand, at, source, value };
            if self.facts.get(&key).is_none_or(|earlier| said.holds_against(earlier)) {
                self.facts.insert(key, said);
            }
        }
    }
}
