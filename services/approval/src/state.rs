//! What approval knows of one complaint, and how what happened changes it. The state of the directory's subject
//! holds the people instead: how many hold a role.
//!
//! ```text
//! stage.entered ─► Open (a round) ─┬─ stage.completed (ours) ─► Completed
//!                    ▲     │       └─ stage.withdrawn ────────► Withdrawn
//!                    └─────┘ a new version of the proposal voids the round and opens the next
//! ```

mod duty;
mod people;
mod round;
mod spoken;
mod visit;

use std::collections::{BTreeMap, BTreeSet};

use contracts::facts::key;
use contracts::messages::proposal_made::{ProposalMade, Remedy};
use contracts::messages::round_closed::{RoundClosed, Voided};
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::results::ProposalResult;
use contracts::{Event, Facts, Fen, PersonId, ProposalId, ServiceName, StageKind, VisitId};
use jiff::Timestamp;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

pub use duty::Missed;
pub(crate) use duty::is_on;
pub use people::Member;
pub use round::{Closing, Held, Round, Seat, SeatStanding, Step};
pub use spoken::Said;
pub(crate) use spoken::Spoken;
pub use visit::{Open, Standing, Visit};

use crate::needs::purpose_of;

/// What is known of one complaint; or, for the directory, of the people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The handling that the case is in, from 1.
    #[serde(default)]
    pub instance: u32,
    /// Who verified or recorded findings in this handling.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub investigators: BTreeSet<PersonId>,
    /// Who handled, answered or judged the case in this handling: who completed a visit, or settled it on the spot.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub handlers: BTreeSet<PersonId>,
    /// The visits of earlier handlings.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub earlier: BTreeSet<VisitId>,
    /// The clocks that ran out and that nobody was held to account for yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// The other causes that were decided on, each as its incentive and what gave cause for it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settled: BTreeSet<(String, String)>,
    /// The newest version of the proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// The visits to stages of this service's kinds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<VisitId, Visit>,
    /// The people who work here; of the directory's subject alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<PersonId, Member>,
}

/// A version of a proposal, as far as deciding on it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposal.
    pub id: ProposalId,
    /// Its version, from 1.
    pub version: u32,
    /// The handling that it belongs to.
    pub instance: u32,
    /// Its remedies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// Its sum.
    pub total: Fen,
    /// The liable party.
    pub liable: String,
    /// The liable person.
    pub liable_person: Option<PersonId>,
    /// Who else has a share of the fault (R-117).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<PersonId>,
    /// Who proposed it.
    pub proposer: Option<PersonId>,
}

impl State {
    /// The proposal of the handling `instance`.
    #[must_use]
    pub fn proposal_of(&self, instance: u32) -> Option<&Proposal> {
        self.proposal.as_ref().filter(|proposal| proposal.instance == instance)
    }

    /// The proposal that a round at an open visit of `instance` is about; none where a report is decided on.
    #[must_use]
    pub fn subject_of(&self, instance: u32, open: &Open) -> Option<&Proposal> {
        self.proposal_of(instance).filter(|_| !open.needs.report)
    }

