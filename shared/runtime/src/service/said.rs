//! An event on its way into the journal.

use contracts::{Envelope, Event, EventId, ServiceName};
use jiff::Timestamp;

use super::Input;

/// An event with what the shell adds to a decision's event.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its envelope.
    pub envelope: Envelope,
    /// The event.
    pub event: Event,
    /// The exact bytes that are published.
    pub body: Vec<u8>,
    /// Their hash, chained.
    pub hash: [u8; 32],
}

/// Seals the next event of a subject: envelope, exact bytes, hash. `last` is the sequence and hash of the one before.
///
/// # Errors
/// What `serde_json` says of the body; none is expected.
pub fn seal(
    source: ServiceName,
    id: EventId,
    now: Timestamp,
    input: &Input,
    last: (u64, [u8; 32]),
    event: Event,
) -> Result<Said, serde_json::Error> {
    let body = event.body()?;
    let envelope = Envelope {
        id,
        source,
        what: event.what().to_owned(),
        version: event.version(),
        subject: input.subject().clone(),
        time: now,
        sequence: last.0 + 1,
        previous_hash: last.1,
        causation: input.causation(),
        correlation: input.subject().id.clone(),
        traceparent: None,
    };
    let hash = envelope.hash(&body);
    Ok(Said { envelope, event, body, hash })
}
