//! The table of every input and what answers it; one file an input below.
//!
//! | input | what may come of it |
//! |---|---|
//! | `complaint.registered` | the acknowledgement |
//! | `stage.entered` | work; or, without a person, the message itself and the end of the visit |
//! | `stage.changed` | the work anew; or `act.late` |
//! | `stage.withdrawn` | the work put away; or `act.late` |
//! | `work.assigned` | whose it is; or `act.late` |
//! | `work.queued`, `fact.recorded`, `file.added`, `playbook.published`, `case.closed` | known from now on |
//! | `report.due` of the organisation | a message to each person who gets the report |
//! | `case.escalated` | a message to each person whom the rung reached |
//! | `person.erased` | our words about their complaints are shredded |
//! | `callback.note` | what the caller has to know |
//! | the other orders of [`contracts::commands::notification`] | see each file |
//! | `notice.settle` | how a message ended; the sender's own order |

mod on_case_escalated;
mod on_complaint_registered;
mod on_report_due;
mod on_stage_changed;
mod on_stage_entered;
mod on_stage_withdrawn;
mod on_work_assigned;
mod seat;
mod take_answer;
mod take_callback;
mod take_callback_note;
mod take_contact;
mod take_preparation;
mod take_reply;
mod take_settlement;

use std::collections::BTreeSet;

use contracts::commands::notification::{
    NoteForCallback, PrepareContact, RecordAnswer, RecordCallback, RecordContact, TellResult,
};
use contracts::commands::{Actor, Command, Verb as _};
use contracts::facts::key;
use contracts::messages::act_late::ActLate;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::notice_requested::{NoticeRequested, Recipient};
use contracts::messages::stage_entered::StageEntered;
use contracts::{
    ChannelKey, ComplaintId, Event, Facts, Language, NoticeId, PersonId, Problem, ProblemCode, ServiceName,
    StageKind, SubjectKind, SubjectRef, VisitId, WordId, WordRef,
};
use runtime::service::{Context, Decision, Heard, Input};
use uuid::Uuid;

use crate::state::{Messages, State, Visit};
use crate::store::{Delivery, Row};
use crate::templates::{Chosen, RenderError, Rendered};

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
            let known = (registered.number.as_str(), &registered.playbook);
            on_case_escalated::catch_up(context, state, known, heard, &mut decision);
            Ok(decision)
        }
        Event::StageEntered(entered) if crate::state::is_ours(entered) => {
            let mut decision = on_stage_entered::decide(context, state, entered, heard)?;
            let known = (entered.number.as_str(), &entered.playbook);
            on_case_escalated::catch_up(context, state, known, heard, &mut decision);
            Ok(decision)
        }
        Event::StageChanged(changed) => on_stage_changed::decide(context, state, changed),
        Event::StageWithdrawn(withdrawn) => Ok(on_stage_withdrawn::decide(state, withdrawn)),
        Event::WorkAssigned(assigned) => Ok(on_work_assigned::decide(state, assigned)),
        Event::CaseEscalated(escalated) => Ok(on_case_escalated::decide(context, state, escalated, heard)),
        Event::ReportDue(due) => Ok(on_report_due::decide(context, due, heard)),
        Event::PersonErased(erased) => {
            Ok(Decision { shred: erased.complaints.clone(), ..Decision::nothing() })
        }
        // Folded into the state, nothing to say about.
        Event::WorkQueued(_)
        | Event::FactRecorded(_)
        | Event::FileAdded(_)
        | Event::CaseChanged(_)
        | Event::PlaybookPublished(_)
        | Event::CaseClosed(_) => Ok(Decision::nothing()),
        // Not this service's matter.
        Event::StageEntered(_)
        | Event::ClaimClarified(_)
        | Event::PlaybookActivated(_)
        | Event::ActivationWithdrawn(_)
        | Event::PlaybookApplied(_)
        | Event::CalendarPublished(_)
        | Event::CalendarApplied(_)
        | Event::DirectoryChanged(_)
        | Event::StageCompleted(_)
        | Event::WorkRequested(_)
        | Event::WorkWithdrawn(_)
        | Event::ClockStarted(_)
        | Event::ClockChanged(_)
        | Event::ClockStopped(_)
        | Event::ClockMissed(_)
        | Event::ActLate(_)
        | Event::RulingOpened(_)
        | Event::RulingGiven(_)
        | Event::RulingWithdrawn(_)
        | Event::FormFilled(_)
        | Event::FormSigned(_)
        | Event::LedgerEntered(_)
        | Event::LedgerSettled(_)
        | Event::VerificationRecorded(_)
        | Event::FindingRecorded(_)
        | Event::ProposalMade(_)
        | Event::RemedyExecuted(_)
        | Event::MeasuresPlanned(_)
        | Event::MeasureDone(_)
        | Event::EffectVerified(_)
        | Event::RoundOpened(_)
        | Event::DecisionRecorded(_)
        | Event::ReviewRecorded(_)
        | Event::AuditRecorded(_)
        | Event::OpinionRecorded(_)
        | Event::OpinionSigned(_)
        | Event::AccountabilityDecided(_)
        | Event::RoundClosed(_)
        | Event::NoticeRequested(_)
        | Event::NoticeSettled(_)
        | Event::ReplyTold(_)
        | Event::CustomerAnswered(_)
        | Event::CallbackNoted(_)
        | Event::CallbackRecorded(_)
        | Event::ContactPrepared(_)
        | Event::ContactRecorded(_)
        | Event::TeamCalled(_)
        | Event::HandoverWritten(_)
        | Event::HandoverAcknowledged(_)
        | Event::ParkedSettled(_) => Ok(Decision::nothing()),
    }
}

