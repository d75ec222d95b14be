//! By which channels complaints come and who answers there; and how the messages of a playbook read, with an example
//! case, in both languages. All of it stands in the text of the playbook and is changed there.

use contracts::queries::intake::ChannelListed;
use contracts::queries::notification::{MessageRendered, MessageShown};
use contracts::{Language, Text};
use maud::{Markup, html};

use crate::Locale;
use crate::words::{Word, by_key, channels as words, shell};

/// The messages of a playbook in force, counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The playbook.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The version in force.
    pub version: u32,
    /// Templates of its own, and messages that cannot be rendered; none where notification does not answer.
    pub counts: Option<(usize, usize)>,
}

/// The room.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    /// The channels.
    pub listed: Vec<ChannelListed>,
    /// The playbooks in force.
    pub books: Vec<Counted>,
    /// The organisation's own calendar and its hours by day.
    pub hours: Option<(String, Vec<(Word, String)>)>,
}

/// The messages of a version.
#[derive(Debug, Clone)]
pub struct Messages {
    /// The playbook.
    pub id: String,
    /// The version.
    pub version: u32,
    /// How they read.
    pub all: Vec<MessageShown>,
    /// Whether the reader may change the playbook.
    pub may_change: bool,
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, channels: &Channels) -> Markup {
    html! {
        p.text-secondary { (locale.say(words::CHANNELS_HINT)) }
        (table(locale, channels))
        div.row.row-cards {
            div.col-lg-7 { (books(locale, channels)) }
            div.col-lg-5 { (hours(locale, channels)) }
        }
    }
}

fn table(locale: &Locale, channels: &Channels) -> Markup {
    if channels.listed.is_empty() {
        return html! { div.empty { p.empty-title { (locale.say(words::NO_CHANNELS)) } } };
    }
    html! {
        div.table-responsive.mb-3 {
            table.table.table-vcenter.card-table.stacked {
                thead { tr {
                    th scope="col" { (locale.say(words::CHANNEL)) }
                    th scope="col" { (locale.say(words::WHO_ANSWERS)) }
                    th scope="col" { (locale.say(words::ASKED_FIRST)) }
                    th scope="col" { (locale.say(words::LISTED_BY)) }
                } }
                tbody { @for one in &channels.listed { (channel(locale, channels, one)) } }
            }
        }
    }
}

fn channel(locale: &Locale, channels: &Channels, one: &ChannelListed) -> Markup {
    let role: Vec<_> =
        [&one.department, &one.role].into_iter().flatten().map(|text| locale.label(text)).collect();
    let called = |id: &str| {
        let book = channels.books.iter().find(|book| book.id == id);
        book.map_or(id, |book| locale.label(&book.title)).to_owned()
    };
    html! {
        tr {
            td { strong { (locale.label(&one.label)) } }
            td {
                @if role.is_empty() { span.text-secondary { (locale.say(words::NOBODY)) } } @else { (role.join(" · ")) }
                @if !one.people.is_empty() { div.text-secondary.small { (one.people.join(", ")) } }
            }
            td {
                @if !one.subject_has.is_empty() { div { (locale.fill(words::SUBJECT_HAS, &[("words", &one.subject_has.join(", "))])) } }
                @for option in &one.menu { div { code { (option.key) } " " (locale.label(&option.label)) } }
            }
            td {
                ul.plain { @for id in &one.playbooks { li { a href={ "/console/admin/playbooks/" (id) } { (called(id.as_str())) } } } }
            }
        }
    }
}

fn books(locale: &Locale, channels: &Channels) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::MESSAGES_OF)) }
                table.table.stacked.mb-0 {
                    thead { tr {
                        th scope="col" { (locale.say(words::PROCEDURE)) }
                        th scope="col" { (locale.say(words::OWN_COUNT)) }
                        th scope="col" { (locale.say(words::BROKEN_COUNT)) }
                    } }
                    tbody {
                        @for book in &channels.books {
                            tr {
                                td { a href={ "/console/admin/channels/" (book.id) "?version=" (book.version) } { (locale.label(&book.title)) } }
                                td { @if let Some((own, _)) = book.counts { (own) } @else { "–" } }
                                td { @if let Some((_, broken)) = book.counts { span.refused[broken > 0] { (broken) } } @else { "–" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn hours(locale: &Locale, channels: &Channels) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::HOURS)) }
                @match &channels.hours {
                    None => p.mb-0 { (locale.say(words::NO_HOURS)) },
                    Some((calendar, week)) => {
                        p.mb-2 { (locale.fill(words::HOURS_OF, &[("calendar", calendar)])) }
                        dl.glance {
                            @for (day, hours) in week { dt { (locale.say(*day)) } dd { @if hours.is_empty() { (locale.say(words::ALL_DAY)) } @else { (hours) } } }
                        }
                        p.mb-0 { a href="/console/admin/calendars" { (locale.say(words::TO_CALENDARS)) } }
                    },
                }
            }
        }
    }
}

