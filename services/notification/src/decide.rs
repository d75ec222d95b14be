//! The table of every input and what answers it; one file an input below.

mod on_case_escalated;
mod on_complaint_registered;
mod on_stage;
mod take_answer;
mod take_callback;
mod take_contact;
mod take_reply;
mod take_settlement;

use std::collections::BTreeSet;

use contracts::commands::notification::{RecordAnswer, RecordCallback, RecordContact, TellResult};
use contracts::commands::{Actor, Command, Verb as _};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::notice_requested::{NoticeRequested, Recipient};
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{
    ChannelKey, Event, Facts, Language, NoticeId, OutcomeKey, PersonId, Problem, ProblemCode, ServiceName,
    StageKind, VisitId, WordId, WordRef,
};
use runtime::service::{Context, Decision, Heard, Input};
use serde_json::Value;

use crate::state::{Conversation, Progress, State, Visit};
use crate::store::Row;
use crate::templates::Chosen;

/// What notification decides on and with.
pub type Outcome = Result<Decision<Row>, Problem>;

/// Decides on one input.
///
/// # Errors
/// The problem that refuses a command, or parks an event that cannot be read.
pub fn decide(context: &Context<'_, State>, state: &State, input: &Input) -> Outcome {
    match input {
        Input::Heard(heard) => hear(context, state, heard),
        Input::Command(command) => take(context, state, command),
        Input::Due(_) => Ok(Decision::nothing()), // notification sets no business timers
    }
}

fn hear(context: &Context<'_, State>, state: &State, heard: &Heard) -> Outcome {
    match &heard.event {
        Event::ComplaintRegistered(registered) => {
            let mut decision = on_complaint_registered::decide(context, registered, heard)?;
            on_case_escalated::catch_up(context, state, &registered.number, heard, &mut decision);
            Ok(decision)
        }
        Event::StageEntered(entered) if crate::state::is_ours(entered) => {
            let mut decision = on_stage::entered(context, entered)?;
            on_case_escalated::catch_up(context, state, &entered.number, heard, &mut decision);
            Ok(decision)
        }
        Event::StageChanged(changed) => on_stage::changed(context, state, changed),
        Event::StageWithdrawn(withdrawn) => on_stage::withdrawn(state, withdrawn),
        Event::CaseEscalated(escalated) => on_case_escalated::decide(context, state, escalated, heard),
        Event::PersonErased(erased) => {
            Ok(Decision { shred: erased.complaints.clone(), ..Decision::nothing() })
        }
        // Everything else is another service's business, or only changes the state.
        _ => Ok(Decision::nothing()),
    }
}

fn take(context: &Context<'_, State>, state: &State, command: &Command) -> Outcome {
    let not_found = || Problem::new(ProblemCode::NotFound, "notification knows no such complaint");
    let conversation = state.conversation().ok_or_else(not_found)?;
    match command.verb.as_str() {
        RecordContact::VERB => take_contact::decide(context, conversation, command),
        TellResult::VERB => take_reply::decide(context, conversation, command),
        RecordAnswer::VERB => take_answer::decide(context, conversation, command),
        RecordCallback::VERB => take_callback::decide(context, conversation, command),
        take_settlement::VERB => take_settlement::decide(conversation, command),
        other => Err(Problem::new(ProblemCode::NotFound, format!("notification has no verb {other}"))),
    }
}

/// The verbs notification takes; the last is its own sender's.
#[must_use]
pub fn verbs() -> Vec<&'static str> {
    let mut verbs = contracts::commands::notification::VERBS.to_vec();
    verbs.push(take_settlement::VERB);
    verbs
}

pub use take_settlement::{SettleNotice, VERB as SETTLE_VERB};

/// Who may not act on a visit: those barred from the case, and for a callback everybody who handled it.
#[must_use]
pub fn barred_from(entered: &StageEntered) -> Vec<PersonId> {
    let mut barred: BTreeSet<PersonId> = entered.barred.iter().cloned().collect();
    if entered.kind == StageKind::Callback {
        let handled =
            entered.results.iter().filter(|result| result.kind.service() == ServiceName::Investigation);
        barred.extend(handled.filter_map(|result| result.by.person().cloned()));
    }
    barred.into_iter().collect()
}

