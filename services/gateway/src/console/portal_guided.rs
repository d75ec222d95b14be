//! The guided form of the portal: each step is a page, and each opens the next (R-032, P08). It works without any script;
//! intake checks the gates again, whoever comes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::intake::GuidedListed;
use contracts::{OrganisationId, Problem, ProblemCode};
use pages::Word;
use pages::forms::{Field, Typed};
use pages::portal::guided::{self, Guided, Step};
use pages::portal::guided_fields::{self, Choices};
use pages::shell::About;
use pages::words::guided as words;

use super::answering::{self, Named, onward, page_of};
use super::known::Book;
use super::portal::{CHANNEL, base, channels, shell};
use super::portal_draft::{Draft, lacking};
use super::portal_hand_in::hand_in;
use super::portal_sending::FILES;
use super::sent::Sent;
use super::visitor::Visitor;
use crate::app::App;
use crate::extract::Parameters;
use crate::problem::Refusal;

/// The routes. The last step takes files, bounded one by one.
pub(super) fn router() -> Router<App> {
    let last = get(show_last).post(hand_in).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/portal/{organisation}/guided/business", last)
        .route("/portal/{organisation}/guided/{step}", get(show).post(pass))
}

/// The form of the playbook that a customer's complaint follows, and what it asks.
pub(super) struct Asked {
    pub form: GuidedListed,
    choices: Choices,
    pub consumer: Vec<Field>,
    pub business: Vec<Field>,
}

/// The guided form of an organisation and the playbook that has it, where there is one for this channel.
///
/// # Errors
/// That intake cannot be asked.
pub(super) async fn guided_form(
    app: &App,
    organisation: &OrganisationId,
) -> Result<Option<(GuidedListed, Arc<Book>)>, Refusal> {
    let book = app.known.front(app, organisation, CHANNEL).await.unwrap_or_default();
    let own = book.document()["id"].as_str();
    let mut listed = channels(app, organisation).await?.into_iter().filter(|channel| {
        channel.channel.as_str() == CHANNEL && channel.playbooks.iter().any(|id| Some(id.as_str()) == own)
    });
    Ok(listed.find_map(|channel| channel.guided).map(|form| (form, book)))
}

/// The guided form with its fields; none where the playbook has none.
///
/// # Errors
/// That intake cannot be asked.
pub(super) async fn asked(app: &App, organisation: &OrganisationId) -> Result<Option<Asked>, Refusal> {
    let Some((form, book)) = guided_form(app, organisation).await? else { return Ok(None) };
    let choices = Choices {
        categories: book.choices("categories"),
        kinds: book.choices("kinds"),
        customer_types: book.choices("customer_types"),
        zone: app.known.house(app, organisation).await.zone.clone(),
    };
    let (consumer, business) =
        (guided_fields::of(&form.consumer, &choices), guided_fields::of(&form.business, &choices));
    Ok(Some(Asked { form, choices, consumer, business }))
}

/// The address of a step.
pub(super) fn address(organisation: &OrganisationId, step: Step) -> String {
    format!("{}/guided/{}", base(organisation), step.as_str())
}

/// What is said above a step, by the name that addresses have for it.
fn told(parameters: &Parameters) -> Option<Word> {
    match parameters.text("told")? {
        "changed" => Some(words::CHANGED),
        "notice" => Some(words::NOTICE_CHANGED),
        "over" => Some(words::OVER),
        _ => None,
    }
}

async fn show_last(
    visitor: Visitor,
    organisation: Named<OrganisationId>,
    parameters: Parameters,
) -> Response {
    show_step(&visitor, &organisation.0, Step::Business, &parameters).await
}

async fn show(
    visitor: Visitor,
    Named((organisation, step)): Named<(OrganisationId, String)>,
    parameters: Parameters,
) -> Response {
    match Step::read(&step) {
        Some(step) => show_step(&visitor, &organisation, step, &parameters).await,
        None => answering::refused(&visitor, &Refusal::not_found("page"), &base(&organisation)).await,
    }
}

/// The page of a step; of one that is not open yet, the page of the one that is.
async fn show_step(
    visitor: &Visitor,
    organisation: &OrganisationId,
    step: Step,
    parameters: &Parameters,
) -> Response {
    let found = async {
        let asked = asked(&visitor.app, organisation).await?;
        Ok((asked, Draft::load(visitor, organisation).await?))
    };
    let (asked, draft) = match found.await {
        Ok((Some(asked), draft)) => (asked, draft),
        // This organisation asks for a complaint in one form.
        Ok((None, _)) => return onward(&format!("{}/submit", base(organisation))),
        Err(refusal) => return answering::refused(visitor, &refusal, &base(organisation)).await,
    };
    let draft = match draft {
        Some(draft) if draft.sent && step != Step::Notice => {
            return onward(&format!("{}/receipt", base(organisation)));
        }
        // Whoever begins again after sending makes another complaint.
        Some(draft) if !draft.sent => draft,
        _ => Draft::new(),
    };
    let reached = draft.reaches(&asked.form, &asked.consumer);
    if step > reached {
        return onward(&address(organisation, reached));
    }
    let said = Said { told: told(parameters), ..Said::default() };
    sheet(visitor, organisation, (step, &asked, &draft), said).await
}

/// What a page says beside its form.
#[derive(Default)]
pub(super) struct Said {
    pub told: Option<Word>,
    pub problem: Option<Problem>,
    pub earlier: Option<String>,
}

