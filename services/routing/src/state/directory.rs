//! Departments and people, and who of them is there.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::directory_changed::{Absence, Department, DirectoryChanged, Person, Shift};
use contracts::{DepartmentId, PersonId, RoleKey, ShiftKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Departments and people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Directory {
    /// The departments.
    pub departments: BTreeMap<DepartmentId, Department>,
    /// The people, those who left among them.
    pub people: BTreeMap<PersonId, Person>,
    /// The shifts.
    #[serde(default)]
    pub shifts: BTreeMap<ShiftKey, Shift>,
}

/// The role of those who direct a department by turns, before the one whom the department itself names.
const DUTY_MANAGER: &str = "duty_manager";

impl Directory {
    pub(super) fn changed(&mut self, said: &DirectoryChanged) {
        let departments = said.departments.iter().map(|unit| (unit.id.clone(), unit.clone()));
        self.departments.extend(departments);
        self.people.extend(said.people.iter().map(|person| (person.id.clone(), person.clone())));
        self.shifts.extend(said.shifts.iter().map(|shift| (shift.id.clone(), shift.clone())));
    }

    /// A person who still works here.
    #[must_use]
    pub fn active(&self, person: &PersonId) -> Option<&Person> {
        self.people.get(person).filter(|person| person.active)
    }

    /// Whether somebody works here and is not away at `now`.
    #[must_use]
    pub fn is_present(&self, person: &PersonId, now: Timestamp) -> bool {
        self.active(person).is_some_and(|person| absence_at(person, now).is_none())
    }

    /// Everybody of `department` who holds `role` and still works here, by key.
    pub fn holders<'a>(
        &'a self,
        role: &'a RoleKey,
        department: &'a DepartmentId,
    ) -> impl Iterator<Item = &'a Person> {
        let fits = move |person: &&Person| {
            person.active && person.department == *department && person.roles.contains(role)
        };
        self.people.values().filter(fits)
    }

    /// Who stands in for an absent person: the deputy, or the deputy's own when that one is away too.
    #[must_use]
    pub fn deputy_of(&self, person: &PersonId, now: Timestamp) -> Option<&Person> {
        let mut seen = BTreeSet::from([person]);
        let mut absent = self.active(person)?;
        loop {
            let deputy = absence_at(absent, now)?.deputy.as_ref().and_then(|id| self.active(id))?;
            if !seen.insert(&deputy.id) {
                return None; // they stand in for each other
            }
            if absence_at(deputy, now).is_none() {
                return Some(deputy);
            }
            absent = deputy;
        }
    }

    /// The department and those above it, each once.
    pub fn units_up(&self, department: &DepartmentId) -> impl Iterator<Item = &Department> {
        let above = |unit: &Department| unit.parent.as_ref().and_then(|id| self.departments.get(id));
        let mut seen = BTreeSet::new();
        let line = std::iter::successors(self.departments.get(department), move |unit| above(unit));
        line.take_while(move |unit| seen.insert(&unit.id))
    }

    /// A person and their managers, upwards, each once. Of several who are managers of each other in a ring none stands above
    /// another, so whoever is in one has nobody above them.
    pub fn line_up(&self, person: &PersonId) -> impl Iterator<Item = &Person> {
        let above = |below: &Person| below.manager.as_ref().and_then(|id| self.people.get(id));
        let start = self.people.get(person);
        let mut line: Vec<&Person> = Vec::new();
        let mut next = start;
        while let Some(one) = next.filter(|one| line.iter().all(|known| known.id != one.id)) {
            line.push(one);
            next = above(one);
        }
        if next.is_some_and(|one| one.id == *person) {
            line.truncate(1);
        }
        line.into_iter()
    }

    /// The duty managers of a unit: those of its people who have that role, then whom the unit names.
    pub fn duty_managers<'a>(&'a self, unit: &'a Department) -> impl Iterator<Item = &'a Person> {
        let by_role = self.people.values().filter(|person| {
            person.active && person.department == unit.id && person.roles.contains(DUTY_MANAGER)
        });
        by_role.chain(unit.duty_manager.iter().filter_map(|id| self.people.get(id)))
    }

    /// Whether `person` is a duty manager of `department` or of one above it.
    #[must_use]
    pub fn is_duty_manager(&self, person: &PersonId, department: &DepartmentId) -> bool {
        let directs = |unit: &Department| {
            let named = unit.duty_manager.as_ref() == Some(person);
            named || self.duty_managers(unit).any(|one| one.id == *person)
        };
        self.units_up(department).any(directs)
    }

    /// Whether `person` stands above `below` in the line of managers.
    #[must_use]
    pub fn is_above(&self, person: &PersonId, below: &PersonId) -> bool {
        self.line_up(below).skip(1).any(|manager| manager.id == *person)
    }

    /// When the person is next away or, if they are away now, since when.
    #[must_use]
    pub fn next_absence(&self, person: &PersonId, now: Timestamp) -> Option<Timestamp> {
        let person = self.active(person)?;
        person.absences.iter().filter(|absence| absence.until > now).map(|absence| absence.from).min()
    }

    /// When the first of those who are away now comes back.
    #[must_use]
    pub fn next_return(&self, now: Timestamp) -> Option<Timestamp> {
        let away = self.people.values().filter(|person| person.active);
        away.filter_map(|person| absence_at(person, now)).map(|absence| absence.until).min()
    }
}

