//! Asking for the people of a step, and letting go of them.

use std::collections::BTreeSet;

use contracts::messages::round_opened::Purpose;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{PersonId, RoleKey, VisitId, WorkId};
use runtime::service::Decision;

use crate::Row;
use crate::state::{Open, Round, State, Visit};

/// A step whose people are asked for.
pub(super) struct Asked<'a> {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch.
    pub(super) epoch: u32,
    /// What they are asked for.
    pub(super) purpose: Purpose,
    /// The role that is asked for.
    pub(super) role: &'a RoleKey,
    /// Where it is looked for.
    pub(super) department: &'a contracts::DepartmentId,
    /// The role to turn to; only where the owner of the stage is asked, for a matrix gives authority to its roles alone.
    pub(super) secondary: Option<RoleKey>,
    /// Who may not sit here.
    pub(super) barred: &'a BTreeSet<PersonId>,
}

impl Asked<'_> {
    /// Asks for one seat.
    pub(super) fn ask(&self, decision: &mut Decision<Row>, work: WorkId) {
        decision.say(WorkRequested {
            work,
            visit: self.visit,
            epoch: self.epoch,
            task: task(self.purpose).to_owned(),
            role: self.role.clone(),
            department: self.department.clone(),
            secondary: self.secondary.clone(),
            barred: self.barred.iter().cloned().collect(),
            person: None,
            due: None,
            measure: None,
        });
    }
}

/// The task, which is the verb of the order that does it.
const fn task(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Decide => "decide",
        Purpose::Review => "review",
        Purpose::Audit => "audit",
        Purpose::Meet => "meet",
        Purpose::Account => "account",
    }
}

/// The role that may sit instead of the one a step asks for.
pub(super) fn secondary(open: &Open, role: &RoleKey) -> Option<RoleKey> {
    let owner = open.needs.owner.as_ref().filter(|owner| owner.role == *role && open.needs.rows.is_empty());
    owner.and_then(|owner| owner.secondary.clone())
}

/// Who may not sit at step `at` of a round at a visit: those barred from the case and those whose own work it is.
pub(super) fn excluded(state: &State, visit: &Visit, open: &Open, at: usize) -> BTreeSet<PersonId> {
    state.bound(visit, at).into_iter().chain(open.barred.iter().cloned()).collect()
}

/// Lets go of every piece of work of the round that is still out.
pub(super) fn withdraw(decision: &mut Decision<Row>, visit: VisitId, round: &Round, reason: &str) {
    for seat in round.seats().filter(|seat| seat.is_out()) {
        decision.say(WorkWithdrawn { work: seat.work, visit, reason: reason.to_owned(), because: None });
    }
}
