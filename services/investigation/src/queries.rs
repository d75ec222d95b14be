//! Read-only answers for the gateway, from heads as last committed. Texts are opened here, and for nobody who is a
//! party to the matter; contact data of the complainant never come here.

use std::sync::Arc;

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::investigation::{CASE, CaseAsked, NAMES, VISIT, VisitAsked};
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName, SubjectRef, VisitId, WordId};
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use vault::KeyRing;

use crate::state::{Instance, State};
use crate::view::{view, visit_view};

/// Answers investigation's own queries.
#[derive(Clone)]
pub struct Answers {
    /// Investigation's database.
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
                let words = words_of(state.instances.values());
                let mut shown = view(&state);
                shown["version"] = json!(version);
                self.with_words(&query, shown, &words).await
            }
            VISIT => {
                let asked: VisitAsked = read(&query)?;
                let (state, _) = self.state(&query, asked.complaint).await?;
                may_see(&query.actor, &state)?;
                let shown = visit_view(&state, asked.visit).ok_or_else(|| no_such_visit(asked.visit))?;
                let instance = state.visits.get(&asked.visit).map_or(1, |visit| visit.instance);
                let words = words_of(state.instances.get(&instance));
                self.with_words(&query, shown, &words).await
            }
            other => {
                Err(Problem::new(ProblemCode::NotFound, format!("investigation answers no query {other}")))
            }
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
            Problem::new(ProblemCode::NotFound, "investigation knows no such complaint").at("/complaint")
        })?;
        let state = serde_json::from_str(&text);
        Ok((state.map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?, version))
    }

    async fn with_words(&self, query: &Query, mut shown: Value, ids: &[WordId]) -> Result<Value, Problem> {
        let opened =
            open_words(&self.pool, &self.keys, ServiceName::Investigation, &query.organisation, ids).await;
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
            let mut open = state.visits.values().filter_map(|visit| visit.open());
            if open.any(|open| open.barred.contains(person)) {
                let detail = "a party to the matter does not read how it is investigated";
                return Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
                    .at("/actor")
                    .expected("somebody who is no party to the matter"));
            }
            Ok(())
        }
        Actor::Customer | Actor::Feeder { .. } => {
            Err(Problem::new(ProblemCode::NotAllowed, "an investigation is for staff to see")
                .at("/actor")
                .expected("a member of staff"))
        }
    }
}

fn words_of<'a>(instances: impl IntoIterator<Item = &'a Instance>) -> Vec<WordId> {
    let words = |instance: &'a Instance| {
        let findings = instance.findings.iter().map(|finding| finding.words.id);
        let reasons = instance.proposals.iter().flat_map(|proposal| {
            let declined = proposal.declined.iter().map(|declined| declined.reason.id);
            std::iter::once(proposal.reason.id).chain(declined)
        });
        let measures = instance.measures.iter().flat_map(|measure| {
            let result = measure.done.iter().map(|done| done.result.id);
            std::iter::once(measure.words.id).chain(result)
        });
        let effects = instance.effects.iter().flat_map(|effect| {
            let changes = effect.standardised.iter().map(|document| document.change.id);
            std::iter::once(effect.finding.id).chain(changes)
        });
        let accounts = instance.accounts.iter().map(|account| account.id);
        findings.chain(reasons).chain(accounts).chain(measures).chain(effects)
    };
    instances.into_iter().flat_map(words).collect()
}

fn read<T: DeserializeOwned>(query: &Query) -> Result<T, Problem> {
    Problem::read(query.body.clone())
}

fn no_such_visit(visit: VisitId) -> Problem {
    Problem::new(ProblemCode::NotFound, format!("there is no visit {visit}")).at("/visit")
}

fn away(error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%error, "a query of investigation failed");
    Problem::new(ProblemCode::Unavailable, "the store of investigation cannot be read now")
}
