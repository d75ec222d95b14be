//! What the cells of a row say. A department, a person and a role may be written by key or by name.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::directory_changed::{Department, Person};
use contracts::{DepartmentId, NotASlug, PersonId, RoleKey, ShiftKey, Text};

use super::columns::{Field, Kind};
use super::reading::{Row, Table};
use super::{Mistake, said};
use crate::state::Directory;

/// What divides several values in one cell.
const BETWEEN: [char; 4] = [';', '；', '、', '|'];

/// Everything that a cell may name.
pub(super) struct Names<'a> {
    departments: BTreeMap<String, BTreeSet<DepartmentId>>,
    people: BTreeMap<String, BTreeSet<PersonId>>,
    shifts: BTreeMap<String, BTreeSet<ShiftKey>>,
    roles: &'a BTreeMap<String, RoleKey>,
}

impl<'a> Names<'a> {
    /// The names of the directory and of the files; a key that stands twice is a mistake.
    pub(super) fn of(
        directory: &Directory,
        tables: &[Table],
        roles: &'a BTreeMap<String, RoleKey>,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let (departments, people) = (BTreeMap::new(), BTreeMap::new());
        let mut names = Self { departments, people, shifts: BTreeMap::new(), roles };
        for shift in directory.shifts.values() {
            for name in [shift.id.as_str(), &shift.name.zh, &shift.name.en] {
                names.shifts.entry(name.to_owned()).or_default().insert(shift.id.clone());
            }
        }
        for unit in directory.departments.values() {
            names.calls_department(&unit.id, [unit.id.as_str(), &unit.name.zh, &unit.name.en]);
        }
        for person in directory.people.values() {
            names.calls_person(&person.id, [person.id.as_str(), &person.name]);
        }
        let mut seen: BTreeMap<(bool, String), u64> = BTreeMap::new();
        for table in tables {
            for row in &table.rows {
                let text = |field| table.cell(row, field).unwrap_or_default();
                let id = text(Field::Id);
                let of_people = table.kind == Kind::People;
                if let Some(first) = seen.insert((of_people, id.to_owned()), row.line) {
                    let what = said(
                        format!("“{id}”已见于第 {first} 行"),
                        format!("“{id}” stands in line {first} too"),
                    );
                    let expected = said("每个编号一行", "one row for each key");
                    mistakes.push(table.wrong(row, Field::Id, what, expected));
                }
                if of_people && let Ok(person) = PersonId::new(id) {
                    names.calls_person(&person, [id, text(Field::Name)]);
                } else if !of_people && let Ok(unit) = DepartmentId::new(id) {
                    names.calls_department(&unit, [id, text(Field::NameZh), text(Field::NameEn)]);
                }
            }
        }
        names
    }

    fn calls_department<'n>(&mut self, id: &DepartmentId, names: impl IntoIterator<Item = &'n str>) {
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            self.departments.entry(name.to_owned()).or_default().insert(id.clone());
        }
    }

    fn calls_person<'n>(&mut self, id: &PersonId, names: impl IntoIterator<Item = &'n str>) {
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            self.people.entry(name.to_owned()).or_default().insert(id.clone());
        }
    }
}

/// The one that a name stands for; a mistake where it stands for none or for several.
fn one<K: Clone + Ord + std::fmt::Display>(
    names: &BTreeMap<String, BTreeSet<K>>,
    name: &str,
    (zh, en): (&str, &str),
) -> Result<K, (Text, Text)> {
    let found = names.get(name);
    if let Some(only) = found.filter(|found| found.len() == 1).and_then(|found| found.first()) {
        return Ok(only.clone());
    }
    let several = found.into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if several.is_empty() {
        let what = said(format!("没有{zh}“{name}”"), format!("there is no {en} “{name}”"));
        let expected = said(
            format!("本次文件或目录中的{zh}，写编号或名称"),
            format!("a {en} of these files or of the directory, by key or by name"),
        );
        return Err((what, expected));
    }
    let what = said(format!("“{name}”不止一{zh}"), format!("“{name}” is the name of more than one {en}"));
    Err((what, said(format!("编号之一：{several}"), format!("one of the keys {several}"))))
}

/// What one row says, with its mistakes.
struct Reading<'r> {
    table: &'r Table,
    row: &'r Row,
    mistakes: &'r mut Vec<Mistake>,
}

impl<'r> Reading<'r> {
    fn cell(&self, field: Field) -> Option<&'r str> {
        self.table.cell(self.row, field)
    }

    fn wrong(&mut self, field: Field, (what, expected): (Text, Text)) {
        self.mistakes.push(self.table.wrong(self.row, field, what, expected));
    }

    fn must(&mut self, field: Field) -> Option<&'r str> {
        let cell = self.cell(field).unwrap_or_default();
        if cell.is_empty() {
            self.wrong(field, (said("此格为空", "the cell is empty"), said("须填写", "a value")));
            return None;
        }
        Some(cell)
    }

    fn key<K>(&mut self, field: Field, read: impl Fn(&str) -> Result<K, NotASlug>) -> Option<K> {
        let cell = self.must(field)?;
        read(cell)
            .map_err(|_| {
                let what = said(format!("“{cell}”不能作编号"), format!("“{cell}” is not a key"));
                let expected = said(
                    "1 至 64 个小写字母、数字或 _ - .，以字母或数字开头",
                    "1 to 64 of a-z, 0-9, '_', '-', '.', beginning with a letter or digit",
                );
                self.wrong(field, (what, expected));
            })
            .ok()
    }

    /// What an optional cell says now: `None` leaves it as it is.
    fn optional<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, (Text, Text)>,
    ) -> Option<Option<T>> {
        let cell = self.cell(field)?;
        if cell.is_empty() {
            return Some(None);
        }
        read(cell).map_err(|wrong| self.wrong(field, wrong)).ok().map(Some)
    }

    /// Several values of one cell; `None` leaves them as they are.
    fn several<T: Ord>(
        &mut self,
        field: Field,
        read: impl Fn(&str) -> Result<T, (Text, Text)>,
    ) -> Option<BTreeSet<T>> {
        let cell = self.cell(field)?;
        let parts = cell.split(BETWEEN).map(str::trim).filter(|part| !part.is_empty());
        let mut found = BTreeSet::new();
        for part in parts {
            match read(part) {
                Ok(value) => drop(found.insert(value)),
                Err(wrong) => self.wrong(field, wrong),
            }
        }
        Some(found)
    }
}

