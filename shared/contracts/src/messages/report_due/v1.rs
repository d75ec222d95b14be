//! `report.due`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelKey, PersonId};
use crate::messages::complaint_registered::PlaybookRef;
use crate::words::Text;

/// A report of a playbook is to be made: on the subject of the organisation for a period that is over, on
/// that of a complaint at once about this case. Said by routing, which keeps business time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportDue {
    /// Its key in the playbook.
    pub report: String,
    /// The playbook, at the version that says so.
    pub playbook: PlaybookRef,
    /// Its name.
    pub label: Text,
    /// What it covers: from here.
    pub from: Timestamp,
    /// To here, exclusive.
    pub to: Timestamp,
    /// When it fell due.
    pub due: Timestamp,
    /// The period as people say it, in the zone of the organisation.
    pub period: String,
    /// Who makes it.
    pub made_by: Vec<PersonId>,
    /// Who gets it.
    pub receivers: Vec<PersonId>,
    /// How it is sent; without one it is shown in the product.
    pub channel: Option<ChannelKey>,
    /// What stands in it, by the playbook.
    pub contents: Vec<Text>,
}
