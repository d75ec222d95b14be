//! Hearing a stream whole, in batches, through a durable pull consumer that replicas share.
//!
//! Attempts are not counted by the server (`max_deliver` −1) and nothing is ever refused to it: what was handled is
//! acknowledged after the commit, what was not comes again after `ack_wait`. When the consumer or the stream is
//! gone it is made again and starts from the first message; whoever handles deliveries recognises what it knows.

use std::time::Duration;

use async_nats::jetstream::consumer::{self, pull};
use async_nats::jetstream::{self, ErrorCode};
use async_nats::{Client, Subject};
use bytes::Bytes;
use contracts::{ServiceName, subjects};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::connection::Bus;
use crate::error::{BusError, Cause};
use crate::headers::Headers;
use crate::pull::{Pull, Pulled};
use crate::streams::api_error;

/// What is heard, and how much at a time.
#[derive(Debug, Clone)]
pub struct ListenerOptions {
    /// The stream.
    pub stream: String,
    /// The durable consumer's name.
    pub durable: String,
    /// How long a delivery may stay without acknowledgement before it is delivered again.
    pub ack_wait: Duration,
    /// How many deliveries may be without acknowledgement, over all replicas.
    pub max_unacknowledged: u32,
    /// How many messages are asked for ahead of need.
    pub ahead: usize,
}

impl ListenerOptions {
    /// For hearing all of `source` as `service`.
    #[must_use]
    pub fn events(service: ServiceName, source: ServiceName) -> Self {
        Self {
            stream: subjects::event_stream(source),
            durable: subjects::durable(service, source),
            ack_wait: Duration::from_secs(30),
            max_unacknowledged: 5_000,
            ahead: 1_000,
        }
    }
    /// For taking submissions, as intake.
    #[must_use]
    pub fn submissions() -> Self {
        Self {
            stream: subjects::SUBMIT_STREAM.to_owned(),
            durable: subjects::SUBMIT_DURABLE.to_owned(),
            ..Self::events(ServiceName::Intake, ServiceName::Intake)
        }
    }
}

/// A message as it was delivered.
#[derive(Debug)]
pub struct Delivery {
    /// The subject it was published to.
    pub subject: String,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// Its sequence in the stream.
    pub stream_sequence: u64,
    /// When the stream got it.
    pub published: Timestamp,
    /// How often it was delivered, this time included.
    pub deliveries: u64,
    /// To be called after the commit.
    pub acknowledge: Acknowledge,
}

/// The right to say that a delivery was handled.
#[derive(Debug, Clone)]
pub struct Acknowledge {
    client: Client,
    reply: Option<Subject>,
}

impl Acknowledge {
    /// Says so. Not confirmed by the server: a lost acknowledgement means one more delivery, which is harmless.
    ///
    /// # Errors
    /// [`BusError::Failed`] when the connection was closed.
    pub async fn acknowledge(self) -> Result<(), BusError> {
        let Some(reply) = self.reply else { return Ok(()) };
        let sent = self.client.publish(reply, Bytes::from_static(b"+ACK")).await;
        sent.map_err(|error| BusError::failed("acknowledging", error))
    }
}

/// How far behind a consumer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Messages never delivered.
    pub pending: u64,
    /// Messages delivered and not acknowledged.
    pub unacknowledged: u64,
    /// When the oldest message that is not acknowledged was published.
    pub oldest: Option<Timestamp>,
}

/// A consumer of one stream.
#[derive(Debug)]
pub struct Listener {
    bus: Bus,
    options: ListenerOptions,
    open: Option<Open>,
}

struct Open {
    pull: Pull,
    created: Timestamp,
    connects: u64,
    /// The consumer has to be looked for before more is asked of it.
    doubted: bool,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("created", &self.created).finish_non_exhaustive()
    }
}

impl Listener {
    /// A listener; the consumer is made at the first fetch.
    #[must_use]
    pub const fn new(bus: Bus, options: ListenerOptions) -> Self {
        Self { bus, options, open: None }
    }

    /// What it hears.
    #[must_use]
    pub const fn options(&self) -> &ListenerOptions {
        &self.options
    }

    /// When the stream was made that is being heard; `None` before the first fetch and after a failure.
    #[must_use]
    pub fn stream_created(&self) -> Option<Timestamp> {
        self.open.as_ref().map(|open| open.created)
    }

