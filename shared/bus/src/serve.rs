//! Answering requests, as a service in the sense of the NATS Services API.
//!
//! `nats micro ls` and any monitoring that speaks `$SRV.PING`, `$SRV.INFO`, `$SRV.STATS` find every replica, every
//! verb and query of it, and how often and how fast it answered. Replicas share the work by queue group.

use async_nats::service::endpoint::Endpoint as NatsEndpoint;
use async_nats::service::{Service, ServiceExt};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::SelectAll;

use crate::connection::Bus;
use crate::error::BusError;
use crate::headers::Headers;

/// What a service says about itself.
#[derive(Debug, Clone)]
pub struct Info {
    /// Its name: letters, digits, `-`, `_`.
    pub name: String,
    /// Its version, SemVer.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Replicas of the same group share the requests.
    pub queue_group: String,
}

/// One subject that is answered.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its name in statistics.
    pub name: String,
    /// The subject.
    pub subject: String,
}

/// The requests to a service, as they come.
pub struct Requests {
    service: Option<Service>,
    incoming: SelectAll<NatsEndpoint>,
    bus: Bus,
}

impl std::fmt::Debug for Requests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Requests").field("endpoints", &self.incoming.len()).finish_non_exhaustive()
    }
}

impl Bus {
    /// Begins to answer these subjects. Requests must be read without delay: what is not read is dropped by the
    /// client in the end, so answer `unavailable` rather than wait.
    ///
    /// # Errors
    /// [`BusError::Failed`] when name or version are malformed or the connection was closed.
    pub async fn serve(&self, info: Info, endpoints: Vec<Endpoint>) -> Result<Requests, BusError> {
        let what = "offering a service";
        let service = self
            .client
            .service_builder()
            .description(&info.description)
            .queue_group(&info.queue_group)
            .start(&info.name, &info.version)
            .await
            .map_err(|error| BusError::failed(what, error))?;
        let mut incoming = SelectAll::new();
        for endpoint in endpoints {
            let added = service.endpoint_builder().name(&endpoint.name).add(&endpoint.subject).await;
            incoming.push(added.map_err(|error| BusError::failed(what, error))?);
        }
        self.flush().await?;
        Ok(Requests { service: Some(service), incoming, bus: self.clone() })
    }
}

impl Requests {
    /// The next request; `None` after [`Requests::stop`] once all that had come were given out.
    pub async fn next(&mut self) -> Option<Request> {
        let inner = self.incoming.next().await?;
        Some(Request { inner, bus: self.bus.clone() })
    }

    /// Takes no new requests; those that had come are still given out.
    pub async fn stop(&mut self) {
        if let Some(service) = self.service.take() {
            service.stop().await.ok();
        }
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub struct Request {
    inner: async_nats::service::Request,
    bus: Bus,
}

impl Request {
    /// The subject it was sent to.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.inner.message.subject.as_str()
    }
    /// Its body.
    #[must_use]
    pub const fn payload(&self) -> &Bytes {
        &self.inner.message.payload
    }
    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> Headers {
        Headers(self.inner.message.headers.clone().unwrap_or_default())
    }
    /// The largest answer the server takes.
    #[must_use]
    pub fn max_answer(&self) -> usize {
        self.bus.max_payload()
    }

    /// Answers.
    ///
    /// # Errors
    /// [`BusError::TooLarge`]: nothing was sent, so answer something shorter. [`BusError::Failed`] when nobody
    /// waits for an answer or the connection was closed.
    pub async fn respond(&self, answer: Bytes) -> Result<(), BusError> {
        self.bus.check_size(self.subject(), &Headers::default(), answer.len())?;
        self.inner.respond(Ok(answer)).await.map_err(|error| BusError::failed("answering", error))
    }
}
