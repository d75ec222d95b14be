//! To the services and back: commands in batches, queries one by one.
//!
//! **Natural batching.** Each verb of each service has a lane. While its requests are under way, what comes meanwhile
//! waits, and goes together as the next `Vec<Command>`; an idle lane sends at once, so a lone command waits for
//! nothing. The lane is bounded: beyond it the caller is told 503 and nothing was done. A caller that has gone before
//! its command was sent is left out.
//!
//! A lost answer is never guessed: the whole batch is `outcome-unknown`, and each key may be repeated.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bus::{Bus, Headers, RequestError, Traceparent};
use bytes::Bytes;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::asking::{Asker, may_ask};
use contracts::queries::{Query, QueryAnswer};
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, subjects};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::config::GatewayConfig;
use crate::problem::Refusal;

/// Where every program of every service answers.
const PING: &str = "$SRV.PING";
/// How long another program may take to answer after the one before it.
const ANOTHER: Duration = Duration::from_millis(30);
/// What headers and the subject may take of a message, generously.
const HEADROOM: usize = 1024;

/// Requests sent to services. Labels: `subject`.
pub const REQUESTS: &str = "redress_gateway_requests_total";
/// Commands in them; over the requests, the size of a batch. Labels: `subject`.
pub const COMMANDS: &str = "redress_gateway_commands_total";

/// What is done, as the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The version of the subject afterwards.
    pub version: u64,
    /// Whether it was done before, under the same key.
    pub repeated: bool,
    /// What there is to say.
    pub body: Value,
}

type Reply = oneshot::Sender<Result<Done, Refusal>>;

/// A command that waits.
struct Waiting {
    bytes: Vec<u8>,
    reply: Reply,
}

/// How commands travel.
#[derive(Debug, Clone, Copy)]
struct Pace {
    queue: usize,
    batch: usize,
    in_flight: usize,
    patience: Duration,
}

/// The way to the services. Cheap to clone.
#[derive(Clone)]
pub struct Upstream {
    bus: Bus,
    pace: Pace,
    lanes: Arc<RwLock<HashMap<String, mpsc::Sender<Waiting>>>>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("pace", &self.pace).finish_non_exhaustive()
    }
}

impl Upstream {
    /// Over `bus`, at the pace of `config`.
    #[must_use]
    pub fn new(bus: Bus, config: &GatewayConfig) -> Self {
        let pace = Pace {
            queue: config.queue_max,
            batch: config.batch_max,
            in_flight: config.requests_in_flight,
            patience: config.answer_timeout,
        };
        Self { bus, pace, lanes: Arc::default() }
    }