/// The absence that a person has at `now`.
#[must_use]
pub(super) fn absence_at(person: &Person, now: Timestamp) -> Option<&Absence> {
    person.absences.iter().find(|absence| absence.from <= now && now < absence.until)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn directory() -> Directory {
        let unit = |id: &str, parent: Option<&str>| {
            (
                id.parse().unwrap(),
                json!({"id": id, "name": {"zh": id, "en": id}, "parent": parent, "duty_manager": "d"}),
            )
        };
        let away = |deputy: Option<&str>| json!([{"from": "2025-03-01T00:00:00Z", "until": "2025-03-02T00:00:00Z", "deputy": deputy}]);
        let one = |id: &str, manager: Option<&str>, absences| {
            let person =
                json!({"id": id, "name": id, "department": "low", "manager": manager, "absences": absences});
            (id.parse().unwrap(), person)
        };
        let units = [unit("low", Some("high")), unit("high", Some("low"))];
        let people = [
            one("low.a", Some("a"), json!([])),
            one("a", Some("b"), away(Some("b"))),
            one("b", Some("e"), away(Some("c"))),
            one("e", Some("a"), json!([])),
            one("c", None, json!([])),
            one("x", None, away(Some("y"))),
            one("y", None, away(Some("x"))),
        ];
        Directory {
            departments: units.map(|(id, unit)| (id, serde_json::from_value(unit).unwrap())).into(),
            people: people.map(|(id, person)| (id, serde_json::from_value(person).unwrap())).into(),
            shifts: BTreeMap::new(),
        }
    }

    fn id(text: &str) -> PersonId {
        text.parse().unwrap()
    }

    #[test]
    fn a_deputy_who_is_away_has_a_deputy_and_two_who_name_each_other_have_none() {
        let (directory, now) = (directory(), "2025-03-01T12:00:00Z".parse().unwrap());
        assert_eq!(directory.deputy_of(&id("a"), now).unwrap().id, id("c"));
        assert!(directory.deputy_of(&id("x"), now).is_none());
        assert!(directory.deputy_of(&id("c"), now).is_none(), "nobody stands in for who is there");
        assert!(
            directory.is_present(&id("a"), "2025-03-02T00:00:00Z".parse().unwrap()),
            "the end is exclusive"
        );
    }

    #[test]
    fn rings_of_managers_and_of_departments_end() {
        let directory = directory();
        let line = |of: &str| directory.line_up(&id(of)).map(|one| one.id.to_string()).collect::<Vec<_>>();
        for one in ["a", "b", "e"] {
            assert_eq!(line(one), [one], "in a ring nobody stands above another");
            assert!(!directory.is_above(&id("b"), &id(one)) && !directory.is_above(&id("c"), &id(one)));
        }
        assert_eq!(line("low.a"), ["low.a", "a", "b", "e"], "but above those who are not in it");
        assert!(directory.is_above(&id("e"), &id("low.a")));
        assert_eq!(directory.units_up(&"low".parse().unwrap()).count(), 2);
        assert!(directory.is_duty_manager(&id("d"), &"low".parse().unwrap()));
    }
}
