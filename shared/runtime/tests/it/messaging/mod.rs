//! Two small services over a real PostgreSQL and a real nats-server: intake says, routing hears.

mod comparing;
mod lagging;
mod recovering;
mod relaying;
mod requesting;

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusOptions, StreamLimits};
use calendar::SystemClock;
use contracts::commands::{Actor, Answer, Command};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::{CommandId, Facts, OrganisationId, Problem, ServiceName, SubjectKind, SubjectRef};
use journal::{Migrator, migrate};
use runtime::config::{ListenConfig, RelayConfig};
use runtime::listen::Listening;
use runtime::reconcile::{Report, reconcile};
use runtime::recover::Recovery;
use runtime::relay::Relay;
use runtime::requests::builtin::Builtin;
use runtime::requests::{Queries, Serving, ServingOptions};
use runtime::service::{Context, Decision, Happened, Input, Service};
use runtime::shell::{Inlet, NoRows, Shell, ShellOptions, ShellParts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::TestDatabase;
use testkit::nats::TestNats;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use vault::{KeyRing, VaultConfig};

const TELLER: ServiceName = ServiceName::Intake;
const HEARER: ServiceName = ServiceName::Routing;

/// Says a fact as often as it is told to, and counts what it hears.
#[derive(Debug, Clone, Copy)]
struct Small {
    name: ServiceName,
    sources: &'static [ServiceName],
}

const TELLS: Small = Small { name: TELLER, sources: &[] };
const HEARS: Small = Small { name: HEARER, sources: &[TELLER] };

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Count {
    heard: u64,
    said: u64,
}

impl Service for Small {
    type State = Count;
    type Row = std::convert::Infallible;

    fn name(&self) -> ServiceName {
        self.name
    }
    fn sources(&self) -> &'static [ServiceName] {
        self.sources
    }
    fn verbs(&self) -> Vec<&'static str> {
        vec!["say"]
    }
    fn decide(
        &self,
        context: &Context<'_, Count>,
        state: &Count,
        input: &Input,
    ) -> Result<Decision<Self::Row>, Problem> {
        let mut decision = Decision::nothing();
        if let Input::Command(command) = input {
            let times: u64 = command.read()?;
            for _ in 0..times {
                let (by, facts) = (Actor::System, Facts::default());
                decision.say(FactRecorded { facts, at: context.now(), by, visit: None });
            }
            return decision.answer_with(&json!({ "said": state.said + times }));
        }
        Ok(decision)
    }
    fn evolve(&self, state: &mut Count, happened: &Happened<'_>) {
        if happened.source == self.name { state.said += 1 } else { state.heard += 1 }
    }
}

/// Answers `echo`, and `sleep` after as many milliseconds as it is asked for; panics at `panic`.
#[derive(Debug)]
struct Own;

impl Queries for Own {
    fn names(&self) -> Vec<&'static str> {
        vec!["echo", "sleep", "panic"]
    }
    async fn answer(&self, name: &str, query: contracts::queries::Query) -> Result<Value, Problem> {
        match name {
            "sleep" => tokio::time::sleep(Duration::from_millis(query.body.as_u64().unwrap())).await,
            "panic" => panic!("as asked"),
            _ => {}
        }
        Ok(json!({ "organisation": query.organisation, "body": query.body }))
    }
}

/// A replica of a service with everything that joins bus and journal.
struct Node {
    pool: PgPool,
    bus: Bus,
    inlet: Inlet,
    until: CancellationToken,
    tasks: JoinSet<()>,
}

/// What differs between nodes.
#[derive(Clone, Copy)]
struct Setup {
    small: Small,
    serving: ServingOptions,
    shell_runs: bool,
}

fn setup(small: Small) -> Setup {
    Setup { small, serving: ServingOptions::default(), shell_runs: true }
}

async fn database() -> TestDatabase {
    let database =
        testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
    let pool = database.pool(1).await.unwrap();
    migrate(&pool, &Migrator::DEFAULT).await.unwrap();
    pool.close().await;
    database
}

async fn nats() -> TestNats {
    TestNats::start().await.expect("nats-server starts; if it is missing, run deploy/install")
}

impl Node {
    async fn start(setup: Setup, database: &TestDatabase, nats: &TestNats) -> Self {
        Self::start_at(&nats.url(), setup, database).await
    }

