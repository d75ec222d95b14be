//! What is said in a round, by whichever event.

use contracts::messages::accountability_decided::{AccountabilityDecided, Accounted};
use contracts::messages::audit_recorded::{AuditRecorded, AuditVerdict};
use contracts::messages::decision_recorded::{Amended, Decided, DecisionRecorded};
use contracts::messages::opinion_recorded::OpinionRecorded;
use contracts::messages::opinion_signed::{OpinionSigned, Signature};
use contracts::messages::review_recorded::{ReviewRecorded, Verdict};
use contracts::{PersonId, WordRef};
use serde::{Deserialize, Serialize};

/// What somebody said at a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Yes, of a decision.
    Approve,
    /// No, of a decision; not signed, of an opinion.
    Refuse,
    /// Nothing stands against it, of a review; signed, of an opinion.
    Agree,
    /// Something does, of a review.
    Object,
    /// Handled as it should be, of an audit.
    Pass,
    /// Not so, of an audit.
    Fail,
    /// Somebody is held to account.
    Account,
    /// Nobody is.
    Drop,
}

impl Said {
    /// Whether it is in favour of the proposal.
    #[must_use]
    pub const fn is_in_favour(self) -> bool {
        matches!(self, Self::Approve | Self::Agree | Self::Pass | Self::Account)
    }
}

/// Something that was said in a round, by whichever event.
pub(crate) struct Spoken<'a> {
    /// The step.
    pub(super) step: u32,
    /// Who, if a person did.
    pub(super) by: Option<&'a PersonId>,
    /// What.
    pub(super) said: Said,
    /// Why; of whoever convened a meeting, its opinion.
    pub(super) reason: Option<&'a WordRef>,
    /// The rewards and penalties that were decided.
    pub(super) decided: &'a [Accounted],
    /// What was approved instead, where it is less.
    pub(super) amended: Option<&'a Amended>,
}

impl<'a> From<&'a DecisionRecorded> for Spoken<'a> {
    fn from(recorded: &'a DecisionRecorded) -> Self {
        let said = match recorded.decision {
            Decided::Approve => Said::Approve,
            Decided::Refuse => Said::Refuse,
        };
        let DecisionRecorded { step, by, reason, amended, .. } = recorded;
        let amended = amended.as_ref();
        Self { step: *step, by: by.person(), said, reason: reason.as_ref(), decided: &[], amended }
    }
}

impl<'a> From<&'a ReviewRecorded> for Spoken<'a> {
    fn from(recorded: &'a ReviewRecorded) -> Self {
        let said = match recorded.verdict {
            Verdict::Agree => Said::Agree,
            Verdict::Object => Said::Object,
        };
        let ReviewRecorded { by, reason, .. } = recorded;
        // A review has one step.
        Self { step: 0, by: by.person(), said, reason: reason.as_ref(), decided: &[], amended: None }
    }
}

impl<'a> From<&'a AuditRecorded> for Spoken<'a> {
    fn from(recorded: &'a AuditRecorded) -> Self {
        let said = match recorded.verdict {
            AuditVerdict::Passed => Said::Pass,
            AuditVerdict::Failed => Said::Fail,
        };
        let AuditRecorded { by, reason, .. } = recorded;
        Self { step: 0, by: by.person(), said, reason: reason.as_ref(), decided: &[], amended: None }
    }
}

impl<'a> From<&'a OpinionRecorded> for Spoken<'a> {
    fn from(recorded: &'a OpinionRecorded) -> Self {
        let OpinionRecorded { by, opinion, .. } = recorded;
        // The convener's step is the first.
        Self {
            step: 0,
            by: by.person(),
            said: Said::Agree,
            reason: Some(opinion),
            decided: &[],
            amended: None,
        }
    }
}

impl<'a> From<&'a OpinionSigned> for Spoken<'a> {
    fn from(signed: &'a OpinionSigned) -> Self {
        let said = match signed.signature {
            Signature::Agree => Said::Agree,
            Signature::Refuse => Said::Refuse,
        };
        let OpinionSigned { step, by, reason, .. } = signed;
        Self { step: *step, by: by.person(), said, reason: reason.as_ref(), decided: &[], amended: None }
    }
}

impl<'a> From<&'a AccountabilityDecided> for Spoken<'a> {
    fn from(recorded: &'a AccountabilityDecided) -> Self {
        let AccountabilityDecided { by, reason, decisions, .. } = recorded;
        let said = if decisions.is_empty() { Said::Drop } else { Said::Account };
        Self { step: 0, by: by.person(), said, reason: Some(reason), decided: decisions, amended: None }
    }
}
