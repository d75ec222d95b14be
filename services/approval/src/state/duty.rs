//! Separation of duty: who had what part in a case, and so may not judge it. Whom the playbook's incentives concern.

use std::collections::{BTreeMap, BTreeSet};

use contracts::facts::key;
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_entered::StageEntered;
use contracts::{ClockKey, DepartmentId, FactValue, PersonId, StageKey, StageKind, VisitId};
use playbook::{CaseEvent, Incentive, Trigger};
use serde::{Deserialize, Serialize};

use super::{Round, State, Visit};

/// A clock that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Its key in the playbook.
    pub key: ClockKey,
    /// The department that owned the time.
    pub department: Option<DepartmentId>,
    /// The person who owned it.
    pub person: Option<PersonId>,
}

impl State {
    /// Who may not sit at step `at` of a round at `visit`, because it would be their own work (separation of duty).
    ///
    /// Whoever proposed, investigated or is liable neither decides nor reviews, nor convenes a meeting about it; but
    /// those who proposed are the people who meet, so of the participants only the liable person is left out.
    /// Nobody audits what they handled or judged, and nobody decides on a reward or penalty of their own.
    #[must_use]
    pub fn bound(&self, visit: &Visit, at: usize) -> BTreeSet<PersonId> {
        let proposal = self.proposal_of(visit.instance);
        let liable = proposal.and_then(|one| one.liable_person.as_ref());
        let mut bound: BTreeSet<PersonId> = liable.into_iter().cloned().collect();
        let mut own_work = || {
            bound.extend(proposal.and_then(|one| one.proposer.clone()));
            if visit.instance == self.instance {
                bound.extend(self.investigators.iter().cloned());
            }
        };
        match visit.purpose {
            Purpose::Decide | Purpose::Review => own_work(),
            Purpose::Meet => {
                if at == 0 {
                    own_work();
                }
            }
            Purpose::Audit => {
                own_work();
                bound.extend(self.judges(visit.instance).cloned());
                if visit.instance == self.instance {
                    bound.extend(self.handlers.iter().cloned());
                }
            }
            Purpose::Account => {
                let round = visit.open().and_then(|open| open.round.as_ref());
                bound.extend(round.into_iter().flat_map(concerned));
            }
        }
        bound
    }

    /// Who had their say in a round of this handling that was no audit.
    fn judges(&self, instance: u32) -> impl Iterator<Item = &PersonId> {
        let judged = self
            .visits
            .values()
            .filter(move |visit| visit.instance == instance && visit.purpose != Purpose::Audit);
        judged.flat_map(Visit::all_rounds).flat_map(Round::speakers)
    }

    pub(super) fn begin_instance(&mut self, entered: &StageEntered) {
        if self.instance > 0 {
            self.handlers.clear();
            self.earlier.extend(entered.results.iter().map(|result| result.visit));
        }
        self.investigators.clear();
        self.instance = entered.instance;
    }

    /// Who completed the visits of this handling: each is told of with the visit that comes after it.
    pub(super) fn note_handlers(&mut self, entered: &StageEntered) {
        let earlier = &self.earlier;
        let handled =
            entered.results.iter().filter(|done| handles(done.kind) && !earlier.contains(&done.visit));
        self.handlers.extend(handled.filter_map(|done| done.by.person().cloned()));
    }

    /// Whoever settled it on the spot has handled it.
    pub(super) fn registered(&mut self, registered: &ComplaintRegistered) {
        let settled = registered.facts.get(&key::settled_on_the_spot()).and_then(FactValue::as_bool);
        if settled == Some(true) && self.instance <= 1 {
            self.handlers.extend(registered.registered_by.person().cloned());
        }
    }

    pub(super) fn clock_missed(&mut self, missed: &ClockMissed) {
        self.missed.push(Missed {
            key: missed.key.clone(),
            department: missed.owner.clone(),
            person: missed.person.clone(),
        });
    }

    /// The clocks that the open visit is about are dealt with, whatever was decided: a round knows of all of them.
    pub(super) fn accounted(&mut self, visit: VisitId) {
        let Some(open) = self.visits.get(&visit).and_then(Visit::open) else { return };
        let incentives = &open.needs.incentives;
        self.missed.retain(|missed| !incentives.iter().any(|incentive| is_on(incentive, missed)));
    }
}

impl Visit {
    /// Its rounds, oldest first, with the one that is open.
    pub fn all_rounds(&self) -> impl Iterator<Item = &Round> {
        self.rounds.iter().chain(self.open().and_then(|open| open.round.as_ref()))
    }
}

/// Whom the rewards and penalties of a round concern.
fn concerned(round: &Round) -> impl Iterator<Item = PersonId> {
    round.incentives.iter().filter_map(|one| one.person.clone())
}

/// Whether an incentive is about that clock.
pub(crate) fn is_on(incentive: &Incentive, missed: &Missed) -> bool {
    matches!(&incentive.on, Trigger::Missed(key) if *key == missed.key)
}

/// Whether completing such a visit is work that somebody else audits.
const fn handles(kind: StageKind) -> bool {
    match kind {
        StageKind::Register
        | StageKind::Clarify
        | StageKind::Triage
        | StageKind::Wait
        | StageKind::Archive
        // Whoever failed a case may audit it again once it was put right.
        | StageKind::Audit => false,
        StageKind::Verify
        | StageKind::Investigate
        | StageKind::Propose
        | StageKind::Execute
        | StageKind::Inspect
        | StageKind::Correct
        | StageKind::Approve
        | StageKind::Review
        | StageKind::Meet
        | StageKind::Account
        | StageKind::Contact
        | StageKind::Reply
        | StageKind::Callback => true,
    }
}

/// Leaves of `incentives` those that a visit gives cause for, and those that wait for a clock; and who owned the step
/// that gives cause.
pub(super) fn causes(incentives: &mut Vec<Incentive>, entered: &StageEntered) -> BTreeMap<String, PersonId> {
    let ended = |stage: &StageKey| entered.results.iter().rev().find(|done| done.stage == *stage);
    incentives.retain(|incentive| match &incentive.on {
        Trigger::Fact(fact) => entered.facts.get(fact).is_some_and(|value| value.as_bool().unwrap_or(true)),
        Trigger::Left(stage) => ended(stage).is_some(),
        Trigger::Entered(stage) => *stage == entered.stage || ended(stage).is_some(),
        Trigger::Event(CaseEvent::Received | CaseEvent::Registered) => true,
        Trigger::Event(CaseEvent::Reopened) => entered.instance > 1,
        Trigger::Event(CaseEvent::Closed) => false,
        // Which clocks ran out stands in the state, for it goes on while the visit is open.
        Trigger::Missed(_) => true,
    });
    let owner = |incentive: &Incentive| match &incentive.on {
        Trigger::Left(stage) | Trigger::Entered(stage) => {
            let person = ended(stage)?.by.person()?.clone();
            Some((incentive.key.to_string(), person))
        }
        Trigger::Fact(_) | Trigger::Event(_) | Trigger::Missed(_) => None,
    };
    incentives.iter().filter_map(owner).collect()
}
