//! One complaint over two services of a process: what `/metrics` shows of it, and the spans that tell its way.

use std::time::{Duration, Instant};

use bytes::Bytes;
use contracts::commands::Answer;
use contracts::{ComplaintId, OrganisationId, ServiceName, SubjectRef, subjects};
use embedded::{Nats, NatsOptions, temporary_folder};
use jiff::{SignedDuration, Timestamp};
use journal::held::{Held, hold};
use journal::parked::{Parked, ParkedWhat, park};
use journal::timer::{self, Timer};
use opentelemetry_proto::tonic::trace::v1::Span;
use runtime::definition::Definition;
use runtime::permissions::nats_config_with;
use runtime::process::Process;
use runtime::shell::NoRows;
use runtime::{metrics as names, rehearsal, run};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::TestDatabase;
use uuid::Uuid;

use super::collector::attribute;
use super::process::get;
use super::run::{NOTHING, PATIENCE, Toy, config, order, password, user};
use super::scraped::value;

// Two that no other test of this program runs: the recorder of metrics is one for all.
const SAYS: ServiceName = ServiceName::Notification;
const HEARS: ServiceName = ServiceName::Investigation;
const START: &str = "2026-03-02T01:00:00Z";
/// The trace and the span of whoever gave the order, as [`order`] names them.
const CALLER: (&str, &str) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

/// What was carried, and what carries it until the process has ended.
pub(crate) struct Carried {
    /// As the events have it.
    correlation: String,
    _nats: Nats,
    _folder: tempfile::TempDir,
    _databases: [TestDatabase; 2],
}

/// A complaint is told to one service and heard by another; an hour later a timer that was set with it runs out.
pub(crate) async fn carry_one_complaint(process: &Process, base: &str) -> Carried {
    let folder = temporary_folder().unwrap();
    let options = NatsOptions::new(folder.path(), nats_config_with(password).unwrap());
    let nats = Nats::start(options).await.unwrap();
    let databases = [testkit::postgres().await.unwrap(), testkit::postgres().await.unwrap()];
    let says = Toy { name: SAYS, sources: &[], echo: false };
    let hears = Toy { name: HEARS, sources: &[SAYS], echo: true };
    let said = start(process, says, &databases[0], &nats).await;
    let heard = start(process, hears, &databases[1], &nats).await;

    let complaint = ComplaintId(Uuid::from_u128(7));
    let subject = SubjectRef::complaint(&OrganisationId::new("demo").unwrap(), complaint);
    let gateway = user(&nats, "gateway").await;
    for (key, body, done) in [("k1", Value::Null, true), ("k2", json!(1), false)] {
        let order = order(&subject, key, body);
        let answer = gateway.request(&subjects::command(SAYS, "toy.say"), order, PATIENCE).await.unwrap();
        let answers: Vec<Answer> = serde_json::from_slice(&answer).unwrap();
        assert_eq!(matches!(answers[..], [Answer::Done { .. }]), done, "{answers:?}");
    }
    let operator = user(&nats, "operator").await;
    rehearsal::settle(&operator, &[SAYS, HEARS], PATIENCE).await.unwrap();
    let later = START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(1);
    rehearsal::advance_to(&operator, &[SAYS, HEARS], later, PATIENCE).await.unwrap();

    assert_counted(&get(format!("{base}/metrics")).await.1);
    assert_gauged(base, &heard, &subject).await;
    let correlation = correlation_of_the_first(&said).await;
    Carried { correlation, _nats: nats, _folder: folder, _databases: databases }
}

async fn start(process: &Process, toy: Toy, database: &TestDatabase, nats: &Nats) -> PgPool {
    let mut config = config(toy.name, database, nats, START);
    config.telemetry.gauges_every = Duration::from_millis(100);
    let definition = Definition::new(toy, NoRows, &NOTHING, "0.1.0", "A toy");
    run::start(definition, &config, process).await.unwrap().surroundings.pool
}

async fn correlation_of_the_first(said: &PgPool) -> String {
    let text: String = sqlx::query_scalar("select headers::text from journal order by position limit 1")
        .fetch_one(said)
        .await
        .unwrap();
    let headers: Vec<(String, String)> = serde_json::from_str(&text).unwrap();
    headers.into_iter().find(|(name, _)| name == "ce-correlationid").unwrap().1
}