    /// Folds one event in. Events that this service does not act on change nothing.
    pub fn evolve(&mut self, happened: &Happened<'_>) {
        let at = happened.time;
        match happened.event {
            Event::DirectoryChanged(changed) => self.directory_changed(changed),
            Event::StageEntered(entered) => self.stage_entered(entered),
            Event::StageChanged(changed) => self.stage_changed(changed),
            Event::StageWithdrawn(withdrawn) => {
                if let Some(visit) = self.visits.get_mut(&withdrawn.visit) {
                    let voided = Some(Voided::StageWithdrawn);
                    visit.close_round(Closing { approved: false, voided, at });
                    visit.standing.leave(Standing::Withdrawn);
                }
            }
            Event::StageCompleted(completed) if happened.source == ServiceName::Approval => {
                if let Some(visit) = self.visits.get_mut(&completed.visit) {
                    visit.standing.leave(Standing::Completed(completed.outcome.clone()));
                }
            }
            Event::VerificationRecorded(verified) => self.investigators.extend(verified.by.person().cloned()),
            Event::FindingRecorded(found) => self.investigators.extend(found.by.person().cloned()),
            // Whoever completes the stage says whether it worked; these did the work.
            Event::MeasuresPlanned(planned) => self.handlers.extend(planned.by.person().cloned()),
            Event::MeasureDone(done) => self.handlers.extend(done.by.person().cloned()),
            Event::ProposalMade(made) => self.proposal_made(made),
            Event::RoundOpened(opened) => {
                if let Some(open) =
                    self.visits.get_mut(&opened.visit).and_then(|visit| visit.standing.open_mut())
                {
                    open.round = Some(Round::of(opened, at));
                }
            }
            Event::RoundClosed(closed) => self.round_closed(closed, at),
            Event::DecisionRecorded(recorded) => self.spoken(recorded.visit, &recorded.into(), at),
            Event::ReviewRecorded(recorded) => self.spoken(recorded.visit, &recorded.into(), at),
            Event::AuditRecorded(recorded) => self.spoken(recorded.visit, &recorded.into(), at),
            Event::OpinionRecorded(recorded) => self.spoken(recorded.visit, &recorded.into(), at),
            Event::OpinionSigned(signed) => self.spoken(signed.visit, &signed.into(), at),
            Event::AccountabilityDecided(decided) => {
                self.accounted(decided.visit);
                self.spoken(decided.visit, &decided.into(), at);
            }
            Event::ComplaintRegistered(registered) => self.registered(registered),
            Event::ClockMissed(missed) => self.clock_missed(missed),
            Event::WorkRequested(requested) => {
                if let Some(round) = self.round_mut(requested.visit) {
                    round.requested(requested);
                }
            }
            Event::WorkAssigned(assigned) => self.work_assigned(assigned),
            Event::WorkQueued(queued) => {
                if let Some(round) = self.round_mut(queued.visit) {
                    round.queued(queued.work);
                }
            }
            Event::WorkWithdrawn(withdrawn) => {
                if let Some(round) = self.round_mut(withdrawn.visit) {
                    round.withdrawn(withdrawn.work);
                }
            }
            Event::StageCompleted(_)
            | Event::FileAdded(_)
            | Event::ClaimClarified(_)
            | Event::PersonErased(_)
            | Event::FactRecorded(_)
            | Event::PlaybookPublished(_)
            | Event::PlaybookActivated(_)
            | Event::ActivationWithdrawn(_)
            | Event::PlaybookApplied(_)
            | Event::CalendarPublished(_)
            | Event::CalendarApplied(_)
            | Event::CaseChanged(_)
            | Event::ClockStarted(_)
            | Event::ClockChanged(_)
            | Event::ClockStopped(_)
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
            | Event::RemedyExecuted(_)
            | Event::EffectVerified(_)
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

    fn round_mut(&mut self, visit: VisitId) -> Option<&mut Round> {
        self.visits
            .get_mut(&visit)
            .and_then(|visit| visit.standing.open_mut())
            .and_then(|open| open.round.as_mut())
    }

    fn spoken(&mut self, visit: VisitId, spoken: &Spoken<'_>, at: Timestamp) {
        if let Some(round) = self.round_mut(visit) {
            round.spoken(spoken, at);
        }
    }

    fn stage_entered(&mut self, entered: &StageEntered) {
        if entered.instance > self.instance {
            self.begin_instance(entered);
        }
        self.note_results(entered);
        self.note_handlers(entered);
        let Some(purpose) = purpose_of(entered.kind) else { return };
        if self.visits.contains_key(&entered.visit) {
            return;
        }
        // An unusable brief was parked by the decision and never comes here.
        let Ok(open) = Open::of(entered, self) else { return };
        let visit = Visit {
            stage: entered.stage.clone(),
            purpose,
            instance: entered.instance,
            epoch: entered.epoch,
            standing: Standing::Open(Box::new(open)),
            rounds: Vec::new(),
        };
        self.visits.insert(entered.visit, visit);
    }

    /// What earlier stages found travels with the visit, so that a round opens over the right version even when
    /// routing's stream is ahead of investigation's.
    fn note_results(&mut self, entered: &StageEntered) {
        let proposals = entered.results.iter().filter(|result| result.kind == StageKind::Propose);
        let read = |value: &serde_json::Value| serde_json::from_value::<ProposalResult>(value.clone()).ok();
        for found in proposals.filter_map(|result| read(&result.results)) {
            if found.instance == self.instance {
                self.investigators.extend(found.investigators.iter().cloned());
            }
            self.newest(Proposal {
                id: found.proposal,
                version: found.version,
                instance: found.instance,
                remedies: found.remedies,
                total: found.total,
                liable: found.liable,
                liable_person: found.liable_person,
                sharing: found.shares.into_iter().filter_map(|share| share.person).collect(),
                proposer: found.proposer,
            });
        }
    }

    fn proposal_made(&mut self, made: &ProposalMade) {
        self.newest(Proposal {
            id: made.proposal,
            version: made.version,
            instance: made.instance,
            remedies: made.remedies.clone(),
            total: made.total,
            liable: made.liable.clone(),
            liable_person: made.liable_person.clone(),
            sharing: made.shares.iter().filter_map(|share| share.person.clone()).collect(),
            proposer: made.by.person().cloned(),
        });
    }

    fn newest(&mut self, proposal: Proposal) {
        let rank = |one: &Proposal| (one.instance, one.version);
        if self.proposal.as_ref().is_none_or(|known| rank(known) < rank(&proposal)) {
            self.proposal = Some(proposal);
        }
    }

    fn stage_changed(&mut self, changed: &StageChanged) {
        let Some(visit) = self.visits.get_mut(&changed.visit) else { return };
        if changed.epoch <= visit.epoch {
            return;
        }
        let Some(open) = visit.standing.open_mut() else { return };
        if let Some(round) = &mut open.round {
            round.moved(&open.places.own, &changed.department);
        }
        open.places.own = changed.department.clone();
        visit.epoch = changed.epoch;
    }

    fn round_closed(&mut self, closed: &RoundClosed, at: Timestamp) {
        let Some(visit) = self.visits.get_mut(&closed.visit) else { return };
        let current = visit.open().and_then(|open| open.round.as_ref()).map(|round| round.id);
        if current == Some(closed.round) {
            visit.close_round(Closing { approved: closed.approved, voided: closed.voided, at });
        }
        // What was approved for less is the newest version from now on.
        if let (Some(amended), Some(proposal)) = (&closed.amended, &mut self.proposal) {
            proposal.version = amended.version;
            proposal.remedies.clone_from(&amended.remedies);
            proposal.total = amended.total;
        }
    }

    fn work_assigned(&mut self, assigned: &WorkAssigned) {
        let Some(visit) = self.visits.get_mut(&assigned.visit) else { return };
        if visit.epoch != assigned.epoch {
            return;
        }
        if let Some(round) = visit.standing.open_mut().and_then(|open| open.round.as_mut()) {
            round.assigned(assigned);
        }
    }
}

fn is_approved(facts: &Facts) -> bool {
    facts.get(&key::approved()).is_some_and(|value| value.as_bool() == Some(true))
}
