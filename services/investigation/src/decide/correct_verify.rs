//! `correct.verify`: whether the measures worked, said by somebody who had no part in them where the playbook names who
//! it is. When they did not, the playbook says where the case goes back to.

use contracts::commands::investigation::VerifyEffect;
use contracts::commands::{Command, check_text};
use contracts::messages::effect_verified::EffectVerified;
use contracts::results::CorrectResult;
use contracts::{Facts, PersonId, Problem, ProblemCode, ServiceName, VisitId, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::asking::verifier;
use super::seat::Post;
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
    seat.has_what_is_required()?;
    let outcome = if order.effective { "effective" } else { "ineffective" };
    let outcome = seat.open.needs.outcome(outcome, "/effective")?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let finding = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.finding);
    decision.say(EffectVerified {
        visit: order.visit,
        effective: order.effective,
        finding: finding.clone(),
        by: command.actor.plain(),
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
