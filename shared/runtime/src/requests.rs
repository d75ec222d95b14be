//! Answering commands and queries over NATS.
//!
//! Every request gets an answer: what cannot be taken is answered `unavailable`, what fails is answered `internal`;
//! silence would leave the asker to wait. A command request carries a batch, `Vec<Command>`, and is answered by as
//! many [`Answer`]s in the same order. When the request as a whole is refused (malformed, too many, overload), the
//! answer is a single refusal, which then holds for every command of it.

pub mod builtin;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Endpoint, Info, Request, Requests};
use bytes::Bytes;
use contracts::commands::{Answer, Command, parked};
use contracts::queries::{Query, QueryAnswer};
use contracts::subjects::{self, RequestSubject};
use contracts::{Problem, ProblemCode, ServiceName};
use futures::FutureExt as _;
use metrics::{counter, histogram};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::builtin::Builtin;
use crate::metrics as names;
use crate::shell::Inlet;

/// The queries that a service answers beside the built-in ones.
pub trait Queries: Send + Sync + 'static {
    /// Their names.
    fn names(&self) -> Vec<&'static str>;
    /// Answers the query `name`. Only data of `query.organisation`, and only what `query.actor` may see.
    ///
    /// # Errors
    /// A problem for a body that cannot be read or a thing that is not there, or `unavailable` when the store is away.
    fn answer(&self, name: &str, query: Query) -> impl Future<Output = Result<Value, Problem>> + Send;
}

/// The queries of a service that has none of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQueries;

impl Queries for NoQueries {
    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }
    async fn answer(&self, name: &str, _: Query) -> Result<Value, Problem> {
        Err(Problem::new(ProblemCode::NotFound, format!("there is no query {name}")))
    }
}

/// How many requests are taken.
#[derive(Debug, Clone, Copy)]
pub struct ServingOptions {
    /// Command requests under way at once; further ones are answered `unavailable`.
    pub commands_at_once: usize,
    /// Queries under way at once; they share the database with the commands, so keep it below its connections.
    pub queries_at_once: usize,
    /// Commands in one request at most.
    pub commands_in_request: usize,
    /// How long a query may take before it is answered `unavailable`.
    pub query_patience: Duration,
}

impl Default for ServingOptions {
    fn default() -> Self {
        Self {
            commands_at_once: 1024,
            queries_at_once: 64,
            commands_in_request: 1000,
            query_patience: Duration::from_secs(10),
        }
    }
}

/// Answering the requests to a service.
#[derive(Debug)]
pub struct Serving<Q> {
    /// Which service.
    pub service: ServiceName,
    /// Its version, SemVer.
    pub version: &'static str,
    /// What it does, in one sentence.
    pub description: &'static str,
    /// The verbs it takes.
    pub verbs: Vec<&'static str>,
    /// Its connection to NATS.
    pub bus: Bus,
    /// Where commands go.
    pub inlet: Inlet,
    /// The built-in queries.
    pub builtin: Builtin,
    /// Its own queries.
    pub queries: Q,
    /// How many requests are taken.
    pub options: ServingOptions,
}

/// What the handlers of requests share.
struct Desk<Q> {
    serving: Serving<Q>,
    commands: Arc<Semaphore>,
    queries: Arc<Semaphore>,
}

impl<Q: Queries> Serving<Q> {
    /// Begins to answer; the future it gives answers until `until` is cancelled and then finishes what it took.
    ///
    /// # Errors
    /// When NATS does not let it listen.
    pub async fn begin(
        self,
        until: CancellationToken,
    ) -> Result<impl Future<Output = Result<(), Infallible>> + Send + 'static, BusError> {
        let info = Info {
            name: self.service.to_string(),
            version: self.version.to_owned(),
            description: self.description.to_owned(),
            queue_group: self.service.to_string(),
        };
        let requests = self.bus.serve(info, self.endpoints()).await?;
        let desk = Arc::new(Desk {
            commands: Arc::new(Semaphore::new(self.options.commands_at_once)),
            queries: Arc::new(Semaphore::new(self.options.queries_at_once)),
            serving: self,
        });
        Ok(answer_all(desk, requests, until))
    }

    /// Its own verbs, and those by which a person settles what is parked, which every service takes.
    fn taken(&self) -> impl Iterator<Item = &'static str> {
        self.verbs.iter().chain(parked::VERBS).copied()
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        let service = self.service;
        let commands = self.taken().map(|verb| Endpoint {
            name: format!("command {verb}"),
            subject: subjects::command(service, verb),
        });
        let queries = builtin::NAMES
            .iter()
            .copied()
            .chain(self.queries.names())
            .map(|name| Endpoint { name: format!("query {name}"), subject: subjects::query(service, name) });
        commands.chain(queries).collect()
    }
}

async fn answer_all<Q: Queries>(
    desk: Arc<Desk<Q>>,
    mut requests: Requests,
    until: CancellationToken,
) -> Result<(), Infallible> {
    let tasks = TaskTracker::new();
    loop {
        let next = if until.is_cancelled() {
            requests.next().await
        } else {
            tokio::select! {
                next = requests.next() => next,
                () = until.cancelled() => {
                    requests.stop().await;
                    continue;
                }
            }
        };
        let Some(request) = next else { break };
        desk.take(request, &tasks).await;
    }
    tasks.close();
    tasks.wait().await;
    Ok(())
}

