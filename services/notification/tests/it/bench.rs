//! A replica of the service on a database and a NATS of its own, its sender, and the voices of its sources.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusOptions};
use calendar::VirtualClock;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::Query;
use contracts::{
    CommandId, ComplainantId, ComplaintId, Event, EventId, OrganisationId, PersonId, Problem, ServiceName,
    SubjectRef,
};
use jiff::Timestamp;
use runtime::config::Section as _;
use runtime::requests::Queries as _;
use runtime::service::{Input, seal};
use runtime::shell::{Acknowledge, Delivered, Inlet, Shell, ShellHandle, ShellOptions, ShellParts};
use serde_json::Value;
use sqlx::PgPool;
use testkit::nats::TestNats;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::{KeyRing, VaultConfig};

use notification::config::NotificationConfig;
use notification::queries::Answers;
use notification::sender::Sender;
use notification::store::Deliveries;
use notification::{Notification, State};

use super::intake::Intake;

pub(crate) struct Bench {
    pub(crate) pool: PgPool,
    pub(crate) nats: TestNats,
    keys: Arc<KeyRing>,
    answers: Answers,
    pub(crate) inlet: Inlet,
    handle: ShellHandle,
    stop: CancellationToken,
    task: JoinHandle<()>,
    sender: Option<(CancellationToken, JoinHandle<()>)>,
    _database: testkit::TestDatabase,
}

/// What one source says about one subject, sealed and chained as its journal would have it.
pub(crate) struct Voice {
    source: ServiceName,
    subject: SubjectRef,
    last: (u64, [u8; 32]),
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

pub(crate) fn complaint(n: u128) -> SubjectRef {
    SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(n)))
}

pub(crate) fn complainant(n: u128) -> ComplainantId {
    ComplainantId(Uuid::from_u128(n))
}

pub(crate) fn now() -> Timestamp {
    "2025-03-07T02:00:00Z".parse().unwrap()
}

pub(crate) fn staff(person: &str, roles: &[&str]) -> Actor {
    Actor::Staff {
        person: PersonId::new(person).unwrap(),
        roles: roles.iter().map(|role| (*role).to_owned().try_into().unwrap()).collect(),
        department: None,
    }
}

/// The defaults, but quick.
pub(crate) fn config(smtp_url: &str) -> NotificationConfig {
    let mut config: NotificationConfig = toml::from_str(NotificationConfig::DEFAULTS).unwrap();
    config.smtp_url = smtp_url.to_owned().into();
    config.smtp_from = "客户服务部 <service@example.com>".to_owned();
    config.retry = vec![jiff::SignedDuration::from_millis(150), jiff::SignedDuration::from_millis(300)];
    config.poll = Duration::from_millis(20);
    config
}

impl Voice {
    pub(crate) fn of(source: ServiceName, subject: &SubjectRef) -> Self {
        Self { source, subject: subject.clone(), last: (0, [0; 32]) }
    }

    /// The next message of this source.
    pub(crate) fn says(&mut self, event: impl Into<Event>) -> Message {
        let command = order("cause", Actor::System, ("cause", &self.subject), Value::Null);
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

fn order(key: &str, actor: Actor, (verb, subject): (&str, &SubjectRef), body: Value) -> Command {
    Command {
        id: CommandId::new(key).unwrap(),
        subject: subject.clone(),
        verb: verb.to_owned(),
        actor,
        expected_version: None,
        traceparent: None,
        body,
    }
}

/// Waits until `holds`, at most ten seconds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within ten seconds");
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let database =
            testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
        let pool = database.pool(8).await.unwrap();
        journal::migrate(&pool, &notification::MIGRATIONS).await.unwrap();
        let keys = Arc::new(KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap());
        let shell = Shell::new(ShellParts {
            service: Arc::new(Notification),
            store: Deliveries,
            pool: pool.clone(),
            clock: Arc::new(VirtualClock::starting_at(now())),
            ring: Arc::clone(&keys),
            options: ShellOptions::default(),
        });
        let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
        let task = tokio::spawn(shell.run(stop.clone()));
        let answers = Answers { pool: pool.clone(), keys: Arc::clone(&keys) };
        let nats = TestNats::start().await.unwrap();
        Self { pool, nats, keys, answers, inlet, handle, stop, task, sender: None, _database: database }
    }

    /// Starts the sender; the one before is stopped.
    pub(crate) async fn send_with(&mut self, config: NotificationConfig) {
        self.stop_sending().await;
        let sender = Sender {
            pool: self.pool.clone(),
            bus: Bus::connect(BusOptions::new(self.nats.url(), "notification")).await.unwrap(),
            inlet: self.inlet.clone(),
            ring: Arc::clone(&self.keys),
            config,
        };
        let stop = CancellationToken::new();
        let until = stop.clone();
        let task = tokio::spawn(async move { sender.run(until).await.unwrap() });
        self.sender = Some((stop, task));
    }

    pub(crate) async fn stop_sending(&mut self) {
        if let Some((stop, task)) = self.sender.take() {
            stop.cancel();
            task.await.unwrap();
        }
    }

    /// Kills the sender as a crash would.
    pub(crate) async fn kill_sender(&mut self) {
        if let Some((_, task)) = self.sender.take() {
            task.abort();
            task.await.ok();
        }
    }

    pub(crate) async fn intake(&self) -> Intake {
        Intake::answering(&self.nats).await
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
        until("heard", || async { self.handle.pending() == 0 }).await;
    }

    pub(crate) async fn order(
        &self,
        key: &str,
        actor: Actor,
        what: (&str, &SubjectRef),
        body: Value,
    ) -> Answer {
        self.inlet.command(order(key, actor, what, body)).await
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
        sqlx::query_scalar("select what from journal where id = $1 order by sequence")
            .bind(&subject.id)
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// The only message: how it stands, its attempts, whether its end was said.
    pub(crate) async fn delivery(&self) -> (String, i32, bool) {
        sqlx::query_as("select state, attempts, settled from delivery").fetch_one(&self.pool).await.unwrap()
    }

    /// Waits until the end of every message was said.
    pub(crate) async fn settled(&self) {
        until("every end was said", || async {
            let open: i64 = sqlx::query_scalar("select count(*) from delivery where not settled")
                .fetch_one(&self.pool)
                .await
                .unwrap();
            open == 0
        })
        .await;
    }

    /// Outcome and detail of each attempt, in order.
    pub(crate) async fn attempts(&self) -> Vec<(String, String)> {
        sqlx::query_as("select outcome, detail from delivery_attempt order by notice, attempt")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    pub(crate) async fn stop(mut self) {
        self.stop_sending().await;
        self.stop.cancel();
        self.task.await.unwrap();
    }
}
