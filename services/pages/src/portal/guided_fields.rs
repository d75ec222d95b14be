//! What a guided form asks, as fields: the playbook says which, and may call them otherwise.

use contracts::queries::intake::FieldAsked;
use jiff::tz::TimeZone;

use crate::forms::{Choice, Control, Field};
use crate::words::{Word, desk, guided as words, portal};

/// What there is to choose from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// What it may be about.
    pub categories: Vec<Choice>,
    /// Natures of the matter.
    pub kinds: Vec<Choice>,
    /// Who complains.
    pub customer_types: Vec<Choice>,
    /// The zone that times are meant in.
    pub zone: TimeZone,
}

/// The fields. Photographs stand at the end of every form, and where there is nothing to choose from, nothing is asked.
#[must_use]
pub fn of(asked: &[FieldAsked], choices: &Choices) -> Vec<Field> {
    asked.iter().filter_map(|one| field(one, choices)).collect()
}

fn field(asked: &FieldAsked, choices: &Choices) -> Option<Field> {
    let (word, control) = usual(&asked.field, choices)?;
    if matches!(&control, Control::Choice(choices) if choices.is_empty()) {
        return None;
    }
    let field = match &asked.label {
        Some(label) => Field::new(asked.at.clone(), label.clone(), control),
        None => Field::new(asked.at.clone(), word, control),
    };
    let field = match asked.field.as_str() {
        "narrative" => field.hint(portal::WHAT_HAPPENED_HINT),
        "demand" => field.hint(portal::WHAT_YOU_WANT_HINT),
        "order" => field.hint(portal::ORDER_HINT),
        _ => field,
    };
    Some(if asked.required { field.required() } else { field })
}

/// What a field is called where the playbook says nothing, and how it is filled in.
fn usual(field: &str, choices: &Choices) -> Option<(Word, Control)> {
    Some(match field {
        "name" => (portal::YOUR_NAME, Control::Line),
        "phone" => (portal::YOUR_PHONE, Control::Phone),
        "email" => (portal::YOUR_EMAIL, Control::Email),
        "address" => (words::ADDRESS, Control::Line),
        "alternative_contact" => (words::OTHER_CONTACT, Control::Line),
        "customer_type" => (words::CUSTOMER_TYPE, Control::Choice(choices.customer_types.clone())),
        "customer_number" => (words::CUSTOMER_NUMBER, Control::Line),
        "kind" => (words::KIND, Control::Choice(choices.kinds.clone())),
        "category" => (portal::ABOUT, Control::Choice(choices.categories.clone())),
        "narrative" => (portal::WHAT_HAPPENED, Control::Paragraph),
        "opinion" => (words::OPINION, Control::Paragraph),
        "demand" => (portal::WHAT_YOU_WANT, Control::Paragraph),
        "amount" => (desk::AMOUNT, Control::Money),
        "occurred_at" => (desk::OCCURRED_AT, Control::Line),
        "place" => (desk::PLACE, Control::Line),
        "order" => (portal::ORDER, Control::Line),
        "product" => (desk::PRODUCT, Control::Line),
        "batch" => (desk::BATCH, Control::Line),
        "quantity" => (desk::QUANTITY, Control::Line),
        "vehicle" => (desk::VEHICLE, Control::Line),
        "answer_by" => (words::ANSWER_BY, Control::Moment(choices.zone.clone())),
        _ => return None,
    })
}
