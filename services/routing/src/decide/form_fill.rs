//! `form.fill` → `form.filled`: somebody writes into a form of the case. The words stay here, sealed; once the
//! form is signed they stand.

use std::collections::BTreeMap;

use contracts::commands::routing::FillForm;
use contracts::commands::{Actor, Command, check_text};
use contracts::messages::form_filled::FormFilled;
use contracts::{Problem, ProblemCode, WordId};
use playbook::{FieldSource, Form, Key};
use serde_json::{Value, json};

use super::{Desk, Outcome, staff};
use crate::draft::Draft;
use crate::forms::{declared, filled, has_to_do_with, is_complete, missing, unsigned};
use crate::rights::Rights;
use crate::state::Written;

/// The longest text of a field, in characters.
const LONGEST_TEXT: usize = 5_000;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: FillForm = command.read()?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let book = std::sync::Arc::clone(&draft.book);
    let form = declared(&book, &order.form)?;
    may(&draft.rights(), form, &command.actor)?;
    let before = filled(&draft.case, form, draft.case.instance).written;
    if let Some(problem) = Problem::all(check(form, &order, &before)) {
        return Err(problem);
    }
    let (emptied, written): (Vec<_>, Vec<_>) =
        order.fields.iter().partition(|(_, text)| text.trim().is_empty());
    let kept = written.into_iter().filter_map(|(field, text)| Some((field.clone(), draft.keep(text)?)));
    let fields: BTreeMap<_, _> = kept.collect();
    let emptied = emptied.into_iter().map(|(field, _)| field.clone()).collect();
    let (instance, by) = (draft.case.instance, command.actor.plain());
    draft.say(FormFilled { form: form.key.clone(), instance, fields, emptied, by });
    draft.look_at_forms(None)?;
    draft.advance()?;
    let answer = stands(&draft, form);
    draft.finish()?.answer_with(&answer)
}

/// How a form stands, for who has just written into it.
pub(super) fn stands(draft: &Draft<'_>, form: &Form) -> Value {
    let (case, instance) = (&draft.case, draft.case.instance);
    json!({
        "form": form.key,
        "instance": instance,
        "missing": missing(case, &draft.book, form, instance),
        "unsigned": unsigned(case, form, instance),
        "complete": is_complete(case, &draft.book, form, instance),
    })
}

/// Whoever has to do with the case, directs its work, or will sign fills a form in, until it is signed: what is signed
/// stands, and a case that is filed is closed.
///
/// # Errors
/// `not-allowed`, `wrong-stage`, `already-exists`.
pub(crate) fn may(rights: &Rights<'_>, form: &Form, actor: &Actor) -> Result<(), Problem> {
    let directs = || rights.case.works.values().any(|work| rights.may_direct(work, actor));
    let signs = || form.signatures.iter().any(|role| actor.holds(role.as_str()));
    if !(has_to_do_with(rights.case, actor) || signs() || directs()) {
        let detail = "only whoever works on the case or signs the form may fill it in";
        let expected = "whoever holds work of the case, registered it, directs it or signs the form";
        return Err(Problem::new(ProblemCode::NotAllowed, detail).at("/actor").expected(expected));
    }
    if rights.case.is_closed() {
        let problem = Problem::new(ProblemCode::WrongStage, "the case is closed").at("/form");
        return Err(problem.expected("a form of a case that is open"));
    }
    if !filled(rights.case, form, rights.case.instance).signed.is_empty() {
        let problem = Problem::new(ProblemCode::AlreadyExists, "the form is signed and stands as it is");
        return Err(problem.at("/form").expected("a form that nobody has signed yet"));
    }
    Ok(())
}

fn check(form: &Form, order: &FillForm, stands: &BTreeMap<String, Written>) -> Vec<Problem> {
    if order.fields.is_empty() {
        return vec![
            Problem::new(ProblemCode::MissingField, "nothing is written")
                .at("/fields")
                .expected("at least one field of the form"),
        ];
    }
    let own = |field: &str| form.fields.iter().map(|one| &one.key).find(|key| key.as_str() == field);
    let place = |of: &str, field: &str| format!("/{of}/{}", field.replace('~', "~0").replace('/', "~1"));
    let by_hand = |key: &&Key| FieldSource::of(key) == FieldSource::Written;
    let unknown = |place: String| {
        let known = form.fields.iter().map(|one| &one.key).filter(by_hand);
        let known = known.map(Key::as_str).collect::<Vec<_>>().join(", ");
        let problem = Problem::new(ProblemCode::UnknownField, "the form has no such field");
        problem.at(place).expected(format!("one of {known}"))
    };
    let foreign = order.seen.keys().filter(|field| !own(field).is_some_and(|key| by_hand(&key)));
    let foreign = foreign.map(|field| unknown(place("seen", field)));
    let problems = order.fields.iter().filter_map(|(field, text)| {
        let place = place("fields", field);
        match own(field).map(FieldSource::of) {
            Some(FieldSource::Written) => {
                let (now, seen) = (stands.get(field), order.seen.get(field));
                written(&place, text, now).or_else(|| changed(&place, seen, now))
            }
            Some(_) => {
                let problem = Problem::new(ProblemCode::InvalidField, "this field fills itself");
                Some(problem.at(place).expected("nothing: it is what the case knows"))
            }
            None => Some(unknown(place)),
        }
    });
    problems.chain(foreign).collect()
}

/// A text, or none where one stands that is emptied.
fn written(place: &str, text: &str, now: Option<&Written>) -> Option<Problem> {
    if text.trim().is_empty() && now.is_none() {
        let problem = Problem::new(ProblemCode::MissingField, "nothing is written here").at(place);
        return Some(problem.expected("a text"));
    }
    check_text(place, text, LONGEST_TEXT).err().filter(|_| !text.trim().is_empty())
}

/// What somebody else wrote meanwhile is not written over unseen.
fn changed(place: &str, seen: Option<&Option<WordId>>, now: Option<&Written>) -> Option<Problem> {
    let now = now.map(|written| written.text.id);
    let problem = || {
        let detail = "somebody wrote here since the form was read";
        let expected = now.map_or_else(|| "nothing: it was emptied".to_owned(), |id| id.to_string());
        Problem::new(ProblemCode::StaleVersion, detail).at(place).expected(expected)
    };
    seen.filter(|seen| **seen != now).map(|_| problem())
}
