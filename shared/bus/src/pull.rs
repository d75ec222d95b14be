//! Pulling a consumer's messages into one inbox that outlives the connection.
//!
//! The client library's own message stream has to be made anew after a reconnect, and then whatever the server had
//! already sent to the old one comes only after `ack_wait`: half a minute of silence after every broker crash. Here
//! the inbox stays: the client subscribes to it again by itself, and what is asked for anew arrives beside what was
//! already under way.

use std::time::Duration;

use async_nats::{Client, Message, StatusCode, Subject, Subscriber};
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use crate::error::BusError;

/// How long a request stands at the server. At its end the server says so, and another is made.
const EXPIRES: Duration = Duration::from_secs(20);
/// How often the server says that a request still stands.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What came, in the order in which it came.
pub(crate) enum Pulled {
    /// A message of the stream.
    Message(Message),
    /// A word of the server, dealt with.
    Word,
    /// The consumer, or the server that had it, is gone: look for it, then [`Pull::begin_again`].
    Gone(String),
}

/// The inbox, and how much was asked for.
pub(crate) struct Pull {
    client: Client,
    subject: String,
    inbox: Subject,
    messages: Subscriber,
    ahead: usize,
    outstanding: usize,
    heard: Instant,
}

impl Pull {
    /// An inbox for messages of `durable` of `stream`, of which up to `ahead` are asked for ahead of need.
    pub(crate) async fn open(
        client: &Client,
        stream: &str,
        durable: &str,
        ahead: usize,
    ) -> Result<Self, BusError> {
        let inbox = Subject::from(client.new_inbox());
        let subscribed = client.subscribe(inbox.clone()).await;
        Ok(Self {
            client: client.clone(),
            subject: format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"),
            inbox,
            messages: subscribed.map_err(|error| BusError::failed("asking for messages", error))?,
            ahead,
            outstanding: 0,
            heard: Instant::now(),
        })
    }

    /// Forgets what was asked for: after a reconnect, and when the consumer was gone, nobody answers it any more.
    pub(crate) fn begin_again(&mut self) {
        self.outstanding = 0;
        self.heard = Instant::now();
    }

    /// Asks for more once half of what was asked for has come.
    pub(crate) async fn ask(&mut self) -> Result<(), BusError> {
        if self.outstanding > self.ahead / 2 {
            return Ok(());
        }
        let (batch, expires, heartbeat) = (self.ahead, EXPIRES.as_nanos(), HEARTBEAT.as_nanos());
        let request = format!(r#"{{"batch":{batch},"expires":{expires},"idle_heartbeat":{heartbeat}}}"#);
        let asked =
            self.client.publish_with_reply(self.subject.clone(), self.inbox.clone(), Bytes::from(request));
        asked.await.map_err(|error| BusError::failed("asking for messages", error))?;
        self.outstanding += self.ahead;
        Ok(())
    }

    /// The next thing that comes within `wait`; `None` when nothing came.
    pub(crate) async fn next(&mut self, wait: Duration) -> Option<Pulled> {
        match tokio::time::timeout(wait, self.messages.next()).await {
            Ok(came) => Some(self.understand(came)),
            Err(_) if self.heard.elapsed() > HEARTBEAT * 2 => {
                Some(Pulled::Gone("no heartbeat of the server".to_owned()))
            }
            Err(_) => None,
        }
    }

    /// What is here already.
    pub(crate) fn here(&mut self) -> Option<Pulled> {
        self.messages.next().now_or_never().map(|came| self.understand(came))
    }

    fn understand(&mut self, came: Option<Message>) -> Pulled {
        let Some(message) = came else { return Pulled::Gone("the connection was closed".to_owned()) };
        self.heard = Instant::now();
        match message.status {
            None | Some(StatusCode::OK) => {
                self.outstanding = self.outstanding.saturating_sub(1);
                Pulled::Message(message)
            }
            Some(StatusCode::IDLE_HEARTBEAT) => Pulled::Word,
            Some(StatusCode::TIMEOUT | StatusCode::NOT_FOUND) => {
                self.request_over(&message);
                Pulled::Word
            }
            Some(StatusCode::REQUEST_TERMINATED)
                if message.description.as_deref() == Some("Batch Completed") =>
            {
                self.request_over(&message);
                Pulled::Word
            }
            Some(status) => {
                Pulled::Gone(message.description.map_or_else(|| status.to_string(), String::from))
            }
        }
    }

    /// A request ended before all that it asked for had come; the server says how much is not coming.
    fn request_over(&mut self, message: &Message) {
        let headers = message.headers.as_ref();
        let said = headers.and_then(|headers| headers.get("Nats-Pending-Messages"));
        let left = said.and_then(|said| said.as_str().parse().ok()).unwrap_or(self.outstanding);
        self.outstanding = self.outstanding.saturating_sub(left);
    }
}
