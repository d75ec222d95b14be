//! The queries that every service answers by itself.
//!
//! | name | question | answer |
//! |---|---|---|
//! | `heads` | [`AskHeads`] | [`HeadsPage`] |
//! | `journal` | [`AskJournal`] | [`JournalPage`] |
//! | `cursors` | [`AskCursors`] | [`CursorsPage`] |
//! | `chains` | [`AskChains`] | [`ChainsPage`] |
//! | `places` | [`AskPlaces`](crate::recover::asking::AskPlaces) | [`PlacesPage`](crate::recover::asking::PlacesPage) |
//! | `extent` | [`AskExtent`](crate::recover::asking::AskExtent) | [`Extent`](journal::place::Extent) |
//! | `status` | nothing | [`Status`] |
//! | `parked` | [`Query`] with [`AskParked`] | [`ParkedPage`], or one [`Parked`] with its bytes |
//! | `held` | [`Query`] with [`AskHeld`](held::AskHeld) | [`HeldPage`](held::HeldPage) |
//!
//! All but `parked` and `held` are between machines and go over all organisations.

pub mod held;
mod places;

use std::sync::Arc;

use bus::{Bus, BusError, Listener, ListenerOptions};
use calendar::Clock;
use contracts::queries::{self, Query};
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef};
use jiff::Timestamp;
use journal::parked::{self, Parked, ParkedWhat};
use journal::recover::{HeadLine, heads_page, journal_page};
use journal::{BrokenChain, VerifyError, head, timer, verify_subject};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::recover::asking::{
    AskChains, AskCursors, AskHeads, AskJournal, ChainBreak, ChainsPage, CursorLine, CursorsPage, HeadsPage,
    JournalEvent, JournalPage, PAGE_LINES,
};
use crate::shell::ShellHandle;

/// The names of the built-in queries.
pub const NAMES: &[&str] = &[
    queries::HEADS,
    queries::JOURNAL,
    queries::CURSORS,
    queries::CHAINS,
    queries::PLACES,
    queries::EXTENT,
    queries::STATUS,
    queries::PARKED,
    queries::HELD,
];

/// Events of a journal page at most; bytes bound it before.
const PAGE_EVENTS: u32 = 500;
/// Chains verified for one answer.
const PAGE_CHAINS: u32 = 100;
/// Parked inputs of a page.
const PAGE_PARKED: u32 = 100;

/// What the built-in queries look at.
#[derive(Clone)]
pub struct Builtin {
    /// Whose.
    pub service: ServiceName,
    /// What it hears.
    pub sources: Vec<ServiceName>,
    /// Its database.
    pub pool: PgPool,
    /// Its connection to NATS.
    pub bus: Bus,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Its shell.
    pub shell: ShellHandle,
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builtin").field("service", &self.service).finish_non_exhaustive()
    }
}

/// How a service is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Which.
    pub service: ServiceName,
    /// Business time.
    pub now: Timestamp,
    /// Events said and not yet acknowledged by the stream.
    pub unpublished: u64,
    /// How long the oldest of them has been waiting, in seconds.
    pub oldest_unpublished_seconds: u64,
    /// Events waiting for their predecessor.
    pub held: u64,
    /// Inputs that wait for a person.
    pub parked: u64,
    /// Timers that should have fired.
    pub timers_late: u64,
    /// When the earliest timer is due.
    pub earliest_timer: Option<Timestamp>,
    /// Inputs that this replica has taken and not finished.
    pub under_way: u64,
    /// Inputs that this replica has finished since its start.
    pub handled: u64,
    /// How far it is behind each source.
    pub sources: Vec<SourceStatus>,
}

/// How far a service is behind a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Which.
    pub source: ServiceName,
    /// NATS did not say: neither nothing nor something waits.
    #[serde(default)]
    pub unknown: bool,
    /// Messages never delivered; absent when the source has no stream or NATS does not say.
    pub pending: Option<u64>,
    /// Messages delivered and not acknowledged.
    pub unacknowledged: Option<u64>,
    /// When the oldest of both was published.
    pub oldest: Option<Timestamp>,
}

/// Asks for parked inputs: one by id with its bytes, or a page without.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskParked {
    /// This one.
    pub id: Option<Uuid>,
    /// Those after this one.
    pub after: Option<ParkedPlace>,
}

/// Where a page of parked inputs ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ParkedPlace {
    /// When the last was parked.
    pub parked_at: Timestamp,
    /// Its id.
    pub id: Uuid,
}

/// Parked inputs, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ParkedPage {
    /// Each without its bytes.
    pub parked: Vec<Value>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<ParkedPlace>,
}

