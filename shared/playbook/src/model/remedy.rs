//! What may be given to a customer.

use std::collections::BTreeMap;

use contracts::{CategoryKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Liable;
use crate::words::{Cel, Yuan, words};

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
    /// What is given where this party is at fault. For a party that is not named, nothing differs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_liable: BTreeMap<Liable, FaultRemedies>,
}

/// What is given where somebody in particular is at fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultRemedies {
    /// What may be given, where that is less than the category allows (P15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<RemedyKind>,
    /// At least one of these is given: a fault of one's own is made good (P33).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<RemedyKind>,
}

/// A handling standard: what is proposed for a matter of the category without anybody thinking it up. The first
/// proposal of a complaint is made from it by itself, once facts and forms that the stage requires are there when it is
/// entered; what comes of that proposal is decided as of any other. Whatever is proposed after it, a person proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Only when this holds; otherwise a person proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// Who is at fault: a party, never a single person.
    pub liable: Liable,
    /// What is given.
    pub remedies: Vec<StandardRemedy>,
    /// Why, in the words of the standard.
    pub reason: Text,
}

/// What a standard gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardRemedy {
    /// What.
    pub remedy: RemedyKind,
    /// For how much, in yuan; nothing where it costs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Yuan>,
}
