//! `directory.import` → departments and people as CSV files have them: what `directory.put` would be ordered, or every
//! mistake with its line and column.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use contracts::commands::Command;
use contracts::commands::routing::{DirectoryImported, ImportDirectory, LeftOut, PutDirectory};
use contracts::{PersonId, Problem, RoleKey, SubjectRef};
use runtime::service::Decision;
use serde::Serialize;

use super::{Desk, Outcome, administrators_only, directory_put};
use crate::draft::LOAD;
use crate::import::{self, Import};
use crate::state::Directory;

/// An event says so many bytes of departments and people at most: what is published must fit into one message.
const MOST_SAID: usize = 256 << 10;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: ImportDirectory = command.read()?;
    let empty = Directory::default();
    let directory = desk.state.directory().unwrap_or(&empty);
    let import = import::read(&order.files, directory, &roles(desk)).map_err(refused)?;
    let findings = directory_put::findings(directory, &import.order);
    let mistakes: Vec<_> = findings.iter().map(|finding| import.mistake_of(finding)).collect();
    if !mistakes.is_empty() {
        return Err(refused(mistakes));
    }
    let answer = told(desk, &import);
    let mut decision = Decision::nothing();
    if !order.dry_run {
        for part in parts(import.order) {
            let said = directory_put::put(desk, directory, command, part);
            decision.events.extend(said.events);
            decision.rows.extend(said.rows);
        }
    }
    decision.answer_with(&answer)
}

fn refused(mistakes: Vec<import::Mistake>) -> Problem {
    import::refusal(mistakes)
        .unwrap_or_else(|| Problem::new(contracts::ProblemCode::Internal, "refused without a mistake"))
}

/// The roles of the playbooks that are or will be in force, by key and by both labels.
fn roles(desk: &Desk<'_>) -> BTreeMap<String, RoleKey> {
    let whole = desk.context.peek(&SubjectRef::organisation(desk.context.organisation()));
    let activations = whole.as_ref().and_then(|state| state.organisation()).into_iter();
    let mut roles = BTreeMap::new();
    let now = desk.context.now();
    let known = activations.flat_map(|all| {
        let standing = all.activations.at(now).into_iter();
        standing.chain(all.activations.after(now))
    });
    for activation in known {
        let Ok(book) = desk.library.playbook(desk.context, &activation.playbook) else { continue };
        for (key, role) in &book.playbook().roles {
            let names = [key.as_str(), &role.label.zh, &role.label.en];
            roles.extend(names.map(|name| (name.to_owned(), key.clone())));
        }
    }
    roles
}

fn told(desk: &Desk<'_>, import: &Import) -> DirectoryImported {
    let held = |person: &PersonId| {
        let load = desk.context.glance(LOAD, person.as_str());
        load.and_then(|value| value.as_i64()).and_then(|load| u64::try_from(load).ok()).unwrap_or(0)
    };
    let left = import.left_out.iter();
    let mut left_out: Vec<_> =
        left.map(|person| LeftOut { person: person.clone(), open_work: held(person) }).collect();
    left_out.sort_by_key(|left| (Reverse(left.open_work), left.person.clone()));
    let (departments, people) = (import.departments.clone(), import.people.clone());
    DirectoryImported { departments, people, left_out }
}

/// What is to be put, in parts that each fit into one message. Departments come first: people work in them.
fn parts(order: PutDirectory) -> Vec<PutDirectory> {
    let mut parts: Vec<(usize, PutDirectory)> = Vec::new();
    for unit in order.departments {
        room(&mut parts, &unit).departments.push(unit);
    }
    for person in order.people {
        room(&mut parts, &person).people.push(person);
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

const fn nothing() -> PutDirectory {
    PutDirectory { departments: Vec::new(), people: Vec::new(), shifts: Vec::new() }
}

fn room<'p>(parts: &'p mut Vec<(usize, PutDirectory)>, one: &impl Serialize) -> &'p mut PutDirectory {
    let bytes = serde_json::to_vec(one).map_or(0, |text| text.len());
    if parts.last().is_none_or(|(size, _)| size + bytes > MOST_SAID) {
        parts.push((0, nothing()));
    }
    let at = parts.len() - 1;
    let (size, part) = &mut parts[at];
    *size += bytes;
    part
}
