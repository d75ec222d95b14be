//! What can be set for approval beside what every service has (`runtime`).

use std::time::Duration;

use runtime::config::{Findings, Section};
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

impl Section for Config {
    const DEFAULTS: &'static str = r"
# For how many days approved amounts of the same customer count together, so that no limit is dodged by splitting.
customer_days = 365
# The same for amounts of the same order.
order_days = 3650
# The same for everything that one person proposed, whoever the customer is; 0: it does not count together.
proposer_days = 0
";

    fn check(&self, findings: &mut Findings) {
        for (key, days) in [
            ("customer_days", self.customer_days),
            ("order_days", self.order_days),
            ("proposer_days", self.proposer_days),
        ] {
            findings.require(days <= MOST_DAYS, key, days, "at most 36500 days");
        }
    }
}

/// A hundred years.
const MOST_DAYS: u32 = 36_500;

impl Config {
    /// A number of days as a duration.
    #[must_use]
    pub(crate) fn days(days: u32) -> Duration {
        Duration::from_secs(u64::from(days) * 24 * 3_600)
    }
}

/// How long the opinion of a meeting may be, in characters.
pub(crate) const OPINION: usize = 4_000;
/// How many rewards and penalties one order may decide on.
pub(crate) const DECISIONS: usize = 100;
/// How long the reason of a decision may be, in characters.
pub(crate) const REASON: usize = 2_000;
/// How many seats a step may have, however many hold the role.
pub(crate) const SEATS: usize = 50;
/// How often a seat is given to somebody else because its holder may not decide.
pub(crate) const TRIES: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented: Vec<(String, u32)> = Config::DEFAULTS
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .filter(|(key, _)| !key.starts_with('#'))
            .map(|(key, value)| (key.to_owned(), value.parse().unwrap()))
            .collect();
        let Config { customer_days, order_days, proposer_days } = Config::default();
        let named =
            [("customer_days", customer_days), ("order_days", order_days), ("proposer_days", proposer_days)];
        assert_eq!(documented, named.map(|(key, days)| (key.to_owned(), days)));
    }
}
