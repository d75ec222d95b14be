//! The guided form: gates that are passed one after the other, each a page of its own, phone-sized (R-032, P08).

use contracts::commands::intake::Guided as Passed;
use contracts::queries::intake::GuidedListed;
use contracts::{Language, Problem};
use maud::{Markup, html};

use super::guided_fields::{self, Choices};
use super::submit;
use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried, field, fields};
use crate::refusal;
use crate::words::{Word, guided as words, portal};

/// How many companies are listed at once.
const LISTED: usize = 20;
/// What a form says that it was made for: the company that is complained of.
pub const OF: &str = "of";
/// What a form says that it showed: the version of the notice.
pub const VERSION: &str = "version";
/// Which way its button goes.
pub const GO: &str = "go";
/// Where the name of a company is typed.
pub const NAME: &str = "/name";

/// A step. The first four are gates; then come the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The notice is read and agreed to.
    Notice,
    /// The province is chosen.
    Province,
    /// The company is chosen.
    Company,
    /// Its name is confirmed.
    Confirm,
    /// The data of the consumer.
    Consumer,
    /// What it is about; then it is sent.
    Business,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 6] =
        [Self::Notice, Self::Province, Self::Company, Self::Confirm, Self::Consumer, Self::Business];

    /// As addresses name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Province => "province",
            Self::Company => "company",
            Self::Confirm => "confirm",
            Self::Consumer => "consumer",
            Self::Business => "business",
        }
    }

    /// From an address.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// The one before; the first one itself.
    #[must_use]
    pub fn before(self) -> Self {
        Self::ALL.into_iter().rfind(|step| *step < self).unwrap_or(self)
    }

    /// The one behind; the last one itself.
    #[must_use]
    pub fn behind(self) -> Self {
        Self::ALL.into_iter().find(|step| *step > self).unwrap_or(self)
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> Word {
        match self {
            Self::Notice => words::NOTICE,
            Self::Province => words::PROVINCE,
            Self::Company => words::COMPANY,
            Self::Confirm => words::CONFIRM,
            Self::Consumer => words::CONSUMER,
            Self::Business => words::BUSINESS,
        }
    }
}

/// The form at one of its steps.
#[derive(Debug, Clone)]
pub struct Guided {
    /// Where the organisation's pages begin.
    pub base: String,
    /// Where it is.
    pub step: Step,
    /// The form.
    pub form: GuidedListed,
    /// The gates that were passed.
    pub passed: Passed,
    /// What there is to choose from.
    pub choices: Choices,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// Something to know before going on.
    pub told: Option<Word>,
    /// The number of the complaint that this form sent before.
    pub earlier: Option<String>,
    /// The key under which it is taken once.
    pub key: String,
    /// How many files there may be.
    pub files: usize,
    /// How large each, in megabytes.
    pub megabytes: usize,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Guided) -> Markup {
    let at = Step::ALL.iter().position(|step| *step == model.step).unwrap_or_default() + 1;
    let (n, all) = (at.to_string(), Step::ALL.len().to_string());
    let address = format!("{}/guided/{}", model.base, model.step.as_str());
    let with_files = (model.step == Step::Business).then_some("multipart/form-data");
    html! {
        div.container-narrow.portal {
            p.text-secondary.mb-1 { (locale.say(portal::SUBMIT)) " · " (locale.fill(words::STEP, &[("n", &n), ("all", &all)])) }
            div.passed aria-hidden="true" { @for step in Step::ALL { span.done[step <= model.step] {} } }
            h1.h2 { (locale.say(model.step.title())) }
            @if let Some(told) = model.told { div.alert.alert-warning role="status" { (locale.say(told)) } }
            @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
            @if let Some(number) = &model.earlier { (submit::sent_before(locale, &model.base, number)) }
            form.once method="post" action=(address) enctype=[with_files] {
                (carried(csrf, Some(&model.key)))
                @match model.step {
                    Step::Notice => (notice(locale, model)),
                    Step::Province => (province(locale, model)),
                    Step::Company => (company(locale, model)),
                    Step::Confirm => (confirm(locale, model)),
                    Step::Consumer => (consumer(locale, model)),
                    Step::Business => (business(locale, model)),
                }
            }
        }
    }
}

fn forward(locale: &Locale, word: Word) -> Markup {
    html! { button.btn.btn-primary.btn-lg.w-100.mb-2 type="submit" name=(GO) value="next" { (locale.say(word)) } }
}

fn back(locale: &Locale, word: Word) -> Markup {
    html! { button.btn.w-100 type="submit" name=(GO) value="back" formnovalidate { (locale.say(word)) } }
}

