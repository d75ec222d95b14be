//! How every service is: how far it is behind those it hears, what it has said and not yet handed over, what waits for a
//! person, and its timers. Words say first whether anything has to be done; the figures stand beside them.

use contracts::ServiceName;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{Word, admin as words, by_key};

/// How late the oldest event may be before the outbox counts as stuck, in seconds.
const STUCK_SECONDS: u64 = 30;
/// How many messages may be under way before a service counts as behind.
const BEHIND: u64 = 500;

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Which.
    pub name: ServiceName,
    /// How many programs of it answer.
    pub replicas: u64,
    /// How it is; none when it does not answer.
    pub state: Option<State>,
}

/// How a service is, as it says itself.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Events said and not yet on the stream.
    pub unpublished: u64,
    /// How long the oldest of them waits, in seconds.
    pub oldest_seconds: u64,
    /// Events that wait for the one before them.
    pub held: u64,
    /// What waits for a person.
    pub parked: u64,
    /// Timers that should have fired.
    pub timers_late: u64,
    /// When the next timer is due.
    pub next_timer: Option<Timestamp>,
    /// What the answering program has handled since its start.
    pub handled: u64,
    /// How far it is behind each service that it hears.
    pub sources: Vec<Source>,
}

/// How far a service is behind another.
#[derive(Debug, Clone)]
pub struct Source {
    /// The other.
    pub name: ServiceName,
    /// Messages not yet handled; none where the transport does not say.
    pub behind: Option<u64>,
    /// When the oldest of them was said.
    pub oldest: Option<Timestamp>,
}

impl State {
    /// Messages of all sources that are not yet handled.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.sources.iter().filter_map(|source| source.behind).sum()
    }
}

impl Service {
    /// What has to be looked at, most important first; nothing when all is well.
    #[must_use]
    pub fn troubles(&self) -> Vec<Word> {
        let Some(state) = &self.state else { return vec![words::AWAY] };
        let all = [
            (state.parked > 0, words::WAITS_FOR_A_PERSON),
            (state.oldest_seconds > STUCK_SECONDS, words::OUTBOX_STUCK),
            (state.timers_late > 0, words::TIMERS_LATE_NOW),
            (state.behind() > BEHIND, words::IS_BEHIND),
            (state.held > 0, words::HOLDS),
        ];
        all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect()
    }
}

/// What a service is called.
#[must_use]
pub fn name(service: ServiceName) -> Word {
    by_key(words::ALL, &format!("service-{service}")).unwrap_or(words::SERVICE_INTAKE)
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, services: &[Service]) -> Markup {
    let troubled = services.iter().filter(|service| !service.troubles().is_empty()).count();
    html! {
        div #system hx-get="/console/admin/system" hx-trigger="every 5s" hx-select="#system" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            p role="status" {
                @if troubled == 0 { (locale.say(words::ALL_WELL)) }
                @else { (locale.fill(words::SOME_NOT_WELL, &[("n", &troubled.to_string())])) }
                span.text-secondary { " " (locale.fill(words::AS_OF, &[("time", &locale.time(locale.now))])) }
            }
            div.services { @for service in services { (card(locale, service)) } }
        }
    }
}

fn card(locale: &Locale, service: &Service) -> Markup {
    let troubles = service.troubles();
    html! {
        section.card aria-labelledby={ "s-" (service.name) } {
            div.card-body {
                div.between {
                    h2.h3.mb-0 #{ "s-" (service.name) } { (locale.say(name(service.name))) }
                    code.text-secondary { (service.name) }
                }
                @if troubles.is_empty() { p.well { (locale.say(words::IN_ORDER)) } }
                @else { ul.troubles { @for trouble in troubles { li { (locale.say(trouble)) } } } }
                @if let Some(state) = &service.state { (figures(locale, service, state)) }
            }
        }
    }
}

fn figures(locale: &Locale, service: &Service, state: &State) -> Markup {
    let oldest = i64::try_from(state.oldest_seconds).unwrap_or(i64::MAX);
    html! {
        dl.glance.mb-2 {
            dt { (locale.say(words::REPLICAS)) } dd { (service.replicas) }
            dt { (locale.say(words::LAG)) } dd { (state.behind()) }
            dt { (locale.say(words::OUTBOX)) }
            dd { (state.unpublished) @if state.unpublished > 0 { " · " (locale.fill(words::OLDEST, &[("span", &locale.span(oldest))])) } }
            dt { (locale.say(words::HELD)) } dd { (state.held) }
            dt { (locale.say(words::PARKED)) }
            dd {
                @if state.parked > 0 { a href={ "/console/admin/parked?service=" (service.name) } { (state.parked) } } @else { "0" }
            }
            dt { (locale.say(words::TIMERS_LATE)) } dd { (state.timers_late) }
            dt { (locale.say(words::NEXT_TIMER)) } dd { (state.next_timer.map_or_else(|| "–".to_owned(), |at| locale.near(at))) }
            dt { (locale.say(words::HANDLED)) } dd { (state.handled) }
        }
        @if !state.sources.is_empty() {
            details.small {
                summary { (locale.say(words::HEARS)) }
                ul.plain { @for source in &state.sources { (heard(locale, source)) } }
            }
        }
    }
}

fn heard(locale: &Locale, source: &Source) -> Markup {
    html! {
        li {
            (locale.say(name(source.name))) ": "
            @match source.behind {
                None => (locale.say(words::NOT_TOLD)),
                Some(behind) => (behind),
            }
            @if let Some(oldest) = source.oldest { " · " (locale.ago(oldest)) }
        }
    }
}
