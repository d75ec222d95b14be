//! How far a complaint is, and what the customer answers.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use contracts::commands::Actor;
use contracts::queries::intake::Tracked;
use contracts::queries::routing;
use contracts::{OrganisationId, Problem, ServiceName, StageKind};
use jiff::Timestamp;
use pages::Word;
use pages::forms::{Typed, read};
use pages::portal::progress::{self, Asked, Progress};
use pages::shell::About;
use pages::words::portal as words;
use serde_json::{Value, json};

use super::answering::{onward, page_of};
use super::portal::{Opened, base, gone, opened, shell};
use super::sent::Sent;
use super::visitor::{Visitor, new_key};
use crate::app::App;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::public;
use crate::upstream::question;

pub(super) async fn show(
    visitor: Visitor,
    Path(organisation): Path<OrganisationId>,
    parameters: Parameters,
) -> Response {
    let done = match parameters.text("done") {
        Some("clarify") => Some(words::CLARIFIED),
        Some("answer") => Some(words::ANSWER_SENT),
        Some("satisfaction") => Some(words::SATISFACTION_SENT),
        _ => None,
    };
    sheet(&visitor, &organisation, done, (Typed::default(), None)).await
}

async fn sheet(
    visitor: &Visitor,
    organisation: &OrganisationId,
    done: Option<Word>,
    (typed, problem): (Typed, Option<Problem>),
) -> Response {
    let status = problem.as_ref().map_or(200, |problem| problem.code.status());
    let found = async {
        let opened = opened(visitor, organisation).await?;
        model(&visitor.app, organisation, opened).await
    };
    match found.await {
        Ok(mut model) => {
            (model.done, model.typed, model.problem) = (done, typed, problem);
            let shell = shell(visitor, organisation).await;
            let content = progress::page(&shell.locale, &shell.csrf, &model);
            let title = words::PROGRESS.get(visitor.language).to_owned();
            let about = About { title, place: None, live: Some(format!("{}/complaint/events", model.base)) };
            page_of(StatusCode::from_u16(status).unwrap_or_default(), visitor, &shell, &about, &content)
        }
        Err(refusal) => gone(visitor, organisation, &refusal).await,
    }
}

/// The standing of a complaint as its customer sees it. Of routing's view nothing is shown but by when the next thing of
/// it is due; of what is said, the result that was told to this very customer.
async fn model(app: &App, organisation: &OrganisationId, opened: Opened) -> Result<Progress, Refusal> {
    let tracked = opened.tracked;
    let query = question(organisation, Actor::System, json!({ "complaint": tracked.complaint }));
    // A complaint of a moment ago is not known there yet: then there is nothing to wait for.
    let routed = app.upstream.ask(ServiceName::Routing, routing::CASE, &query).await.unwrap_or_default();
    let at = standing(&routed, &tracked);
    let closed = at.closed;
    let asked = match &tracked.clarify {
        Some(clarify) => Some(Asked::Clarify { restated: clarify.restated.clone() }),
        None if closed => None,
        None => asked(app, organisation, tracked.complaint, (at.stage, &routed)).await?,
    };
    Ok(Progress {
        base: base(organisation),
        number: tracked.number,
        received_at: tracked.received_at,
        stage: at.stage,
        since: at.since,
        due: due(&routed),
        instance: at.instance,
        closed,
        asked,
        done: None,
        typed: Typed::default(),
        problem: None,
        key: new_key(),
    })
}

/// Where a complaint stands.
struct Standing {
    stage: Option<StageKind>,
    since: Option<Timestamp>,
    instance: u32,
    closed: bool,
}

/// Where it stands, as routing has it: routing says so before anybody hears of it, and the page comes again when it is
/// said. What intake has heard is enough where routing does not know it yet.
fn standing(routed: &Value, tracked: &Tracked) -> Standing {
    let mut visits = routed["visits"].as_array().into_iter().flatten();
    let main = visits.find(|visit| visit["visit"] == routed["main"]);
    let at = tracked.progress.as_ref();
    let kind = main.and_then(|main| serde_json::from_value(main["kind"].clone()).ok());
    let since = main.and_then(|main| main["entered_at"].as_str()?.parse().ok());
    let instance = routed["instance"].as_u64().and_then(|instance| u32::try_from(instance).ok());
    Standing {
        stage: kind.or_else(|| at.map(|at| at.kind)),
        since: since.or_else(|| at.map(|at| at.since)),
        instance: instance.or_else(|| at.map(|at| at.instance)).unwrap_or(1),
        closed: routed["place"] == "closed" || at.is_some_and(|at| at.closed),
    }
}

