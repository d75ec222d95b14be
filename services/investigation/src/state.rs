//! What investigation knows of one complaint, and how what happened changes it.
//!
//! ```text
//! stage.entered ─► Open ─┬─ stage.completed (ours) ─► Completed
//!                        └─ stage.withdrawn ────────► Withdrawn
//! ```
//! A visit that was left keeps only how it was left: enough to answer `visit-left`.

mod instance;
mod measure;
mod visit;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::proposal_made::ProposalMade;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::round_opened::RoundOpened;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::results::{ApprovalResult, ProposalResult};
use contracts::{Event, FactKey, Facts, Fen, ProposalId, RoundId, ServiceName, StageKind, VisitId};
use jiff::Timestamp;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

pub(crate) use instance::by_remedy;
pub use instance::{Finding, Instance, Proposal};
pub use measure::{Done, Effect, Measure};
pub use visit::{Open, Standing, Task, Visit};
pub use work::Work;

use crate::needs::{Needs, is_on_record};

/// What is known of one complaint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The visits to stages of this service's kinds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<VisitId, Visit>,
    /// The handlings of the complaint, from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instances: BTreeMap<u32, Instance>,
    /// The rounds that are open at approval, and over which version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rounds: BTreeMap<RoundId, (ProposalId, u32)>,
}

impl State {
    /// The handling that a visit belongs to; an untouched one when nothing happened in it yet.
    #[must_use]
    pub fn instance(&self, number: u32) -> Instance {
        self.instances.get(&number).cloned().unwrap_or_default()
    }

    /// The remedies that were carried out or that the customer declined, in any handling.
    #[must_use]
    pub fn tried(&self) -> BTreeSet<&str> {
        let instances = || self.instances.values();
        let executed = instances().flat_map(|instance| instance.executed.keys());
        let proposals = instances().flat_map(|instance| &instance.proposals);
        let declined = proposals.flat_map(|proposal| &proposal.declined).map(|declined| &declined.remedy);
        executed.chain(declined).map(String::as_str).collect()
    }

    /// Folds one event in. Events that this service does not act on change nothing.
    pub fn evolve(&mut self, happened: &Happened<'_>) {
        match happened.event {
            Event::StageEntered(entered) => self.stage_entered(entered, happened.time),
            Event::StageChanged(changed) => self.stage_changed(changed),
            Event::StageWithdrawn(withdrawn) => self.leave(withdrawn.visit, Standing::Withdrawn),
            Event::StageCompleted(completed) if happened.source == ServiceName::Investigation => {
                self.leave(completed.visit, Standing::Completed(completed.outcome.clone()));
            }
            Event::StageCompleted(completed) => self.facts_recorded(&completed.facts),
            Event::FactRecorded(recorded) => self.facts_recorded(&recorded.facts),
            Event::WorkRequested(requested) => self.at(requested.visit, |open| open.requested(requested)),
            Event::WorkWithdrawn(withdrawn) => {
                self.at(withdrawn.visit, |open| open.withdrawn(withdrawn.work))
            }
            Event::WorkAssigned(assigned) => self.work_assigned(assigned),
            Event::WorkQueued(queued) => self.at(queued.visit, |open| open.queued(queued.work)),
            Event::VerificationRecorded(verified) => {
                let instance = self.instance_of(verified.visit);
                instance.verdict = Some(verified.substantiated);
                instance.findings.push(Finding {
                    words: verified.finding.clone(),
                    source: "verification".to_owned(),
                    by: verified.by.person().cloned(),
                    at: happened.time,
                });
            }
            Event::FindingRecorded(found) => self.instance_of(found.visit).findings.push(Finding {
                words: found.finding.clone(),
                source: found.source.clone(),
                by: found.by.person().cloned(),
                at: happened.time,
            }),
            Event::ProposalMade(made) => self.proposal_made(made, happened.time),
            Event::RemedyExecuted(executed) => {
                let instance = self.instance_of(executed.visit);
                for remedy in &executed.remedies {
                    let sum = instance.executed.entry(remedy.remedy.clone()).or_default();
                    *sum = Fen(sum.0.saturating_add(remedy.amount.0));
                }
                instance.accounts.push(executed.account.clone());
            }
            Event::MeasuresPlanned(planned) => {
                self.instance_of(planned.visit).planned(planned, happened.time)
            }
            Event::MeasureDone(done) => self.instance_of(done.visit).measure_done(done, happened.time),
            Event::EffectVerified(verified) => {
                self.instance_of(verified.visit).effect_verified(verified, happened.time);
            }
            Event::RoundOpened(opened) => self.round_opened(opened),
            Event::RoundClosed(closed) => self.round_closed(closed, happened.time),
            Event::ComplaintRegistered(_)
            | Event::FileAdded(_)
            | Event::ClaimClarified(_)
            | Event::PersonErased(_)
            | Event::PlaybookPublished(_)
            | Event::PlaybookActivated(_)
            | Event::ActivationWithdrawn(_)
            | Event::PlaybookApplied(_)
            | Event::CalendarPublished(_)
            | Event::CalendarApplied(_)
            | Event::CaseChanged(_)
            | Event::DirectoryChanged(_)
            | Event::ClockStarted(_)
            | Event::ClockChanged(_)
            | Event::ClockStopped(_)
            | Event::ClockMissed(_)
            | Event::CaseEscalated(_)
            | Event::ActLate(_)
            | Event::RulingOpened(_)
            | Event::RulingGiven(_)
            | Event::RulingWithdrawn(_)
            | Event::CaseClosed(_)
            | Event::FormFilled(_)
            | Event::FormSigned(_)
            | Event::LedgerEntered(_)
            | Event::LedgerSettled(_)
            | Event::DecisionRecorded(_)
            | Event::ReviewRecorded(_)
            | Event::AuditRecorded(_)
            | Event::OpinionRecorded(_)
            | Event::OpinionSigned(_)
            | Event::AccountabilityDecided(_)
            | Event::NoticeRequested(_)
            | Event::NoticeSettled(_)
            | Event::ReplyTold(_)
            | Event::CustomerAnswered(_)
            | Event::ReportDue(_)
            | Event::CallbackNoted(_)
            | Event::CallbackRecorded(_)
            | Event::ContactPrepared(_)
            | Event::ContactRecorded(_)
            | Event::TeamCalled(_)
            | Event::HandoverWritten(_)
            | Event::HandoverAcknowledged(_)
            | Event::ParkedSettled(_) => {}
        }
    }

