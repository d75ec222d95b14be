//! `case.escalated` → a message to each person whom the rung told, by the template that it names.

use std::collections::BTreeSet;

use contracts::messages::case_escalated::{CaseEscalated, EscalationAction, ReportTold};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::notice_requested::Recipient;
use contracts::{ComplaintId, Facts, NoticeId, PersonId, TemplateKey, Text};
use runtime::service::{Context, DEFAULT_LANGUAGE, Decision, Heard};
use uuid::Uuid;

use super::{Message, messages_of, notify};
use crate::state::State;
use crate::store::Row;
use crate::templates::{BuiltIn, Chosen, Rendered, Variables, choose, of_playbook, render, scripts_in, web};

/// The case whose ladder was climbed.
struct Case<'a> {
    complaint: ComplaintId,
    number: &'a str,
    playbook: &'a PlaybookRef,
}

pub(super) fn decide(
    context: &Context<'_, State>,
    state: &State,
    escalated: &CaseEscalated,
    heard: &Heard,
) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let complaint = heard.envelope.subject.complaint_id();
    if let (Some(conversation), Some(complaint)) = (state.conversation(), complaint) {
        let case = Case { complaint, number: &conversation.number, playbook: &conversation.playbook };
        tell(context, &mut decision, &case, escalated, heard.envelope.id.0);
    }
    decision
}

/// Tells those whom escalations concern that came before the complaint itself was heard of.
pub(super) fn catch_up(
    context: &Context<'_, State>,
    state: &State,
    (number, playbook): (&str, &PlaybookRef),
    heard: &Heard,
    decision: &mut Decision<Row>,
) {
    let Some(complaint) = heard.envelope.subject.complaint_id() else { return };
    let case = Case { complaint, number, playbook };
    for (at, escalated) in state.early().iter().enumerate() {
        let cause = NoticeId::derived(heard.envelope.id.0, &format!("early escalation {at}")).0;
        tell(context, decision, &case, escalated, cause);
    }
}

fn tell(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    case: &Case<'_>,
    escalated: &CaseEscalated,
    cause: Uuid,
) {
    let about = escalated.clock.as_ref().map_or_else(|| named(&escalated.rung), ToString::to_string);
    let variables = Variables { text: about, ..Variables::of(case.number, Facts::new()) };
    for (person, template) in told(escalated) {
        let Some((chosen, text)) = written(context, case, template, &variables) else { continue };
        let message = Message {
            to: Recipient::Staff { person },
            channel: web(),
            chosen: &chosen,
            language: DEFAULT_LANGUAGE,
            text: &text,
        };
        notify(context, decision, case.complaint, cause, &message);
    }
    tell_of_reports(context, decision, case, escalated, cause);
}

/// Tells of each report by its own name, to each who gets it once.
fn tell_of_reports(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    case: &Case<'_>,
    escalated: &CaseEscalated,
    cause: Uuid,
) {
    for (at, (people, report)) in reports(escalated).enumerate() {
        let label = report.label.get(DEFAULT_LANGUAGE).to_owned();
        let variables = Variables { text: label, ..Variables::of(case.number, report.facts.clone()) };
        let template = TemplateKey::new(BuiltIn::Report.as_str()).ok();
        let Some((chosen, text)) = written(context, case, template, &variables) else { continue };
        let cause = NoticeId::derived(cause, &format!("report {at}")).0;
        for person in people.iter().collect::<BTreeSet<_>>() {
            let message = Message {
                to: Recipient::Staff { person: person.clone() },
                channel: report.channel.clone().unwrap_or_else(web),
                chosen: &chosen,
                language: DEFAULT_LANGUAGE,
                text: &text,
            };
            notify(context, decision, case.complaint, cause, &message);
        }
    }
}

/// The reports that were asked for, with those who get them.
fn reports(escalated: &CaseEscalated) -> impl Iterator<Item = (&[PersonId], &ReportTold)> {
    escalated.actions.iter().filter_map(|action| match action {
        EscalationAction::Notified { people, report: Some(report), .. } => Some((&people[..], report)),
        EscalationAction::Notified { report: None, .. }
        | EscalationAction::LevelRaised { .. }
        | EscalationAction::Reassigned { .. }
        | EscalationAction::Watched { .. }
        | EscalationAction::RulingAsked { .. } => None,
    })
}

/// What a rung that no playbook has is about, in the language that staff are told in; any other by its key.
fn named(rung: &str) -> String {
    let (zh, en) = match rung {
        "ruling_reminder" => ("请您裁定的事项即将到期", "a ruling that you are asked for is due soon"),
        "ruling_missed" => ("裁定逾期未作出", "a ruling is overdue"),
        "ruling_given" => ("您提请裁定的事项已有结论", "what you asked to be ruled on was decided"),
        other => (other, other),
    };
    let words = Text { zh: zh.to_owned(), en: en.to_owned() };
    words.get(DEFAULT_LANGUAGE).to_owned()
}

/// The text by the template that the rung names; by the built-in one when the playbook has none that can be rendered.
fn written(
    context: &Context<'_, State>,
    case: &Case<'_>,
    template: Option<TemplateKey>,
    variables: &Variables,
) -> Option<(Chosen, Rendered)> {
    let found = messages_of(context, case.playbook);
    let scripts = scripts_in(found.as_ref(), DEFAULT_LANGUAGE);
    let variables = &Variables { scripts, ..variables.clone() };
    let own = found.as_ref().map(|(version, messages)| (*version, &messages.templates));
    let is_report = template.as_ref().is_some_and(|key| key.as_str() == BuiltIn::Report.as_str());
    let named = template.and_then(|key| of_playbook(own, &key));
    let named = named.or_else(|| is_report.then(|| choose(None, BuiltIn::Report)));
    let choices = [named, Some(choose(own, BuiltIn::Escalation)), Some(choose(None, BuiltIn::Escalation))];
    let rendered =
        |chosen: Chosen| Some((chosen.clone(), render(&chosen, DEFAULT_LANGUAGE, variables).ok()?));
    choices.into_iter().flatten().find_map(rendered)
}

/// Everybody whom the rung concerns, each once for each template; but for reports.
fn told(escalated: &CaseEscalated) -> BTreeSet<(PersonId, Option<TemplateKey>)> {
    let mut people = BTreeSet::new();
    for action in &escalated.actions {
        match action {
            EscalationAction::Notified { report: Some(_), .. } => {}
            EscalationAction::Notified { people: named, template, report: None } => {
                people.extend(named.iter().map(|person| (person.clone(), template.clone())));
            }
            EscalationAction::Reassigned { person } | EscalationAction::Watched { person } => {
                people.insert((person.clone(), None));
            }
            // A level is a number, and whoever is to rule gets the work itself.
            EscalationAction::LevelRaised { .. } | EscalationAction::RulingAsked { .. } => {}
        }
    }
    // Whoever is told by name is not told again in general.
    let named = people.iter().filter(|(_, template)| template.is_some()).map(|(person, _)| person);
    let by_name: BTreeSet<_> =
        named.chain(reports(escalated).flat_map(|(people, _)| people)).cloned().collect();
    people.retain(|(person, template)| template.is_some() || !by_name.contains(person));
    people
}
