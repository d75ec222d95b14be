//! Time limits. A clock states *what* is limited; when that is due is computed by `calendar` alone.

use calendar::Limit;
use contracts::{CalendarId, ClockKey, FactKey, StageKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Who;
use crate::words::{Cel, Key, words};

/// A time limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The key.
    pub key: ClockKey,
    /// What people read.
    pub label: Text,
    /// What starts it; any of them.
    pub start: Vec<Trigger>,
    /// It starts only when this holds at that moment: some channels, urgent matters (P26, P37).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// What stops it; any of them.
    pub stop: Vec<Trigger>,
    /// How long.
    pub limit: Limit,
    /// What one running of it belongs to.
    pub scope: ClockScope,
    /// Whether missing it is a breach, or only noted.
    pub strictness: Strictness,
    /// Why it may be paused; without a reason it may not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pausable: Vec<Key>,
    /// A fact that holds the customer's own limit: whichever is earlier counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<FactKey>,
    /// Who answers for it; without one, the owner of the stage at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// How long before it is due the owner is reminded; any number of reminders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_before: Vec<Limit>,
    /// Whether it starts again by itself when it is met.
    #[serde(default)]
    pub repeat: Repeating,
    /// Who may grant more time, and how much; without it there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// Which calendar counts; without one, that of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
}

/// More time for a clock: asked for with a reason before it runs out, and granted by somebody with the authority (12345).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Who grants it.
    pub by: Who,
    /// How much at most, each time.
    pub at_most: Limit,
    /// How often at most it is granted.
    #[serde(default = "once")]
    #[schemars(range(min = 1))]
    pub times: u32,
    /// How long they have to answer; without one, `rulings.limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

const fn once() -> u32 {
    1
}

/// Something that starts or stops a clock or begins a side branch: `{fact: …}`, `{entered: …}`, `{left: …}`,
/// `{event: …}`, `{missed: …}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A fact was recorded.
    Fact(FactKey),
    /// A visit to this stage began.
    Entered(StageKey),
    /// A visit to this stage ended.
    Left(StageKey),
    /// Something happened to the case as a whole.
    Event(CaseEvent),
    /// This clock ran out. It begins side branches and gives cause for incentives; no clock starts or stops by it.
    Missed(ClockKey),
}

words! {
    /// What happens to a case as a whole.
    CaseEvent {
        /// The customer told it: the time of receipt, before anything was put on record.
        Received = "received",
        /// It was put on record.
        Registered = "registered",
        /// The next instance began.
        Reopened = "reopened",
        /// It was closed.
        Closed = "closed",
    }
}

words! {
    /// What one running of a clock belongs to.
    ClockScope {
        /// One visit to a stage: a new visit is a new clock.
        Visit = "visit",
        /// A span over several stages: it goes on until stopped.
        Span = "span",
        /// The whole case, over all its instances.
        Case = "case",
        /// One instance: the next begins afresh.
        Instance = "instance",
    }
}

words! {
    /// What it means to miss a clock.
    Strictness {
        /// A breach.
        Hard = "hard",
        /// Noted, not a breach.
        Target = "target",
    }
}

words! {
    /// Whether a clock starts again when it is met.
    #[derive(Default)]
    Repeating {
        /// Once.
        #[default]
        Once = "once",
        /// Each time it is stopped it starts again, until the case is closed.
        AfterEachStop = "after_each_stop",
    }
}