fn notice(locale: &Locale, model: &Guided) -> Markup {
    let version = model.form.notice_version.to_string();
    html! {
        input type="hidden" name=(VERSION) value=(version);
        div.card.mb-3 {
            div.card-body {
                div.notice { (locale.label(&model.form.notice)) }
                p.text-secondary.small.mb-0.mt-3 { (locale.fill(words::NOTICE_VERSION, &[("n", &version)])) }
            }
        }
        (forward(locale, words::AGREE))
        a.btn.w-100 href=(model.base) { (locale.say(words::DISAGREE)) }
        p.text-secondary.small.mt-3 { (locale.say(words::KEPT)) }
    }
}

fn province(locale: &Locale, model: &Guided) -> Markup {
    let choices = model.form.provinces.iter().map(|one| Choice::new(&one.key, one.label.clone())).collect();
    let asked = Field::new("/province", words::PROVINCE_FIELD, Control::Radio(choices)).required();
    html! {
        (field(locale, &asked, &chosen("/province", model.passed.province.as_ref()), model.problem.as_ref()))
        (forward(locale, words::NEXT))
        (back(locale, words::PREVIOUS))
    }
}

/// What stands in a group of choices.
fn chosen(at: &str, value: Option<&String>) -> Typed {
    Typed(value.map(|value| (at.to_owned(), value.clone())).into_iter().collect())
}

fn company(locale: &Locale, model: &Guided) -> Markup {
    let name = model.typed.get(NAME).unwrap_or_default();
    let province = model.form.province(&model.passed);
    let there = model.form.companies_in(province.map_or("", |one| one.key.as_str()));
    let mut found: Vec<_> = there.filter(|one| is_called(&one.label, name)).collect();
    let more = found.len() > LISTED;
    found.truncate(LISTED);
    let label = locale.fill(
        words::COMPANY_FIELD,
        &[("province", province.map_or("", |one| one.label.get(locale.language)))],
    );
    let choices: Vec<_> = found.iter().map(|one| Choice::new(&one.key, one.label.clone())).collect();
    let none = choices.is_empty();
    let asked = Field::new("/company", label, Control::Radio(choices)).required();
    html! {
        div.mb-3 {
            label.form-label for="name" { (locale.say(words::COMPANY_NAME)) }
            div.find {
                input.form-control #name name=(NAME) value=(name) type="search" autocomplete="off" maxlength="100" aria-describedby="name-hint";
                button.btn type="submit" name=(GO) value="find" formnovalidate { (locale.say(words::FIND)) }
            }
            div.form-hint #name-hint { (locale.say(words::COMPANY_NAME_HINT)) }
        }
        @if none {
            p role="status" { (locale.fill(words::NO_COMPANY, &[("name", name)])) }
        } @else {
            (field(locale, &asked, &chosen("/company", model.passed.company.as_ref()), model.problem.as_ref()))
            @if more { p.text-secondary { (locale.say(words::MORE_COMPANIES)) } }
            (forward(locale, words::NEXT))
        }
        (back(locale, words::PREVIOUS))
    }
}

/// Whether what was typed is a part of a name, in either language.
fn is_called(label: &contracts::Text, name: &str) -> bool {
    let name = name.to_lowercase();
    [Language::Zh, Language::En]
        .into_iter()
        .any(|language| label.get(language).to_lowercase().contains(&name))
}

/// The company as it was chosen, and that the form is about it.
fn whom(locale: &Locale, model: &Guided) -> Markup {
    let company = model.form.company(&model.passed);
    let province = model.form.province(&model.passed);
    html! {
        @if let (Some(company), Some(province)) = (company, province) {
            input type="hidden" name=(OF) value=(company.key);
            dl.receipt.mb-3 {
                dt { (locale.say(words::ABOUT_WHOM)) }
                dd.mb-1.whom { (locale.label(&company.label)) }
                dd.text-secondary { (locale.label(&province.label)) }
            }
        }
    }
}

fn confirm(locale: &Locale, model: &Guided) -> Markup {
    html! {
        div.card.mb-3 { div.card-body { (whom(locale, model)) p.mb-0 { (locale.say(words::CONFIRM_TEXT)) } } }
        (forward(locale, words::CONFIRM_YES))
        (back(locale, words::CONFIRM_NO))
    }
}

fn consumer(locale: &Locale, model: &Guided) -> Markup {
    html! {
        (whom(locale, model))
        (fields(locale, &guided_fields::of(&model.form.consumer, &model.choices), &model.typed, model.problem.as_ref()))
        p.text-secondary.small { (locale.say(portal::PRIVACY)) }
        (forward(locale, words::NEXT))
        (back(locale, words::PREVIOUS))
    }
}

fn business(locale: &Locale, model: &Guided) -> Markup {
    let problem = model.problem.as_ref();
    html! {
        (whom(locale, model))
        (fields(locale, &guided_fields::of(&model.form.business, &model.choices), &model.typed, problem))
        (submit::photos(locale, (model.files, model.megabytes), problem))
        button.btn.btn-primary.btn-lg.w-100.mb-2 type="submit" name=(GO) value="next" data-busy=(locale.say(portal::SENDING)) { (locale.say(portal::SEND)) }
        (back(locale, words::PREVIOUS))
    }
}
