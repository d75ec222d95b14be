//! Analytics as it runs in an installation: its own user of the bus, the streams of its sources, its requests, and a
//! rebuilding that is ordered while work goes on.

use std::convert::Infallible;
use std::time::Duration;

use bus::{Bus, BusOptions};
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::{Query, QueryAnswer, analytics as questions};
use contracts::{CommandId, Event, Problem, ServiceName, SubjectRef, subjects};
use embedded::{Nats, NatsOptions, temporary_folder};
use runtime::config::RuntimeConfig;
use runtime::definition::Definition;
use runtime::permissions::nats_config_with;
use runtime::process::Process;
use runtime::run::{self, Running};
use runtime::service::{Context, Decision, Happened, Input, Service};
use runtime::shell::NoRows;
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::TestDatabase;

use super::bench::{complaint, organisation};
use super::reports::weekly;
use super::story::{li, story};

static NOTHING: journal::Migrator = journal::Migrator::DEFAULT;
const PATIENCE: Duration = Duration::from_secs(30);

/// A source: says what it is ordered to, through a journal, a relay and a stream of its own.
struct Source(ServiceName);

/// One thing to say.
#[derive(Deserialize)]
struct Line {
    what: String,
    version: u32,
    body: Value,
}

impl Service for Source {
    type State = ();
    type Row = Infallible;

    fn name(&self) -> ServiceName {
        self.0
    }
    fn sources(&self) -> &'static [ServiceName] {
        &[]
    }
    fn verbs(&self) -> Vec<&'static str> {
        vec!["say"]
    }
    fn decide(&self, _: &Context<'_, ()>, (): &(), input: &Input) -> Result<Decision<Infallible>, Problem> {
        let mut decision = Decision::nothing();
        if let Input::Command(command) = input {
            for line in command.read::<Vec<Line>>()? {
                let body = line.body.to_string();
                decision.say(Event::read(&line.what, line.version, body.as_bytes()).unwrap());
            }
        }
        Ok(decision)
    }
    fn evolve(&self, (): &mut (), _: &Happened<'_>) {}
}

fn password(user: &str) -> String {
    format!("{user}-0123456789abcdef")
}

fn config(service: ServiceName, database: &TestDatabase, nats: &Nats) -> RuntimeConfig {
    let mut config = RuntimeConfig::documented().unwrap();
    config.postgres.url = database.url().into();
    config.nats.url = nats.url();
    config.nats.user = service.to_string();
    config.nats.password = password(service.as_str()).into();
    config.vault = vault::VaultConfig::generate().unwrap();
    config.listen.missing_after = Duration::from_millis(200);
    config
}

/// Has a source say its part of the story about a complaint.
async fn tell(source: &Running, part: usize, subject: &SubjectRef) {
    let told = story();
    let lines = told[part].iter().map(|saying| {
        let body: Value = serde_json::from_slice(&saying.event.body().unwrap()).unwrap();
        json!({"what": saying.event.what(), "version": saying.event.version(), "body": body})
    });
    let answer = source.surroundings.inlet.command(Command {
        id: CommandId::new(format!("{part}-{}", subject.id)).unwrap(),
        subject: subject.clone(),
        verb: "say".to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: lines.collect(),
    });
    assert!(matches!(answer.await, Answer::Done { repeated: false, .. }));
}

/// The totals, asked for as the edge does.
async fn totals(gateway: &Bus) -> Value {
    ask(gateway, questions::COUNTS).await["totals"].clone()
}

async fn ask(gateway: &Bus, question: &str) -> Value {
    let query = Query { organisation: organisation(), actor: li(), body: Value::Null };
    let body = serde_json::to_vec(&query).unwrap();
    let subject = subjects::query(ServiceName::Analytics, question);
    let answer = gateway.request(&subject, body.into(), PATIENCE).await.unwrap();
    match serde_json::from_slice(&answer).unwrap() {
        QueryAnswer::Found { body } => body,
        QueryAnswer::Refused { problem } => panic!("{problem}"),
    }
}

/// Has routing say that a report is due.
async fn ask_for_report(routing: &Running) {
    let event: Event = weekly().into();
    let body: Value = serde_json::from_slice(&event.body().unwrap()).unwrap();
    let answer = routing.surroundings.inlet.command(Command {
        id: CommandId::new("report").unwrap(),
        subject: SubjectRef::organisation(&organisation()),
        verb: "say".to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: json!([{"what": event.what(), "version": event.version(), "body": body}]),
    });
    assert!(matches!(answer.await, Answer::Done { repeated: false, .. }));
}

/// The figures of the one report, once it is made.
async fn made(gateway: &Bus) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let page = ask(gateway, questions::REPORTS).await;
        let figures = page["reports"][0]["figures"].clone();
        if !figures.is_null() {
            return figures;
        }
        assert!(begun.elapsed() < PATIENCE, "no report is made: {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until_counted(gateway: &Bus, registered: u64, closed: u64) {
    let begun = std::time::Instant::now();
    loop {
        let found = totals(gateway).await;
        if (&found["registered"], &found["closed"]) == (&registered.into(), &closed.into()) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{registered} registered and {closed} closed: {found}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilding_brings_everything_back_from_the_journals_while_work_goes_on() {
    let folder = temporary_folder().unwrap();
    let users = nats_config_with(password).unwrap();
    let nats = Nats::start(NatsOptions::new(folder.path(), users)).await.unwrap();
    let mut databases = Vec::new();
    for _ in 0..6 {
        databases.push(
            testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install"),
        );
    }
    let own = config(ServiceName::Analytics, &databases[0], &nats);
    let process = Process::bare(&own);
    let mut sources = Vec::new();
    let services = [
        ServiceName::Intake,
        ServiceName::Routing,
        ServiceName::Investigation,
        ServiceName::Approval,
        ServiceName::Notification,
    ];
    for (service, database) in services.into_iter().zip(&databases[1..]) {
        let definition = Definition::new(Source(service), NoRows, &NOTHING, "0.1.0", "Says");
        let config = config(service, database, &nats);
        sources.push(run::start(definition, &config, &process).await.unwrap());
    }
    let analytics = run::start(analytics::definition(), &own, &process).await.unwrap();
    let signed_in = BusOptions::new(nats.url(), "gateway").signed_in("gateway", password("gateway").into());
    let gateway = Bus::connect(signed_in).await.unwrap();

    for n in 1..=30 {
        tell(&sources[0], 0, &complaint(n)).await;
        tell(&sources[1], 1, &complaint(n)).await;
    }
    until_counted(&gateway, 30, 30).await;
    let before = totals(&gateway).await;

    assert_eq!(analytics::rebuild::begin(&analytics.surroundings.pool).await.unwrap(), 30);
    for n in 31..=40 {
        tell(&sources[0], 0, &complaint(n)).await;
    }
    ask_for_report(&sources[1]).await;
    assert_eq!(made(&gateway).await["registered"], 40, "the report waits for all of them");
    until_counted(&gateway, 40, 30).await;
    let after = totals(&gateway).await;
    assert_eq!((&after["breached"], &after["escalated"]), (&before["breached"], &before["escalated"]));
    assert_eq!(before["breached"], 30);

    // What goes on afterwards is heard from the stream, as ever.
    for n in 31..=40 {
        tell(&sources[1], 1, &complaint(n)).await;
    }
    until_counted(&gateway, 40, 40).await;
    process.shutdown.ask();
    process.finish().await.unwrap();
}
