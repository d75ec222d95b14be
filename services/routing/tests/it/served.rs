//! Routing's shell and queries over a real PostgreSQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use calendar::VirtualClock;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::Query;
use contracts::{CommandId, Event, EventId, Problem, ServiceName, SubjectKind, SubjectRef, WordId};
use journal::head::{self, Cursors, HeadChange};
use routing::queries::Answers;
use routing::store::Tables;
use routing::{Library, MIGRATIONS, Routing};
use runtime::requests::Queries as _;
use runtime::service::{Input, seal};
use runtime::shell::{
    Acknowledge, Delivered, Inlet, Shell, ShellHandle, ShellOptions, ShellParts, open_words,
};
use serde_json::Value;
use sqlx::PgPool;
use testkit::TestDatabase;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::{KeyRing, VaultConfig};

use crate::world::{organisation, ts};

/// The time that does not go on here.
const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

/// Routing on a database of its own.
pub(crate) struct Served {
    _database: TestDatabase,
    pub(crate) pool: PgPool,
    pub(crate) inlet: Inlet,
    handle: ShellHandle,
    keys: Arc<KeyRing>,
    stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An order: what it is about, who gives it, and a body that is good.
pub(crate) struct Example {
    pub(crate) subject: SubjectRef,
    pub(crate) actor: Actor,
    pub(crate) body: Value,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let database = testkit::postgres().await.unwrap();
        let pool = database.pool(4).await.unwrap();
        journal::migrate(&pool, &MIGRATIONS).await.unwrap();
        let keys = Arc::new(KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap());
        let shell = Shell::new(ShellParts {
            service: Arc::new(Routing::default()),
            store: Tables,
            pool: pool.clone(),
            clock: Arc::new(VirtualClock::starting_at(ts(FRIDAY))),
            ring: Arc::clone(&keys),
            options: ShellOptions::default(),
        });
        let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
        tokio::spawn(shell.run(stop.clone()));
        Self { _database: database, pool, inlet, handle, keys, stop }
    }

    /// Puts what a world knows into the database, its complaint under another id.
    pub(crate) async fn put(&self, states: &BTreeMap<SubjectRef, String>, as_complaint: &SubjectRef) {
        let mut transaction = self.pool.begin().await.unwrap();
        let renamed = |subject: &SubjectRef| match subject.kind {
            SubjectKind::Complaint => as_complaint.clone(),
            _ => subject.clone(),
        };
        let all: Vec<SubjectRef> = states.keys().map(renamed).collect();
        let known = head::peek(&self.pool, &all).await.unwrap();
        let is_fresh = |subject: &SubjectRef| known.iter().all(|head| head.subject != *subject);
        let fresh: Vec<_> = all.iter().zip(states.values()).filter(|(one, _)| is_fresh(one)).collect();
        let subjects: Vec<_> = fresh.iter().map(|(subject, _)| (*subject).clone()).collect();
        head::insert_missing(&mut transaction, &subjects).await.unwrap();
        let cursors = Cursors::default();
        let mut heads = Vec::new();
        for (subject, state) in fresh {
            let (hash, state) = ([0; 32], Some(state.clone()));
            heads.push(HeadChange { subject, version: 1, sequence: 0, hash, state, cursors: &cursors });
        }
        head::write(&mut transaction, &heads).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub(crate) async fn order(&self, key: String, verb: &str, example: Example) -> Answer {
        let command = Command {
            id: CommandId::new(key).unwrap(),
            subject: example.subject,
            verb: verb.to_owned(),
            actor: example.actor,
            expected_version: None,
            traceparent: None,
            body: example.body,
        };
        self.inlet.command(command).await
    }

    pub(crate) async fn events(&self, subject: &SubjectRef) -> Vec<Value> {
        let query = "select body from journal where id = $1 and kind = $2 order by sequence";
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar(query)
            .bind(&subject.id)
            .bind(subject.kind.as_str())
            .fetch_all(&self.pool)
            .await
            .unwrap();
        bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
    }

    /// Every event about a subject, every text that is kept sealed, and the scenarios beside playbooks.
    pub(crate) async fn read_back(&self, subject: &SubjectRef) -> Vec<Value> {
        let mut read = self.events(subject).await;
        let ids: Vec<Uuid> = sqlx::query_scalar("select id from word").fetch_all(&self.pool).await.unwrap();
        let ids: Vec<_> = ids.into_iter().map(WordId).collect();
        let own = &subject.organisation;
        let words = open_words(&self.pool, &self.keys, ServiceName::Routing, own, &ids).await.unwrap();
        read.extend(words.into_values().map(Value::from));
        let scenarios: Vec<String> =
            sqlx::query_scalar("select scenarios from scenarios").fetch_all(&self.pool).await.unwrap();
        read.extend(scenarios.into_iter().map(Value::from));
        read
    }

    /// Hears the first thing that `source` says about a subject.
    pub(crate) async fn hear(&self, source: ServiceName, subject: &SubjectRef, event: impl Into<Event>) {
        let command = Command {
            id: CommandId::new("cause").unwrap(),
            subject: subject.clone(),
            verb: "cause".to_owned(),
            actor: Actor::System,
            expected_version: None,
            traceparent: None,
            body: Value::Null,
        };
        let id = EventId(Uuid::new_v5(&Uuid::NAMESPACE_URL, subject.id.as_bytes()));
        let input = Input::Command(Box::new(command));
        let said = seal(source, id, ts(FRIDAY), &input, (0, [0; 32]), event.into()).unwrap();
        let headers = said.envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value));
        let (headers, body) = (headers.collect(), said.body.into());
        self.inlet.event(Delivered { headers, body, acknowledge: Acknowledge::none() }).await.unwrap();
        let quiet = async {
            while self.handle.pending() > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), quiet).await.expect("it is handled");
    }

    pub(crate) async fn ask(&self, actor: Actor, name: &str, body: Value) -> Result<Value, Problem> {
        let answers = Answers::new(
            self.pool.clone(),
            Arc::new(Library::default()),
            Arc::clone(&self.keys),
            Arc::new(VirtualClock::starting_at(ts(FRIDAY))),
        );
        answers.answer(name, Query { organisation: organisation(), actor, body }).await
    }
}
