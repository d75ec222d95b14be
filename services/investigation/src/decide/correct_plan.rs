//! `correct.plan`: what will be done so that it does not happen again, each measure with who answers for it and until
//! when (R-095, P05 「落实责任人和完成时间节点」). Each becomes work of its own; that one is overdue is seen by the clock
//! that the fact `measure_due` caps.

use contracts::commands::investigation::{MeasurePlan, PlanMeasures};
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::measures_planned::{MeasureKind, MeasuresPlanned, Planned};
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{Facts, MeasureId, Problem, ProblemCode, ServiceName, WordId};
use jiff::Timestamp;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::{Post, Seat};
use super::{Decided, seat};
use crate::config::Limits;
use crate::state::{Instance, State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: PlanMeasures = command.read()?;
    let seat =
        seat::take_at(state, command, (order.visit, order.epoch), &[Task::Correct], |open, instance, _| {
            if instance.measures_of(order.visit).next().is_some() {
                let detail = "the measures of this visit are planned already";
                return Err(Problem::new(ProblemCode::AlreadyExists, detail)
                    .at("/visit")
                    .expected("a visit whose measures are not planned yet"));
            }
            Ok(Post::owner(open))
        })?;
    check(&order.measures, &seat, context.now())?;
    seat.has_what_is_required()?;

    let mut decision = Decision::nothing();
    let plan = |one: &MeasurePlan| Planned {
        measure: MeasureId(context.next_id()),
        kind: one.kind,
        method: one.method.clone(),
        department: one.department.clone().unwrap_or_else(|| seat.open.department.clone()),
        role: one.role.clone(),
        person: one.person.clone(),
        due: one.due,
        words: decision.keep(
            WordId(context.next_id()),
            ServiceName::Investigation,
            seat.complaint,
            &one.measure,
        ),
    };
    let measures: Vec<_> = order.measures.iter().map(plan).collect();
    let ids: Vec<_> = measures.iter().map(|planned| planned.measure).collect();
    let planned = MeasuresPlanned { visit: order.visit, measures, by: command.actor.plain() };
    let mut after = Instance::default();
    after.planned(&planned, context.now());
    decision.say(planned);
    if let Some(work) = &seat.open.work {
        let reason = "done".to_owned();
        decision.say(WorkWithdrawn { work: work.id, visit: order.visit, reason, because: None });
    }
    for asked in after.measures.iter().filter_map(|measure| seat.asked().carry_out(context, measure)) {
        decision.say(asked);
    }
    let due = after.measures.iter().map(|measure| measure.due).min();
    let due = due.map(|due| (key::measure_due(), due.into()));
    let facts: Facts = due.into_iter().chain([(key::measures_done(), false.into())]).collect();
    let (at, by) = (context.now(), command.actor.plain());
    decision.say(FactRecorded { facts, at, by, visit: Some(order.visit) });
    decision.answer_with(&json!({ "measures": ids }))
}

/// Everything that is wrong with a plan.
fn check(measures: &[MeasurePlan], seat: &Seat<'_>, now: Timestamp) -> Result<(), Problem> {
    let most = Limits::default().measures;
    if measures.is_empty() {
        return Err(Problem::new(ProblemCode::MissingField, "a plan has measures")
            .at("/measures")
            .expected("at least one measure"));
    }
    if measures.len() > most {
        return Err(Problem::new(ProblemCode::FieldTooLong, "too many measures")
            .at("/measures")
            .expected(format!("at most {most}")));
    }
    let untrained = training(measures, seat);
    let findings = measures.iter().enumerate().flat_map(|(at, measure)| {
        let place = |field: &str| format!("/measures/{at}/{field}");
        let text = check_text(&place("measure"), &measure.measure, Limits::default().text).err();
        let due = (measure.due <= now).then(|| {
            Problem::new(ProblemCode::InvalidField, "a measure cannot be due before it is planned")
                .at(place("due"))
                .expected("a time ahead")
        });
        let method = method(measure, seat, place("method"));
        let department = department(measure, seat, place("department"));
        let role = role(measure, seat, place("role"));
        let person = barred(measure, seat, place("person"));
        [text, due, method, department, role, person].into_iter().flatten()
    });
    Problem::all(findings.chain(untrained).collect()).map_or(Ok(()), Err)
}

