//! Visits to stages of kind `clarify`, which intake serves: whose work each is, what it still lacks, what was restated.
//!
//! ```text
//! stage.entered ─► Open ─┬─ stage.completed (ours) ─► Completed
//!                        └─ stage.withdrawn ────────► Withdrawn
//! ```

use std::collections::BTreeSet;

use contracts::facts::key;
use contracts::messages::claim_clarified::ClaimClarified;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{
    Event, FactKey, FactValue, Facts, OutcomeKey, PersonId, Problem, ProblemCode, RoleKey, ServiceName,
    StageKind, WordRef, WorkId,
};
use jiff::Timestamp;
use playbook::{PersonNeed, ResultField, Secondary, StageBrief};
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

use super::Complaint;

/// A visit to a `clarify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Grows when it is reassigned.
    pub epoch: u32,
    /// How it stands.
    pub standing: Standing,
}

/// How a visit stands.
pub type Standing = runtime::service::Standing<Open>;

/// An open visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What the playbook asks of it.
    pub needs: Needs,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// The piece of work that was asked for; none once it was withdrawn.
    pub work: Option<Work>,
    /// Whether the customer was ever reached.
    pub contacted: bool,
    /// The claim as last restated.
    pub restated: Option<WordRef>,
    /// Which fields were supplied.
    pub supplied: BTreeSet<String>,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Its id.
    pub id: WorkId,
    /// Who holds it; nobody while it waits in a queue.
    pub holder: Option<PersonId>,
    /// Whom the holder stands in for.
    pub instead_of: Option<PersonId>,
}

/// What the playbook asks of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// The role that does it; none when no person is needed.
    pub role: Option<RoleKey>,
    /// The role to turn to when nobody of the first is there.
    pub secondary: Option<RoleKey>,
    /// With what it may end.
    pub outcomes: Vec<OutcomeKey>,
    /// Facts that must be on record before it is clarified and are not yet.
    pub lacking: BTreeSet<FactKey>,
    /// Whether a file must have been added (R-027).
    pub evidence: bool,
}

/// One talk in which the claim was restated or something was supplied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clarification {
    /// When.
    pub at: Timestamp,
    /// The claim in our words.
    pub restated: Option<WordRef>,
    /// Whether the customer confirmed it.
    pub confirmed: bool,
    /// What the customer added.
    pub said: Option<WordRef>,
    /// Which fields were supplied.
    pub supplied: Vec<String>,
}

impl Needs {
    /// Reads the brief of a visit.
    ///
    /// # Errors
    /// `internal` when it is not a brief: the event is then parked, never guessed at.
    pub fn read(entered: &StageEntered) -> Result<Self, Problem> {
        let broken = |why: String| {
            let detail = format!("the brief of visit {} is unusable: {why}", entered.visit);
            Problem::new(ProblemCode::Internal, detail)
        };
        let brief: StageBrief =
            serde_json::from_value(entered.brief.clone()).map_err(|error| broken(error.to_string()))?;
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
        // The category is what is asked most often; it is a fact once it is known.
        let category = brief.requires.fields.contains(&ResultField::Category).then(key::category);
        let asked = brief.requires.facts.into_iter().chain(category);
        Ok(Self {
            role,
            secondary,
            outcomes: brief.outcomes,
            lacking: asked.filter(|fact| !is_on_record(entered.facts.get(fact))).collect(),
            evidence: brief.requires.fields.contains(&ResultField::Evidence),
        })
    }

    /// The stage's outcome `key`, if the playbook foresees it.
    #[must_use]
    pub fn outcome(&self, key: &str) -> Option<&OutcomeKey> {
        self.outcomes.iter().find(|outcome| outcome.as_str() == key)
    }
}

/// Whether a fact counts as on record: any value but a flag that says no.
#[must_use]
pub fn is_on_record(fact: Option<&FactValue>) -> bool {
    fact.is_some_and(|value| value.as_bool() != Some(false))
}

