//! What the playbook proposes at a visit to a stage of kind account: which rewards and penalties, and for whom.

use contracts::messages::round_opened::ProposedIncentive;
use contracts::{DepartmentId, Fen, PersonId};
use playbook::{Incentive, IncentiveSubject, Liable, Trigger, Yuan};

use crate::state::{Missed, Open, Proposal, State, is_on};

/// The rewards and penalties that `open` gives cause for, one for each time a clock ran out. The heads of departments
/// are found in the `directory`.
pub(super) fn proposed(
    state: &State,
    open: &Open,
    proposal: Option<&Proposal>,
    directory: Option<&State>,
) -> Vec<ProposedIncentive> {
    let liable = proposal.and_then(|proposal| proposal.liable_person.as_ref());
    let each = open.needs.incentives.iter().flat_map(|incentive| {
        let causes: Vec<Option<&Missed>> = match &incentive.on {
            Trigger::Missed(_) => {
                state.missed.iter().filter(|missed| is_on(incentive, missed)).map(Some).collect()
            }
            Trigger::Fact(_) | Trigger::Entered(_) | Trigger::Left(_) | Trigger::Event(_) => vec![None],
        };
        causes.into_iter().map(move |cause| (incentive, cause))
    });
    each.map(|(incentive, cause)| {
        let owner = match cause {
            Some(missed) => missed.person.as_ref(),
            None => open.step_owners.get(incentive.key.as_str()),
        };
        // Whoever let a clock run out is at fault for that, whoever may be liable for the matter itself.
        let at_fault = if cause.is_some() { owner } else { liable };
        let person = match incentive.subject {
            IncentiveSubject::Person => at_fault.cloned(),
            IncentiveSubject::StepOwner => owner.cloned(),
            IncentiveSubject::DepartmentHead => match at_fault {
                Some(person) => directory.and_then(|directory| head_of(directory, person)),
                // A department as such is at fault: that which let the time run out, or which must answer.
                None if cause.is_some() || proposal.is_some_and(is_of_department) => {
                    directory.and_then(|directory| directory.head_of(&team(open, cause))).cloned()
                }
                None => None,
            },
            IncentiveSubject::Team => None,
        };
        let department = match incentive.subject {
            IncentiveSubject::Team => Some(team(open, cause)),
            IncentiveSubject::Person | IncentiveSubject::StepOwner | IncentiveSubject::DepartmentHead => {
                person.as_ref().and_then(|person| department_of(directory?, person))
            }
        };
        framed(incentive, person, department)
    })
    .collect()
}

/// Whether a department is liable, and no person of it by name.
fn is_of_department(proposal: &Proposal) -> bool {
    proposal.liable == Liable::Department.as_str()
}

fn framed(
    incentive: &Incentive,
    person: Option<PersonId>,
    department: Option<DepartmentId>,
) -> ProposedIncentive {
    let amount_to = incentive.amount_to.map(Yuan::fen);
    ProposedIncentive {
        incentive: incentive.key.to_string(),
        form: incentive.form.to_string(),
        subject: incentive.subject.to_string(),
        person,
        department,
        amount_from: amount_to.map(|_| incentive.amount_from.map_or(Fen(0), Yuan::fen)),
        amount_to,
        percent: incentive.percent,
        points: incentive.points,
    }
}

/// The department that a team is: whoever owned the time that ran out, else the department that must answer.
fn team(open: &Open, cause: Option<&Missed>) -> DepartmentId {
    let owner = cause.and_then(|missed| missed.department.clone());
    owner.or_else(|| open.places.responsible.clone()).unwrap_or_else(|| open.places.own.clone())
}

/// The head of somebody's department: the nearest in the line above them.
fn head_of(directory: &State, person: &PersonId) -> Option<PersonId> {
    directory.people.get(person)?.manager.clone()
}

/// Where somebody works.
pub(super) fn department_of(directory: &State, person: &PersonId) -> Option<DepartmentId> {
    directory.people.get(person).map(|member| member.department.clone())
}