impl Builtin {
    /// Answers the built-in query `name`; `None` when it is not one.
    ///
    /// # Errors
    /// A problem for a question that cannot be read, or `unavailable` when the store is away.
    pub async fn answer(&self, name: &str, question: &[u8]) -> Option<Result<Value, Problem>> {
        Some(match name {
            queries::HEADS => self.answer_with(question, async |ask| self.heads(ask).await).await,
            queries::JOURNAL => self.answer_with(question, async |ask| self.journal(ask).await).await,
            queries::CURSORS => self.answer_with(question, async |ask| self.cursors(ask).await).await,
            queries::CHAINS => self.answer_with(question, async |ask| self.chains(ask).await).await,
            queries::PLACES => self.answer_with(question, async |ask| self.places(ask).await).await,
            queries::EXTENT => self.answer_with(question, async |ask| self.extent(ask).await).await,
            queries::STATUS => match self.status().await {
                Ok(status) => written(&status),
                Err(problem) => Err(problem),
            },
            queries::PARKED => self.answer_with(question, async |ask| self.parked(ask).await).await,
            queries::HELD => self.answer_with(question, async |ask| self.held(ask).await).await,
            _ => return None,
        })
    }

    async fn answer_with<Q: DeserializeOwned, A: Serialize>(
        &self,
        question: &[u8],
        answer: impl AsyncFnOnce(Q) -> Result<A, Problem>,
    ) -> Result<Value, Problem> {
        let question = serde_json::from_slice(question).map_err(|error| Problem::from_json(&error))?;
        written(&answer(question).await?)
    }

    async fn heads(&self, ask: AskHeads) -> Result<HeadsPage, Problem> {
        if let Some(only) = ask.only {
            check_count("/only", only.len())?;
            let heads = head::peek(&self.pool, &only).await.map_err(away)?.into_iter();
            let line = |head: head::Head| HeadLine {
                subject: head.subject,
                sequence: head.sequence,
                hash: head.hash,
            };
            return Ok(HeadsPage { heads: heads.map(line).collect(), more: false });
        }
        let heads = heads_page(&self.pool, ask.since, ask.after.as_ref(), PAGE_LINES).await.map_err(away)?;
        Ok(HeadsPage { more: heads.len() >= PAGE_LINES as usize, heads })
    }

    async fn journal(&self, ask: AskJournal) -> Result<JournalPage, Problem> {
        let lines = journal_page(&self.pool, &ask.subject, ask.after, PAGE_EVENTS).await.map_err(away)?;
        let event = |line: journal::recover::JournalLine| {
            let body = String::from_utf8(line.body.to_vec());
            let body = body.map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
            Ok(JournalEvent { sequence: line.sequence, headers: line.headers, body })
        };
        Ok(JournalPage { events: lines.into_iter().map(event).collect::<Result<_, Problem>>()? })
    }

    async fn cursors(&self, ask: AskCursors) -> Result<CursorsPage, Problem> {
        check_count("/subjects", ask.subjects.len())?;
        let mut heads: std::collections::BTreeMap<_, _> = head::peek(&self.pool, &ask.subjects)
            .await
            .map_err(away)?
            .into_iter()
            .map(|head| (head.subject.clone(), head.cursors.get(&ask.source).copied()))
            .collect();
        let line = |subject| {
            let cursor = heads.remove(subject).flatten().unwrap_or_default();
            CursorLine { sequence: cursor.sequence, hash: cursor.hash, parked: cursor.parked }
        };
        Ok(CursorsPage { cursors: ask.subjects.iter().map(line).collect() })
    }

    async fn chains(&self, ask: AskChains) -> Result<ChainsPage, Problem> {
        let mut page =
            ChainsPage { chains: 0, events: 0, broken: Vec::new(), breaks: Vec::new(), next: None };
        if let Some(only) = &ask.only {
            self.verify(&mut page, only).await?;
            return Ok(page);
        }
        let heads = heads_page(&self.pool, None, ask.after.as_ref(), PAGE_CHAINS).await.map_err(away)?;
        let full = heads.len() >= PAGE_CHAINS as usize;
        let next = heads.last().filter(|_| full).map(|head| head.subject.clone());
        page.next = next;
        for head in heads {
            self.verify(&mut page, &head.subject).await?;
        }
        Ok(page)
    }

    /// Verifies one chain into `page`.
    async fn verify(&self, page: &mut ChainsPage, subject: &SubjectRef) -> Result<(), Problem> {
        page.chains += 1;
        let verified = match verify_subject(&self.pool, subject).await {
            // It may have been said to while it was verified: only what stays broken is.
            Err(VerifyError::Broken(_)) => verify_subject(&self.pool, subject).await,
            other => other,
        };
        match verified {
            Ok(events) => page.events += events,
            Err(VerifyError::Broken(broken)) => {
                page.broken.push(broken.to_string());
                let BrokenChain { subject, sequence, fault } = broken;
                page.breaks.push(ChainBreak { subject, sequence, fault });
            }
            Err(VerifyError::Store(error)) => return Err(away(error)),
        }
        Ok(())
    }

