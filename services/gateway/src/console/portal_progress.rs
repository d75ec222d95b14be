//! How far a complaint is, and what the customer answers.

use axum::http::StatusCode;
use axum::response::Response;
use contracts::commands::Actor;
use contracts::queries::intake::Tracked;
use contracts::queries::notification::TRACKING_CODE;
use contracts::queries::routing;
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, StageKind};
use jiff::Timestamp;
use pages::Word;
use pages::forms::{Typed, read};
use pages::portal::progress::{self, Asked, Crossed, NUMBER, Progress, VISIT};
use pages::shell::About;
use pages::words::portal as words;
use serde_json::{Value, json};

use super::answering::{Named, onward, page_of};
use super::portal::{Opened, base, gone, opened, shell};
use super::sent::Sent;
use super::visitor::{Visitor, new_key};
use crate::app::App;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::public_said as said;
use crate::upstream::{Done, question};

pub(super) async fn show(
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    parameters: Parameters,
) -> Response {
    let done = parameters.text("done");
    let done = Saying::ALL.into_iter().find(|one| done == Some(one.as_str())).map(Saying::thanks);
    sheet(&visitor, &organisation, done, Failed::default()).await
}

/// What became of something that was said, where it was not taken.
#[derive(Default)]
struct Failed {
    typed: Typed,
    problem: Option<Problem>,
    crossed: Option<Crossed>,
    key: Option<String>,
}

async fn sheet(
    visitor: &Visitor,
    organisation: &OrganisationId,
    done: Option<Word>,
    failed: Failed,
) -> Response {
    let crossed = failed.crossed.as_ref().map_or(200, |_| ProblemCode::WrongStage.status());
    let status = failed.problem.as_ref().map_or(crossed, |problem| problem.code.status());
    let found = async {
        let opened = opened(visitor, organisation).await?;
        model(&visitor.app, organisation, opened).await
    };
    match found.await {
        Ok(mut model) => {
            (model.done, model.typed, model.problem) = (done, failed.typed, failed.problem);
            (model.crossed, model.key) = (failed.crossed, failed.key.unwrap_or_else(new_key));
            let mut shell = shell(visitor, organisation).await;
            shell.path = format!("{}/complaint", model.base);
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
        Some(clarify) => {
            Some((Asked::Clarify { restated: clarify.restated.clone() }, clarify.visit.to_string()))
        }
        None if closed => None,
        None => asked(app, organisation, (&tracked, &opened.code), (at.stage, &routed)).await?,
    };
    let (asked, visit) = asked.unzip();
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
        visit: visit.unwrap_or_default(),
        done: None,
        typed: Typed::default(),
        problem: None,
        crossed: None,
        key: String::new(),
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

/// What the customer is asked at a reply or a callback, and the visit that asks.
async fn asked(
    app: &App,
    organisation: &OrganisationId,
    (tracked, code): (&Tracked, &str),
    (stage, routed): (Option<StageKind>, &Value),
) -> Result<Option<(Asked, String)>, Refusal> {
    let visit = |of: &Value| of["visit"].as_str().unwrap_or_default().to_owned();
    let speaks = |kind: &Value| *kind == json!(StageKind::Reply) || *kind == json!(StageKind::Callback);
    let visits = routed["visits"].as_array().into_iter().flatten();
    let none = !visits.clone().any(|visit| speaks(&visit["kind"]));
    if none && !matches!(stage, Some(StageKind::Reply | StageKind::Callback)) {
        return Ok(None);
    }
    let case = said::conversation(app, organisation, tracked.complaint).await?;
    if let Some(reply) = said::open_reply(&case) {
        let id = reply["told"]["id"].as_str().unwrap_or_default();
        // It is their own code that may stand in it.
        let told = case["words"][id].as_str().unwrap_or_default().replace(TRACKING_CODE, code);
        return Ok(Some((Asked::Answer { told }, visit(reply))));
    }
    let Some(callback) = said::open_callback(&case) else { return Ok(None) };
    // Their own answer is given once; a callback that follows is by a person.
    let given =
        callback["calls"].as_array().into_iter().flatten().any(|call| call["by"]["kind"] == "customer");
    if given {
        return Ok(None);
    }
    let book = app.known.book(app, organisation, &routed["playbook"]).await?;
    Ok(Some((Asked::Satisfaction { scale: book.satisfaction() }, visit(callback))))
}

/// What a customer may say at this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// What was missing, or that the claim was understood.
    Clarification,
    /// Whether they accept the result.
    Answer,
    /// How satisfied they are.
    Satisfaction,
}

impl Saying {
    const ALL: [Self; 3] = [Self::Clarification, Self::Answer, Self::Satisfaction];

    /// As addresses name it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Clarification => "clarify",
            Self::Answer => "answer",
            Self::Satisfaction => "satisfaction",
        }
    }

    const fn thanks(self) -> Word {
        match self {
            Self::Clarification => words::CLARIFIED,
            Self::Answer => words::ANSWER_SENT,
            Self::Satisfaction => words::SATISFACTION_SENT,
        }
    }

    /// Has it done as the REST route of the same name does.
    async fn give(
        self,
        app: &App,
        organisation: &OrganisationId,
        opened: Opened,
        sent: &Sent,
    ) -> Result<Done, Refusal> {
        let (tracked, key, at) = (opened.tracked, &sent.key, sent.typed.get(VISIT));
        match self {
            Self::Clarification => {
                let given = body(&progress::clarify_fields(true), sent, &opened.code)?;
                said::supply(app, organisation, (tracked, at), key, &given).await
            }
            Self::Answer => {
                let given = body(&progress::answer_fields(), sent, &opened.code)?;
                said::answered(app, organisation, (tracked.complaint, at), key, &given).await
            }
            Self::Satisfaction => {
                let given = body(&progress::satisfaction_fields(&[]), sent, &opened.code)?;
                said::rate(app, organisation, (tracked.complaint, at), key, &given).await
            }
        }
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

/// On with what the customer said, or the page with what was refused. It is said about the complaint and at the visit
/// that its page showed: another tab may have opened another complaint in this browser since.
pub(super) async fn say(
    saying: Saying,
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    sent: Sent,
) -> Response {
    let about = sent.text(NUMBER);
    let given = async {
        let opened = opened(&visitor, &organisation).await?;
        if about != opened.tracked.number {
            return Ok(None);
        }
        saying.give(&visitor.app, &organisation, opened, &sent).await.map(Some)
    };
    let failed = match given.await {
        Ok(Some(_)) => {
            return onward(&format!("{}/complaint?done={}", base(&organisation), saying.as_str()));
        }
        Ok(None) => Failed { crossed: Some(crossed(Some(about), &sent)), ..Failed::default() },
        Err(refusal) if refusal.problem.code == ProblemCode::WrongStage => {
            Failed { crossed: Some(crossed(None, &sent)), ..Failed::default() }
        }
        Err(refusal) => {
            // Where nobody knows, the same key tells; anything else is a new attempt.
            let unknown = refusal.problem.code == ProblemCode::OutcomeUnknown;
            let key = unknown.then(|| sent.text("key"));
            Failed { typed: sent.typed, problem: Some(*refusal.problem), key, crossed: None }
        }
    };
    sheet(&visitor, &organisation, None, failed).await
}

/// What was said at a page that does not hold any more: it is shown, to be copied, and not put into another form.
fn crossed(about: Option<String>, sent: &Sent) -> Crossed {
    let said = ["/said", "/reason", "/opinion"].into_iter().filter_map(|at| sent.typed.get(at));
    Crossed { about, said: said.map(str::to_owned).collect() }
}
