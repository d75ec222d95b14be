//! A complaint by its customer: fields and photographs in one form, which works without any script.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use contracts::commands::Actor;
use contracts::commands::intake::{Receipt, RegisterComplaint, complaint_for};
use contracts::{ComplaintId, FileId, Language, OrganisationId, Problem, ProblemCode, SubjectRef};
use pages::forms::{Typed, read};
use pages::portal::submit::{self, Submit};
use pages::shell::About;
use pages::words::portal as words;
use serde_json::json;

use super::answering::{Named, onward, page_of};
use super::portal::{CHANNEL, base, keep, shell};
use super::sent::{Sent, of_pairs};
use super::uploads::taken;
use super::visitor::{Visitor, hash, new_key};
use crate::app::App;
use crate::auth::principal::scoped;
use crate::order::Giver;
use crate::problem::Refusal;
use crate::routes::complaints;
use crate::routes::files::{self, Spooled};

/// How many files a customer may add.
const FILES: usize = 5;

pub(super) async fn show(visitor: Visitor, Named(organisation): Named<OrganisationId>) -> Response {
    sheet(&visitor, &organisation, Typed::default(), None, new_key()).await
}

async fn sheet(
    visitor: &Visitor,
    organisation: &OrganisationId,
    typed: Typed,
    problem: Option<Problem>,
    key: String,
) -> Response {
    let status = problem.as_ref().map_or(200, |problem| problem.code.status());
    let app = &visitor.app;
    let book = app.known.front(app, organisation, CHANNEL).await.unwrap_or_default();
    let model = Submit {
        base: base(organisation),
        categories: book.choices("categories"),
        typed,
        problem,
        key,
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
        Err(refusal) => {
            // Where nobody knows, the same key tells; else other files may come with it, so it is a new one.
            let unknown = refusal.problem.code == ProblemCode::OutcomeUnknown;
            let key = typed.get("key").filter(|_| unknown).map_or_else(new_key, str::to_owned);
            sheet(&visitor, &organisation, typed, Some(*refusal.problem), key).await
        }
    }
}

/// Reads the form, hands the files on and registers the complaint, all under keys made of the form's.
async fn register(
    visitor: &Visitor,
    organisation: &OrganisationId,
    request: Request,
    typed: &mut Typed,
) -> Result<Receipt, Refusal> {
    let app = &visitor.app;
    let _place = app.limits.public_upload()?;
    let mut photos = taken(app, request, typed, FILES).await?;
    let sent = of_pairs(typed.0.clone().into_iter().collect(), visitor)?;
    // Keys of different browsers never meet: the answer to one holds a tracking code.
    let scope = format!("{organisation}/browser/{}", hex::encode(hash(visitor.secret())));
    let giver =
        Giver { organisation: organisation.clone(), actor: Actor::Customer, key: scoped(&scope, &sent.key) };
    let complaint = complaint_for(organisation, &giver.key);
    let registering = async {
        let mut files = Vec::with_capacity(photos.len());
        for (at, (name, spooled)) in photos.iter_mut().enumerate() {
            files.push(store(app, &giver, complaint, (at, name), spooled).await?);
        }
        let body = body(app, organisation, visitor.language, &sent, &files).await?;
        let subject = SubjectRef::complaint(organisation, complaint);
        let done = giver.order::<RegisterComplaint>(app, subject, body).await?;
        serde_json::from_value(done.body).map_err(|error| Refusal::defect(&error))
    };
    match registering.await {
        // Sent again after its answer was lost: a browser does not fill in files again, so it is another order under the
        // key of the first, and the first is on record.
        Err(refusal) if refusal.problem.code == ProblemCode::KeyReused => {
            complaints::receipt(app, organisation, complaint).await.map_err(|_| refusal)
        }
        other => other,
    }
}

async fn store(
    app: &App,
    giver: &Giver,
    complaint: ComplaintId,
    (at, name): (usize, &str),
    spooled: &mut Spooled<tokio::fs::File>,
) -> Result<FileId, Refusal> {
    let stored = files::store(app, &giver.part(&format!("photo{at}"))?, complaint, name, spooled).await;
    stored.map_err(|mut refusal| {
        // What is wrong with a file is wrong with the field of files.
        refusal.problem.field = Some(format!("/files/{at}"));
        refusal
    })
}

async fn body(
    app: &App,
    organisation: &OrganisationId,
    language: Language,
    sent: &Sent,
    files: &[FileId],
) -> Result<serde_json::Value, Refusal> {
    let book = app.known.front(app, organisation, CHANNEL).await.unwrap_or_default();
    let mut fields = submit::form(&book.choices("categories"));
    fields.extend(submit::contact());
    let mut body = read(&fields, &sent.typed)?;
    // Intake asks for a narrative; one that is missing is refused there, at its field.
    body["channel"] = json!(CHANNEL);
    body["language"] = json!(language);
    body["files"] = json!(files);
    Ok(body)
}
