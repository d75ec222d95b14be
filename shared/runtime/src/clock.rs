//! Business time of a process: the machine's, or the virtual clock of a rehearsal.

use std::sync::Arc;

use calendar::{Clock, SystemClock, VirtualClock};

use crate::config::{ClockConfig, ClockMode};

/// Business time as it was configured.
#[derive(Clone)]
pub struct BusinessClock {
    /// For everybody who asks for the time.
    pub clock: Arc<dyn Clock>,
    /// The same, where it may be moved: in a rehearsal.
    pub movable: Option<Arc<VirtualClock>>,
}

impl std::fmt::Debug for BusinessClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BusinessClock").field("movable", &self.movable).finish_non_exhaustive()
    }
}

impl BusinessClock {
    /// The clock that `config` asks for. A virtual one outside a rehearsal was refused with the configuration.
    #[must_use]
    pub fn of(config: &ClockConfig) -> Self {
        match (config.mode, config.starts_at()) {
            (ClockMode::Virtual, Some(start)) if config.rehearsal => {
                let clock = Arc::new(VirtualClock::starting_at(start));
                tracing::warn!(%start, "a rehearsal: business time stands still until it is moved");
                Self { clock: clock.clone(), movable: Some(clock) }
            }
            (ClockMode::Real | ClockMode::Virtual, _) => Self { clock: Arc::new(SystemClock), movable: None },
        }
    }
}
