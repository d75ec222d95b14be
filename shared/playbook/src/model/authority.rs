//! Who may decide what.

use calendar::Limit;
use contracts::{CategoryKey, RoleKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DepartmentRef;
use crate::words::{RowKey, Yuan, words};

words! {
    /// Who may be at fault.
    Liable {
        /// The company as such.
        Company = "company",
        /// One department.
        Department = "department",
        /// One person of the staff.
        Person = "person",
        /// A store.
        Store = "store",
        /// A supplier.
        Supplier = "supplier",
        /// The customer.
        Customer = "customer",
        /// A carrier or another outsider.
        External = "external",
        /// Nobody could tell.
        Undetermined = "undetermined",
    }
}

/// One row of the matrix. A row without a liable party, level or category holds for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityRow {
    /// The key, shown where it was applied.
    pub key: RowKey,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Who is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liable: Option<Liable>,
    /// More than this amount; without one, from nothing at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_over: Option<Yuan>,
    /// Up to and including this amount; without one, without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_up_to: Option<Yuan>,
    /// The level of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// The category of the case, or a broader one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryKey>,
    /// Who decides, one after the other. None means that no approval is needed.
    pub steps: Vec<ApprovalStep>,
}

/// One step of an approval round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// Who decides.
    pub role: RoleKey,
    /// Where, if not where the role usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentRef>,
    /// How many of those who hold the role.
    #[serde(default)]
    pub mode: StepMode,
    /// How long they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// How many of those who hold the role must approve: `any`, `all` or `{quorum: n}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepMode {
    /// Whoever answers first.
    #[default]
    Any,
    /// Every one.
    All,
    /// At least so many.
    Quorum(u32),
}

words! {
    /// What must not happen before the proposal is approved.
    ApproveBefore {
        /// Telling the customer.
        Reply = "reply",
        /// Carrying it out.
        Execute = "execute",
        /// Filing it.
        Archive = "archive",
        /// The report of cause and measures taking effect: it does as it is told to the customer or filed (R-155,
        ///
        ReportEffective = "report_effective",
    }
}
