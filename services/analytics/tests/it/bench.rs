//! A replica of analytics on a database of its own, and the voices of its sources.

use std::collections::BTreeMap;
use std::sync::Arc;

use analytics::queries::Answers;
use analytics::store::Ledger;
use analytics::{Analytics, State};
use calendar::VirtualClock;
use contracts::commands::{Actor, Command};
use contracts::queries::Query;
use contracts::{CommandId, ComplaintId, EventId, OrganisationId, Problem, ServiceName, SubjectRef};
use runtime::requests::Queries as _;
use runtime::service::{Input, seal};
use runtime::shell::{Acknowledge, Delivered, Inlet, Shell, ShellHandle, ShellOptions, ShellParts};
use serde_json::Value;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::{KeyRing, VaultConfig};

use super::story::{Saying, at, li};

pub(crate) struct Bench {
    pub(crate) pool: PgPool,
    answers: Answers,
    pub(crate) inlet: Inlet,
    handle: ShellHandle,
    stop: CancellationToken,
    task: JoinHandle<()>,
    _database: testkit::TestDatabase,
}

/// The journals of the sources: what each said about each subject, sealed and chained.
#[derive(Default)]
pub(crate) struct Journals {
    last: BTreeMap<(ServiceName, SubjectRef), (u64, [u8; 32])>,
    pub(crate) said: Vec<Message>,
}

#[derive(Clone)]
pub(crate) struct Message {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

pub(crate) fn complaint(n: u128) -> SubjectRef {
    SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)))
}

impl Journals {
    /// A source says something about a subject.
    pub(crate) fn say(&mut self, subject: &SubjectRef, saying: &Saying) -> Message {
        let Saying { source, at, event } = saying.clone();
        let command = Command {
            id: CommandId::new("cause").unwrap(),
            subject: subject.clone(),
            verb: "cause".to_owned(),
            actor: Actor::System,
            expected_version: None,
            traceparent: None,
            body: Value::Null,
        };
        let last = self.last.entry((source, subject.clone())).or_insert((0, [0; 32]));
        let name = format!("{source}{subject}{}", last.0 + 1);
        let id = EventId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()));
        let input = Input::Command(Box::new(command));
        let said = seal(source, id, at, &input, *last, event).unwrap();
        *last = (last.0 + 1, said.hash);
        let headers = said.envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value));
        let message = Message { headers: headers.collect(), body: said.body };
        self.said.push(message.clone());
        message
    }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let database =
            testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
        let pool = database.pool(8).await.unwrap();
        journal::migrate(&pool, &analytics::MIGRATIONS).await.unwrap();
        let shell = Shell::new(ShellParts {
            service: Arc::new(Analytics),
            store: Ledger,
            pool: pool.clone(),
            clock: Arc::new(VirtualClock::starting_at(at(0))),
            ring: Arc::new(KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap()),
            options: ShellOptions::default(),
        });
        let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
        let task = tokio::spawn(shell.run(stop.clone()));
        let answers = Answers { pool: pool.clone() };
        Self { pool, answers, inlet, handle, stop, task, _database: database }
    }

    /// Delivers messages without waiting.
    pub(crate) async fn deliver(inlet: &Inlet, messages: &[Message]) {
        for message in messages {
            let delivered = Delivered {
                headers: message.headers.clone(),
                body: message.body.clone().into(),
                acknowledge: Acknowledge::none(),
            };
            inlet.event(delivered).await.unwrap();
        }
    }

    /// Delivers messages and waits until all are dealt with.
    pub(crate) async fn hear(&self, messages: &[Message]) {
        Self::deliver(&self.inlet, messages).await;
        for _ in 0..4000 {
            if self.handle.pending() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{} inputs are pending after twenty seconds", self.handle.pending());
    }

    pub(crate) async fn ask(&self, name: &str, body: Value) -> Value {
        self.ask_as(li(), name, body).await.unwrap()
    }

    pub(crate) async fn ask_as(&self, actor: Actor, name: &str, body: Value) -> Result<Value, Problem> {
        self.answers.answer(name, Query { organisation: organisation(), actor, body }).await
    }

    pub(crate) async fn state(&self, subject: &SubjectRef) -> State {
        let mut heads = journal::head::peek(&self.pool, std::slice::from_ref(subject)).await.unwrap();
        let state = heads.pop().and_then(|head| head.state);
        state.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default()
    }

    /// Every row of the ledger, of all its tables.
    pub(crate) async fn tables(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for statement in [
            "select to_jsonb(t) from case_fact t order by complaint",
            "select to_jsonb(t) from stage_time t order by complaint, visit",
            "select to_jsonb(t) from ownership_quarter t where visits <> 0 order by department, quarter",
            "select to_jsonb(t) from breach t order by complaint, clock",
            "select to_jsonb(t) from ledger_entry t order by complaint, ledger",
            "select to_jsonb(t) from ledger_as_of t",
            "select to_jsonb(t) from registered_quarter t where cases <> 0 order by department, quarter",
            "select to_jsonb(t) from closed_quarter t where cases <> 0 order by department, quarter, satisfaction",
            "select to_jsonb(t) from ran_out_quarter t where breaches <> 0 order by department, quarter",
            "select to_jsonb(t) from open_place t where cases <> 0 order by department, stage",
        ] {
            let rows: Vec<Value> = sqlx::query_scalar(statement).fetch_all(&self.pool).await.unwrap();
            all.extend(rows);
        }
        all
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}
