//! `stage.entered` → work is asked for; where no person is needed, the message itself goes out and the visit ends.
//!
//! A visit without a person never ends with more than was done: a reply is told by its template (and parked when it
//! is not approved, lacks what the stage requires or cannot be rendered), a first contact is a message, a callback that nobody makes has no answer.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::reply_told::ReplyTold;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_requested::WorkRequested;
use contracts::{
    ChannelKey, ComplaintId, DepartmentId, Facts, PersonId, Problem, ProblemCode, ServiceName, StageKind,
    VisitId, WordId, WorkId,
};
use playbook::{NotificationSlice, PersonNeed, Slice, StageBrief};
use runtime::service::{Context, Decision, Heard};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Message, Outcome, notify, seat, take_reply, unrenderable};
use crate::promise;
use crate::state::{Known, State};
use crate::store::Row;
use crate::telling::lines;
use crate::templates::{BuiltIn, Chosen, Variables, channel_of, choose, of_playbook, render, said_by};

/// A visit that has just begun, with all that its messages are made of.
struct Arrival<'a> {
    entered: &'a StageEntered,
    brief: &'a StageBrief,
    slice: &'a NotificationSlice,
    channel: ChannelKey,
    complaint: ComplaintId,
    cause: Uuid,
    /// What is known by now: with the visit, and later.
    facts: Facts,
}

pub(super) fn decide(
    context: &Context<'_, State>,
    state: &State,
    entered: &StageEntered,
    heard: &Heard,
) -> Outcome {
    let conversation = state.conversation();
    let Some(complaint) = heard.envelope.subject.complaint_id() else { return Ok(Decision::nothing()) };
    if conversation.is_some_and(|conversation| conversation.visits.contains_key(&entered.visit)) {
        return Ok(Decision::nothing());
    }
    let brief: StageBrief = serde_json::from_value(entered.brief.clone())
        .map_err(|error| unusable(entered, &error.to_string()))?;
    let Slice::Notification(slice) = &brief.slice else {
        return Err(unusable(entered, "it is not for notification"));
    };
    let channel = conversation.map_or_else(|| channel_of(&entered.facts), |known| known.channel.clone());
    let cause = heard.envelope.id.0;
    let known = |known: &Known| known.since(&known.snapshot(entered));
    let facts = conversation.map_or_else(|| entered.facts.clone(), |talk| known(&talk.known));
    let arrival = Arrival { entered, brief: &brief, slice, channel, complaint, cause, facts };
    let mut decision = Decision::nothing();
    if needs_person(&brief, slice) {
        let barred = super::barred_from(entered);
        let (visit, epoch, department) = (entered.visit, entered.epoch, &entered.department);
        let asked = Asked { visit, epoch, department, barred: &barred };
        decision.say(request(context, &brief, &asked)?);
        arrival.ask_for_satisfaction(context, &mut decision);
    } else {
        arrival.go_on_alone(context, &mut decision)?;
    }
    Ok(decision)
}

fn unusable(entered: &StageEntered, why: &str) -> Problem {
    let detail = format!("the brief of visit {} is unusable: {why}", entered.visit);
    Problem::new(ProblemCode::Internal, detail)
}

fn needs_person(brief: &StageBrief, slice: &NotificationSlice) -> bool {
    let called = slice.callback.as_ref().is_none_or(|call| call.person == PersonNeed::Needed);
    brief.person == PersonNeed::Needed && (brief.kind != StageKind::Callback || called)
}

