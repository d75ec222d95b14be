//! Read-only answers for the gateway, from heads as last committed. Reasons are opened here, and for nobody who is a
//! party to the matter.

use std::sync::Arc;

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::approval::{CASE, CaseAsked, NAMES, ROUND, RoundAsked};
use contracts::{ComplaintId, Problem, ProblemCode, RoundId, ServiceName, SubjectRef, WordId};
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use vault::KeyRing;

use crate::state::{Round, SeatStanding, State, Visit};
use crate::view::{round_view, view};

/// Answers approval's own queries.
#[derive(Clone)]
pub struct Answers {
    /// Approval's database.
    pub pool: PgPool,
    /// The keys of the kept texts.
    pub keys: Arc<KeyRing>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

impl Queries for Answers {
    fn names(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        match name {
            CASE => {
                let asked: CaseAsked = read(&query)?;
                let (state, version) = self.state(&query, asked.complaint).await?;
                may_see(&query.actor, &state)?;
                let words: Vec<_> = rounds(&state).flat_map(|(_, round)| reasons(round)).collect();
                let mut shown = view(&state);
                shown["version"] = json!(version);
                self.with_words(&query, shown, &words).await
            }
            ROUND => {
                let asked: RoundAsked = read(&query)?;
                let (state, _) = self.state(&query, asked.complaint).await?;
                may_see(&query.actor, &state)?;
                let found = rounds(&state).find(|(_, round)| round.id == asked.round);
                let (visit, round) = found.ok_or_else(|| no_such_round(asked.round))?;
                let words: Vec<_> = reasons(round).collect();
                let shown = round_view(&state, visit, round);
                self.with_words(&query, shown, &words).await
            }
            other => Err(Problem::new(ProblemCode::NotFound, format!("approval answers no query {other}"))),
        }
    }
}

impl Answers {
    async fn state(&self, query: &Query, complaint: ComplaintId) -> Result<(State, u64), Problem> {
        let subject = SubjectRef::complaint(&query.organisation, complaint);
        let heads = journal::head::peek(&self.pool, &[subject]).await.map_err(|error| away(&error))?;
        let head = heads.into_iter().next();
        let version = head.as_ref().map_or(0, |head| head.version);
        let text = head.and_then(|head| head.state).ok_or_else(|| {
            Problem::new(ProblemCode::NotFound, "approval knows no such complaint").at("/complaint")
        })?;
        let state = serde_json::from_str(&text);
        Ok((state.map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?, version))
    }

    async fn with_words(&self, query: &Query, mut shown: Value, ids: &[WordId]) -> Result<Value, Problem> {
        let opened =
            open_words(&self.pool, &self.keys, ServiceName::Approval, &query.organisation, ids).await;
        let opened = opened.map_err(|error| away(&error))?;
        let texts: Map<String, Value> =
            opened.into_iter().map(|(id, text)| (id.to_string(), json!(text))).collect();
        shown["words"] = Value::Object(texts);
        Ok(shown)
    }
}

/// Staff and services may, but nobody who is barred from the matter; customers and feeders ask intake.
fn may_see(actor: &Actor, state: &State) -> Result<(), Problem> {
    match actor {
        Actor::System => Ok(()),
        Actor::Staff { person, .. } => {
            let mut open = state.visits.values().filter_map(Visit::open);
            if open.any(|open| open.barred.contains(person)) {
                let detail = "a party to the matter does not read how it is decided";
                return Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
                    .at("/actor")
                    .expected("somebody who is no party to the matter"));
            }
            Ok(())
        }
        Actor::Customer | Actor::Feeder { .. } => {
            Err(Problem::new(ProblemCode::NotAllowed, "an approval is for staff to see")
                .at("/actor")
                .expected("a member of staff"))
        }
    }
}

fn rounds(state: &State) -> impl Iterator<Item = (contracts::VisitId, &Round)> {
    state.visits.iter().flat_map(|(id, visit)| visit.all_rounds().map(|round| (*id, round)))
}

fn reasons(round: &Round) -> impl Iterator<Item = WordId> {
    round.seats().filter_map(|seat| match &seat.standing {
        SeatStanding::Decided { reason, .. } => reason.as_ref().map(|words| words.id),
        SeatStanding::Vacant | SeatStanding::Asked | SeatStanding::Held(_) => None,
    })
}

fn read<T: DeserializeOwned>(query: &Query) -> Result<T, Problem> {
    Problem::read(query.body.clone())
}

fn no_such_round(round: RoundId) -> Problem {
    Problem::new(ProblemCode::NotFound, format!("there is no round {round}")).at("/round")
}

fn away(error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%error, "a query of approval failed");
    Problem::new(ProblemCode::Unavailable, "the store of approval cannot be read now")
}
