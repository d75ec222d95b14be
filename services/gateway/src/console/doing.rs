//! Doing something with a case: the form of an order, and the order that it becomes.
//!
//! | address below the case | is about |
//! |---|---|
//! | `do/<work>` | the piece of work itself |
//! | `do/<work>/<verb>` | another order that its holder may give |
//! | `do/<clock>/<verb>`, `do/<form>/<verb>` | a clock, a form of the playbook |
//! | `do/case/<verb>` | the case |
//!
//! A form says again how it was made, so a repetition is the same order, which its service knows by its key, though the
//! work may be done and gone; and what was typed is never taken for a visit that came after.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName, Text};
use jiff::Timestamp;
use pages::case::doing::{Doing, page};
use pages::forms::{of_row, read};
use pages::refusal::moved;
use pages::shell::{About as AboutPage, Place};
use pages::tasks::{TaskForm, deed, form, notes, told};

use super::answering::{self, Named, page_of};
use super::case::{Known, known, seen};
use super::case_told;
use super::case_view::{Seen, matter};
use super::papers;
use super::scene::{About, about, scene};
use super::sent::Sent;
use super::visitor::{Member, new_key};
use super::wording;
use super::work::said;
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::actions;
use crate::sight;

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
    /// Where to go on afterwards, where that is not the case.
    pub back: Option<String>,
}

/// Where somebody came from, if it is a page of ours.
fn from(parameters: &Parameters) -> Option<String> {
    parameters.text("back").and_then(answering::ours).map(str::to_owned)
}

impl Asked {
    fn address(&self) -> String {
        let verb = self.verb.as_ref().map(|verb| format!("/{verb}")).unwrap_or_default();
        format!("/console/cases/{}/do/{}{verb}", self.complaint, self.on)
    }
}

async fn show_task(
    member: Member,
    Named((complaint, on)): Named<(ComplaintId, String)>,
    parameters: Parameters,
) -> Response {
    sheet(&member, &Asked { complaint, on, verb: None, back: from(&parameters) }, None).await
}

async fn show(
    member: Member,
    Named((complaint, on, verb)): Named<(ComplaintId, String, String)>,
    parameters: Parameters,
) -> Response {
    sheet(&member, &Asked { complaint, on, verb: Some(verb), back: from(&parameters) }, None).await
}

async fn finish_task(
    State(app): State<App>,
    member: Member,
    Named((complaint, on)): Named<(ComplaintId, String)>,
    parameters: Parameters,
    sent: Sent,
) -> Response {
    let back = sent.typed.get("back").map(str::to_owned);
    taken(&app, &member, &Asked { complaint, on, verb: None, back }, (sent, &parameters)).await
}

async fn finish(
    State(app): State<App>,
    member: Member,
    Named((complaint, on, verb)): Named<(ComplaintId, String, String)>,
    parameters: Parameters,
    sent: Sent,
) -> Response {
    let back = sent.typed.get("back").map(str::to_owned);
    taken(&app, &member, &Asked { complaint, on, verb: Some(verb), back }, (sent, &parameters)).await
}

/// What was sent is done, or only looked at for words to avoid: then nothing is ordered.
async fn taken(
    app: &App,
    member: &Member,
    asked: &Asked,
    (sent, parameters): (Sent, &Parameters),
) -> Response {
    if parameters.text("look").is_some() {
        return sheet(member, asked, Some((sent, None))).await;
    }
    send(app, member, asked, sent).await
}

/// A form that was made, with what it is about.
struct Made {
    form: TaskForm,
    of: Option<String>,
    finishes: bool,
    notes: Vec<pages::tasks::Note>,
}

