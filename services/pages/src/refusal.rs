//! What was refused, in words: the same problem that the API tells, on the page where it happened. Its title says what;
//! each finding stands beside the field it is about; what is meant for programmers is folded away.

use contracts::{Problem, ProblemCode};
use maud::{Markup, html};

use crate::Locale;
use crate::words::shell as words;

/// The place of a form's token: a form without it is too old, or of another site.
pub const TOKEN: &str = "/csrf";

/// A problem above a form or a list.
#[must_use]
pub fn alert(locale: &Locale, problem: &Problem) -> Markup {
    let after = match problem.code {
        ProblemCode::OutcomeUnknown => words::NOBODY_KNOWS,
        ProblemCode::KeyReused => words::SENT_BEFORE,
        _ => words::NOTHING_CHANGED,
    };
    html! {
        div.alert.alert-danger role="alert" {
            div {
                strong { (locale.say(words::REFUSED)) ": " (problem.code.title(locale.language)) }
                div.text-secondary { (locale.say(after)) }
                details.small {
                    summary { (locale.say(words::DETAIL)) }
                    code { (problem.code.as_str()) }
                    @for one in findings(problem) {
                        div lang="en" { @if let Some(field) = &one.field { code { (field) } " " } (one.detail) }
                    }
                }
            }
        }
    }
}

/// A problem and those inside it.
fn findings(problem: &Problem) -> Vec<&Problem> {
    let mut all = vec![problem];
    all.extend(problem.errors.iter());
    all
}

/// What is wrong with the field at `place`, a JSON pointer.
#[must_use]
pub fn at<'a>(problem: Option<&'a Problem>, place: &str) -> Option<&'a Problem> {
    findings(problem?).into_iter().find(|one| one.field.as_deref().is_some_and(|field| inside(field, place)))
}

/// What is wrong with the whole of what is at `place`.
#[must_use]
pub fn exactly<'a>(problem: &'a Problem, place: &str) -> Option<&'a Problem> {
    findings(problem).into_iter().find(|one| one.field.as_deref() == Some(place))
}

/// The same problem, with each finding at the place that `to` has for it.
#[must_use]
pub fn moved(problem: Problem, to: impl Fn(&str) -> Option<String> + Copy) -> Problem {
    let field = problem.field.map(|field| to(&field).unwrap_or(field));
    let errors = problem.errors.into_iter().map(|one| moved(one, to)).collect();
    Problem { field, errors, ..problem }
}

/// Whether `field` is the one at `place`, or a part of it.
fn inside(field: &str, place: &str) -> bool {
    field.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The title of a problem alone, as a page of its own.
#[must_use]
pub fn page(locale: &Locale, problem: &Problem, back: &str) -> Markup {
    let hint = match problem.code {
        ProblemCode::NotFound => Some(words::NOT_FOUND_HINT),
        _ if problem.field.as_deref() == Some(TOKEN) => Some(words::FORM_STALE),
        _ => None,
    };
    html! {
        div.empty {
            h1.empty-title { (problem.code.title(locale.language)) }
            @if let Some(hint) = hint { p.empty-subtitle.text-secondary { (locale.say(hint)) } }
            p.text-secondary { (locale.say(words::CODE)) " " code { (problem.code.as_str()) } }
            div.empty-action { a.btn.btn-primary href=(back) { (locale.say(words::BACK)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_stands_at_its_field_and_at_what_holds_it() {
        let finding =
            |field: &str| Problem::new(ProblemCode::MissingField, "missing").at(field).expected("x");
        let all = Problem::all(vec![finding("/reason"), finding("/complainant/phone")]).unwrap();
        assert!(at(Some(&all), "/reason").is_some());
        assert!(at(Some(&all), "/complainant").is_some());
        assert!(at(Some(&all), "/reasons").is_none() && at(None, "/reason").is_none());
    }
}
