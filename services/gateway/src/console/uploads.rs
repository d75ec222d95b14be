//! Forms with files: fields and files in one form, which works without any script; and adding one to a case.

use axum::Router;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::response::Response;
use axum::routing::post;
use contracts::{ComplaintId, Problem, ProblemCode};
use pages::forms::Typed;

use super::answering::{self, Named};
use super::sent::of_pairs;
use super::visitor::Member;
use super::work::said;
use crate::app::App;
use crate::auth::Act;
use crate::extract::too_slow;
use crate::problem::Refusal;
use crate::routes::files::{self, Spooled};
use crate::sight;

/// More fields than any such page has.
const FIELDS: usize = 50;
/// The longest text of a field, in bytes; what a field may hold in characters is intake's to say.
const LONGEST: usize = 100_000;

/// The routes: files are bounded one by one and fields too, not the form as a whole.
pub(super) fn router() -> Router<App> {
    let adding = post(add).layer(DefaultBodyLimit::disable());
    Router::new().route("/console/cases/{complaint}/files", adding)
}

async fn add(
    State(app): State<App>,
    member: Member,
    Named(complaint): Named<ComplaintId>,
    request: Request,
) -> Response {
    let case = format!("/console/cases/{complaint}");
    let adding = async {
        member.require(Act::AddToCase)?;
        sight::require(&app, &member.principal(), complaint).await?;
        let _place = app.limits.upload()?;
        let mut typed = Typed::default();
        let files = taken(&app, request, &mut typed, 1).await?;
        let sent = of_pairs(typed.0.into_iter().collect(), &member.visitor)?;
        let (name, mut spooled) = files.into_iter().next().ok_or_else(|| {
            let problem = Problem::new(ProblemCode::MissingField, "no file was chosen");
            Refusal::from(problem.at("/files").expected("a file"))
        })?;
        let giver = member.orderer(&sent.key).giver();
        files::store(&app, &giver, complaint, &name, &mut spooled).await
    };
    match adding.await {
        Ok(_) => said(&case, "file", ""),
        Err(refusal) => answering::refused(&member.visitor, &refusal, &case).await,
    }
}

/// The files of a form, with their names.
pub(super) type Taken = Vec<(String, Spooled<tokio::fs::File>)>;

/// What a form carries: fields with short texts, which are `typed` as they come, and at most so many files, which are
/// spooled. There is one deadline for all of it: whoever sends a little at a time holds a place no longer.
///
/// # Errors
/// A form that cannot be read or comes too slowly, too many or too large files.
pub(super) async fn taken(
    app: &App,
    request: Request,
    typed: &mut Typed,
    most: usize,
) -> Result<Taken, Refusal> {
    let taking = tokio::time::timeout(app.config.read_timeout * 10, take(app, request, typed, most)).await;
    taking.unwrap_or_else(|_| Err(too_slow()))
}

async fn take(app: &App, request: Request, typed: &mut Typed, most: usize) -> Result<Taken, Refusal> {
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
        if photos.len() == most {
            let problem = Problem::new(ProblemCode::TooLarge, "too many files");
            return Err(problem.at("/files").expected(format!("at most {most}")).into());
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
