//! The connection: made once, kept for ever, watched.
//!
//! The client reconnects without end, also when the server refuses the user meanwhile; `/readyz` tells. A server
//! tells a refused subject only as an error beside the traffic, never to the one who waits. So refusals are kept in
//! a watch, and whoever waits for an answer learns at once that it was refused ([`Bus::unless_refused`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::jetstream::context::ContextBuilder;
use async_nats::{Client, ConnectOptions, Event, ServerError, jetstream};
use bytes::Bytes;
use contracts::ServiceName;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::error::{BusError, Cause, RequestError};

/// The oldest nats-server that does what is needed of it.
pub const SERVER_FLOOR: &str = "2.12.0";
/// What operators should run.
pub const SERVER_RECOMMENDED: &str = "2.14.0";

/// How often a silent server is asked whether it is there. A wire that went deaf is noticed at the third question
/// without an answer; nats-server is told to ask as often, or requests go to the deaf end for minutes.
const PING_EVERY: Duration = Duration::from_secs(5);

/// How to reach NATS, and as whom.
#[derive(Debug, Clone)]
pub struct BusOptions {
    /// `nats://host:port` or `tls://host:port`; several, divided by commas, are one cluster.
    pub url: String,
    /// The NATS user; `None` where the server asks for none.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<SecretString>,
    /// The name that the server's monitoring shows, such as `routing`; one token of a subject.
    pub name: String,
    /// The prefix of own inboxes, `_INBOX.<service>`: the only one the user may subscribe to.
    pub inbox_prefix: String,
    /// A file with the certificate authority of the server, where it is not a public one.
    pub certificate_authority: Option<std::path::PathBuf>,
    /// How long [`Bus::connect`] waits for the first connection.
    pub connect_patience: Duration,
    /// How long JetStream has for an acknowledgement or an answer of its API.
    pub answer_patience: Duration,
    /// How many published messages may wait for their acknowledgement.
    pub acks_in_flight: usize,
}

impl BusOptions {
    /// The options of a service, or of a program such as the gateway, named `name`.
    #[must_use]
    pub fn new(url: impl Into<String>, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            url: url.into(),
            user: None,
            password: None,
            inbox_prefix: format!("_INBOX.{name}"),
            name,
            certificate_authority: None,
            connect_patience: Duration::from_secs(30),
            answer_patience: Duration::from_secs(5),
            acks_in_flight: 1024,
        }
    }
    /// The options of a service.
    #[must_use]
    pub fn of(service: ServiceName, url: impl Into<String>) -> Self {
        Self::new(url, service.as_str())
    }
    /// Signs in as `user`.
    #[must_use]
    pub fn signed_in(mut self, user: impl Into<String>, password: SecretString) -> Self {
        self.user = Some(user.into());
        self.password = Some(password);
        self
    }
}

/// How the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Not yet connected.
    Connecting,
    /// Connected.
    Up,
    /// Lost; being tried again.
    Down,
    /// Closed by us.
    Closed,
}

/// What connection events leave behind.
#[derive(Debug)]
struct Watched {
    connection: watch::Sender<Connection>,
    refusal: watch::Sender<String>,
    trouble: watch::Sender<String>,
    refusals: AtomicU64,
    slow: AtomicU64,
    connects: AtomicU64,
}

impl Watched {
    fn note(&self, event: Event) {
        match event {
            Event::Connected => {
                self.connects.fetch_add(1, Ordering::Relaxed);
                self.connection.send_replace(Connection::Up);
            }
            Event::Disconnected => {
                self.connection.send_replace(Connection::Down);
            }
            Event::Closed => {
                self.connection.send_replace(Connection::Closed);
            }
            Event::SlowConsumer(subscription) => {
                self.slow.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    subscription,
                    "messages were dropped: a subscription was not read fast enough"
                );
            }
            Event::ServerError(ServerError::Other(words)) if words.starts_with("Permissions Violation") => {
                self.refusals.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%words, "the NATS user lacks a permission");
                self.refusal.send_replace(words);
            }
            Event::ServerError(error) => {
                tracing::warn!(%error, "nats-server reports an error");
                self.trouble.send_replace(error.to_string());
            }
            Event::ClientError(error) => {
                tracing::debug!(%error, "the connection to nats-server failed");
                self.trouble.send_replace(error.to_string());
            }
            Event::LameDuckMode | Event::Draining => tracing::info!(%event, "nats-server connection"),
        }
    }
}

