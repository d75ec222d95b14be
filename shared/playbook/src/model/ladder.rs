//! The ladder: what happens when a limit nears or passes, or something grave becomes known.

use calendar::Limit;
use contracts::{ClockKey, FactKey, TemplateKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Secondary, Who};
use crate::words::{Cel, Key, RungKey, words};

/// One rung. It fires once per clock, rung and epoch, and never on a closed case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The key.
    pub key: RungKey,
    /// What people read.
    pub label: Text,
    /// What it waits for.
    pub on: RungOn,
    /// How often a fact fires it: once a handling, or at every act by which it is learnt, such as each opinion of a customer
    /// who is called more than once.
    #[serde(default, skip_serializing_if = "Once::is_usual")]
    pub once: Once,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// What it does, in this order.
    pub actions: Vec<Action>,
}

words! {
    /// How often a fact fires a rung.
    #[derive(Default)]
    Once {
        /// Once a handling.
        #[default]
        Handling = "handling",
        /// At every act by which the fact is learnt.
        Act = "act",
    }
}

impl Once {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_usual(&self) -> bool {
        *self == Self::Handling
    }
}

/// What a rung waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RungOn {
    /// A time before, at or after the due time of a clock.
    Clock(ClockOffset),
    /// A fact.
    Fact(FactKey),
}

/// A time before, at (neither) or after the due time of a clock; at most one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockOffset {
    /// Which clock.
    pub key: ClockKey,
    /// So long before it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Limit>,
    /// So long after it was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Limit>,
}

/// What a rung does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Tells somebody.
    Notify(Notify),
    /// Raises the level of the case by so many; it never goes beyond the highest declared.
    RaiseLevel(u32),
    /// Gives the open work to somebody else: `automatic` (the deputy) or a role.
    Reassign(Secondary),
    /// Lets somebody follow the case.
    AddWatcher(Who),
    /// Asks somebody to rule on it.
    OpenRulingTask(Who),
    /// Makes one of the declared reports at once.
    Report(Key),
}

/// Whom to tell, with which message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Whom.
    pub who: Who,
    /// The message; without one, the standing message for a missed limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateKey>,
}
