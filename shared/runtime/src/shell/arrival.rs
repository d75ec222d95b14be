//! How inputs come in: one bounded queue, and the counters that say whether the shell is quiet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use contracts::commands::{Answer, Command};
use contracts::{Problem, ProblemCode};
use futures::future::join_all;
use journal::Headers;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

/// The right to acknowledge a delivered message. Called after the commit; dropping it uncalled is safe: the message
/// comes again and is noticed as a duplicate.
pub struct Acknowledge(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Acknowledge {
    /// Acknowledges by calling `with`, which must not block.
    pub fn by(with: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(with)))
    }
    /// For a message that needs no acknowledgement, such as a recovered one.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }
    pub(crate) fn acknowledge(self) {
        if let Some(call) = self.0 {
            call();
        }
    }
}

impl std::fmt::Debug for Acknowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Acknowledge" } else { "Acknowledge(none)" })
    }
}

/// A message as it was delivered, or recovered from its source.
#[derive(Debug)]
pub struct Delivered {
    /// Its headers, `Nats-Msg-Id` and the like among them; only the envelope's own are kept.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// Called after the commit.
    pub acknowledge: Acknowledge,
}

/// What waits in the queue.
#[derive(Debug)]
pub enum Arrival {
    /// A message.
    Event(Delivered),
    /// An order, and where its answer goes.
    Command {
        /// The order.
        command: Box<Command>,
        /// Where its answer goes.
        answer: oneshot::Sender<Answer>,
    },
}

/// An arrival with what it holds while it waits.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) arrival: Arrival,
    pub(crate) since: Instant,
    pub(crate) pending: Pending,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// What the shell and its inlets share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) pending: AtomicU64,
    pub(crate) handled: AtomicU64,
    pub(crate) look_for_timers: AtomicBool,
    pub(crate) wake: Notify,
    pub(crate) said: Arc<Notify>,
}

/// Counts one input as not yet done, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Pending(Arc<Shared>);

impl Pending {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        shared.pending.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.handled.fetch_add(1, Ordering::SeqCst);
        self.0.pending.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Where inputs are given to a shell.
#[derive(Debug, Clone)]
pub struct Inlet {
    pub(crate) queue: mpsc::Sender<Queued>,
    pub(crate) events: Arc<Semaphore>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) patience: Duration,
}

impl Inlet {
    /// Gives an order and waits for its answer. A full queue is answered `unavailable` at once: nothing was done. An
    /// answer that does not come in time is `outcome-unknown`: repeat with the same id.
    pub async fn command(&self, command: Command) -> Answer {
        let (answer, waiting) = oneshot::channel();
        let queued = Queued {
            arrival: Arrival::Command { command: Box::new(command), answer },
            since: Instant::now(),
            pending: Pending::new(&self.shared),
            room: None,
        };
        match self.queue.try_send(queued) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return refused(ProblemCode::Unavailable, "too much is waiting"),
            Err(TrySendError::Closed(_)) => {
                return refused(ProblemCode::Unavailable, "the service is stopping");
            }
        }
        // The shell itself answers what waits too long; this is for what it cannot answer.
        match tokio::time::timeout(self.patience * 2, waiting).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => refused(ProblemCode::OutcomeUnknown, "no answer came in time"),
        }
    }

    /// Gives orders together and waits for all answers, in the same order.
    pub async fn commands(&self, commands: Vec<Command>) -> Vec<Answer> {
        join_all(commands.into_iter().map(|command| self.command(command))).await
    }

    /// Gives a message, waiting for room. Returns when it is in the queue, not when it was handled.
    ///
    /// # Errors
    /// [`Stopping`]: the shell takes nothing more; the message was not acknowledged.
    pub async fn event(&self, delivered: Delivered) -> Result<(), Stopping> {
        let room = Arc::clone(&self.events).acquire_owned().await.map_err(|_| Stopping)?;
        let queued = Queued {
            arrival: Arrival::Event(delivered),
            since: Instant::now(),
            pending: Pending::new(&self.shared),
            room: Some(room),
        };
        self.queue.send(queued).await.map_err(|_| Stopping)
    }
}

/// The shell takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service is stopping")]
pub struct Stopping;

pub(crate) fn refused(code: ProblemCode, detail: &str) -> Answer {
    Answer::Refused { problem: Problem::new(code, detail) }
}