/// The open visit that a command names, checked: known, of one of `kinds`, not left, the present epoch, and held
/// by the actor.
fn held<'a>(
    conversation: &'a Conversation,
    command: &Command,
    visit: VisitId,
    epoch: u32,
    kinds: &[StageKind],
) -> Result<&'a Visit, Problem> {
    let found = open(conversation, visit, kinds)?;
    if epoch != found.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(found.epoch.to_string()));
    }
    if command.actor.person().is_some_and(|person| found.barred.contains(person)) {
        return Err(Problem::new(
            ProblemCode::ConflictOfInterest,
            "whoever handled the case or is a party to it keeps out",
        ));
    }
    match &found.progress {
        Progress::Held { person, .. } if command.actor.person() == Some(person) => Ok(found),
        Progress::Held { .. } | Progress::Requested { .. } | Progress::Unattended => {
            Err(Problem::new(ProblemCode::NotTheHolder, "this work is not in your hands"))
        }
        Progress::Left => Err(Problem::new(ProblemCode::VisitLeft, "that visit to the stage has ended")),
    }
}

/// The visit that a command names: known, of one of `kinds`, and not left.
fn open<'a>(
    conversation: &'a Conversation,
    visit: VisitId,
    kinds: &[StageKind],
) -> Result<&'a Visit, Problem> {
    let wrong = |what: &str| Problem::new(ProblemCode::WrongStage, what.to_owned()).at("/visit");
    let found = conversation
        .visits
        .get(&visit)
        .ok_or_else(|| wrong("there is no such visit to a stage of notification"))?;
    if found.progress == Progress::Left {
        return Err(Problem::new(ProblemCode::VisitLeft, "that visit to the stage has ended").at("/visit"));
    }
    if !kinds.contains(&found.kind) {
        return Err(wrong("that stage is of another kind")
            .expected(kinds.iter().map(|k| k.as_str()).collect::<Vec<_>>().join(" or ")));
    }
    Ok(found)
}

/// Ends a visit: its work is done, and routing hears how it ended.
fn complete(
    decision: &mut Decision<Row>,
    id: VisitId,
    visit: &Visit,
    outcome: &str,
    facts: Facts,
    results: Value,
    by: &Actor,
) -> Result<(), Problem> {
    let outcome =
        OutcomeKey::new(outcome).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    if let Some(work) = visit.work() {
        decision.say(WorkWithdrawn { work, visit: id, reason: "done".into() });
    }
    decision.say(StageCompleted { visit: id, epoch: visit.epoch, outcome, facts, results, by: by.plain() });
    Ok(())
}

/// Keeps a text that the actor wrote.
fn keep(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    command: &Command,
    text: &str,
) -> Result<WordRef, Problem> {
    let complaint = command.subject.complaint_id().ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "the subject is not a complaint").at("/subject")
    })?;
    Ok(decision.keep(WordId(context.next_id()), ServiceName::Notification, complaint, text))
}

/// Says facts that a command made true.
fn record(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    visit: VisitId,
    facts: Facts,
    by: &Actor,
) {
    decision.say(FactRecorded { facts, at: context.now(), by: by.plain(), visit: Some(visit) });
}

/// What a message is, before it gets its id.
struct Message<'a> {
    to: Recipient,
    channel: ChannelKey,
    chosen: &'a Chosen,
    language: Language,
    text: &'a str,
}

/// Asks for a message to go out. Its id stands for event, recipient, channel and template version, so that the same
/// cause never sends twice, however often it is decided.
fn notify(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    complaint: contracts::ComplaintId,
    cause: uuid::Uuid,
    message: &Message<'_>,
) {
    let recipient = match &message.to {
        Recipient::Complainant { complainant } => format!("complainant:{complainant}"),
        Recipient::Staff { person } => format!("staff:{person}"),
    };
    let label = format!("{recipient}|{}|{}@{}", message.channel, message.chosen.key, message.chosen.version);
    let notice = NoticeId::derived(cause, &label);
    let text = decision.keep(WordId(context.next_id()), ServiceName::Notification, complaint, message.text);
    decision.rows.push(Row::Deliver(Box::new(crate::store::Delivery {
        organisation: context.organisation().clone(),
        complaint,
        notice,
        to: message.to.clone(),
        channel: message.channel.clone(),
        template: message.chosen.key.clone(),
        language: message.language,
        word: text.id,
        requested_at: context.now(),
    })));
    decision.say(NoticeRequested {
        notice,
        to: message.to.clone(),
        channel: message.channel.clone(),
        template: message.chosen.key.clone(),
        template_version: message.chosen.version,
        language: message.language,
        text,
    });
}
