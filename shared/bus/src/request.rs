//! Asking, telling and plain hearing, outside JetStream.

use std::time::Duration;

use async_nats::{RequestErrorKind, Subscriber};
use bytes::Bytes;
use futures::StreamExt;

use crate::connection::Bus;
use crate::error::{BusError, Cause, RequestError};
use crate::headers::Headers;

impl Bus {
    /// Asks `subject` and waits for the answer.
    ///
    /// # Errors
    /// [`RequestError`]; [`RequestError::nothing_was_done`] tells whether asking again is safe.
    pub async fn request(
        &self,
        subject: &str,
        payload: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, RequestError> {
        self.request_with(subject, Headers::default(), payload, timeout).await
    }

    /// As [`Bus::request`], with headers such as the trace context.
    ///
    /// # Errors
    /// As [`Bus::request`].
    pub async fn request_with(
        &self,
        subject: &str,
        headers: Headers,
        payload: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, RequestError> {
        self.check_size(subject, &headers, payload.len()).map_err(RequestError::NotSent)?;
        let mut request = async_nats::Request::new().payload(payload).timeout(Some(timeout));
        if !headers.is_empty() {
            request = request.headers(headers.0);
        }
        // The client's own timeout starts only once the request is in its queue.
        let asked = tokio::time::timeout(timeout, self.client.send_request(subject.to_owned(), request));
        let answer = self.unless_refused(subject, asked).await.map_err(RequestError::NotSent)?;
        let timed_out = || RequestError::Timeout { subject: subject.to_owned(), waited: timeout };
        match answer {
            Err(_) => Err(timed_out()),
            Ok(Ok(message)) => Ok(message.payload),
            Ok(Err(error)) => Err(match error.kind() {
                RequestErrorKind::TimedOut => timed_out(),
                RequestErrorKind::NoResponders => RequestError::NoResponders { subject: subject.to_owned() },
                RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                    RequestError::NotSent(BusError::failed("asking", error))
                }
                RequestErrorKind::Other => {
                    RequestError::Broken { subject: subject.to_owned(), cause: Cause::of(error) }
                }
            }),
        }
    }

    /// Asks all who answer on `subject`: until none came for the span `another`, and at most for `timeout`.
    ///
    /// # Errors
    /// [`BusError`] when the connection was closed.
    pub async fn request_all(
        &self,
        subject: &str,
        another: Duration,
        timeout: Duration,
    ) -> Result<Vec<Bytes>, BusError> {
        let inbox = self.client.new_inbox();
        let subscribed = self.client.subscribe(inbox.clone()).await;
        let mut answers = subscribed.map_err(|error| BusError::failed("listening", error))?;
        let sent = self.client.publish_with_reply(subject.to_owned(), inbox, Bytes::new()).await;
        sent.map_err(|error| BusError::failed("asking", error))?;
        let mut found = Vec::new();
        let until = tokio::time::Instant::now() + timeout;
        loop {
            // The first takes the way there and back; the others come at its heels.
            let pause = if found.is_empty() { timeout.min(another * 5) } else { another };
            let next = (tokio::time::Instant::now() + pause).min(until);
            match tokio::time::timeout_at(next, answers.next()).await {
                Ok(Some(message)) if message.status.is_none() => found.push(message.payload),
                Ok(_) | Err(_) => return Ok(found),
            }
        }
    }

    /// Says something to whoever listens; nobody may.
    ///
    /// # Errors
    /// [`BusError::TooLarge`], or [`BusError::Failed`] when the connection was closed.
    pub async fn tell(&self, subject: &str, headers: Headers, payload: Bytes) -> Result<(), BusError> {
        self.check_size(subject, &headers, payload.len())?;
        let sent = self.client.publish_with_headers(subject.to_owned(), headers.0, payload).await;
        sent.map_err(|error| BusError::failed("telling", error))
    }

    /// Listens to what is told on `subject`.
    ///
    /// # Errors
    /// [`BusError::Failed`] when the connection was closed. A refused subject shows in [`Bus::refusals`].
    pub async fn hear(&self, subject: &str) -> Result<Subscription, BusError> {
        let subscriber = self.client.subscribe(subject.to_owned()).await;
        Ok(Subscription(subscriber.map_err(|error| BusError::failed("listening", error))?))
    }

    pub(crate) fn check_size(&self, subject: &str, headers: &Headers, body: usize) -> Result<(), BusError> {
        let (size, limit) = (body + headers.size(), self.max_payload());
        if size > limit {
            Err(BusError::TooLarge { subject: subject.to_owned(), size, limit })
        } else {
            Ok(())
        }
    }
}

/// What is told on a subject.
#[derive(Debug)]
pub struct Subscription(Subscriber);

impl Subscription {
    /// The next message; `None` when the connection was closed.
    pub async fn next(&mut self) -> Option<(Headers, Bytes)> {
        let message = self.0.next().await?;
        Some((Headers(message.headers.unwrap_or_default()), message.payload))
    }
}
