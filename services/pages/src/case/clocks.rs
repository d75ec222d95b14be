//! The clocks of a case: how each stands, and line by line how it was counted.

use contracts::queries::routing::ClockShown;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde_json::Value;

use crate::Locale;
use crate::words::{Word, case as words};
use crate::work::due;

/// The section: those that run stand first, what runs out first before the others.
#[must_use]
pub fn view(locale: &Locale, clocks: &[ClockShown]) -> Markup {
    let mut sorted: Vec<_> = clocks.iter().collect();
    sorted.sort_by_key(|clock| (clock.stopped_at.is_some(), clock.due, clock.start));
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::CLOCKS)) }
                @if sorted.is_empty() { p.text-secondary.mb-0 { (locale.say(words::NO_CLOCKS)) } }
                @for clock in sorted { (one(locale, clock)) }
            }
        }
    }
}

fn state(clock: &ClockShown) -> (Word, &'static str) {
    match clock.state.as_str() {
        "met" => (words::STATE_MET, "bg-green-lt"),
        "stopped_late" => (words::STATE_STOPPED_LATE, "bg-orange-lt"),
        "missed" => (words::STATE_MISSED, "bg-red-lt"),
        "paused" => (words::STATE_PAUSED, "bg-secondary-lt"),
        _ => (words::STATE_RUNNING, "bg-blue-lt"),
    }
}

fn one(locale: &Locale, clock: &ClockShown) -> Markup {
    let (word, class) = state(clock);
    html! {
        div.clock {
            div.clock-head {
                span { (locale.label(&clock.label)) " " span.badge.{ (class) } { (locale.say(word)) } }
                @match clock.stopped_at {
                    None => (due(locale, clock.due)),
                    Some(at) => span.text-secondary.small { (locale.near(at)) },
                }
            }
            details.small {
                summary { (locale.say(words::CLOCK_WHY)) }
                @if let Some(at) = clock.due { p.mb-1 { (locale.fill(words::CLOCK_DUE, &[("time", &locale.time(at))])) } }
                (lines(locale, &clock.lines))
                p.text-secondary { (locale.fill(words::CLOCK_ZONE, &[("zone", &clock.zone)])) }
            }
        }
    }
}

fn lines(locale: &Locale, lines: &Value) -> Markup {
    let note = match locale.language {
        contracts::Language::Zh => "note_zh",
        contracts::Language::En => "note_en",
    };
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let counted = |value: &Value| value.as_str().and_then(|text| text.parse::<SignedDuration>().ok());
    html! {
        div.table-responsive {
            table.table.table-sm {
                thead {
                    tr {
                        th scope="col" { (locale.say(words::CLOCK_FROM)) }
                        th scope="col" { (locale.say(words::CLOCK_TO)) }
                        th scope="col" { (locale.say(words::CLOCK_COUNTED)) }
                        th scope="col" { (locale.say(words::CLOCK_NOTE)) }
                    }
                }
                tbody {
                    @for line in lines.as_array().into_iter().flatten() {
                        tr {
                            td { @if let Some(from) = time(&line["from"]) { (locale.near(from)) } }
                            td { @match time(&line["to"]) { Some(to) => (locale.near(to)), None => (locale.say(words::NO_TIME)) } }
                            td { @if let Some(counted) = counted(&line["counted"]).filter(|counted| !counted.is_zero()) { (locale.span(counted.as_secs())) } }
                            td { (line[note].as_str().unwrap_or_default()) }
                        }
                    }
                }
            }
        }
    }
}