    /// How the service is now.
    ///
    /// # Errors
    /// `unavailable` when PostgreSQL is away. What NATS does not say is left out.
    pub async fn status(&self) -> Result<Status, Problem> {
        let now = self.clock.now();
        let gauges = journal::gauges(&self.pool, now).await.map_err(away)?;
        let mut sources = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            sources.push(self.source_status(*source).await);
        }
        Ok(Status {
            service: self.service,
            now,
            unpublished: gauges.unpublished,
            oldest_unpublished_seconds: gauges.oldest_unpublished.as_secs(),
            held: gauges.held,
            parked: gauges.parked,
            timers_late: gauges.timers_late,
            earliest_timer: timer::earliest(&self.pool).await.map_err(away)?,
            under_way: self.shell.pending(),
            handled: self.shell.handled(),
            sources,
        })
    }

    async fn source_status(&self, source: ServiceName) -> SourceStatus {
        let listener = Listener::new(self.bus.clone(), ListenerOptions::events(self.service, source));
        match listener.lag().await {
            Ok(lag) => SourceStatus {
                source,
                pending: Some(lag.pending),
                unacknowledged: Some(lag.unacknowledged),
                oldest: lag.oldest,
                unknown: false,
            },
            Err(error) => {
                let unknown = !matches!(error, BusError::NoSuchStream { .. });
                if unknown {
                    tracing::debug!(service = %self.service, %source, %error, "the lag was not taken");
                }
                SourceStatus { source, pending: None, unacknowledged: None, oldest: None, unknown }
            }
        }
    }

    async fn parked(&self, query: Query) -> Result<Value, Problem> {
        let ask: AskParked = asked(query.body)?;
        match ask.id {
            Some(id) => self.parked_one(&query.organisation, id).await,
            None => written(&self.parked_page(&query.organisation, ask.after).await?),
        }
    }

    async fn parked_one(&self, organisation: &OrganisationId, id: Uuid) -> Result<Value, Problem> {
        let found = parked::load(&self.pool, &[(organisation, id)]).await.map_err(away)?;
        let none = || Problem::new(ProblemCode::NotFound, "nothing is parked under this id").at("/id");
        let parked = found.into_iter().next().ok_or_else(none)?;
        let mut shown = show(&parked);
        shown["headers"] = serde_json::json!(parked.headers);
        shown["body"] = Value::String(String::from_utf8_lossy(&parked.body).into_owned());
        Ok(shown)
    }

    async fn parked_page(
        &self,
        organisation: &OrganisationId,
        after: Option<ParkedPlace>,
    ) -> Result<ParkedPage, Problem> {
        let after = after.map(|place| (place.parked_at, place.id));
        let found = parked::list(&self.pool, organisation, after, PAGE_PARKED).await.map_err(away)?;
        let full = found.len() >= PAGE_PARKED as usize;
        let next = found.last().filter(|_| full);
        let next = next.map(|parked| ParkedPlace { parked_at: parked.parked_at, id: parked.id });
        Ok(ParkedPage { parked: found.iter().map(show).collect(), next })
    }
}

/// A parked input without its bytes.
fn show(parked: &Parked) -> Value {
    let named = parked.headers.iter().find(|(name, _)| name == "ce-type").map(|(_, value)| value);
    let what = match &parked.what {
        ParkedWhat::Event { source, sequence, event, .. } => serde_json::json!({
            "kind": "event", "source": source, "sequence": sequence, "event": event, "type": named,
        }),
        ParkedWhat::Unreadable => serde_json::json!({ "kind": "unreadable" }),
        ParkedWhat::Timer { key, due } => serde_json::json!({ "kind": "timer", "key": key, "due": due }),
    };
    serde_json::json!({
        "id": parked.id,
        "subject": parked.subject,
        "what": what,
        "code": parked.code,
        "reason": parked.reason,
        "parked_at": parked.parked_at,
        "attempts": parked.attempts,
        "settled": parked.settled.as_ref().map(|settled| serde_json::json!({
            "at": settled.at, "by": settled.by, "reason": settled.reason,
        })),
    })
}

fn check_count(pointer: &str, count: usize) -> Result<(), Problem> {
    if count > PAGE_LINES as usize {
        let problem = Problem::new(ProblemCode::TooLarge, "too much is asked for at once");
        return Err(problem.at(pointer).expected(format!("at most {PAGE_LINES}")));
    }
    Ok(())
}

/// What is asked; the default where the question says nothing.
fn asked<Q: DeserializeOwned + Default>(body: Value) -> Result<Q, Problem> {
    if body.is_null() {
        return Ok(Q::default());
    }
    serde_json::from_value(body).map_err(|error| Problem::from_json(&error))
}

fn written(answer: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}

fn away(error: sqlx::Error) -> Problem {
    tracing::warn!(%error, "a query could not be answered");
    Problem::new(ProblemCode::Unavailable, "the service's database does not answer")
}