impl Arrival<'_> {
    /// Asks the customer by message, beside the caller, where the playbook has a template for it.
    fn ask_for_satisfaction(&self, context: &Context<'_, State>, decision: &mut Decision<Row>) {
        if self.entered.kind != StageKind::Callback {
            return;
        }
        let named = choose(None, BuiltIn::Satisfaction).key;
        let own = Some((self.entered.playbook.version, &self.slice.templates));
        if let Some(chosen) = of_playbook(own, &named) {
            // One that cannot be rendered is listed among the playbook's faults; the caller asks in any case.
            self.send(context, decision, &self.channel, &chosen).ok();
        }
    }

    fn go_on_alone(&self, context: &Context<'_, State>, decision: &mut Decision<Row>) -> Result<(), Problem> {
        match self.entered.kind {
            StageKind::Reply => self.reply(context, decision),
            StageKind::Contact => {
                self.send(context, decision, &self.channel, &self.chosen(BuiltIn::FirstContact))?;
                let told = self.slice.contact.as_ref().map(|contact| &contact.tell);
                self.end(
                    decision,
                    "contacted",
                    Facts::new(),
                    json!({ "channel": self.channel, "told": told }),
                )
            }
            // A callback that nobody makes; the other kinds are not ours.
            _ => self.end(decision, "not_called", Facts::new(), json!({})),
        }
    }

    /// Tells the result by the template: the same conditions as for a person who does it.
    fn reply(&self, context: &Context<'_, State>, decision: &mut Decision<Row>) -> Result<(), Problem> {
        let proposal = promise::read(self.entered, self.brief);
        take_reply::approved(self.slice, &self.facts, proposal.awaits_approval)?;
        if self.slice.reply.as_ref().is_some_and(|reply| !reply.evidence_attachments.is_empty()) {
            let detail = "a reply that goes with evidence is a person's to tell";
            return Err(Problem::new(ProblemCode::BrokenPlaybook, detail));
        }
        take_reply::required(self.brief, &self.facts)?;
        let preferred = self.slice.reply.as_ref().and_then(|reply| reply.preferred_channel.clone());
        let formal = take_reply::is_formal(self.slice);
        let channel = preferred.unwrap_or_else(|| self.channel.clone());
        let channel = if formal { take_reply::by_letter(channel) } else { channel };
        let built_in = take_reply::built_in(&self.facts, formal);
        let body = self.send(context, decision, &channel, &self.chosen(built_in))?;
        let word = WordId(context.next_id());
        let text = decision.keep(word, ServiceName::Notification, self.complaint, &body);
        let visit = self.entered.visit;
        let (attachments, by) = (Vec::new(), Actor::System);
        decision.say(ReplyTold { visit, channel: channel.clone(), text, attachments, by });
        let facts = Facts::from([(key::result_told(), true.into())]);
        if take_reply::waits_for_answer(self.brief) {
            super::record(context, decision, visit, facts, &Actor::System);
            return Ok(());
        }
        self.end(decision, "told", facts, json!({ "channel": channel, "formal_letter": formal }))
    }

    fn chosen(&self, built_in: BuiltIn) -> Chosen {
        choose(Some((self.entered.playbook.version, &self.slice.templates)), built_in)
    }

    /// Sends a message to the customer; gives its text.
    fn send(
        &self,
        context: &Context<'_, State>,
        decision: &mut Decision<Row>,
        channel: &ChannelKey,
        chosen: &Chosen,
    ) -> Result<String, Problem> {
        let language = self.entered.language;
        let scale = self.slice.satisfaction.as_ref().map_or(&[][..], |satisfaction| &satisfaction.scale);
        let promised = promise::read(self.entered, self.brief).promised;
        let variables = Variables {
            stage: self.brief.label.get(language).to_owned(),
            remedies: promise::lines(&promised, language),
            answers: scale.iter().map(|answer| answer.label.get(language).to_owned()).collect(),
            scripts: said_by(&self.slice.scripts, language),
            ..Variables::of(&self.entered.number, self.facts.clone())
        };
        let mut text = render(chosen, language, &variables).map_err(|error| unrenderable(&error))?;
        // Whatever the template says, what the playbook wants told is told.
        let contact = self.slice.contact.as_ref().filter(|_| self.entered.kind == StageKind::Contact);
        for line in contact.iter().flat_map(|it| lines(it, self.brief, &self.entered.number, language)) {
            text.body.push('\n');
            text.body.push_str(&line);
        }
        let to = Recipient::Complainant { complainant: self.entered.complainant };
        let message = Message { to, channel: channel.clone(), chosen, language, text: &text };
        notify(context, decision, self.complaint, self.cause, &message);
        Ok(text.body)
    }

    fn end(
        &self,
        decision: &mut Decision<Row>,
        outcome: &str,
        facts: Facts,
        mut results: Value,
    ) -> Result<(), Problem> {
        if !self.brief.outcomes.iter().any(|known| known.as_str() == outcome) {
            let detail = format!("stage {} cannot end without a person", self.brief.stage);
            return Err(Problem::new(ProblemCode::BrokenPlaybook, detail));
        }
        results["unattended"] = json!(true);
        decision.say(StageCompleted {
            visit: self.entered.visit,
            epoch: self.entered.epoch,
            outcome: seat::outcome_key(outcome)?,
            facts,
            results,
            by: Actor::System,
        });
        Ok(())
    }
}

/// For which visit work is asked for.
pub(super) struct Asked<'a> {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch.
    pub(super) epoch: u32,
    /// Where it is done.
    pub(super) department: &'a DepartmentId,
    /// Who may not do it.
    pub(super) barred: &'a [PersonId],
}

/// The order for a person.
///
/// # Errors
/// `broken-playbook` when nobody is named who does it.
pub(super) fn request(
    context: &Context<'_, State>,
    brief: &StageBrief,
    asked: &Asked<'_>,
) -> Result<WorkRequested, Problem> {
    let nobody = || {
        Problem::new(ProblemCode::BrokenPlaybook, format!("stage {} names nobody who does it", brief.stage))
    };
    let holder = seat::holder(brief).ok_or_else(nobody)?;
    Ok(WorkRequested {
        work: WorkId(context.next_id()),
        visit: asked.visit,
        epoch: asked.epoch,
        task: brief.kind.as_str().to_owned(),
        role: holder.role.clone(),
        department: asked.department.clone(),
        secondary: seat::secondary(brief).cloned(),
        barred: asked.barred.to_vec(),
        person: None,
        due: None,
        measure: None,
    })
}
