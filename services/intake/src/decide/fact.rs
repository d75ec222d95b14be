//! `fact.record`: something relevant became known outside any visit, and somebody of the organisation says so.

use std::collections::BTreeMap;

use contracts::commands::intake::RecordFacts;
use contracts::commands::{Actor, Command};
use contracts::facts::FactKind;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::{FactKey, FactValue, Facts, Problem, ProblemCode};
use jiff::{Span, Timestamp};
use runtime::service::{Context, Decision};

use super::reading::{Shape, missing, read};
use super::{Decided, complaint_of, not_on_record, not_the_customers};
use crate::state::State;

/// How many facts one command may carry.
const MOST_FACTS: usize = 60;
/// How long a text fact may be, in characters.
const LONGEST_TEXT: usize = 200;
/// How many keys a fact of keys may hold.
const MOST_KEYS: usize = 50;

/// Facts that only the act itself may establish: recording one by hand would bypass what guards it.
const ESTABLISHED_BY_ACTS: &[&str] = &[
    "approved",
    "callbacks",
    "category",
    "channel",
    "company",
    "company_confirmed",
    "complained_of",
    "customer_type",
    "dissatisfied",
    "kind",
    "measure_due",
    "measures_done",
    "menu_option",
    "notice_agreed",
    "notice_version",
    "order_key",
    "province",
    "remedy_amount",
    "remedy_executed",
    "repeat",
    "repeat_count",
    "report_approved",
    "responsible",
    "result_told",
    "satisfaction",
    "settled_on_the_spot",
    "substantiated",
    "unit",
];

/// Times that may lie ahead: they were promised or agreed.
const MAY_LIE_AHEAD: &[&str] = &["time_agreed", "customer_limit"];

/// What the customers themselves may declare in a form; the rest is for staff and feeding systems to judge.
const CUSTOMERS_MAY_DECLARE: &[&str] = &["injury", "customer_limit"];

const SHAPE: Shape = Shape { required: &[], optional: &["facts"] };

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    complaint_of(command)?;
    not_the_customers(&command.actor, "record facts")?;
    let body: RecordFacts = read(command, &SHAPE)?;
    let registered = state.registered().ok_or_else(not_on_record)?;
    if command.actor.person().is_some_and(|person| registered.is_about(person)) {
        let detail = "the person complained of keeps out of the case";
        return Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
            .at("/actor")
            .expected("somebody who is no party to the matter"));
    }
    if body.facts.is_empty() {
        return Err(missing("/facts").expected("at least one fact"));
    }
    if let Some(problem) = Problem::all(check(&body.facts, &command.actor, context.now())) {
        return Err(problem);
    }
    let mut decision = Decision::nothing();
    let recorded = BTreeMap::from([("recorded", body.facts.len())]);
    decision.say(FactRecorded {
        facts: body.facts,
        at: context.now(),
        by: command.actor.plain(),
        visit: None,
    });
    decision.answer_with(&recorded)
}

/// Everything that is wrong with declared facts.
pub(super) fn check(facts: &Facts, actor: &Actor, now: Timestamp) -> Vec<Problem> {
    let mut findings = Vec::new();
    if facts.len() > MOST_FACTS {
        findings.push(
            Problem::new(ProblemCode::FieldTooLong, "too many facts")
                .at("/facts")
                .expected(format!("at most {MOST_FACTS}")),
        );
    }
    findings.extend(facts.iter().filter_map(|(key, value)| check_one(key, value, actor, now)));
    findings
}

fn check_one(key: &FactKey, value: &FactValue, actor: &Actor, now: Timestamp) -> Option<Problem> {
    let place = || format!("/facts/{key}");
    let invalid = |detail: &str, expected: &str| {
        Problem::new(ProblemCode::InvalidField, detail).at(place()).expected(expected)
    };
    let by_itself = key.as_str().starts_with("signal_") || key.form().is_some();
    if by_itself || ESTABLISHED_BY_ACTS.contains(&key.as_str()) {
        return Some(invalid(
            "this fact is established by the act itself, not by declaring it",
            "a fact that nothing else establishes",
        ));
    }
    let open = key.as_str().starts_with("form_") || CUSTOMERS_MAY_DECLARE.contains(&key.as_str());
    if *actor == Actor::Customer && !open {
        let problem = Problem::new(ProblemCode::NotAllowed, "a customer cannot declare this fact");
        return Some(problem.at(place()).expected("a fact that customers may declare"));
    }
    let kind = key.kind();
    if !value.is(kind) {
        return Some(invalid("the fact has another kind of value", expected(kind)));
    }
    match value {
        FactValue::Text(text) => {
            if let Err(problem) = contracts::commands::check_text(&place(), text, LONGEST_TEXT) {
                return Some(problem);
            }
            let time: Option<Timestamp> = (kind == FactKind::Time).then(|| text.parse().ok()).flatten();
            time.and_then(|time| check_fact_time(key, time, now))
        }
        FactValue::Int(number) if kind == FactKind::Money || kind == FactKind::Number => {
            (*number < 0).then(|| invalid("the number is negative", "0 or more"))
        }
        FactValue::Keys(keys) => {
            let bad = keys.len() > MOST_KEYS
                || keys.iter().any(|key| contracts::RoleKey::new(key.as_str()).is_err());
            bad.then(|| invalid("the keys are not keys", expected(kind)))
        }
        FactValue::Bool(_) | FactValue::Int(_) => None,
    }
}

fn check_fact_time(key: &FactKey, time: Timestamp, now: Timestamp) -> Option<Problem> {
    let latest = if MAY_LIE_AHEAD.contains(&key.as_str()) {
        now.checked_add(Span::new().hours(24 * 366 * 5)).unwrap_or(Timestamp::MAX)
    } else {
        now
    };
    contracts::commands::check_time(&format!("/facts/{key}"), time, latest).err()
}

const fn expected(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Flag => "true or false",
        FactKind::Number => "a whole number",
        FactKind::Money => "an amount in fen, a whole number",
        FactKind::Text => "a text",
        FactKind::Time => "an instant such as 2025-03-07T02:00:00Z",
        FactKind::Keys => "a list of keys of a-z, 0-9, '_', '-', '.'",
    }
}
