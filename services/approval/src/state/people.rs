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
        let holds = |member: &Member| member.department == *department && member.roles.contains(role);
        let mut holders = self.people.iter().filter(|(_, member)| holds(member));
        holders.any(|(id, _)| match self.line(id) {
            // Nobody in a ring stands above another.
            (_, Some(again)) if again == id => false,
            (line, _) => line.into_iter().skip(1).any(|above| above == person),
        })
    }

    /// Somebody and their managers upwards, each once; and who comes again, where the line ends in a ring.
    fn line<'s>(&'s self, person: &'s PersonId) -> (Vec<&'s PersonId>, Option<&'s PersonId>) {
        let mut line = Vec::new();
        let mut next = Some(person);
        while let Some(id) = next.filter(|id| !line.contains(id)) {
            line.push(id);
            next = self.people.get(id).and_then(|member| member.manager.as_ref());
        }
        (line, next)
    }

    /// The head of a department: whoever of it stands above the most of its people and below none of them. Nobody where that
    /// does not single somebody out, as where people are managers of each other in a ring. Of the directory alone.
    #[must_use]
    pub fn head_of(&self, department: &DepartmentId) -> Option<&PersonId> {
        let there =
            |id: &PersonId| self.people.get(id).is_some_and(|member| member.department == *department);
        let mut below: BTreeMap<&PersonId, usize> = BTreeMap::new();
        for id in self.people.keys().filter(|id| there(id)) {
            let (line, again) = self.line(id);
            let top = line.into_iter().rfind(|id| there(id));
            if let Some(top) = top.filter(|_| again.is_none()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> PersonId {
        text.parse().unwrap()
    }

    /// People of one department, each with their manager.
    fn people(all: &[(&str, Option<&str>)]) -> State {
        let member = |manager: &Option<&str>| Member {
            department: "hq".parse().unwrap(),
            roles: BTreeSet::from(["agent".parse().unwrap()]),
            manager: manager.map(id),
        };
        let people = all.iter().map(|(one, manager)| (id(one), member(manager)));
        State { people: people.collect(), ..State::default() }
    }

    fn head(state: &State) -> Option<String> {
        state.head_of(&"hq".parse().unwrap()).map(ToString::to_string)
    }

    #[test]
    fn a_ring_of_managers_has_no_head_wherever_one_enters_it() {
        let ring = [("a", Some("b")), ("b", Some("c")), ("c", Some("a"))];
        assert_eq!(head(&people(&ring)), None);
        for entry in ["a", "b", "c"] {
            let more = [ring.as_slice(), &[("d", Some(entry)), ("e", Some(entry))]].concat();
            assert_eq!(head(&people(&more)), None, "{entry}");
        }
        let beside = [ring.as_slice(), &[("f", Some("boss")), ("g", Some("boss")), ("boss", None)]].concat();
        assert_eq!(head(&people(&beside)), Some("boss".to_owned()));
    }

    #[test]
    fn nobody_in_a_ring_stands_above_another() {
        let (role, department) = ("agent".parse().unwrap(), "hq".parse().unwrap());
        let ring = [("a", Some("b")), ("b", Some("c")), ("c", Some("a"))];
        let above = |all: &[_], one: &str| people(all).is_above(&id(one), &role, &department);
        assert!(!above(&ring, "a") && !above(&ring, "b") && !above(&ring, "c"));
        let below = [ring.as_slice(), &[("d", Some("a"))]].concat();
        assert!(above(&below, "b") && !above(&below, "d"), "but above those who are not in it");
    }
}
