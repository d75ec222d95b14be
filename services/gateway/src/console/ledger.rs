//! The ledger, sought by what is known of a case, and its export.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::ServiceName;
use contracts::queries::intake as record;
use pages::forms::Choice;
use pages::ledger::{ADDRESS, Ledger, Sought};
use pages::shell::{About, Place};
use pages::words::ledger as words;
use serde_json::{Value, json};

use super::answering::{self, page_of};
use super::naming::Naming;
use super::sent::Sent;
use super::visitor::Member;
use crate::app::App;
use crate::asks;
use crate::auth::{Act, Contact, Reach};
use crate::exports;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::figures;
use crate::seeking;
use crate::upstream::question;

/// What the form has; whatever else stands in the address came with a figure.
const OF_FORM: [&str; 7] = ["search", "category", "department", "open", "from", "to", "cursor"];

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(ADDRESS, get(show).post(of_caller)).route("/console/ledger.csv", get(export))
}

/// The departments to choose from; none for who sees only their own.
pub(super) fn departments(member: &Member, naming: &Naming) -> Vec<Choice> {
    let rights = member.principal().rights(&member.visitor.app.config.roles);
    if rights.reach == Reach::All { naming.house.departments() } else { Vec::new() }
}

/// Whether they may seek by how a customer is reached: who takes complaints down and sees such data in their reach.
fn may_seek_callers(member: &Member) -> bool {
    let rights = member.principal().rights(&member.visitor.app.config.roles);
    rights.may(Act::Register) && rights.contact == Contact::InReach
}

async fn show(member: Member, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        let page = figures::ledger_page(&member.visitor.app, &member.caller(), &parameters).await?;
        Ok(model(&member, &parameters, page).await)
    };
    answer(&member, made.await).await
}

async fn answer(member: &Member, model: Result<Ledger, Refusal>) -> Response {
    match model {
        Ok(model) => {
            let shell = member.shell().await;
            let content = pages::ledger::page(&shell.locale, &shell.csrf, &model);
            let about = About {
                title: words::TITLE.get(member.visitor.language).to_owned(),
                place: Some(Place::Ledger),
                live: None,
            };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}

async fn model(member: &Member, parameters: &Parameters, mut page: Value) -> Ledger {
    let rows = page["cases"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let naming =
        Naming::of(&member.visitor.app, &member.staff.organisation, member.visitor.language, &rows).await;
    let text = |name: &str| parameters.text(name).unwrap_or_default().to_owned();
    let besides = parameters.all().filter(|(name, _)| !OF_FORM.contains(name));
    let besides = besides.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let address = |parameters: Parameters| format!("{ADDRESS}?{parameters}");
    let all = parameters.clone().without(&["cursor"]);
    Ledger {
        sought: Sought {
            search: text("search"),
            category: text("category"),
            categories: naming.choices("categories"),
            department: text("department"),
            departments: departments(member, &naming),
            from: text("from"),
            to: text("to"),
            open: text("open"),
            besides,
        },
        lines: rows.iter().map(|row| naming.line(row)).collect(),
        next: page["next"].as_str().map(|next| address(parameters.clone().with("cursor", next))),
        first: parameters.text("cursor").map(|_| address(all.clone())),
        export: Some(format!("/console/ledger.csv?{all}")),
        by_caller: may_seek_callers(member),
        of_caller: false,
        as_of: page["as_of"].as_str().and_then(|at| at.parse().ok()),
    }
}

/// What a caller's number finds: asked of intake by the form's body, never by an address, and read in the ledger.
async fn of_caller(State(app): State<App>, member: Member, sent: Sent) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        if !may_seek_callers(&member) {
            return Err(Refusal::not_allowed("that is not yours to seek by", "who takes complaints down"));
        }
        let known = |name: &str| sent.typed.get(name).map(str::to_owned);
        let asked =
            record::EarlierAsked { phone: known("/phone"), email: known("/email"), order_number: None };
        let query = question(&member.staff.organisation, member.principal().actor(), json!(asked));
        let found = app.upstream.ask(ServiceName::Intake, record::EARLIER, &query).await?;
        let ids: Vec<_> = found.as_array().into_iter().flatten().map(|one| &one["complaint"]).collect();
        let mut body = seeking::ledger(&app, &member.caller(), &Parameters::default()).await?;
        body["complaints"] = json!(ids);
        let mut page = figures::ask(&app, &member.caller(), asks::LEDGER, body).await?;
        page["next"] = Value::Null;
        let mut model = model(&member, &Parameters::default(), page).await;
        (model.of_caller, model.export) = (true, None);
        Ok(model)
    };
    answer(&member, made.await).await
}

async fn export(member: Member, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        let visitor = &member.visitor;
        exports::ledger(&visitor.app, &member.caller(), visitor.language, &parameters).await
    };
    match made.await {
        Ok(response) => response,
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}