    fn instance_of(&mut self, visit: VisitId) -> &mut Instance {
        let number = self.visits.get(&visit).map_or(1, |visit| visit.instance);
        self.instances.entry(number).or_default()
    }

    fn stage_entered(&mut self, entered: &StageEntered, at: Timestamp) {
        self.note_approval(entered, at);
        let Some(task) = Task::of(entered.kind).filter(|_| !self.visits.contains_key(&entered.visit)) else {
            return;
        };
        // An unusable brief was parked by the decision and never comes here.
        let Ok(needs) = Needs::read(entered) else { return };
        let open = Open {
            needs,
            department: entered.department.clone(),
            barred: entered.barred.clone(),
            approved_before: approved(&entered.facts),
            work: None,
            measures: BTreeMap::new(),
        };
        let visit = Visit {
            stage: entered.stage.clone(),
            task,
            instance: entered.instance,
            epoch: entered.epoch,
            standing: Standing::Open(Box::new(open)),
        };
        self.visits.insert(entered.visit, visit);
    }

    /// Facts and results of one event are one picture: `approved` there speaks of the version named there. So an
    /// execution may begin even when routing's stream is ahead of approval's.
    fn note_approval(&mut self, entered: &StageEntered, at: Timestamp) {
        let proposed = entered.results.iter().rev().find(|result| result.kind == StageKind::Propose);
        let named = proposed.and_then(|at| serde_json::from_value::<ProposalResult>(at.results.clone()).ok());
        let Some(named) = named.filter(|_| approved(&entered.facts)) else { return };
        let instance = self.instances.entry(named.instance).or_default();
        instance.approved = Some(named.version);
        let decided = entered.results.iter().rev().find(|result| result.kind == StageKind::Approve);
        let decided =
            decided.and_then(|at| serde_json::from_value::<ApprovalResult>(at.results.clone()).ok());
        let decided = decided.filter(|decided| decided.proposal == Some(named.proposal));
        // A version that was proposed after that is another matter.
        let amended = decided.and_then(|decided| decided.amended).filter(|one| one.version > named.version);
        if let Some(amended) = amended {
            instance.amend(&amended, at);
        }
    }

    fn stage_changed(&mut self, changed: &StageChanged) {
        let Some(visit) = self.visits.get_mut(&changed.visit) else { return };
        if changed.epoch <= visit.epoch {
            return;
        }
        if let Some(open) = visit.standing.open_mut() {
            open.department = changed.department.clone();
            visit.epoch = changed.epoch;
        }
    }

    fn leave(&mut self, visit: VisitId, how: Standing) {
        if let Some(visit) = self.visits.get_mut(&visit) {
            visit.standing.leave(how);
        }
    }

    /// Changes the visit, while it is open.
    fn at(&mut self, visit: VisitId, change: impl FnOnce(&mut Open)) {
        if let Some(open) = self.visits.get_mut(&visit).and_then(|visit| visit.standing.open_mut()) {
            change(open);
        }
    }

    fn work_assigned(&mut self, assigned: &WorkAssigned) {
        if self.visits.get(&assigned.visit).is_some_and(|visit| visit.epoch == assigned.epoch) {
            self.at(assigned.visit, |open| open.assigned(assigned));
        }
    }

    fn proposal_made(&mut self, made: &ProposalMade, at: Timestamp) {
        let proposal = Proposal {
            id: made.proposal,
            version: made.version,
            remedies: made.remedies.clone(),
            total: made.total,
            liable: made.liable.clone(),
            liable_person: made.liable_person.clone(),
            reason: made.reason.clone(),
            declined: made.declined.clone(),
            shares: made.shares.clone(),
            by: made.by.person().cloned(),
            at,
        };
        self.instances.entry(made.instance).or_default().proposals.push(proposal);
    }

    fn facts_recorded(&mut self, facts: &Facts) {
        let now_known = |key: &FactKey| is_on_record(facts.get(key));
        for open in self.visits.values_mut().filter_map(|visit| visit.standing.open_mut()) {
            open.needs.lacking.retain(|key| !now_known(key));
        }
    }

    fn round_opened(&mut self, opened: &RoundOpened) {
        // A review approves nothing, so how it ends does not matter here.
        if let Some(proposal) = opened.proposal.filter(|_| opened.purpose.is_decision()) {
            self.rounds.insert(opened.round, (proposal, opened.version));
        }
    }

    fn round_closed(&mut self, closed: &RoundClosed, at: Timestamp) {
        let Some((proposal, version)) = self.rounds.remove(&closed.round) else { return };
        let holds = |instance: &&mut Instance| instance.proposals.iter().any(|one| one.id == proposal);
        if let Some(instance) = self.instances.values_mut().find(holds).filter(|_| closed.approved) {
            instance.approved = Some(version);
            if let Some(amended) = &closed.amended {
                instance.amend(amended, at);
            }
        }
    }
}

fn approved(facts: &Facts) -> bool {
    facts.get(&contracts::facts::key::approved()).is_some_and(|value| value.as_bool() == Some(true))
}
