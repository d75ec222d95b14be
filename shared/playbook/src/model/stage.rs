//! Stages, the moves between them, and the loops among the moves.

use contracts::{FactKey, FormKey, OutcomeKey, StageKey, StageKind, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Lane, Secondary, SkillNeed, Trigger, Who};
use crate::words::{Cel, Key, LoopKey, words};

/// One step of the procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The key.
    pub key: StageKey,
    /// What kind of thing is done; it decides which service serves it and which outcomes there are.
    pub kind: StageKind,
    /// What people read.
    pub label: Text,
    /// Who does it. A stage that never needs a person has no owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// The team that does it, once it was called: its leader, else the deputy, else a member. Until then the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Key>,
    /// Who takes over.
    #[serde(default)]
    pub secondary: Secondary,
    /// The skills that the owner must have; who lacks one is passed over, and somebody who directs gets the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<SkillNeed>,
    /// In which lane of its queue the work waits; without one, in that of the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// No person is needed when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<Cel>,
    /// Who signs the opinion of a meeting besides its owner, who convenes it; of kind `meet` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Who>,
    /// The rewards and penalties that may be decided on here; of kind `account` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<Key>,
    /// The points of the closing summary, each of which is filled in before the case is filed, such as the lessons and
    /// the evaluation; of kind `archive` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<super::Labelled>,
    /// The points of the sheet that is filled in before the customer is contacted, such as facts, likely scenarios,
    /// options and the final limit; of kind `contact` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<super::Labelled>,
    /// What the customer is told here, where it is not what `contact_policy` says, such as less in a later contact than in the
    /// first; of kind `contact` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<super::Tell>,
    /// How the customer is called back here, where it is not as `callback_policy` says, such as some time after a first
    /// callback about the result; of kind `callback` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<super::CallbackPolicy>,
    /// What must be given to complete it.
    #[serde(default, skip_serializing_if = "Requires::is_empty")]
    pub requires: Requires,
    /// The forms that must be complete before it ends: filled in, and signed by whoever signs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<FormKey>,
    /// The outcomes that this playbook uses; without a list, all those of the kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeKey>,
    /// Set for a branch beside the main line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Which side branches must have ended before this stage is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
    /// Where the case goes then; the first move whose rule holds is taken. None after `archive`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<Move>,
}

/// What must be given to complete a stage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requires {
    /// Results that the person must give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ResultField>,
    /// Facts that must be on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactKey>,
}

impl Requires {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.facts.is_empty()
    }
}

words! {
    /// What a person can give when completing a stage. Closed: each is known by the service that serves the kind.
    ResultField {
        /// Why, in words.
        Reason = "reason",
        /// What was found, in words.
        Finding = "finding",
        /// The cause.
        Cause = "cause",
        /// Who is at fault.
        Liable = "liable",
        /// The shares of several at fault.
        LiabilityShares = "liability_shares",
        /// What is to be done, in words.
        Measures = "measures",
        /// What is given to the customer, with amounts.
        Remedies = "remedies",
        /// What was done, in words.
        Done = "done",
        /// Files that prove it.
        Evidence = "evidence",
        /// The category.
        Category = "category",
        /// The department responsible.
        Department = "department",
        /// The level.
        Level = "level",
        /// What the customer was told, in words.
        ReplyText = "reply_text",
        /// By which channel the customer was reached.
        Channel = "channel",
        /// The customer's answer on the scale.
        Satisfaction = "satisfaction",
        /// What the customer said besides, in words.
        Comments = "comments",
        /// A summary for the file.
        Summary = "summary",
    }
}

/// A branch beside the main line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// What begins it; any of them.
    pub start: Vec<Trigger>,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
}

/// Which side branches a stage waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The side stages; one that was not begun is not waited for.
    pub sides: Vec<StageKey>,
    /// How many of them.
    pub need: Need,
}

/// How many of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Every one.
    All,
    /// One of them.
    Any,
    /// At least so many.
    AtLeast(u32),
}

/// One way out of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// When it is taken; the last move of a stage may have no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// Where to.
    pub to: StageKey,
    /// The declared loop that this move is.
    #[serde(default, rename = "loop", skip_serializing_if = "Option::is_none")]
    pub via: Option<LoopKey>,
}

/// A return to an earlier stage. Its passes are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Loop {
    /// The key, named by the move.
    pub key: LoopKey,
    /// What people read.
    pub label: Text,
    /// The stage it leaves.
    pub from: StageKey,
    /// A further condition besides that of the move; when it does not hold, the next move is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// The stage it returns to.
    pub to: StageKey,
    /// Whether the handling goes on in the same instance or a new one with a new form.
    #[serde(default)]
    pub new_form: NewForm,
    /// How many levels up it goes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub level_up: u32,
    /// How often it may be taken; without a number, without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max: Option<u32>,
    /// Where the case goes instead once `max` is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_max: Option<StageKey>,
}

words! {
    /// Whether a loop begins a new instance of the case.
    #[derive(Default)]
    NewForm {
        /// The same handling goes on.
        #[default]
        Same = "same",
        /// A new instance with a new, linked form.
        New = "new",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
