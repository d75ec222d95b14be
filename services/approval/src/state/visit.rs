//! A visit to a stage of one of this service's kinds, and what is known of it while it is open.

use std::collections::BTreeMap;

use contracts::facts::key;
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_entered::StageEntered;
use contracts::{ComplainantId, FactKey, Fen, PersonId, StageKey};
use serde::{Deserialize, Serialize};

use super::{Closing, Round, State, duty, is_approved};
use crate::needs::{Needs, Places};

/// A visit to a stage of one of this service's kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The stage of the playbook.
    pub stage: StageKey,
    /// What is done there.
    #[serde(default, skip_serializing_if = "Purpose::is_decision")]
    pub purpose: Purpose,
    /// Which handling of the complaint it belongs to.
    pub instance: u32,
    /// Grows when it is reassigned.
    pub epoch: u32,
    /// How it stands.
    pub standing: Standing,
    /// The rounds that ended, oldest first, as they ended: nobody alters them.
    pub rounds: Vec<Round>,
}

/// How a visit stands.
pub type Standing = runtime::service::Standing<Open>;

/// An open visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// What the playbook asks.
    pub needs: Needs,
    /// The departments of the case.
    pub places: Places,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// The level of the case.
    pub level: u32,
    /// Whose amounts count together.
    pub customer: ComplainantId,
    /// The keyed hash of the order that it is about, which intake alone states.
    pub order: Option<String>,
    /// The amount on record, for a decision without a proposal.
    pub amount: Fen,
    /// The liable party on record, for a decision without a proposal.
    pub liable: Option<String>,
    /// Whether an approval of something older was on record when the visit began.
    pub approved_before: bool,
    /// Who owned the step that gives cause for an incentive, by the incentive.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_owners: BTreeMap<String, PersonId>,
    /// What gives cause for an incentive, by the incentive; of those that wait for no clock.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<String, String>,
    /// The round; none between two rounds.
    pub round: Option<Round>,
}

impl Visit {
    /// What is open of it, if it is open.
    #[must_use]
    pub fn open(&self) -> Option<&Open> {
        self.standing.open()
    }
    /// Ends the round, if there is one.
    pub(super) fn close_round(&mut self, closing: Closing) {
        if let Some(mut round) = self.standing.open_mut().and_then(|open| open.round.take()) {
            round.closing = Some(closing);
            self.rounds.push(round);
        }
    }
}

impl Open {
    /// The amount of a round over `proposal`: that on record where there is none, and nothing where a report is decided on.
    #[must_use]
    pub fn total(&self, proposal: Option<&super::Proposal>) -> Fen {
        let on_record = if self.needs.report { Fen(0) } else { self.amount };
        proposal.map_or(on_record, |proposal| proposal.total)
    }

    /// An open visit as it begins, in a case that stands as in `state`.
    ///
    /// # Errors
    /// `internal` when the brief is unusable.
    pub fn of(entered: &StageEntered, state: &State) -> Result<Self, contracts::Problem> {
        let fact = |key: &FactKey| entered.facts.get(key);
        let order = fact(&key::order_key()).and_then(|value| value.as_text()).map(str::to_owned);
        let mut needs = Needs::read(entered)?;
        let duty::Causes { causes, step_owners } = duty::causes(&mut needs, entered, state);
        Ok(Self {
            places: Places::of(entered, needs.responsible.as_ref()),
            needs,
            barred: entered.barred.clone(),
            level: entered.level,
            customer: entered.complainant,
            order: order.filter(|order| !order.trim().is_empty()),
            amount: Fen(fact(&key::remedy_amount()).and_then(|value| value.as_int()).unwrap_or(0).max(0)),
            liable: fact(&key::liable()).and_then(|value| value.as_text()).map(str::to_owned),
            approved_before: is_approved(&entered.facts),
            step_owners,
            causes,
            round: None,
        })
    }
}
