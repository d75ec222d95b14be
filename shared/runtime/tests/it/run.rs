//! Two services in one process, wired by `run::start`, with the users of `deploy/nats` and a rehearsal's clock.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bus::{Bus, BusOptions};
use bytes::Bytes;
use contracts::commands::{Actor, Answer, Command};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::queries::intake::COUNTS;
use contracts::queries::{Query, QueryAnswer};
use contracts::{
    CommandId, Event, Facts, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, subjects,
};
use embedded::{Nats, NatsOptions, temporary_folder};
use jiff::{SignedDuration, Timestamp};
use runtime::config::{ClockMode, RuntimeConfig};
use runtime::definition::Definition;
use runtime::permissions::nats_config_with;
use runtime::process::Process;
use runtime::requests::Queries;
use runtime::service::{Context, Decision, Happened, Input, Service, TimerChange};
use runtime::shell::NoRows;
use runtime::{rehearsal, run};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::TestDatabase;

pub(crate) static NOTHING: journal::Migrator = journal::Migrator::DEFAULT;
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

static SUBJECT: LazyLock<SubjectRef> =
    LazyLock::new(|| SubjectRef::directory(&OrganisationId::new("demo").unwrap()));

/// Says a fact when ordered, one more an hour later, and one for each that it hears if it is an echo.
pub(crate) struct Toy {
    pub(crate) name: ServiceName,
    pub(crate) sources: &'static [ServiceName],
    pub(crate) echo: bool,
}

impl Service for Toy {
    type State = BTreeMap<String, u64>;
    type Row = Infallible;

    fn name(&self) -> ServiceName {
        self.name
    }
    fn sources(&self) -> &'static [ServiceName] {
        self.sources
    }
    fn verbs(&self) -> Vec<&'static str> {
        vec!["toy.say"]
    }
    fn decide(
        &self,
        context: &Context<'_, Self::State>,
        _: &Self::State,
        input: &Input,
    ) -> Result<Decision<Infallible>, Problem> {
        let mut decision = Decision::nothing();
        let fact =
            FactRecorded { facts: Facts::default(), at: context.now(), by: Actor::System, visit: None };
        match input {
            Input::Command(command) if command.body.is_null() => {
                let due = context.now() + SignedDuration::from_hours(1);
                decision.say(fact).timers.push(TimerChange::Set {
                    key: "again".into(),
                    due,
                    payload: Value::Null,
                });
            }
            Input::Command(_) => return Err(Problem::new(ProblemCode::InvalidField, "no body is expected")),
            Input::Due(_) => drop(decision.say(fact)),
            Input::Heard(_) if self.echo => drop(decision.say(fact)),
            Input::Heard(_) => {}
        }
        Ok(decision)
    }
    fn evolve(&self, state: &mut Self::State, happened: &Happened<'_>) {
        *state.entry(happened.source.to_string()).or_default() += 1;
    }
}

struct Counts(PgPool);

impl Queries for Counts {
    fn names(&self) -> Vec<&'static str> {
        vec![COUNTS]
    }
    async fn answer(&self, _: &str, query: Query) -> Result<Value, Problem> {
        let subject = SubjectRef::directory(&query.organisation);
        let heads = journal::head::peek(&self.0, &[subject]).await;
        let heads = heads.map_err(|error| Problem::new(ProblemCode::Unavailable, error.to_string()))?;
        let state = heads.into_iter().next().and_then(|head| head.state);
        let state = state.map(|text| serde_json::from_str(&text).unwrap());
        Ok(state.unwrap_or_default())
    }
}

pub(crate) fn password(user: &str) -> String {
    format!("{user}-0123456789abcdef")
}

pub(crate) fn config(
    service: ServiceName,
    database: &TestDatabase,
    nats: &Nats,
    start: &str,
) -> RuntimeConfig {
    let mut config = RuntimeConfig::documented().unwrap();
    config.postgres.url = database.url().into();
    config.nats.url = nats.url();
    config.nats.user = service.to_string();
    config.nats.password = password(service.as_str()).into();
    config.clock.mode = ClockMode::Virtual;
    config.clock.rehearsal = true;
    config.clock.start = start.into();
    config.vault = vault::VaultConfig::generate().unwrap();
    config.listen.missing_after = Duration::from_millis(200);
    config
}

pub(crate) async fn user(nats: &Nats, name: &str) -> Bus {
    Bus::connect(BusOptions::new(nats.url(), name).signed_in(name, password(name).into())).await.unwrap()
}

pub(crate) fn order(subject: &SubjectRef, key: &str, body: Value) -> Bytes {
    let command = Command {
        id: CommandId::new(key).unwrap(),
        subject: subject.clone(),
        verb: "toy.say".into(),
        actor: Actor::System,
        expected_version: None,
        traceparent: Some(TRACE.into()),
        body,
    };
    Bytes::from(serde_json::to_vec(&[command]).unwrap())
}

async fn counts(operator: &Bus, service: ServiceName) -> Value {
    let query = Query { organisation: SUBJECT.organisation.clone(), actor: Actor::System, body: Value::Null };
    let body = Bytes::from(serde_json::to_vec(&query).unwrap());
    let answer = operator.request(&subjects::query(service, COUNTS), body, PATIENCE).await.unwrap();
    match serde_json::from_slice(&answer).unwrap() {
        QueryAnswer::Found { body } => body,
        QueryAnswer::Refused { problem } => panic!("{problem}"),
    }
}

