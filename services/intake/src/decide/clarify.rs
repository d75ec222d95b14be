//! `clarify`: the complaint is incomplete or not understood. What is missing is taken down, from the customer with
//! their code or by staff (R-027); staff restate the claim, and the customer confirms that it was understood (R-034).
//! The stage ends when they have, or when nobody will try again; until then the case goes nowhere (R-030).
//!
//! ```text
//! order ─ seat ─ every field checked, all findings at once ─┬─▶ claim.clarified, words kept
//!                                                           ├─▶ fact.recorded: what became known
//!                                                           ├─▶ rows: contact data, category, order
//!                                                           └─▶ stage.completed, once confirmed or given up
//! ```

mod check;
mod contact;
mod seat;
pub(super) mod visits;

use contracts::commands::intake::Clarify;
use contracts::commands::{Actor, Command};
use contracts::facts::key;
use contracts::messages::claim_clarified::ClaimClarified;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::results::ClarifyResult;
use contracts::{
    ComplaintId, FactValue, Facts, OutcomeKey, Problem, ProblemCode, ServiceName, WordId, WordRef,
};
use playbook::CompiledPlaybook;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::reading::{Shape, read};
use super::register::{fields, order_index, signals};
use super::{Decided, complaint_of, not_on_record};
use crate::Intake;
use crate::rows::{AmendedRow, Row};
use crate::state::{Complaint, Open, Registered, State};

/// What is done at such a visit, as `work.requested` has it.
const TASK: &str = "clarify";
/// How it ends when the customer confirmed.
const CLARIFIED: &str = "clarified";
/// How it ends when nobody will try again.
const UNREACHABLE: &str = "unreachable";

const SHAPE: Shape = Shape {
    required: &[("visit", "\"0195702c-7b80-7000-8000-000000000000\""), ("epoch", "1")],
    optional: &[
        "reached",
        "give_up",
        "restated",
        "confirmed_by_customer",
        "identity_verified",
        "said",
        "category",
        "complained_of",
        "amount",
        "order_number",
        "complainant",
        "files",
        "facts",
    ],
};

/// What is at hand when an order is decided on.
struct Scene<'a> {
    intake: &'a Intake,
    context: &'a Context<'a, State>,
    command: &'a Command,
    id: ComplaintId,
    complaint: &'a Complaint,
    registered: &'a Registered,
    playbook: &'a CompiledPlaybook,
    open: &'a Open,
}