fn take(context: &Context<'_, State>, state: &State, command: &Command) -> Outcome {
    let not_found = || Problem::new(ProblemCode::NotFound, "notification knows no such complaint");
    if let State::Reports(open) = state
        && command.verb == take_settlement::VERB
    {
        return take_settlement::of_report(open, command);
    }
    let conversation = state.conversation().ok_or_else(not_found)?;
    match command.verb.as_str() {
        PrepareContact::VERB => take_preparation::decide(context, conversation, command),
        RecordContact::VERB => take_contact::decide(context, conversation, command),
        TellResult::VERB => take_reply::decide(context, conversation, command),
        RecordAnswer::VERB => take_answer::decide(context, conversation, command),
        RecordCallback::VERB => take_callback::decide(context, conversation, command),
        NoteForCallback::VERB => take_callback_note::decide(context, conversation, command),
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

/// Records that something came after its visit was left or reassigned: nothing moves, and the person can be told.
fn late(visit: VisitId, epoch: u32, act: &str, by: Actor) -> Decision<Row> {
    let mut decision = Decision::nothing();
    decision.say(ActLate { visit, epoch, act: act.to_owned(), by });
    decision
}

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

/// Keeps a text that the actor wrote.
fn keep(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    command: &Command,
    text: &str,
) -> Result<WordRef, Problem> {
    let complaint = command.subject.complaint_id().ok_or_else(|| {
        let problem = Problem::new(ProblemCode::InvalidField, "the subject is not a complaint");
        problem.at("/subject").expected("a complaint")
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

/// The facts of a customer who was reached: now, and for the first time if it is.
fn reached(context: &Context<'_, State>, visit: &Visit) -> Facts {
    let mut facts = Facts::from([(key::last_contact(), context.now().into())]);
    if !visit.was_contacted() {
        facts.insert(key::customer_contacted(), context.now().into());
    }
    facts
}

/// What a message is, before it gets its id.
struct Message<'a> {
    to: Recipient,
    channel: ChannelKey,
    chosen: &'a Chosen,
    language: Language,
    text: &'a Rendered,
}

/// Asks for a message to go out. Its id stands for event, recipient, channel and template version, so that the same
/// cause never sends twice, however often it is decided.
fn notify(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    complaint: ComplaintId,
    cause: Uuid,
    message: &Message<'_>,
) {
    notify_of(context, decision, (SubjectKind::Complaint, complaint), cause, message);
}

/// The same of any subject. A report is of no complaint: its words are kept under the id of the report.
fn notify_of(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    (about, complaint): (SubjectKind, ComplaintId),
    cause: Uuid,
    message: &Message<'_>,
) {
    let recipient = match &message.to {
        Recipient::Complainant { complainant } => format!("complainant:{complainant}"),
        Recipient::Staff { person } => format!("staff:{person}"),
    };
    let label = format!("{recipient}|{}|{}@{}", message.channel, message.chosen.key, message.chosen.version);
    let notice = NoticeId::derived(cause, &label);
    let mut keep =
        |text: &str| decision.keep(WordId(context.next_id()), ServiceName::Notification, complaint, text);
    let text = keep(&message.text.body);
    let subject = message.text.subject.as_deref().map(|line| keep(line).id);
    decision.rows.push(Row::Deliver(Box::new(Delivery {
        organisation: context.organisation().clone(),
        about,
        complaint,
        notice,
        to: message.to.clone(),
        channel: message.channel.clone(),
        template: message.chosen.key.clone(),
        language: message.language,
        word: text.id,
        subject,
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

/// The templates of a playbook at the version that a case is pinned to, if they were heard of.
fn messages_of(context: &Context<'_, State>, playbook: &PlaybookRef) -> Option<(u32, Messages)> {
    let found = context.peek(&SubjectRef::playbook(context.organisation(), &playbook.id))?;
    match &*found {
        State::Playbook(versions) => {
            versions.get(&playbook.version).map(|messages| (playbook.version, messages.clone()))
        }
        State::Unknown | State::Early(_) | State::Complaint(_) | State::Reports(_) => None,
    }
}

/// A template that cannot be rendered, as a problem that says where.
fn unrenderable(error: &RenderError) -> Problem {
    let why = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    Problem::new(ProblemCode::MissingField, format!("{error}: {why}"))
        .at("/text")
        .expected("the text, written out")
}

#[cfg(test)]
mod tests;
