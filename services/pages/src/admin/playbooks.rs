//! Playbooks: which there are and where each is in force; one of them whole, with everything it names in both
//! languages and its document control.

use contracts::{Problem, Text};
use jiff::Timestamp;
use maud::{Markup, html};

use super::playbook_map::{self, Stage};
use super::standing::{self, Standings};
use crate::Locale;
use crate::forms::{Choice, Typed};
use crate::words::{Word, playbooks as words};

/// A playbook of the list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its versions with when they were published, oldest first.
    pub versions: Vec<(u32, Timestamp)>,
    /// What was, is and will be in force of it.
    pub standings: Standings,
}

/// A change on record.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number.
    pub number: String,
    /// Its day.
    pub date: String,
    /// What was changed.
    pub description: Text,
    /// By whom.
    pub by: String,
}

/// A clock.
#[derive(Debug, Clone)]
pub struct Clock {
    /// What it is called.
    pub label: Text,
    /// Its limit, as a playbook writes it.
    pub limit: String,
    /// What starts it.
    pub start: Vec<String>,
    /// What stops it.
    pub stop: Vec<String>,
    /// Whether missing it is a breach.
    pub hard: bool,
}

/// A row of the authority matrix.
#[derive(Debug, Clone)]
pub struct Authority {
    /// For what, in words.
    pub case: String,
    /// Who decides, one after the other.
    pub steps: Vec<String>,
}

/// One version of a playbook.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What stands in the list.
    pub line: Line,
    /// The version that is shown.
    pub version: u32,
    /// The checksum of its text.
    pub sha256: String,
    /// Its document control: what and who.
    pub control: Vec<(Word, String)>,
    /// Its change log.
    pub changes: Vec<Change>,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// Its clocks.
    pub clocks: Vec<Clock>,
    /// Who decides on what.
    pub authority: Vec<Authority>,
    /// Forms, categories, roles and what else it names, with their labels.
    pub named: Vec<(Word, Vec<(String, Text)>)>,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// What may be chosen when it is put into force: units, channels, types of customers.
    pub scopes: [Vec<Choice>; 3],
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is put into force once.
    pub key: String,
}

/// The list.
#[must_use]
pub fn list(locale: &Locale, lines: &[Line]) -> Markup {
    html! {
        p.text-secondary { (locale.say(words::LIST_HINT)) }
        @if lines.is_empty() { div.empty { p.empty-title { (locale.say(words::NONE)) } } }
        @else {
            div.table-responsive {
                table.table.table-vcenter.card-table.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::NUMBER)) }
                        th scope="col" { (locale.say(words::TITLE)) }
                        th scope="col" { (locale.say(words::VERSIONS)) }
                        th scope="col" { (locale.say(words::IN_FORCE)) }
                    } }
                    tbody { @for line in lines { (row(locale, line)) } }
                }
            }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    html! {
        tr {
            td { code { (line.id) } }
            td { a href={ "/console/admin/playbooks/" (line.id) } { (locale.label(&line.title)) } (other(locale, &line.title)) }
            td.count { (versions(line)) }
            td { (standing::in_short(locale, line)) }
        }
    }
}

fn versions(line: &Line) -> Markup {
    html! {
        @for (version, _) in &line.versions {
            a href={ "/console/admin/playbooks/" (line.id) "?version=" (version) } { (version) } " "
        }
    }
}

/// The same in the language that the page is not in: the original names are Chinese, and stay beside the English ones.
fn other(locale: &Locale, text: &Text) -> Markup {
    let (tag, other) = match locale.language {
        contracts::Language::Zh => ("en", &text.en),
        contracts::Language::En => ("zh-CN", &text.zh),
    };
    html! { div.text-secondary.small lang=(tag) { (other) } }
}

/// One playbook.
#[must_use]
pub fn sheet(locale: &Locale, csrf: &str, sheet: &Sheet) -> Markup {
    let base = format!("/console/admin/playbooks/{}", sheet.line.id);
    html! {
        (other(locale, &sheet.line.title))
        p.between {
            span { code { (sheet.line.id) } " · " (locale.fill(words::VERSION_OF, &[("n", &sheet.version.to_string())])) }
            a href="/console/admin/playbooks" { (locale.say(words::ALL_PLAYBOOKS)) }
        }
        @if sheet.may_change {
            div.btn-list.mb-3 {
                a.btn.btn-primary href={ (base) "/edit?version=" (sheet.version) } { (locale.say(words::EDIT)) }
                a.btn href={ (base) "/preview?version=" (sheet.version) } { (locale.say(words::PREVIEW)) }
            }
        }
        div.row.row-cards {
            div.col-lg-7 { (playbook_map::view(locale, &sheet.stages)) (clocks(locale, sheet)) (authority(locale, sheet)) }
            div.col-lg-5 { (standing::card(locale, csrf, sheet)) (control(locale, sheet)) (named(locale, sheet)) }
        }
    }
}

