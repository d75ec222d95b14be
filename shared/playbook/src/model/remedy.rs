//! What may be given to a customer.

use std::collections::BTreeMap;

use contracts::CategoryKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::words;

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
    /// What may be given in a category and those below it, where that is less than everything. The
    /// narrowest category that is named here counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_category: BTreeMap<CategoryKey, Vec<RemedyKind>>,
    /// Which comes before which: a later one is proposed only once each earlier one was carried out, or was declined by
    /// the customer with a reason. What a category does not allow is passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<RemedyKind>,
}
