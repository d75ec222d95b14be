//! `reply` → the customer is told the result, by the one voice and only after approval (P03, R-147, R-186).

use contracts::commands::notification::TellResult;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::reply_told::ReplyTold;
use contracts::{ChannelKey, FactKey, Facts, Problem, ProblemCode, StageKind};
use playbook::model::ApproveBefore;
use playbook::{NotificationSlice, ReplyForm, StageBrief, report_waits, warnings};
use runtime::service::{Context, Decision, Input};
use serde_json::json;

use super::seat::{self, End};
use super::{Message, Outcome, keep, notify, reached, record, unrenderable};
use crate::promise;
use crate::state::{Conversation, State, Visit};
use crate::templates::{BuiltIn, Chosen, Rendered, Variables, choose, render, said_by};

/// Characters in a reply.
const MAX_TEXT: usize = 5_000;
/// Files that go with a reply.
const MAX_ATTACHMENTS: usize = 50;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: TellResult = command.read()?;
    let visit = seat::held(conversation, command, (body.visit, body.epoch), &[StageKind::Reply])?;
    if let Some(slice) = visit.slice() {
        approved(slice, &visit.facts, visit.awaits_approval)?;
    }
    let formal = visit.slice().is_some_and(is_formal);
    if formal && !is_letter(&body.channel) {
        let detail = "the playbook asks for a formal letter";
        let problem = Problem::new(ProblemCode::InvalidField, detail).at("/channel");
        return Err(problem.expected(LETTERS.join(", ")));
    }
    attached(conversation, visit, &body)?;
    required(&visit.brief, &visit.facts)?;
    let (chosen, text) = text_of(conversation, visit, body.text.as_deref())?;
    let mut decision = Decision::nothing();
    let told = keep(context, &mut decision, command, &text.body)?;
    let (channel, by) = (body.channel.clone(), command.actor.plain());
    let attachments = body.attachments.clone();
    decision.say(ReplyTold { visit: body.visit, channel, text: told, attachments, by });
    let mut facts = Facts::from([(key::result_told(), true.into())]);
    if is_spoken(&body.channel) {
        facts.extend(reached(context, visit));
    } else {
        facts.insert(key::last_contact(), context.now().into());
        send(context, &mut decision, conversation, command, (&body.channel, &chosen, &text));
    }
    record(context, &mut decision, body.visit, facts.clone(), &command.actor);
    let waits = waits_for_answer(&visit.brief);
    if !waits {
        let results = json!({ "channel": body.channel, "formal_letter": formal });
        let end = End { id: body.visit, visit, outcome: "told", results, by: &command.actor };
        end.say(&mut decision, &facts)?;
    }
    let warned = visit.slice().map(|slice| warnings(&slice.scripts, &text.body)).unwrap_or_default();
    decision.answer_with(&json!({ "visit": body.visit, "waits_for_answer": waits, "warnings": warned }))
}

/// Nothing is told before the round that the playbook asks for is approved; one about an earlier version is none. That a
/// complaint does not stand is explained without a round: there is nothing to approve.
///
/// # Errors
/// `not-approved`.
pub(super) fn approved(
    slice: &NotificationSlice,
    facts: &Facts,
    awaits_approval: bool,
) -> Result<(), Problem> {
    let says = |key: &FactKey| facts.get(key).and_then(|fact| fact.as_bool());
    let is_untrue = says(&key::substantiated()) == Some(false);
    let is_settled = says(&key::approved()) == Some(true) || is_untrue;
    let needed = slice.approve_before.contains(&ApproveBefore::Reply);
    let reports = report_waits(&slice.approve_before, facts) && !is_untrue;
    if reports || needed && (!is_settled || awaits_approval) {
        let detail = "the customer is told after approval, not before";
        return Err(Problem::new(ProblemCode::NotApproved, detail)
            .at("/visit")
            .expected("an approved round"));
    }
    Ok(())
}

/// What the playbook requires is on record before the customer is told, not only when they answer: what was said cannot
/// be taken back. What the telling itself and the answer bring is not waited for.
///
/// # Errors
/// `missing-field` naming the fact.
pub(super) fn required(brief: &StageBrief, known: &Facts) -> Result<(), Problem> {
    let own = [key::result_told(), key::customer_contacted(), key::last_contact()];
    let answer = [key::customer_agreed(), key::dissatisfied()];
    let answer = answer.into_iter().filter(|_| waits_for_answer(brief));
    let brought: Facts = own.into_iter().chain(answer).map(|key| (key, true.into())).collect();
    seat::has_what_is_required(brief, &[&brought, known])
}

