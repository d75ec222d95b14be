//! The directory as CSV files have it (`directory.import`): rows of departments and of people, as a personnel department
//! exports them.
//!
//! ```text
//! text ─ reading ─▶ tables with lines ─ cells ─▶ Department, Person ─▶ what differs from the directory: a `directory.put`
//! ```
//!
//! Nothing is mended silently: whatever cannot be read as it stands is a mistake with file, line and column, and one
//! mistake refuses the whole. What a file has no column for stays as the directory has it; an empty cell clears it.

mod cells;
mod columns;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::routing::{Imported, PutDirectory};
use contracts::messages::directory_changed::{Department, Person};
use contracts::{PersonId, Problem, ProblemCode, RoleKey, Text};

use self::cells::Names;
use self::columns::{Field, Kind};
use self::reading::{Row, Table};
use crate::state::Directory;

/// So many rows at most: what is larger is no directory, or is imported department by department.
const MOST_ROWS: usize = 5_000;
/// So many mistakes are told at most.
const MOST_MISTAKES: usize = 100;

/// What is wrong, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Which file, from 0.
    pub file: usize,
    /// The line, from 1; none for what is wrong with the whole file.
    pub line: Option<u64>,
    /// The column, by its name in the file.
    pub column: Option<String>,
    /// What is wrong.
    pub what: Text,
    /// What was expected.
    pub expected: Text,
}

/// Both languages at once.
pub(crate) fn said(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

impl Mistake {
    /// As a problem: the field is the file, the detail says line and column in both languages.
    pub(crate) fn problem(&self) -> Problem {
        let (zh, en) = match (self.line, &self.column) {
            (Some(line), Some(column)) => {
                (format!("第 {line} 行“{column}”列："), format!("line {line}, column “{column}”: "))
            }
            (Some(line), None) => (format!("第 {line} 行："), format!("line {line}: ")),
            (None, Some(column)) => (format!("“{column}”列："), format!("column “{column}”: ")),
            (None, None) => (String::new(), String::new()),
        };
        Problem::new(ProblemCode::InvalidField, format!("{zh}{} / {en}{}", self.what.zh, self.what.en))
            .at(format!("/files/{}", self.file))
            .expected(format!("{} / {}", self.expected.zh, self.expected.en))
    }
}

/// Mistakes as one refusal that lists them all.
pub(crate) fn refusal(mut mistakes: Vec<Mistake>) -> Option<Problem> {
    mistakes.sort_by_key(|mistake| (mistake.file, mistake.line));
    mistakes.dedup();
    mistakes.truncate(MOST_MISTAKES);
    Problem::all(mistakes.iter().map(Mistake::problem).collect())
}

/// What the files come to.
#[derive(Debug)]
pub(crate) struct Import {
    /// What differs from the directory.
    pub order: PutDirectory,
    /// What becomes of the departments.
    pub departments: Imported,
    /// What becomes of the people.
    pub people: Imported,
    /// The people of the directory who stand in no file that has people.
    pub left_out: Vec<PersonId>,
    tables: Vec<Table>,
    /// The places of the departments and people of `order`: file and row.
    places: [Vec<(usize, usize)>; 2],
}

/// Reads the files against the directory; `roles` are the roles of the playbooks in force, by every name they have.
///
/// # Errors
/// Every mistake of every file.
pub(crate) fn read(
    files: &[String],
    directory: &Directory,
    roles: &BTreeMap<String, RoleKey>,
) -> Result<Import, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut tables = Vec::new();
    for (file, text) in files.iter().enumerate() {
        match reading::table(file, text) {
            Ok(table) => tables.push(table),
            Err(found) => mistakes.extend(found),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let names = Names::of(directory, &tables, roles, &mut mistakes);
    let mut import = Import {
        order: PutDirectory { departments: Vec::new(), people: Vec::new(), shifts: Vec::new() },
        departments: Imported::default(),
        people: Imported::default(),
        left_out: Vec::new(),
        places: Default::default(),
        tables: Vec::new(),
    };
    let mut named = BTreeSet::new();
    for (at, table) in tables.iter().enumerate() {
        for (n, row) in table.rows.iter().enumerate() {
            let place = (at, n);
            match table.kind {
                Kind::Departments => {
                    let unit = cells::department(table, row, directory, &names, &mut mistakes);
                    import.takes_department(unit, directory, place);
                }
                Kind::People => {
                    let person = cells::person(table, row, directory, &names, &mut mistakes);
                    named.extend(person.as_ref().map(|person| person.id.clone()));
                    import.takes_person(person, directory, place);
                }
            }
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if tables.iter().any(|table| table.kind == Kind::People) {
        let active = directory.people.values().filter(|person| person.active);
        let left = active.filter(|person| !named.contains(&person.id)).map(|person| person.id.clone());
        import.left_out = left.collect();
    }
    import.tables = tables;
    Ok(import)
}

impl Import {
    fn takes_department(&mut self, unit: Option<Department>, directory: &Directory, place: (usize, usize)) {
        let Some(unit) = unit else { return };
        let known = directory.departments.get(&unit.id);
        if note(&mut self.departments, unit.id.as_str(), known, &unit) {
            self.order.departments.push(unit);
            self.places[0].push(place);
        }
    }

    fn takes_person(&mut self, person: Option<Person>, directory: &Directory, place: (usize, usize)) {
        let Some(person) = person else { return };
        let known = directory.people.get(&person.id);
        if note(&mut self.people, person.id.as_str(), known, &person) {
            self.order.people.push(person);
            self.places[1].push(place);
        }
    }

    /// A finding about the order, as a mistake in the row that it came from.
    pub(crate) fn mistake_of(&self, finding: &Problem) -> Mistake {
        let pointer = finding.field.as_deref().unwrap_or_default();
        let mut steps = pointer.split('/').skip(1);
        let (kind, n, field) = (steps.next(), steps.next(), steps.next());
        let of_people = kind == Some("people");
        let n = n.and_then(|n| n.parse::<usize>().ok());
        let place = n.and_then(|n| self.places[usize::from(of_people)].get(n));
        let (table, row) = match place {
            Some((table, row)) => (self.tables.get(*table), *row),
            None => (None, 0),
        };
        let column =
            table.and_then(|table| table.name_of(Field::of_pointer(field.unwrap_or_default(), of_people)));
        let expected = finding.expected.clone().unwrap_or_default();
        Mistake {
            file: table.map_or(0, |table| table.file),
            line: table.and_then(|table| table.rows.get(row)).map(|row: &Row| row.line),
            column,
            what: said(finding.code.title(contracts::Language::Zh), finding.detail.clone()),
            expected: said("本文件或人员目录中已有、且符合要求的值", expected),
        }
    }
}

/// Notes what becomes of one of them; true when it differs from what is known.
fn note<T: PartialEq>(imported: &mut Imported, id: &str, known: Option<&T>, now: &T) -> bool {
    match known {
        None => imported.added.push(id.to_owned()),
        Some(before) if before != now => imported.changed.push(id.to_owned()),
        Some(_) => {
            imported.unchanged += 1;
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