    /// Waits up to `wait` for a message and takes what else is there, up to `max`. Empty: nothing came.
    ///
    /// After an error the consumer is looked for, or made again, at the next fetch.
    ///
    /// # Errors
    /// [`BusError::NoSuchStream`] while the source has not made its stream, [`BusError::NotPermitted`], or what
    /// the server says.
    pub async fn fetch(&mut self, max: usize, wait: Duration) -> Result<Vec<Delivery>, BusError> {
        let mut deliveries = self.left_of_an_old_connection()?;
        if !deliveries.is_empty() {
            return Ok(deliveries);
        }
        let client = self.bus.client.clone();
        let jetstream = self.bus.jetstream.clone();
        let deadline = Instant::now() + wait;
        self.make_sure().await?;
        let Some(open) = &mut self.open else { return Ok(deliveries) };
        while deliveries.len() < max {
            open.pull.ask().await?;
            let came = match open.pull.here() {
                Some(came) => Some(came),
                None if deliveries.is_empty() => {
                    let (bus, connects) = (&self.bus, open.connects);
                    let mut connection = bus.connection();
                    tokio::select! {
                        came = open.pull.next(deadline.saturating_duration_since(Instant::now())) => came,
                        // A new connection knows nothing of what was asked for.
                        _ = connection.wait_for(|_| bus.connects() != connects) => None,
                    }
                }
                None => None,
            };
            match came {
                Some(Pulled::Message(message)) => deliveries.push(delivery(&client, &jetstream, message)?),
                Some(Pulled::Word) => {}
                Some(Pulled::Gone(why)) => {
                    open.doubted = true;
                    // What came before is handled; the trouble will be met again.
                    if deliveries.is_empty() {
                        return Err(BusError::Failed { what: "hearing", cause: Cause(why) });
                    }
                    break;
                }
                None => break,
            }
        }
        Ok(deliveries)
    }

    /// After a reconnect the stream may be another one. What came before is given out first, as of the old one.
    fn left_of_an_old_connection(&mut self) -> Result<Vec<Delivery>, BusError> {
        let mut left = Vec::new();
        let Some(open) = &mut self.open else { return Ok(left) };
        if open.connects != self.bus.connects() {
            open.doubted = true;
            while let Some(came) = open.pull.here() {
                if let Pulled::Message(message) = came {
                    left.push(delivery(&self.bus.client, &self.bus.jetstream, message)?);
                }
            }
        }
        Ok(left)
    }

    /// Stops asking for messages. What was asked for ahead is delivered again after `ack_wait`, to whoever asks; for a
    /// short trouble it is better just not to fetch.
    pub fn pause(&mut self) {
        self.open = None;
    }

    /// How far behind the consumer is, over all replicas.
    ///
    /// # Errors
    /// As [`Listener::fetch`].
    pub async fn lag(&self) -> Result<Lag, BusError> {
        Box::pin(self.look_at_lag()).await
    }

    async fn look_at_lag(&self) -> Result<Lag, BusError> {
        let (stream, durable) = (&self.options.stream, &self.options.durable);
        let subject = format!("$JS.API.CONSUMER.INFO.{stream}.{durable}");
        let asked = self.bus.jetstream.get_consumer_from_stream::<pull::Config, _, _>(durable, stream);
        let mut consumer = self
            .bus
            .unless_refused(&subject, asked)
            .await?
            .map_err(|error| consumer_error("asking for the lag", stream, &error))?;
        let info = consumer.info().await.map_err(|error| BusError::failed("asking for the lag", error))?;
        let (pending, unacknowledged) = (info.num_pending, info.num_ack_pending as u64);
        let floor = info.ack_floor.stream_sequence;
        let oldest = if pending + unacknowledged == 0 { None } else { self.published_after(floor).await? };
        Ok(Lag { pending, unacknowledged, oldest })
    }

    async fn published_after(&self, sequence: u64) -> Result<Option<Timestamp>, BusError> {
        let what = "looking for the oldest message";
        let Some(info) = self.bus.stream_info(&self.options.stream).await? else { return Ok(None) };
        if !info.config.allow_direct {
            return Ok(None);
        }
        let stream = self.bus.jetstream.get_stream_no_info(&self.options.stream).await;
        let stream = stream.map_err(|error| BusError::failed(what, error))?;
        let wanted = (sequence + 1).max(info.state.first_sequence);
        let subject = format!("$JS.API.DIRECT.GET.{}", self.options.stream);
        match self.bus.unless_refused(&subject, stream.direct_get(wanted)).await? {
            Ok(message) => Ok(Timestamp::from_nanosecond(message.time.unix_timestamp_nanos()).ok()),
            // Deleted in between: the next look finds another.
            Err(_) => Ok(None),
        }
    }

