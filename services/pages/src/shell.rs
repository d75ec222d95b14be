//! The frame of every page: head, navigation, who is signed in, language and appearance, and the place where the page
//! tells that it is live or has lost its connection.
//!
//! Nothing in a page is inline, neither style nor script: the Content-Security-Policy refuses both.

use contracts::Language;
use maud::{DOCTYPE, Markup, html};

use crate::Locale;
use crate::assets::address;
use crate::words::{Word, after, approvals, figures, leave, ledger, shell as words};

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    /// Read back; as the system has it for anything else.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }
    const fn word(self) -> Word {
        match self {
            Self::System => words::BY_SYSTEM,
            Self::Light => words::LIGHT,
            Self::Dark => words::DARK,
        }
    }
}

/// A place in the navigation of the staff. A new room of the console is a variant here, and in `words::shell`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The work lists.
    Work,
    /// Taking a complaint in.
    Register,
    /// The shift-handover log.
    Handovers,
    /// The queues, for a screen on the wall.
    Board,
    /// Whom to answer, contact and call back, and what they say to it.
    After,
    /// What waits for a decision.
    Approvals,
    /// Every case, with who holds it.
    Supervision,
    /// The figures of a period.
    Figures,
    /// The ledger.
    Ledger,
    /// The reports.
    Reports,
    /// The administrator's rooms.
    Administration,
}

impl Place {
    const fn word(self) -> Word {
        match self {
            Self::Work => words::MY_WORK,
            Self::Register => words::REGISTER,
            Self::Handovers => words::HANDOVERS,
            Self::Board => words::BOARD,
            Self::After => after::TITLE,
            Self::Approvals => approvals::TITLE,
            Self::Supervision => figures::SUPERVISION,
            Self::Figures => figures::TITLE,
            Self::Ledger => ledger::TITLE,
            Self::Reports => ledger::REPORTS,
            Self::Administration => words::ADMINISTRATION,
        }
    }
    /// Its address.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::Work => "/console/work",
            Self::Register => crate::desk::register::ADDRESS,
            Self::Handovers => crate::desk::handovers::ADDRESS,
            Self::Board => crate::desk::board::ADDRESS,
            Self::After => crate::after::ADDRESS,
            Self::Approvals => crate::approvals::ADDRESS,
            Self::Supervision => crate::supervision::ADDRESS,
            Self::Figures => crate::figures::ADDRESS,
            Self::Ledger => crate::ledger::ADDRESS,
            Self::Reports => crate::reports::ADDRESS,
            Self::Administration => "/console/admin",
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// Their department, in the reader's language.
    pub department: Option<String>,
}

/// What every page of one reader shares.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Language, zone, and what time it is.
    pub locale: Locale,
    /// Light or dark.
    pub theme: Theme,
    /// The address of the page itself, to come back to.
    pub path: String,
    /// What is to be known of every page now, such as in which zone its times are.
    pub warning: Option<Word>,
    /// What forms carry, so that no other site can send them.
    pub csrf: String,
    /// Who is signed in; nobody on the customer's pages.
    pub who: Option<Who>,
    /// The places that they may go to.
    pub places: Vec<Place>,
    /// Where the name of the product leads.
    pub home: String,
    /// The name beside it: the organisation's.
    pub house: String,
}

/// What one page is.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Its title.
    pub title: String,
    /// The place that it belongs to.
    pub place: Option<Place>,
    /// The address of the stream that tells when it changed, for a page that is live.
    pub live: Option<String>,
}

/// The attributes with which a live part of a page is fetched again whenever the stream tells that it changed. The part
/// is taken out of the page's own answer, so that there is one way to make it.
pub const CHANGED: &str = "changed from:#live throttle:400ms";
/// The same where the stream tells of the whole house.
pub const LATELY: &str = "changed from:#live throttle:1s";

