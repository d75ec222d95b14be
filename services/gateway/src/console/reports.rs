//! The reports that procedures have made on their day.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::Text;
use jiff::Timestamp;
use pages::Word;
use pages::reports::{ADDRESS, Listed, Report, Reports};
use pages::shell::{About, Place};
use pages::words::{figures as more, ledger as words};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answering::{self, Named, page_of};
use super::known::Book;
use super::naming::Naming;
use super::visitor::Member;
use crate::app::App;
use crate::auth::Act;
use crate::exports;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::figures;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(ADDRESS, get(list))
        .route("/console/reports/{report}", get(one))
        .route("/console/reports/{report}/csv", get(export))
}

async fn list(member: Member, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        let page = figures::reports_page(&member.visitor.app, &member.caller(), &parameters).await?;
        let mut all = Vec::new();
        for report in page["reports"].as_array().into_iter().flatten() {
            let book = book(&member, report).await;
            all.extend(listed(&member, report, &book));
        }
        Ok(Reports {
            all,
            next: page["next"].as_str().map(|next| format!("{ADDRESS}?cursor={next}")),
            later: parameters.text("cursor").is_some(),
            as_of: instant(&page["as_of"]),
        })
    };
    match made.await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = pages::reports::list(&shell.locale, &model);
            let title = words::REPORTS.get(member.visitor.language).to_owned();
            let about = About { title, place: Some(Place::Reports), live: None };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn one(member: Member, Named(report): Named<Uuid>) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        let found = figures::one_report(&member.visitor.app, &member.caller(), report).await?;
        let book = book(&member, &found).await;
        let listed = listed(&member, &found, &book).ok_or_else(|| Refusal::not_found("report"))?;
        let rows = found["cases"].as_array().cloned().unwrap_or_default();
        let naming =
            Naming::of(&member.visitor.app, &member.staff.organisation, member.visitor.language, &rows).await;
        Ok(whole(&found, listed, (&naming, &book), &rows))
    };
    match made.await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = pages::reports::one(&shell.locale, &model);
            let title = shell.locale.label(&model.listed.label).to_owned();
            let about = About { title, place: Some(Place::Reports), live: None };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(|text| text.parse().ok())
}

async fn book(member: &Member, report: &Value) -> std::sync::Arc<Book> {
    let of = json!({ "id": report["playbook"], "version": report["version"] });
    let app = &member.visitor.app;
    app.known.book(app, &member.staff.organisation, &of).await.unwrap_or_default()
}

fn listed(member: &Member, report: &Value, book: &Book) -> Option<Listed> {
    let title = serde_json::from_value::<Text>(book.document()["title"].clone());
    Some(Listed {
        address: format!("{ADDRESS}/{}", report["report"].as_str()?),
        label: serde_json::from_value(report["label"].clone()).ok()?,
        procedure: title.map_or_else(
            |_| report["playbook"].as_str().unwrap_or_default().to_owned(),
            |title| title.get(member.visitor.language).to_owned(),
        ),
        span: (instant(&report["from_at"])?, instant(&report["to_at"])?),
        complaint: report["cases"][0]["number"]
            .as_str()
            .filter(|_| report["complaint"].is_string())
            .map(str::to_owned),
        due: instant(&report["due"])?,
        made: instant(&report["as_of"]).filter(|_| !report["figures"].is_null()),
    })
}

fn whole(found: &Value, listed: Listed, (naming, book): (&Naming, &Book), rows: &[Value]) -> Report {
    let figures = &found["figures"];
    let people = |member: &str| {
        let all = found[member].as_array().into_iter().flatten();
        all.filter_map(|key| key.as_str().map(|key| naming.house.person(key))).collect()
    };
    let total = |word: Word, member: &str| Some((word, figures[member].as_u64()?));
    let totals = [
        total(more::CAME, "registered"),
        total(more::WENT, "closed"),
        total(more::OPEN, "open"),
        total(more::REPEATS, "repeats"),
    ];
    let language = naming.language;
    let label = |list: &'static str| move |key: &str| book.label(list, key, language);
    let plain = |key: &str| key.to_owned();
    let counts = vec![
        (words::BY_KIND, counted(&figures["by_kind"], &|key| naming.word(&label("kinds")(key)))),
        (words::BY_CATEGORY, counted(&figures["by_category"], &label("categories"))),
        (words::BY_CHANNEL, counted(&figures["by_channel"], &label("channels"))),
        (
            words::BY_DEPARTMENT,
            counted(&figures["by_department"], &|key| naming.house.department(key, language)),
        ),
        (words::BY_LEVEL, counted(&figures["by_level"], &plain)),
        (words::BY_CAUSE, counted(&figures["by_cause"], &|key| naming.word(key))),
        (words::BY_RESULT, counted(&figures["by_result"], &|key| naming.word(&book.answer(key, language)))),
        (words::BY_SATISFACTION, counted(&figures["by_satisfaction"], &|key| book.answer(key, language))),
        (words::BY_CLOCK, counted(&figures["breaches"], &label("clocks"))),
    ];
    Report {
        listed,
        made_by: people("made_by"),
        receivers: people("receivers"),
        contents: serde_json::from_value(found["contents"].clone()).unwrap_or_default(),
        totals: totals.into_iter().flatten().collect(),
        counts,
        cases: rows.iter().map(|row| naming.line(row)).collect(),
        of: figures["cases"].as_u64().unwrap_or(0),
    }
}

/// Counts by their names, the most first.
fn counted(counts: &Value, name: &dyn Fn(&str) -> String) -> Vec<(String, u64)> {
    let all = counts.as_object().into_iter().flatten();
    let mut all: Vec<_> = all.map(|(key, n)| (name(key), n.as_u64().unwrap_or(0))).collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    all
}

async fn export(member: Member, Named(report): Named<Uuid>) -> Response {
    let made = async {
        member.require(Act::ReadFigures)?;
        let visitor = &member.visitor;
        exports::report(&visitor.app, &member.caller(), visitor.language, report).await
    };
    match made.await {
        Ok(response) => response,
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}
