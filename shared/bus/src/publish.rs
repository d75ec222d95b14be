//! Publishing many messages with many acknowledgements in flight.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use crate::connection::Bus;
use crate::error::BusError;
use crate::headers::Headers;

/// A message to publish to a stream.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Where to.
    pub subject: String,
    /// Its headers, without `Nats-Msg-Id`.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// `Nats-Msg-Id`: the server answers `duplicate` for one it had in the last two minutes.
    pub message_id: String,
}

/// The server's word that it has a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its sequence in the stream.
    pub stream_sequence: u64,
    /// Whether the server had it already: the sequence is the earlier one's.
    pub duplicate: bool,
}

impl Bus {
    /// Publishes messages in this order to the stream named `stream`, and gives one outcome for each, in the same
    /// order.
    ///
    /// At most `acks_in_flight` wait for their acknowledgement at a time. When none comes for `answer_patience`,
    /// all that still wait have failed with [`BusError::Timeout`]; the server may have them nevertheless.
    pub async fn publish(&self, stream: &str, messages: Vec<Outgoing>) -> Vec<Result<Published, BusError>> {
        let mut outcomes = Vec::with_capacity(messages.len());
        let mut waiting: VecDeque<Result<PublishAckFuture, BusError>> = VecDeque::new();
        let mut patience = Patience::new(self.patience);
        // One below the limit: the permit for the next must never depend on an acknowledgement not yet looked at.
        let window = self.acks_in_flight.saturating_sub(1).max(1);
        for message in messages {
            if waiting.len() >= window
                && let Some(oldest) = waiting.pop_front()
            {
                outcomes.push(settle(oldest, &mut patience).await);
            }
            if patience.is_lost() {
                waiting.push_back(Err(BusError::Timeout { what: "publishing" }));
            } else {
                waiting.push_back(self.send(stream, message).await);
            }
        }
        for sent in waiting {
            outcomes.push(settle(sent, &mut patience).await);
        }
        outcomes
    }

    async fn send(&self, stream: &str, message: Outgoing) -> Result<PublishAckFuture, BusError> {
        let limit = self.max_payload();
        let size = message.body.len() + message.headers.size() + message.message_id.len() + stream.len() + 64;
        if size > limit {
            return Err(BusError::TooLarge { subject: message.subject, size, limit });
        }
        let publish = PublishMessage::build()
            .payload(message.body)
            .headers(message.headers.0)
            .message_id(&message.message_id)
            .expected_stream(stream);
        let t0=std::time::Instant::now();
        let sent = self.jetstream.send_publish(message.subject, publish).await;
        if t0.elapsed().as_millis()>50 { eprintln!("DEBUG send took {:?} {:?} {:?}", t0.elapsed(), sent.is_ok(), self.client.connection_state()); }
        sent.map_err(|error| publish_error(&error))
    }
}

/// How long an acknowledgement is waited for: each that comes gives the next the full time.
struct Patience {
    each: Duration,
    until: Instant,
    lost: bool,
}

impl Patience {
    fn new(each: Duration) -> Self {
        Self { each, until: Instant::now() + each, lost: false }
    }
    const fn is_lost(&self) -> bool {
        self.lost
    }
}

async fn settle(
    sent: Result<PublishAckFuture, BusError>,
    patience: &mut Patience,
) -> Result<Published, BusError> {
    let t0=std::time::Instant::now();
    let x = timeout_at(patience.until, sent?.into_future()).await;
    if t0.elapsed().as_millis()>50 { eprintln!("DEBUG settle took {:?} {:?}", t0.elapsed(), x.is_ok()); }
    match x {
        Ok(answer) => {
            patience.until = Instant::now() + patience.each;
            let ack = answer.map_err(|error| publish_error(&error))?;
            Ok(Published { stream_sequence: ack.sequence, duplicate: ack.duplicate })
        }
        Err(_) => {
            patience.lost = true;
            Err(BusError::Timeout { what: "publishing" })
        }
    }
}

fn publish_error(error: &PublishError) -> BusError {
    match error.kind() {
        PublishErrorKind::StreamNotFound => BusError::NoSuchStream { stream: "for the subject".to_owned() },
        PublishErrorKind::TimedOut => BusError::Timeout { what: "publishing" },
        PublishErrorKind::Other if error.to_string().contains("maximum messages exceeded") => BusError::Full,
        _ => BusError::failed("publishing", error),
    }
}
