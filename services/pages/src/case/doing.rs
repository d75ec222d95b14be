//! Doing a piece of work: its form beside what it is about.

use contracts::Problem;
use maud::{Markup, html};

use super::matter::{self, Matter};
use crate::Locale;
use crate::forms::{Typed, carried, fields};
use crate::refusal;
use crate::tasks::TaskForm;
use crate::words::{case as words, shell, tasks};

/// A piece of work being done.
#[derive(Debug, Clone)]
pub struct Doing {
    /// The address of the case.
    pub case: String,
    /// Its number.
    pub number: String,
    /// The piece of work.
    pub work: String,
    /// Its form.
    pub form: TaskForm,
    /// What it is about.
    pub matter: Matter,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is done once.
    pub key: String,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, doing: &Doing) -> Markup {
    let problem = doing.problem.as_ref();
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(doing.form.title)) }
            p.text-secondary.mb-0 { a href=(doing.case) { (locale.fill(words::TITLE, &[("number", &doing.number)])) } }
        }
        div.row.row-cards {
            div.col-lg-6 {
                section.card.mb-3 {
                    div.card-body {
                        @if let Some(problem) = problem { (refusal::alert(locale, problem)) }
                        form.once method="post" action={ (doing.case) "/do/" (doing.work) } {
                            (carried(csrf, Some(&doing.key)))
                            (fields(locale, &doing.form.fields, &doing.typed, problem))
                            div.btn-list {
                                button.btn.btn-primary type="submit" { (locale.say(tasks::FINISH)) }
                                a.btn href=(doing.case) { (locale.say(shell::CANCEL)) }
                            }
                        }
                    }
                }
            }
            div.col-lg-6 { (matter::view(locale, &doing.matter)) }
        }
    }
}