    /// Has `command` carried out by `service`.
    ///
    /// # Errors
    /// What the service refused, 503 when it cannot be asked, 504 when its answer was lost.
    pub async fn order(&self, service: ServiceName, command: &Command) -> Result<Done, Refusal> {
        let bytes = serde_json::to_vec(command).map_err(|error| Refusal::defect(&error))?;
        let most = self.bus.max_payload().saturating_sub(HEADROOM);
        if bytes.len() + 2 > most {
            let problem = Problem::new(ProblemCode::TooLarge, "the order is too large");
            return Err(problem.at("").expected(format!("less than {most} bytes")).into());
        }
        let (reply, answer) = oneshot::channel();
        let lane = self.lane(&subjects::command(service, &command.verb));
        lane.try_send(Waiting { bytes, reply })
            .map_err(|_| Refusal::unavailable(format!("{service} has too much to do; nothing was done")))?;
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Asks `service`.
    ///
    /// # Errors
    /// What the service says, or 503 when it cannot be asked or does not answer in time: a query changes nothing.
    pub async fn ask(&self, service: ServiceName, name: &str, query: &Query) -> Result<Value, Refusal> {
        self.ask_machine(service, name, query).await
    }

    /// Asks `service` one of the questions between machines, which name no asker and ask for no organisation: only
    /// what the caller may see may be taken of the answer.
    ///
    /// # Errors
    /// As [`Upstream::ask`].
    pub async fn ask_machine(
        &self,
        service: ServiceName,
        name: &str,
        question: &(impl serde::Serialize + Sync),
    ) -> Result<Value, Refusal> {
        debug_assert!(
            may_ask(Asker::Gateway, service, name),
            "the gateway does not ask {service} for {name}"
        );
        let payload = serde_json::to_vec(question).map_err(|error| Refusal::defect(&error))?;
        let headers = Headers::default().with_trace(current_trace().as_ref());
        let subject = subjects::query(service, name);
        let asked = self.bus.request_with(&subject, headers, payload.into(), self.pace.patience).await;
        let bytes = asked.map_err(|error| {
            tracing::debug!(%error, %service, name, "a query was not answered");
            Refusal::unavailable(format!("{service} does not answer now"))
        })?;
        let answer: QueryAnswer = serde_json::from_slice(&bytes).map_err(|error| Refusal::defect(&error))?;
        Result::from(answer).map_err(Refusal::from)
    }

    /// How many programs of each service answer, by its name; none where nobody can be asked.
    pub async fn replicas(&self) -> HashMap<String, u64> {
        let mut found = HashMap::new();
        for answer in self.bus.request_all(PING, ANOTHER, self.pace.patience).await.unwrap_or_default() {
            let pong: Value = serde_json::from_slice(&answer).unwrap_or_default();
            if let Some(name) = pong["name"].as_str() {
                *found.entry(name.to_owned()).or_default() += 1;
            }
        }
        found
    }

    fn lane(&self, subject: &str) -> mpsc::Sender<Waiting> {
        if let Some(lane) = self.lanes.read().unwrap_or_else(PoisonError::into_inner).get(subject) {
            return lane.clone();
        }
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            let (sender, waiting) = mpsc::channel(self.pace.queue);
            tokio::spawn(run(self.bus.clone(), subject.to_owned(), self.pace, waiting));
            sender
        };
        lanes.entry(subject.to_owned()).or_insert_with(open).clone()
    }
}

/// One query in `organisation`, asked by `actor`.
#[must_use]
pub fn question(organisation: &OrganisationId, actor: Actor, body: Value) -> Query {
    Query { organisation: organisation.clone(), actor, body }
}

fn current_trace() -> Option<Traceparent> {
    runtime::telemetry::current_traceparent().as_deref().and_then(Traceparent::parse)
}

fn lost() -> Refusal {
    Refusal::new(ProblemCode::OutcomeUnknown, "no answer came in time; repeat with the same key")
        .retry_after(Duration::from_secs(1))
}

/// A lane: takes what waits and sends it, until the gateway is dropped.
async fn run(bus: Bus, subject: String, pace: Pace, mut waiting: mpsc::Receiver<Waiting>) {
    let places = Arc::new(Semaphore::new(pace.in_flight));
    let mut taken: Vec<Waiting> = Vec::with_capacity(pace.batch);
    loop {
        // First a place, then the commands: what comes while all places are taken goes together.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        if taken.is_empty() && waiting.recv_many(&mut taken, pace.batch).await == 0 {
            return;
        }
        taken.retain(|one| !one.reply.is_closed());
        let most = bus.max_payload().saturating_sub(HEADROOM);
        let batch = fitting(&mut taken, most);
        if !batch.is_empty() {
            tokio::spawn(send(bus.clone(), subject.clone(), pace.patience, batch, place));
        }
    }
}

/// Takes from the front as many as go into one message of `most` bytes; one alone always does.
fn fitting(taken: &mut Vec<Waiting>, most: usize) -> Vec<Waiting> {
    let mut bytes = 2;
    let fit = taken.iter().take_while(|one| {
        bytes += one.bytes.len() + 1;
        bytes <= most
    });
    let count = fit.count().max(1).min(taken.len());
    taken.drain(..count).collect()
}

async fn send(
    bus: Bus,
    subject: String,
    patience: Duration,
    batch: Vec<Waiting>,
    _place: OwnedSemaphorePermit,
) {
    metrics::counter!(REQUESTS, "subject" => subject.clone()).increment(1);
    metrics::counter!(COMMANDS, "subject" => subject.clone()).increment(batch.len() as u64);
    let answered = bus.request(&subject, payload(&batch), patience).await;
    match answered {
        Ok(bytes) => hand_out(batch, &bytes, &subject),
        Err(error) => {
            tracing::warn!(%error, subject, commands = batch.len(), "a request to a service was not answered");
            let refusal =
                if let RequestError::Timeout { .. } = error { lost() } else { Refusal::from(&error) };
            for one in batch {
                one.reply.send(Err(refusal.clone())).ok();
            }
        }
    }
}