/// The page of a step.
pub(super) async fn sheet(
    visitor: &Visitor,
    organisation: &OrganisationId,
    (step, asked, draft): (Step, &Asked, &Draft),
    said: Said,
) -> Response {
    let again = said.earlier.as_ref().map(|_| ProblemCode::KeyReused);
    let code = said.problem.as_ref().map(|problem| problem.code).or(again);
    let model = Guided {
        base: base(organisation),
        step,
        form: asked.form.clone(),
        passed: draft.passed.clone(),
        choices: asked.choices.clone(),
        typed: draft.typed(),
        problem: said.problem,
        told: said.told,
        earlier: said.earlier,
        key: draft.key.clone(),
        files: FILES,
        megabytes: visitor.app.config.file_max_bytes / (1024 * 1024),
    };
    let mut shell = shell(visitor, organisation).await;
    shell.path = address(organisation, step);
    let content = guided::page(&shell.locale, &shell.csrf, &model);
    let about = About { title: step.title().get(visitor.language).to_owned(), ..About::default() };
    let status = StatusCode::from_u16(code.map_or(200, ProblemCode::status)).unwrap_or_default();
    page_of(status, visitor, &shell, &about, &content)
}

/// A step was sent: on to the next, back to the one before, or the page again with what is missing.
async fn pass(
    visitor: Visitor,
    Named((organisation, step)): Named<(OrganisationId, String)>,
    sent: Sent,
) -> Response {
    let Some(step) = Step::read(&step) else {
        return answering::refused(&visitor, &Refusal::not_found("page"), &base(&organisation)).await;
    };
    match passed(&visitor, &organisation, step, &sent).await {
        Ok(Passed::On(address)) => onward(&address),
        Ok(Passed::Again(again)) => {
            let (asked, draft, problem) = *again;
            let said = Said { problem: Some(problem), ..Said::default() };
            sheet(&visitor, &organisation, (step, &asked, &draft), said).await
        }
        Err(refusal) => answering::refused(&visitor, &refusal, &address(&organisation, step)).await,
    }
}

/// Where a step leads.
enum Passed {
    On(String),
    Again(Box<(Asked, Draft, Problem)>),
}

async fn passed(
    visitor: &Visitor,
    organisation: &OrganisationId,
    step: Step,
    sent: &Sent,
) -> Result<Passed, Refusal> {
    let Some(asked) = asked(&visitor.app, organisation).await? else {
        return Ok(Passed::On(format!("{}/submit", base(organisation))));
    };
    let kept = Draft::load(visitor, organisation).await?;
    let is_over = kept.is_none() && step != Step::Notice;
    let mut draft = kept.unwrap_or_else(Draft::new);
    if draft.sent {
        if step != Step::Notice {
            return Ok(Passed::On(format!("{}/receipt", base(organisation))));
        }
        draft = Draft::new();
    }
    let to = |step: Step| Ok(Passed::On(address(organisation, step)));
    let with =
        |step: Step, told: &str| Ok(Passed::On(format!("{}?told={told}", address(organisation, step))));
    let of_another = draft.is_of_another(step, &sent.typed);
    if !of_another || step == Step::Consumer {
        take(&mut draft, step, &asked, &sent.typed, visitor);
    }
    draft.save(visitor, organisation).await?;
    let reached = draft.reaches(&asked.form, &asked.consumer);
    match sent.typed.get(guided::GO) {
        _ if is_over => with(reached, "over"),
        _ if of_another => with(reached.min(Step::Confirm), "changed"),
        Some("back") => to(step.before().min(reached)),
        Some("find") => to(step.min(reached)),
        _ if reached > step => to(step.behind()),
        // It reads otherwise than it was shown.
        _ if step == Step::Notice => with(Step::Notice, "notice"),
        _ if reached < step => to(reached),
        _ => {
            let problem = missing(step, &asked, &draft);
            Ok(Passed::Again(Box::new((asked, draft, problem))))
        }
    }
}

/// What a step leaves. Confirmed and agreed is by the button that says so, not by going back.
fn take(draft: &mut Draft, step: Step, asked: &Asked, typed: &Typed, visitor: &Visitor) {
    let (now, onward) = (visitor.app.now(), typed.get(guided::GO) == Some("next"));
    match step {
        Step::Notice => {
            let shown = typed.get(guided::VERSION).and_then(|version| version.parse().ok());
            if let Some(version) = shown.filter(|version| *version == asked.form.notice_version) {
                draft.agree(version, now);
            }
        }
        Step::Province => draft.choose_province(typed.get("/province")),
        Step::Company => {
            draft.choose_company(typed.get("/company"));
            let name = typed.get(guided::NAME).map(|name| name.chars().take(100).collect());
            draft.typed.insert(guided::NAME.to_owned(), name.unwrap_or_default());
        }
        Step::Confirm if onward => draft.confirm(now),
        Step::Confirm => {}
        Step::Consumer => draft.take(&asked.consumer, typed),
        Step::Business => draft.take(&asked.business, typed),
    }
}

fn missing(step: Step, asked: &Asked, draft: &Draft) -> Problem {
    let field = match step {
        Step::Province => "/province",
        Step::Company => "/company",
        _ => "",
    };
    let choose = || {
        let problem = Problem::new(ProblemCode::MissingField, "nothing was chosen");
        problem.at(field).expected("one of those listed")
    };
    lacking(&asked.consumer, &draft.typed()).filter(|_| step == Step::Consumer).unwrap_or_else(choose)
}
