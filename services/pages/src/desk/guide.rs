//! What the playbook has a receiver go through and say. What was gone through goes on record with
//! the complaint.

use contracts::Text;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::Typed;
use crate::words::desk as words;

/// Checklists and scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guide {
    /// The checklists.
    pub checklists: Vec<Checklist>,
    /// The scripts.
    pub scripts: Vec<Script>,
}

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// Its key.
    pub key: String,
    /// Its name.
    pub label: Text,
    /// Its points.
    pub items: Vec<Text>,
}

/// A script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub label: Text,
    /// What is said.
    pub say: Vec<Text>,
    /// What is not said, and what is better.
    pub avoid: Vec<(Text, Option<Text>)>,
}

impl Checklist {
    /// The name of a point in the form.
    #[must_use]
    pub fn point(&self, n: usize) -> String {
        format!("{}{n}", points(&self.key))
    }
}

/// How the names of a checklist's points begin.
fn points(list: &str) -> String {
    format!("checklist/{list}/")
}

/// How many points of a checklist were ticked.
#[must_use]
pub fn ticked(list: &str, typed: &Typed) -> usize {
    typed.0.keys().filter(|name| name.starts_with(&points(list))).count()
}

/// The checklists and scripts, the first of each open.
#[must_use]
pub fn view(locale: &Locale, guide: &Guide, typed: &Typed) -> Markup {
    html! {
        @if !guide.checklists.is_empty() {
            h2.h3 { (locale.say(words::CHECKLIST)) }
            @for (n, list) in guide.checklists.iter().enumerate() {
                details.mb-2 open[n == 0] {
                    summary { (locale.label(&list.label)) }
                    @for (n, item) in list.items.iter().enumerate() {
                        label.form-check {
                            input.form-check-input type="checkbox" name=(list.point(n)) value="true" checked[typed.get(&list.point(n)).is_some()];
                            span.form-check-label { (locale.label(item)) }
                        }
                    }
                }
            }
        }
        @if !guide.scripts.is_empty() {
            h2.h3.mt-3 { (locale.say(words::SCRIPTS)) }
            @for (n, script) in guide.scripts.iter().enumerate() {
                details.mb-2 open[n == 0] {
                    summary { (locale.label(&script.label)) }
                    ul.notes {
                        @for say in &script.say { li { q { (locale.label(say)) } } }
                        @for (avoid, better) in &script.avoid {
                            li.avoid {
                                strong { (locale.say(words::AVOID)) } " " q { (locale.label(avoid)) }
                                @if let Some(better) = better { " " (locale.say(words::BETTER)) " " q { (locale.label(better)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
