//! What a visit asks for, taken from the brief that routing sends with it. Only this is kept in the state.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::stage_entered::StageEntered;
use contracts::{FactKey, FactValue, OutcomeKey, Problem, ProblemCode, RoleKey};
use playbook::{
    ApproveBefore, CorrectBrief, FaultRemedies, Liable, PersonNeed, RemedyKind, Secondary, Slice, StageBrief,
    Standard,
};
use serde::{Deserialize, Serialize};

/// What the playbook asks of one visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// The role that does it; none when no person is needed.
    pub role: Option<RoleKey>,
    /// The role to turn to when nobody of the first is there.
    pub secondary: Option<RoleKey>,
    /// With what it may end.
    pub outcomes: Vec<OutcomeKey>,
    /// The remedies that may be offered; none when the playbook lists none.
    pub remedies: Vec<RemedyKind>,
    /// Which of them, and of which at least one, where somebody in particular is at fault.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_liable: BTreeMap<Liable, FaultRemedies>,
    /// Which of them comes before which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<RemedyKind>,
    /// Who may be at fault; any party when the playbook does not say.
    pub liable: Vec<Liable>,
    /// Whether carrying out needs an approval.
    pub execution: Execution,
    /// What is proposed by standard, of kind `propose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
    /// What its measures are measured by, and who verifies them; of kind `correct`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<CorrectBrief>,
    /// Facts that must be on record before it is completed and are not yet, such as the customer's consent.
    pub lacking: BTreeSet<FactKey>,
}

/// When a remedy may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Execution {
    /// As soon as it is proposed.
    Free,
    /// Only once the current version of the proposal is approved.
    AfterApproval,
}

impl Needs {
    /// Reads the brief of a visit.
    ///
    /// # Errors
    /// `internal` when it is not a brief of this service: the event is then parked, never guessed at.
    pub fn read(entered: &StageEntered) -> Result<Self, Problem> {
        let broken = |why: String| {
            Problem::new(
                ProblemCode::Internal,
                format!("the brief of visit {} is unusable: {why}", entered.visit),
            )
        };
        let brief: StageBrief =
            serde_json::from_value(entered.brief.clone()).map_err(|error| broken(error.to_string()))?;
        let Slice::Investigation(slice) = brief.slice else {
            return Err(broken("it is not for an investigation".to_owned()));
        };
        let role = match brief.person {
            PersonNeed::Needed => {
                Some(brief.owner.ok_or_else(|| broken("it names nobody who does it".to_owned()))?.role)
            }
            PersonNeed::NotNeeded => None,
        };
        let secondary = match brief.secondary {
            Secondary::Automatic => None,
            Secondary::Role(role) => Some(role),
        };
        let lacking = brief.requires.facts.into_iter();
        let listed = slice.remedies.map(|listed| (listed.allowed, listed.by_liable, listed.order));
        let (remedies, by_liable, order) = listed.unwrap_or_default();
        Ok(Self {
            role,
            secondary,
            outcomes: brief.outcomes,
            remedies,
            by_liable,
            order,
            liable: slice.liability_kinds,
            execution: if slice.approve_before.contains(&ApproveBefore::Execute) {
                Execution::AfterApproval
            } else {
                Execution::Free
            },
            standard: slice.standard,
            correct: slice.correct,
            lacking: lacking.filter(|key| !is_on_record(entered.facts.get(key))).collect(),
        })
    }

    /// The remedies that may be offered where this party is at fault.
    #[must_use]
    pub fn given_by(&self, liable: &str) -> Vec<RemedyKind> {
        let own = self.of_fault(liable);
        let is_listed = |remedy: &&RemedyKind| own.is_none_or(|own| own.allows(**remedy));
        self.remedies.iter().filter(is_listed).copied().collect()
    }

    /// The remedies of which at least one is given where this party is at fault; without any, nothing need be given (P33).
    #[must_use]
    pub fn owed_by(&self, liable: &str) -> Vec<RemedyKind> {
        let owed = self.of_fault(liable).into_iter().flat_map(|own| own.must.iter().copied());
        owed.filter(|remedy| self.remedies.contains(remedy)).collect()
    }

    fn of_fault(&self, liable: &str) -> Option<&FaultRemedies> {
        self.by_liable.iter().find(|(party, _)| party.as_str() == liable).map(|(_, own)| own)
    }

    /// The stage's outcome `key`.
    ///
    /// # Errors
    /// `invalid-field` at `field` when the playbook does not foresee it.
    pub fn outcome(&self, key: &str, field: &str) -> Result<OutcomeKey, Problem> {
        self.outcomes.iter().find(|outcome| outcome.as_str() == key).cloned().ok_or_else(|| {
            let known: Vec<_> = self.outcomes.iter().map(OutcomeKey::as_str).collect();
            Problem::new(ProblemCode::InvalidField, format!("the playbook does not foresee “{key}” here"))
                .at(field)
                .expected(format!("what ends the stage as one of: {}", known.join(", ")))
        })
    }
}

/// Whether a fact counts as on record: any value but a flag that says no.
#[must_use]
pub fn is_on_record(fact: Option<&FactValue>) -> bool {
    fact.is_some_and(|value| value.as_bool() != Some(false))
}
