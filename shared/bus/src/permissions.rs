//! The subjects each NATS user needs, and no more.
//!
//! A service may make and change its own stream, hear the streams of its sources through its own durables, use its
//! own inbox prefix, and answer its own commands and queries. It may not publish another service's events,
//! and it may ask others only what `contracts::queries::asking` names, never all that they answer.

use contracts::queries::asking::{Asker, asked_by};
use contracts::{ServiceName, subjects};

/// What a NATS user may publish and subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects it may publish to.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to.
    pub subscribe: Vec<String>,
}

impl Permissions {
    /// As a block of a nats-server configuration file.
    #[must_use]
    pub fn to_config(&self) -> String {
        let list = |subjects: &[String]| {
            subjects.iter().map(|subject| format!("\"{subject}\"")).collect::<Vec<_>>().join(", ")
        };
        format!(
            "{{ publish: {{ allow: [{}] }}, subscribe: {{ allow: [{}] }}, allow_responses: true }}",
            list(&self.publish),
            list(&self.subscribe)
        )
    }
}

/// What the user of `service` needs, hearing `sources`.
#[must_use]
pub fn permissions_of_service(service: ServiceName, sources: &[ServiceName]) -> Permissions {
    let own = subjects::event_stream(service);
    let mut publish = vec![
        subjects::events_of(service),
        format!("$JS.API.STREAM.CREATE.{own}"),
        format!("$JS.API.STREAM.UPDATE.{own}"),
        format!("$JS.API.STREAM.INFO.{own}"),
        format!("$SRV.PING.{service}"),
    ];
    for source in sources {
        hear(&mut publish, &subjects::event_stream(*source), &subjects::durable(service, *source));
    }
    publish.extend(questions(Asker::Service(service), sources));
    if service == ServiceName::Intake {
        publish.push(format!("$JS.API.STREAM.CREATE.{}", subjects::SUBMIT_STREAM));
        publish.push(format!("$JS.API.STREAM.UPDATE.{}", subjects::SUBMIT_STREAM));
        publish.push(subjects::RECEIPT_ALL.to_owned());
        hear(&mut publish, subjects::SUBMIT_STREAM, subjects::SUBMIT_DURABLE);
    }
    let mut subscribe = vec![
        format!("_INBOX.{service}.>"),
        subjects::commands_of(service),
        subjects::queries_of(service),
        subjects::REHEARSAL_CLOCK.to_owned(),
    ];
    services_api(&mut subscribe, service.as_str());
    Permissions { publish, subscribe }
}

/// What the gateway's user needs: to order and ask for those who are signed in there, and to hear events as they are published, for those who
/// watch. It takes no part in the streams.
#[must_use]
pub fn permissions_of_gateway() -> Permissions {
    let mut publish = vec![subjects::COMMANDS_ALL.to_owned(), "$SRV.>".to_owned()];
    publish.extend(questions(Asker::Gateway, &[]));
    Permissions {
        publish,
        subscribe: vec![
            "_INBOX.gateway.>".to_owned(),
            subjects::REHEARSAL_CLOCK.to_owned(),
            subjects::EVENTS_ALL.to_owned(),
        ],
    }
}

/// The subjects of everything that `asker` asks, when it hears `sources`.
#[must_use]
pub fn questions(asker: Asker, sources: &[ServiceName]) -> Vec<String> {
    asked_by(asker, sources).into_iter().map(|(service, name)| subjects::query(service, name)).collect()
}

fn hear(publish: &mut Vec<String>, stream: &str, durable: &str) {
    publish.push(format!("$JS.API.STREAM.INFO.{stream}"));
    publish.push(format!("$JS.API.CONSUMER.CREATE.{stream}.{durable}"));
    publish.push(format!("$JS.API.CONSUMER.INFO.{stream}.{durable}"));
    publish.push(format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"));
    publish.push(format!("$JS.API.DIRECT.GET.{stream}"));
    publish.push(format!("$JS.ACK.{stream}.{durable}.>"));
    publish.push(format!("$JS.ACK.*.*.{stream}.{durable}.>"));
}

fn services_api(subscribe: &mut Vec<String>, name: &str) {
    for verb in ["PING", "INFO", "STATS"] {
        subscribe.push(format!("$SRV.{verb}"));
        subscribe.push(format!("$SRV.{verb}.{name}"));
        subscribe.push(format!("$SRV.{verb}.{name}.>"));
    }
}
