//! Amounts that count together: per customer, per order and, if the organisation wants it, per proposer.
//!
//! A limit cannot be dodged by splitting: neither one after the other (approved amounts stay on the tally) nor at the
//! same time (an open round reserves its amount from the moment it opens). Versions of one proposal replace each
//! other, here as in its execution, so they are not added up: the largest that was approved counts.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::messages::round_opened::Purpose;
use contracts::{Fen, Problem, ProblemCode, RoundId};
use jiff::Timestamp;
use runtime::service::{Context, EntryChange, EntryKey};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::state::{Open, Proposal, Round};

/// The space of the entries.
pub(crate) const SPACE: &str = "cumulated";

/// What counts together under one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    /// Approved, by matter.
    #[serde(default)]
    approved: BTreeMap<String, Sum>,
    /// In open rounds, by round.
    #[serde(default)]
    open: BTreeMap<String, Sum>,
}

/// An amount of one matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    /// The proposal, or the round where there is none: what replaces itself and is not added up.
    matter: String,
    /// How much.
    fen: Fen,
    /// When it was approved or its round opened.
    at: Timestamp,
}

/// The tallies that a decision touches.
#[derive(Debug)]
pub(crate) struct Ledger {
    tallies: BTreeMap<String, Tally>,
    now: Timestamp,
}

impl Ledger {
    /// Loads, and locks, the tallies of a visit whose round is over each of `proposals`.
    ///
    /// # Errors
    /// `internal` when an entry is not a tally, which would be a defect.
    pub(crate) fn load<S>(
        context: &Context<'_, S>,
        config: &Config,
        open: &Open,
        proposals: &[Option<&Proposal>],
    ) -> Result<Self, Problem> {
        let mut tallies = BTreeMap::new();
        for (key, window) in proposals.iter().flat_map(|one| keys(config, open, *one)) {
            let tally = match context.entry(SPACE, key.as_str()) {
                None => Tally::default(),
                Some(value) => serde_json::from_value::<Tally>(value).map_err(|error| {
                    Problem::new(ProblemCode::Internal, format!("{SPACE} {key} is not a tally: {error}"))
                })?,
            };
            tallies.insert(key, tally.recent(context.now(), window));
        }
        Ok(Self { tallies, now: context.now() })
    }

    /// `total` with all that counts together with it.
    pub(crate) fn cumulated(&self, matter: &str, total: Fen) -> Fen {
        let most = self.tallies.values().map(|tally| tally.besides(matter)).max().unwrap_or_default();
        Fen(most.0.saturating_add(total.0))
    }

    /// Reserves the amount of a round that opens.
    pub(crate) fn reserve(&mut self, round: RoundId, matter: &str, total: Fen) {
        for tally in self.tallies.values_mut() {
            let sum = Sum { matter: matter.to_owned(), fen: total, at: self.now };
            tally.open.insert(round.to_string(), sum);
        }
    }

    /// A round ended: what was approved of what it reserved counts on, and no more. What was approved before may have been
    /// paid: a later version for less does not take it back.
    pub(crate) fn settle(&mut self, round: RoundId, approved: Option<Fen>) {
        for tally in self.tallies.values_mut() {
            if let (Some(sum), Some(fen)) = (tally.open.remove(&round.to_string()), approved) {
                let before = tally.approved.get(&sum.matter).map_or(Fen(0), |known| known.fen);
                let settled = Sum { fen: fen.max(before), at: self.now, ..sum };
                tally.approved.insert(settled.matter.clone(), settled);
            }
        }
    }

    /// The changes to write.
    ///
    /// # Errors
    /// `internal` when a tally is not JSON, which would be a defect.
    pub(crate) fn changes(self) -> Result<Vec<EntryChange>, Problem> {
        let change = |(key, tally): (String, Tally)| {
            let entry = EntryKey { space: SPACE, key };
            if tally == Tally::default() {
                return Ok(EntryChange::Remove { entry });
            }
            let value = serde_json::to_value(tally);
            value
                .map(|value| EntryChange::Put { entry, value })
                .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
        };
        self.tallies.into_iter().map(change).collect()
    }
}

impl Tally {
    /// Without what is too long ago to count. Open rounds always count.
    fn recent(mut self, now: Timestamp, window: Duration) -> Self {
        let since = now.checked_sub(window).unwrap_or(Timestamp::MIN);
        self.approved.retain(|_, sum| sum.at >= since);
        self
    }
    /// All other matters, each once: with the most of what was approved and what an open round reserves.
    fn besides(&self, matter: &str) -> Fen {
        let mut most = BTreeMap::<&str, Fen>::new();
        for sum in self.approved.values().chain(self.open.values()).filter(|sum| sum.matter != matter) {
            let known = most.entry(&sum.matter).or_default();
            *known = sum.fen.max(*known);
        }
        most.values().fold(Fen(0), |total, fen| Fen(total.0.saturating_add(fen.0)))
    }
}

/// What a round is about, for [`Tally`]: versions of one proposal are one matter.
pub(crate) fn matter(round: RoundId, proposal: Option<&Proposal>) -> String {
    proposal.map_or_else(|| round.to_string(), |proposal| proposal.id.to_string())
}

/// Whether a round is on the tallies at all.
pub(crate) fn is_counted(round: &Round) -> bool {
    counts(round.purpose, round.total)
}

/// Whether a round over `total` is on the tallies: words without money dodge no limit, and a review approves none.
pub(crate) fn counts(purpose: Purpose, total: Fen) -> bool {
    purpose.is_decision() && total > Fen(0)
}

fn keys(config: &Config, open: &Open, proposal: Option<&Proposal>) -> Vec<(String, Duration)> {
    let customer = Some((format!("customer:{}", open.customer), config.customer_days));
    let order = open.order.as_ref().map(|order| (format!("order:{order}"), config.order_days));
    let proposer = proposal.and_then(|proposal| proposal.proposer.as_ref());
    let proposer = proposer.map(|person| (format!("proposer:{person}"), config.proposer_days));
    let all = [customer, order, proposer].into_iter().flatten();
    all.filter(|(_, days)| *days > 0).map(|(key, days)| (key, Config::days(days))).collect()
}