fn payload(batch: &[Waiting]) -> Bytes {
    let mut payload = Vec::with_capacity(2 + batch.iter().map(|one| one.bytes.len() + 1).sum::<usize>());
    for (index, one) in batch.iter().enumerate() {
        payload.push(if index == 0 { b'[' } else { b',' });
        payload.extend_from_slice(&one.bytes);
    }
    payload.push(b']');
    payload.into()
}

/// Gives each caller its answer.
fn hand_out(batch: Vec<Waiting>, bytes: &[u8], subject: &str) {
    let Some(answers) = answers(bytes, batch.len()) else {
        tracing::error!(subject, "a service's answer cannot be read");
        for one in batch {
            one.reply.send(Err(lost())).ok();
        }
        return;
    };
    for (one, answer) in batch.into_iter().zip(answers) {
        let answer = match answer {
            Answer::Done { version, repeated, body } => Ok(Done { version, repeated, body }),
            Answer::Refused { problem } => Err(problem.into()),
        };
        one.reply.send(answer).ok();
    }
}

/// As many answers as there were commands. A single refusal refuses all of them.
fn answers(bytes: &[u8], commands: usize) -> Option<Vec<Answer>> {
    let mut answers: Vec<Answer> = serde_json::from_slice(bytes).ok()?;
    if answers.len() == commands {
        return Some(answers);
    }
    match (answers.pop(), answers.is_empty()) {
        (Some(Answer::Refused { problem }), true) => Some(vec![Answer::Refused { problem }; commands]),
        (Some(Answer::Refused { .. } | Answer::Done { .. }) | None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(bytes: &str) -> (Waiting, oneshot::Receiver<Result<Done, Refusal>>) {
        let (reply, answer) = oneshot::channel();
        (Waiting { bytes: bytes.as_bytes().to_vec(), reply }, answer)
    }

    #[test]
    fn a_batch_is_one_json_list_that_fits_into_a_message() {
        let mut taken: Vec<_> = ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"].map(|text| waiting(text).0).into();
        let first = fitting(&mut taken, 2 + 2 * 8);
        assert_eq!(payload(&first), "[{\"a\":1},{\"b\":2}]");
        assert_eq!(taken.len(), 1);
        assert_eq!(fitting(&mut taken, 3).len(), 1, "one alone always goes");
    }

    #[test]
    fn each_caller_gets_its_own_answer() {
        let (first, mut to_first) = waiting("{}");
        let (second, mut to_second) = waiting("{}");
        let answers = serde_json::json!([
            { "answer": "done", "version": 3, "body": { "a": 1 } },
            { "answer": "refused", "problem": { "code": "visit-left", "detail": "gone" } },
        ]);
        hand_out(vec![first, second], answers.to_string().as_bytes(), "x");
        assert_eq!(to_first.try_recv().unwrap().unwrap().version, 3);
        let refused = to_second.try_recv().unwrap().unwrap_err();
        assert_eq!(refused.problem.code, ProblemCode::VisitLeft);
    }

    #[test]
    fn an_answer_that_does_not_fit_the_batch_is_no_answer() {
        let one_refusal = r#"[{"answer":"refused","problem":{"code":"unavailable","detail":"full"}}]"#;
        for (answer, code) in [
            ("[]", ProblemCode::OutcomeUnknown),
            ("rubbish", ProblemCode::OutcomeUnknown),
            (r#"[{"answer":"done","version":1,"body":{}}]"#, ProblemCode::OutcomeUnknown),
            (one_refusal, ProblemCode::Unavailable),
        ] {
            let ((first, mut to_first), (second, mut to_second)) = (waiting("{}"), waiting("{}"));
            hand_out(vec![first, second], answer.as_bytes(), "x");
            for told in [to_first.try_recv().unwrap(), to_second.try_recv().unwrap()] {
                assert_eq!(told.unwrap_err().problem.code, code);
            }
        }
    }
}
