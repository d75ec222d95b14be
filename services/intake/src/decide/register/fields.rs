//! Where each field that a playbook may ask for stands in the body, and how long it may be.

use std::borrow::Cow;

use contracts::commands::intake::{Complainant, RegisterComplaint};
use contracts::{FactKey, FactValue, Facts, FileId, Problem, ProblemCode};
use playbook::{IntakeField, Playbook};

use crate::decide::reading::missing;

/// Who complains when nothing is said.
pub(crate) const USUAL_CUSTOMER: &str = "consumer";
/// The nature of the matter when nothing is said.
pub(super) const USUAL_KIND: &str = "complaint";

/// An empty text is no text: forms send one for a field that nobody filled in.
pub(super) fn tidy(body: &mut RegisterComplaint) {
    for field in [
        &mut body.kind,
        &mut body.customer_type,
        &mut body.opinion,
        &mut body.demand,
        &mut body.order_number,
        &mut body.matter,
    ] {
        drop_blank(field);
    }
    tidy_rest(&mut body.complainant, &mut body.facts, &mut body.files);
}

/// Takes away a text without a word in it.
pub(in crate::decide) fn drop_blank(field: &mut Option<String>) {
    if field.as_deref().is_some_and(|text| text.trim().is_empty()) {
        *field = None;
    }
}

/// The same for a person and for facts; files are named once.
pub(in crate::decide) fn tidy_rest(person: &mut Complainant, facts: &mut Facts, files: &mut Vec<FileId>) {
    for field in
        [&mut person.name, &mut person.phone, &mut person.email, &mut person.address, &mut person.other]
    {
        drop_blank(field);
    }
    facts.retain(|_, value| !matches!(value, FactValue::Text(text) if text.is_empty()));
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(*file));
}

/// The longest text of a field where the playbook says nothing, in characters; none for fields that are no text.
pub(super) const fn usual_length(field: IntakeField) -> Option<usize> {
    match field {
        IntakeField::Name => Some(100),
        IntakeField::Phone => Some(40),
        IntakeField::Email => Some(254),
        IntakeField::Address => Some(300),
        IntakeField::AlternativeContact | IntakeField::CustomerNumber => Some(200),
        IntakeField::Narrative => Some(20_000),
        IntakeField::Opinion => Some(4_000),
        IntakeField::Demand => Some(2_000),
        IntakeField::Order => Some(64),
        IntakeField::OccurredAt
        | IntakeField::Place
        | IntakeField::Product
        | IntakeField::Batch
        | IntakeField::Quantity
        | IntakeField::Vehicle => Some(200),
        IntakeField::Contact
        | IntakeField::CustomerType
        | IntakeField::Kind
        | IntakeField::Category
        | IntakeField::Amount
        | IntakeField::ToldAt
        | IntakeField::ComplainedDepartment
        | IntakeField::ComplainedPerson
        | IntakeField::Evidence
        | IntakeField::AnswerBy => None,
    }
}

/// The JSON pointer of a field.
pub(crate) const fn pointer(field: IntakeField) -> &'static str {
    match field {
        IntakeField::Name => "/complainant/name",
        IntakeField::Phone => "/complainant/phone",
        IntakeField::Email => "/complainant/email",
        IntakeField::Address => "/complainant/address",
        IntakeField::Contact => "/complainant",
        IntakeField::AlternativeContact => "/complainant/other",
        IntakeField::CustomerType => "/customer_type",
        IntakeField::CustomerNumber => "/facts/form_customer_number",
        IntakeField::Kind => "/kind",
        IntakeField::Category => "/category",
        IntakeField::Narrative => "/narrative",
        IntakeField::Opinion => "/opinion",
        IntakeField::Demand => "/demand",
        IntakeField::Amount => "/amount",
        IntakeField::OccurredAt => "/facts/form_occurred_at",
        IntakeField::ToldAt => "/received_at",
        IntakeField::Place => "/facts/form_place",
        IntakeField::Order => "/order_number",
        IntakeField::Product => "/facts/form_product",
        IntakeField::Batch => "/facts/form_batch",
        IntakeField::Quantity => "/facts/form_quantity",
        IntakeField::Vehicle => "/facts/form_vehicle",
        IntakeField::ComplainedDepartment => "/complained_of",
        IntakeField::ComplainedPerson => "/complained_of_person",
        IntakeField::Evidence => "/files",
        IntakeField::AnswerBy => "/facts/customer_limit",
    }
}

