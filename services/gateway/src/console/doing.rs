//! Doing something with a case: the form of an order, and the order that it becomes.
//!
//! | address below the case | is about |
//! |---|---|
//! | `do/<work>` | the piece of work itself |
//! | `do/<work>/<verb>` | another order that its holder may give |
//! | `do/<clock>/<verb>`, `do/<form>/<verb>` | a clock, a form of the playbook |
//! | `do/case/<verb>` | the case |
//!
//! A form says again what it was made for, so a repetition is the same order, which its service knows by its key, though
//! the work may be done and gone; and what was typed is never taken for a visit that came after.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName, Text};
use jiff::Timestamp;
use pages::case::doing::{Doing, page};
use pages::forms::read;
use pages::shell::{About as AboutPage, Place};
use pages::tasks::{TaskForm, deed, form, notes};
use serde_json::Value;

use super::answering::{self, Named, page_of};
use super::case::{Known, known, seen};
use super::case_told;
use super::case_view::{Seen, matter};
use super::papers;
use super::scene::{About, about, scene};
use super::sent::Sent;
use super::visitor::{Member, new_key};
use super::work::said;
use crate::app::App;
use crate::auth::Act;
use crate::problem::Refusal;
use crate::routes::actions;

/// Lines of what happened meanwhile.
const MEANWHILE: usize = 5;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/cases/{complaint}/do/{on}", get(show_task).post(finish_task))
        .route("/console/cases/{complaint}/do/{on}/{verb}", get(show).post(finish))
}

/// What an address asks for.
pub(super) struct Asked {
    /// The case.
    pub complaint: ComplaintId,
    /// What it is about.
    pub on: String,
    /// The order, where it is not that of the piece of work itself.
    pub verb: Option<String>,
}

impl Asked {
    fn address(&self) -> String {
        let verb = self.verb.as_ref().map(|verb| format!("/{verb}")).unwrap_or_default();
        format!("/console/cases/{}/do/{}{verb}", self.complaint, self.on)
    }
}

async fn show_task(member: Member, Named((complaint, on)): Named<(ComplaintId, String)>) -> Response {
    sheet(&member, &Asked { complaint, on, verb: None }, None).await
}

async fn show(
    member: Member,
    Named((complaint, on, verb)): Named<(ComplaintId, String, String)>,
) -> Response {
    sheet(&member, &Asked { complaint, on, verb: Some(verb) }, None).await
}

async fn finish_task(
    State(app): State<App>,
    member: Member,
    Named((complaint, on)): Named<(ComplaintId, String)>,
    sent: Sent,
) -> Response {
    send(&app, &member, &Asked { complaint, on, verb: None }, sent).await
}

async fn finish(
    State(app): State<App>,
    member: Member,
    Named((complaint, on, verb)): Named<(ComplaintId, String, String)>,
    sent: Sent,
) -> Response {
    send(&app, &member, &Asked { complaint, on, verb: Some(verb) }, sent).await
}

/// A form that was made, with what it is about.
struct Made {
    form: TaskForm,
    of: Option<String>,
    finishes: bool,
    notes: Vec<pages::tasks::Note>,
}

/// The form that an address asks for; one that was sent says itself what it was made for.
async fn made(
    member: &Member,
    asked: &Asked,
    (seen, known): (&Seen, &Known),
    sent: Option<&Sent>,
) -> Result<Made, Refusal> {
    let fixed = sent.and_then(|sent| serde_json::from_str::<Value>(&sent.text("made_for")).ok());
    let fixed = fixed.filter(Value::is_object);
    let is_form = asked.verb.as_deref().is_some_and(|verb| verb.starts_with("form."));
    let mut about = match about(known, &asked.on) {
        Some(about) => about,
        None if is_form => {
            About { on: papers::asked(member, asked.complaint, &asked.on).await?, ..About::default() }
        }
        None if asked.on == "case" || fixed.is_some() => About::default(),
        None => return Err(Refusal::not_found("piece of work")),
    };
    if let Some(fixed) = &fixed
        && let Some(visit) = fixed["visit"].as_str()
    {
        about.visit = Some((visit.to_owned(), fixed["epoch"].as_u64().unwrap_or(1)));
    }
    let scene = scene(seen, known, &about);
    let again = sent.and_then(|sent| sent.typed.get("verb"));
    let own = deed(about.work["task"].as_str().unwrap_or_default(), &scene);
    let verb = again.or(asked.verb.as_deref()).unwrap_or(own);
    let mut form = form(verb, &scene).ok_or_else(|| Refusal::not_found("piece of work"))?;
    if let Some(fixed) = fixed {
        form.fixed = fixed;
    }
    let of = serde_json::from_value::<Text>(about.on["label"].clone()).ok();
    let of = of.map(|label| label.get(seen.language).to_owned());
    let notes = notes(form.verb, &scene);
    Ok(Made { finishes: form.verb == own, form, of, notes })
}

