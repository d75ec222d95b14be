//! `form.fill` → `form.filled`: somebody writes into a form of the case. The words stay here, sealed; once the
//! form is signed they stand.

use std::collections::BTreeMap;

use contracts::commands::routing::FillForm;
use contracts::commands::{Command, check_text};
use contracts::messages::form_filled::FormFilled;
use contracts::{Problem, ProblemCode};
use playbook::{FieldSource, Form, Key};
use serde_json::{Value, json};

use super::{Desk, Outcome, may_direct, staff};
use crate::draft::Draft;
use crate::forms::{declared, filled, has_to_do_with, is_complete, missing, unsigned};

/// The longest text of a field, in characters.
const LONGEST_TEXT: usize = 5_000;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: FillForm = command.read()?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let book = std::sync::Arc::clone(&draft.book);
    let form = declared(&book, &order.form)?;
    may_fill(&draft, form, command)?;
    still_open(&draft, form)?;
    if let Some(problem) = Problem::all(check(form, &order.fields)) {
        return Err(problem);
    }
    let kept = order.fields.iter().filter_map(|(field, text)| Some((field.clone(), draft.keep(text)?)));
    let fields: BTreeMap<_, _> = kept.collect();
    let (instance, by) = (draft.case.instance, command.actor.plain());
    draft.say(FormFilled { form: form.key.clone(), instance, fields, by });
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

/// Whoever has to do with the case, directs its work, or will sign.
fn may_fill(draft: &Draft<'_>, form: &Form, command: &Command) -> Result<(), Problem> {
    let actor = &command.actor;
    let directs = || draft.case.works.values().any(|work| may_direct(draft, work, actor));
    let signs = || form.signatures.iter().any(|role| actor.holds(role.as_str()));
    if has_to_do_with(&draft.case, actor) || signs() || directs() {
        return Ok(());
    }
    let detail = "only whoever works on the case or signs the form may fill it in";
    let expected = "whoever holds work of the case, registered it, directs it or signs the form";
    Err(Problem::new(ProblemCode::NotAllowed, detail).at("/actor").expected(expected))
}

/// What is signed stands, and a case that is filed is closed.
pub(super) fn still_open(draft: &Draft<'_>, form: &Form) -> Result<(), Problem> {
    if draft.case.is_closed() {
        let problem = Problem::new(ProblemCode::WrongStage, "the case is closed").at("/form");
        return Err(problem.expected("a form of a case that is open"));
    }
    if !filled(&draft.case, form, draft.case.instance).signed.is_empty() {
        let problem = Problem::new(ProblemCode::AlreadyExists, "the form is signed and stands as it is");
        return Err(problem.at("/form").expected("a form that nobody has signed yet"));
    }
    Ok(())
}

fn check(form: &Form, fields: &BTreeMap<String, String>) -> Vec<Problem> {
    if fields.is_empty() {
        return vec![
            Problem::new(ProblemCode::MissingField, "nothing is written")
                .at("/fields")
                .expected("at least one field of the form"),
        ];
    }
    let problems = fields.iter().filter_map(|(field, text)| {
        let place = format!("/fields/{}", field.replace('~', "~0").replace('/', "~1"));
        let own = form.fields.iter().map(|one| &one.key).find(|key| key.as_str() == field);
        match own.map(FieldSource::of) {
            Some(FieldSource::Written) => written(&place, text),
            Some(_) => {
                let problem = Problem::new(ProblemCode::InvalidField, "this field fills itself");
                Some(problem.at(place).expected("nothing: it is what the case knows"))
            }
            None => {
                let by_hand = |key: &&Key| FieldSource::of(key) == FieldSource::Written;
                let known = form.fields.iter().map(|one| &one.key).filter(by_hand);
                let known = known.map(Key::as_str).collect::<Vec<_>>().join(", ");
                let problem = Problem::new(ProblemCode::UnknownField, "the form has no such field");
                Some(problem.at(place).expected(format!("one of {known}")))
            }
        }
    });
    problems.collect()
}

fn written(place: &str, text: &str) -> Option<Problem> {
    if text.trim().is_empty() {
        let problem = Problem::new(ProblemCode::MissingField, "nothing is written here").at(place);
        return Some(problem.expected("a text"));
    }
    check_text(place, text, LONGEST_TEXT).err()
}