pub(super) fn decide(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Decided {
    let id = complaint_of(command)?;
    let mut body: Clarify = read(command, &SHAPE)?;
    fields::drop_blank(&mut body.restated);
    fields::drop_blank(&mut body.said);
    fields::drop_blank(&mut body.order_number);
    fields::tidy_rest(&mut body.complainant, &mut body.facts, &mut body.files);
    let complaint = state.complaint().ok_or_else(not_on_record)?;
    let registered = complaint.registered.as_ref().ok_or_else(not_on_record)?;
    let open = seat::take(complaint, command, (body.visit, body.epoch))?;
    let playbook = intake.procedures().playbook(context, &registered.playbook)?;
    let scene = Scene { intake, context, command, id, complaint, registered, playbook: &playbook, open };
    if let Some(problem) = Problem::all(check::check(&scene, state, &body)) {
        return Err(problem);
    }
    let facts = facts_of(&scene, &body);
    let outcome = outcome_of(&scene, &body, &facts)?;
    record(&scene, body, facts, outcome)
}

/// What became known by this order.
fn facts_of(scene: &Scene<'_>, body: &Clarify) -> Facts {
    let now = scene.context.now();
    let mut facts = body.facts.clone();
    if let Some(said) = &body.said {
        facts.extend(signals::heard(scene.playbook.playbook(), std::iter::once(said.as_str())));
    }
    let text = |text: &str| FactValue::from(text);
    let known = [
        (key::category(), body.category.as_ref().map(|category| text(category.as_str()))),
        (key::complained_of(), body.complained_of.as_ref().map(|department| text(department.as_str()))),
        (key::amount(), body.amount.map(|amount| FactValue::Int(amount.0))),
        (key::identity_verified(), body.identity_verified.map(FactValue::from)),
        (key::customer_understood(), body.confirmed_by_customer.then(|| true.into())),
        (
            key::order_key(),
            order_index(scene.intake, scene.context, body.order_number.as_deref())
                .map(|index| text(&hex::encode(index))),
        ),
    ];
    facts.extend(known.into_iter().filter_map(|(key, value)| Some((key, value?))));
    // Customers who write by themselves were not contacted by anybody.
    match (scene.command.actor == Actor::Customer, body.reached) {
        (true, _) => {}
        (false, false) => drop(facts.insert(key::not_reached(), true.into())),
        (false, true) => {
            facts.insert(key::last_contact(), now.into());
            if !scene.open.contacted {
                facts.insert(key::customer_contacted(), now.into());
            }
        }
    }
    facts
}

/// How the visit ends by this order, if it does. What staff end is refused while something is lacking; what the customer
/// confirms stands, and waits for staff.
fn outcome_of(scene: &Scene<'_>, body: &Clarify, learnt: &Facts) -> Result<Option<OutcomeKey>, Problem> {
    if body.give_up {
        return Ok(scene.open.needs.outcome(UNREACHABLE).cloned());
    }
    if !body.confirmed_by_customer {
        return Ok(None);
    }
    match check::lacking(scene, body, learnt) {
        Some(_) if scene.command.actor == Actor::Customer => Ok(None),
        Some(problem) => Err(problem),
        None => Ok(scene.open.needs.outcome(CLARIFIED).cloned()),
    }
}

fn record(scene: &Scene<'_>, body: Clarify, facts: Facts, outcome: Option<OutcomeKey>) -> Decided {
    let mut decision = Decision::nothing();
    let by = scene.command.actor.plain();
    let supplied = check::supplied(&body);
    let mut keep =
        |text: &String| decision.keep(WordId(scene.context.next_id()), ServiceName::Intake, scene.id, text);
    let restated = body.restated.as_ref().map(&mut keep);
    let said = body.said.as_ref().map(&mut keep);
    contact::remember(scene, &body, &mut decision)?;
    amend(scene, &body, &mut decision);
    decision.say(ClaimClarified {
        visit: body.visit,
        reached: body.reached,
        restated: restated.clone(),
        confirmed: body.confirmed_by_customer,
        said,
        supplied: supplied.clone(),
        identity_verified: body.identity_verified,
        files: body.files.clone(),
        by: by.clone(),
    });
    if !facts.is_empty() {
        decision.say(FactRecorded { facts, at: scene.context.now(), by, visit: Some(body.visit) });
    }
    if let Some(outcome) = &outcome {
        end(scene, &body, outcome.clone(), (restated, supplied), &mut decision)?;
    }
    decision.answer_with(&json!({ "visit": body.visit, "outcome": outcome }))
}

/// Ends the visit: says so and puts the work away.
fn end(
    scene: &Scene<'_>,
    body: &Clarify,
    outcome: OutcomeKey,
    (restated, supplied): (Option<WordRef>, Vec<String>),
    decision: &mut Decision<Row>,
) -> Result<(), Problem> {
    let mut all = scene.open.supplied.clone();
    all.extend(supplied);
    let results = ClarifyResult {
        restated: restated.or_else(|| scene.open.restated.clone()),
        confirmed: body.confirmed_by_customer,
        supplied: all.into_iter().collect(),
    };
    decision.say(StageCompleted {
        visit: body.visit,
        epoch: body.epoch,
        outcome,
        facts: Facts::new(),
        results: to_json(&results)?,
        by: scene.command.actor.plain(),
    });
    if let Some(work) = &scene.open.work {
        let reason = "done".to_owned();
        decision.say(WorkWithdrawn { work: work.id, visit: body.visit, reason, because: None });
    }
    Ok(())
}

/// What look-ups know of the complaint, brought up to date.
fn amend(scene: &Scene<'_>, body: &Clarify, decision: &mut Decision<Row>) {
    if body.category.is_none() && body.order_number.is_none() {
        return;
    }
    decision.rows.push(Row::Amended(AmendedRow {
        complaint: scene.id,
        category: body.category.clone(),
        order_index: order_index(scene.intake, scene.context, body.order_number.as_deref()),
        order_number: body.order_number.clone().map(vault::Masked::new),
    }));
}

/// Results as JSON.
///
/// # Errors
/// `internal`, which would be a defect.
fn to_json(results: &ClarifyResult) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(results).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}
