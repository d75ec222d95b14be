//! The batched shell around a pure core: takes what is waiting, decides it together, commits it together.
//!
//! ```text
//!   events ─┐                       ┌ lock heads (skip locked) ─ load ─┐
//!   commands┼─▶ one bounded queue ─▶│ fold in arrival order ◀─ look up │─▶ write, one statement a table ─▶ commit
//!   timers ─┘                       └──────────── until nothing misses ┘        │
//!                                            acknowledge, answer, nudge the relay ◀─┘
//! ```
//!
//! The rules kept here, in the words of the architecture:
//! * one lock a subject gives order, the gapless sequence, the chain and idempotence, with any number of replicas;
//! * an event is applied once, in sequence; what comes early is held, what nobody can handle is parked and blocks only
//!   its subject and source;
//! * a refused command writes nothing; a command id is carried out once;
//! * one bad input harms no other: it is found by halving the batch;
//! * trouble with the store pauses the shell and counts as no attempt;
//! * nothing is acknowledged or answered before the commit.
//!
//! How a batch is split makes no difference to the journal: that is a property test.
//!
//! | file | about |
//! |---|---|
//! | `arrival` | the queue, inlets, acknowledgements |
//! | `task` | arrivals that were read |
//! | `run`, `finish` | the loop: gathering, retrying, halving; acknowledging and answering |
//! | `batch` | one transaction |
//! | `known` | what is loaded and looked up |
//! | `memory` | what earlier batches looked up |
//! | `round`, `sight`, `hear`, `obey`, `settle`, `park` | folding |
//! | `write` | writing what the folding gave |
//! | `words` | sealed texts |

mod arrival;
mod batch;
mod finish;
mod hear;
mod known;
mod memory;
mod obey;
mod options;
mod park;
mod round;
mod run;
mod settle;
mod sight;
mod store;
mod task;
mod words;
mod write;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use calendar::Clock;
use jiff::Timestamp;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, mpsc};
use vault::KeyRing;

pub use arrival::{Acknowledge, Arrival, Delivered, Inlet, Stopping};
pub use options::{Randomness, SeededRandomness, ShellOptions, SystemRandomness};
pub use store::{NoRows, Store};
pub use words::{WordsError, open_words};

use self::arrival::{Queued, Shared};
use crate::service::{Due, Service};

/// What a shell is made of.
pub struct ShellParts<S, W> {
    /// The core.
    pub service: Arc<S>,
    /// How the core's own rows are written.
    pub store: W,
    /// The service's database, migrated.
    pub pool: PgPool,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Seals what decisions keep.
    pub ring: Arc<KeyRing>,
    /// What can be set.
    pub options: ShellOptions,
}

/// The batched shell of one replica of a service.
pub struct Shell<S, W> {
    parts: ShellParts<S, W>,
    shared: Arc<Shared>,
    inlet: Inlet,
    queue: mpsc::Receiver<Queued>,
}

impl<S: Service, W: Store<S>> Shell<S, W> {
    /// A shell that waits to be [run](Self::run).
    #[must_use]
    pub fn new(parts: ShellParts<S, W>) -> Self {
        let shared = Arc::new(Shared::default());
        let queue_max = parts.options.queue_max.max(4);
        let (sender, queue) = mpsc::channel(queue_max);
        let inlet = Inlet {
            queue: sender,
            events: Arc::new(Semaphore::new(queue_max * 3 / 4)),
            shared: Arc::clone(&shared),
            patience: parts.options.patience,
        };
        Self { parts, shared, inlet, queue }
    }

    /// Where inputs are given to it.
    #[must_use]
    pub fn inlet(&self) -> Inlet {
        self.inlet.clone()
    }

    /// How it is looked at and nudged from outside.
    #[must_use]
    pub fn handle(&self) -> ShellHandle {
        ShellHandle { shared: Arc::clone(&self.shared), pool: self.parts.pool.clone() }
    }
}

/// How a shell is looked at and nudged from outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ShellHandle {
    shared: Arc<Shared>,
    pool: PgPool,
}

impl ShellHandle {
    /// Inputs that wait, are under way or are being written. Zero: quiet, but for timers that are due.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.shared.pending.load(Ordering::SeqCst)
    }
    /// Inputs done with since the start.
    #[must_use]
    pub fn handled(&self) -> u64 {
        self.shared.handled.load(Ordering::SeqCst)
    }
    /// When the earliest timer is due. Not later than now: the shell is not quiet.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn earliest_due(&self) -> Result<Option<Timestamp>, sqlx::Error> {
        journal::timer::earliest(&self.pool).await
    }
    /// Makes it look for due timers now; to be called when business time was moved.
    pub fn look_for_timers(&self) {
        self.shared.look_for_timers.store(true, Ordering::SeqCst);
        self.shared.wake.notify_one();
    }
    /// Told after each commit that said something: the relay waits for it.
    #[must_use]
    pub fn said(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.said)
    }
}

/// A timer as the core sees it.
fn due_of(timer: &journal::timer::Timer) -> Due {
    Due {
        subject: timer.subject.clone(),
        key: timer.key.clone(),
        due: timer.due,
        payload: timer.payload.clone(),
    }
}
