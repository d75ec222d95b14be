//! One handling of a complaint: its verdict, findings, versions of the proposal, what was carried out, and measures.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::decision_recorded::Amended;
use contracts::messages::proposal_made::{Declined, LiabilityShare, Remedy};
use contracts::{Fen, PersonId, ProposalId, WordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Effect, Measure};

/// One handling of the complaint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Whether the complaint stands, once verified: the last verdict counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<bool>,
    /// The evidence record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The versions of the proposal, oldest first; none is ever changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposal>,
    /// The version that a round approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<u32>,
    /// What was carried out so far, by remedy. Versions replace each other, so this counts against the newest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub executed: BTreeMap<String, Fen>,
    /// What was said about carrying it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<WordRef>,
    /// The measures that were planned, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// Whether they worked, plan by plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The words.
    pub words: WordRef,
    /// Where it comes from; `verification` for the finding of a verdict.
    pub source: String,
    /// Who recorded it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// One version of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposal; one for each handling.
    pub id: ProposalId,
    /// Its version, from 1.
    pub version: u32,
    /// The remedies.
    pub remedies: Vec<Remedy>,
    /// The sum of the remedies.
    pub total: Fen,
    /// The liable party.
    pub liable: String,
    /// The liable person.
    pub liable_person: Option<PersonId>,
    /// Why.
    pub reason: WordRef,
    /// What the customer declined of what stands before the remedies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined: Vec<Declined>,
    /// How much of the fault is whose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<LiabilityShare>,
    /// Who proposed it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl Instance {
    /// The newest version of the proposal.
    #[must_use]
    pub fn proposal(&self) -> Option<&Proposal> {
        self.proposals.last()
    }
    /// Whether the newest version is the approved one: an older approval says nothing of a newer version.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.proposal().is_some_and(|newest| self.approved == Some(newest.version))
    }
    /// The proposal was approved for less: that is its newest version, for the reasons of the one before, which stays as it
    /// was. Heard twice, by the round and with the visit that follows, it is one version.
    pub(super) fn amend(&mut self, amended: &Amended, at: Timestamp) {
        self.approved = Some(amended.version);
        let Some(before) = self.proposal().filter(|newest| newest.version < amended.version).cloned() else {
            return;
        };
        self.proposals.push(Proposal {
            version: amended.version,
            remedies: amended.remedies.clone(),
            total: amended.total,
            at,
            ..before
        });
    }
    /// What of the newest proposal was not carried out yet.
    #[must_use]
    pub fn owed(&self) -> Vec<Remedy> {
        let proposed = self.proposal().map(|newest| by_remedy(&newest.remedies)).unwrap_or_default();
        let left = |(remedy, amount): (&str, Fen)| match self.executed.get(remedy) {
            None => Some(Remedy { remedy: remedy.to_owned(), amount }),
            Some(done) if *done < amount => {
                Some(Remedy { remedy: remedy.to_owned(), amount: Fen(amount.0 - done.0) })
            }
            Some(_) => None,
        };
        proposed.into_iter().filter_map(left).collect()
    }
    /// Who verified or recorded findings: they may not decide on the proposal.
    #[must_use]
    pub fn investigators(&self) -> Vec<PersonId> {
        let people: BTreeSet<_> = self.findings.iter().filter_map(|finding| finding.by.clone()).collect();
        people.into_iter().collect()
    }
}

/// The sum for each remedy.
pub(crate) fn by_remedy(remedies: &[Remedy]) -> BTreeMap<&str, Fen> {
    let mut sums = BTreeMap::new();
    for remedy in remedies {
        let sum: &mut Fen = sums.entry(remedy.remedy.as_str()).or_default();
        *sum = Fen(sum.0.saturating_add(remedy.amount.0));
    }
    sums
}
