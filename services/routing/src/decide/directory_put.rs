//! `directory.put` → departments and people as they shall be; everything that does not fit is told at once.

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::routing::PutDirectory;
use contracts::commands::{Command, check_text};
use contracts::messages::directory_changed::{Absence, DirectoryChanged, Person};
use contracts::{DepartmentId, PersonId, Problem, ProblemCode, ShiftKey};
use runtime::service::Decision;

use super::{Desk, Outcome, administrators_only};
use crate::rows::Row;
use crate::state::{Directory, Hours};

/// The longest name or skill, in characters.
const LONGEST_NAME: usize = 200;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: PutDirectory = command.read()?;
    let empty = Directory::default();
    let directory = desk.state.directory().unwrap_or(&empty);
    if let Some(problem) = Problem::all(findings(directory, &order)) {
        return Err(problem);
    }
    Ok(put(desk, directory, command, order))
}

/// Says departments and people as they shall be, once nothing is wrong with them.
pub(super) fn put(
    desk: &Desk<'_>,
    directory: &Directory,
    command: &Command,
    order: PutDirectory,
) -> Decision<Row> {
    let changed = |person: &&Person| directory.people.get(&person.id) != Some(*person);
    let people = order.people.iter().filter(changed).map(|person| person.id.clone()).collect();
    let by = command.actor.plain();
    change(
        desk,
        DirectoryChanged { departments: order.departments, people: order.people, shifts: order.shifts, by },
        people,
    )
}

/// Says the change, and has open work looked at again.
pub(super) fn change(desk: &Desk<'_>, said: DirectoryChanged, people: Vec<PersonId>) -> Decision<Row> {
    let (organisation, cause) = (desk.context.organisation().clone(), desk.context.next_id());
    let mut decision = Decision::nothing();
    decision.say(said);
    decision.rows.push(Row::Reconsider { organisation, cause, people });
    decision
}

/// Everything that does not fit.
pub(super) fn findings(directory: &Directory, order: &PutDirectory) -> Vec<Problem> {
    let mut units: BTreeSet<&DepartmentId> = directory.departments.keys().collect();
    units.extend(order.departments.iter().map(|unit| &unit.id));
    let mut people: BTreeSet<&PersonId> = directory.people.keys().collect();
    people.extend(order.people.iter().map(|person| &person.id));
    let mut found = texts(order);
    let mut unknown = |code, detail: String, field: String| {
        found.push(Problem::new(code, detail).at(field).expected("one of the directory or of this order"));
    };
    for (n, unit) in order.departments.iter().enumerate() {
        if let Some(parent) = unit.parent.as_ref().filter(|id| !units.contains(id) || **id == unit.id) {
            let detail = format!("{parent} is no department above {}", unit.id);
            unknown(ProblemCode::UnknownDepartment, detail, format!("/departments/{n}/parent"));
        }
        if let Some(manager) = unit.duty_manager.as_ref().filter(|id| !people.contains(id)) {
            let detail = format!("nobody here is called {manager}");
            unknown(ProblemCode::UnknownPerson, detail, format!("/departments/{n}/duty_manager"));
        }
    }
    for (n, person) in order.people.iter().enumerate() {
        if !units.contains(&person.department) {
            let detail = format!("there is no department {}", person.department);
            unknown(ProblemCode::UnknownDepartment, detail, format!("/people/{n}/department"));
        }
        if let Some(manager) = person.manager.as_ref().filter(|id| !people.contains(id) || **id == person.id)
        {
            let detail = format!("{manager} cannot be the manager of {}", person.id);
            unknown(ProblemCode::UnknownPerson, detail, format!("/people/{n}/manager"));
        }
    }
    found.extend(rings(directory, order));
    found.extend(shifts(directory, order));
    for (n, person) in order.people.iter().enumerate() {
        let place = format!("/people/{n}/absences");
        found.extend(absences(&person.id, &person.absences, |id| people.contains(id), &place));
    }
    found
}

/// People who would be managers of each other in a ring, and departments that would be above each other.
fn rings(directory: &Directory, order: &PutDirectory) -> Vec<Problem> {
    let people = directory.people.values().chain(&order.people);
    let units = directory.departments.values().chain(&order.departments);
    let managers = in_rings(
        &people.map(|person| (&person.id, person.manager.as_ref())).collect(),
        order.people.iter().map(|person| &person.id),
        |n, line| {
            Problem::new(ProblemCode::InvalidField, format!("these are managers of each other: {line}"))
                .at(format!("/people/{n}/manager"))
                .expected("a line of managers that ends")
        },
    );
    let parents = in_rings(
        &units.map(|unit| (&unit.id, unit.parent.as_ref())).collect(),
        order.departments.iter().map(|unit| &unit.id),
        |n, line| {
            Problem::new(ProblemCode::InvalidField, format!("these departments are above each other: {line}"))
                .at(format!("/departments/{n}/parent"))
                .expected("a line of departments that ends")
        },
    );
    managers.into_iter().chain(parents).collect()
}

