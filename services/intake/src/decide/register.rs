//! `complaint.register`: a complaint is put on record, numbered and acknowledged.
//!
//! ```text
//! body ─ read ─ reference known? ─▶ the first receipt again
//!                    │ no
//!                    ▼
//!   playbook for the scope ─ every field checked, all findings at once ─ settled on the spot? (R-037)
//!                    │
//!                    ▼
//!   complainant (blind index) ─ repeat? (R-028) ─ signals ─ number (R-020) ─ tracking code
//!                    │
//!                    ▼
//!   complaint.registered · words kept · rows · receipt (R-022)
//! ```

pub(super) mod check;
pub(crate) mod complainant;
pub(crate) mod fields;
mod guided;
mod mail;
mod menu;
mod number;
pub(crate) mod repeat;
mod settle;
pub(super) mod signals;

use std::sync::Arc;

use contracts::commands::intake::{Receipt, RegisterComplaint, complaint_for};
use contracts::commands::{Actor, Command};
use contracts::messages::complaint_registered::{ComplaintRegistered, ExternalRef, PlaybookRef};
use contracts::{
    ComplaintId, DepartmentId, FactValue, Facts, Problem, ProblemCode, ServiceName, SubjectRef, WordId,
    WordRef, facts,
};
use jiff::Timestamp;
use playbook::CompiledPlaybook;
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vault::{BlindIndex, Masked, normalise};

use self::complainant::Identity;
use super::reading::{Shape, read};
use super::{Decided, complaint_of, space};
use crate::Intake;
use crate::rows::{ComplaintRow, Row};
use crate::state::{State, Times, active_for};

const SHAPE: Shape = Shape {
    required: &[("channel", "\"x\""), ("narrative", "\"x\"")],
    optional: &[
        "kind",
        "customer_type",
        "category",
        "complained_of",
        "complained_of_person",
        "unit",
        "language",
        "complainant",
        "subject",
        "menu_option",
        "guided",
        "opinion",
        "demand",
        "amount",
        "order_number",
        "matter",
        "received_at",
        "external",
        "files",
        "facts",
        "playbook",
        "settlement",
    ],
};

/// A complaint whose every field was found good.
struct Draft {
    complaint: ComplaintId,
    body: RegisterComplaint,
    playbook: Arc<CompiledPlaybook>,
    reference: PlaybookRef,
    kind: String,
    customer_type: String,
    unit: Option<DepartmentId>,
    received_at: Timestamp,
    facts: Facts,
    warnings: Vec<String>,
}

