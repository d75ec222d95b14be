//! The clock of a rehearsal: business time that stands still between moves.
//!
//! Every service hears moves on one subject and answers, as a query, how it stands. [`advance_to`] moves the whole
//! stack: it waits until every service is quiet, steps to the earliest due timer anywhere, and repeats up to the
//! target. So a live run meets its timers in the same order as the simulator (architecture, Time).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Headers, RequestError};
use bytes::Bytes;
use calendar::{Clock as _, VirtualClock};
use contracts::commands::Actor;
use contracts::queries::{self, Query, QueryAnswer};
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, subjects};
use futures::future::{BoxFuture, try_join_all};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::requests::Queries;

/// The name of the query that a rehearsing service answers with its [`Status`].
pub const QUERY: &str = queries::REHEARSAL;

/// How a service stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its business time.
    pub now: Timestamp,
    /// What keeps it from being quiet; empty: nothing is waiting, under way, unpublished, undelivered or due.
    pub busy: Vec<String>,
    /// The earliest timer set.
    pub earliest_due: Option<Timestamp>,
    /// Inputs handled since the start: while it grows, the service is not quiet.
    pub handled: u64,
}

impl Status {
    /// Whether nothing happens any more until time moves.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.busy.is_empty()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Move {
    to: Timestamp,
}

/// What a service looks up to say how it stands, beside its clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// As [`Status::busy`].
    pub busy: Vec<String>,
    /// As [`Status::earliest_due`].
    pub earliest_due: Option<Timestamp>,
    /// As [`Status::handled`].
    pub handled: u64,
}

/// Looks up how a service stands.
pub type Look = Arc<dyn Fn(Timestamp) -> BoxFuture<'static, Result<Standing, String>> + Send + Sync>;

/// Called when business time was moved.
pub type Moved = Arc<dyn Fn() + Send + Sync>;

/// The service's side of moves: moves `clock` when told and calls `moved`, until `until` is cancelled.
///
/// # Errors
/// When NATS refuses the subject.
pub async fn follow(
    bus: &Bus,
    service: ServiceName,
    clock: Arc<VirtualClock>,
    moved: Moved,
    until: CancellationToken,
) -> Result<impl Future<Output = Result<(), Infallible>> + Send + 'static, BusError> {
    let mut moves = bus.hear(subjects::REHEARSAL_CLOCK).await?;
    Ok(async move {
        while let Some(Some((_, body))) = until.run_until_cancelled(moves.next()).await {
            obey(service, &clock, &moved, &body);
        }
        Ok(())
    })
}

fn obey(service: ServiceName, clock: &VirtualClock, moved: &Moved, body: &[u8]) {
    match serde_json::from_slice::<Move>(body) {
        Ok(Move { to }) => match clock.advance_to(to) {
            Ok(()) => moved(),
            Err(error) => tracing::warn!(%service, %error, "the rehearsal's clock was not moved"),
        },
        Err(error) => tracing::warn!(%service, %error, "a move of the rehearsal's clock cannot be read"),
    }
}

/// A service's queries and, in a rehearsal, the one about how it stands.
pub struct Rehearsable<Q> {
    /// Its own.
    pub own: Q,
    /// Its clock and how its standing is looked up; `None` outside a rehearsal.
    pub rehearsal: Option<(Arc<VirtualClock>, Look)>,
}

impl<Q: Queries> Queries for Rehearsable<Q> {
    fn names(&self) -> Vec<&'static str> {
        let mut names = self.own.names();
        names.extend(self.rehearsal.is_some().then_some(QUERY));
        names
    }

    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        match &self.rehearsal {
            Some((clock, look)) if name == QUERY => {
                let now = clock.now();
                let unknown = |why| Standing { busy: vec![why], ..Standing::default() };
                let Standing { busy, earliest_due, handled } = look(now).await.unwrap_or_else(unknown);
                serde_json::to_value(Status { now, busy, earliest_due, handled })
                    .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
            }
            Some(_) | None => self.own.answer(name, query).await,
        }
    }
}

/// Why the stack could not be moved.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// A service does not answer: it is not running, or not in a rehearsal.
    #[error("{service} does not say how it stands; is it running with clock.mode = \"virtual\"?")]
    Silent {
        /// Which.
        service: ServiceName,
        /// Why.
        source: RequestError,
    },
    /// A service answered something else.
    #[error("what {service} says of its rehearsal cannot be read")]
    Unreadable {
        /// Which.
        service: ServiceName,
        /// Why.
        source: serde_json::Error,
    },
    /// A service does not tell.
    #[error("{service} does not say how it stands")]
    Refused {
        /// Which.
        service: ServiceName,
        /// Why.
        source: Problem,
    },
    /// Work did not end.
    #[error("not quiet after {waited:?} at {now}: {}", busy.join("; "))]
    NotQuiet {
        /// Business time.
        now: Timestamp,
        /// How long it was waited for.
        waited: Duration,
        /// What is still going on, per service.
        busy: Vec<String>,
    },
    /// The target is in the past.
    #[error("business time is {now} and does not go back to {target}")]
    Past {
        /// Business time.
        now: Timestamp,
        /// Where it should go.
        target: Timestamp,
    },
    /// The move could not be told.
    #[error("the move could not be told")]
    Tell(#[from] BusError),
}

