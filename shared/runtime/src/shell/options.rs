//! What can be set about a shell.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngCore as _, SeedableRng as _};
use uuid::Uuid;

/// What can be set about a shell.
#[derive(Clone)]
pub struct ShellOptions {
    /// Inputs in one transaction at most.
    pub batch_max: usize,
    /// Inputs that wait in memory at most; events may take three quarters of it, so that commands find room.
    pub queue_max: usize,
    /// How long a lone input waits for company. Zero: not at all; company gathers by itself while a batch commits.
    pub linger: Duration,
    /// How long a command may wait before it is answered `unavailable`.
    pub patience: Duration,
    /// How often timers are looked for.
    pub timers_every: Duration,
    /// How often held events are looked for whose predecessor came and that nobody took up.
    pub sweep_every: Duration,
    /// The first pause after trouble with the store; each further one is twice as long.
    pub pause_first: Duration,
    /// The longest pause after trouble with the store.
    pub pause_most: Duration,
    /// Where the random bits of event ids come from.
    pub randomness: Arc<dyn Randomness>,
}

impl Default for ShellOptions {
    fn default() -> Self {
        Self {
            batch_max: 256,
            queue_max: 4096,
            linger: Duration::ZERO,
            patience: Duration::from_secs(5),
            timers_every: Duration::from_secs(1),
            sweep_every: Duration::from_secs(30),
            pause_first: Duration::from_millis(50),
            pause_most: Duration::from_secs(5),
            randomness: Arc::new(SystemRandomness::default()),
        }
    }
}

impl std::fmt::Debug for ShellOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShellOptions")
            .field("batch_max", &self.batch_max)
            .field("queue_max", &self.queue_max)
            .finish_non_exhaustive()
    }
}

/// Where the random bits of event ids come from.
pub trait Randomness: Send + Sync {
    /// The bits for the `nth` event (from 0) that the input whose ids derive from `root` causes.
    fn bytes(&self, root: Uuid, nth: u32) -> [u8; 10];
}

/// Bits of a generator seeded by the operating system.
#[derive(Debug)]
pub struct SystemRandomness(Mutex<StdRng>);

impl Default for SystemRandomness {
    fn default() -> Self {
        let seed = vault::random_bytes().expect("the operating system gives randomness");
        Self(Mutex::new(StdRng::from_seed(seed)))
    }
}

impl Randomness for SystemRandomness {
    fn bytes(&self, _: Uuid, _: u32) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

/// Bits made from the input and a seed: the same input makes the same event ids. For replays and tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeededRandomness(pub u64);

impl Randomness for SeededRandomness {
    fn bytes(&self, root: Uuid, nth: u32) -> [u8; 10] {
        let name = [&self.0.to_be_bytes()[..], &nth.to_be_bytes()[..]].concat();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&Uuid::new_v5(&root, &name).as_bytes()[..10]);
        bytes
    }
}