/// The connection to NATS. Cheap to clone; all clones share it.
#[derive(Debug, Clone)]
pub struct Bus {
    pub(crate) client: Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) patience: Duration,
    pub(crate) acks_in_flight: usize,
    name: Arc<str>,
    watched: Arc<Watched>,
}

impl Bus {
    /// Connects, waiting up to `connect_patience` for the server to come up, and checks its version.
    ///
    /// # Errors
    /// [`BusError::Options`], [`BusError::Unreachable`] (also when the user or password is refused all the time),
    /// [`BusError::OldServer`].
    pub async fn connect(options: BusOptions) -> Result<Self, BusError> {
        let watched = Arc::new(Watched {
            connection: watch::channel(Connection::Connecting).0,
            refusal: watch::channel(String::new()).0,
            trouble: watch::channel(String::new()).0,
            refusals: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            connects: AtomicU64::new(0),
        });
        let addresses: Vec<_> = options
            .url
            .split(',')
            .map(|address| address.trim().parse::<async_nats::ServerAddr>())
            .collect::<Result<_, _>>()
            .map_err(|error| BusError::Options(Cause::of(error)))?;
        let client = client_options(&options, Arc::clone(&watched))
            .connect(addresses)
            .await
            .map_err(|error| BusError::Options(Cause::of(error)))?;
        wait_until_up(&options, &watched).await?;
        let jetstream = ContextBuilder::new()
            .timeout(options.answer_patience)
            .max_ack_inflight(options.acks_in_flight)
            .backpressure_on_inflight(true)
            .build(client.clone());
        let bus = Self {
            client,
            jetstream,
            patience: options.answer_patience,
            acks_in_flight: options.acks_in_flight,
            name: options.name.into(),
            watched,
        };
        bus.check_version()?;
        Ok(bus)
    }

    /// Refuses a server that is too old. To be asked again after a reconnect: it may be another server.
    ///
    /// # Errors
    /// [`BusError::OldServer`].
    pub fn check_version(&self) -> Result<(), BusError> {
        let found = self.client.server_info().version;
        if older(&found, SERVER_FLOOR) {
            return Err(BusError::OldServer { found, floor: SERVER_FLOOR });
        }
        if older(&found, SERVER_RECOMMENDED) {
            tracing::warn!(found, recommended = SERVER_RECOMMENDED, "nats-server is older than recommended");
        }
        Ok(())
    }

    /// How the connection is, to be watched.
    #[must_use]
    pub fn connection(&self) -> watch::Receiver<Connection> {
        self.watched.connection.subscribe()
    }
    /// How often the connection was made: grows at every reconnect.
    #[must_use]
    pub fn connects(&self) -> u64 {
        self.watched.connects.load(Ordering::Relaxed)
    }
    /// How often the server refused a subject to our user, since the start.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.watched.refusals.load(Ordering::Relaxed)
    }
    /// How often messages were dropped because we did not read them, since the start. Should stay 0.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.watched.slow.load(Ordering::Relaxed)
    }
    /// The version of the server.
    #[must_use]
    pub fn server_version(&self) -> String {
        self.client.server_info().version
    }
    /// The largest message the server takes, headers included, in bytes.
    #[must_use]
    pub fn max_payload(&self) -> usize {
        self.client.max_payload()
    }

    /// Waits until the server has dealt with everything sent so far, subscriptions included.
    ///
    /// The client's own flush only empties its buffer. The server handles a connection in order, so any answer to a
    /// question asked now will do, also the one that nobody serves the subject.
    ///
    /// # Errors
    /// [`BusError::Timeout`], [`BusError::NotPermitted`] or [`BusError::Failed`].
    pub async fn flush(&self) -> Result<(), BusError> {
        let subject = format!("$SRV.PING.{}", self.name);
        match self.request(&subject, Bytes::new(), self.patience).await {
            Ok(_) | Err(RequestError::NoResponders { .. }) => Ok(()),
            Err(RequestError::Timeout { .. }) => Err(BusError::Timeout { what: "flushing" }),
            Err(RequestError::NotSent(error)) => Err(error),
            Err(RequestError::Broken { cause, .. }) => Err(BusError::Failed { what: "flushing", cause }),
        }
    }

    /// Ends: subscriptions stop, what is buffered is written, the connection is closed.
    ///
    /// # Errors
    /// [`BusError::Failed`] when the connection was closed before.
    pub async fn close(&self) -> Result<(), BusError> {
        self.client.drain().await.map_err(|error| BusError::failed("closing", error))
    }

    /// Waits for `answer`, but no longer than until the server refuses something that begins with `subject`.
    pub(crate) async fn unless_refused<T>(
        &self,
        subject: &str,
        answer: impl Future<Output = T>,
    ) -> Result<T, BusError> {
        let mut refusals = self.refusals_from_now();
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            refused = refusals.of(subject) => Err(refused),
        }
    }

    pub(crate) fn refusals_from_now(&self) -> Refusals {
        let mut words = self.watched.refusal.subscribe();
        words.mark_unchanged();
        Refusals { words, seen: String::new() }
    }
}