/// Where the playbook names who is trained, a plan has a training (R-241, P06 「利用在职教育方式再教育相关人员」).
fn training(measures: &[MeasurePlan], seat: &Seat<'_>) -> Option<Problem> {
    let named = seat.open.needs.correct.as_ref().map_or(&[][..], |correct| &correct.training);
    let given = measures.iter().any(|measure| measure.kind == MeasureKind::Training);
    (!named.is_empty() && !given).then(|| {
        let who: Vec<_> = named.iter().map(|text| text.en.as_str()).collect();
        Problem::new(ProblemCode::MissingField, "the playbook wants people trained, and no measure does")
            .at("/measures")
            .expected(format!("a measure of kind training, for: {}", who.join(", ")))
    })
}

/// A measure is found by a method of the playbook; what the playbook forbids is none.
fn method(measure: &MeasurePlan, seat: &Seat<'_>, place: String) -> Option<Problem> {
    let correct = seat.open.needs.correct.as_ref();
    let known = correct.map_or(&[][..], |correct| &correct.methods);
    let forbidden = correct.map_or(&[][..], |correct| &correct.forbidden);
    let words = || {
        let words: Vec<_> = known.iter().map(|method| method.key.as_str()).collect();
        if words.is_empty() { "nothing: the playbook lists no methods".to_owned() } else { words.join(", ") }
    };
    match (&measure.method, measure.kind) {
        (Some(_), MeasureKind::Training) => Some(
            Problem::new(ProblemCode::InvalidField, "a training is found by no method")
                .at(place)
                .expected("nothing"),
        ),
        (None, MeasureKind::Training) => None,
        (None, MeasureKind::Corrective | MeasureKind::Preventive) => (!known.is_empty()).then(|| {
            Problem::new(ProblemCode::MissingField, "by which method was it found?")
                .at(place)
                .expected(words())
        }),
        (Some(given), MeasureKind::Corrective | MeasureKind::Preventive) => {
            let is = |one: &playbook::Labelled| one.key.as_str() == given;
            let detail = if forbidden.iter().any(is) {
                "the playbook does not count this as a measure"
            } else {
                "the playbook lists no such method"
            };
            (!known.iter().any(is))
                .then(|| Problem::new(ProblemCode::InvalidField, detail).at(place).expected(words()))
        }
    }
}

fn department(measure: &MeasurePlan, seat: &Seat<'_>, place: String) -> Option<Problem> {
    let named = measure.department.as_ref()?;
    let known = seat.open.needs.correct.as_ref().map_or(&[][..], |correct| &correct.departments);
    (*named != seat.open.department && !known.contains(named)).then(|| {
        let words: Vec<_> = known.iter().map(ToString::to_string).collect();
        Problem::new(ProblemCode::UnknownDepartment, format!("the playbook knows no department {named}"))
            .at(place)
            .expected(words.join(", "))
    })
}

fn role(measure: &MeasurePlan, seat: &Seat<'_>, place: String) -> Option<Problem> {
    let named = measure.role.as_ref()?;
    let known = seat.open.needs.correct.as_ref().map_or(&[][..], |correct| &correct.roles);
    (!known.contains(named)).then(|| {
        let words: Vec<_> = known.iter().map(ToString::to_string).collect();
        let expected = if words.is_empty() { "the role of the stage".to_owned() } else { words.join(", ") };
        Problem::new(ProblemCode::InvalidField, format!("the playbook knows no role {named}"))
            .at(place)
            .expected(expected)
    })
}

fn barred(measure: &MeasurePlan, seat: &Seat<'_>, place: String) -> Option<Problem> {
    let named = measure.person.as_ref()?;
    seat.open.barred.contains(named).then(|| {
        Problem::new(ProblemCode::ConflictOfInterest, format!("{named} must keep out of this"))
            .at(place)
            .expected("somebody who is no party to the matter")
    })
}
