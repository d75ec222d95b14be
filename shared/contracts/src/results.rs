//! What `stage.completed` carries as `results`, by stage kind: references and keys, never words.
//!
//! Routing passes them on unread as [`crate::messages::stage_entered::StageResult`], so that a later stage of another
//! service knows what an earlier one found, whatever order the streams arrive in.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockId, PersonId, ProposalId, RoundId};
use crate::messages::accountability_decided::Accounted;
use crate::messages::decision_recorded::Amended;
use crate::messages::proposal_made::{LiabilityShare, Remedy};
use crate::money::Fen;
use crate::words::WordRef;

/// Of `clarify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClarifyResult {
    /// The claim in our words, as last restated.
    pub restated: Option<WordRef>,
    /// Whether the customer confirmed it.
    pub confirmed: bool,
    /// Which fields were supplied.
    pub supplied: Vec<String>,
}

/// Of `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerifyResult {
    /// Whether the complaint stands.
    pub substantiated: bool,
    /// The finding and its reason; none when no person was needed.
    pub finding: Option<WordRef>,
}

/// Of `investigate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvestigateResult {
    /// Whether the cause is established.
    pub established: bool,
    /// How many findings this handling of the complaint has.
    pub findings: u32,
}

/// Of `propose`: the version that is to be approved, and who must keep out of approving it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalResult {
    /// The proposal.
    pub proposal: ProposalId,
    /// Its version, from 1.
    pub version: u32,
    /// Which handling of the complaint it belongs to, from 1.
    pub instance: u32,
    /// The remedies; none when no measure is needed.
    pub remedies: Vec<Remedy>,
    /// The sum of the remedies.
    pub total: Fen,
    /// The liable party.
    pub liable: String,
    /// The liable person, who may not decide on it.
    pub liable_person: Option<PersonId>,
    /// How much of the fault is whose; nobody who is named decides on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<LiabilityShare>,
    /// Who proposed it and may not decide on it.
    pub proposer: Option<PersonId>,
    /// Who verified or investigated in this handling and may not decide on it.
    pub investigators: Vec<PersonId>,
    /// Why.
    pub reason: WordRef,
}

/// Of `execute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExecuteResult {
    /// The proposal that was carried out, if there was one.
    pub proposal: Option<ProposalId>,
    /// What was carried out.
    pub remedies: Vec<Remedy>,
    /// Its sum.
    pub total: Fen,
}

/// Of `correct`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CorrectResult {
    /// Whether the measures worked.
    pub effective: bool,
    /// How many there were.
    pub measures: u32,
    /// How many of them were carried out after their due time.
    pub late: u32,
    /// How it was seen whether they worked.
    pub finding: WordRef,
}

/// Of `review`: what the person with the final say should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewResult {
    /// The round.
    pub round: RoundId,
    /// What was examined, if there was a proposal.
    pub proposal: Option<ProposalId>,
    /// Its version; 0 without a proposal.
    pub version: u32,
    /// Whether it was agreed to.
    pub agreed: bool,
    /// Who agreed.
    pub agreeing: Vec<PersonId>,
    /// Who objected.
    pub objecting: Vec<PersonId>,
}

/// Of `audit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditResult {
    /// The round.
    pub round: RoundId,
    /// Whether it was passed.
    pub passed: bool,
    /// Who audited; nobody where a rule did.
    pub auditors: Vec<PersonId>,
}

/// Of `meet`: the opinion and who signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeetResult {
    /// The round.
    pub round: RoundId,
    /// What the meeting was about, if there was a proposal.
    pub proposal: Option<ProposalId>,
    /// Its version; 0 without a proposal.
    pub version: u32,
    /// Whether everybody signed.
    pub agreed: bool,
    /// The opinion.
    pub opinion: Option<WordRef>,
    /// Who signed, the convener first.
    pub signed: Vec<PersonId>,
    /// Who refused.
    pub refused: Vec<PersonId>,
}

/// Of `account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountResult {
    /// The round.
    pub round: RoundId,
    /// The rewards and penalties; none when the matter was dropped.
    pub decisions: Vec<Accounted>,
    /// The clocks that ran out and that were known of when it was decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<MissedClock>,
}

/// A clock that ran out, once for each limit it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissedClock {
    /// The clock.
    pub clock: ClockId,
    /// When it was due.
    pub due: Timestamp,
}

/// Of `approve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalResult {
    /// The round.
    pub round: RoundId,
    /// What was decided on, if there was a proposal.
    pub proposal: Option<ProposalId>,
    /// Its version; 0 without a proposal.
    pub version: u32,
    /// Its sum.
    pub total: Fen,
    /// Whether it is approved.
    pub approved: bool,
    /// Who approved.
    pub approvers: Vec<PersonId>,
    /// Who refused; a step may be passed against dissent.
    pub dissenters: Vec<PersonId>,
    /// What was approved instead of what was proposed, where it is less; version and sum are then of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Amended>,
}
