//! Separation of duty: who had what part in a case, and so may not judge it. Whom the playbook's incentives concern.

use std::collections::{BTreeMap, BTreeSet};

use contracts::facts::key;
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_entered::StageEntered;
use contracts::results::MissedClock;
use contracts::{ClockKey, DepartmentId, FactValue, PersonId, StageKey, StageKind, VisitId};
use playbook::{CaseEvent, Incentive, Trigger};
use serde::{Deserialize, Serialize};

use super::{Open, Round, State, Visit};
use crate::needs::Needs;

/// A clock that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Its key in the playbook.
    pub key: ClockKey,
    /// The department that owned the time.
    pub department: Option<DepartmentId>,
    /// The person who owned it.
    pub person: Option<PersonId>,
    /// Which clock, and when it was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<MissedClock>,
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
        let liable = proposal.into_iter().flat_map(|one| one.liable_person.iter().chain(&one.sharing));
        let mut bound: BTreeSet<PersonId> = liable.cloned().collect();
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
            clock: Some(MissedClock { clock: missed.clock, due: missed.due }),
        });
    }

    /// The clocks that an open visit is about, as far as they were heard of.
    #[must_use]
    pub fn missed_at(&self, open: &Open) -> Vec<MissedClock> {
        let is_about = |missed: &&Missed| open.needs.incentives.iter().any(|one| is_on(one, missed));
        self.missed.iter().filter(is_about).filter_map(|missed| missed.clock.clone()).collect()
    }

    /// What the open visit is about is dealt with, whatever was decided: a round knows of all its causes.
    pub(super) fn accounted(&mut self, visit: VisitId) {
        let Some(open) = self.visits.get(&visit).and_then(Visit::open) else { return };
        let incentives = &open.needs.incentives;
        self.missed.retain(|missed| !incentives.iter().any(|incentive| is_on(incentive, missed)));
        self.settled.extend(open.causes.clone());
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

/// What gives cause for the incentives of a visit, by the incentive.
pub(super) struct Causes {
    /// What it is: it gives cause once.
    pub(super) causes: BTreeMap<String, String>,
    /// Who owned the step that it is.
    pub(super) step_owners: BTreeMap<String, PersonId>,
}

/// Leaves of the incentives of a visit those that there is cause for, and those that wait for a clock.
///
/// Steps of earlier handlings give no cause any more, and what was decided on gives none again; but what began the
/// visit happened anew.
pub(super) fn causes(needs: &mut Needs, entered: &StageEntered, state: &State) -> Causes {
    let mut found = Causes { causes: BTreeMap::new(), step_owners: BTreeMap::new() };
    let because = needs.because.as_ref();
    needs.incentives.retain(|incentive| {
        if let Trigger::Missed(_) = incentive.on {
            return true; // which clocks ran out stands in the state, for it goes on while the visit is open
        }
        let Some((cause, owner)) = cause(&incentive.on, entered, &state.earlier) else { return false };
        let key = incentive.key.to_string();
        let known = (key.clone(), cause);
        if because != Some(&incentive.on) && state.settled.contains(&known) {
            return false;
        }
        found.step_owners.extend(owner.map(|person| (key.clone(), person)));
        found.causes.extend([known]);
        true
    });
    found
}

/// What gives cause by a trigger that is no clock, and who owned it.
fn cause(
    on: &Trigger,
    entered: &StageEntered,
    earlier: &BTreeSet<VisitId>,
) -> Option<(String, Option<PersonId>)> {
    let ended = |stage: &StageKey| {
        let done = entered.results.iter().rev().find(|done| done.stage == *stage);
        let done = done.filter(|done| !earlier.contains(&done.visit))?;
        Some((done.visit.to_string(), done.by.person().cloned()))
    };
    let event = |event: &str| Some((event.to_owned(), None));
    match on {
        Trigger::Fact(fact) => {
            let value = entered.facts.get(fact).filter(|value| value.as_bool().unwrap_or(true))?;
            Some((format!("{fact}={}", serde_json::json!(value)), None))
        }
        Trigger::Left(stage) => ended(stage),
        Trigger::Entered(stage) if *stage == entered.stage => Some((entered.visit.to_string(), None)),
        Trigger::Entered(stage) => ended(stage),
        Trigger::Event(CaseEvent::Received) => event("received"),
        Trigger::Event(CaseEvent::Registered) => event("registered"),
        Trigger::Event(CaseEvent::Reopened) if entered.instance > 1 => {
            event(&format!("reopened {}", entered.instance))
        }
        Trigger::Event(CaseEvent::Reopened | CaseEvent::Closed) | Trigger::Missed(_) => None,
    }
}
