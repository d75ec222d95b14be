//! The last step of the guided form: everything is put on record, or the page comes again at the step where something is
//! wrong.

use axum::extract::Request;
use axum::response::Response;
use contracts::commands::intake::Receipt;
use contracts::{OrganisationId, Problem, ProblemCode};
use pages::forms::{Field, Typed, read};
use pages::portal::guided::{self, Step};
use serde_json::json;

use super::answering::{self, Named, onward};
use super::portal::{CHANNEL, base, keep};
use super::portal_draft::Draft;
use super::portal_guided::{Asked, Said, address, asked, sheet};
use super::portal_sending::{FILES, Unsent, put_on_record};
use super::sent::of_pairs;
use super::uploads::taken;
use super::visitor::{Visitor, new_key};
use crate::problem::Refusal;

/// The last step was sent: it is put on record, or the page comes again at the step where something is wrong.
pub(super) async fn hand_in(
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    request: Request,
) -> Response {
    match handed_in(&visitor, &organisation, request).await {
        Ok(HandedIn::On(address)) => onward(&address),
        Ok(HandedIn::OnRecord(number, code)) => {
            let mut response = onward(&format!("{}/receipt", base(&organisation)));
            keep(&visitor, &mut response, &number, &code);
            response
        }
        Ok(HandedIn::Before(asked, draft, (number, code))) => {
            let said = Said { earlier: Some(number.clone()), ..Said::default() };
            let mut response = sheet(&visitor, &organisation, (Step::Business, &asked, &draft), said).await;
            keep(&visitor, &mut response, &number, &code);
            response
        }
        Ok(HandedIn::Again(asked, draft, problem)) => {
            let step = step_of(&asked, &draft, &problem);
            let said = Said { problem: Some(problem), ..Said::default() };
            sheet(&visitor, &organisation, (step, &asked, &draft), said).await
        }
        Err(refusal) => answering::refused(&visitor, &refusal, &address(&organisation, Step::Business)).await,
    }
}

/// What became of the last step.
enum HandedIn {
    On(String),
    OnRecord(String, String),
    Before(Box<Asked>, Draft, (String, String)),
    Again(Box<Asked>, Draft, Problem),
}

async fn handed_in(
    visitor: &Visitor,
    organisation: &OrganisationId,
    request: Request,
) -> Result<HandedIn, Refusal> {
    let app = &visitor.app;
    let _place = app.limits.public_upload()?;
    let mut typed = Typed::default();
    let files = taken(app, request, &mut typed, FILES).await;
    // What was typed is kept, whatever is wrong with a file.
    let sent = of_pairs(typed.0.into_iter().collect(), visitor)?;
    let Some(asked) = asked(app, organisation).await? else {
        return Ok(HandedIn::On(format!("{}/submit", base(organisation))));
    };
    let kept = Draft::load(visitor, organisation).await?;
    let is_over = kept.is_none();
    let mut draft = kept.unwrap_or_else(Draft::new);
    draft.take(&asked.business, &sent.typed);
    let of_another = !is_over && draft.is_of_another(Step::Business, &sent.typed);
    let reached = draft.reaches(&asked.form, &asked.consumer);
    let with =
        |step: Step, told: &str| Ok(HandedIn::On(format!("{}?told={told}", address(organisation, step))));
    if !draft.sent {
        draft.save(visitor, organisation).await?;
        match sent.typed.get(guided::GO) {
            _ if is_over => return with(reached, "over"),
            _ if of_another => return with(reached.min(Step::Confirm), "changed"),
            Some("back") => return Ok(HandedIn::On(address(organisation, Step::Consumer.min(reached)))),
            _ if reached < Step::Business => return Ok(HandedIn::On(address(organisation, reached))),
            _ => {}
        }
    }
    let mut photos = match files {
        Ok(photos) => photos,
        Err(refusal) => return Ok(HandedIn::Again(Box::new(asked), draft, *refusal.problem)),
    };
    let sending = async {
        let body = read(&[asked.consumer.clone(), asked.business.clone()].concat(), &draft.typed());
        let mut body = body.map_err(Refusal::from)?;
        body["channel"] = json!(CHANNEL);
        body["language"] = json!(visitor.language);
        body["guided"] = json!(draft.passed);
        put_on_record(visitor, organisation, &sent.key, body, &mut photos).await
    };
    let sent = sending.await;
    ended(visitor, organisation, (asked, draft), sent).await
}

/// What became of a complaint that was sent, noted in what is kept of the form.
async fn ended(
    visitor: &Visitor,
    organisation: &OrganisationId,
    (asked, mut draft): (Asked, Draft),
    sent: Result<Receipt, Unsent>,
) -> Result<HandedIn, Refusal> {
    match sent {
        Ok(receipt) => {
            draft.sent = true;
            draft.save(visitor, organisation).await?;
            Ok(HandedIn::OnRecord(receipt.number, receipt.tracking_code))
        }
        Err(Unsent::SentBefore(receipt)) => {
            (draft.key, draft.sent) = (new_key(), false);
            draft.save(visitor, organisation).await?;
            Ok(HandedIn::Before(Box::new(asked), draft, (receipt.number, receipt.tracking_code)))
        }
        Err(Unsent::Refused(refusal)) => {
            // Where nobody knows, the same key tells; else other files may come with it, so it is a new one.
            if refusal.problem.code != ProblemCode::OutcomeUnknown {
                draft.key = new_key();
                draft.save(visitor, organisation).await?;
            }
            Ok(HandedIn::Again(Box::new(asked), draft, *refusal.problem))
        }
    }
}

/// The step where something can be done about a problem: that of the first field it names.
fn step_of(asked: &Asked, draft: &Draft, problem: &Problem) -> Step {
    let reached = draft.reaches(&asked.form, &asked.consumer);
    let names = |field: &Field| pages::refusal::at(Some(problem), &field.at).is_some();
    if asked.consumer.iter().any(names) || pages::refusal::at(Some(problem), "/complainant").is_some() {
        return Step::Consumer.min(reached);
    }
    reached
}
