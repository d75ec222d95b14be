//! What can be set for approval beside what every service has (`runtime`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// For how long approved amounts count together, so that a limit cannot be dodged by splitting.
///
/// An amount always counts together with those of the same customer and of the same order. Whether it also counts
/// with everything else that the same person proposed is for the organisation to say: P26 lets a clerk decide on
/// 20 yuan in every single complaint, so by default it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Days for which amounts of the same customer count together.
    pub customer_days: u32,
    /// Days for which amounts of the same order count together.
    pub order_days: u32,
    /// Days for which amounts of the same proposer count together; 0: they do not.
    pub proposer_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { customer_days: 365, order_days: 3_650, proposer_days: 0 }
    }
}

impl Config {
    /// A number of days as a duration.
    #[must_use]
    pub(crate) fn days(days: u32) -> Duration {
        Duration::from_secs(u64::from(days) * 24 * 3_600)
    }
}

/// How long the reason of a decision may be, in characters.
pub(crate) const REASON: usize = 2_000;
/// How many seats a step may have, however many hold the role.
pub(crate) const SEATS: usize = 50;
/// How often a seat is given to somebody else because its holder may not decide.
pub(crate) const TRIES: u32 = 8;
