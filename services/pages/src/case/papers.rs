//! The forms of the playbook that are filled in with a case: how each stands, and one of them whole.

use maud::{Markup, html};

use super::acts::Deed;
use crate::Locale;
use crate::words::{Word, case as words};

/// A form, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// Where it is shown whole.
    pub address: String,
    /// How it stands.
    pub state: Word,
    /// The fields that are still missing, or the roles that have not signed.
    pub lacks: Option<String>,
}

/// A form, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The address of the case.
    pub case: String,
    /// Its number.
    pub number: String,
    /// What the form is called.
    pub label: String,
    /// Its fields, with what stands in them.
    pub fields: Vec<(String, Option<String>)>,
    /// Who signed, by role; nothing where nobody has.
    pub signatures: Vec<(String, Option<String>)>,
    /// What may be done with it.
    pub deeds: Vec<Deed>,
}

/// The section; nothing where the playbook has no forms.
#[must_use]
pub fn view(locale: &Locale, lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section.card.mb-3 {
                div.card-body {
                    h2.h4 { (locale.say(words::PAPERS)) }
                    ul {
                        @for line in lines {
                            li {
                                a href=(line.address) { (line.label) }
                                " " span.badge.bg-secondary-lt { (locale.say(line.state)) }
                                @if let Some(lacks) = &line.lacks { div.text-secondary.small { (lacks) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The page of one form.
#[must_use]
pub fn page(locale: &Locale, paper: &Paper) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (paper.label) }
            p.text-secondary.mb-0 { a href=(paper.case) { (locale.fill(words::TITLE, &[("number", &paper.number)])) } }
        }
        section.card.mb-3 {
            div.card-body {
                dl.glance {
                    @for (label, value) in &paper.fields {
                        dt { (label) }
                        dd.said { @match value { Some(value) => (value), None => span.text-secondary { (locale.say(words::EMPTY)) } } }
                    }
                    @for (role, signed) in &paper.signatures {
                        dt { (locale.fill(words::SIGNED_AS, &[("role", role)])) }
                        dd { @match signed { Some(signed) => (signed), None => span.text-secondary { (locale.say(words::UNSIGNED)) } } }
                    }
                }
                div.btn-list { @for deed in &paper.deeds { (offered(locale, deed)) } }
            }
        }
    }
}

fn offered(locale: &Locale, deed: &Deed) -> Markup {
    html! {
        @match deed.why_not {
            None => a.btn.btn-primary href=(deed.address) { (deed.name) },
            Some(why) => span.text-secondary { (deed.name) ": " (locale.say(why)) },
        }
    }
}
