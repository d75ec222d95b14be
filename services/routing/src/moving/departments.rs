//! Which department a playbook means: a named one, the one that must answer, that complained of, the receiving one.

use contracts::DepartmentId;
use contracts::facts::key;
use playbook::{Acceptor, DepartmentRef, Slice, Stage, StageBrief};

use crate::draft::Draft;
use crate::rights::Rights;

impl Rights<'_> {
    /// The department that a playbook speaks of.
    #[must_use]
    pub fn department(&self, reference: &DepartmentRef) -> DepartmentId {
        match reference {
            DepartmentRef::Named(id) => id.clone(),
            DepartmentRef::Responsible => self.responsible(),
            DepartmentRef::ComplainedOf => {
                self.case.department_fact(&key::complained_of()).unwrap_or_else(|| self.responsible())
            }
            DepartmentRef::Receiving => self.receiving(),
        }
    }

    /// The department that must answer: named by triage, else that of the category, else the receiving one.
    #[must_use]
    pub fn responsible(&self) -> DepartmentId {
        let of_category =
            || self.case.category().and_then(|category| self.book.department_for(&category).cloned());
        self.case
            .department_fact(&key::responsible())
            .or_else(of_category)
            .unwrap_or_else(|| self.receiving())
    }

    /// The department that took the complaint in: that of whoever registered it, else the unit, else that of the
    /// playbook's entry, else the first that the playbook names.
    fn receiving(&self) -> DepartmentId {
        let origin = &self.case.origin;
        let receiver = origin.registered_by.person().and_then(|id| self.directory.people.get(id));
        let owner =
            self.book.entry().and_then(|stage| stage.owner.as_ref()).and_then(|who| self.book.holder(who));
        let named = owner.and_then(|holder| match holder.department {
            DepartmentRef::Named(id) => Some(id),
            DepartmentRef::Responsible | DepartmentRef::ComplainedOf | DepartmentRef::Receiving => None,
        });
        let departments = &self.book.playbook().departments;
        receiver
            .map(|person| person.department.clone())
            .or_else(|| origin.unit.clone())
            .or(named)
            .or_else(|| departments.keys().next().cloned())
            .expect("a checked playbook names a department")
    }
}

impl Draft<'_> {
    /// As [`Rights::department`].
    #[must_use]
    pub fn department(&self, reference: &DepartmentRef) -> DepartmentId {
        self.rights().department(reference)
    }

    /// As [`Rights::responsible`].
    #[must_use]
    pub fn responsible(&self) -> DepartmentId {
        self.rights().responsible()
    }

    /// Puts into a brief who took the complaint and how customers reach them.
    pub(super) fn name_acceptor(&self, brief: &mut StageBrief) {
        let Slice::Notification(slice) = &mut brief.slice else { return };
        let receiver = self.case.origin.registered_by.person().and_then(|id| self.directory().people.get(id));
        let acceptor =
            receiver.map(|person| Acceptor { name: person.name.clone(), contact: person.contact.clone() });
        if let Some(contact) = &mut slice.contact {
            contact.acceptor = acceptor;
        }
    }

    /// Puts into a brief where whoever verifies the effect of measures is looked for: a playbook knows parts, not
    /// departments.
    pub(super) fn place_verifier(&self, brief: &mut StageBrief) {
        let Slice::Investigation(slice) = &mut brief.slice else { return };
        if let Some(verifier) = slice.correct.as_mut().and_then(|correct| correct.verifier.as_mut()) {
            verifier.department = DepartmentRef::Named(self.department(&verifier.department));
        }
    }

    /// Where a stage is done.
    pub(super) fn department_of_stage(&self, stage: &Stage) -> DepartmentId {
        let holder = stage.owner.as_ref().and_then(|who| self.book.holder(who));
        holder.map_or_else(|| self.responsible(), |holder| self.department(&holder.department))
    }
}
