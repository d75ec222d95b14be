//! Read-only answers, from heads and own tables. What is sealed is opened here and for nobody who may not see it.

mod channels;
mod complaints;
mod contacts;
mod desk;
mod files;
pub(crate) mod guided;
mod submissions;

use std::sync::Arc;

use calendar::Clock;
use contracts::commands::Actor;
use contracts::queries::{Query, intake as asked};
use contracts::{Problem, ProblemCode, SubjectRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgPool;

use crate::Intake;
use crate::state::State;

/// Answers intake's own queries.
#[derive(Clone)]
pub struct Queries {
    pool: PgPool,
    intake: Arc<Intake>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Queries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queries").finish_non_exhaustive()
    }
}

/// Why a query could not be answered.
#[derive(Debug, thiserror::Error)]
enum QueryError {
    /// The asker did not ask well, or may not know.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// PostgreSQL.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// A sealed field does not open.
    #[error(transparent)]
    Sealed(#[from] vault::VaultError),
    /// A kept text does not open.
    #[error(transparent)]
    Words(#[from] runtime::shell::WordsError),
    /// A stored row that nobody could have written.
    #[error("a stored value cannot be read: {0}")]
    Broken(String),
}

type Answered<T> = Result<T, QueryError>;

impl Queries {
    /// Queries over this database; `clock` tells whether a matter would still count as repeated.
    #[must_use]
    pub const fn new(pool: PgPool, intake: Arc<Intake>, clock: Arc<dyn Clock>) -> Self {
        Self { pool, intake, clock }
    }

    async fn answered(&self, name: &str, query: &Query) -> Answered<Value> {
        match name {
            asked::TRACK => json(self.track(query, body(query)?).await),
            asked::CHANNELS => json(self.channels(query).await),
            _ => {
                for_staff(&query.actor)?;
                match name {
                    asked::COMPLAINT => json(self.complaint(query, body(query)?).await),
                    asked::CONTACT => json(self.contact(query, body(query)?).await),
                    asked::EARLIER => json(self.earlier(query, body(query)?).await),
                    asked::DESK => json(self.desk(query, body(query)?).await),
                    asked::TELL => json(self.to_tell(query, body(query)?).await),
                    asked::TEXT => json(self.text(query, body(query)?).await),
                    asked::RECENT => json(self.recent(query, body(query)?).await),
                    asked::FILES => json(self.files(query, body(query)?).await),
                    asked::FILE_CHUNK => json(self.file_chunk(query, body(query)?).await),
                    asked::COUNTS => json(self.counts(query).await),
                    asked::REFUSED_SUBMISSIONS => json(self.refused_submissions(query).await),
                    other => Err(not_found(&format!("intake answers no query “{other}”")).into()),
                }
            }
        }
    }

    /// The state and version of a subject.
    async fn state(&self, subject: &SubjectRef) -> Answered<Option<(State, u64)>> {
        let heads = journal::head::peek(&self.pool, std::slice::from_ref(subject)).await?;
        let Some(head) = heads.into_iter().next() else { return Ok(None) };
        let Some(text) = head.state else { return Ok(None) };
        let state = serde_json::from_str(&text).map_err(|error| QueryError::Broken(error.to_string()))?;
        Ok(Some((state, head.version)))
    }
}

impl runtime::requests::Queries for Queries {
    fn names(&self) -> Vec<&'static str> {
        asked::NAMES.to_vec()
    }

    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        self.answered(name, &query).await.map_err(|error| match error {
            QueryError::Problem(problem) => problem,
            QueryError::Store(error) => {
                tracing::warn!(%error, query = name, "the database did not answer a query");
                Problem::new(ProblemCode::Unavailable, "the database does not answer now")
            }
            error @ (QueryError::Sealed(_) | QueryError::Words(_) | QueryError::Broken(_)) => {
                tracing::error!(%error, query = name, "a query met what it cannot read");
                Problem::new(ProblemCode::Internal, "what is stored cannot be read")
            }
        })
    }
}

fn body<T: DeserializeOwned>(query: &Query) -> Result<T, Problem> {
    Problem::read(query.body.clone())
}

fn json<T: Serialize>(answer: Answered<T>) -> Answered<Value> {
    serde_json::to_value(answer?).map_err(|error| QueryError::Broken(error.to_string()))
}

fn not_found(detail: &str) -> Problem {
    Problem::new(ProblemCode::NotFound, detail)
}

fn for_staff(actor: &Actor) -> Result<(), Problem> {
    match actor {
        Actor::Staff { .. } | Actor::System => Ok(()),
        Actor::Customer | Actor::Feeder { .. } => {
            Err(Problem::new(ProblemCode::NotAllowed, "this is for members of staff")
                .at("/actor")
                .expected("a member of staff"))
        }
    }
}

/// A stored key that must be one.
fn key<T: TryFrom<String>>(text: String) -> Answered<T> {
    T::try_from(text.clone()).map_err(|_| QueryError::Broken(format!("“{text}” is not a key")))
}

/// A stored key that may not be there.
fn maybe_key<T: TryFrom<String>>(text: Option<String>) -> Answered<Option<T>> {
    text.map(key).transpose()
}
