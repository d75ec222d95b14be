//! From the authority matrix to the frozen steps of a round.

use std::collections::BTreeSet;

use contracts::{DepartmentId, Fen, PersonId, RoleKey};
use playbook::{ApprovalStep, AuthorityRow, DepartmentRef, Liable, PersonNeed, StepMode, deciding_row};

use crate::config::SEATS;
use crate::needs::Owner;
use crate::state::{Open, State};

/// A step that will be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// The role that decides.
    pub(crate) role: RoleKey,
    /// Where it is looked for.
    pub(crate) department: DepartmentId,
    /// How many must approve.
    pub(crate) needed: usize,
    /// How many are asked.
    pub(crate) seats: usize,
}

/// Who decides on `amount`, which is the cumulated one.
///
/// `people` is the state of the directory and is asked for only where a step counts people; `excluded` do not count.
pub(crate) fn plan<'s>(
    open: &Open,
    liable: Option<&str>,
    amount: Fen,
    people: impl Fn() -> Option<std::sync::Arc<State>> + 's,
    excluded: &BTreeSet<PersonId>,
) -> Vec<Planned> {
    if open.needs.person == PersonNeed::NotNeeded {
        return Vec::new();
    }
    let liable = liable.and_then(|word| Liable::ALL.iter().copied().find(|party| party.as_str() == word));
    let row = deciding_row(&open.needs.rows, liable, amount, open.level)
        .or_else(|| strictest(&open.needs.rows, liable));
    let Some(row) = row else { return owner(open) };
    row.steps
        .iter()
        .map(|step| {
            let department = open.places.department(&department_of(open, step));
            let holders = || {
                let directory = people();
                directory.map_or(0, |state| count(&state, &step.role, &department, excluded))
            };
            let (needed, seats) = match step.mode {
                StepMode::Any => (1, 1),
                StepMode::All => {
                    let all = holders().clamp(1, SEATS);
                    (all, all)
                }
                StepMode::Quorum(least) => {
                    let least = usize::try_from(least).unwrap_or(SEATS).clamp(1, SEATS);
                    (least, holders().clamp(least, SEATS))
                }
            };
            Planned { role: step.role.clone(), department, needed, seats }
        })
        .collect()
}

/// No row holds: validation prevents it, but a case must never be decided by less authority than the matrix has for
/// it. The row for the highest amounts of that liable party decides, or of any party where there is none for it.
fn strictest(rows: &[AuthorityRow], liable: Option<Liable>) -> Option<&AuthorityRow> {
    let rank = |row: &&AuthorityRow| (row.amount_over.map_or(Fen(-1), playbook::Yuan::fen), row.steps.len());
    let same = rows.iter().filter(|row| row.liable.is_none() || row.liable == liable);
    same.max_by_key(rank).or_else(|| rows.iter().max_by_key(rank))
}

/// No matrix: the owner of the stage decides (P03, P11, P12: the leader, on every plan), reviews (P14), audits (P38),
/// holds to account; or convenes a meeting, whose participants then sign, each at a step of their own (P14, P15).
fn owner(open: &Open) -> Vec<Planned> {
    let step = |owner: &Owner| Planned {
        role: owner.role.clone(),
        department: open.places.department(&owner.department),
        needed: 1,
        seats: 1,
    };
    open.needs.owner.iter().chain(&open.needs.participants).map(step).collect()
}

fn department_of(open: &Open, step: &ApprovalStep) -> DepartmentRef {
    let usual = || open.needs.roles.get::<RoleKey>(&step.role).cloned();
    step.department.clone().or_else(usual).unwrap_or(DepartmentRef::Responsible)
}

fn count(directory: &State, role: &RoleKey, at: &DepartmentId, excluded: &BTreeSet<PersonId>) -> usize {
    let holds = |(id, member): &(&PersonId, &crate::state::Member)| {
        member.department == *at && member.roles.contains(role) && !excluded.contains(*id)
    };
    directory.people.iter().filter(holds).count()
}
