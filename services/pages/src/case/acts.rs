//! What the reader may do with the case, and why the rest is not possible now: nothing is hidden, so that nobody has to
//! guess whether it is they, the hour or the case.

use maud::{Markup, html};

use crate::Locale;
use crate::forms::carried;
use crate::words::{Word, case as words, work};

/// What may be done, and what may not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acts {
    /// Where orders about its work go, such as `/console/work`.
    pub work: String,
    /// The address of the case.
    pub case: String,
    /// Its id and number, as orders carry them.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// Its acts.
    pub all: Vec<Act>,
    /// What else could be done with the case.
    pub more: Vec<Deed>,
}

/// Something else that could be done: an order with a form of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What it is called, and of what.
    pub name: String,
    /// Where its form is.
    pub address: String,
    /// Why it is not possible now; nothing when it is.
    pub why_not: Option<Word>,
}

/// One thing that could be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The piece of work.
    pub work: String,
    /// What it is called.
    pub name: String,
    /// Whether it is possible.
    pub can: Can,
    /// The key under which a claim is done once.
    pub key: String,
}

/// Whether the reader may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Can {
    /// They hold it: there is a form.
    Do,
    /// It waits in the queue of their department.
    Claim,
    /// Somebody else holds it.
    HeldBy(String),
    /// It waits in the queue of another department.
    QueueOf(String),
    /// None of their roles may.
    NoRole,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, csrf: &str, acts: &Acts) -> Markup {
    let possible: Vec<_> = acts.all.iter().filter(|act| matches!(act.can, Can::Do | Can::Claim)).collect();
    let others: Vec<_> = acts.all.iter().filter(|act| !matches!(act.can, Can::Do | Can::Claim)).collect();
    let more: Vec<_> = acts.more.iter().filter(|deed| deed.why_not.is_none()).collect();
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::ACTIONS)) }
                @if possible.is_empty() && more.is_empty() { p.text-secondary.mb-0 { (locale.say(words::NOTHING_POSSIBLE)) } }
                @if !possible.is_empty() { ul.acts { @for act in &possible { li { (one(locale, csrf, acts, act)) } } } }
                @if !more.is_empty() {
                    ul.deeds-more aria-label=(locale.say(words::MORE_ACTIONS)) {
                        @for deed in &more { li { a.btn.btn-sm href=(deed.address) { (deed.name) } } }
                    }
                }
                (impossible(locale, &others, &acts.more))
            }
        }
    }
}

/// What may not be done now, and why: folded away, unless somebody waits for it.
fn impossible(locale: &Locale, others: &[&Act], more: &[Deed]) -> Markup {
    let more: Vec<_> = more.iter().filter_map(|deed| Some((deed, deed.why_not?))).collect();
    html! {
        @if !others.is_empty() || !more.is_empty() {
            details.small.mt-2 #not-possible {
                summary { (locale.say(words::NOT_POSSIBLE)) }
                ul.acts {
                    @for act in others { li { span { (act.name) } span.text-secondary { (why(locale, &act.can)) } } }
                    @for (deed, why) in &more { li { span { (deed.name) } span.text-secondary { (locale.say(*why)) } } }
                }
            }
        }
    }
}

fn one(locale: &Locale, csrf: &str, acts: &Acts, act: &Act) -> Markup {
    let order = |name: &str| format!("{}/{}/{name}", acts.work, act.work);
    let hidden = html! {
        (carried(csrf, Some(&act.key)))
        input type="hidden" name="complaint" value=(acts.complaint);
        input type="hidden" name="number" value=(acts.number);
        input type="hidden" name="back" value=(acts.case);
    };
    html! {
        span { (act.name) }
        @if act.can == Can::Do {
            a.btn.btn-primary.btn-sm href={ (acts.case) "/do/" (act.work) } { (locale.say(work::WORK_ON_IT)) }
            details.menu.inline {
                summary.btn.btn-sm { (locale.say(work::HAND_BACK)) }
                form.menu-list method="post" action=(order("hand-back")) {
                    (hidden)
                    label.form-label for={ "why-" (act.work) } { (locale.say(work::HAND_BACK_WHY)) }
                    textarea.form-control.mb-2 id={ "why-" (act.work) } name="/reason" rows="2" required {}
                    button.btn.btn-sm.btn-warning type="submit" { (locale.say(work::HAND_BACK)) }
                }
            }
        } @else {
            form method="post" action=(order("claim")) {
                (hidden)
                button.btn.btn-primary.btn-sm type="submit" { (locale.say(work::CLAIM)) }
            }
        }
    }
}

fn why(locale: &Locale, can: &Can) -> String {
    let plain = |word: Word| locale.say(word).to_owned();
    match can {
        Can::HeldBy(name) => locale.fill(words::HELD_BY_OTHER, &[("name", name)]),
        Can::QueueOf(department) => locale.fill(words::OTHER_DEPARTMENT, &[("department", department)]),
        Can::NoRole => plain(words::NO_ROLE),
        Can::Claim | Can::Do => plain(words::CLAIM_FIRST),
    }
}
