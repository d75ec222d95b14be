//! Scenarios beside the text of a playbook: written, played, and what came of each in words.

use contracts::scenarios::{ScenarioFailure, ScenarioRun, ScenarioVerdict};
use maud::{Markup, html};

use super::playbook_edit::{Draft, mistakes};
use crate::Locale;
use crate::words::scenarios as words;

/// The keys of a scenario, as they are written in every language.
const KEYS: [(&str, &str); 7] = [
    ("by", "by"),
    ("customer", "customer"),
    ("feeder", "feeder"),
    ("deed", "do"),
    ("expect", "expect"),
    ("people", "people"),
    ("weekly", "weekly"),
];

/// How one is written; names and dates are the reader's to change.
fn example(playbook: &str) -> String {
    format!(
        "title: {{zh: 当日登记的来电, en: A call is put on record}}\nplaybook: {playbook}\nsteps:\n  - at: 2026-03-02 09:00\n    \
         by: li.na\n    complaint: {{channel: phone, category: quality, narrative: 毛衣起球}}\n    expect: {{level: 1}}\n  - at: +1d\n    expect: {{missed: []}}\n"
    )
}

/// The fields and buttons below the text of the playbook.
pub(super) fn fields(locale: &Locale, draft: &Draft) -> Markup {
    let run = format!("/console/admin/playbooks/{}/scenarios", draft.id);
    let open = !draft.scenarios.trim().is_empty() || draft.run.is_some();
    html! {
        details.mt-3 #scenarios-of open[open] {
            summary { (locale.say(words::SCENARIOS)) }
            p.text-secondary.mt-2 { (locale.say(words::SCENARIOS_HINT)) }
            label.form-label for="scenarios" { (locale.say(words::THE_SCENARIOS)) }
            textarea.form-control.playbook-text #scenarios name="scenarios" rows="16" spellcheck="false" wrap="off" autocomplete="off" { (draft.scenarios) }
            details.mt-2 {
                summary { (locale.say(words::HOW_WRITTEN)) }
                p.text-secondary.mt-2 { (locale.fill(words::HOW_HINT, &KEYS)) }
                pre.code { (example(&draft.id)) }
            }
            div.btn-list.mt-2 {
                button.btn type="submit" formaction=(run) hx-post=(run) hx-target="#run" hx-select="#run" hx-swap="outerHTML"
                    hx-disabled-elt="this" { (locale.say(words::RUN)) }
            }
        }
    }
}

/// What came of the last run.
pub(super) fn outcome(locale: &Locale, run: Option<&ScenarioRun>) -> Markup {
    html! {
        section.card.mt-3 #run role="status" aria-live="polite" {
            div.card-body {
                h2.h3 { (locale.say(words::OUTCOME)) }
                @match run {
                    None => p.text-secondary.mb-0 { (locale.say(words::NOT_RUN)) },
                    Some(run) => (came(locale, run)),
                }
            }
        }
    }
}

fn came(locale: &Locale, run: &ScenarioRun) -> Markup {
    let number = |n: usize| n.to_string();
    if !run.playbook.is_empty() {
        return html! { p { (locale.say(words::PLAYBOOK_BROKEN)) } (mistakes(locale, &run.playbook)) };
    }
    if !run.scenarios.is_empty() {
        return html! { p { (locale.say(words::SCENARIOS_BROKEN)) } (mistakes(locale, &run.scenarios)) };
    }
    if run.verdicts.is_empty() && run.left_out == 0 {
        return html! { p.text-secondary.mb-0 { (locale.say(words::NO_SCENARIO)) } };
    }
    let counted = [("n", number(run.verdicts.len())), ("failed", number(run.failed())), ("time", took(run))];
    let counted: Vec<_> = counted.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let word = if run.failed() == 0 { words::ALL_HOLD } else { words::SOME_FAIL };
    html! {
        p.mb-2.well[run.holds()].refused[run.failed() > 0] { strong { (locale.fill(word, &counted)) } }
        @if run.left_out > 0 { p.refused { (locale.fill(words::LEFT_OUT, &[("n", &run.left_out.to_string())])) } }
        ol.verdicts {
            // What does not hold stands first: that is what one came for.
            @for one in run.verdicts.iter().filter(|one| !one.failures.is_empty()) { (verdict(locale, one)) }
            @for one in run.verdicts.iter().filter(|one| one.failures.is_empty()) { (verdict(locale, one)) }
        }
        @if !run.holds() {
            label.form-check.mt-3.mb-0 {
                input.form-check-input type="checkbox" name="despite" value="true" aria-describedby="despite-hint";
                span.form-check-label { (locale.say(words::DESPITE)) }
            }
            p.text-secondary.small.mb-0 #despite-hint { (locale.say(words::MUST_HOLD)) }
        }
    }
}

/// Seconds with one decimal.
fn took(run: &ScenarioRun) -> String {
    format!("{}.{}", run.milliseconds / 1000, run.milliseconds % 1000 / 100)
}

fn verdict(locale: &Locale, one: &ScenarioVerdict) -> Markup {
    let holds = one.failures.is_empty();
    html! {
        li {
            div.between {
                span { (locale.label(&one.title)) }
                @if holds { span.badge.bg-green-lt { (locale.say(words::HOLDS)) } }
                @else { span.badge.bg-red-lt { (locale.say(words::FAILS)) } }
            }
            div.text-secondary.small {
                (locale.fill(words::FROM_LINE, &[("line", &one.line.to_string()), ("steps", &one.steps.to_string())]))
            }
            @if !holds { ul.plain.failures { @for failure in &one.failures { (failed(locale, failure)) } } }
        }
    }
}

fn failed(locale: &Locale, one: &ScenarioFailure) -> Markup {
    let place = one.step.map(|step| {
        let line = one.line.map(|line| line.to_string()).unwrap_or_default();
        let time = one.time.map(|time| locale.time(time)).unwrap_or_default();
        locale.fill(words::IN_STEP, &[("step", &step.to_string()), ("line", &line), ("time", &time)])
    });
    html! {
        li {
            @if let Some(place) = place { div.text-secondary.small { (place) } }
            div { (locale.label(&one.said)) }
            dl.glance.mb-0 {
                @if let Some(expected) = &one.expected { dt { (locale.say(words::EXPECTED)) } dd { code.long { (expected) } } }
                @if let Some(found) = &one.found { dt { (locale.say(words::FOUND)) } dd { code.long { (found) } } }
            }
        }
    }
}
