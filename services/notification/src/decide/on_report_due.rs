//! `report.due` of the organisation → each person who gets the report is told that it is there.
//!
//! One about a case is told with the escalation that asked for it, which also waits for a complaint not heard of yet.

use contracts::messages::notice_requested::Recipient;
use contracts::messages::report_due::ReportDue;
use contracts::{ComplaintId, Facts, SubjectKind};
use runtime::service::{Context, DEFAULT_LANGUAGE, Decision, Heard};

use super::{Message, messages_of, notify_of};
use crate::state::State;
use crate::store::Row;
use crate::templates::{BuiltIn, Variables, choose, render, scripts_in, web};

pub(super) fn decide(context: &Context<'_, State>, due: &ReportDue, heard: &Heard) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let subject = heard.envelope.subject.kind;
    if subject != SubjectKind::Organisation {
        return decision;
    }
    let language = DEFAULT_LANGUAGE;
    let text = due.label.get(language).to_owned();
    let found = messages_of(context, &due.playbook);
    let scripts = scripts_in(found.as_ref(), language);
    let variables = Variables { text, scripts, ..Variables::of(&due.period, Facts::new()) };
    let own = found.as_ref().map(|(version, messages)| (*version, &messages.templates));
    let choices = [choose(own, BuiltIn::Report), choose(None, BuiltIn::Report)];
    let mut rendered = choices.into_iter().filter_map(|one| {
        let text = render(&one, language, &variables).ok()?;
        Some((one, text))
    });
    let Some((chosen, text)) = rendered.next() else { return decision };
    let report = heard.envelope.id.0;
    for person in &due.receivers {
        let message = Message {
            to: Recipient::Staff { person: person.clone() },
            channel: due.channel.clone().unwrap_or_else(web),
            chosen: &chosen,
            language,
            text: &text,
        };
        notify_of(context, &mut decision, (subject, ComplaintId(report)), report, &message);
    }
    decision
}
