//! The directory: departments and people with roles, shifts, leave and deputies; and its import from a table, first
//! tried and then done.

use contracts::Problem;
use contracts::commands::routing::{DirectoryImported, Imported};
use jiff::Timestamp;
use maud::{Markup, html};

use super::shifts::{self, Shifts};
use crate::Locale;
use crate::forms::{Choice, carried};
use crate::words::{Word, directory as words, leave};

/// A department.
#[derive(Debug, Clone)]
pub struct Department {
    /// Its key.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The name of the unit above it.
    pub above: Option<String>,
    /// The name of its duty manager.
    pub duty: Option<String>,
    /// How many people work there.
    pub people: usize,
}

/// A member of staff.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their key.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The name of their department.
    pub department: String,
    /// Their roles.
    pub roles: Vec<String>,
    /// The name of their line manager.
    pub manager: Option<String>,
    /// The name of their shift.
    pub shift: Option<String>,
    /// When they are away, and the name of who stands in.
    pub away: Vec<(Timestamp, Timestamp, Option<String>)>,
    /// Whether they still work here.
    pub active: bool,
}

/// The room.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// The departments.
    pub departments: Vec<Department>,
    /// The people of the department that was chosen, or all.
    pub people: Vec<Person>,
    /// What may be chosen.
    pub choices: Vec<Choice>,
    /// What was chosen.
    pub only: Option<String>,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Whether the reader plans the leave of others.
    pub may_plan: bool,
    /// The shifts that people work.
    pub shifts: Shifts,
    /// The table that was sent.
    pub typed: String,
    /// What a trial, or the import, says.
    pub told: Option<(bool, DirectoryImported)>,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is imported once.
    pub key: String,
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, csrf: &str, directory: &Directory) -> Markup {
    html! {
        @if let Some((done, told)) = &directory.told { (outcome(locale, *done, told)) }
        @if let Some(problem) = &directory.problem { (mistakes(locale, problem)) }
        form.finding.mb-3 method="get" action="/console/admin/directory" {
            label.form-label for="department" { (locale.say(words::DEPARTMENT)) }
            div.input-group {
                select.form-select #department name="department" {
                    option value="" { (locale.say(words::EVERY_DEPARTMENT)) }
                    @for choice in &directory.choices {
                        option value=(choice.value) selected[directory.only.as_deref() == Some(choice.value.as_str())] { (choice.label.get(locale.language)) }
                    }
                }
                button.btn type="submit" { (locale.say(words::SHOW)) }
            }
        }
        div.row.row-cards {
            div.col-lg-8 { (people(locale, directory)) }
            div.col-lg-4 {
                @if directory.may_change { (importing(locale, csrf, directory)) }
                (departments(locale, directory))
                (shifts::view(locale, csrf, &directory.shifts))
            }
        }
    }
}

fn people(locale: &Locale, directory: &Directory) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::PEOPLE)) " (" (directory.people.len()) ")" }
                table.table.table-vcenter.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::NAME)) }
                        th scope="col" { (locale.say(words::ROLES)) }
                        th scope="col" { (locale.say(words::MANAGER)) }
                        th scope="col" { (locale.say(words::AWAY)) }
                    } }
                    tbody { @for person in &directory.people { (row(locale, person, directory.may_plan)) } }
                }
            }
        }
    }
}

fn row(locale: &Locale, person: &Person, may_plan: bool) -> Markup {
    html! {
        tr {
            td {
                (person.name) " " code.small { (person.id) }
                @if !person.active { " " span.badge.bg-secondary-lt { (locale.say(words::LEFT)) } }
                div.text-secondary.small { (person.department) @if let Some(shift) = &person.shift { " · " (shift) } }
            }
            td { @for role in &person.roles { span.badge.bg-blue-lt { (role) } " " } }
            td { (person.manager.as_deref().unwrap_or("–")) }
            td {
                @if person.away.is_empty() { "–" }
                @for (from, until, deputy) in &person.away {
                    div.small {
                        (locale.near(*from)) " – " (locale.near(*until))
                        @if let Some(deputy) = deputy { " · " (locale.fill(words::STANDS_IN, &[("name", deputy)])) }
                    }
                }
                @if may_plan && person.active {
                    div { a href={ (crate::leave::ADDRESS) "/" (person.id) } { (locale.say(leave::OPEN)) span.visually-hidden { " · " (person.name) } } }
                }
            }
        }
    }
}

fn departments(locale: &Locale, directory: &Directory) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::DEPARTMENTS)) " (" (directory.departments.len()) ")" }
                ul.plain {
                    @for department in &directory.departments {
                        li.mb-2 {
                            a href={ "/console/admin/directory?department=" (department.id) } { (department.name) } " (" (department.people) ")"
                            div.text-secondary.small {
                                @if let Some(above) = &department.above { (locale.fill(words::BELOW, &[("name", above)])) " " }
                                @if let Some(duty) = &department.duty { (locale.fill(words::DUTY, &[("name", duty)])) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn importing(locale: &Locale, csrf: &str, directory: &Directory) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::IMPORT)) }
                p.text-secondary { (locale.say(words::IMPORT_HINT)) }
                form method="post" action="/console/admin/directory/import" {
                    (carried(csrf, Some(&directory.key)))
                    label.form-label for="table" { (locale.say(words::TABLE)) }
                    textarea.form-control.playbook-text.mb-2 #table name="table" rows="8" required wrap="off" spellcheck="false" { (directory.typed) }
                    div.btn-list {
                        button.btn.btn-primary type="submit" name="dry_run" value="true" { (locale.say(words::TRY)) }
                        button.btn type="submit" name="dry_run" value="false" { (locale.say(words::IMPORT_NOW)) }
                    }
                }
            }
        }
    }
}

fn outcome(locale: &Locale, done: bool, told: &DirectoryImported) -> Markup {
    let kinds = [(words::DEPARTMENTS, &told.departments), (words::PEOPLE, &told.people)];
    html! {
        div.alert.alert-success[done].alert-info[!done] role="status" {
            div {
                strong { (locale.say(if done { words::IMPORTED } else { words::WOULD_CHANGE })) }
                @for (heading, imported) in kinds { (counted(locale, heading, imported)) }
                @for left in told.left_out.iter().filter(|left| left.open_work > 0) {
                    div { (locale.fill(words::LEFT_OUT, &[("name", left.person.as_str()), ("n", &left.open_work.to_string())])) }
                }
            }
        }
    }
}

fn counted(locale: &Locale, heading: Word, imported: &Imported) -> Markup {
    let all = [(words::NEW, &imported.added), (words::CHANGED, &imported.changed)];
    html! {
        div {
            (locale.say(heading)) ": "
            @for (word, keys) in all {
                @if !keys.is_empty() { (locale.fill(word, &[("n", &keys.len().to_string())])) " (" (keys.join(", ")) ") · " }
            }
            (locale.fill(words::UNCHANGED, &[("n", &imported.unchanged.to_string())]))
        }
    }
}

/// Every mistake of the table, by its line and column: the refusal above says only that there are some.
fn mistakes(locale: &Locale, problem: &Problem) -> Markup {
    html! {
        @if !problem.errors.is_empty() {
            ol.mistakes {
                @for one in &problem.errors {
                    li {
                        (one.code.title(locale.language))
                        @if let Some(field) = &one.field { " " code { (field) } }
                        div.text-secondary.small lang="en" { (one.detail) }
                    }
                }
            }
        }
    }
}