impl Visit {
    /// What is open of it, if it is open.
    #[must_use]
    pub fn open(&self) -> Option<&Open> {
        self.standing.open()
    }
    /// The work is now `after`, held by nobody, if it was `before` or that does not matter.
    fn work_is(&mut self, before: Option<WorkId>, after: Option<WorkId>) {
        let Some(open) = self.standing.open_mut() else { return };
        if before.is_none() || open.work.as_ref().map(|work| work.id) == before {
            open.work = after.map(|id| Work { id, holder: None, instead_of: None });
        }
    }
    fn change(&mut self, changed: &StageChanged) {
        if changed.epoch > self.epoch && self.open().is_some() {
            self.epoch = changed.epoch;
        }
    }
    fn give(&mut self, assigned: &WorkAssigned) {
        if self.epoch != assigned.epoch {
            return;
        }
        let Some(work) = self.standing.open_mut().and_then(|open| open.work.as_mut()) else { return };
        if work.id == assigned.work {
            work.holder = Some(assigned.person.clone());
            work.instead_of.clone_from(&assigned.instead_of);
        }
    }
}

impl Complaint {
    /// Folds in what happened to visits of this service.
    pub(super) fn clarify(&mut self, happened: &Happened<'_>) {
        let mut on = |visit, change: &dyn Fn(&mut Visit)| {
            if let Some(visit) = self.visits.get_mut(&visit) {
                change(visit);
            }
        };
        match happened.event {
            Event::StageEntered(entered) => self.begin_clarifying(entered),
            Event::StageChanged(changed) => on(changed.visit, &|visit| visit.change(changed)),
            Event::StageWithdrawn(gone) => on(gone.visit, &|visit| visit.standing.leave(Standing::Withdrawn)),
            Event::StageCompleted(completed) if happened.source == ServiceName::Intake => {
                on(completed.visit, &|visit| {
                    visit.standing.leave(Standing::Completed(completed.outcome.clone()));
                });
            }
            Event::WorkRequested(asked) => on(asked.visit, &|visit| visit.work_is(None, Some(asked.work))),
            Event::WorkWithdrawn(gone) => on(gone.visit, &|visit| visit.work_is(Some(gone.work), None)),
            Event::WorkQueued(queued) => {
                on(queued.visit, &|visit| visit.work_is(Some(queued.work), Some(queued.work)));
            }
            Event::WorkAssigned(assigned) => on(assigned.visit, &|visit| visit.give(assigned)),
            Event::FactRecorded(recorded) => self.learn(&recorded.facts),
            Event::ClaimClarified(clarified) => self.take_down(clarified, happened.time),
            _ => {}
        }
    }

    fn begin_clarifying(&mut self, entered: &StageEntered) {
        if entered.kind != StageKind::Clarify || self.visits.contains_key(&entered.visit) {
            return;
        }
        // An unusable brief was parked by the decision and never comes here.
        let Ok(needs) = Needs::read(entered) else { return };
        let open = Open {
            needs,
            barred: entered.barred.clone(),
            work: None,
            contacted: entered.facts.contains_key(&key::customer_contacted()),
            restated: None,
            supplied: BTreeSet::new(),
        };
        let visit = Visit { epoch: entered.epoch, standing: Standing::Open(Box::new(open)) };
        self.visits.insert(entered.visit, visit);
    }

    fn learn(&mut self, facts: &Facts) {
        for open in self.visits.values_mut().filter_map(|visit| visit.standing.open_mut()) {
            open.needs.lacking.retain(|fact| !is_on_record(facts.get(fact)));
            open.contacted |= facts.contains_key(&key::customer_contacted());
        }
    }

    fn take_down(&mut self, clarified: &ClaimClarified, at: Timestamp) {
        if let Some(open) = self.visits.get_mut(&clarified.visit).and_then(|visit| visit.standing.open_mut())
        {
            if clarified.restated.is_some() {
                open.restated.clone_from(&clarified.restated);
            }
            open.supplied.extend(clarified.supplied.iter().cloned());
        }
        self.clarified.push(Clarification {
            at,
            restated: clarified.restated.clone(),
            confirmed: clarified.confirmed,
            said: clarified.said.clone(),
            supplied: clarified.supplied.clone(),
        });
    }
}