    /// One that reaches NATS at `url`.
    async fn start_at(url: &str, setup: Setup, database: &TestDatabase) -> Self {
        let Setup { small, serving, shell_runs } = setup;
        let pool = database.pool(8).await.unwrap();
        let mut options = BusOptions::of(small.name, url);
        options.answer_patience = Duration::from_secs(2);
        let bus = Bus::connect(options).await.unwrap();
        let shell = Shell::new(ShellParts {
            service: Arc::new(small),
            store: NoRows,
            pool: pool.clone(),
            clock: Arc::new(SystemClock),
            ring: Arc::new(KeyRing::from_config(&VaultConfig::generate().unwrap()).unwrap()),
            options: ShellOptions { patience: Duration::from_secs(2), ..ShellOptions::default() },
        });
        let (inlet, handle, until) = (shell.inlet(), shell.handle(), CancellationToken::new());
        let mut tasks = JoinSet::new();
        let relay = Relay {
            service: small.name,
            pool: pool.clone(),
            leader: database.options().unwrap(),
            bus: bus.clone(),
            limits: StreamLimits { event_max_bytes: 64 << 20, ..StreamLimits::default() },
            config: RelayConfig {
                in_flight: 100,
                keep: Duration::from_secs(600),
                poll: Duration::from_millis(200),
            },
            said: handle.said(),
        };
        let stop = until.clone();
        tasks.spawn(async move { relay.run(stop).await.unwrap() });
        hear(small, &pool, &bus, &inlet, &until, &mut tasks);
        let serving = Serving {
            service: small.name,
            version: "0.1.0",
            description: "A small service",
            verbs: small.verbs(),
            bus: bus.clone(),
            inlet: inlet.clone(),
            builtin: Builtin {
                service: small.name,
                sources: small.sources.to_vec(),
                pool: pool.clone(),
                bus: bus.clone(),
                clock: Arc::new(SystemClock),
                shell: handle,
            },
            queries: Own,
            options: serving,
        };
        let answering = serving.begin(until.clone()).await.unwrap();
        tasks.spawn(async move { answering.await.unwrap() });
        if shell_runs {
            let stop = until.clone();
            tasks.spawn(async move { shell.run(stop).await });
        } else {
            // It is kept, so that its queue stays open.
            tasks.spawn(async move {
                std::future::pending::<()>().await;
                drop(shell);
            });
        }
        Self { pool, bus, inlet, until, tasks }
    }

    async fn say(&self, subject: &str, key: &str, times: u64) -> Answer {
        self.inlet.command(command(subject, key, times)).await
    }

    async fn stop(mut self) {
        self.until.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.pool.close().await;
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    async fn heard(&self) -> i64 {
        self.count("select coalesce(sum((state->>'heard')::bigint), 0)::bigint from head").await
    }

    async fn until_published(&self) {
        wait("everything is published", async || {
            self.count("select count(*) from outbox where published_at is null").await == 0
        })
        .await;
    }
}

fn hear(
    small: Small,
    pool: &PgPool,
    bus: &Bus,
    inlet: &Inlet,
    until: &CancellationToken,
    tasks: &mut JoinSet<()>,
) {
    let config = ListenConfig {
        fetch_max: 500,
        fetch_wait: Duration::from_millis(200),
        missing_after: Duration::from_millis(300),
        reconcile_every: Duration::from_secs(3600),
    };
    let (suspicion, recovery) =
        Recovery::new(small.name, small.sources, pool.clone(), bus.clone(), inlet.clone(), config.clone());
    let stop = until.clone();
    tasks.spawn(async move { recovery.run(stop).await.unwrap() });
    for source in small.sources {
        let listening = Listening {
            service: small.name,
            source: *source,
            bus: bus.clone(),
            inlet: inlet.clone(),
            suspicion: suspicion.clone(),
            config: config.clone(),
        };
        let stop = until.clone();
        tasks.spawn(async move { listening.run(stop).await.unwrap() });
    }
}

fn subject(id: &str) -> SubjectRef {
    let organisation = OrganisationId::new("huarun").unwrap();
    SubjectRef { organisation, kind: SubjectKind::Complaint, id: id.into() }
}

fn command(id: &str, key: &str, times: u64) -> Command {
    Command {
        id: CommandId::new(format!("{id}-{key}")).unwrap(),
        subject: subject(id),
        verb: "say".into(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: json!(times),
    }
}

async fn wait(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let began = std::time::Instant::now();
    while !condition().await {
        assert!(began.elapsed() < Duration::from_secs(40), "{what}: not within 40 seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn compared(bus: &Bus) -> Report {
    reconcile(bus, &[(TELLER, &[]), (HEARER, &[TELLER])], Duration::from_secs(40)).await.unwrap()
}

/// Asserts that everything said was heard once, that the streams hold nothing else, and that `events` were said about `subjects`.
async fn assert_whole(teller: &Node, hearer: &Node, subjects: u64, events: u64) {
    let report = compared(&teller.bus).await;
    assert!(report.is_whole(), "{report:#?}");
    assert_eq!((report.subjects, report.events), (subjects, events));
    assert_eq!(hearer.heard().await, i64::try_from(events).unwrap());
    assert_eq!(hearer.count("select count(*) from parked").await, 0);
}
