//! The pieces of work of an open visit: one at most stages, and one for each measure of a plan.

use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_requested::WorkRequested;
use contracts::{PersonId, WorkId};
use serde::{Deserialize, Serialize};

use super::Open;

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Its id.
    pub id: WorkId,
    /// Who holds it; nobody while it waits in a queue.
    pub holder: Option<PersonId>,
    /// Whom the holder stands in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<PersonId>,
}

impl Work {
    const fn waiting(id: WorkId) -> Self {
        Self { id, holder: None, instead_of: None }
    }
}

impl Open {
    /// Every piece of work that was asked for and not put away.
    pub fn works(&self) -> impl Iterator<Item = &Work> {
        self.work.iter().chain(self.measures.values())
    }

    fn work_mut(&mut self, id: WorkId) -> Option<&mut Work> {
        self.work.iter_mut().chain(self.measures.values_mut()).find(|work| work.id == id)
    }

    pub(super) fn requested(&mut self, requested: &WorkRequested) {
        let work = Work::waiting(requested.work);
        match requested.measure {
            Some(measure) => drop(self.measures.insert(measure, work)),
            None => self.work = Some(work),
        }
    }

    pub(super) fn withdrawn(&mut self, id: WorkId) {
        self.work.take_if(|work| work.id == id);
        self.measures.retain(|_, work| work.id != id);
    }

    pub(super) fn queued(&mut self, id: WorkId) {
        if let Some(work) = self.work_mut(id) {
            *work = Work::waiting(id);
        }
    }

    pub(super) fn assigned(&mut self, assigned: &WorkAssigned) {
        if let Some(work) = self.work_mut(assigned.work) {
            work.holder = Some(assigned.person.clone());
            work.instead_of.clone_from(&assigned.instead_of);
        }
    }
}