async fn traces(pool: &PgPool) -> Vec<String> {
    let rows: Vec<Value> = sqlx::query_scalar("select to_jsonb(headers) from journal order by sequence")
        .fetch_all(pool)
        .await
        .unwrap();
    rows.iter()
        .map(Value::to_string)
        .filter(|headers| headers.contains("0af7651916cd43dd8448eb211c80319c"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn services_in_one_process_answer_echo_keep_time_and_stop_in_order() {
    let folder = temporary_folder().unwrap();
    let nats_config = nats_config_with(password).unwrap();
    let nats = Nats::start(NatsOptions::new(folder.path(), nats_config)).await.unwrap();
    let (one, other) = (testkit::postgres().await.unwrap(), testkit::postgres().await.unwrap());
    let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    let intake = config(ServiceName::Intake, &one, &nats, "2026-03-02T01:00:00Z");
    let routing = config(ServiceName::Routing, &other, &nats, "2026-03-02T01:00:00Z");
    let process = Process::bare(&intake);

    let worked = Arc::new(AtomicU64::new(0));
    let (working, outstanding) = (worked.clone(), worked.clone());
    let says = Toy { name: ServiceName::Intake, sources: &[ServiceName::Routing], echo: false };
    let says = Definition::new(says, NoRows, &NOTHING, "0.1.0", "Says")
        .with_queries(|around| Counts(around.pool.clone()))
        .with_background("worker", |around| async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            working.fetch_add(1, Ordering::SeqCst);
            around.until.cancelled().await;
            Ok(())
        })
        .with_outstanding("pieces of work", move |_| {
            let left = 1 - outstanding.load(Ordering::SeqCst).min(1);
            async move { Ok(left) }
        });
    let echoes = Toy { name: ServiceName::Routing, sources: &[ServiceName::Intake], echo: true };
    let echoes = Definition::new(echoes, NoRows, &NOTHING, "0.1.0", "Echoes")
        .with_queries(|around| Counts(around.pool.clone()));
    let running = run::start(says, &intake, &process).await.unwrap();
    run::start(echoes, &routing, &process).await.unwrap();
    let readiness = process.health.readiness().await;
    assert!(readiness.ready && readiness.parts.len() == 4, "{readiness:?}");

    let gateway = user(&nats, "gateway").await;
    let subject = subjects::command(ServiceName::Intake, "toy.say");
    for (key, body, done) in [("k1", Value::Null, true), ("k1", Value::Null, true), ("k2", json!(1), false)] {
        let answer = gateway.request(&subject, order(&SUBJECT, key, body), PATIENCE).await.unwrap();
        let answers: Vec<Answer> = serde_json::from_slice(&answer).unwrap();
        assert_eq!(matches!(answers[..], [Answer::Done { .. }]), done, "{answers:?}");
    }

    let operator = user(&nats, "operator").await;
    let services = [ServiceName::Intake, ServiceName::Routing];
    let hour = |n: i64| start + SignedDuration::from_hours(n);
    rehearsal::settle(&operator, &services, PATIENCE).await.unwrap();
    assert_eq!(worked.load(Ordering::SeqCst), 1, "outstanding work keeps it from being quiet");
    assert_eq!(counts(&operator, ServiceName::Intake).await, json!({"intake": 1, "routing": 1}));
    let advance = rehearsal::advance_to(&operator, &services, hour(5), PATIENCE).await.unwrap();
    assert_eq!(advance.steps, [hour(1), hour(5)]);
    for service in services {
        assert_eq!(counts(&operator, service).await, json!({"intake": 2, "routing": 2}), "{service}");
    }
    let pool = running.surroundings.pool.clone();
    assert_eq!(traces(&pool).await.len(), 1, "what the command said carries its trace");
    assert_eq!(traces(&other.pool(1).await.unwrap()).await.len(), 1, "and so does its echo");

    process.shutdown.ask();
    process.finish().await.unwrap();
    assert!(pool.is_closed());
    assert_eq!(journal::outbox::unpublished(&one.pool(1).await.unwrap()).await.unwrap(), 0);
}

/// The events of this test are those of the contracts, so that the envelope is the real one.
#[test]
fn the_toy_says_a_real_event() {
    let fact =
        FactRecorded { facts: Facts::default(), at: Timestamp::UNIX_EPOCH, by: Actor::System, visit: None };
    assert_eq!(Event::from(fact).what(), "fact.recorded");
}

#[tokio::test]
async fn a_service_that_cannot_connect_says_why_and_leaves_nothing_running() {
    let folder = temporary_folder().unwrap();
    let nats =
        Nats::start(NatsOptions::new(folder.path(), nats_config_with(password).unwrap())).await.unwrap();
    let database = testkit::postgres().await.unwrap();
    let mut config = config(ServiceName::Intake, &database, &nats, "");
    config.nats.password = "wrong".to_owned().into();
    config.nats.connect_timeout = Duration::from_millis(500);
    let process = Process::bare(&config);
    let toy = Toy { name: ServiceName::Intake, sources: &[], echo: false };
    let definition = Definition::new(toy, NoRows, &NOTHING, "0.1.0", "Says");
    let error = run::run(definition, &config, &process).await.unwrap_err();
    let told = runtime::process::chain(&error);
    assert!(told.contains("intake is not connected") && told.contains("authorization"), "{told}");
}
