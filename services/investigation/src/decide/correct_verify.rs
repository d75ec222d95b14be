//! `correct.verify`: whether the measures worked, said by somebody who had no part in them where the playbook names who
//! it is. When they did not, the playbook says where the case goes back to.

use contracts::commands::investigation::{StandardisedDocument, VerifyEffect};
use contracts::commands::{Command, check_text};
use contracts::messages::effect_verified::{EffectVerified, Standardised};
use contracts::results::CorrectResult;
use contracts::{Facts, PersonId, Problem, ProblemCode, ServiceName, VisitId, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::asking::verifier;
use super::seat::{Post, Seat};
use super::{Decided, seat};
use crate::config::Limits;
use crate::state::{Instance, Measure, Open, State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: VerifyEffect = command.read()?;
    let at = (order.visit, order.epoch);
    let seat = seat::take_at(state, command, at, &[Task::Correct], |open, instance, person| {
        post(open, instance, (order.visit, person))
    })?;
    check_text("/finding", &order.finding, Limits::default().text)?;
    check(&order, &seat)?;
    seat.has_what_is_required()?;
    let outcome = if order.effective { "effective" } else { "ineffective" };
    let outcome = seat.open.needs.outcome(outcome, "/effective")?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let finding = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.finding);
    let keep = |one: &StandardisedDocument| Standardised {
        document: one.document.clone(),
        change: decision.keep(
            WordId(context.next_id()),
            ServiceName::Investigation,
            seat.complaint,
            &one.change,
        ),
    };
    let standardised = order.standardised.iter().map(keep).collect();
    decision.say(EffectVerified {
        visit: order.visit,
        effective: order.effective,
        finding: finding.clone(),
        by: command.actor.plain(),
        standardised,
    });
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let measures = || seat.instance.measures_of(order.visit);
    let results = CorrectResult {
        effective: order.effective,
        measures: count(measures().count()),
        late: count(measures().filter(|measure| measure.was_late()).count()),
        finding,
    };
    seat.complete(&mut decision, outcome.clone(), Facts::new(), &results)?;
    decision.answer_with(&json!({ "outcome": outcome, "finding": words }))
}

/// What worked stays: where the playbook lists documents, at least one says so from now on; what did not work is put
/// into none (P22 「将有效的临时措施转化为长期的改进措施」, P37).
fn check(order: &VerifyEffect, seat: &Seat<'_>) -> Result<(), Problem> {
    let listed = seat.open.needs.correct.as_ref().map_or(&[][..], |correct| &correct.standardise);
    let given = &order.standardised;
    let keys: Vec<_> = listed.iter().map(|document| document.key.as_str()).collect();
    let expected = || if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") };
    if order.effective && given.is_empty() && !keys.is_empty() {
        let detail = "which documents say from now on what worked?";
        return Err(Problem::new(ProblemCode::MissingField, detail).at("/standardised").expected(expected()));
    }
    if !order.effective && !given.is_empty() {
        return Err(Problem::new(ProblemCode::InvalidField, "what did not work becomes no standard")
            .at("/standardised")
            .expected("nothing"));
    }
    let most = Limits::default().documents;
    if given.len() > most {
        return Err(Problem::new(ProblemCode::FieldTooLong, "too many documents")
            .at("/standardised")
            .expected(format!("at most {most}")));
    }
    let findings = given.iter().enumerate().flat_map(|(at, one)| {
        let place = |field: &str| format!("/standardised/{at}/{field}");
        let twice = given.iter().take(at).any(|other| other.document == one.document);
        let document = (twice || !keys.contains(&one.document.as_str())).then(|| {
            let detail =
                if twice { "this document is named twice" } else { "the playbook lists no such document" };
            Problem::new(ProblemCode::InvalidField, detail).at(place("document")).expected(expected())
        });
        let change = check_text(&place("change"), &one.change, Limits::default().text).err();
        [document, change].into_iter().flatten()
    });
    Problem::all(findings.collect()).map_or(Ok(()), Err)
}

/// Who verifies, once there is something to verify.
fn post<'a>(
    open: &'a Open,
    instance: &Instance,
    (visit, person): (VisitId, &PersonId),
) -> Result<Post<'a>, Problem> {
    let measures: Vec<_> = instance.measures_of(visit).collect();
    if measures.is_empty() || measures.iter().any(|measure| measure.done.is_none()) {
        return Err(Problem::new(ProblemCode::WrongStage, "the measures are not carried out yet")
            .at("/visit")
            .expected("a visit whose measures are all carried out"));
    }
    let Some(verifier) = verifier(&open.needs) else { return Ok(Post::owner(open)) };
    if measures.into_iter().flat_map(Measure::people).any(|one| one == person) {
        let detail = "nobody verifies measures that they planned or carried out";
        return Err(Problem::new(ProblemCode::SeparationOfDuty, detail)
            .at("/actor")
            .expected("somebody who had no part in the measures"));
    }
    Ok(Post { work: open.work.as_ref(), role: Some(&verifier.role), secondary: None })
}
