//! A replica of the service on a database of its own, and routing's voice.

use std::sync::Arc;

use calendar::VirtualClock;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::Query;
use contracts::{
    CommandId, ComplaintId, Event, EventId, OrganisationId, PersonId, Problem, ServiceName, SubjectRef,
};
use jiff::Timestamp;
use runtime::requests::Queries as _;
use runtime::service::{Input, seal};
use runtime::shell::{Acknowledge, Delivered, Inlet, NoRows, Shell, ShellHandle, ShellOptions, ShellParts};
use serde_json::Value;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::{KeyRing, VaultConfig};

use investigation::queries::Answers;
use investigation::{Investigation, State};

pub(crate) struct Bench {
    pub(crate) pool: PgPool,
    answers: Answers,
    inlet: Inlet,
    handle: ShellHandle,
    stop: CancellationToken,
    task: JoinHandle<()>,
    _database: testkit::TestDatabase,
}

/// What one source says about one subject, sealed and chained as its journal would have it.
pub(crate) struct Voice {
    pub(crate) source: ServiceName,
    pub(crate) subject: SubjectRef,
    last: (u64, [u8; 32]),
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

pub(crate) fn complaint(n: u128) -> SubjectRef {
    SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)))
}

fn now() -> Timestamp {
    "2025-03-07T02:00:00Z".parse().unwrap()
}

pub(crate) fn staff(person: &str, roles: &[&str]) -> Actor {
    Actor::Staff {
        person: PersonId::new(person).unwrap(),
        roles: roles.iter().map(|role| (*role).to_owned().try_into().unwrap()).collect(),
        department: None,
    }
}

impl Voice {
    pub(crate) fn of(source: ServiceName, subject: &SubjectRef) -> Self {
        Self { source, subject: subject.clone(), last: (0, [0; 32]) }
    }

    /// The next message of this source.
    pub(crate) fn says(&mut self, event: impl Into<Event>) -> Message {
        let command = Command {
            id: CommandId::new("cause").unwrap(),
            subject: self.subject.clone(),
            verb: "cause".to_owned(),
            actor: Actor::System,
            expected_version: None,
            traceparent: None,
            body: Value::Null,
        };
        let sequence = self.last.0 + 1;
        let name = format!("{}{}{sequence}", self.source, self.subject);
        let id = EventId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()));
        let input = Input::Command(Box::new(command));
        let said = seal(self.source, id, now(), &input, self.last, event.into()).unwrap();
        self.last = (sequence, said.hash);
        let headers = said.envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value));
        Message { headers: headers.collect(), body: said.body }
    }
}

#[derive(Clone)]
pub(crate) struct Message {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let database =
            testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
        let pool = database.pool(4).await.unwrap();
        journal::migrate(&pool, &journal::Migrator::DEFAULT).await.unwrap();
        let keys = Arc::new(KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap());
        let shell = Shell::new(ShellParts {
            service: Arc::new(Investigation),
            store: NoRows,
            pool: pool.clone(),
            clock: Arc::new(VirtualClock::starting_at(now())),
            ring: Arc::clone(&keys),
            options: ShellOptions::default(),
        });
        let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
        let task = tokio::spawn(shell.run(stop.clone()));
        let answers = Answers { pool: pool.clone(), keys };
        Self { pool, answers, inlet, handle, stop, task, _database: database }
    }

    /// Delivers messages one after the other without waiting in between.
    pub(crate) async fn hear(&self, messages: &[Message]) {
        for message in messages {
            let delivered = Delivered {
                headers: message.headers.clone(),
                body: message.body.clone().into(),
                acknowledge: Acknowledge::none(),
            };
            self.inlet.event(delivered).await.unwrap();
        }
        for _ in 0..2000 {
            if self.handle.pending() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{} inputs are pending after ten seconds", self.handle.pending());
    }

    pub(crate) async fn order(
        &self,
        key: &str,
        actor: Actor,
        (verb, subject): (&str, &SubjectRef),
        body: Value,
    ) -> Answer {
        let command = Command {
            id: CommandId::new(key).unwrap(),
            subject: subject.clone(),
            verb: verb.to_owned(),
            actor,
            expected_version: None,
            traceparent: None,
            body,
        };
        self.inlet.command(command).await
    }

    pub(crate) async fn ask(&self, actor: Actor, name: &str, body: Value) -> Result<Value, Problem> {
        self.answers.answer(name, Query { organisation: organisation(), actor, body }).await
    }

    pub(crate) async fn state(&self, subject: &SubjectRef) -> State {
        let mut heads = journal::head::peek(&self.pool, std::slice::from_ref(subject)).await.unwrap();
        let state = heads.pop().and_then(|head| head.state);
        state.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default()
    }

    /// The names of what was said about a subject, in order; the chain is verified on the way.
    pub(crate) async fn said(&self, subject: &SubjectRef) -> Vec<String> {
        journal::verify_subject(&self.pool, subject).await.unwrap();
        let query = "select header ->> 1 from journal, jsonb_array_elements(headers::jsonb) header
                     where id = $1 and header ->> 0 = 'ce-type' order by sequence";
        let types: Vec<String> =
            sqlx::query_scalar(query).bind(&subject.id).fetch_all(&self.pool).await.unwrap();
        let short = |kind: &String| {
            let prefix = concat!("redress.", "investigation", ".");
            kind.trim_start_matches(prefix).trim_end_matches(".v1").to_owned()
        };
        types.iter().map(short).collect()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}
