//! `complaint.registered` → the acknowledgement, in the customer's language (ISO 10002: acknowledge at once).

use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::notice_requested::Recipient;
use runtime::service::{Context, Decision, Heard};

use super::{Message, Outcome, messages_of, notify, unrenderable};
use crate::state::State;
use crate::templates::{BuiltIn, Variables, choose, render, scripts_in};

pub(super) fn decide(
    context: &Context<'_, State>,
    registered: &ComplaintRegistered,
    heard: &Heard,
) -> Outcome {
    let mut decision = Decision::nothing();
    let Some(complaint) = heard.envelope.subject.complaint_id() else { return Ok(decision) };
    let found = messages_of(context, &registered.playbook);
    let own = found.as_ref().map(|(version, messages)| (*version, &messages.templates));
    let language = registered.language;
    let variables = Variables {
        scripts: scripts_in(found.as_ref(), language),
        ..Variables::of(&registered.number, registered.facts.clone())
    };
    // A template of the playbook that cannot be rendered must not keep the customer waiting for a receipt.
    let own_choice = choose(own, BuiltIn::Acknowledgement);
    let (chosen, text) = match render(&own_choice, language, &variables) {
        Ok(text) => (own_choice, text),
        Err(_) => {
            let built_in = choose(None, BuiltIn::Acknowledgement);
            let text = render(&built_in, language, &variables).map_err(|error| unrenderable(&error))?;
            (built_in, text)
        }
    };
    let message = Message {
        to: Recipient::Complainant { complainant: registered.complainant },
        channel: registered.channel.clone(),
        chosen: &chosen,
        language,
        text: &text,
    };
    notify(context, &mut decision, complaint, heard.envelope.id.0, &message);
    Ok(decision)
}
