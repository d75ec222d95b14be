//! Everything that is wrong with an order to clarify, and what a visit still lacks before it may end.

use contracts::commands::intake::{Clarify, Complainant};
use contracts::commands::{Actor, check_text};
use contracts::{Facts, Problem, ProblemCode, SubjectRef};
use playbook::IntakeField;

use super::{CLARIFIED, Scene, UNREACHABLE};
use crate::decide::fact;
use crate::decide::reading::missing;
use crate::decide::register::check::{
    check_amount, check_category, check_contacts, check_department, check_files,
};
use crate::decide::register::fields;
use crate::state::{State, is_on_record};

/// The longest restatement, in characters.
const LONGEST_RESTATEMENT: usize = 5_000;

/// Everything that is wrong with the order.
pub(super) fn check(scene: &Scene<'_>, state: &State, body: &Clarify) -> Vec<Problem> {
    let mut findings = Vec::new();
    check_texts(scene, body, &mut findings);
    check_contacts(&body.complainant, &mut findings);
    findings.extend(body.amount.and_then(check_amount));
    check_files(scene.intake, state, &body.files, &mut findings);
    let known = scene.playbook.playbook();
    findings.extend(body.category.as_ref().and_then(|category| check_category(category, known)));
    let directory = scene.context.peek(&SubjectRef::directory(scene.context.organisation()));
    let directory = directory.as_deref().and_then(State::directory);
    let complained_of = body.complained_of.as_ref();
    findings.extend(complained_of.and_then(|id| check_department(id, "/complained_of", directory)));
    findings.extend(fact::check(&body.facts, &scene.command.actor, scene.context.now()));
    match &scene.command.actor {
        Actor::Customer => findings.extend(not_for_customers(body)),
        _ => findings.extend(how_it_ends(scene, body)),
    }
    findings.extend(confirmed(scene, body));
    if says_nothing(body) {
        findings.push(missing("/said").expected("what is restated, supplied or confirmed"));
    }
    findings
}

fn check_texts(scene: &Scene<'_>, body: &Clarify, findings: &mut Vec<Problem>) {
    let person = &body.complainant;
    let limit = |field| fields::longest(Some(scene.playbook.playbook()), field);
    for (field, text) in [
        (IntakeField::Name, &person.name),
        (IntakeField::Phone, &person.phone),
        (IntakeField::Email, &person.email),
        (IntakeField::Address, &person.address),
        (IntakeField::AlternativeContact, &person.other),
        (IntakeField::Order, &body.order_number),
    ] {
        if let (Some(text), Some(longest)) = (text, limit(field)) {
            findings.extend(check_text(fields::pointer(field), text, longest).err());
        }
    }
    if let (Some(said), Some(longest)) = (&body.said, limit(IntakeField::Narrative)) {
        findings.extend(check_text("/said", said, longest).err());
    }
    if let Some(restated) = &body.restated {
        findings.extend(check_text("/restated", restated, LONGEST_RESTATEMENT).err());
    }
}

/// What only staff may say: the code alone does not prove who somebody is.
fn not_for_customers(body: &Clarify) -> Vec<Problem> {
    let said = [
        ("/reached", !body.reached),
        ("/give_up", body.give_up),
        ("/restated", body.restated.is_some()),
        ("/identity_verified", body.identity_verified.is_some()),
        ("/complainant", body.complainant != Complainant::default()),
    ];
    let theirs = said.into_iter().filter(|(_, said)| *said);
    let refused = theirs.map(|(field, _)| {
        Problem::new(ProblemCode::NotAllowed, "only staff may say this").at(field).expected("nothing")
    });
    refused.collect()
}

fn how_it_ends(scene: &Scene<'_>, body: &Clarify) -> Vec<Problem> {
    let wrong =
        |field: &str, what: &str| Problem::new(ProblemCode::InvalidField, what).at(field).expected("false");
    let mut findings = Vec::new();
    if body.give_up && body.reached {
        findings.push(wrong("/give_up", "the customer was reached"));
    }
    if body.give_up && scene.open.needs.outcome(UNREACHABLE).is_none() {
        findings.push(wrong("/give_up", "this stage does not end without reaching the customer"));
    }
    if body.confirmed_by_customer && !body.reached {
        findings.push(wrong("/confirmed_by_customer", "the customer was not reached"));
    }
    if body.confirmed_by_customer && scene.open.needs.outcome(CLARIFIED).is_none() {
        findings.push(wrong("/confirmed_by_customer", "this stage does not end as clarified"));
    }
    findings
}

/// What is confirmed is what was restated.
fn confirmed(scene: &Scene<'_>, body: &Clarify) -> Option<Problem> {
    let restated = body.restated.is_some() || scene.open.restated.is_some();
    (body.confirmed_by_customer && !restated)
        .then(|| missing("/restated").expected("the claim in our words, which the customer confirms"))
}

fn says_nothing(body: &Clarify) -> bool {
    let acts = !body.reached || body.confirmed_by_customer || body.identity_verified.is_some();
    !acts && body.restated.is_none() && supplied(body).is_empty()
}

/// Which fields the order supplies.
pub(super) fn supplied(body: &Clarify) -> Vec<String> {
    let person = &body.complainant;
    let own = [
        ("said", body.said.is_some()),
        ("category", body.category.is_some()),
        ("complained_of", body.complained_of.is_some()),
        ("amount", body.amount.is_some()),
        ("order_number", body.order_number.is_some()),
        ("files", !body.files.is_empty()),
        ("name", person.name.is_some()),
        ("phone", person.phone.is_some()),
        ("email", person.email.is_some()),
        ("address", person.address.is_some()),
        ("other", person.other.is_some()),
        ("preferred_channel", person.preferred_channel.is_some()),
    ];
    let own = own.into_iter().filter(|(_, is)| *is).map(|(field, _)| field.to_owned());
    own.chain(body.facts.keys().map(ToString::to_string)).collect()
}

/// What is still lacking before the stage may end as clarified, `learnt` counted.
pub(super) fn lacking(scene: &Scene<'_>, body: &Clarify, learnt: &Facts) -> Option<Problem> {
    let needs = &scene.open.needs;
    if let Some(fact) = needs.lacking.iter().find(|fact| !is_on_record(learnt.get(*fact))) {
        let place =
            if fact.as_str() == "category" { "/category".to_owned() } else { format!("/facts/{fact}") };
        return Some(
            Problem::new(ProblemCode::MissingField, format!("{fact} is not on record"))
                .at(place)
                .expected("what the stage requires before it ends"),
        );
    }
    let without = body.files.is_empty() && scene.complaint.files.is_empty();
    (needs.evidence && without).then(|| missing("/files").expected("the evidence that the stage requires"))
}