pub(super) fn decide(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Decided {
    let complaint = complaint_of(command)?;
    if complaint != complaint_for(context.organisation(), &command.id) {
        return Err(Problem::new(ProblemCode::InvalidField, "the subject is not the one of this key")
            .at("/subject")
            .expected("the complaint that this key makes"));
    }
    if state.registered().is_some() {
        return Err(Problem::new(ProblemCode::AlreadyExists, "this complaint is on record already")
            .at("/id")
            .expected("a new key"));
    }
    let mut body: RegisterComplaint = read(command, &SHAPE)?;
    fields::tidy(&mut body);
    mail::put_subject_first(&mut body);
    if command.actor == Actor::Customer && body.external.is_some() {
        // Its answer would be the first receipt of whoever's reference it is.
        let problem =
            Problem::new(ProblemCode::NotAllowed, "a customer has no reference of a feeding system");
        return Err(problem.at("/external").expected("no reference"));
    }
    if let Some(receipt) = known_reference(intake, context, &body)? {
        return Decision::nothing().answer_with(&receipt);
    }
    let draft = check::check(intake, context, state, &command.actor, complaint, body)?;
    record(intake, context, &command.actor, draft)
}

/// The first receipt again, when the feeder's reference is on record (same reference, same complaint).
fn known_reference(
    intake: &Intake,
    context: &Context<'_, State>,
    body: &RegisterComplaint,
) -> Result<Option<Receipt>, Problem> {
    let Some(external) = &body.external else { return Ok(None) };
    let Some(value) = context.entry(space::EXTERNAL, external_key(external)) else { return Ok(None) };
    let broken = || Problem::new(ProblemCode::Internal, "the entry of an external reference is broken");
    let first: ComplaintId = serde_json::from_value(value).map_err(|_| broken())?;
    let state = context.peek(&SubjectRef::complaint(context.organisation(), first));
    let registered = state.as_deref().and_then(State::registered).ok_or_else(broken)?;
    let mut warnings = vec!["repeated: this reference is on record; this is its first receipt".to_owned()];
    if registered.narrative.sha256
        != WordRef::to(ServiceName::Intake, WordId(first.0), &body.narrative).sha256
    {
        warnings
            .push("narrative-differs: the text differs from the one on record and was not taken".to_owned());
    }
    let code = intake.tracking_code(context.organisation(), &registered.number, first);
    Ok(Some(registered.receipt(first, code, warnings)))
}

fn external_key(external: &ExternalRef) -> String {
    let mut hasher = Sha256::new();
    hasher.update(external.source.as_bytes());
    hasher.update([0]);
    hasher.update(external.reference.as_bytes());
    hex::encode(&hasher.finalize()[..16])
}

/// The playbook in force for this complaint.
fn choose_playbook(
    intake: &Intake,
    context: &Context<'_, State>,
    body: &RegisterComplaint,
    received: Timestamp,
    unit: Option<&DepartmentId>,
) -> Result<(PlaybookRef, Arc<CompiledPlaybook>), Problem> {
    let state = context.peek(&SubjectRef::organisation(context.organisation()));
    let customer_type = body.customer_type.as_deref().unwrap_or(fields::USUAL_CUSTOMER);
    let times = Times { received, now: context.now() };
    let known = state.as_deref().and_then(State::organisation);
    let found = known.and_then(|known| {
        active_for(known, times, body.playbook.as_ref(), unit, &body.channel, customer_type)
    });
    let reference = found.cloned().ok_or_else(|| {
        let detail = match &body.playbook {
            Some(id) => format!("the playbook “{id}” is not known or not active"),
            None => "no playbook is active for this unit, channel and customer type".to_owned(),
        };
        Problem::new(ProblemCode::UnknownPlaybook, detail).at("/playbook").expected("an active playbook")
    })?;
    let compiled = intake.procedures().playbook(context, &reference)?;
    Ok((reference, compiled))
}

/// Puts a good draft on record.
fn record(intake: &Intake, context: &Context<'_, State>, actor: &Actor, mut draft: Draft) -> Decided {
    let mut decision = Decision::nothing();
    let mut identity = complainant::identify(intake, context, &draft);
    let repeated = repeat::detect(intake, context, &draft, &mut identity, &mut decision);
    if let Some((_, count)) = repeated {
        draft.facts.insert(facts::key::repeat(), true.into());
        draft.facts.insert(facts::key::repeat_count(), FactValue::Int(count));
    }
    if let Some(index) = order_index(intake, context, draft.body.order_number.as_deref()) {
        draft.facts.insert(facts::key::order_key(), hex::encode(index).as_str().into());
    }
    let told =
        [Some(draft.body.narrative.as_str()), draft.body.demand.as_deref(), draft.body.opinion.as_deref()];
    draft.facts.extend(signals::heard(draft.playbook.playbook(), told.into_iter().flatten()));
    settle::settle(intake, context, actor, &mut draft, &mut identity, &mut decision)?;
    let number = number::draw(intake, context, &draft, &mut decision)?;
    let words = keep_words(context, &draft, &mut decision);
    let repeats = repeated.map(|(earlier, _)| earlier);
    if let Some(external) = &draft.body.external {
        let entry = EntryKey { space: space::EXTERNAL, key: external_key(external) };
        let value = Value::String(draft.complaint.to_string());
        decision.entries.push(EntryChange::Put { entry, value });
    }
    complainant::remember(context, &draft, &identity, &mut decision)?;
    decision
        .rows
        .push(Row::Complaint(Box::new(row(intake, context, &draft, &identity, &number, &words, repeats))));
    let receipt = Receipt {
        complaint: draft.complaint,
        tracking_code: intake.tracking_code(context.organisation(), &number, draft.complaint),
        number: number.clone(),
        received_at: draft.received_at,
        registered_at: context.now(),
        playbook: draft.reference.clone(),
        repeats,
        warnings: std::mem::take(&mut draft.warnings),
    };
    decision.say(event(context, actor, draft, identity, number, words, repeats));
    decision.answer_with(&receipt)
}

/// The texts of a complaint, kept.
struct Kept {
    narrative: WordRef,
    demand: Option<WordRef>,
    opinion: Option<WordRef>,
}

fn keep_words(context: &Context<'_, State>, draft: &Draft, decision: &mut Decision<Row>) -> Kept {
    let mut keep =
        |text: &str| decision.keep(WordId(context.next_id()), ServiceName::Intake, draft.complaint, text);
    Kept {
        narrative: keep(&draft.body.narrative),
        demand: draft.body.demand.as_deref().map(&mut keep),
        opinion: draft.body.opinion.as_deref().map(&mut keep),
    }
}

fn row(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    identity: &Identity,
    number: &str,
    words: &Kept,
    repeats: Option<ComplaintId>,
) -> ComplaintRow {
    let order = draft.body.order_number.as_deref();
    ComplaintRow {
        complaint: draft.complaint,
        number: number.to_owned(),
        complainant: identity.complainant,
        playbook: draft.reference.id.clone(),
        playbook_version: draft.reference.version,
        channel: draft.body.channel.clone(),
        kind: draft.kind.clone(),
        category: draft.body.category.clone(),
        unit: draft.unit.clone(),
        received_at: draft.received_at,
        registered_at: context.now(),
        repeats,
        external: draft.body.external.clone(),
        order_index: order_index(intake, context, order),
        order_number: order.map(|raw| Masked::new(raw.to_owned())),
        narrative: words.narrative.id,
        demand: words.demand.as_ref().map(|word| word.id),
        opinion: words.opinion.as_ref().map(|word| word.id),
    }
}

/// The keyed look-up value of the order number: the same however the number is written.
pub(super) fn order_index(
    intake: &Intake,
    context: &Context<'_, State>,
    number: Option<&str>,
) -> Option<BlindIndex> {
    let value = normalise::order_number(number?)?;
    Some(intake.keys().blind_index(context.organisation().as_str(), "order", &value))
}

fn event(
    context: &Context<'_, State>,
    actor: &Actor,
    draft: Draft,
    identity: Identity,
    number: String,
    words: Kept,
    repeats: Option<ComplaintId>,
) -> ComplaintRegistered {
    let body = draft.body;
    ComplaintRegistered {
        number,
        playbook: draft.reference,
        channel: body.channel,
        kind: draft.kind,
        customer_type: draft.customer_type,
        category: body.category,
        complained_of: body.complained_of,
        complained_of_person: body.complained_of_person,
        unit: draft.unit,
        received_at: draft.received_at,
        registered_at: context.now(),
        registered_by: actor.plain(),
        language: body.language,
        complainant: identity.complainant,
        narrative: words.narrative,
        demand: words.demand,
        facts: draft.facts,
        repeats,
        external: body.external,
        files: body.files,
    }
}