/// What a move did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Where business time stands now.
    pub now: Timestamp,
    /// The instants at which it stopped on the way, in order.
    pub steps: Vec<Timestamp>,
}

/// How often services are asked while they are not quiet.
const ASK_EVERY: Duration = Duration::from_millis(15);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// Waits until `services` are quiet, and gives how each stands. `patience` is real time.
///
/// # Errors
/// [`RehearsalError`].
pub async fn settle(
    bus: &Bus,
    services: &[ServiceName],
    patience: Duration,
) -> Result<Vec<Status>, RehearsalError> {
    settle_at(bus, services, None, patience).await
}

/// Moves business time of `services` to `target`, stopping at every timer on the way. `patience` is the longest that
/// the stack may stay busy at one instant, in real time.
///
/// # Errors
/// [`RehearsalError`].
pub async fn advance_to(
    bus: &Bus,
    services: &[ServiceName],
    target: Timestamp,
    patience: Duration,
) -> Result<Advance, RehearsalError> {
    let mut steps = Vec::new();
    let mut at = None;
    loop {
        let standing = settle_at(bus, services, at, patience).await?;
        let now = standing.iter().map(|status| status.now).max().unwrap_or(target);
        if now > target {
            return Err(RehearsalError::Past { now, target });
        }
        let in_step = standing.iter().all(|status| status.now == now);
        let due = standing.iter().filter_map(|status| status.earliest_due).filter(|due| *due <= target).min();
        // Services that started at another time are first brought together.
        let next = if in_step { due.unwrap_or(target) } else { now };
        if in_step && next <= now {
            return Ok(Advance { now, steps });
        }
        let body = serde_json::to_vec(&Move { to: next }).map(Bytes::from).unwrap_or_default();
        bus.tell(subjects::REHEARSAL_CLOCK, Headers::default(), body).await?;
        bus.flush().await?;
        steps.push(next);
        at = Some(next);
    }
}

/// Quiet twice in a row with unchanged counters: between the two looks nothing was handled, so nothing that one
/// service saw as done was still on its way to another.
async fn settle_at(
    bus: &Bus,
    services: &[ServiceName],
    at: Option<Timestamp>,
    patience: Duration,
) -> Result<Vec<Status>, RehearsalError> {
    let began = Instant::now();
    let mut before: Option<Vec<Status>> = None;
    loop {
        let standing = try_join_all(services.iter().map(|service| ask(bus, *service))).await?;
        let there = at.is_none_or(|at| standing.iter().all(|status| status.now == at));
        let quiet = there && standing.iter().all(Status::is_quiet);
        if quiet && before.as_ref() == Some(&standing) {
            return Ok(standing);
        }
        if began.elapsed() > patience {
            let now = standing.iter().map(|status| status.now).min().unwrap_or_default();
            return Err(RehearsalError::NotQuiet {
                now,
                waited: patience,
                busy: told(services, &standing, at),
            });
        }
        before = quiet.then_some(standing);
        tokio::time::sleep(ASK_EVERY).await;
    }
}

fn told(services: &[ServiceName], standing: &[Status], at: Option<Timestamp>) -> Vec<String> {
    let mut busy = Vec::new();
    for (service, status) in services.iter().zip(standing) {
        if let Some(at) = at.filter(|at| status.now != *at) {
            busy.push(format!("{service} is at {}, not at {at}", status.now));
        }
        busy.extend(status.busy.iter().map(|what| format!("{service}: {what}")));
    }
    busy
}

async fn ask(bus: &Bus, service: ServiceName) -> Result<Status, RehearsalError> {
    let subject = subjects::query(service, QUERY);
    let unreadable = |source| RehearsalError::Unreadable { service, source };
    let answer = bus.request(&subject, question(), ANSWER).await;
    let answer = answer.map_err(|source| RehearsalError::Silent { service, source })?;
    match serde_json::from_slice(&answer).map_err(unreadable)? {
        QueryAnswer::Found { body } => serde_json::from_value(body).map_err(unreadable),
        QueryAnswer::Refused { problem } => Err(RehearsalError::Refused { service, source: problem }),
    }
}

/// The question; it is about no organisation's data.
fn question() -> Bytes {
    let organisation = OrganisationId::new("rehearsal").ok();
    let query =
        organisation.map(|organisation| Query { organisation, actor: Actor::System, body: Value::Null });
    serde_json::to_vec(&query).map(Bytes::from).unwrap_or_default()
}
