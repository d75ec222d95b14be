//! Reading what a stream holds, from one sequence to another.
//!
//! By direct gets in batches: nothing is made on the server and nothing is acknowledged, so those who hear the stream
//! do not notice, and whoever reads needs no more than the permission to read. In a cluster any copy of the stream
//! may answer, also one that is some messages behind.

use async_nats::{Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures::StreamExt;

use crate::connection::Bus;
use crate::error::BusError;
use crate::headers::Headers;

/// The most messages of a batch.
const BATCH: u64 = 1_000;
/// The most bytes of a batch: what is held in memory at a time.
const BATCH_BYTES: usize = 4 << 20;
const WHAT: &str = "reading a stream";

/// A message as a stream holds it.
#[derive(Debug)]
pub struct Stored {
    /// The subject it was published to.
    pub subject: String,
    /// Its headers, and those that the server adds.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// Its sequence in the stream.
    pub stream_sequence: u64,
}

/// Reads a stream in order, a batch at a time.
#[derive(Debug)]
pub struct StreamReader {
    bus: Bus,
    stream: String,
    next: u64,
    last: u64,
}

/// What an answer is.
enum Answer {
    Message(Stored),
    /// The batch is whole.
    End,
    /// The stream holds nothing from there on.
    Nothing,
}

impl StreamReader {
    /// Reads `stream` from the sequence `first` to `last`, both included. What was deleted in between is left out.
    #[must_use]
    pub const fn new(bus: Bus, stream: String, first: u64, last: u64) -> Self {
        Self { bus, stream, next: first, last }
    }

    /// The next messages, 1,000 at most; none: that was the last one. After an error the same batch is read again.
    ///
    /// # Errors
    /// [`BusError::NoSuchStream`] when nobody answers for it: it is gone, or made without direct gets.
    /// [`BusError::NotPermitted`], [`BusError::Timeout`], or what the server says.
    pub async fn read(&mut self) -> Result<Vec<Stored>, BusError> {
        if self.next > self.last {
            return Ok(Vec::new());
        }
        let subject = format!("$JS.API.DIRECT.GET.{}", self.stream);
        let bus = self.bus.clone();
        let (batch, nothing_more) = bus.unless_refused(&subject, self.batch(&subject)).await??;
        self.next = match batch.last() {
            Some(stored) if !nothing_more => stored.stream_sequence + 1,
            _ => self.last + 1,
        };
        Ok(batch)
    }

    /// The next batch, and whether the stream holds nothing from there on.
    async fn batch(&self, subject: &str) -> Result<(Vec<Stored>, bool), BusError> {
        let (client, inbox) = (&self.bus.client, self.bus.client.new_inbox());
        let failed = |error: &dyn std::fmt::Display| BusError::failed(WHAT, error);
        let mut answers = client.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
        let (next, most) = (self.next, BATCH.min(self.last - self.next + 1));
        // With a subject the first one may have been deleted, too.
        let request =
            format!(r#"{{"seq":{next},"next_by_subj":">","batch":{most},"max_bytes":{BATCH_BYTES}}}"#);
        let asked = client.publish_with_reply(subject.to_owned(), inbox, Bytes::from(request)).await;
        asked.map_err(|error| failed(&error))?;
        let mut batch = Vec::new();
        loop {
            match self.answer(&mut answers).await? {
                Answer::Message(stored) if stored.stream_sequence <= self.last => batch.push(stored),
                Answer::Message(_) => {}
                Answer::End => return Ok((batch, false)),
                Answer::Nothing => return Ok((batch, true)),
            }
        }
    }

    async fn answer(&self, answers: &mut Subscriber) -> Result<Answer, BusError> {
        let came = tokio::time::timeout(self.bus.patience, answers.next()).await;
        let came = came.map_err(|_| BusError::Timeout { what: WHAT })?;
        let message = came.ok_or_else(|| BusError::failed(WHAT, "the connection was closed"))?;
        match message.status {
            None | Some(StatusCode::OK) => Ok(Answer::Message(stored(message)?)),
            Some(status) if status.as_u16() == 204 => Ok(Answer::End),
            Some(StatusCode::NOT_FOUND) => Ok(Answer::Nothing),
            Some(StatusCode::NO_RESPONDERS) => Err(BusError::NoSuchStream { stream: self.stream.clone() }),
            Some(status) => {
                let words = message.description.map_or_else(|| status.to_string(), String::from);
                Err(BusError::failed(WHAT, words))
            }
        }
    }
}

fn stored(message: Message) -> Result<Stored, BusError> {
    let headers = message.headers.unwrap_or_default();
    // The server's own come after those that were published, which may have the same names.
    let said = |name: &str| headers.get_last(name).map(async_nats::HeaderValue::as_str);
    let sequence = said("Nats-Sequence").and_then(|text| text.parse().ok());
    let (Some(subject), Some(stream_sequence)) = (said("Nats-Subject"), sequence) else {
        return Err(BusError::failed(WHAT, "a message without its subject or its sequence"));
    };
    let subject = subject.to_owned();
    Ok(Stored { subject, headers: Headers(headers), body: message.payload, stream_sequence })
}