/// What may be ordered by whom, as the guard of the REST route of the same order has it.
fn act_of(verb: &str) -> Act {
    match verb {
        "fact.record" => Act::AddToCase,
        "work.reassign" => Act::TakeWork,
        _ => Act::DoWork,
    }
}

/// The form, as it was typed, with what was refused.
async fn sheet(member: &Member, asked: &Asked, sent: Option<(Sent, Problem)>) -> Response {
    let case = format!("/console/cases/{}", asked.complaint);
    let status = sent.as_ref().map_or(200, |(_, problem)| problem.code.status());
    match doing(member, asked, sent).await {
        Ok(doing) => {
            let mut shell = member.shell().await;
            shell.path = asked.address();
            let content = page(&shell.locale, &shell.csrf, &doing);
            let title = shell.locale.say(doing.form.title).to_owned();
            let about = AboutPage { title, place: Some(Place::Work), live: None };
            let status = StatusCode::from_u16(status).unwrap_or_default();
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, &case).await,
    }
}

async fn doing(member: &Member, asked: &Asked, sent: Option<(Sent, Problem)>) -> Result<Doing, Refusal> {
    let known = known(member, asked.complaint).await?;
    let seen = seen(member, asked.complaint, &known).await?;
    doing_of(member, asked, (&seen, &known), sent).await
}

/// The form of an order, given all that is known of its case.
pub(super) async fn doing_of(
    member: &Member,
    asked: &Asked,
    (seen, known): (&Seen, &Known),
    sent: Option<(Sent, Problem)>,
) -> Result<Doing, Refusal> {
    let Made { form, of, finishes, notes } =
        made(member, asked, (seen, known), sent.as_ref().map(|(sent, _)| sent)).await?;
    let now = member.visitor.app.now();
    let (typed, problem, key, made_at) = match sent {
        None => (form.filled.clone(), None, new_key(), now),
        Some((sent, problem)) => {
            // Only where nobody knows may the same key be sent again; for anything else it is a new attempt.
            let unknown = problem.code == ProblemCode::OutcomeUnknown;
            let key = if unknown { sent.text("key") } else { new_key() };
            let made_at = sent.text("made_at").parse().unwrap_or(now);
            (sent.typed, Some(problem), key, made_at)
        }
    };
    let since = problem.as_ref().filter(|problem| overtaken(problem.code));
    let since = since.map(|_| since_then(seen, known, made_at)).unwrap_or_default();
    Ok(Doing {
        case: seen.address.clone(),
        number: known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned(),
        address: asked.address(),
        made_for: vec![
            ("made_for", form.fixed.to_string()),
            ("verb", form.verb.to_owned()),
            ("made_at", made_at.to_string()),
        ],
        matter: matter(seen, known),
        form,
        of,
        finishes,
        notes,
        since,
        typed,
        problem,
        key,
    })
}

/// Refusals that come when somebody else, or a clock, was quicker.
const fn overtaken(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::VisitLeft
            | ProblemCode::StaleEpoch
            | ProblemCode::NotTheHolder
            | ProblemCode::WrongStage
            | ProblemCode::AlreadyExists
            | ProblemCode::NotFound
    )
}

/// What people would want to know of what happened since the form was made.
fn since_then(seen: &Seen, known: &Known, made_at: Timestamp) -> Vec<pages::case::timeline::Entry> {
    let all = case_told::timeline(seen, known).into_iter();
    all.filter(|entry| entry.at >= made_at && !entry.technical).take(MEANWHILE).collect()
}

async fn send(app: &App, member: &Member, asked: &Asked, sent: Sent) -> Response {
    let done = async {
        let known = known(member, asked.complaint).await?;
        let seen = seen(member, asked.complaint, &known).await?;
        let Made { form, .. } = made(member, asked, (&seen, &known), Some(&sent)).await?;
        member.require(act_of(form.verb))?;
        let body = form.body(read(&form.fields, &sent.typed)?);
        let order: (ServiceName, &str) = (form.service, form.verb);
        actions::give(app, &member.orderer(&sent.key), asked.complaint, order, body).await?;
        Ok::<_, Refusal>(known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned())
    };
    match done.await {
        Ok(number) => said(&sent.back(&format!("/console/cases/{}", asked.complaint)), "finished", &number),
        Err(refusal) => sheet(member, asked, Some((sent, *refusal.problem))).await,
    }
}
