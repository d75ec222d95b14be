//! `case.escalated` → a message to each person whom the rung told.

use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::notice_requested::Recipient;
use contracts::{Facts, PersonId};
use runtime::service::{Context, Decision, Heard};

use super::{Message, Outcome, notify};
use crate::state::State;
use crate::templates::{BuiltIn, TRACKING_CODE, Variables, choose, render, web};

pub(super) fn decide(
    context: &Context<'_, State>,
    state: &State,
    escalated: &CaseEscalated,
    heard: &Heard,
) -> Outcome {
    let mut decision = Decision::nothing();
    let (Some(conversation), Some(complaint)) = (state.conversation(), heard.envelope.subject.complaint_id())
    else {
        return Ok(decision);
    };
    let variables = Variables {
        number: conversation.number.clone(),
        tracking_code: TRACKING_CODE,
        facts: Facts::new(),
        stage: String::new(),
        remedies: Vec::new(),
        text: escalated.clock.as_ref().map_or_else(|| escalated.rung.clone(), ToString::to_string),
    };
    let chosen = choose(None, BuiltIn::Escalation);
    let language = runtime::service::DEFAULT_LANGUAGE;
    let Ok(text) = render(&chosen, language, &variables) else { return Ok(decision) };
    for person in told(escalated) {
        let message = Message {
            to: Recipient::Staff { person },
            channel: web(),
            chosen: &chosen,
            language,
            text: &text,
        };
        notify(context, &mut decision, complaint, heard.envelope.id.0, &message);
    }
    Ok(decision)
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
