//! A round: the frozen steps over one version of a proposal, who sits where, and what they said.

use std::collections::BTreeSet;

use contracts::messages::accountability_decided::Accounted;
use contracts::messages::decision_recorded::Amended;
use contracts::messages::round_closed::Voided;
use contracts::messages::round_opened::{ProposedIncentive, Purpose, RoundOpened};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_requested::WorkRequested;
use contracts::{DepartmentId, Fen, PersonId, ProposalId, RoleKey, RoundId, WordRef, WorkId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Said, Spoken};

/// A round over one version of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// What its people are asked for.
    #[serde(default, skip_serializing_if = "Purpose::is_decision")]
    pub purpose: Purpose,
    /// The proposal, when there is one.
    pub proposal: Option<ProposalId>,
    /// Its version; 0 without a proposal.
    pub version: u32,
    /// What is decided on.
    pub total: Fen,
    /// The amount that the matrix was read with: this one and what counts together with it. Only a decision reads it.
    pub cumulated: Fen,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The steps, in order; never changed once the round is open.
    pub steps: Vec<Step>,
    /// The rewards and penalties that the playbook proposes; of accountability alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<ProposedIncentive>,
    /// Those that were decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Accounted>,
    /// What was approved in it instead of the proposal, where it is less: whoever decides after that decides on this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Amended>,
    /// How it ended, once it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
}

/// How a round ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Whether the proposal is approved.
    pub approved: bool,
    /// Why it ended without a decision, if it did.
    pub voided: Option<Voided>,
    /// When.
    pub at: Timestamp,
}

/// One step of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The role that decides.
    pub role: RoleKey,
    /// Where it is looked for.
    pub department: DepartmentId,
    /// How many must be in favour.
    pub needed: u32,
    /// The seats.
    pub seats: Vec<Seat>,
}

/// A seat of a step: one piece of work, one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The piece of work; another one when the seat was asked for again.
    pub work: WorkId,
    /// How often it was asked for.
    pub asked: u32,
    /// How it stands.
    pub standing: SeatStanding,
}

/// How a seat stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatStanding {
    /// Nobody is asked: its step has not begun, or its work was withdrawn.
    Vacant,
    /// A person is asked for.
    Asked,
    /// Somebody holds it.
    Held(Held),
    /// It is decided, unalterably.
    Decided {
        /// Who decided.
        holder: Held,
        /// What.
        decision: Said,
        /// Why.
        reason: Option<WordRef>,
        /// When.
        at: Timestamp,
    },
}

/// Who holds a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who.
    pub person: PersonId,
    /// Whom they stand in for.
    pub instead_of: Option<PersonId>,
    /// In which role.
    pub role: RoleKey,
}

impl Held {
    /// The person and whom they stand in for: together one voice.
    pub fn voices(&self) -> impl Iterator<Item = &PersonId> {
        std::iter::once(&self.person).chain(self.instead_of.as_ref())
    }
}

impl Seat {
    /// Who holds it or decided on it.
    #[must_use]
    pub fn holder(&self) -> Option<&Held> {
        match &self.standing {
            SeatStanding::Held(holder) | SeatStanding::Decided { holder, .. } => Some(holder),
            SeatStanding::Vacant | SeatStanding::Asked => None,
        }
    }
    /// What was said on it.
    #[must_use]
    pub fn decision(&self) -> Option<Said> {
        match &self.standing {
            SeatStanding::Decided { decision, .. } => Some(*decision),
            SeatStanding::Vacant | SeatStanding::Asked | SeatStanding::Held(_) => None,
        }
    }
    /// Whether its work is with routing.
    #[must_use]
    pub fn is_out(&self) -> bool {
        matches!(self.standing, SeatStanding::Asked | SeatStanding::Held(_))
    }
}

impl Step {
    /// How many are in favour, or against.
    fn count(&self, in_favour: bool) -> usize {
        let said = self.seats.iter().filter_map(Seat::decision);
        said.filter(|said| said.is_in_favour() == in_favour).count()
    }
    /// Whether enough are in favour.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.count(true) >= needed(self)
    }
    /// Whether anybody was ever asked for it.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        self.seats.iter().any(|seat| seat.asked > 0)
    }
    /// Whether not enough can be in favour any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.seats.len().saturating_sub(self.count(false)) < needed(self)
    }
}

fn needed(step: &Step) -> usize {
    usize::try_from(step.needed).unwrap_or(usize::MAX)
}

impl Round {
    /// A round as it is opened.
    pub(crate) fn of(opened: &RoundOpened, at: Timestamp) -> Self {
        let seat = |work: &WorkId| Seat { work: *work, asked: 0, standing: SeatStanding::Vacant };
        let steps = opened.steps.iter().map(|step| Step {
            role: step.role.clone(),
            department: step.department.clone(),
            needed: step.needed,
            seats: step.seats.iter().map(seat).collect(),
        });
        Self {
            id: opened.round,
            purpose: opened.purpose,
            proposal: opened.proposal,
            version: opened.version,
            total: opened.total,
            cumulated: opened.cumulated,
            opened_at: at,
            steps: steps.collect(),
            incentives: opened.incentives.clone(),
            decided: Vec::new(),
            amended: None,
            closing: None,
        }
    }

