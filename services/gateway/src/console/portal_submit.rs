//! A complaint by its customer: fields and photographs in one form, which works without any script.

use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Path, Request};
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

use super::answering::{onward, page_of};
use super::portal::{CHANNEL, base, keep, shell};
use super::sent::{Sent, of_pairs};
use super::visitor::{Visitor, hash, new_key};
use crate::app::App;
use crate::auth::principal::scoped;
use crate::extract::too_slow;
use crate::order::Giver;
use crate::problem::Refusal;
use crate::routes::files::{self, Spooled};

/// How many files a customer may add.
const FILES: usize = 5;
/// More fields than the page has.
const FIELDS: usize = 50;
/// The longest text of a field, in bytes; what a field may hold in characters is intake's to say.
const LONGEST: usize = 100_000;

pub(super) async fn show(visitor: Visitor, Path(organisation): Path<OrganisationId>) -> Response {
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
    let shell = shell(visitor, organisation).await;
    let content = submit::page(&shell.locale, &shell.csrf, &model);
    let about = About { title: words::SUBMIT.get(visitor.language).to_owned(), ..About::default() };
    page_of(StatusCode::from_u16(status).unwrap_or_default(), visitor, &shell, &about, &content)
}

pub(super) async fn send(
    visitor: Visitor,
    Path(organisation): Path<OrganisationId>,
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
    // One deadline for all of it: whoever sends a little at a time holds a place of the uploads no longer.
    let taking = tokio::time::timeout(app.config.read_timeout * 10, taken(app, request, typed)).await;
    let mut photos = taking.unwrap_or_else(|_| Err(too_slow()))?;
    let sent = of_pairs(typed.0.clone().into_iter().collect(), visitor)?;
    // Keys of different browsers never meet: the answer to one holds a tracking code.
    let scope = format!("{organisation}/browser/{}", hex::encode(hash(visitor.secret())));
    let giver =
        Giver { organisation: organisation.clone(), actor: Actor::Customer, key: scoped(&scope, &sent.key) };
    let complaint = complaint_for(organisation, &giver.key);
    let mut files = Vec::with_capacity(photos.len());
    for (at, (name, spooled)) in photos.iter_mut().enumerate() {
        files.push(store(app, &giver, complaint, (at, name), spooled).await?);
    }
    let body = body(app, organisation, visitor.language, &sent, &files).await?;
    let subject = SubjectRef::complaint(organisation, complaint);
    let done = giver.order::<RegisterComplaint>(app, subject, body).await?;
    serde_json::from_value(done.body).map_err(|error| Refusal::defect(&error))
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

/// The files of a form, with their names.
type Photos = Vec<(String, Spooled<tokio::fs::File>)>;

/// What the form carries: fields with short texts, which are `typed` as they come, and files, which are spooled.
async fn taken(app: &App, request: Request, typed: &mut Typed) -> Result<Photos, Refusal> {
    let _place = app.limits.upload()?;
    let broken = || {
        let problem = Problem::new(ProblemCode::MalformedJson, "the form cannot be read");
        Refusal::from(problem.at("").expected("a form as a browser sends it"))
    };
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let mut photos = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        if field.name() != Some("photos") {
            if typed.0.len() == FIELDS {
                return Err(broken());
            }
            let name = field.name().unwrap_or_default().to_owned();
            typed.0.insert(name, short(field).await?);
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            continue; // a field of files in which none was chosen
        }
        if photos.len() == FILES {
            let problem = Problem::new(ProblemCode::TooLarge, "too many files");
            return Err(problem.at("/files").expected(format!("at most {FILES}")).into());
        }
        let spooled = files::spooled_in_time(app, field).await.map_err(|mut refusal| {
            refusal.problem.field = Some("/files".to_owned());
            refusal
        })?;
        photos.push((name.chars().take(200).collect(), spooled));
    }
    Ok(photos)
}

async fn short(mut field: Field<'_>) -> Result<String, Refusal> {
    let at = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = field.chunk().await {
        if bytes.len() + chunk.len() > LONGEST {
            let problem = Problem::new(ProblemCode::FieldTooLong, "the text is too long");
            return Err(problem.at(at).expected(format!("at most {LONGEST} bytes")).into());
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|error| Problem::not_utf8(&error.utf8_error()).into())
}