/// Throughput, sizes of batches, times of batches and of their commits, lateness of timers.
fn assert_counted(text: &str) {
    let of = |service: ServiceName, name: &str, labels: &[(&str, &str)]| {
        let labels = [&[("service", service.as_str())], labels].concat();
        value(text, name, &labels).unwrap_or_else(|| panic!("no {name} of {labels:?} in\n{text}"))
    };
    let inputs = |service, kind, outcome| of(service, names::INPUTS, &[("kind", kind), ("outcome", outcome)]);
    assert_eq!((inputs(SAYS, "command", "done"), inputs(SAYS, "command", "refused")), (1.0, 1.0));
    assert_eq!((inputs(SAYS, "timer", "fired"), inputs(HEARS, "event", "applied")), (1.0, 2.0));
    assert_eq!((of(SAYS, names::SAID, &[]), of(HEARS, names::SAID, &[])), (2.0, 2.0));
    assert_eq!((of(SAYS, names::PUBLISHED, &[]), of(HEARS, names::PUBLISHED, &[])), (2.0, 2.0));

    let of_histogram = |service, name: &str, end: &str| of(service, &format!("{name}_{end}"), &[]);
    for (service, inputs, most_batches) in [(SAYS, 3.0, 3.0), (HEARS, 2.0, 2.0)] {
        let batches = of_histogram(service, names::BATCH_INPUTS, "count");
        assert!((1.0..=most_batches).contains(&batches), "{service}: {batches} batches");
        assert_eq!(of_histogram(service, names::BATCH_INPUTS, "sum"), inputs, "{service}");
        assert_eq!(of_histogram(service, names::BATCH_SECONDS, "count"), batches, "{service}");
        // The refused order is a batch of its own, and nothing is committed for it.
        assert_eq!(of_histogram(service, names::COMMIT_SECONDS, "count"), 2.0, "{service}");
        let commits = of_histogram(service, names::COMMIT_SECONDS, "sum");
        let whole = of_histogram(service, names::BATCH_SECONDS, "sum");
        assert!(0.0 < commits && commits < whole && whole < 60.0, "{service}: {commits} s of {whole} s");
    }
    assert_eq!(of_histogram(SAYS, names::TIMER_LATENESS, "count"), 1.0);
}

/// What waits: outbox and its age, held, parked, timers late, lag and age of the oldest.
async fn assert_gauged(base: &str, heard: &PgPool, subject: &SubjectRef) {
    let waiting = [names::OUTBOX, names::HELD, names::PARKED, names::TIMERS_LATE];
    let text = until_shown(base, &waiting.map(|name| (name, 0.0))).await;
    let age = |text: &str| value(text, names::OUTBOX_AGE, &[("service", HEARS.as_str())]).unwrap();
    assert_eq!(age(&text), 0.0);
    let consumer = [("service", HEARS.as_str()), ("source", SAYS.as_str())];
    for name in [names::LAG, names::LAG_AGE] {
        assert_eq!(value(&text, name, &consumer), Some(0.0), "everything was heard: {text}");
    }

    // A head that somebody else holds keeps its timers from running out.
    let mut another = heard.begin().await.unwrap();
    sqlx::query("select from head where id = $1 for update")
        .bind(&subject.id)
        .execute(&mut *another)
        .await
        .unwrap();
    leave_waiting(heard, subject).await;
    let text = until_shown(base, &waiting.into_iter().zip([1.0, 2.0, 3.0, 1.0]).collect::<Vec<_>>()).await;
    assert!((7.0..67.0).contains(&age(&text)), "{text}");
    another.rollback().await.unwrap();
    for table in ["outbox where position = 1000000", "held", "parked"] {
        let delete = sqlx::AssertSqlSafe(format!("delete from {table}"));
        sqlx::query(delete).execute(heard).await.unwrap();
    }
    until_shown(base, &waiting.map(|name| (name, 0.0))).await;
}

