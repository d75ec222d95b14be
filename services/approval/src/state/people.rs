//! The people who work here, as the state of the directory's subject has them.

use std::collections::BTreeSet;

use contracts::messages::directory_changed::DirectoryChanged;
use contracts::{DepartmentId, PersonId, RoleKey};
use serde::{Deserialize, Serialize};

use super::State;

/// Somebody of the directory who works here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where.
    pub department: DepartmentId,
    /// In which roles.
    pub roles: BTreeSet<RoleKey>,
    /// Their line manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<PersonId>,
}

impl State {
    /// Whether `person` is somewhere up the line of somebody who holds `role` in `department`. Of the directory alone.
    #[must_use]
    pub fn is_above(&self, person: &PersonId, role: &RoleKey, department: &DepartmentId) -> bool {
        let holds = |member: &&Member| member.department == *department && member.roles.contains(role);
        let manager = |id: &&PersonId| self.people.get(*id).and_then(|member| member.manager.as_ref());
        self.people.values().filter(holds).any(|member| {
            // Bounded, for a line may be a circle in a directory that nobody looked after.
            let line = std::iter::successors(member.manager.as_ref(), |id| manager(id));
            line.take(self.people.len()).any(|above| above == person)
        })
    }

    pub(super) fn directory_changed(&mut self, changed: &DirectoryChanged) {
        for person in &changed.people {
            if person.active {
                let member = Member {
                    department: person.department.clone(),
                    roles: person.roles.clone(),
                    manager: person.manager.clone(),
                };
                self.people.insert(person.id.clone(), member);
            } else {
                self.people.remove(&person.id);
            }
        }
    }
}
