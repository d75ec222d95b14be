//! How much is let in: rates per principal and per address, and how many at once.
//!
//! Everything beyond is refused at once, with the time to come again: 429 for one who asks too much, 503 when all
//! together do. Nothing waits without a bound.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use contracts::ProblemCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::auth::Principal;
use crate::config::GatewayConfig;
use crate::problem::Refusal;

/// A rate by key; `None` where there is none.
type Rate = Option<DefaultKeyedRateLimiter<String>>;

/// All limits of the edge.
#[derive(Debug)]
pub struct Limits {
    person: Rate,
    feeder: Rate,
    sign_in: Rate,
    public: Rate,
    requests: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    public_uploads: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
    public_watchers: Arc<Semaphore>,
    scenarios: Arc<Semaphore>,
}

fn per_second(most: u32) -> Rate {
    let most = NonZeroU32::new(most)?;
    Some(RateLimiter::keyed(
        Quota::per_second(most).allow_burst(most.saturating_mul(NonZeroU32::MIN.saturating_add(1))),
    ))
}

fn per_minute(most: u32) -> Rate {
    NonZeroU32::new(most).map(|most| RateLimiter::keyed(Quota::per_minute(most)))
}

fn check(rate: &Rate, key: &str) -> Result<(), Refusal> {
    let Some(rate) = rate else { return Ok(()) };
    rate.check_key(&key.to_owned()).map_err(|early| {
        let wait = early.wait_time_from(DefaultClock::default().now());
        Refusal::new(ProblemCode::TooManyRequests, "too many requests; come again later").retry_after(wait)
    })
}

fn one_of(places: &Arc<Semaphore>, what: &str) -> Result<OwnedSemaphorePermit, Refusal> {
    let full = || Refusal::unavailable(format!("too many {what} at once; nothing was done"));
    Arc::clone(places).try_acquire_owned().map_err(|_| full())
}

impl Limits {
    /// The limits of `config`.
    #[must_use]
    pub fn new(config: &GatewayConfig) -> Self {
        Self {
            person: per_second(config.person_per_second),
            feeder: per_second(config.feeder_per_second),
            sign_in: per_minute(config.sign_ins_per_minute),
            public: per_minute(config.public_per_minute),
            requests: Arc::new(Semaphore::new(config.concurrent_max)),
            uploads: Arc::new(Semaphore::new(config.uploads_max)),
            public_uploads: Arc::new(Semaphore::new(config.public_uploads_max)),
            watchers: Arc::new(Semaphore::new(config.watchers_max)),
            public_watchers: Arc::new(Semaphore::new(config.public_watchers_max)),
            scenarios: Arc::new(Semaphore::new(config.scenarios_at_once)),
        }
    }

    /// Counts one request of a principal.
    ///
    /// # Errors
    /// 429.
    pub fn principal(&self, principal: &Principal) -> Result<(), Refusal> {
        match principal {
            Principal::Staff(_) => check(&self.person, &principal.key()),
            Principal::Feeder(_) => check(&self.feeder, &principal.key()),
        }
    }
    /// Counts one attempt to sign in, by address and by name.
    ///
    /// # Errors
    /// 429.
    pub fn sign_in(&self, address: IpAddr, name: &str) -> Result<(), Refusal> {
        check(&self.sign_in, &format!("address/{address}"))?;
        check(&self.sign_in, &format!("name/{name}"))
    }
    /// Counts one request without sign-in.
    ///
    /// # Errors
    /// 429.
    pub fn public(&self, address: IpAddr) -> Result<(), Refusal> {
        check(&self.public, &address.to_string())
    }
    /// Counts one try at a tracking code, by the complaint's number: codes cannot be guessed from many addresses.
    ///
    /// # Errors
    /// 429.
    pub fn tracking(&self, number: &str) -> Result<(), Refusal> {
        check(&self.public, &format!("number/{number}"))
    }

    /// A place for one request, until it is dropped.
    ///
    /// # Errors
    /// 503.
    pub fn request(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.requests, "requests")
    }
    /// A place for one upload.
    ///
    /// # Errors
    /// 503.
    pub fn upload(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.uploads, "uploads")
    }
    /// A place for one upload of somebody who is not signed in: however many come, the staff keep theirs.
    ///
    /// # Errors
    /// 503.
    pub fn public_upload(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.public_uploads, "uploads")
    }
    /// A place for one event stream of somebody who is not signed in.
    ///
    /// # Errors
    /// 503.
    pub fn public_watcher(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.public_watchers, "event streams")
    }
    /// A place for one event stream.
    ///
    /// # Errors
    /// 503.
    pub fn watcher(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.watchers, "event streams")
    }

    /// A place for one run of scenarios, which takes a core for seconds.
    ///
    /// # Errors
    /// 503.
    pub fn scenarios(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        one_of(&self.scenarios, "runs of scenarios")
    }

    /// Forgets the keys that have been silent; to be called now and then.
    pub fn forget(&self) {
        for rate in [&self.person, &self.feeder, &self.sign_in, &self.public].into_iter().flatten() {
            rate.retain_recent();
        }
    }

    /// How often [`Limits::forget`] is worth calling.
    pub const FORGET_EVERY: Duration = Duration::from_secs(60);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_rate_and_is_told_when_to_come_again() {
        let rate = per_minute(2);
        assert!(check(&rate, "a").is_ok() && check(&rate, "a").is_ok());
        let refusal = check(&rate, "a").unwrap_err();
        assert_eq!(refusal.problem.code, ProblemCode::TooManyRequests);
        assert!(refusal.retry_after.is_some_and(|after| after > Duration::ZERO));
        assert!(check(&rate, "b").is_ok());
        assert!(check(&per_minute(0), "a").is_ok(), "0 is no limit");
    }

    #[test]
    fn places_are_given_back() {
        let places = Arc::new(Semaphore::new(1));
        let first = one_of(&places, "requests").unwrap();
        assert_eq!(one_of(&places, "requests").unwrap_err().status(), 503);
        drop(first);
        assert!(one_of(&places, "requests").is_ok());
    }
}