/// Files of this complaint go with a reply, at least one for each kind of evidence that the playbook demands.
fn attached(conversation: &Conversation, visit: &Visit, body: &TellResult) -> Result<(), Problem> {
    if body.attachments.len() > MAX_ATTACHMENTS {
        return Err(Problem::new(ProblemCode::FieldTooLong, "too many files")
            .at("/attachments")
            .expected(format!("at most {MAX_ATTACHMENTS}")));
    }
    let demanded = visit.slice().and_then(|slice| slice.reply.as_ref());
    let demanded = demanded.map_or(&[][..], |reply| &reply.evidence_attachments);
    let words: Vec<_> = demanded.iter().map(|kind| kind.key.as_str()).collect();
    let strange = body.attachments.iter().enumerate().flat_map(|(at, one)| {
        let evidence = (!words.contains(&one.evidence.as_str())).then(|| {
            let expected = if words.is_empty() { "no evidence".to_owned() } else { words.join(", ") };
            Problem::new(ProblemCode::InvalidField, "the playbook knows no such evidence")
                .at(format!("/attachments/{at}/evidence"))
                .expected(expected)
        });
        let file = (!conversation.files.contains(&one.file)).then(|| {
            Problem::new(ProblemCode::InvalidField, "the complaint has no such file")
                .at(format!("/attachments/{at}/file"))
                .expected("a file that was added to this complaint")
        });
        [evidence, file].into_iter().flatten()
    });
    let is_there = |kind: &&&str| body.attachments.iter().any(|one| one.evidence == **kind);
    let lacking: Vec<_> = words.iter().filter(|kind| !is_there(kind)).copied().collect();
    let lacking = (!lacking.is_empty()).then(|| {
        Problem::new(ProblemCode::MissingField, "the playbook demands evidence with the reply")
            .at("/attachments")
            .expected(format!("a file for each of: {}", lacking.join(", ")))
    });
    Problem::all(strange.chain(lacking).collect()).map_or(Ok(()), Err)
}

/// Whether the stage ends with the customer's answer instead of with the telling.
pub(super) fn waits_for_answer(brief: &StageBrief) -> bool {
    !brief.outcomes.iter().any(|outcome| outcome.as_str() == "told")
}

/// The message for a result: one that explains where the complaint does not stand (P02), a letter where one is asked for.
pub(super) fn built_in(facts: &Facts, formal: bool) -> BuiltIn {
    match facts.get(&key::substantiated()).and_then(|fact| fact.as_bool()) {
        Some(false) => BuiltIn::Explanation,
        Some(true) | None if formal => BuiltIn::FormalLetter,
        Some(true) | None => BuiltIn::Reply,
    }
}

/// The channels by which a formal letter can go (P13 「正式的电函」).
const LETTERS: [&str; 5] = ["letter", "fax", "email", "mail", "post"];

/// Whether the playbook asks for a formal letter this time.
pub(super) fn is_formal(slice: &NotificationSlice) -> bool {
    slice.reply.as_ref().is_some_and(|reply| reply.form == ReplyForm::FormalLetter)
}

fn is_letter(channel: &ChannelKey) -> bool {
    LETTERS.contains(&channel.as_str())
}

/// The channel itself where a letter can go by it, else the post.
pub(super) fn by_letter(channel: ChannelKey) -> ChannelKey {
    if is_letter(&channel) { channel } else { ChannelKey::new("letter").unwrap_or(channel) }
}

/// Whether a person speaks or hands it over; a written channel gets a message.
fn is_spoken(channel: &ChannelKey) -> bool {
    matches!(
        channel.as_str(),
        "phone" | "hotline" | "in_person" | "visit" | "service_desk" | "cash_desk" | "switchboard"
    )
}

fn send(
    context: &Context<'_, State>,
    decision: &mut Decision<crate::store::Row>,
    conversation: &Conversation,
    command: &Command,
    (channel, chosen, text): (&ChannelKey, &Chosen, &Rendered),
) {
    let message = Message {
        to: Recipient::Complainant { complainant: conversation.complainant },
        channel: channel.clone(),
        chosen,
        language: conversation.language,
        text,
    };
    let cause = Input::Command(Box::new(command.clone())).root();
    if let Some(complaint) = command.subject.complaint_id() {
        notify(context, decision, complaint, cause, &message);
    }
}

fn text_of(
    conversation: &Conversation,
    visit: &Visit,
    given: Option<&str>,
) -> Result<(Chosen, Rendered), Problem> {
    let version = visit.version.unwrap_or(conversation.playbook.version);
    let own = visit.slice().map(|slice| (version, &slice.templates));
    let chosen = choose(own, built_in(&visit.facts, visit.slice().is_some_and(is_formal)));
    if let Some(text) = given {
        check_text("/text", text, MAX_TEXT)?;
        return Ok((chosen, Rendered { subject: None, body: text.to_owned() }));
    }
    let language = conversation.language;
    let variables = Variables {
        stage: visit.brief.label.get(language).to_owned(),
        remedies: promise::lines(&visit.promised, language),
        scripts: visit.slice().map(|slice| said_by(&slice.scripts, language)).unwrap_or_default(),
        ..Variables::of(&conversation.number, visit.facts.clone())
    };
    let text = render(&chosen, language, &variables).map_err(|error| unrenderable(&error))?;
    Ok((chosen, text))
}
