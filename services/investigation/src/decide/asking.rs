//! Asking for the people of a visit: its owner; for a plan of measures whoever carries out each of them, and then
//! whoever verifies that they worked.

use std::collections::BTreeSet;

use contracts::messages::stage_entered::StageEntered;
use contracts::messages::work_requested::WorkRequested;
use contracts::{DepartmentId, PersonId, RoleKey, VisitId, WorkId};
use playbook::{DepartmentRef, Holder};
use runtime::service::Context;

use crate::needs::Needs;
use crate::state::{Measure, State, Task};

/// Carrying out a measure, as a piece of work.
pub(super) const CARRY_OUT: &str = "correct.done";
/// Verifying the effect of measures, as a piece of work.
pub(super) const VERIFY: &str = "correct.verify";

/// A visit whose people are asked for.
pub(super) struct Asked<'a> {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch.
    pub(super) epoch: u32,
    /// What is done at it.
    pub(super) task: Task,
    /// What the playbook asks of it.
    pub(super) needs: &'a Needs,
    /// Where it is done.
    pub(super) department: &'a DepartmentId,
    /// Who may not act on it.
    pub(super) barred: &'a [PersonId],
}

impl<'a> Asked<'a> {
    /// A visit that begins.
    pub(super) fn entered(entered: &'a StageEntered, task: Task, needs: &'a Needs) -> Self {
        let StageEntered { visit, epoch, department, barred, .. } = entered;
        Self { visit: *visit, epoch: *epoch, task, needs, department, barred }
    }

    /// Its owner, who begins it. Nobody where no person is needed.
    pub(super) fn owner(&self, context: &Context<'_, State>) -> Option<WorkRequested> {
        let role = self.needs.role.as_ref()?;
        let secondary = self.needs.secondary.clone();
        Some(WorkRequested { secondary, ..self.of(context, self.task.first_asked(), role) })
    }

    /// Whoever answers for a measure: by name where somebody was named, else by role in its department.
    pub(super) fn carry_out(&self, context: &Context<'_, State>, measure: &Measure) -> Option<WorkRequested> {
        let asked = self.of(context, CARRY_OUT, measure.role.as_ref().or(self.needs.role.as_ref())?);
        let secondary = self.needs.secondary.clone().filter(|_| measure.role.is_none());
        Some(WorkRequested {
            department: measure.department.clone(),
            secondary,
            person: measure.person.clone(),
            due: Some(measure.due),
            measure: Some(measure.id),
            ..asked
        })
    }

    /// Whoever says that the measures worked: nobody who had a part in them where the playbook names who it is, else
    /// the owner.
    pub(super) fn verify<'m>(
        &self,
        context: &Context<'_, State>,
        measures: impl Iterator<Item = &'m Measure>,
    ) -> Option<WorkRequested> {
        let Some(verifier) = verifier(self.needs) else {
            let owner = self.owner(context)?;
            return Some(WorkRequested { task: VERIFY.to_owned(), ..owner });
        };
        let asked = self.of(context, VERIFY, &verifier.role);
        let people = measures.flat_map(Measure::people).cloned();
        let barred: BTreeSet<_> = self.barred.iter().cloned().chain(people).collect();
        let department = match &verifier.department {
            DepartmentRef::Named(id) => id.clone(),
            // Routing puts it in by name.
            DepartmentRef::Responsible | DepartmentRef::ComplainedOf | DepartmentRef::Receiving => {
                self.department.clone()
            }
        };
        Some(WorkRequested { department, barred: barred.into_iter().collect(), ..asked })
    }

    /// Everybody who is still to act.
    pub(super) fn everybody(
        &self,
        context: &Context<'_, State>,
        measures: &[&Measure],
    ) -> Vec<WorkRequested> {
        let open: Vec<_> = measures.iter().filter(|measure| measure.done.is_none()).collect();
        if measures.is_empty() {
            self.owner(context).into_iter().collect()
        } else if open.is_empty() {
            self.verify(context, measures.iter().copied()).into_iter().collect()
        } else {
            open.into_iter().filter_map(|measure| self.carry_out(context, measure)).collect()
        }
    }

    fn of(&self, context: &Context<'_, State>, task: &str, role: &RoleKey) -> WorkRequested {
        WorkRequested {
            work: WorkId(context.next_id()),
            visit: self.visit,
            epoch: self.epoch,
            task: task.to_owned(),
            role: role.clone(),
            department: self.department.clone(),
            secondary: None,
            barred: self.barred.to_vec(),
            person: None,
            due: None,
            measure: None,
        }
    }
}

/// Who verifies, where the playbook names it.
pub(super) fn verifier(needs: &Needs) -> Option<&Holder> {
    needs.correct.as_ref().and_then(|correct| correct.verifier.as_ref())
}
