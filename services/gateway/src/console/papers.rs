//! The forms of a playbook that are filled in with a case: one of them whole, and in a line each.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::facts::FactKind;
use contracts::{ComplaintId, FactKey, Fen, Problem, ProblemCode, Text};
use pages::Word;
use pages::case::acts::Deed;
use pages::case::papers::{Line, Paper, page};
use pages::shell::{About, Place};
use pages::words::case as words;
use serde_json::Value;

use super::answering::{self, Named, page_of};
use super::case::{known, seen};
use super::case_view::Seen;
use super::visitor::Member;
use crate::app::App;
use crate::problem::Refusal;
use crate::routes::forms;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route("/console/cases/{complaint}/forms/{form}", get(show))
}

/// A form as it is filled in.
///
/// # Errors
/// `not-found`, or that a service cannot be asked.
pub(super) async fn asked(member: &Member, complaint: ComplaintId, form: &str) -> Result<Value, Refusal> {
    forms::filled_in(&member.visitor.app, &member.principal(), (complaint, form), None).await
}

async fn show(member: Member, Named((complaint, form)): Named<(ComplaintId, String)>) -> Response {
    let made = async {
        let known = known(&member, complaint).await?;
        let seen = seen(&member, complaint, &known).await?;
        let shown = asked(&member, complaint, &form).await?;
        let number = known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned();
        Ok::<_, Refusal>(paper(&seen, number, &shown))
    };
    match made.await {
        Ok(paper) => {
            let shell = member.shell().await;
            let content = page(&shell.locale, &paper);
            let about = About { title: paper.label.clone(), place: Some(Place::Work), live: None };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => {
            answering::refused(&member.visitor, &refusal, &format!("/console/cases/{complaint}")).await
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn label(seen: &Seen, value: &Value) -> Option<String> {
    let text = serde_json::from_value::<Text>(value.clone()).ok()?;
    Some(text.get(seen.language).to_owned())
}

/// What stands in a field, as people read it.
fn value(seen: &Seen, value: &Value) -> Option<String> {
    if let Some(label) = label(seen, value) {
        return Some(label);
    }
    match value {
        Value::Null => None,
        Value::Bool(is) => {
            let word = if *is { pages::words::shell::YES } else { pages::words::shell::NO };
            Some(word.get(seen.language).to_owned())
        }
        Value::String(text) => Some(seen.time(text).unwrap_or_else(|| text.clone())),
        Value::Array(all) => {
            let all: Vec<_> = all.iter().filter_map(|one| self::value(seen, one)).collect();
            (!all.is_empty()).then(|| seen.listed(&all))
        }
        other => Some(other.to_string()),
    }
}

/// Why an order about a form would be refused to the reader, as routing says.
fn refused_of_form(code: ProblemCode, verb: &str) -> Word {
    match code {
        ProblemCode::ConflictOfInterest => words::PARTY,
        ProblemCode::WrongStage => words::CASE_IS_CLOSED,
        ProblemCode::SeparationOfDuty => words::ANOTHER_SIGNS,
        ProblemCode::MissingField => words::FORM_IS_UNFINISHED,
        ProblemCode::AlreadyExists if verb == "form.sign" => words::ROLE_HAS_SIGNED,
        ProblemCode::AlreadyExists => words::FORM_IS_SIGNED,
        _ if verb == "form.sign" => words::NOT_TO_SIGN,
        _ => words::NOT_TO_FILL,
    }
}

fn paper(seen: &Seen, number: String, shown: &Value) -> Paper {
    let field = |one: &Value| {
        let is_money = FactKey::new(one["key"].as_str()?).is_ok_and(|key| key.kind() == FactKind::Money);
        let money = one["value"].as_i64().filter(|_| is_money).map(|fen| seen.money(Fen(fen)));
        Some((label(seen, &one["label"])?, money.or_else(|| value(seen, &one["value"]))))
    };
    let signature = |one: &Value| {
        let role = label(seen, &one["label"]).or_else(|| one["role"].as_str().map(str::to_owned))?;
        let at = one["at"].as_str().and_then(|at| seen.time(at));
        let by = one["by"].as_str().map(str::to_owned);
        Some((role, by.zip(at).map(|(by, at)| format!("{by} · {at}"))))
    };
    let key = shown["form"].as_str().unwrap_or_default();
    let is_written = list(&shown["fields"]).any(|one| one["from"] == "written");
    let unsigned = list(&shown["signatures"]).any(|one| one["at"].is_null());
    let role = (!seen.may_work).then_some(words::NO_ROLE);
    let refused = |verb: &str| {
        let problem = serde_json::from_value::<Problem>(shown["refused"][verb].clone()).ok();
        role.or_else(|| problem.map(|problem| refused_of_form(problem.code, verb)))
    };
    let fill = refused("form.fill").or_else(|| (!is_written).then_some(words::NO_WRITTEN_FIELDS));
    let sign = refused("form.sign");
    let deed = |verb: &str, why_not| Deed {
        name: seen.called(verb),
        address: format!("{}/do/{key}/{verb}", seen.address),
        why_not,
    };
    let mut deeds = vec![deed("form.fill", fill)];
    if unsigned {
        deeds.push(deed("form.sign", sign));
    }
    Paper {
        case: seen.address.clone(),
        number,
        label: label(seen, &shown["label"]).unwrap_or_else(|| key.to_owned()),
        fields: list(&shown["fields"]).filter_map(field).collect(),
        signatures: list(&shown["signatures"]).filter_map(signature).collect(),
        deeds,
    }
}

/// The forms of a case in a line each.
pub(super) fn lines(seen: &Seen, routed: &Value) -> Vec<Line> {
    let forms = &seen.book.document()["forms"];
    let line = |one: &Value| {
        let key = one["form"].as_str()?;
        let field = |missing: &Value| {
            let form = list(forms).find(|form| form["key"] == key)?;
            let field = list(&form["fields"]).find(|field| field["key"] == *missing)?;
            label(seen, &field["label"])
        };
        let role = |role: &Value| {
            let key = role.as_str()?;
            label(seen, &seen.book.document()["roles"][key]["label"]).or_else(|| Some(key.to_owned()))
        };
        let missing: Vec<_> = list(&one["missing"]).filter_map(field).collect();
        let unsigned: Vec<_> = list(&one["unsigned"]).filter_map(role).collect();
        let (state, lacks) = match (one["complete"] == true, missing.is_empty()) {
            (true, _) => (words::PAPER_COMPLETE, Vec::new()),
            (false, false) => (words::PAPER_UNFINISHED, missing),
            (false, true) => (words::PAPER_UNSIGNED, unsigned),
        };
        Some(Line {
            label: label(seen, &one["label"])?,
            address: format!("{}/forms/{key}", seen.address),
            state,
            lacks: (!lacks.is_empty()).then(|| seen.listed(&lacks)),
        })
    };
    list(&routed["forms"]).filter_map(line).collect()
}
