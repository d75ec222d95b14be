//! Whether what was said about a complaint is still what was said: each service verifies its own hash chain.

use axum::Json;
use axum::extract::State;
use contracts::{ComplaintId, OrganisationId, ServiceName, SubjectRef, queries};
use futures::future::try_join_all;
use runtime::recover::asking::{AskChains, ChainsPage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Segments};
use crate::problem::Refusal;
use crate::sight;
use crate::timeline::SPEAKERS;

/// What verifying found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// Whether every chain is whole.
    pub intact: bool,
    /// The chain of each service.
    pub chains: Vec<Chain>,
}

/// The chain of one service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// Whose.
    pub service: ServiceName,
    /// How many events it has, as far as it is whole.
    pub events: u64,
    /// Where it is broken; absent when it is whole.
    pub broken: Option<Broken>,
}

/// Where a chain is broken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Broken {
    /// The position of the event.
    pub sequence: u64,
    /// `missing`, `unreadable`, `changed`, `unlinked` or `other_end`.
    pub fault: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new().add(
        Endpoint::get(
            "/complaints/{complaint}/audit",
            "Complaints",
            "Whether the hash chains of all that was said about it are whole",
        )
        .may(Act::ReadSystem)
        .answers::<Audit>(),
        audit,
    )
}

async fn audit(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Audit>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller, complaint).await?;
    verified(&app, caller.organisation(), complaint).await.map(Json)
}

/// Has every service verify its chain of a complaint.
///
/// # Errors
/// That one of them cannot be asked: what was not verified is not called whole.
pub async fn verified(
    app: &App,
    organisation: &OrganisationId,
    complaint: ComplaintId,
) -> Result<Audit, Refusal> {
    let ask = AskChains { after: None, only: Some(SubjectRef::complaint(organisation, complaint)) };
    let chains = try_join_all(SPEAKERS.map(|service| chain(app, service, &ask))).await?;
    Ok(Audit { intact: chains.iter().all(|chain| chain.broken.is_none()), chains })
}

async fn chain(app: &App, service: ServiceName, ask: &AskChains) -> Result<Chain, Refusal> {
    let answer = app.upstream.ask_machine(service, queries::CHAINS, ask).await?;
    let page: ChainsPage = serde_json::from_value(answer).map_err(|error| Refusal::defect(&error))?;
    let broken = page.breaks.into_iter().next();
    let broken = broken.map(|one| Broken { sequence: one.sequence, fault: one.fault.as_str().to_owned() });
    Ok(Chain { service, events: page.events, broken })
}
