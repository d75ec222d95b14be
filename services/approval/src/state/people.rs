//! The people who work here, as the state of the directory's subject has them.

use std::collections::{BTreeMap, BTreeSet};

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

    /// The head of a department: whoever of it stands above the most of its people and below none of them. Nobody where that
    /// does not single somebody out. Of the directory alone.
    #[must_use]
    pub fn head_of(&self, department: &DepartmentId) -> Option<&PersonId> {
        let there =
            |id: &PersonId| self.people.get(id).is_some_and(|member| member.department == *department);
        let manager = |id: &&PersonId| self.people.get(*id).and_then(|member| member.manager.as_ref());
        let mut below: BTreeMap<&PersonId, usize> = BTreeMap::new();
        for id in self.people.keys().filter(|id| there(id)) {
            let line = std::iter::successors(Some(id), |id| manager(id)).take(self.people.len());
            if let Some(top) = line.filter(|id| there(id)).last() {
                *below.entry(top).or_default() += 1;
            }
        }
        let most = below.values().max()?;
        let mut heads = below.iter().filter(|(_, people)| *people == most).map(|(id, _)| *id);
        heads.next().filter(|_| heads.next().is_none())
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
