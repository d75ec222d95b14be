//! `correct.done`: a measure was carried out. Its result stands in the register for whoever planned it;
//! after the last one somebody is asked whether they worked.

use contracts::commands::investigation::FinishMeasure;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::measure_done::MeasureDone;
use contracts::messages::measures_planned::MeasureKind;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{Facts, MeasureId, Problem, ProblemCode, ServiceName, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::Post;
use super::{Decided, seat};
use crate::config::Limits;
use crate::state::{Instance, Measure, State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: FinishMeasure = command.read()?;
    let at = (order.visit, order.epoch);
    let seat = seat::take_at(state, command, at, &[Task::Correct], |open, instance, _| {
        is_open(&order, instance)?;
        let mut measures = state.instances.values().flat_map(|instance| &instance.measures);
        let measure = measures.find(|measure| measure.id == order.measure);
        let (work, owner) = (open.measures.get(&order.measure), Post::owner(open));
        Ok(match measure.and_then(|measure| measure.role.as_ref()) {
            Some(role) => Post { work, role: Some(role), secondary: None },
            None => Post { work, ..owner },
        })
    })?;
    check_text("/result", &order.result, Limits::default().text)?;
    let mut after = seat.instance.clone();
    let measures = || seat.instance.measures_of(order.visit);
    let kind = measures().find(|measure| measure.id == order.measure).map(|measure| measure.kind);
    check_attended(&order, kind)?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let result = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.result);
    let done = MeasureDone {
        visit: order.visit,
        measure: order.measure,
        result,
        attended: order.attended.clone(),
        by: command.actor.plain(),
    };
    after.measure_done(&done, context.now());
    decision.say(done);
    if let Some(work) = seat.open.measures.get(&order.measure) {
        let reason = "done".to_owned();
        decision.say(WorkWithdrawn { work: work.id, visit: order.visit, reason, because: None });
    }
    let left = || after.measures_of(order.visit).filter(|measure| measure.done.is_none());
    let (before, next) = (measures().filter(is_left).map(due).min(), left().map(due).min());
    let facts = match next {
        None => Facts::from([(key::measures_done(), true.into())]),
        Some(next) if Some(next) != before => Facts::from([(key::measure_due(), next.into())]),
        Some(_) => Facts::new(),
    };
    if !facts.is_empty() {
        let (at, by) = (context.now(), command.actor.plain());
        decision.say(FactRecorded { facts, at, by, visit: Some(order.visit) });
    }
    if next.is_none() {
        let asked = seat.asked().verify(context, after.measures_of(order.visit));
        if let Some(asked) = asked {
            decision.say(asked);
        }
    }
    decision.answer_with(&json!({ "result": words, "left": left().count() }))
}

fn is_left(measure: &&Measure) -> bool {
    measure.done.is_none()
}

fn due(measure: &Measure) -> jiff::Timestamp {
    measure.due
}

/// Refuses a measure that is not of this plan, or was carried out.
fn is_open(order: &FinishMeasure, instance: &Instance) -> Result<(), Problem> {
    let MeasureId(id) = order.measure;
    let known = instance.measures_of(order.visit).find(|measure| measure.id == order.measure);
    let (code, detail) = match known.map(|measure| measure.done.is_some()) {
        Some(false) => return Ok(()),
        Some(true) => (ProblemCode::AlreadyExists, format!("measure {id} was carried out")),
        None => (ProblemCode::InvalidField, format!("the plan has no measure {id}")),
    };
    Err(Problem::new(code, detail)
        .at("/measure")
        .expected("a measure of this plan that is not carried out yet"))
}

/// Who was taught is on record, and nobody attends anything else.
fn check_attended(order: &FinishMeasure, kind: Option<MeasureKind>) -> Result<(), Problem> {
    let most = Limits::default().attendees;
    let (code, detail, expected) = match (kind == Some(MeasureKind::Training), order.attended.len()) {
        (true, 0) => {
            (ProblemCode::MissingField, "who attended the training?", "at least one person".to_owned())
        }
        (true, many) if many > most => {
            (ProblemCode::FieldTooLong, "too many people", format!("at most {most}"))
        }
        (false, some) if some > 0 => {
            (ProblemCode::InvalidField, "only a training is attended", "nobody".to_owned())
        }
        _ => return Ok(()),
    };
    Err(Problem::new(code, detail).at("/attended").expected(expected))
}
