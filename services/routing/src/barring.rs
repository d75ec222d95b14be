//! Who must keep out of a case: parties to the matter, earlier handlers, the handler as caller-back.

use std::collections::BTreeSet;

use contracts::facts::key;
use contracts::{DepartmentId, FactValue, PersonId, StageKind};
use playbook::{CompiledPlaybook, ConflictScope, Duty};

use crate::state::{Case, Directory};

/// What a person does at a stage of this kind; none where no conflict can arise.
#[must_use]
pub const fn duty_of(kind: StageKind) -> Option<Duty> {
    match kind {
        StageKind::Propose
        | StageKind::Execute
        | StageKind::Investigate
        | StageKind::Inspect
        | StageKind::Correct => Some(Duty::Handler),
        StageKind::Verify => Some(Duty::Verifier),
        StageKind::Approve | StageKind::Review | StageKind::Meet | StageKind::Audit | StageKind::Account => {
            Some(Duty::Approver)
        }
        StageKind::Contact | StageKind::Reply => Some(Duty::Replier),
        StageKind::Callback => Some(Duty::CallerBack),
        StageKind::Register
        | StageKind::Clarify
        | StageKind::Triage
        | StageKind::Wait
        | StageKind::Archive => None,
    }
}

/// The people who may not act at a visit of `kind` that begins now in `instance`.
///
/// The person complained of keeps out of everything, whatever the playbook says. The rest is the playbook's: their
/// whole department, earlier handlers when the case comes back. Who handled never calls back.
#[must_use]
pub fn barred(
    case: &Case,
    instance: u32,
    book: &CompiledPlaybook,
    directory: &Directory,
    kind: StageKind,
) -> Vec<PersonId> {
    let mut out: BTreeSet<PersonId> = case.origin.complained_of_person.iter().cloned().collect();
    let duty = duty_of(kind);
    if let (Some(rule), Some(duty)) = (&book.playbook().conflict_of_interest, duty) {
        if rule.scope == ConflictScope::Department && rule.roles_barred.contains(&duty) {
            let unit = complained_unit(case, directory);
            let colleagues =
                directory.people.values().filter(|person| Some(&person.department) == unit.as_ref());
            out.extend(colleagues.map(|person| person.id.clone()));
        }
        if rule.barred_at_reopen.contains(&duty) {
            out.extend(handlers(case, |earlier| earlier < instance));
        }
    }
    if duty == Some(Duty::CallerBack) {
        out.extend(handlers(case, |_| true));
        out.extend(settler(case));
    }
    out.into_iter().collect()
}

/// The department of the person complained of, else the department complained of.
fn complained_unit(case: &Case, directory: &Directory) -> Option<DepartmentId> {
    let person = case.origin.complained_of_person.as_ref().and_then(|id| directory.people.get(id));
    person.map(|person| person.department.clone()).or_else(|| case.department_fact(&key::complained_of()))
}

/// Who settled it on the spot: whoever registers such a case has handled it.
fn settler(case: &Case) -> Option<PersonId> {
    let settled = case.facts.get(&key::settled_on_the_spot()).and_then(FactValue::as_bool);
    case.origin.registered_by.person().filter(|_| settled == Some(true)).cloned()
}

/// Those who completed a handling or verifying visit in an instance that fits.
fn handlers<'a>(case: &'a Case, fits: impl Fn(u32) -> bool + 'a) -> impl Iterator<Item = PersonId> + 'a {
    let handled = |kind| matches!(duty_of(kind), Some(Duty::Handler | Duty::Verifier));
    let done = case.results.iter().filter(move |done| handled(done.kind) && fits(done.instance));
    done.filter_map(|done| done.by.person().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_where_somebody_judges_or_acts_has_a_duty() {
        let without: Vec<_> = StageKind::ALL
            .iter()
            .filter(|kind| duty_of(**kind).is_none())
            .map(|kind| kind.as_str())
            .collect();
        assert_eq!(without, ["register", "clarify", "triage", "wait", "archive"]);
    }
}
