//! Where a playbook is, was and will be in force: shown, ordered from a time on, and taken back before it comes.

use contracts::messages::playbook_activated::ActivationScope;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::playbooks::{Line, Sheet};
use crate::Locale;
use crate::forms::{Choice, Control, Field, carried, fields};
use crate::words::{Word, playbooks as words};

/// That a version holds for somebody, from when, and until when.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which version.
    pub version: u32,
    /// For whom, in words.
    pub scope: String,
    /// The same, as it was ordered.
    pub ordered: ActivationScope,
    /// From when on.
    pub from: Timestamp,
    /// Until when, where something follows.
    pub until: Option<Timestamp>,
    /// Who ordered it.
    pub by: String,
}

/// What was, is and will be in force.
#[derive(Debug, Clone, Default)]
pub struct Standings {
    /// Now.
    pub now: Vec<Standing>,
    /// Still to come, the next first.
    pub coming: Vec<Standing>,
    /// Before, the last first.
    pub past: Vec<Standing>,
}

/// The fields with which a version is put into force.
#[must_use]
pub fn activation_fields([units, channels, types]: [Vec<Choice>; 3], zone: &TimeZone) -> Vec<Field> {
    vec![
        Field::new("/scope/unit", words::UNIT, Control::Choice(units)),
        Field::new("/scope/channel", words::CHANNEL, Control::Choice(channels)),
        Field::new("/scope/customer_type", words::CUSTOMER_TYPE, Control::Choice(types)),
        Field::new("/effective_from", words::FROM_WHEN, Control::Moment(zone.clone()))
            .hint(words::FROM_WHEN_HINT),
    ]
}

/// In a line of the list: what holds, and what comes.
pub(super) fn in_short(locale: &Locale, line: &Line) -> Markup {
    let said = |one: &Standing| scoped(locale, one);
    html! {
        @if line.standings.now.is_empty() && line.standings.coming.is_empty() {
            span.text-secondary { (locale.say(words::NOWHERE)) }
        } @else {
            ul.plain {
                @for one in &line.standings.now { li { (said(one)) } }
                @for one in &line.standings.coming {
                    li { span.badge.bg-azure-lt { (locale.say(words::COMING)) } " " (said(one)) " · " (locale.fill(words::FROM, &[("time", &locale.time(one.from))])) }
                }
            }
        }
    }
}

fn scoped(locale: &Locale, one: &Standing) -> String {
    locale.fill(words::FOR_SCOPE, &[("version", &one.version.to_string()), ("scope", &one.scope)])
}

/// The card on the page of a playbook.
pub(super) fn card(locale: &Locale, csrf: &str, sheet: &Sheet) -> Markup {
    let line = &sheet.line;
    let Standings { now, coming, past } = &line.standings;
    html! {
        section.card.mb-3 #in-force {
            div.card-body {
                h2.h3 { (locale.say(words::IN_FORCE)) }
                @if now.is_empty() { p.text-secondary { (locale.say(words::NOWHERE_NOW)) } }
                @else { ul.plain.standings { @for one in now { (entry(locale, one, &html! {})) } } }
                @if !coming.is_empty() {
                    h3.h4.mt-3 { (locale.say(words::COMING)) }
                    ul.plain.standings { @for one in coming { (entry(locale, one, &withdrawal(locale, csrf, sheet, one))) } }
                }
                @if !past.is_empty() {
                    details.mt-3 {
                        summary { (locale.fill(words::PAST, &[("n", &past.len().to_string())])) }
                        ul.plain.standings.mt-2 { @for one in past { (entry(locale, one, &html! {})) } }
                    }
                }
                h3.h4.mt-3 { (locale.say(words::VERSIONS)) }
                ul.plain {
                    @for (version, at) in &line.versions {
                        li {
                            a href={ "/console/admin/playbooks/" (line.id) "?version=" (version) }
                                aria-current=[(*version == sheet.version).then_some("page")] { (locale.fill(words::VERSION_OF, &[("n", &version.to_string())])) }
                            span.text-secondary { " · " (locale.fill(words::PUBLISHED_AT, &[("time", &locale.time(*at))])) }
                        }
                    }
                }
                @if sheet.may_change { (activation(locale, csrf, sheet)) }
            }
        }
    }
}

fn entry(locale: &Locale, one: &Standing, beside: &Markup) -> Markup {
    let span: Word = if one.until.is_some() { words::FROM_UNTIL } else { words::FROM };
    let until = one.until.map(|until| locale.time(until)).unwrap_or_default();
    html! {
        li {
            div { (scoped(locale, one)) }
            div.text-secondary.small {
                (locale.fill(span, &[("time", &locale.time(one.from)), ("until", &until)])) " · "
                (locale.fill(words::ORDERED_BY, &[("who", &one.by)]))
            }
            (beside)
        }
    }
}

/// The button that takes back what is still to come.
fn withdrawal(locale: &Locale, csrf: &str, sheet: &Sheet, one: &Standing) -> Markup {
    if !sheet.may_change {
        return html! {};
    }
    let ActivationScope { unit, channel, customer_type } = &one.ordered;
    html! {
        form method="post" action={ "/console/admin/playbooks/" (sheet.line.id) "/withdraw" } {
            (carried(csrf, Some(&sheet.key)))
            input type="hidden" name="version" value=(one.version);
            @if let Some(unit) = unit { input type="hidden" name="/scope/unit" value=(unit); }
            @if let Some(channel) = channel { input type="hidden" name="/scope/channel" value=(channel); }
            @if let Some(kind) = customer_type { input type="hidden" name="/scope/customer_type" value=(kind); }
            input type="hidden" name="effective_from" value=(locale.machine(one.from));
            button.btn.btn-sm type="submit"
                aria-label=(locale.fill(words::WITHDRAW_OF, &[("what", &scoped(locale, one))])) { (locale.say(words::WITHDRAW)) }
        }
    }
}

fn activation(locale: &Locale, csrf: &str, sheet: &Sheet) -> Markup {
    let asked = activation_fields(sheet.scopes.clone(), &locale.zone);
    html! {
        details.mt-3 open[sheet.problem.is_some()] {
            summary { (locale.fill(words::ACTIVATE, &[("n", &sheet.version.to_string())])) }
            p.text-secondary.mt-2 { (locale.say(words::ACTIVATE_HINT)) }
            form.once method="post" action={ "/console/admin/playbooks/" (sheet.line.id) "/activate" } {
                (carried(csrf, Some(&sheet.key)))
                input type="hidden" name="version" value=(sheet.version);
                (fields(locale, &asked, &sheet.typed, sheet.problem.as_ref()))
                button.btn.btn-primary type="submit" { (locale.say(words::ACTIVATE_NOW)) }
            }
        }
    }
}