    /// The step that is being decided, with its number; none when all are passed.
    #[must_use]
    pub fn current(&self) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| !step.is_passed())
    }

    /// The steps that are worked on, with their numbers: one after the other; but once a meeting has its opinion, all
    /// its participants at the same time.
    pub fn at_work(&self) -> impl Iterator<Item = (usize, &Step)> {
        let first = self.current().map_or(0, |(at, _)| at);
        let together = self.purpose == Purpose::Meet && first > 0;
        let open = self.steps.iter().enumerate().filter(|(_, step)| !step.is_passed());
        open.filter(move |(at, _)| *at == first || together)
    }

    /// The opinion of a meeting, once it was written down.
    #[must_use]
    pub fn opinion(&self) -> Option<&WordRef> {
        let convener = self.steps.first().filter(|_| self.purpose == Purpose::Meet)?;
        convener.seats.iter().find_map(|seat| match &seat.standing {
            SeatStanding::Decided { reason, .. } => reason.as_ref(),
            SeatStanding::Vacant | SeatStanding::Asked | SeatStanding::Held(_) => None,
        })
    }

    /// Who said something in it, and in whose name.
    pub fn speakers(&self) -> impl Iterator<Item = &PersonId> {
        let spoken = self.seats().filter(|seat| seat.decision().is_some());
        spoken.filter_map(Seat::holder).flat_map(Held::voices)
    }

    /// All seats of all steps.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.steps.iter().flat_map(|step| &step.seats)
    }

    /// Who already sits somewhere in the round, `except` in one seat: nobody takes two.
    #[must_use]
    pub fn sitting(&self, except: WorkId) -> BTreeSet<PersonId> {
        let others = self.seats().filter(|seat| seat.work != except);
        others.filter_map(Seat::holder).flat_map(Held::voices).cloned().collect()
    }

    /// Who was in favour, or against, in order.
    #[must_use]
    pub fn voters(&self, in_favour: bool) -> Vec<PersonId> {
        let so = |seat: &&Seat| seat.decision().is_some_and(|said| said.is_in_favour() == in_favour);
        let seats = self.seats().filter(so);
        seats.filter_map(Seat::holder).map(|holder| holder.person.clone()).collect()
    }

    fn seat_mut(&mut self, work: WorkId) -> Option<&mut Seat> {
        self.steps.iter_mut().flat_map(|step| &mut step.seats).find(|seat| seat.work == work)
    }

    /// A piece of work was asked for: its own seat, or anew for the first vacant seat that is worked on in that role.
    pub(super) fn requested(&mut self, requested: &WorkRequested) {
        let WorkRequested { work, role, department, .. } = requested;
        let work = *work;
        let known = self.seats().any(|seat| seat.work == work);
        let seat = if known {
            self.seat_mut(work)
        } else {
            let fits = |(_, step): &(usize, &Step)| step.role == *role && step.department == *department;
            let vacant = |seat: &Seat| seat.standing == SeatStanding::Vacant;
            let place = |(at, step): (usize, &Step)| Some((at, step.seats.iter().position(vacant)?));
            let found = self.at_work().filter(fits).find_map(place);
            found.and_then(|(at, seat)| self.steps.get_mut(at)?.seats.get_mut(seat))
        };
        if let Some(seat) = seat {
            seat.work = work;
            seat.asked = seat.asked.saturating_add(1);
            seat.standing = SeatStanding::Asked;
        }
    }

    pub(super) fn assigned(&mut self, assigned: &WorkAssigned) {
        if let Some(seat) = self.seat_mut(assigned.work).filter(|seat| seat.is_out()) {
            seat.standing = SeatStanding::Held(Held {
                person: assigned.person.clone(),
                instead_of: assigned.instead_of.clone(),
                role: assigned.role.clone(),
            });
        }
    }

    pub(super) fn queued(&mut self, work: WorkId) {
        if let Some(seat) = self.seat_mut(work).filter(|seat| seat.is_out()) {
            seat.standing = SeatStanding::Asked;
        }
    }

    pub(super) fn withdrawn(&mut self, work: WorkId) {
        if let Some(seat) = self.seat_mut(work).filter(|seat| seat.is_out()) {
            seat.standing = SeatStanding::Vacant;
        }
    }

    pub(crate) fn spoken(&mut self, spoken: &Spoken<'_>, at: Timestamp) {
        let step = usize::try_from(spoken.step).ok().and_then(|step| self.steps.get_mut(step));
        let by = spoken.by;
        let is_theirs =
            |seat: &&mut Seat| matches!(&seat.standing, SeatStanding::Held(held) if Some(&held.person) == by);
        let Some(seat) = step.and_then(|step| step.seats.iter_mut().find(is_theirs)) else { return };
        if let SeatStanding::Held(holder) = &seat.standing {
            seat.standing = SeatStanding::Decided {
                holder: holder.clone(),
                decision: spoken.said,
                reason: spoken.reason.cloned(),
                at,
            };
            self.decided.extend_from_slice(spoken.decided);
            if let Some(amended) = spoken.amended {
                self.amended = Some(amended.clone());
            }
        }
    }

    /// The visit moved to another department: undecided steps that were to be decided in the old one move along.
    pub(super) fn moved(&mut self, from: &DepartmentId, to: &DepartmentId) {
        let undecided = self.steps.iter_mut().filter(|step| !step.is_passed());
        for step in undecided.filter(|step| step.department == *from) {
            step.department = to.clone();
        }
    }
}
