//! For customers, without sign-in: the ways in and who answers for each, and how far their complaint is.
//!
//! Number and tracking code together open it; a wrong number and a wrong code look the same, and tries are counted by
//! address and by number. What is shown is the stage in plain words, and of what anybody said the claim as it was
//! restated for the customer to confirm.

use axum::Json;
use axum::extract::State;
use contracts::commands::Actor;
use contracts::queries::intake::{CHANNELS, ChannelListed, TRACK, Tracked};
use contracts::{OrganisationId, ProblemCode, ServiceName, StageKind, Text};
use pages::words::stages;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::endpoint::{Endpoint, Endpoints, Need};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::upstream::question;

pub(super) const TAG: &str = "For customers";

/// The ways in. A telephone system reads from it what a caller may choose.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Channels {
    /// Those of all active playbooks.
    pub channels: Vec<ChannelListed>,
}

/// How far a complaint is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Progress {
    /// Its number.
    pub number: String,
    /// When the customer told somebody.
    pub received_at: jiff::Timestamp,
    /// When it was registered.
    pub registered_at: jiff::Timestamp,
    /// What is being done, in plain words.
    pub now: Text,
    /// Since when.
    pub since: Option<jiff::Timestamp>,
    /// Which handling it is, from 1.
    pub instance: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether the customer may supply what is missing.
    pub incomplete: bool,
    /// The claim as it was understood, for the customer to confirm.
    pub restated: Option<String>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::get("/public/channels", TAG, "The ways in, and who answers for each")
                .needs(Need::Address)
                .with("organisation", "The organisation; the installation's own when absent")
                .answers::<Channels>(),
            channels,
        )
        .add(
            Endpoint::get("/public/complaints", TAG, "How far a complaint is, by number and tracking code")
                .needs(Need::Address)
                .with("number", "The number on the receipt")
                .with("code", "The tracking code on the receipt")
                .with("organisation", "The organisation; the installation's own when absent")
                .answers::<Progress>()
                .refuses(&[ProblemCode::NotFound, ProblemCode::MissingField]),
            progress,
        )
}

async fn channels(State(app): State<App>, parameters: Parameters) -> Result<Json<Channels>, Refusal> {
    parameters.only(&["organisation"])?;
    let organisation = app.organisation(parameters.text("organisation"))?;
    let query = question(&organisation, Actor::Customer, Value::Null);
    let channels = app.upstream.ask(ServiceName::Intake, CHANNELS, &query).await?;
    let channels = serde_json::from_value(channels).map_err(|error| Refusal::defect(&error))?;
    Ok(Json(Channels { channels }))
}

/// How far a complaint is, for who knows its number and its code; tries are counted.
///
/// # Errors
/// `not-found` when one of them is wrong, 429.
pub async fn track(
    app: &App,
    organisation: &OrganisationId,
    number: &str,
    code: &str,
) -> Result<Tracked, Refusal> {
    app.limits.tracking(&format!("{organisation}/{number}"))?;
    let query = question(organisation, Actor::Customer, json!({ "number": number, "code": code }));
    let tracked = app.upstream.ask(ServiceName::Intake, TRACK, &query).await?;
    serde_json::from_value(tracked).map_err(|error| Refusal::defect(&error))
}

async fn progress(State(app): State<App>, parameters: Parameters) -> Result<Json<Progress>, Refusal> {
    parameters.only(&["number", "code", "organisation"])?;
    let organisation = app.organisation(parameters.text("organisation"))?;
    let (number, code) = (parameters.required("number")?, parameters.required("code")?);
    let tracked = track(&app, &organisation, number, code).await?;
    let at = tracked.progress.as_ref();
    let incomplete = tracked.clarify.is_some();
    Ok(Json(Progress {
        number: tracked.number,
        received_at: tracked.received_at,
        registered_at: tracked.registered_at,
        now: now(at.map(|at| (at.kind, at.closed))).text(),
        since: at.map(|at| at.since),
        instance: at.map_or(1, |at| at.instance),
        closed: at.is_some_and(|at| at.closed),
        incomplete,
        restated: tracked.clarify.and_then(|asked| asked.restated),
    }))
}

/// What is being done, in plain words.
fn now(at: Option<(StageKind, bool)>) -> pages::Word {
    match at {
        None => stages::RECEIVED,
        Some((_, true)) => stages::CLOSED,
        Some((kind, false)) => stages::plainly(kind).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_plain_words_in_both_languages() {
        for kind in StageKind::ALL {
            let words = now(Some((*kind, false))).text();
            assert!(!words.zh.is_empty() && !words.en.is_empty());
            assert!(words.zh.chars().all(|c| !c.is_ascii_alphabetic()));
        }
    }
}
