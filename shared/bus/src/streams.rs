//! The streams: each service owns the one of its events; intake owns the submission stream.
//!
//! Servers drop what they do not understand of a configuration without a word, and people change streams by hand.
//! So what the server says it made is compared, field by field, with what was asked for.

use std::time::Duration;

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind, RequestErrorKind};
use async_nats::jetstream::{ErrorCode, stream};
use contracts::{ServiceName, subjects};
use jiff::Timestamp;

use crate::connection::Bus;
use crate::error::BusError;

/// How long the server remembers message ids. Only an optimisation: consumers recognise duplicates themselves.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// The bounds of the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    /// How many bytes an event stream may hold; the oldest go first. The journal has them all.
    pub event_max_bytes: u64,
    /// How many submissions may wait; further ones are refused to the feeder.
    pub submit_max_messages: u64,
    /// Copies in a cluster: 1 alone, 3 in production.
    pub replicas: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { event_max_bytes: 1 << 30, submit_max_messages: 100_000, replicas: 1 }
    }
}

/// What a stream is at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamFacts {
    /// When it was made. Another time means another stream: everything before is gone.
    pub created: Timestamp,
    /// The oldest message it holds.
    pub first_sequence: u64,
    /// The last sequence it gave. Lower than one that was acknowledged means it lost its tail.
    pub last_sequence: u64,
    /// How many messages it holds.
    pub messages: u64,
    /// How many bytes it holds.
    pub bytes: u64,
    /// How many it may hold.
    pub max_bytes: Option<u64>,
    /// When its last message came.
    pub last_time: Timestamp,
}

impl Bus {
    /// Makes the stream of everything `service` says, or brings it to what is asked for.
    ///
    /// # Errors
    /// [`BusError::NotAsAsked`] with each difference, [`BusError::NotPermitted`], or what the server says.
    pub async fn ensure_event_stream(
        &self,
        service: ServiceName,
        limits: StreamLimits,
    ) -> Result<StreamFacts, BusError> {
        self.ensure_stream(stream::Config {
            name: subjects::event_stream(service),
            description: Some(format!("Everything {service} says")),
            subjects: vec![subjects::events_of(service)],
            retention: stream::RetentionPolicy::Limits,
            discard: stream::DiscardPolicy::Old,
            storage: stream::StorageType::File,
            max_age: Duration::from_secs(subjects::EVENT_MAX_AGE_SECONDS),
            max_bytes: i64::try_from(limits.event_max_bytes).unwrap_or(i64::MAX),
            max_messages: -1,
            duplicate_window: DUPLICATE_WINDOW,
            allow_direct: true,
            num_replicas: limits.replicas,
            ..stream::Config::default()
        })
        .await
    }

    /// Makes the work-queue stream that high-volume feeders publish to.
    ///
    /// # Errors
    /// As [`Bus::ensure_event_stream`].
    pub async fn ensure_submit_stream(&self, limits: StreamLimits) -> Result<StreamFacts, BusError> {
        self.ensure_stream(stream::Config {
            name: subjects::SUBMIT_STREAM.to_owned(),
            description: Some("Complaints of feeders, until intake has them".to_owned()),
            subjects: vec![subjects::SUBMIT_ALL.to_owned()],
            retention: stream::RetentionPolicy::WorkQueue,
            discard: stream::DiscardPolicy::New,
            storage: stream::StorageType::File,
            max_bytes: -1,
            max_messages: i64::try_from(limits.submit_max_messages).unwrap_or(i64::MAX),
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: limits.replicas,
            ..stream::Config::default()
        })
        .await
    }

    /// What the event stream of `service` is at this moment; `None` when there is none.
    ///
    /// # Errors
    /// [`BusError::NotPermitted`], [`BusError::Timeout`], or what the server says.
    pub async fn stream_facts(&self, service: ServiceName) -> Result<Option<StreamFacts>, BusError> {
        Ok(self.stream_info(&subjects::event_stream(service)).await?.map(|info| facts(&info)))
    }

