//! The stages that routing itself serves: `triage` and `archive` (`wait` needs nobody).

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{Facts, Problem, VisitId, WorkId};
use playbook::{PersonNeed, Secondary, StageBrief};
use serde_json::Value;

use crate::draft::{Draft, evaluation};
use crate::state::Case;
use crate::{closing, forms};

/// The tasks of the stages that routing itself serves.
const OWN_TASKS: [&str; 2] = ["triage", "archive"];

/// The pieces of work of a visit that routing itself asked for, and so must say are no longer to be done.
#[must_use]
pub(crate) fn own_works(case: &Case, visit: VisitId) -> Vec<WorkId> {
    let own =
        case.works.iter().filter(|(_, work)| work.visit == visit && OWN_TASKS.contains(&work.task.as_str()));
    own.map(|(id, _)| *id).collect()
}

impl Draft<'_> {
    /// Says that routing's own pieces of work are no longer to be done.
    pub(crate) fn withdraw(&mut self, works: Vec<WorkId>, visit: VisitId, reason: &str) {
        for work in works {
            self.say(WorkWithdrawn { work, visit, reason: reason.to_owned(), because: None });
        }
    }

    /// Triage by itself where the playbook allows it and the category names a department; else by a dispatcher.
    pub(crate) fn begin_triage(&mut self, id: VisitId, brief: &StageBrief) -> Result<(), Problem> {
        let of_category =
            self.case.category().and_then(|category| self.book.department_for(&category).cloned());
        let known = self.case.department_fact(&key::responsible()).or(of_category);
        let is_ready = self.forms_lacking(brief)?.is_empty();
        match (brief.person, known) {
            (PersonNeed::NotNeeded, Some(department)) if is_ready => {
                let facts = Facts::from([(key::responsible(), department.as_str().into())]);
                self.complete(id, "routed", facts, Value::Null, Actor::System)
            }
            (PersonNeed::NotNeeded | PersonNeed::Needed, _) => {
                self.ask_for(id, "triage", brief);
                Ok(())
            }
        }
    }

    /// The archive by itself where the playbook asks for no person and nothing that closing requires is missing; what
    /// is missing is for a person to see to.
    pub(crate) fn begin_archive(&mut self, id: VisitId, brief: &StageBrief) -> Result<(), Problem> {
        let is_ready =
            closing::lacks(&self.case, &self.book).is_empty() && self.forms_lacking(brief)?.is_empty();
        match brief.person {
            PersonNeed::NotNeeded if is_ready => {
                self.complete(id, "archived", Facts::new(), Value::Null, Actor::System)
            }
            PersonNeed::NotNeeded | PersonNeed::Needed => {
                self.ask_for(id, "archive", brief);
                Ok(())
            }
        }
    }

    /// What the forms that a stage asks for still lack.
    fn forms_lacking(&self, brief: &StageBrief) -> Result<Vec<Problem>, Problem> {
        let stage = self.book.stage(&brief.stage).map_err(evaluation)?;
        Ok(forms::lacking(&self.case, &self.book, &stage.forms))
    }

    /// Asks for a person for a visit that routing serves, and finds one at once.
    pub(crate) fn ask_for(&mut self, id: VisitId, task: &str, brief: &StageBrief) {
        let Some(visit) = self.case.visits.get(&id).cloned() else { return };
        // A stage that a rule makes automatic may name no owner; whoever registers may then dispatch.
        let entry = || self.book.entry().and_then(|stage| stage.owner.as_ref()).map(|who| who.role.clone());
        let any = || self.book.playbook().roles.keys().next().cloned();
        let owner = brief.owner.as_ref().map(|owner| owner.role.clone()).or_else(entry).or_else(any);
        let Some(role) = owner else { return };
        let secondary = match &brief.secondary {
            Secondary::Automatic => None,
            Secondary::Role(role) => Some(role.clone()),
        };
        let work = WorkId(self.context.next_id());
        self.say(WorkRequested {
            work,
            visit: id,
            epoch: visit.epoch,
            task: task.to_owned(),
            role,
            department: visit.department,
            secondary,
            barred: Vec::new(),
            person: None,
            due: None,
            measure: None,
        });
        self.assign(work, None);
    }
}