/// What was given for a field.
fn given(body: &RegisterComplaint, field: IntakeField) -> Option<Cow<'_, str>> {
    let person = &body.complainant;
    let text = |text: &'_ Option<String>| text.clone().map(Cow::Owned);
    let there = |is: bool| is.then_some(Cow::Borrowed("given"));
    match field {
        IntakeField::Name => text(&person.name),
        IntakeField::Phone => text(&person.phone),
        IntakeField::Email => text(&person.email),
        IntakeField::Address => text(&person.address),
        IntakeField::Contact => {
            let ways = [&person.phone, &person.email, &person.address, &person.other];
            there(ways.iter().any(|way| way.is_some()))
        }
        IntakeField::AlternativeContact => text(&person.other),
        IntakeField::CustomerType => text(&body.customer_type),
        IntakeField::Kind => text(&body.kind),
        IntakeField::Category => there(body.category.is_some()),
        IntakeField::Narrative => there(!body.narrative.trim().is_empty()),
        IntakeField::Opinion => text(&body.opinion),
        IntakeField::Demand => text(&body.demand),
        IntakeField::Amount => there(body.amount.is_some()),
        IntakeField::ToldAt => there(body.received_at.is_some()),
        IntakeField::Order => text(&body.order_number),
        IntakeField::ComplainedDepartment => there(body.complained_of.is_some()),
        IntakeField::ComplainedPerson => there(body.complained_of_person.is_some()),
        IntakeField::Evidence => there(!body.files.is_empty()),
        IntakeField::CustomerNumber
        | IntakeField::OccurredAt
        | IntakeField::Place
        | IntakeField::Product
        | IntakeField::Batch
        | IntakeField::Quantity
        | IntakeField::Vehicle
        | IntakeField::AnswerBy => {
            let key = pointer(field).strip_prefix("/facts/").and_then(|key| FactKey::new(key).ok())?;
            body.facts.get(&key).and_then(FactValue::as_text).map(Cow::Borrowed)
        }
    }
}

/// The text of a field, where it is one whose length is limited.
pub(super) fn text(body: &RegisterComplaint, field: IntakeField) -> Option<Cow<'_, str>> {
    match field {
        IntakeField::Narrative => Some(Cow::Borrowed(&body.narrative)),
        IntakeField::Name
        | IntakeField::Phone
        | IntakeField::Email
        | IntakeField::Address
        | IntakeField::Contact
        | IntakeField::AlternativeContact
        | IntakeField::CustomerType
        | IntakeField::CustomerNumber
        | IntakeField::Kind
        | IntakeField::Category
        | IntakeField::Opinion
        | IntakeField::Demand
        | IntakeField::Amount
        | IntakeField::OccurredAt
        | IntakeField::ToldAt
        | IntakeField::Place
        | IntakeField::Order
        | IntakeField::Product
        | IntakeField::Batch
        | IntakeField::Quantity
        | IntakeField::Vehicle
        | IntakeField::ComplainedDepartment
        | IntakeField::ComplainedPerson
        | IntakeField::Evidence
        | IntakeField::AnswerBy => given(body, field),
    }
}

/// The longest text that this playbook takes for a field; never more than what can be stored.
pub(in crate::decide) fn longest(playbook: Option<&Playbook>, field: IntakeField) -> Option<usize> {
    let usual = usual_length(field)?;
    let rule = playbook.and_then(|known| known.intake.fields.iter().find(|rule| rule.field == field));
    let own = rule.and_then(|rule| rule.max_length).and_then(|length| usize::try_from(length).ok());
    Some(own.map_or(usual, |own| own.min(usual)))
}

/// The mandatory fields that are missing: those of the playbook, and the facts that its first stage
/// asks for.
pub(super) fn missing_fields(
    body: &RegisterComplaint,
    playbook: &playbook::CompiledPlaybook,
) -> Vec<Problem> {
    let mut findings = Vec::new();
    for field in &playbook.playbook().intake.required {
        // The narrative is checked as a text; kind and customer type have a usual value.
        let has_default =
            matches!(field, IntakeField::Narrative | IntakeField::Kind | IntakeField::CustomerType);
        if !has_default && given(body, *field).is_none() {
            let problem = missing(pointer(*field));
            findings.push(match field {
                IntakeField::Contact => {
                    problem.expected("a telephone number, e-mail, address or other contact")
                }
                _ => problem.expected(format!("the field “{field}”, which the playbook asks for")),
            });
        }
    }
    let facts = playbook.entry().map(|stage| stage.requires.facts.as_slice()).unwrap_or_default();
    for key in facts.iter().filter(|key| !body.facts.contains_key(*key)) {
        findings.push(
            Problem::new(ProblemCode::MissingField, "the playbook asks for this fact at registration")
                .at(format!("/facts/{key}"))
                .expected("a value of its kind"),
        );
    }
    findings
}