/// One event is not published for seven seconds, two are held, three are parked, one timer is late.
async fn leave_waiting(pool: &PgPool, subject: &SubjectRef) {
    let mut on = pool.acquire().await.unwrap();
    let due: Timestamp = START.parse().unwrap();
    let late =
        Timer { subject: subject.clone(), key: "late".into(), due, payload: Value::Null, traceparent: None };
    timer::set(&mut on, &[&late]).await.unwrap();
    let held = |sequence| Held {
        subject: SubjectRef { id: "held".into(), ..subject.clone() },
        source: SAYS,
        sequence,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    hold(&mut on, &[held(5), held(6)]).await.unwrap();
    let parked = |nth| Parked {
        id: Uuid::from_u128(nth),
        subject: subject.clone(),
        what: ParkedWhat::Unreadable,
        headers: Vec::new(),
        body: Bytes::new(),
        code: "unreadable".into(),
        reason: "a header is missing".into(),
        parked_at: due,
        attempts: 1,
        settled: None,
    };
    park(&mut on, &[parked(1), parked(2), parked(3)]).await.unwrap();
    // Its journal row is not to be found, so the relay leaves it alone.
    sqlx::query(
        "insert into outbox (organisation, position, since) values ($1, 1000000, now() - interval '7 s')",
    )
    .bind(subject.organisation.as_str())
    .execute(&mut *on)
    .await
    .unwrap();
}

/// Waits until the gauges of the one who hears stand so; gives everything that is shown then.
async fn until_shown(base: &str, wanted: &[(&str, f64)]) -> String {
    let began = Instant::now();
    loop {
        let text = get(format!("{base}/metrics")).await.1;
        let of = |name: &str| value(&text, name, &[("service", HEARS.as_str())]);
        if wanted.iter().all(|(name, wanted)| of(name) == Some(*wanted)) {
            return text;
        }
        assert!(began.elapsed() < PATIENCE, "not {wanted:?} but\n{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// From the correlation id alone: the order, what was heard of it, and the timer an hour later with what was heard of
/// that, over both services.
pub(crate) fn assert_the_way(spans: &[Span], carried: &Carried) {
    let of = |span: &Span, key: &str| attribute(&span.attributes, key);
    let about = |span: &&Span| {
        of(span, "messaging.message.conversation_id").as_deref() == Some(&*carried.correlation)
    };
    let way: Vec<&Span> = spans.iter().filter(about).collect();
    let by = |service: ServiceName, input: &str| -> Vec<&Span> {
        let is_it = |span: &&&Span| {
            of(span, "redress.service").as_deref() == Some(service.as_str())
                && of(span, "redress.input").as_deref() == Some(input)
        };
        way.iter().filter(is_it).copied().collect()
    };
    let ([command], [timer]) = (&by(SAYS, "command")[..], &by(SAYS, "timer")[..]) else {
        panic!("not one order and one timer: {way:#?}");
    };
    assert_eq!((hex(&command.trace_id), hex(&command.parent_span_id)), (CALLER.0.into(), CALLER.1.into()));
    let heard = by(HEARS, "event");
    assert_eq!(heard.len(), 2, "{way:#?}");
    for cause in [command, timer] {
        let caused = heard.iter().find(|heard| heard.parent_span_id == cause.span_id).unwrap();
        assert_eq!(caused.trace_id, cause.trace_id, "the trace crosses from service to service");
    }

    let links = |from: &Span, to: &Span| {
        from.links.iter().any(|link| link.trace_id == to.trace_id && link.span_id == to.span_id)
    };
    assert!(timer.parent_span_id.is_empty() && timer.trace_id != command.trace_id, "hours lie between");
    assert!(links(timer, command), "the timer is not linked with the order that set it: {timer:#?}");
    for input in [command, timer] {
        let batch = spans.iter().find(|span| span.name.ends_with(" batch") && links(input, span)).unwrap();
        let within =
            |span: &&Span| span.parent_span_id == batch.span_id && span.name.ends_with("transaction");
        let transaction = spans.iter().find(within).unwrap();
        assert_eq!(of(transaction, "db.system.name").as_deref(), Some("postgresql"));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
