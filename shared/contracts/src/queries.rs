//! Queries: what a service is asked over request-reply, and its answers. A query changes nothing.
//!
//! One query a request, on `redress.query.<service>.<name>`. Every service answers the built-in names: [`HEADS`] and
//! [`JOURNAL`] (what the stream lost), [`CURSORS`], [`CHAINS`], [`PLACES`], [`EXTENT`], [`STATUS`], [`PARKED`], [`HELD`];
//! the others are its own. All but [`PARKED`] and [`HELD`] of the built-in ones are between machines: they go over all
//! organisations and carry no [`Query`], but a question of their own (`runtime::recover::asking`). Who may ask what is
//! in [`asking`].

pub mod analytics;
pub mod approval;
pub mod asking;
pub mod intake;
pub mod investigation;
pub mod notification;
pub mod routing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// The heads of a service, page by page.
pub const HEADS: &str = "heads";
/// The journal of one subject, page by page.
pub const JOURNAL: &str = "journal";
/// How far the service heard a source about some subjects.
pub const CURSORS: &str = "cursors";
/// The service verifies its own hash chains, page by page.
pub const CHAINS: &str = "chains";
/// Where some events stand in the service's journal, with their hashes.
pub const PLACES: &str = "places";
/// How much the service said before an event and from it on.
pub const EXTENT: &str = "extent";
/// How the service is: lag, outbox, held, parked, timers.
pub const STATUS: &str = "status";
/// The parked messages, or one of them.
pub const PARKED: &str = "parked";
/// The events that wait for their predecessor, page by page.
pub const HELD: &str = "held";
/// How the service is in a rehearsal, which alone answers it (`runtime::rehearsal`).
pub const REHEARSAL: &str = "rehearsal";

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Whose data are asked for. A service answers nothing of another organisation.
    pub organisation: OrganisationId,
    /// Who asks; what they may see depends on it.
    pub actor: Actor,
    /// What is asked: one of the query's own type; null where it takes nothing.
    #[serde(default)]
    pub body: serde_json::Value,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum QueryAnswer {
    /// Here it is.
    Found {
        /// What was asked for.
        body: serde_json::Value,
    },
    /// It is not answered.
    Refused {
        /// Why.
        problem: Problem,
    },
}

impl From<Result<serde_json::Value, Problem>> for QueryAnswer {
    fn from(answer: Result<serde_json::Value, Problem>) -> Self {
        match answer {
            Ok(body) => Self::Found { body },
            Err(problem) => Self::Refused { problem },
        }
    }
}

impl From<QueryAnswer> for Result<serde_json::Value, Problem> {
    fn from(answer: QueryAnswer) -> Self {
        match answer {
            QueryAnswer::Found { body } => Ok(body),
            QueryAnswer::Refused { problem } => Err(problem),
        }
    }
}
