//! `complaint.registered` → the acknowledgement, in the customer's language (ISO 10002: acknowledge at once).

use contracts::SubjectRef;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::notice_requested::Recipient;
use runtime::service::{Context, Decision, Heard};

use super::{Message, Outcome, notify};
use crate::state::State;
use crate::templates::{BuiltIn, TRACKING_CODE, Variables, choose, render};

pub(super) fn decide(
    context: &Context<'_, State>,
    registered: &ComplaintRegistered,
    heard: &Heard,
) -> Outcome {
    let mut decision = Decision::nothing();
    let Some(complaint) = heard.envelope.subject.complaint_id() else { return Ok(decision) };
    let playbook = context.peek(&SubjectRef::playbook(context.organisation(), &registered.playbook.id));
    let own = match playbook.as_deref() {
        Some(State::Playbook(versions)) => {
            versions.get(&registered.playbook.version).map(|all| (registered.playbook.version, all))
        }
        Some(State::Unknown | State::Early(_) | State::Complaint(_)) | None => None,
    };
    let variables = Variables {
        number: registered.number.clone(),
        tracking_code: TRACKING_CODE,
        facts: registered.facts.clone(),
        stage: String::new(),
        remedies: Vec::new(),
        text: String::new(),
    };
    // A template of the playbook that cannot be rendered must not keep the customer waiting for a receipt.
    let own_choice = choose(own, BuiltIn::Acknowledgement);
    let built_in = choose(None, BuiltIn::Acknowledgement);
    let rendered = render(&own_choice, registered.language, &variables).map(|text| (&own_choice, text));
    let rendered = rendered
        .or_else(|_| render(&built_in, registered.language, &variables).map(|text| (&built_in, text)));
    let Ok((chosen, text)) = rendered else { return Ok(decision) };
    let message = Message {
        to: Recipient::Complainant { complainant: registered.complainant },
        channel: registered.channel.clone(),
        chosen,
        language: registered.language,
        text: &text,
    };
    notify(context, &mut decision, complaint, heard.envelope.id.0, &message);
    Ok(decision)
}
