//! `playbook.activated`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ChannelKey, DepartmentId};
use crate::messages::complaint_registered::PlaybookRef;

/// New complaints in this scope follow this version. Said by routing, on the subject of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookActivated {
    /// Which playbook and version.
    pub playbook: PlaybookRef,
    /// For whom it holds; the narrowest scope that fits wins.
    pub scope: ActivationScope,
    /// From when on it holds; from when it was said, when absent. A complaint follows what held when it was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Timestamp>,
    /// Who activated it.
    pub by: Actor,
}

/// For which complaints an activation holds; an absent member means any.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivationScope {
    /// An organisation unit.
    pub unit: Option<DepartmentId>,
    /// A channel.
    pub channel: Option<ChannelKey>,
    /// A customer type.
    pub customer_type: Option<String>,
}

impl ActivationScope {
    /// How many members it fixes: more is narrower.
    #[must_use]
    pub fn narrowness(&self) -> usize {
        usize::from(self.unit.is_some())
            + usize::from(self.channel.is_some())
            + usize::from(self.customer_type.is_some())
    }
    /// Whether a complaint with these members is in the scope.
    #[must_use]
    pub fn holds(&self, unit: Option<&DepartmentId>, channel: &ChannelKey, customer_type: &str) -> bool {
        self.unit.as_ref().is_none_or(|own| Some(own) == unit)
            && self.channel.as_ref().is_none_or(|own| own == channel)
            && self.customer_type.as_deref().is_none_or(|own| own == customer_type)
    }
}
