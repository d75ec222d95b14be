//! `case.escalated` → a message to each person whom the rung told.

use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::notice_requested::Recipient;
use contracts::{ComplaintId, Facts, NoticeId, PersonId};
use runtime::service::{Context, Decision, Heard};

use super::{Message, Outcome, notify};
use crate::state::State;
use crate::store::Row;
use crate::templates::{BuiltIn, TRACKING_CODE, Variables, choose, render, web};

pub(super) fn decide(
    context: &Context<'_, State>,
    state: &State,
    escalated: &CaseEscalated,
    heard: &Heard,
) -> Outcome {
    let mut decision = Decision::nothing();
    if let (Some(conversation), Some(complaint)) =
        (state.conversation(), heard.envelope.subject.complaint_id())
    {
        tell(context, &mut decision, (complaint, &conversation.number), escalated, heard.envelope.id.0);
    }
    Ok(decision)
}

/// Tells those whom escalations concern that came before the complaint itself was heard of.
pub(super) fn catch_up(
    context: &Context<'_, State>,
    state: &State,
    number: &str,
    heard: &Heard,
    decision: &mut Decision<Row>,
) {
    let Some(complaint) = heard.envelope.subject.complaint_id() else { return };
    for (at, escalated) in state.early().iter().enumerate() {
        let cause = NoticeId::derived(heard.envelope.id.0, &format!("early escalation {at}")).0;
        tell(context, decision, (complaint, number), escalated, cause);
    }
}

fn tell(
    context: &Context<'_, State>,
    decision: &mut Decision<Row>,
    (complaint, number): (ComplaintId, &str),
    escalated: &CaseEscalated,
    cause: uuid::Uuid,
) {
    let variables = Variables {
        number: number.to_owned(),
        tracking_code: TRACKING_CODE,
        facts: Facts::new(),
        stage: String::new(),
        remedies: Vec::new(),
        text: escalated.clock.as_ref().map_or_else(|| escalated.rung.clone(), ToString::to_string),
    };
    let chosen = choose(None, BuiltIn::Escalation);
    let language = runtime::service::DEFAULT_LANGUAGE;
    let Ok(text) = render(&chosen, language, &variables) else { return };
    for person in told(escalated) {
        let message = Message {
            to: Recipient::Staff { person },
            channel: web(),
            chosen: &chosen,
            language,
            text: &text,
        };
        notify(context, decision, complaint, cause, &message);
    }
}

/// Everybody whom the rung concerns, each once.
fn told(escalated: &CaseEscalated) -> std::collections::BTreeSet<PersonId> {
    let mut people = std::collections::BTreeSet::new();
    for action in &escalated.actions {
        match action {
            EscalationAction::Notified { people: named, .. } => people.extend(named.iter().cloned()),
            EscalationAction::Reassigned { person } | EscalationAction::Watched { person } => {
                people.insert(person.clone());
            }
            // A level is a number, and whoever is to rule gets the work itself.
            EscalationAction::LevelRaised { .. } | EscalationAction::RulingAsked { .. } => {}
        }
    }
    people
}
