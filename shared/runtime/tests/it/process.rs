//! One process with telemetry, metrics, health and an orderly stop, against real servers.

use bus::{Bus, BusOptions};
use contracts::commands::{Actor, Command};
use contracts::{CommandId, OrganisationId, ServiceName, SubjectRef};
use embedded::{Postgres, PostgresOptions, temporary_folder};
use runtime::config::{PostgresConfig, RuntimeConfig};
use runtime::connect;
use runtime::process::Process;
use runtime::service::Input;
use runtime::{metrics as names, telemetry};
use testkit::nats::TestNats;

use super::collector::{Collector, attribute};
use super::observed::{assert_the_way, carry_one_complaint};

pub(crate) async fn get(url: String) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn command(traceparent: &str) -> Input {
    let organisation = OrganisationId::new("demo").unwrap();
    Input::Command(Box::new(Command {
        id: CommandId::new("key-1").unwrap(),
        subject: SubjectRef::directory(&organisation),
        verb: "work.claim".into(),
        actor: Actor::System,
        expected_version: None,
        traceparent: Some(traceparent.into()),
        body: serde_json::Value::Null,
    }))
}

/// One test for everything that is installed once per process.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_shows_its_metrics_says_what_is_not_ready_and_sends_its_traces_before_it_ends() {
    let folder = temporary_folder().unwrap();
    let mut postgres = Postgres::start(PostgresOptions::new(folder.path())).await.unwrap();
    let mut nats = TestNats::start().await.unwrap();
    let (endpoint, collector) = Collector::start().await;
    let mut config = RuntimeConfig::documented().unwrap();
    config.telemetry.otlp_endpoint = endpoint;
    config.telemetry.sample = 1.0;
    let process = Process::start(&config, "routing", "1.2.3").await.unwrap();
    let base = format!("http://{}", process.address.unwrap());
    assert_eq!(get(format!("{base}/readyz")).await.0, 503, "nothing has started yet");
    assert_eq!(get(format!("{base}/livez")).await, (200, "alive\n".into()));

    let store = PostgresConfig { url: postgres.superuser_url("postgres").into(), ..config.postgres.clone() };
    let pool = connect::postgres(&store, "routing").await.unwrap();
    let bus = Bus::connect(BusOptions::of(ServiceName::Routing, nats.url())).await.unwrap();
    process.health.watch("routing", "postgres", connect::postgres_check(pool.clone()));
    process.health.watch("routing", "nats", connect::nats_check(bus.clone()));
    let (status, body) = get(format!("{base}/readyz")).await;
    assert_eq!(status, 200, "{body}");

    metrics::counter!(names::SAID, "service" => "routing").increment(3);
    let text = get(format!("{base}/metrics")).await.1;
    assert!(text.contains("redress_events_said_total{service=\"routing\"} 3"), "{text}");
    assert!(
        text.contains("# HELP redress_events_said_total") && text.contains("version=\"1.2.3\""),
        "{text}"
    );

    nats.kill().await.unwrap();
    bus.connection().wait_for(|state| *state == bus::Connection::Down).await.unwrap();
    let (status, body) = get(format!("{base}/readyz")).await;
    assert!(status == 503 && body.contains("\"why\":\"disconnected\""), "{body}");
    assert!(body.contains("{\"service\":\"routing\",\"part\":\"postgres\",\"ready\":true}"), "{body}");
    nats.restart().await.unwrap();
    bus.connection().wait_for(|state| *state == bus::Connection::Up).await.unwrap();
    postgres.kill().await.unwrap();
    let (status, body) = get(format!("{base}/readyz")).await;
    assert!(status == 503 && body.contains("\"part\":\"postgres\",\"ready\":false"), "{body}");
    postgres.restart().await.unwrap();

    let batch = telemetry::batch_span(ServiceName::Routing, 1);
    let traceparent = telemetry::traceparent(&batch).unwrap();
    assert!(traceparent.starts_with("00-") && traceparent.ends_with("-01"), "{traceparent}");
    assert_eq!(batch.in_scope(telemetry::current_traceparent), Some(traceparent));
    let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let input = telemetry::input_span(&batch, ServiceName::Routing, &command(caller), None);
    let said = telemetry::traceparent(&input).unwrap();
    assert!(said.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && said != caller, "{said}");
    drop((input, batch));
    let carried = carry_one_complaint(&process, &base).await;
    process.shutdown.ask();
    process.finish().await.unwrap();
    assert_eq!(collector.sender("service.name").as_deref(), Some("redress-routing"));
    assert_eq!(collector.sender("service.version").as_deref(), Some("1.2.3"));
    let spans = collector.spans();
    let batch = spans.iter().find(|span| span.name == "routing batch").unwrap();
    assert_eq!(attribute(&batch.attributes, "messaging.batch.message_count").as_deref(), Some("1"));
    assert!(spans.iter().any(|span| span.name == "routing work.claim"));
    assert_the_way(&spans, &carried);
}
