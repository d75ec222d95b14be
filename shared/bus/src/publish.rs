//! Publishing many messages with many acknowledgements in flight.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::connection::{Bus, Connection, Refusals};
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
    /// At most `acks_in_flight` wait for their acknowledgement at a time. When none comes for `answer_patience`, or
    /// the connection breaks, or the server refuses a subject, all that still wait have failed; the server may have
    /// some of them nevertheless.
    pub async fn publish(&self, stream: &str, messages: Vec<Outgoing>) -> Vec<Result<Published, BusError>> {
        let mut outcomes = Vec::with_capacity(messages.len());
        let mut waiting: VecDeque<Sent> = VecDeque::new();
        let mut patience = Patience::new(self);
        // One below the limit: the permit for the next must never depend on an acknowledgement not yet looked at.
        let window = self.acks_in_flight.saturating_sub(1).max(1);
        for message in messages {
            if waiting.len() >= window
                && let Some(oldest) = waiting.pop_front()
            {
                outcomes.push(patience.settle(oldest).await);
            }
            let subject = message.subject.clone();
            let sent = match patience.lost.clone() {
                Some(lost) => Err(lost),
                None => self.send(stream, message).await,
            };
            waiting.push_back(Sent { subject, sent });
        }
        for sent in waiting {
            outcomes.push(patience.settle(sent).await);
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
        let sent = self.jetstream.send_publish(message.subject.clone(), publish).await;
        sent.map_err(|error| publish_error(&message.subject, &error))
    }
}

/// A message on its way, or why it is not.
struct Sent {
    subject: String,
    sent: Result<PublishAckFuture, BusError>,
}

/// How long acknowledgements are waited for: each that comes gives the next the full time. Once lost, those that
/// still wait are only looked at, not waited for: a broken connection costs one timeout and not one a message.
struct Patience {
    each: Duration,
    until: Instant,
    connection: watch::Receiver<Connection>,
    refusals: Refusals,
    lost: Option<BusError>,
}

impl Patience {
    fn new(bus: &Bus) -> Self {
        Self {
            each: bus.patience,
            until: Instant::now() + bus.patience,
            connection: bus.connection(),
            refusals: bus.refusals_from_now(),
            lost: None,
        }
    }

    async fn settle(&mut self, Sent { subject, sent }: Sent) -> Result<Published, BusError> {
        let ack = sent.inspect_err(|error| self.note(error))?.into_future();
        let lost = self.lost.clone();
        let broken = async {
            match lost {
                Some(lost) => lost,
                None => tokio::select! {
                    refused = self.refusals.of(&subject) => refused,
                    _ = self.connection.wait_for(|state| *state != Connection::Up) => {
                        BusError::Timeout { what: "publishing over a broken connection" }
                    }
                    () = sleep_until(self.until) => BusError::Timeout { what: "publishing" },
                },
            }
        };
        let answer = tokio::select! {
            biased;
            answer = ack => answer.map_err(|error| publish_error(&subject, &error)),
            broken = broken => Err(broken),
        };
        match answer {
            Ok(ack) => {
                self.until = Instant::now() + self.each;
                Ok(Published { stream_sequence: ack.sequence, duplicate: ack.duplicate })
            }
            Err(error) => {
                self.note(&error);
                Err(error)
            }
        }
    }

    fn note(&mut self, error: &BusError) {
        match error {
            BusError::Timeout { .. } | BusError::NotPermitted { .. } => self.lost = Some(error.clone()),
            BusError::Options(_)
            | BusError::Unreachable { .. }
            | BusError::OldServer { .. }
            | BusError::NoSuchStream { .. }
            | BusError::TooLarge { .. }
            | BusError::Full
            | BusError::NotAsAsked { .. }
            | BusError::NoRoom { .. }
            | BusError::Failed { .. } => {}
        }
    }
}

fn publish_error(subject: &str, error: &PublishError) -> BusError {
    match error.kind() {
        PublishErrorKind::StreamNotFound => BusError::NoSuchStream { stream: subject.to_owned() },
        PublishErrorKind::TimedOut => BusError::Timeout { what: "publishing" },
        PublishErrorKind::Other if error.to_string().contains("maximum messages exceeded") => BusError::Full,
        _ => BusError::failed("publishing", error),
    }
}