/// A whole page.
#[must_use]
pub fn page(shell: &Shell, about: &About, content: &Markup) -> Markup {
    let locale = &shell.locale;
    html! {
        (DOCTYPE)
        html lang=(locale.tag()) data-bs-theme=(if shell.theme == Theme::Dark { "dark" } else { "light" })
            data-theme=(shell.theme.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"extensions":"sse","morphIgnore":["data-htmx-powered","open"],"sse":{"reconnectMaxDelay":5000}}"#;
                title { (about.title) " · " (shell.house) }
                link rel="icon" href=(address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(address("tabler.css"));
                link rel="stylesheet" href=(address("console.css"));
                script src=(address("console.js")) {}
                script src=(address("htmx.js")) defer {}
                script src=(address("sse.js")) defer {}
            }
            body {
                a.skip href="#content" { (locale.say(words::SKIP)) }
                div.page {
                    (bar(shell, about))
                    div.page-wrapper {
                        main #content .page-body tabindex="-1" data-kept=(locale.say(words::TYPED_KEPT)) data-who=[shell.who.as_ref().map(|who| who.name.as_str())] {
                            div.container-xl {
                                @if let Some(warning) = shell.warning { div.alert.alert-warning role="status" { (locale.say(warning)) } }
                                (content)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bar(shell: &Shell, about: &About) -> Markup {
    let locale = &shell.locale;
    html! {
        header.navbar.navbar-expand.d-print-none {
            div.container-xl {
                a.brand href=(shell.home) {
                    img src=(address("icon.svg")) alt="" width="28" height="28";
                    span { (shell.house) }
                }
                @if !shell.places.is_empty() {
                    nav aria-label=(locale.say(words::NAVIGATION)) {
                        ul.places {
                            @for place in &shell.places {
                                li { a href=(place.address()) aria-current=[(about.place == Some(*place)).then_some("page")] { (locale.say(place.word())) } }
                            }
                        }
                    }
                }
                div.ms-auto.bar-end {
                    @if let Some(address) = &about.live { (live(locale, address, &shell.path)) }
                    (menu(shell))
                }
            }
        }
    }
}

/// Whether the page is live: said in words, not by colour alone, and loudly only when it is not.
fn live(locale: &Locale, address: &str, path: &str) -> Markup {
    html! {
        div #live hx-sse:connect=(address) hx-swap="none" role="status" aria-live="polite" data-state="waiting" {
            span.live-over { (locale.say(words::LIVE_OVER)) " " a href=(path) { (locale.say(words::OPEN_AGAIN)) } }
            span.live-on { (locale.say(words::LIVE)) }
            span.live-off { (locale.say(words::LIVE_LOST)) }
        }
    }
}

fn menu(shell: &Shell) -> Markup {
    let locale = &shell.locale;
    html! {
        details.menu {
            summary {
                @match &shell.who {
                    Some(who) => span { (who.name) @if let Some(department) = &who.department { span.text-secondary.wide { " · " (department) } } },
                    None => span { (locale.say(words::LANGUAGE)) },
                }
            }
            div.menu-list {
                (preference(shell, "language", words::LANGUAGE, &[
                    ("zh", words::CHINESE, locale.language == Language::Zh),
                    ("en", words::ENGLISH, locale.language == Language::En),
                ]))
                (preference(shell, "theme", words::THEME, &Theme::ALL.map(|theme| (theme.as_str(), theme.word(), theme == shell.theme))))
                @if shell.places.contains(&Place::Work) { a.btn.w-100 href=(crate::leave::ADDRESS) { (locale.say(leave::TITLE)) } }
                @if shell.who.is_some() {
                    form method="post" action="/console/sign-out" {
                        input type="hidden" name="csrf" value=(shell.csrf);
                        button.btn.w-100 type="submit" { (locale.say(words::SIGN_OUT)) }
                    }
                }
            }
        }
    }
}

fn preference(shell: &Shell, name: &str, label: Word, choices: &[(&str, Word, bool)]) -> Markup {
    html! {
        form.preference method="post" action="/preferences" {
            input type="hidden" name="csrf" value=(shell.csrf);
            input type="hidden" name="back" value=(shell.path);
            span.text-secondary #{ "pref-" (name) } { (shell.locale.say(label)) }
            div.btn-group.w-100 role="group" aria-labelledby={ "pref-" (name) } {
                @for (value, word, chosen) in choices {
                    button.btn.btn-sm.active[*chosen] type="submit" name=(name) value=(value)
                        aria-pressed=(chosen.to_string()) { (shell.locale.say(*word)) }
                }
            }
        }
    }
}
