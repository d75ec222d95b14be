//! `reply` → the customer is told the result, by the one voice and only after approval (P03, R-147, R-186).

use contracts::commands::Command;
use contracts::commands::notification::TellResult;
use contracts::facts::key;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::reply_told::ReplyTold;
use contracts::{ChannelKey, Facts, Problem, ProblemCode, StageKind};
use playbook::model::ApproveBefore;
use runtime::service::{Context, Decision, Input};
use serde_json::json;

use super::{Message, Outcome, complete, held, keep, notify, record};
use crate::state::{Conversation, State, Visit};
use crate::templates::{BuiltIn, Chosen, TRACKING_CODE, Variables, choose, render};

/// Characters in a reply.
const MAX_TEXT: usize = 5_000;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: TellResult = command.read()?;
    let visit = held(conversation, command, body.visit, body.epoch, &[StageKind::Reply])?;
    approved(visit)?;
    let (chosen, text) = text_of(conversation, visit, body.text.as_deref())?;
    let mut decision = Decision::nothing();
    let told = keep(context, &mut decision, command, &text)?;
    decision.say(ReplyTold {
        visit: body.visit,
        channel: body.channel.clone(),
        text: told,
        by: command.actor.plain(),
    });
    if !is_spoken(&body.channel) {
        let message = Message {
            to: Recipient::Complainant { complainant: conversation.complainant },
            channel: body.channel.clone(),
            chosen: &chosen,
            language: conversation.language,
            text: &text,
        };
        let cause = Input::Command(Box::new(command.clone())).root();
        if let Some(complaint) = command.subject.complaint_id() {
            notify(context, &mut decision, complaint, cause, &message);
        }
    }
    let now = context.now();
    let facts = Facts::from([(key::result_told(), true.into()), (key::last_contact(), now.into())]);
    record(context, &mut decision, body.visit, facts, &command.actor);
    if !waits_for_answer(visit) {
        let results = json!({ "channel": body.channel });
        complete(&mut decision, body.visit, visit, "told", Facts::new(), results, &command.actor)?;
    }
    decision.answer_with(&json!({ "visit": body.visit, "waits_for_answer": waits_for_answer(visit) }))
}

/// Nothing is told before the round that the playbook asks for is approved.
fn approved(visit: &Visit) -> Result<(), Problem> {
    let needed = visit.slice().is_some_and(|slice| slice.approve_before.contains(&ApproveBefore::Reply));
    let is_approved = visit.facts.get(&key::approved()).and_then(|fact| fact.as_bool()) == Some(true);
    if needed && !is_approved {
        return Err(Problem::new(
            ProblemCode::NotApproved,
            "the customer is told after approval, not before",
        )
        .expected("an approved round"));
    }
    Ok(())
}

/// Whether the stage ends with the customer's answer instead of with the telling.
pub(super) fn waits_for_answer(visit: &Visit) -> bool {
    !visit.brief.outcomes.iter().any(|outcome| outcome.as_str() == "told")
}

/// Whether a person speaks or hands it over; a written channel gets a message.
fn is_spoken(channel: &ChannelKey) -> bool {
    matches!(
        channel.as_str(),
        "phone" | "hotline" | "in_person" | "visit" | "service_desk" | "cash_desk" | "switchboard"
    )
}

fn text_of(
    conversation: &Conversation,
    visit: &Visit,
    given: Option<&str>,
) -> Result<(Chosen, String), Problem> {
    if let Some(text) = given {
        contracts::commands::check_text("/text", text, MAX_TEXT)?;
    }
    let unsubstantiated =
        visit.facts.get(&key::substantiated()).and_then(|fact| fact.as_bool()) == Some(false);
    let name = if unsubstantiated { BuiltIn::Explanation } else { BuiltIn::Reply };
    let own = visit.slice().map(|slice| (conversation.playbook.version, &slice.templates));
    let chosen = choose(own, name);
    if let Some(text) = given {
        return Ok((chosen, text.to_owned()));
    }
    let variables = Variables {
        number: conversation.number.clone(),
        tracking_code: TRACKING_CODE,
        facts: visit.facts.clone(),
        stage: visit.brief.label.get(conversation.language).to_owned(),
        remedies: Vec::new(),
        text: String::new(),
    };
    let text = render(&chosen, conversation.language, &variables).map_err(|error| {
        let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
        Problem::new(ProblemCode::MissingField, format!("{error}: {why}"))
            .at("/text")
            .expected("the text, written out")
    })?;
    Ok((chosen, text))
}
