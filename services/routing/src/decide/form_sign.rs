//! `form.sign` → `form.signed`: somebody signs a form as one of the roles that it names. From then on what is
//! written in it stands.

use contracts::commands::routing::SignForm;
use contracts::commands::{Actor, Command};
use contracts::messages::form_signed::FormSigned;
use contracts::{PersonId, Problem, ProblemCode, RoleKey};
use playbook::{Form, Who};

use super::form_fill::stands;
use super::{Desk, Outcome, staff};
use crate::forms::{all_known, declared, filled, missing};
use crate::rights::Rights;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: SignForm = command.read()?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let book = std::sync::Arc::clone(&draft.book);
    let form = declared(&book, &order.form)?;
    let (role, instead_of) = may(&draft.rights(), form, order.role.as_ref(), &command.actor)?;
    let (instance, by) = (draft.case.instance, command.actor.plain());
    let known = all_known(&draft.case, &book, form, instance);
    draft.say(FormSigned { form: form.key.clone(), instance, role, known, instead_of, by });
    draft.look_at_forms(None)?;
    draft.advance()?;
    let answer = stands(&draft, form);
    draft.finish()?.answer_with(&answer)
}

/// As which of the form's roles somebody may sign it now, and whom they stand in for.
///
/// # Errors
/// `wrong-stage`, `not-allowed`, `already-exists`, `separation-of-duty`, and what is missing in the form.
pub(crate) fn may(
    rights: &Rights<'_>,
    form: &Form,
    wanted: Option<&RoleKey>,
    actor: &Actor,
) -> Result<(RoleKey, Option<PersonId>), Problem> {
    let person = staff(actor)?;
    if rights.case.is_closed() {
        let problem = Problem::new(ProblemCode::WrongStage, "the case is closed").at("/form");
        return Err(problem.expected("a form of a case that is open"));
    }
    let (role, instead_of) = as_whom(rights, form, wanted, person)?;
    may_be_signed(rights, form, &role, person)?;
    Ok((role, instead_of))
}

/// As which of the form's roles somebody signs, and whom they stand in for: the role that they name, or the first that
/// is theirs and unsigned.
fn as_whom(
    rights: &Rights<'_>,
    form: &Form,
    wanted: Option<&RoleKey>,
    person: &PersonId,
) -> Result<(RoleKey, Option<PersonId>), Problem> {
    let roles = || form.signatures.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(role) = wanted.filter(|role| !form.signatures.contains(role)) {
        let problem = Problem::new(ProblemCode::InvalidField, format!("the form is not signed by “{role}”"));
        return Err(problem.at("/role").expected(format!("one of {}", roles())));
    }
    let signed = filled(rights.case, form, rights.case.instance).signed;
    let asked = form.signatures.iter().filter(|role| wanted.is_none_or(|wanted| wanted == *role));
    let mut theirs = asked.filter_map(|role| Some((role.clone(), holds(rights, role, person)?)));
    let first = theirs.clone().find(|(role, _)| !signed.contains_key(role)).or_else(|| theirs.next());
    first.ok_or_else(|| {
        Problem::new(ProblemCode::NotAllowed, "this is not yours to sign")
            .at("/actor")
            .expected(format!("somebody of the roles {}", roles()))
    })
}

/// Whether somebody holds a role where the playbook looks for it, or stands in for whoever does and is away.
fn holds(rights: &Rights<'_>, role: &RoleKey, person: &PersonId) -> Option<Option<PersonId>> {
    let holder = rights.book.holder(&Who { role: role.clone(), department: None })?;
    let department = rights.department(&holder.department);
    let (directory, now) = (rights.directory, rights.now);
    let holders: Vec<_> = directory.holders(role, &department).collect();
    if holders.iter().any(|one| one.id == *person) {
        return Some(None);
    }
    let barred = rights.case.origin.complained_of_person.as_ref();
    let mut givers = holders.into_iter().filter(|giver| Some(&giver.id) != barred);
    let giver = givers.find(|giver| directory.deputy_of(&giver.id, now).is_some_and(|one| one.id == *person));
    giver.map(|giver| Some(giver.id.clone()))
}

/// A form is signed once by each role, by different people, and when nothing required is missing.
fn may_be_signed(rights: &Rights<'_>, form: &Form, role: &RoleKey, person: &PersonId) -> Result<(), Problem> {
    let (case, instance) = (rights.case, rights.case.instance);
    let signed = filled(case, form, instance).signed;
    if signed.contains_key(role) {
        let problem = Problem::new(ProblemCode::AlreadyExists, "this role has signed already").at("/role");
        return Err(problem.expected("a role that has not signed"));
    }
    if signed.values().any(|signed| signed.by.person() == Some(person)) {
        let problem = Problem::new(ProblemCode::SeparationOfDuty, "two signatures are of two people");
        return Err(problem.at("/actor").expected("somebody who has not signed it"));
    }
    let missing = missing(case, rights.book, form, instance).into_iter().map(|field| {
        Problem::new(ProblemCode::MissingField, "the form is not filled in")
            .at(format!("/fields/{field}"))
            .expected("what the form requires")
    });
    Problem::all(missing.collect()).map_or(Ok(()), Err)
}