/// The server's refusals from some moment on. They come beside the traffic, so a later one may hide an earlier one
/// of another task; then that task waits for its timeout, as it would anyway.
pub(crate) struct Refusals {
    words: watch::Receiver<String>,
    seen: String,
}

impl Refusals {
    /// Waits until something that begins with `subject` is refused; for ever when it never is.
    pub(crate) async fn of(&mut self, subject: &str) -> BusError {
        loop {
            if self.seen.contains(&format!("\"{subject}")) {
                return BusError::NotPermitted { what: self.seen.clone() };
            }
            if self.words.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            self.seen.clone_from(&self.words.borrow_and_update());
        }
    }
}

fn client_options(options: &BusOptions, watched: Arc<Watched>) -> ConnectOptions {
    let mut client = ConnectOptions::new()
        .name(&options.name)
        .custom_inbox_prefix(&options.inbox_prefix)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let millis = 10u64.saturating_mul(1 << attempts.min(7));
            if attempts <= 1 { Duration::ZERO } else { Duration::from_millis(millis) }
        })
        .connection_timeout(Duration::from_secs(5))
        .request_timeout(Some(options.answer_patience))
        .ping_interval(PING_EVERY)
        .event_callback(move |event| {
            watched.note(event);
            std::future::ready(())
        });
    if let (Some(user), Some(password)) = (&options.user, &options.password) {
        client = client.user_and_password(user.clone(), password.expose_secret().to_owned());
    }
    if let Some(file) = &options.certificate_authority {
        client = client.add_root_certificates(file.clone());
    }
    client
}

async fn wait_until_up(options: &BusOptions, watched: &Watched) -> Result<(), BusError> {
    let mut connection = watched.connection.subscribe();
    let up = connection.wait_for(|state| *state == Connection::Up);
    let deadline = Instant::now() + options.connect_patience;
    if matches!(timeout_at(deadline, up).await, Ok(Ok(_))) {
        return Ok(());
    }
    Err(BusError::Unreachable {
        url: options.url.clone(),
        patience: options.connect_patience,
        cause: Cause(watched.trouble.borrow().clone()),
    })
}

/// Whether version `found` is older than `floor`; what is not a version counts as old.
fn older(found: &str, floor: &str) -> bool {
    let read = |text: &str| -> Option<(u32, u32, u32)> {
        let plain = text.trim_start_matches('v').split(['-', '+']).next()?;
        let mut parts = plain.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
    };
    match (read(found), read(floor)) {
        (Some(found), Some(floor)) => found < floor,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::older;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(older("2.9.10", "2.12.0"));
        assert!(older("2.11.11", "2.12.0"));
        assert!(!older("2.12.0", "2.12.0"));
        assert!(!older("v2.15.1", "2.12.0"));
        assert!(!older("2.14.0-RC.1", "2.12.0"));
        assert!(older("nonsense", "2.12.0"));
    }
}