impl<Q: Queries> Desk<Q> {
    /// Begins to answer a request; never waits for room.
    async fn take(self: &Arc<Self>, request: Request, tasks: &TaskTracker) {
        let desk = Arc::clone(self);
        match subjects::parse_request(request.subject()) {
            Some(RequestSubject::Command(_, verb)) => match Arc::clone(&self.commands).try_acquire_owned() {
                Ok(room) => drop(tasks.spawn(async move { desk.command(request, &verb, room).await })),
                Err(_) => respond(&request, &[refusal(overload())]).await,
            },
            Some(RequestSubject::Query(_, name)) => match Arc::clone(&self.queries).try_acquire_owned() {
                Ok(room) => drop(tasks.spawn(async move { desk.query(request, &name, room).await })),
                Err(_) => respond(&request, &QueryAnswer::Refused { problem: overload() }).await,
            },
            None => tracing::error!(subject = request.subject(), "a request on a subject that is not served"),
        }
    }

    async fn command(&self, request: Request, verb: &str, room: OwnedSemaphorePermit) {
        let began = Instant::now();
        let answers = match self.read_commands(request.payload()) {
            Ok(commands) => {
                let count = commands.len();
                let answering = AssertUnwindSafe(self.serving.inlet.commands(commands)).catch_unwind();
                answering.await.unwrap_or_else(|_| {
                    tracing::error!(service = %self.serving.service, verb, "answering commands panicked");
                    vec![refusal(defect()); count]
                })
            }
            Err(problem) => vec![refusal(problem)],
        };
        if !try_respond(&request, &answers).await {
            // They were carried out, but the answers do not fit together: the same ids give the same answers again.
            let detail = "the answers are too large together: repeat with the same keys, fewer at once";
            respond(&request, &[refusal(Problem::new(ProblemCode::OutcomeUnknown, detail))]).await;
        }
        drop(room);
        self.count("command", verb, began);
    }

    fn read_commands(&self, payload: &[u8]) -> Result<Vec<Command>, Problem> {
        let commands: Vec<Command> =
            serde_json::from_slice(payload).map_err(|error| Problem::from_json(&error))?;
        let most = self.serving.options.commands_in_request;
        if commands.len() > most {
            let problem = Problem::new(ProblemCode::TooLarge, "too many commands in one request");
            return Err(problem.at("").expected(format!("at most {most}")));
        }
        if let Some(command) = commands.iter().find(|c| !self.serving.taken().any(|verb| verb == c.verb)) {
            let detail = format!("{} takes no command {}", self.serving.service, command.verb);
            let problem = Problem::new(ProblemCode::InvalidField, detail).at("/verb");
            return Err(
                problem.expected(format!("one of {}", self.serving.taken().collect::<Vec<_>>().join(", ")))
            );
        }
        Ok(commands)
    }

    async fn query(&self, request: Request, name: &str, room: OwnedSemaphorePermit) {
        let began = Instant::now();
        let answering = AssertUnwindSafe(self.answer_query(name, request.payload())).catch_unwind();
        let answer = match tokio::time::timeout(self.serving.options.query_patience, answering).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                tracing::error!(service = %self.serving.service, name, "answering a query panicked");
                Err(defect())
            }
            Err(_) => Err(Problem::new(ProblemCode::Unavailable, "the query took too long")),
        };
        if !try_respond(&request, &QueryAnswer::from(answer)).await {
            let problem =
                Problem::new(ProblemCode::TooLarge, "the answer is too large: ask for less at once")
                    .at("")
                    .expected("a question for less, such as a smaller page");
            respond(&request, &QueryAnswer::Refused { problem }).await;
        }
        drop(room);
        self.count("query", name, began);
    }

    async fn answer_query(&self, name: &str, payload: &Bytes) -> Result<Value, Problem> {
        if let Some(answer) = self.serving.builtin.answer(name, payload).await {
            return answer;
        }
        let query: Query = serde_json::from_slice(payload).map_err(|error| Problem::from_json(&error))?;
        self.serving.queries.answer(name, query).await
    }

    fn count(&self, kind: &'static str, name: &str, began: Instant) {
        let service = self.serving.service.as_str();
        counter!(names::REQUESTS, "service" => service, "kind" => kind, "name" => name.to_owned())
            .increment(1);
        histogram!(names::REQUEST_SECONDS, "service" => service, "kind" => kind)
            .record(began.elapsed().as_secs_f64());
    }
}

fn refusal(problem: Problem) -> Answer {
    Answer::Refused { problem }
}

fn overload() -> Problem {
    Problem::new(ProblemCode::Unavailable, "too much is under way; nothing was done")
}

fn defect() -> Problem {
    Problem::new(ProblemCode::Internal, "the request could not be handled; the log says why")
}

/// Answers; `false` when the answer is too large and nothing was sent.
async fn try_respond(request: &Request, answer: &(impl Serialize + Sync + ?Sized)) -> bool {
    let body = match serde_json::to_vec(answer) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(subject = request.subject(), %error, "an answer cannot be written");
            return false;
        }
    };
    match request.respond(Bytes::from(body)).await {
        Ok(()) => true,
        Err(BusError::TooLarge { .. }) => false,
        Err(error) => {
            tracing::warn!(subject = request.subject(), %error, "an answer was not sent");
            true
        }
    }
}

async fn respond(request: &Request, answer: &(impl Serialize + Sync + ?Sized)) {
    if !try_respond(request, answer).await {
        tracing::error!(subject = request.subject(), "even the refusal was too large");
    }
}
