//! What may be given to a customer, and how it is judged whether a complaint stands.

use std::collections::BTreeMap;

use contracts::{RoleKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DepartmentRef;
use crate::words::{Key, words};

words! {
    /// What may be given to a customer.
    RemedyKind {
        /// An explanation.
        Explanation = "explanation",
        /// An apology.
        Apology = "apology",
        /// The money back.
        Refund = "refund",
        /// Another piece.
        Exchange = "exchange",
        /// Repair or rework.
        Repair = "repair",
        /// Taking the goods back.
        Return = "return",
        /// Delivering what was short.
        MakeUpQuantity = "make_up_quantity",
        /// A lower price.
        PriceReduction = "price_reduction",
        /// The difference between two prices.
        PriceDifference = "price_difference",
        /// Money for the damage.
        Compensation = "compensation",
        /// A voucher.
        Voucher = "voucher",
        /// A small present.
        SmallGift = "small_gift",
        /// A better service.
        ServiceImprovement = "service_improvement",
        /// An inspection free of charge.
        FreeInspection = "free_inspection",
        /// Less for labour.
        LabourReduction = "labour_reduction",
        /// The cost of packing anew.
        RepackagingCost = "repackaging_cost",
        /// A recall.
        Recall = "recall",
        /// Sending again.
        Resend = "resend",
    }
}

/// What may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remedies {
    /// What may be given at all.
    pub allowed: Vec<RemedyKind>,
    /// What may be given for which cause.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_cause: BTreeMap<Key, Vec<RemedyKind>>,
    /// Which comes before which: a later one asks for a reason why not an earlier one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<RemedyKind>,
}

/// How it is judged whether a complaint stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Substantiation {
    /// Who judges.
    pub judge: RoleKey,
    /// With which department.
    pub verify_with: DepartmentRef,
    /// What the customer is told when it does not stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_not: Option<Text>,
}
