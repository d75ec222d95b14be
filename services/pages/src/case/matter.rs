//! What it is about: what the customer told, how to reach them, files, findings and the newest proposal.

use contracts::Fen;
use contracts::queries::intake::{Contact, FileListed, Told};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::carried;
use crate::words::{Word, case as words, portal, tasks};

/// What it is about.
#[derive(Debug, Clone, Default)]
pub struct Matter {
    /// What the customer told.
    pub told: Told,
    /// How to reach them.
    pub contact: Option<Contact>,
    /// Files, with the address of each.
    pub files: Vec<(FileListed, String)>,
    /// Where a file is added; nothing where the reader may not.
    pub upload: Option<Upload>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The newest proposal.
    pub proposal: Option<Proposal>,
}

/// Where a file is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// The address.
    pub address: String,
    /// The token and the key of the form.
    pub carried: (String, String),
    /// How large it may be, in megabytes.
    pub megabytes: usize,
}

/// Something that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub text: Option<String>,
    /// Where it comes from.
    pub source: Option<Word>,
    /// Who recorded it.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// A proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Its version.
    pub version: u64,
    /// The remedies with their amounts.
    pub remedies: Vec<(String, Fen)>,
    /// Their sum.
    pub total: Fen,
    /// Who is liable.
    pub liable: String,
    /// Why.
    pub reason: Option<String>,
    /// Who made it.
    pub by: Option<String>,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, matter: &Matter) -> Markup {
    let told = &matter.told;
    let rest: [(Word, &Option<String>); 3] =
        [(words::DEMAND, &told.demand), (words::OPINION, &told.opinion), (words::ORDER, &told.order_number)];
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::TOLD)) }
                @if let Some(narrative) = &told.narrative { blockquote.said { (narrative) } }
                dl.glance {
                    @for (label, text) in rest { @if let Some(text) = text { dt { (locale.say(label)) } dd { (text) } } }
                    @if let Some(contact) = &matter.contact { (reached(locale, contact)) }
                }
                @if !matter.files.is_empty() || matter.upload.is_some() { (files(locale, matter)) }
                @if !matter.findings.is_empty() {
                    h3.h5 { (locale.say(words::FINDINGS)) }
                    @for finding in &matter.findings { (found(locale, finding)) }
                }
                @if let Some(proposal) = &matter.proposal { (proposed(locale, proposal)) }
            }
        }
    }
}

fn reached(locale: &Locale, contact: &Contact) -> Markup {
    let lines = [
        (words::CONTACT_NAME, &contact.name),
        (words::CONTACT_PHONE, &contact.phone),
        (words::CONTACT_EMAIL, &contact.email),
    ];
    html! {
        @for (label, text) in lines { @if let Some(text) = text { dt { (locale.say(label)) } dd { (text) } } }
        @if contact.masked { dt {} dd.text-secondary.small { (locale.say(words::MASKED)) } }
    }
}

fn files(locale: &Locale, matter: &Matter) -> Markup {
    html! {
        h3.h5 { (locale.say(words::FILES)) }
        @if !matter.files.is_empty() {
            ul {
                @for (file, address) in &matter.files {
                    li { a href=(address) { (file.name) } span.text-secondary.small { " · " (file.bytes.div_ceil(1024)) " kB" } }
                }
            }
        }
        @if let Some(upload) = &matter.upload {
            details.mb-3 #add-file {
                summary { (locale.say(tasks::FILE_ADD)) }
                form.once method="post" action=(upload.address) enctype="multipart/form-data" {
                    (carried(&upload.carried.0, Some(&upload.carried.1)))
                    label.form-label for="file" { (locale.fill(words::FILE_HINT, &[("size", &upload.megabytes.to_string())])) }
                    input.form-control.mb-2 #file type="file" name="photos" required accept="image/*,application/pdf";
                    button.btn.btn-sm.btn-primary type="submit" data-busy=(locale.say(portal::SENDING)) { (locale.say(tasks::FILE_ADD)) }
                }
            }
        }
    }
}

fn found(locale: &Locale, finding: &Finding) -> Markup {
    html! {
        blockquote.said {
            @match &finding.text { Some(text) => (text), None => span.text-secondary { (locale.say(words::NOT_SHOWN)) } }
            div.text-secondary.small {
                @if let Some(source) = finding.source { (locale.say(source)) " · " }
                @if let Some(by) = &finding.by { (by) " · " }
                @if let Some(at) = finding.at { (locale.near(at)) }
            }
        }
    }
}

fn proposed(locale: &Locale, proposal: &Proposal) -> Markup {
    let version = proposal.version.to_string();
    html! {
        h3.h5 { (locale.say(words::PROPOSAL)) " · " (locale.fill(words::PROPOSAL_VERSION, &[("n", &version)])) @if let Some(by) = &proposal.by { " · " (by) } }
        dl.glance {
            @for (remedy, amount) in &proposal.remedies {
                dt { (remedy) }
                dd { @if amount.0 != 0 { (locale.money(*amount)) } }
            }
            dt { (locale.say(words::TOTAL)) }
            dd { strong { (locale.money(proposal.total)) } }
            dt { (locale.say(tasks::LIABLE)) }
            dd { (proposal.liable) }
            @if let Some(reason) = &proposal.reason { dt { (locale.say(words::REASON)) } dd { (reason) } }
        }
    }
}
