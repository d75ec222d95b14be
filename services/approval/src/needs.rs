//! What a visit asks for, taken from the brief that routing sends with the visit. Only this is kept in the state.

use std::collections::BTreeMap;

use contracts::facts::key;
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_entered::StageEntered;
use contracts::{DepartmentId, FactKey, Facts, OutcomeKey, Problem, ProblemCode, RoleKey, StageKind};
use playbook::{
    AuthorityRow, DepartmentRef, Holder, Incentive, PersonNeed, Secondary, Slice, StageBrief, Trigger,
};
use serde::{Deserialize, Serialize};

/// What the playbook asks of one visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// Whether somebody must do it, or a rule of the playbook did.
    pub person: PersonNeed,
    /// The rows of the matrix for the category of the case, narrower ones first. None where nothing is decided: no limit applies.
    pub rows: Vec<AuthorityRow>,
    /// Where each role of the rows is usually looked for.
    pub roles: BTreeMap<RoleKey, DepartmentRef>,
    /// Who decides where there is no matrix, and who does everything else: the owner of the stage, and who takes over.
    pub owner: Option<Owner>,
    /// Who signs besides the owner; of a meeting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Owner>,
    /// The rewards and penalties that may be proposed; of accountability.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<Incentive>,
    /// What began the visit, of accountability on the side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Trigger>,
    /// The department that must answer, as the playbook has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<DepartmentId>,
    /// Whether the report of measures is decided on, and neither a proposal nor an amount.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub report: bool,
    /// With what it may end.
    pub outcomes: Vec<OutcomeKey>,
}

/// The owner of a stage, or who signs besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The role.
    pub role: RoleKey,
    /// Where it is looked for.
    pub department: DepartmentRef,
    /// The role to turn to when nobody of the first is there.
    pub secondary: Option<RoleKey>,
}

/// The departments of a case, by the part they play in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The department of the visit; stands in for a part that nobody is known to play.
    pub own: DepartmentId,
    /// The department that must answer.
    pub responsible: Option<DepartmentId>,
    /// The department complained of.
    pub complained_of: Option<DepartmentId>,
    /// The unit where it happened or that took it in.
    pub receiving: Option<DepartmentId>,
}

/// What is done at stages of `kind`; none for kinds that this service does not serve.
#[must_use]
pub const fn purpose_of(kind: StageKind) -> Option<Purpose> {
    match kind {
        StageKind::Approve => Some(Purpose::Decide),
        StageKind::Review => Some(Purpose::Review),
        StageKind::Meet => Some(Purpose::Meet),
        StageKind::Audit => Some(Purpose::Audit),
        StageKind::Account => Some(Purpose::Account),
        StageKind::Register
        | StageKind::Clarify
        | StageKind::Triage
        | StageKind::Wait
        | StageKind::Archive
        | StageKind::Verify
        | StageKind::Investigate
        | StageKind::Propose
        | StageKind::Execute
        | StageKind::Inspect
        | StageKind::Correct
        | StageKind::Contact
        | StageKind::Reply
        | StageKind::Callback => None,
    }
}

/// The kind of the stages where this is done: the other way round.
#[must_use]
pub const fn kind_of(purpose: Purpose) -> StageKind {
    match purpose {
        Purpose::Decide => StageKind::Approve,
        Purpose::Review => StageKind::Review,
        Purpose::Meet => StageKind::Meet,
        Purpose::Audit => StageKind::Audit,
        Purpose::Account => StageKind::Account,
    }
}

impl Needs {
    /// Reads the brief of a visit.
    ///
    /// # Errors
    /// `internal` when it is not a brief for this service, or nobody could ever decide: the event is then parked.
    pub fn read(entered: &StageEntered) -> Result<Self, Problem> {
        let broken = |why: &str| {
            let detail = format!("the brief of visit {} is unusable: {why}", entered.visit);
            Problem::new(ProblemCode::Internal, detail)
        };
        let brief: StageBrief =
            serde_json::from_value(entered.brief.clone()).map_err(|error| broken(&error.to_string()))?;
        let Slice::Approval(mut slice) = brief.slice else { return Err(broken("it is not for an approval")) };
        let named = slice.report && brief.owner.is_some();
        if purpose_of(entered.kind) != Some(Purpose::Decide) || named {
            // The matrix says who decides on a proposal. Everything else is the stage owner's, whatever the amount.
            slice.rows.clear();
            slice.roles.clear();
        }
        let secondary = match brief.secondary {
            Secondary::Automatic => None,
            Secondary::Role(role) => Some(role),
        };
        let holder = |one: Holder| Owner { role: one.role, department: one.department, secondary: None };
        let owner = brief.owner.map(|owner| Owner { secondary, ..holder(owner) });
        // A stage without an owner needs nobody of its own: then the matrix names who decides.
        let person = match (brief.person, &owner) {
            (PersonNeed::NotNeeded, Some(_)) => PersonNeed::NotNeeded,
            (PersonNeed::NotNeeded, None) | (PersonNeed::Needed, _) => PersonNeed::Needed,
        };
        if person == PersonNeed::Needed && slice.rows.is_empty() && owner.is_none() {
            return Err(broken("neither a matrix nor an owner says who decides"));
        }
        let roles = slice.roles.into_iter().map(|(role, holder)| (role, holder.department)).collect();
        Ok(Self {
            person,
            rows: slice.rows,
            roles,
            owner,
            participants: slice.participants.into_iter().map(holder).collect(),
            incentives: slice.incentives,
            because: slice.because,
            responsible: slice.responsible,
            report: slice.report,
            outcomes: brief.outcomes,
        })
    }

    /// The stage's outcome `key`, which `field` of the order asks for.
    ///
    /// # Errors
    /// `invalid-field` when the playbook does not foresee it.
    pub fn outcome(&self, key: &str, field: &str) -> Result<OutcomeKey, Problem> {
        self.outcomes.iter().find(|outcome| outcome.as_str() == key).cloned().ok_or_else(|| {
            let known: Vec<_> = self.outcomes.iter().map(OutcomeKey::as_str).collect();
            Problem::new(ProblemCode::InvalidField, format!("the playbook does not foresee “{key}” here"))
                .at(field)
                .expected(format!("what ends the stage as one of: {}", known.join(", ")))
        })
    }
}

impl Places {
    /// The places of the case that a visit belongs to, where the playbook has this department as the one that must
    /// answer.
    #[must_use]
    pub fn of(entered: &StageEntered, responsible: Option<&DepartmentId>) -> Self {
        let part = |key: &FactKey, facts: &Facts| {
            facts.get(key).and_then(|fact| fact.as_text()).and_then(|text| DepartmentId::new(text).ok())
        };
        Self {
            own: entered.department.clone(),
            responsible: part(&key::responsible(), &entered.facts).or_else(|| responsible.cloned()),
            complained_of: part(&key::complained_of(), &entered.facts),
            receiving: part(&key::unit(), &entered.facts),
        }
    }

    /// The department that a playbook means.
    #[must_use]
    pub fn department(&self, meant: &DepartmentRef) -> DepartmentId {
        let part = match meant {
            DepartmentRef::Responsible => self.responsible.as_ref(),
            DepartmentRef::ComplainedOf => self.complained_of.as_ref(),
            DepartmentRef::Receiving => self.receiving.as_ref(),
            DepartmentRef::Named(department) => Some(department),
        };
        part.unwrap_or(&self.own).clone()
    }
}
