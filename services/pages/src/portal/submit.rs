//! Telling what happened.

use contracts::Problem;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried, field, fields};
use crate::refusal;
use crate::words::portal as words;

/// The form.
#[derive(Debug, Clone, Default)]
pub struct Submit {
    /// Where the organisation's pages begin.
    pub base: String,
    /// What it may be about.
    pub categories: Vec<Choice>,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The number of the complaint that this form sent before what is typed now.
    pub earlier: Option<String>,
    /// The key under which it is taken once.
    pub key: String,
    /// How many files there may be.
    pub files: usize,
    /// How large each, in megabytes.
    pub megabytes: usize,
}

/// The fields, in the order in which they are asked; their places are those of the order `complaint.register`.
#[must_use]
pub fn form(categories: &[Choice]) -> Vec<Field> {
    let mut all = vec![
        Field::new("/narrative", words::WHAT_HAPPENED, Control::Paragraph)
            .required()
            .hint(words::WHAT_HAPPENED_HINT),
    ];
    if !categories.is_empty() {
        all.push(Field::new("/category", words::ABOUT, Control::Choice(categories.to_vec())));
    }
    all.extend([
        Field::new("/demand", words::WHAT_YOU_WANT, Control::Line).hint(words::WHAT_YOU_WANT_HINT),
        Field::new("/order_number", words::ORDER, Control::Line).hint(words::ORDER_HINT),
    ]);
    all
}

/// How the customer is reached.
#[must_use]
pub fn contact() -> Vec<Field> {
    vec![
        Field::new("/complainant/name", words::YOUR_NAME, Control::Line),
        Field::new("/complainant/phone", words::YOUR_PHONE, Control::Phone),
        Field::new("/complainant/email", words::YOUR_EMAIL, Control::Email),
    ]
}

/// That the first sending is on record without what was changed since, and what can be done about it.
#[must_use]
pub fn sent_before(locale: &Locale, base: &str, number: &str) -> Markup {
    html! {
        div.alert.alert-warning role="alert" {
            div {
                strong { (locale.fill(words::SENT_BEFORE, &[("number", number)])) }
                p.mb-1 { (locale.say(words::SENT_BEFORE_TEXT)) }
                a.alert-link href={ (base) "/receipt" } { (locale.say(words::SENT_BEFORE_RECEIPT)) }
            }
        }
    }
}

/// Where photographs are added: so many, each of at most so many megabytes.
pub(super) fn photos(
    locale: &Locale,
    (most, megabytes): (usize, usize),
    problem: Option<&Problem>,
) -> Markup {
    let (count, size) = (most.to_string(), megabytes.to_string());
    html! {
        div.mb-3 {
            label.form-label for="photos" { (locale.say(words::PHOTOS)) }
            input.form-control #photos type="file" name="photos" multiple accept="image/*,application/pdf" aria-describedby="photos-hint";
            div.form-hint #photos-hint { (locale.fill(words::PHOTOS_HINT, &[("n", &count), ("size", &size)])) }
            @if let Some(wrong) = refusal::at(problem, "/files") {
                div.refused { (wrong.code.title(locale.language)) }
            }
        }
    }
}

/// The page. It is sent as one form with its files, so that it works where nothing but HTML does.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Submit) -> Markup {
    let problem = model.problem.as_ref();
    html! {
        div.container-narrow.portal {
            h1 { (locale.say(words::SUBMIT)) }
            @if let Some(problem) = problem { (refusal::alert(locale, problem)) }
            @if let Some(number) = &model.earlier { (sent_before(locale, &model.base, number)) }
            form.once method="post" action={ (model.base) "/submit" } enctype="multipart/form-data" {
                (carried(csrf, Some(&model.key)))
                (fields(locale, &form(&model.categories), &model.typed, problem))
                fieldset.contact {
                    legend.h3 { (locale.say(words::CONTACT)) }
                    p.text-secondary.small { (locale.say(words::CONTACT_HINT)) }
                    @if refusal::at(problem, "/complainant").is_some() { div.refused { (locale.say(words::ONE_CONTACT)) } }
                    @for one in contact() { (field(locale, &one, &model.typed, problem)) }
                }
                (photos(locale, (model.files, model.megabytes), problem))
                p.text-secondary.small { (locale.say(words::PRIVACY)) }
                button.btn.btn-primary.btn-lg.w-100 type="submit" data-busy=(locale.say(words::SENDING)) { (locale.say(words::SEND)) }
            }
        }
    }
}