/// The messages of a playbook.
#[must_use]
pub fn messages(locale: &Locale, shown: &Messages) -> Markup {
    let book = format!("/console/admin/playbooks/{}", shown.id);
    html! {
        p.text-secondary { (locale.say(words::MESSAGES_HINT)) }
        div.btn-list.mb-3 {
            @if shown.may_change { a.btn.btn-primary href={ (book) "/edit?version=" (shown.version) } { (locale.say(words::IN_TEXT)) } }
            a.btn href={ (book) "?version=" (shown.version) } { (locale.say(words::THE_PLAYBOOK)) }
            a.btn href="/console/admin/channels" { (locale.say(shell::BACK)) }
        }
        @for one in &shown.all { (message(locale, one)) }
    }
}

/// The messages that are being written, beside the text: those of the playbook itself.
pub(super) fn written(locale: &Locale, all: Option<&[MessageShown]>) -> Markup {
    let own = || all.into_iter().flatten().filter(|one| one.own);
    html! {
        section.mt-3 #messages {
            @if all.is_some() {
                details {
                    summary { (locale.say(words::HOW_THEY_READ)) }
                    p.text-secondary.mt-2 { (locale.say(if own().next().is_some() { words::ONLY_OWN } else { words::NONE_OWN })) }
                    @for one in own() { (message(locale, one)) }
                }
            }
        }
    }
}

/// How many of these cannot be rendered.
#[must_use]
pub fn broken(all: &[MessageShown]) -> usize {
    all.iter().filter(|one| one.rendered.iter().any(|text| text.fault.is_some())).count()
}

fn message(locale: &Locale, one: &MessageShown) -> Markup {
    let used = by_key(words::ALL, &format!("used-{}", one.template)).unwrap_or(words::USED_RUNG);
    html! {
        section.card.mb-3 id={ "t-" (one.template) } {
            div.card-body {
                div.between {
                    h2.h3 { code { (one.template) } }
                    span.badge.bg-azure-lt[one.own].bg-secondary-lt[!one.own] { (locale.say(if one.own { words::OWN } else { words::COMMON })) }
                }
                p.text-secondary { (locale.say(used)) }
                div.row.g-3 { @for text in &one.rendered { div.col-md-6 { (rendered(locale, text)) } } }
                details.mt-2 {
                    summary { (locale.say(words::WRITTEN)) }
                    div.row.g-3.mt-0 { @for language in [Language::Zh, Language::En] { div.col-md-6 { (source(one, language)) } } }
                    @if !one.names.is_empty() {
                        h3.h4 { (locale.say(words::PLACES)) }
                        dl.glance { @for name in &one.names { dt { code { (name) } } dd { (locale.say(meaning(name))) } } }
                    }
                }
            }
        }
    }
}

const fn tag(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh-CN",
        Language::En => "en",
    }
}

fn rendered(locale: &Locale, text: &MessageRendered) -> Markup {
    html! {
        div.letter {
            @if let Some(subject) = &text.subject { p.mb-1 { span.text-secondary { (locale.say(words::SUBJECT)) } " " strong lang=(tag(text.language)) { (subject) } } }
            @if let Some(body) = &text.body { p.mb-0.as-written lang=(tag(text.language)) { (body) } }
            @if let Some(fault) = &text.fault { p.refused.mb-0 { (locale.say(words::CANNOT)) " " code lang="en" { (fault) } } }
        }
    }
}

fn source(one: &MessageShown, language: Language) -> Markup {
    html! {
        @if let Some(subject) = &one.subject { pre.code lang=(tag(language)) { (subject.get(language)) } }
        pre.code lang=(tag(language)) { (one.body.get(language)) }
    }
}

/// What a place of a template holds.
fn meaning(name: &str) -> Word {
    match name.split_once('.') {
        Some(("facts", fact)) => by_key(crate::words::facts::ALL, fact).unwrap_or(words::NAME_FACT),
        Some(("scripts", _)) => words::NAME_SCRIPT,
        _ => by_key(words::ALL, &format!("name-{name}")).unwrap_or(words::NAME_FACT),
    }
}
