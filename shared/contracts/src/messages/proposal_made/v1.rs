//! `proposal.made`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, ProposalId, VisitId};
use crate::money::Fen;
use crate::words::WordRef;

/// An immutable version of a remedy proposal. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalMade {
    /// The visit.
    pub visit: VisitId,
    /// The proposal.
    pub proposal: ProposalId,
    /// Its version, from 1.
    pub version: u32,
    /// Which handling of the complaint it belongs to, from 1; another handling has another proposal.
    pub instance: u32,
    /// The remedies.
    pub remedies: Vec<Remedy>,
    /// The liable party.
    pub liable: String,
    /// The liable person, who may then not decide.
    pub liable_person: Option<PersonId>,
    /// The sum of the remedies.
    pub total: Fen,
    /// Why.
    pub reason: WordRef,
    /// What the customer declined of what stands before these remedies in the playbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<Declined>,
    /// How much of the fault is whose, where it is of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<LiabilityShare>,
    /// Who proposes.
    pub by: Actor,
}

/// How much of the fault is one party's or person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiabilityShare {
    /// The party.
    pub liable: String,
    /// The person, who may then not decide; required of the party `person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Percent of the whole, from 1.
    pub percent: u8,
}

/// A remedy that the customer declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declined {
    /// Its key in the playbook.
    pub remedy: String,
    /// Why.
    pub reason: WordRef,
}

/// One remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Its key in the playbook: `apology`, `refund`, …
    pub remedy: String,
    /// Its amount in fen.
    #[serde(default)]
    pub amount: Fen,
}