    /// Opens the inbox, or, where it is in doubt that anybody fills it, looks for the consumer again.
    async fn make_sure(&mut self) -> Result<(), BusError> {
        if self.open.as_ref().is_some_and(|open| !open.doubted) {
            return Ok(());
        }
        // Read before looking: a reconnect in between is noticed at the next fetch.
        let connects = self.bus.connects();
        // Boxed: the client's futures are large, and fetching is done in many tasks.
        let created = Box::pin(self.ensure_consumer()).await?;
        let mut pull = match self.open.take() {
            Some(open) => open.pull,
            None => {
                let options = &self.options;
                Pull::open(&self.bus.client, &options.stream, &options.durable, options.ahead).await?
            }
        };
        pull.begin_again();
        self.open = Some(Open { pull, created, connects, doubted: false });
        Ok(())
    }

    /// Looks for the stream and its consumer, makes the consumer where it is missing; answers when the stream was made.
    async fn ensure_consumer(&self) -> Result<Timestamp, BusError> {
        let options = &self.options;
        let Some(stream) = self.bus.stream_info(&options.stream).await? else {
            return Err(BusError::NoSuchStream { stream: options.stream.clone() });
        };
        let asked = self.asked();
        let subject = format!("$JS.API.CONSUMER.CREATE.{}.{}", options.stream, options.durable);
        let made = self.bus.jetstream.create_consumer_on_stream(asked.clone(), &options.stream);
        let consumer = self
            .bus
            .unless_refused(&subject, made)
            .await?
            .map_err(|error| consumer_error("making a consumer", &options.stream, &error))?;
        let differences = differences(&asked, &consumer.cached_info().config);
        if !differences.is_empty() {
            return Err(BusError::NotAsAsked { name: options.durable.clone(), differences });
        }
        let created = Timestamp::from_nanosecond(stream.created.unix_timestamp_nanos());
        Ok(created.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    fn asked(&self) -> pull::Config {
        pull::Config {
            durable_name: Some(self.options.durable.clone()),
            deliver_policy: consumer::DeliverPolicy::All,
            ack_policy: consumer::AckPolicy::Explicit,
            ack_wait: self.options.ack_wait,
            max_deliver: -1,
            max_ack_pending: i64::from(self.options.max_unacknowledged),
            ..pull::Config::default()
        }
    }
}

fn delivery(
    client: &Client,
    context: &jetstream::Context,
    message: async_nats::Message,
) -> Result<Delivery, BusError> {
    let message = jetstream::Message { message, context: context.clone() };
    let info = message.info().map_err(|error| BusError::failed("reading a delivery", error))?;
    let published = Timestamp::from_nanosecond(info.published.unix_timestamp_nanos());
    let (stream_sequence, deliveries) = (info.stream_sequence, info.delivered.unsigned_abs());
    let published = published.unwrap_or(Timestamp::UNIX_EPOCH);
    let message = message.message;
    Ok(Delivery {
        subject: message.subject.into_string(),
        headers: Headers(message.headers.unwrap_or_default()),
        body: message.payload,
        stream_sequence,
        published,
        deliveries,
        acknowledge: Acknowledge { client: client.clone(), reply: message.reply },
    })
}

fn consumer_error(what: &'static str, stream: &str, error: &(impl std::error::Error + 'static)) -> BusError {
    let code = |code: ErrorCode| error.to_string().contains(&format!("error code {}", code.0));
    if code(ErrorCode::STREAM_NOT_FOUND) || error.to_string().contains("stream not found") {
        return BusError::NoSuchStream { stream: stream.to_owned() };
    }
    api_error(what, error)
}

fn differences(asked: &pull::Config, found: &consumer::Config) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |field: &str, asked: String, found: String| {
        if asked != found {
            differences.push(format!("{field}: asked for {asked}, found {found}"));
        }
    };
    compare("ack_policy", format!("{:?}", asked.ack_policy), format!("{:?}", found.ack_policy));
    compare("deliver_policy", format!("{:?}", asked.deliver_policy), format!("{:?}", found.deliver_policy));
    compare("ack_wait", format!("{:?}", asked.ack_wait), format!("{:?}", found.ack_wait));
    compare("max_deliver", asked.max_deliver.to_string(), found.max_deliver.to_string());
    compare("max_ack_pending", asked.max_ack_pending.to_string(), found.max_ack_pending.to_string());
    compare("filter_subject", asked.filter_subject.clone(), found.filter_subject.clone());
    differences
}