/// A problem for each of `put` that a ring leads back to, which is told its place and the way.
fn in_rings<'t, T: Ord + std::fmt::Display>(
    above: &BTreeMap<&'t T, Option<&'t T>>,
    put: impl Iterator<Item = &'t T>,
    problem: impl Fn(usize, String) -> Problem,
) -> Vec<Problem> {
    let in_ring = |(n, one)| {
        let line = circle(one, |id| *above.get(id)?)?;
        Some(problem(n, line.into_iter().map(T::to_string).collect::<Vec<_>>().join(" → ")))
    };
    put.enumerate().filter_map(in_ring).collect()
}

/// The way from one back to itself, where there is one. To itself at once is no ring, and is told in its own words.
fn circle<'t, T: Ord>(from: &'t T, above: impl Fn(&'t T) -> Option<&'t T>) -> Option<Vec<&'t T>> {
    let mut line = vec![from];
    while let Some(next) = above(line[line.len() - 1]) {
        if next == from {
            line.push(from);
            return Some(line).filter(|line| line.len() > 2);
        }
        if line.contains(&next) {
            return None;
        }
        line.push(next);
    }
    None
}

/// Names and skills that are empty or too long.
fn texts(order: &PutDirectory) -> Vec<Problem> {
    let check = |place: String, text: &str| check_text(&place, text, LONGEST_NAME).err();
    let units = order.departments.iter().enumerate().flat_map(|(n, unit)| {
        let place = format!("/departments/{n}/name");
        [check(format!("{place}/zh"), &unit.name.zh), check(format!("{place}/en"), &unit.name.en)]
    });
    let people = order.people.iter().enumerate().flat_map(|(n, person)| {
        let skills = person.skills.iter().enumerate();
        let skills = skills.map(move |(at, skill)| check(format!("/people/{n}/skills/{at}"), skill));
        let ways = [("contact", &person.contact), ("email", &person.email), ("phone", &person.phone)];
        let contact =
            ways.into_iter().map(move |(way, text)| check(format!("/people/{n}/{way}"), text.as_deref()?));
        std::iter::once(check(format!("/people/{n}/name"), &person.name)).chain(contact).chain(skills)
    });
    let shifts = order.shifts.iter().enumerate().flat_map(|(n, shift)| {
        let place = format!("/shifts/{n}/name");
        [check(format!("{place}/zh"), &shift.name.zh), check(format!("{place}/en"), &shift.name.en)]
    });
    units.chain(people).chain(shifts).flatten().collect()
}

/// Shifts whose hours are none, and people whose shift there is not.
fn shifts(directory: &Directory, order: &PutDirectory) -> Vec<Problem> {
    let mut found = Vec::new();
    for (n, shift) in order.shifts.iter().enumerate() {
        for (day, hours) in &shift.week {
            for (at, text) in hours.iter().enumerate().filter(|(_, text)| Hours::parse(text).is_none()) {
                let problem = Problem::new(ProblemCode::InvalidField, format!("“{text}” are no hours"));
                let place = format!("/shifts/{n}/week/{day}/{at}");
                found.push(
                    problem.at(place).expected("hours such as 08:00-16:00; 22:00-06:00 end the next morning"),
                );
            }
        }
    }
    let new: BTreeSet<_> = order.shifts.iter().map(|shift| &shift.id).collect();
    let is_known = |key: &ShiftKey| new.contains(key) || directory.shifts.contains_key(key);
    for (n, person) in order.people.iter().enumerate() {
        let own = person.shift.iter().map(|key| (format!("/people/{n}/shift"), key));
        let days = person.roster.iter().enumerate();
        let days = days
            .filter_map(|(at, day)| Some((format!("/people/{n}/roster/{at}/shift"), day.shift.as_ref()?)));
        for (place, key) in own.chain(days).filter(|(_, key)| !is_known(key)) {
            let problem = Problem::new(ProblemCode::InvalidField, format!("there is no shift {key}"));
            found.push(problem.at(place).expected("a shift of the directory or of this order"));
        }
    }
    found
}

/// What is wrong with somebody's absences.
pub(super) fn absences(
    person: &PersonId,
    absences: &[Absence],
    known: impl Fn(&PersonId) -> bool,
    place: &str,
) -> Vec<Problem> {
    let mut found = Vec::new();
    for (n, absence) in absences.iter().enumerate() {
        if absence.from >= absence.until {
            let problem = Problem::new(ProblemCode::InvalidField, "the absence ends before it begins");
            found.push(problem.at(format!("{place}/{n}/until")).expected(format!("after {}", absence.from)));
        }
        if let Some(deputy) = absence.deputy.as_ref().filter(|id| !known(id) || *id == person) {
            let problem = Problem::new(ProblemCode::UnknownPerson, format!("{deputy} cannot stand in"));
            found.push(problem.at(format!("{place}/{n}/deputy")).expected("another member of staff"));
        }
    }
    found
}
