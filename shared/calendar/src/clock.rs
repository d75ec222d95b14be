//! Readers of business time.
//!
//! Business time is what complaints, limits and journals are stamped with. In
//! production it is the real time; in a rehearsal it stands still between
//! moves (`clock.mode = "virtual"`). Leases, backoff and tokens live in machine
//! time, which is [`std::time::Instant`], and must never read a [`Clock`].

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

/// Tells the business time. Services take it as `Arc<dyn Clock>` at their edge
/// and hand plain timestamps to their domain.
pub trait Clock: Send + Sync {
    /// The business time now, in UTC.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// Business time that is the machine's real time.
///
/// Truncated to microseconds, because that is what the store keeps: a value
/// read back then equals the value that was written. It may step back when the
/// machine's clock is corrected.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where real time enters the system")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Business time that moves only when told to, and never backwards.
///
/// For rehearsals and tests. Share it as `Arc<VirtualClock>`; a move is seen by
/// all readers at once.
#[derive(Debug)]
pub struct VirtualClock {
    // A lock and not an atomic number: a timestamp with its nanoseconds does
    // not fit in 64 bits, and a clock that rounds down would never reach a due time.
    now: RwLock<Timestamp>,
}

/// Refusal of a move that would turn business time back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("business time is {now} and does not go back to {asked}")]
pub struct WouldGoBack {
    /// Where the clock stands, and stays.
    pub now: Timestamp,
    /// The earlier time that was asked for.
    pub asked: Timestamp,
}

impl VirtualClock {
    /// A clock that stands at `start` until it is moved.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { now: RwLock::new(start) }
    }

    /// Moves to `to`; moving to where the clock stands already is allowed.
    ///
    /// # Errors
    /// [`WouldGoBack`] when `to` is earlier than the clock; the clock stays.
    pub fn advance_to(&self, to: Timestamp) -> Result<(), WouldGoBack> {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if to < *now {
            return Err(WouldGoBack { now: *now, asked: to });
        }
        *now = to;
        Ok(())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.now.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_virtual_clock_moves_for_all_who_share_it_and_never_back() {
        let clock = Arc::new(VirtualClock::starting_at(ts("2025-03-03T00:00:00Z")));
        let reader: Arc<dyn Clock> = clock.clone();
        clock.advance_to(ts("2025-03-04T00:00:00.000000001Z")).unwrap();
        assert_eq!(reader.now(), ts("2025-03-04T00:00:00.000000001Z"));

        let refused = clock.advance_to(ts("2025-03-04T00:00:00Z")).unwrap_err();
        assert_eq!(refused.asked, ts("2025-03-04T00:00:00Z"));
        assert_eq!(clock.now(), refused.now);
        clock.advance_to(refused.now).unwrap();
    }

    #[test]
    fn the_system_clock_gives_whole_microseconds() {
        let now = SystemClock.now();
        assert_eq!(now.subsec_nanosecond() % 1_000, 0);
        assert!(now > ts("2025-01-01T00:00:00Z"));
    }
}