/// When the next thing is due: the earliest of the clocks that run.
fn due(routed: &Value) -> Option<Timestamp> {
    let clocks = routed["clocks"].as_array().into_iter().flatten().filter(|clock| clock["running"] == true);
    clocks.filter_map(|clock| clock["due"].as_str()?.parse().ok()).min()
}

async fn asked(
    app: &App,
    organisation: &OrganisationId,
    complaint: contracts::ComplaintId,
    (stage, routed): (Option<StageKind>, &Value),
) -> Result<Option<Asked>, Refusal> {
    let speaks = |kind: &Value| *kind == json!(StageKind::Reply) || *kind == json!(StageKind::Callback);
    let visits = routed["visits"].as_array().into_iter().flatten();
    let none = !visits.clone().any(|visit| speaks(&visit["kind"]));
    if none && !matches!(stage, Some(StageKind::Reply | StageKind::Callback)) {
        return Ok(None);
    }
    let case = public::conversation(app, organisation, complaint).await?;
    if let Some(reply) = public::open_reply(&case) {
        let id = reply["told"]["id"].as_str().unwrap_or_default();
        let told = case["words"][id].as_str().unwrap_or_default().to_owned();
        return Ok(Some(Asked::Answer { told }));
    }
    let Some(callback) = public::open_callback(&case) else { return Ok(None) };
    // Their own answer is given once; a callback that follows is by a person.
    let given =
        callback["calls"].as_array().into_iter().flatten().any(|call| call["by"]["kind"] == "customer");
    if given {
        return Ok(None);
    }
    let book = app.known.book(app, organisation, &routed["playbook"]).await?;
    Ok(Some(Asked::Satisfaction { scale: book.satisfaction() }))
}

/// On with what the customer said, or the page with what was refused.
async fn settle(
    visitor: &Visitor,
    organisation: &OrganisationId,
    sent: Sent,
    (done, word): (Result<(), Refusal>, &str),
) -> Response {
    match done {
        Ok(()) => onward(&format!("{}/complaint?done={word}", base(organisation))),
        Err(refusal) => sheet(visitor, organisation, None, (sent.typed, Some(*refusal.problem))).await,
    }
}

/// What was typed, as the body of the REST route that does the same.
fn body<T: serde::de::DeserializeOwned>(
    fields: &[pages::forms::Field],
    sent: &Sent,
    code: &str,
) -> Result<T, Refusal> {
    let mut body = read(fields, &sent.typed)?;
    body["code"] = json!(code);
    Ok(Problem::read(body)?)
}

pub(super) async fn clarify(
    visitor: Visitor,
    Path(organisation): Path<OrganisationId>,
    sent: Sent,
) -> Response {
    let done = async {
        let opened = opened(&visitor, &organisation).await?;
        let given = body(&progress::clarify_fields(true), &sent, &opened.code)?;
        public::supply(&visitor.app, &organisation, opened.tracked, &sent.key, &given).await.map(drop)
    };
    let done = done.await;
    settle(&visitor, &organisation, sent, (done, "clarify")).await
}

pub(super) async fn answer(
    visitor: Visitor,
    Path(organisation): Path<OrganisationId>,
    sent: Sent,
) -> Response {
    let done = async {
        let opened = opened(&visitor, &organisation).await?;
        let given = body(&progress::answer_fields(), &sent, &opened.code)?;
        let complaint = opened.tracked.complaint;
        public::answered(&visitor.app, &organisation, complaint, &sent.key, &given).await.map(drop)
    };
    let done = done.await;
    settle(&visitor, &organisation, sent, (done, "answer")).await
}

pub(super) async fn rate(visitor: Visitor, Path(organisation): Path<OrganisationId>, sent: Sent) -> Response {
    let done = async {
        let opened = opened(&visitor, &organisation).await?;
        let given = body(&progress::satisfaction_fields(&[]), &sent, &opened.code)?;
        let complaint = opened.tracked.complaint;
        public::rate(&visitor.app, &organisation, complaint, &sent.key, &given).await.map(drop)
    };
    let done = done.await;
    settle(&visitor, &organisation, sent, (done, "satisfaction")).await
}
