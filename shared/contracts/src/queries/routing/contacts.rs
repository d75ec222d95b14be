//! Customers who must hear from us again by a time that a clock sets, as they are asked for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockKey, ComplaintId, DepartmentId, PersonId};
use crate::messages::complaint_registered::PlaybookRef;
use crate::words::Text;

/// Asks for them; everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactsAsked {
    /// Whom this department owes word.
    pub department: Option<DepartmentId>,
    /// Whom this person owes word.
    pub person: Option<PersonId>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactsPage {
    /// The cases, what runs out first at the top.
    pub items: Vec<ContactDue>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
}

/// A case whose customer must hear from us again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactDue {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The playbook it follows.
    pub playbook: PlaybookRef,
    /// The clock that says so: of several the one that runs out first.
    pub clock: ClockKey,
    /// What it is called.
    pub label: Text,
    /// Until when.
    pub due: Timestamp,
    /// From when it runs: when the customer was last reached.
    pub since: Timestamp,
    /// Whether missing it is a breach.
    pub hard: bool,
    /// The department that owes word.
    pub department: Option<DepartmentId>,
    /// Who owes it; nobody where the playbook does not say which of several.
    pub person: Option<PersonId>,
    /// The level of the case.
    pub level: u32,
    /// What the complaint is about.
    pub category: Option<String>,
}
