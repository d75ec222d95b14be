//! A complaint by its customer: fields and photographs in one form, which works without any script.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use contracts::commands::intake::Receipt;
use contracts::{Language, OrganisationId, Problem, ProblemCode};
use pages::forms::{Typed, read};
use pages::portal::guided::Step;
use pages::portal::submit::{self, Submit};
use pages::shell::About;
use pages::words::portal as words;
use serde_json::json;

use super::answering::{Named, onward, page_of};
use super::portal::{CHANNEL, base, keep, shell};
use super::portal_guided;
use super::portal_sending::{FILES, Unsent, put_on_record};
use super::sent::{Sent, of_pairs};
use super::uploads::taken;
use super::visitor::{Visitor, new_key};
use crate::app::App;
use crate::problem::Refusal;

pub(super) async fn show(visitor: Visitor, Named(organisation): Named<OrganisationId>) -> Response {
    // Where the playbook has gates, they are passed one after the other. Where nobody can say, intake will.
    if let Ok(Some(_)) = portal_guided::guided_form(&visitor.app, &organisation).await {
        return onward(&portal_guided::address(&organisation, Step::Notice));
    }
    sheet(&visitor, &organisation, Failed::default()).await
}

/// What became of a form that was sent, where nothing was put on record.
#[derive(Default)]
struct Failed {
    typed: Typed,
    problem: Option<Problem>,
    earlier: Option<String>,
    key: Option<String>,
}

async fn sheet(visitor: &Visitor, organisation: &OrganisationId, failed: Failed) -> Response {
    let again = failed.earlier.as_ref().map(|_| ProblemCode::KeyReused);
    let code = failed.problem.as_ref().map(|problem| problem.code).or(again);
    let status = code.map_or(200, ProblemCode::status);
    let app = &visitor.app;
    let book = app.known.front(app, organisation, CHANNEL).await.unwrap_or_default();
    let model = Submit {
        base: base(organisation),
        categories: book.choices("categories"),
        typed: failed.typed,
        problem: failed.problem,
        earlier: failed.earlier,
        key: failed.key.unwrap_or_else(new_key),
        files: FILES,
        megabytes: app.config.file_max_bytes / (1024 * 1024),
    };
    let mut shell = shell(visitor, organisation).await;
    shell.path = format!("{}/submit", model.base);
    let content = submit::page(&shell.locale, &shell.csrf, &model);
    let about = About { title: words::SUBMIT.get(visitor.language).to_owned(), ..About::default() };
    page_of(StatusCode::from_u16(status).unwrap_or_default(), visitor, &shell, &about, &content)
}

pub(super) async fn send(
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    request: Request,
) -> Response {
    let mut typed = Typed::default();
    match register(&visitor, &organisation, request, &mut typed).await {
        Ok(receipt) => {
            let mut response = onward(&format!("{}/receipt", base(&organisation)));
            keep(&visitor, &mut response, &receipt.number, &receipt.tracking_code);
            response
        }
        Err(Unsent::SentBefore(receipt)) => {
            let failed = Failed { typed, earlier: Some(receipt.number.clone()), ..Failed::default() };
            let mut response = sheet(&visitor, &organisation, failed).await;
            keep(&visitor, &mut response, &receipt.number, &receipt.tracking_code);
            response
        }
        Err(Unsent::Refused(refusal)) => {
            // Where nobody knows, the same key tells; else other files may come with it, so it is a new one.
            let unknown = refusal.problem.code == ProblemCode::OutcomeUnknown;
            let key = typed.get("key").filter(|_| unknown).map(str::to_owned);
            let failed = Failed { typed, problem: Some(*refusal.problem), key, earlier: None };
            sheet(&visitor, &organisation, failed).await
        }
    }
}

/// Reads the form, hands the files on and registers the complaint.
async fn register(
    visitor: &Visitor,
    organisation: &OrganisationId,
    request: Request,
    typed: &mut Typed,
) -> Result<Receipt, Unsent> {
    let app = &visitor.app;
    let _place = app.limits.public_upload()?;
    let mut photos = taken(app, request, typed, FILES).await?;
    let sent = of_pairs(typed.0.clone().into_iter().collect(), visitor)?;
    let body = body(app, organisation, visitor.language, &sent).await?;
    put_on_record(visitor, organisation, &sent.key, body, &mut photos).await
}

async fn body(
    app: &App,
    organisation: &OrganisationId,
    language: Language,
    sent: &Sent,
) -> Result<serde_json::Value, Refusal> {
    let book = app.known.front(app, organisation, CHANNEL).await.unwrap_or_default();
    let mut fields = submit::form(&book.choices("categories"));
    fields.extend(submit::contact());
    let mut body = read(&fields, &sent.typed)?;
    // Intake asks for a narrative; one that is missing is refused there, at its field.
    body["channel"] = json!(CHANNEL);
    body["language"] = json!(language);
    Ok(body)
}
