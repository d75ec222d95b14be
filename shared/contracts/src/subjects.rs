//! Every NATS subject, stream and durable of Redress. A subject literal anywhere else is a mistake.

use crate::service::ServiceName;

/// The work-queue stream that high-volume feeders publish to.
pub const SUBMIT_STREAM: &str = "REDRESS_SUBMIT";
/// What [`SUBMIT_STREAM`] listens to.
pub const SUBMIT_ALL: &str = "redress.submit.>";

/// The stream of everything `service` says.
#[must_use]
pub fn event_stream(service: ServiceName) -> String {
    format!("REDRESS_{}", service.as_str().to_uppercase())
}

/// All event subjects of `service`.
#[must_use]
pub fn events_of(service: ServiceName) -> String {
    format!("redress.event.{service}.>")
}

/// Every event of every service, as it is published.
pub const EVENTS_ALL: &str = "redress.event.>";

/// The subject of one event: `what` is the event's name, such as `stage.entered`.
#[must_use]
pub fn event(service: ServiceName, what: &str) -> String {
    format!("redress.event.{service}.{what}")
}

/// The durable consumer through which `consumer` hears `source`.
#[must_use]
pub fn durable(consumer: ServiceName, source: ServiceName) -> String {
    format!("{consumer}-from-{source}")
}

/// The header in which a feeder's submission names where its receipt goes: a subject under [`RECEIPT_ALL`].
/// (The stream replaces the reply subject of what is published to it.)
pub const RECEIPT_HEADER: &str = "redress-receipt-to";
/// Where receipts of submissions may go.
pub const RECEIPT_ALL: &str = "redress.receipt.>";

/// The durable consumer of the submission stream.
pub const SUBMIT_DURABLE: &str = "intake-from-submit";

/// The subject a feeder of `channel` publishes to.
#[must_use]
pub fn submit(channel: &str) -> String {
    format!("redress.submit.{channel}")
}

/// The request subject of a command.
#[must_use]
pub fn command(service: ServiceName, verb: &str) -> String {
    format!("redress.cmd.{service}.{verb}")
}

/// Every command of every service.
pub const COMMANDS_ALL: &str = "redress.cmd.>";

/// All command subjects of `service`.
#[must_use]
pub fn commands_of(service: ServiceName) -> String {
    format!("redress.cmd.{service}.>")
}

/// The request subject of a query.
#[must_use]
pub fn query(service: ServiceName, name: &str) -> String {
    format!("redress.query.{service}.{name}")
}

/// All query subjects of `service`.
#[must_use]
pub fn queries_of(service: ServiceName) -> String {
    format!("redress.query.{service}.>")
}

/// Where every service hears moves of the rehearsal clock (architecture, Time).
pub const REHEARSAL_CLOCK: &str = "redress.rehearsal.clock";

/// A parsed request subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestSubject {
    /// `redress.cmd.<service>.<verb>`
    Command(ServiceName, String),
    /// `redress.query.<service>.<name>`
    Query(ServiceName, String),
}

/// Parses a request subject.
#[must_use]
pub fn parse_request(subject: &str) -> Option<RequestSubject> {
    let rest = subject.strip_prefix("redress.")?;
    let (kind, rest) = rest.split_once('.')?;
    let (service, name) = rest.split_once('.')?;
    let service = service.parse().ok()?;
    match kind {
        "cmd" => Some(RequestSubject::Command(service, name.to_owned())),
        "query" => Some(RequestSubject::Query(service, name.to_owned())),
        _ => None,
    }
}

/// Retention of an event stream: by age and by bytes, whichever first (architecture: limits, 7 days).
pub const EVENT_MAX_AGE_SECONDS: u64 = 7 * 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_subjects_read_back() {
        let subject = command(ServiceName::Routing, "work.claim");
        assert_eq!(
            parse_request(&subject),
            Some(RequestSubject::Command(ServiceName::Routing, "work.claim".into()))
        );
        assert_eq!(parse_request("redress.event.routing.x"), None);
        assert_eq!(parse_request("redress.cmd.nobody.x"), None);
    }
}
