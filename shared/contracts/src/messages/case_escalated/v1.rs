//! `case.escalated`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::ids::{ChannelKey, ClockKey, PersonId, TemplateKey, VisitId, WorkId};
use crate::messages::work_assigned::Because;
use crate::words::Text;

/// A rung of the ladder was climbed. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseEscalated {
    /// The rung's key in the playbook; with a colon where no rung did it, such as `raised:by_hand`.
    pub rung: String,
    /// The clock that fired it, if one did.
    pub clock: Option<ClockKey>,
    /// The visit at which the fact was learnt that fired it, where a rung fires at every act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// What it did.
    pub actions: Vec<EscalationAction>,
    /// The level of the case afterwards.
    pub level: u32,
    /// Who raised the level by hand, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}

/// A report that people are told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportTold {
    /// What people call it.
    pub label: Text,
    /// How they are told; on the web where none is named.
    #[serde(default)]
    pub channel: Option<ChannelKey>,
    /// What is known of the case, so that who is told elsewhere than in the product reads it there.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

/// What a rung did, to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum EscalationAction {
    /// These people were told.
    Notified {
        /// Whom.
        people: Vec<PersonId>,
        /// With which template.
        template: Option<TemplateKey>,
        /// Of which report, when it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<ReportTold>,
    },
    /// The level was raised.
    LevelRaised {
        /// To which.
        level: u32,
    },
    /// The work moved.
    Reassigned {
        /// To whom.
        person: PersonId,
    },
    /// A watcher was added.
    Watched {
        /// Who.
        person: PersonId,
    },
    /// Somebody was asked to rule on it.
    RulingAsked {
        /// The piece of work that was asked for.
        work: WorkId,
    },
}