    pub(crate) async fn stream_info(&self, name: &str) -> Result<Option<stream::Info>, BusError> {
        let what = "asking for a stream";
        let subject = format!("$JS.API.STREAM.INFO.{name}");
        match self.unless_refused(&subject, self.jetstream.get_stream(name)).await? {
            Ok(found) => Ok(Some(found.cached_info().clone())),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(reason) if is_no_stream(&reason) => Ok(None),
                GetStreamErrorKind::Request => Err(api_error(what, &error)),
                _ => Err(BusError::failed(what, error)),
            },
        }
    }

    async fn ensure_stream(&self, asked: stream::Config) -> Result<StreamFacts, BusError> {
        let info = match self.stream_info(&asked.name).await? {
            Some(info) if differences(&asked, &info.config).is_empty() => info,
            Some(info) => {
                let found = differences(&asked, &info.config);
                tracing::warn!(stream = asked.name, ?found, "the stream is not as asked for: it is changed");
                self.update_stream(&asked).await?
            }
            None => self.create_stream(&asked).await?,
        };
        let differences = differences(&asked, &info.config);
        if differences.is_empty() {
            Ok(facts(&info))
        } else {
            Err(BusError::NotAsAsked { name: asked.name, differences })
        }
    }

    async fn create_stream(&self, asked: &stream::Config) -> Result<stream::Info, BusError> {
        let what = "making a stream";
        let subject = format!("$JS.API.STREAM.CREATE.{}", asked.name);
        let made = self.unless_refused(&subject, self.jetstream.create_stream(asked.clone())).await?;
        made.map(|stream| stream.cached_info().clone()).map_err(|error| match error.kind() {
            CreateStreamErrorKind::JetStream(reason) if is_no_room(&reason) => {
                BusError::NoRoom { stream: asked.name.clone(), bytes: asked.max_bytes }
            }
            _ => BusError::failed(what, error),
        })
    }

    async fn update_stream(&self, asked: &stream::Config) -> Result<stream::Info, BusError> {
        let what = "changing a stream";
        let subject = format!("$JS.API.STREAM.UPDATE.{}", asked.name);
        let made = self.unless_refused(&subject, self.jetstream.update_stream(asked)).await?;
        made.map_err(|error| BusError::failed(what, error))
    }
}

fn is_no_stream(reason: &async_nats::jetstream::Error) -> bool {
    reason.error_code() == ErrorCode::STREAM_NOT_FOUND
}

fn is_no_room(reason: &async_nats::jetstream::Error) -> bool {
    reason.error_code() == ErrorCode::STORAGE_RESOURCES_EXCEEDED
}

/// Turns a failed request to the JetStream API into its error; the client hides the reason behind two layers.
pub(crate) fn api_error(what: &'static str, error: &(dyn std::error::Error + 'static)) -> BusError {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(request) = current.downcast_ref::<async_nats::jetstream::context::RequestError>()
            && request.kind() == RequestErrorKind::TimedOut
        {
            return BusError::Timeout { what };
        }
        cause = current.source();
    }
    BusError::failed(what, error)
}

fn facts(info: &stream::Info) -> StreamFacts {
    let time = |nanos: i128| Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::UNIX_EPOCH);
    StreamFacts {
        created: time(info.created.unix_timestamp_nanos()),
        first_sequence: info.state.first_sequence,
        last_sequence: info.state.last_sequence,
        messages: info.state.messages,
        bytes: info.state.bytes,
        max_bytes: u64::try_from(info.config.max_bytes).ok().filter(|bytes| *bytes > 0),
        last_time: time(info.state.last_timestamp.unix_timestamp_nanos()),
    }
}

fn differences(asked: &stream::Config, found: &stream::Config) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |field: &str, asked: String, found: String| {
        if asked != found {
            differences.push(format!("{field}: asked for {asked}, found {found}"));
        }
    };
    compare("subjects", format!("{:?}", asked.subjects), format!("{:?}", found.subjects));
    compare("retention", format!("{:?}", asked.retention), format!("{:?}", found.retention));
    compare("discard", format!("{:?}", asked.discard), format!("{:?}", found.discard));
    compare("storage", format!("{:?}", asked.storage), format!("{:?}", found.storage));
    compare("max_age", format!("{:?}", asked.max_age), format!("{:?}", found.max_age));
    compare("max_bytes", asked.max_bytes.to_string(), found.max_bytes.to_string());
    compare("max_msgs", unlimited(asked.max_messages), unlimited(found.max_messages));
    compare(
        "duplicate_window",
        format!("{:?}", asked.duplicate_window),
        format!("{:?}", found.duplicate_window),
    );
    compare("allow_direct", asked.allow_direct.to_string(), found.allow_direct.to_string());
    compare("num_replicas", asked.num_replicas.to_string(), found.num_replicas.to_string());
    differences
}

/// The server writes "no limit" as -1 or 0.
fn unlimited(limit: i64) -> String {
    if limit <= 0 { "none".to_owned() } else { limit.to_string() }
}