fn control(locale: &Locale, sheet: &Sheet) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::CONTROL)) }
                dl.glance {
                    @for (label, value) in &sheet.control { dt { (locale.say(*label)) } dd { (value) } }
                    dt { (locale.say(words::CHECKSUM)) } dd { code.long { (sheet.sha256) } }
                }
                @if !sheet.changes.is_empty() {
                    h3.h4 { (locale.say(words::CHANGES)) }
                    ol.plain {
                        @for change in &sheet.changes {
                            li { (change.number) " · " (change.date) " · " (locale.label(&change.description)) " · " (change.by) }
                        }
                    }
                }
            }
        }
    }
}

fn clocks(locale: &Locale, sheet: &Sheet) -> Markup {
    html! {
        @if !sheet.clocks.is_empty() {
            section.card.mb-3 {
                div.card-body {
                    h2.h3 { (locale.say(words::CLOCKS)) }
                    table.table.stacked {
                        thead { tr {
                            th scope="col" { (locale.say(words::CLOCK)) }
                            th scope="col" { (locale.say(words::LIMIT)) }
                            th scope="col" { (locale.say(words::RUNS)) }
                        } }
                        tbody {
                            @for clock in &sheet.clocks {
                                tr {
                                    td { (locale.label(&clock.label)) (other(locale, &clock.label)) }
                                    td { (limit(locale, &clock.limit)) div.text-secondary.small { (locale.say(if clock.hard { words::HARD } else { words::TARGET })) } }
                                    td { (clock.start.join(" / ")) " → " (clock.stop.join(" / ")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn authority(locale: &Locale, sheet: &Sheet) -> Markup {
    html! {
        @if !sheet.authority.is_empty() {
            section.card.mb-3 {
                div.card-body {
                    h2.h3 { (locale.say(words::AUTHORITY)) }
                    table.table.stacked {
                        thead { tr { th scope="col" { (locale.say(words::FOR_WHAT)) } th scope="col" { (locale.say(words::DECIDES)) } } }
                        tbody { @for row in &sheet.authority { tr { td { (row.case) } td { (row.steps.join(" → ")) } } } }
                    }
                }
            }
        }
    }
}

fn named(locale: &Locale, sheet: &Sheet) -> Markup {
    html! {
        @for (heading, all) in sheet.named.iter().filter(|(_, all)| !all.is_empty()) {
            section.card.mb-3 {
                div.card-body {
                    h2.h3 { (locale.say(*heading)) }
                    table.table.names {
                        thead { tr {
                            th scope="col" { (locale.say(words::CHINESE_NAME)) }
                            th scope="col" { (locale.say(words::ENGLISH_NAME)) }
                        } }
                        tbody { @for (key, text) in all { tr id={ "k-" (key) } { td lang="zh-CN" { (text.zh) } td lang="en" { (text.en) } } } }
                    }
                }
            }
        }
    }
}

/// A limit, as a playbook writes it, in words: `24h`, `3 working days`, `day 4 of next month`.
#[must_use]
pub fn limit(locale: &Locale, text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let word = match unit.trim().trim_end_matches('s') {
        "" if unit.trim() == "s" => words::SECONDS,
        "min" | "minute" => words::MINUTES,
        "h" | "hour" => words::HOURS,
        "working hour" => words::WORKING_HOURS,
        "calendar day" => words::CALENDAR_DAYS,
        "working day" => words::WORKING_DAYS,
        "week" => words::WEEKS,
        "same day" => words::SAME_DAY,
        "agreed with customer" => words::AGREED,
        other => {
            let day = other.split(' ').nth(1).unwrap_or_default();
            let word = if other.ends_with("next month") { words::DAY_OF_NEXT } else { words::DAY_OF_MONTH };
            return if other.starts_with("day ") {
                locale.fill(word, &[("n", day)])
            } else {
                text.to_owned()
            };
        }
    };
    locale.fill(word, &[("n", number)])
}

#[cfg(test)]
mod tests {
    use contracts::Language;

    use super::*;

    #[test]
    fn limits_are_read_in_both_languages() {
        let zone = jiff::tz::TimeZone::UTC;
        let locale = |language| Locale { language, zone: zone.clone(), now: Timestamp::UNIX_EPOCH };
        for (text, zh, en) in [
            ("6s", "6 秒", "6 s"),
            ("24h", "24 小时", "24 h"),
            ("3 working days", "3 个工作日", "Working days: 3"),
            ("1 week", "1 周", "Weeks: 1"),
            ("day 4 of next month", "次月 4 日", "Day 4 of the next month"),
            ("same day", "当日", "The same day"),
        ] {
            assert_eq!(
                (limit(&locale(Language::Zh), text), limit(&locale(Language::En), text)),
                (zh.into(), en.into())
            );
        }
    }
}