const UNIT: (&str, &str) = ("部门", "department");
const PERSON: (&str, &str) = ("人", "person");

/// The department of a row.
pub(super) fn department(
    table: &Table,
    row: &Row,
    directory: &Directory,
    names: &Names<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Department> {
    let mut reading = Reading { table, row, mistakes };
    let id = reading.key(Field::Id, |text| DepartmentId::new(text));
    let zh = reading.must(Field::NameZh);
    let parent = reading.optional(Field::Parent, |name| one(&names.departments, name, UNIT));
    let duty_manager = reading.optional(Field::DutyManager, |name| one(&names.people, name, PERSON));
    let en = reading.cell(Field::NameEn);
    let (id, zh) = (id?, zh?);
    let known = directory.departments.get(&id);
    // Without an English name the Chinese one stands for it, as people would write it.
    let en = en.filter(|en| !en.is_empty()).or(known.map(|unit| unit.name.en.as_str())).unwrap_or(zh);
    Some(Department {
        name: Text { zh: zh.to_owned(), en: en.to_owned() },
        parent: parent.unwrap_or_else(|| known.and_then(|unit| unit.parent.clone())),
        duty_manager: duty_manager.unwrap_or_else(|| known.and_then(|unit| unit.duty_manager.clone())),
        id,
    })
}

/// The person of a row.
pub(super) fn person(
    table: &Table,
    row: &Row,
    directory: &Directory,
    names: &Names<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Person> {
    let mut reading = Reading { table, row, mistakes };
    let id = reading.key(Field::Id, |text| PersonId::new(text));
    let name = reading.must(Field::Name);
    let unit = reading.must(Field::Department).map(|cell| one(&names.departments, cell, UNIT));
    let unit = unit.and_then(|found| found.map_err(|wrong| reading.wrong(Field::Department, wrong)).ok());
    let roles = reading.several(Field::Roles, |text| role(names, text));
    let manager = reading.optional(Field::Manager, |name| one(&names.people, name, PERSON));
    let skills = reading.several(Field::Skills, |text| Ok(text.to_owned()));
    let contact = reading.optional(Field::Contact, |text| Ok(text.to_owned()));
    let email = reading.optional(Field::Email, email);
    let phone = reading.optional(Field::Phone, |text| Ok(text.to_owned()));
    let shift = reading.optional(Field::Shift, |name| one(&names.shifts, name, ("班次", "shift")));
    let active = reading.optional(Field::Active, yes_or_no);
    let (id, name, department) = (id?, name?, unit?);
    let known = directory.people.get(&id).cloned();
    let before = known.unwrap_or_else(|| newcomer(&id, &department));
    Some(Person {
        id,
        name: name.to_owned(),
        department,
        roles: roles.unwrap_or(before.roles),
        manager: manager.unwrap_or(before.manager),
        skills: skills.unwrap_or(before.skills),
        contact: contact.unwrap_or(before.contact),
        email: email.unwrap_or(before.email),
        phone: phone.unwrap_or(before.phone),
        shift: shift.unwrap_or(before.shift),
        roster: before.roster,
        active: active.map_or(before.active, |said| said.unwrap_or(true)),
        absences: before.absences,
    })
}

fn newcomer(id: &PersonId, department: &DepartmentId) -> Person {
    Person {
        id: id.clone(),
        name: String::new(),
        department: department.clone(),
        roles: BTreeSet::new(),
        manager: None,
        contact: None,
        email: None,
        phone: None,
        shift: None,
        roster: Vec::new(),
        skills: BTreeSet::new(),
        absences: Vec::new(),
        active: true,
    }
}

/// A role by its key, or by a name that a playbook in force has for it.
fn role(names: &Names<'_>, text: &str) -> Result<RoleKey, (Text, Text)> {
    let by_name = names.roles.get(text).cloned();
    by_name.map_or_else(|| RoleKey::new(text), Ok).map_err(|_| {
        let known: Vec<&str> = names.roles.keys().map(String::as_str).collect();
        let known = known.join(", ");
        let what = said(format!("没有岗位“{text}”"), format!("there is no role “{text}”"));
        let expected = said(
            format!("岗位编号，或已启用流程中的岗位名称：{known}"),
            format!("the key of a role, or the name of one of the playbooks in force: {known}"),
        );
        (what, expected)
    })
}

fn email(text: &str) -> Result<String, (Text, Text)> {
    let fits = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    });
    if fits {
        return Ok(text.to_owned());
    }
    let what = said(format!("“{text}”不是邮箱地址"), format!("“{text}” is no e-mail address"));
    Err((what, said("形如 name@example.cn", "such as name@example.cn")))
}

fn yes_or_no(text: &str) -> Result<bool, (Text, Text)> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" | "是" | "在职" => Ok(true),
        "no" | "false" | "0" | "否" | "离职" => Ok(false),
        _ => {
            let what = said(format!("“{text}”不是是或否"), format!("“{text}” is neither yes nor no"));
            Err((what, said("是、否、在职或离职", "yes or no")))
        }
    }
}