/// The form that an address asks for, as the case stands now; for one that was sent, what that was made for.
async fn made(
    member: &Member,
    asked: &Asked,
    (seen, known): (&Seen, &Known),
    sent: Option<&TaskForm>,
) -> Result<Made, Refusal> {
    let is_form = asked.verb.as_deref().is_some_and(|verb| verb.starts_with("form."));
    let mut about = match about(known, &asked.on) {
        Some(about) => about,
        None if is_form => {
            About { on: papers::asked(member, asked.complaint, &asked.on).await?, ..About::default() }
        }
        None if asked.on == "case" || sent.is_some() => About::default(),
        None => return Err(Refusal::not_found("piece of work")),
    };
    if let Some(sent) = sent
        && let Some(visit) = sent.fixed["visit"].as_str()
    {
        about.visit = Some((visit.to_owned(), sent.fixed["epoch"].as_u64().unwrap_or(1)));
    }
    let scene = scene(seen, known, &about);
    let own = deed(about.work["task"].as_str().unwrap_or_default(), &scene);
    let verb = sent.map(|sent| sent.verb).or(asked.verb.as_deref()).unwrap_or(own);
    let form = form(verb, &scene).ok_or_else(|| Refusal::not_found("piece of work"))?;
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
async fn sheet(member: &Member, asked: &Asked, sent: Option<(Sent, Option<Problem>)>) -> Response {
    let case = format!("/console/cases/{}", asked.complaint);
    let status = sent.as_ref().and_then(|(_, problem)| problem.as_ref());
    let status = status.map_or(200, |problem| problem.code.status());
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

async fn doing(
    member: &Member,
    asked: &Asked,
    sent: Option<(Sent, Option<Problem>)>,
) -> Result<Doing, Refusal> {
    let known = known(member, asked.complaint).await?;
    let seen = seen(member, asked.complaint, &known).await?;
    doing_of(member, asked, (&seen, &known), sent).await
}

/// The form of an order, given all that is known of its case.
pub(super) async fn doing_of(
    member: &Member,
    asked: &Asked,
    (seen, known): (&Seen, &Known),
    sent: Option<(Sent, Option<Problem>)>,
) -> Result<Doing, Refusal> {
    let was = sent.as_ref().and_then(|(sent, _)| as_made(sent).ok());
    let Made { mut form, of, finishes, notes } = made(member, asked, (seen, known), was.as_ref()).await?;
    let now = member.visitor.app.now();
    let mut made_for = form.made_for();
    let (typed, problem, key, made_at) = match sent {
        None => (form.filled.clone(), None, new_key(), now),
        Some((mut sent, problem)) => {
            // Only where nobody knows may the same be sent again; for anything else it is a new attempt. What is only
            // looked over was not sent.
            let code = problem.as_ref().map(|problem| problem.code);
            let unknown = code == Some(ProblemCode::OutcomeUnknown);
            let key = if unknown || code.is_none() { sent.text("key") } else { new_key() };
            let made_at = sent.text("made_at").parse().unwrap_or(now);
            if let Some(was) = &was {
                (form, made_for) = if unknown {
                    (form.repeated(was, &sent.typed), sent.text("made_for"))
                } else {
                    let form = form.again(was, &mut sent.typed);
                    let made_for = form.made_for();
                    (form, made_for)
                };
            }
            (sent.typed, problem, key, made_at)
        }
    };
    let number = known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned();
    let since = problem.as_ref().filter(|problem| overtaken(problem.code));
    let since = since.map(|_| since_then(seen, known, made_at)).unwrap_or_default();
    let told = told(form.verb);
    let wording = if told.is_empty() || !wording::has_scripts(&seen.book) {
        None
    } else {
        let texts = told.iter().filter_map(|at| typed.get(at));
        Some(wording::of_case(member, asked.complaint, texts).await)
    };
    let back = asked.back.as_ref().map(|back| ("back", back.clone()));
    Ok(Doing {
        case: seen.address.clone(),
        number: number.clone(),
        address: asked.address(),
        made_for: [("made_for", made_for), ("made_at", made_at.to_string()), ("number", number)]
            .into_iter()
            .chain(back)
            .collect(),
        matter: matter(seen, known),
        form,
        of,
        finishes,
        notes,
        wording,
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
            | ProblemCode::StaleVersion
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

/// The form that was sent, as it was made: of the case as it is by now nothing is asked, so that a repetition is the same
/// order, to the byte.
///
/// # Errors
/// `invalid-field` when it says nothing that a form of ours says.
pub(super) fn as_made(sent: &Sent) -> Result<TaskForm, Refusal> {
    TaskForm::sent(&sent.text("made_for")).ok_or_else(|| sent.not_ours("/made_for"))
}

/// Whether the service that takes an order checks by itself that it is the actor's to give: of a visit, a piece of work or
/// a clock it does; of the rest the case must be within reach, as at the REST routes.
fn names_a_seat(form: &TaskForm) -> bool {
    ["visit", "work", "clock"].iter().any(|key| !form.fixed[*key].is_null())
}

async fn send(app: &App, member: &Member, asked: &Asked, sent: Sent) -> Response {
    let given = async {
        let form = as_made(&sent)?;
        member.require(act_of(form.verb))?;
        if !names_a_seat(&form) {
            sight::require(app, &member.principal(), asked.complaint).await?;
        }
        let body = form.body(read(&form.fields, &sent.typed)?);
        let order: (ServiceName, &str) = (form.service, form.verb);
        let done = actions::give(app, &member.orderer(&sent.key), asked.complaint, order, body).await;
        done.map(drop).map_err(|refusal| {
            let problem = moved(*refusal.problem, |place| of_row(&form.fields, &sent.typed, place));
            Refusal { problem: Box::new(problem), ..refusal }
        })
    };
    match given.await {
        Ok(()) => {
            said(&sent.back(&format!("/console/cases/{}", asked.complaint)), "finished", &sent.text("number"))
        }
        Err(refusal) => sheet(member, asked, Some((sent, Some(*refusal.problem)))).await,
    }
}
