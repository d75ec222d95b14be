//! Forms of a case: what it fills in by itself, what is still missing, and the fact that one is complete. A stage that
//! asks for a form waits for that fact, whichever service serves it; clocks and rules may name it too.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::{FactKey, FactValue, Facts, Problem, ProblemCode, RoleKey, StageKind, VisitId};
use playbook::{CaseField, CompiledPlaybook, FieldSource, Form, IntakeField, Key};

use crate::clocks::is_true;
use crate::draft::{Draft, SYSTEM, env_of};
use crate::state::{Case, FilledForm};

/// A form as it is filled in for one handling; an untouched one when nobody wrote into it.
#[must_use]
pub(crate) fn filled(case: &Case, form: &Form, instance: u32) -> FilledForm {
    case.forms.get(&form.key).and_then(|all| all.get(&instance)).cloned().unwrap_or_default()
}

/// What the case fills into a field by itself, now.
#[must_use]
pub(crate) fn known(case: &Case, book: &CompiledPlaybook, field: &Key, instance: u32) -> Option<FactValue> {
    let value = match FieldSource::of(field) {
        FieldSource::Case(field) => own(case, book, field, instance),
        FieldSource::Given(field) => given(case, field),
        FieldSource::Kept(_) | FieldSource::Written => None,
    };
    value.filter(|value| !matches!(value, FactValue::Text(text) if text.is_empty()))
}

fn own(case: &Case, book: &CompiledPlaybook, field: CaseField, instance: u32) -> Option<FactValue> {
    let fact = |key: FactKey| case.facts.get(&key).cloned();
    match field {
        CaseField::Number => Some(case.number.as_str().into()),
        CaseField::Instance => Some(FactValue::Int(instance.into())),
        CaseField::Level => Some(FactValue::Int(case.level.into())),
        CaseField::Department => Some(env_of(case, book).case.department.as_str().into()),
        CaseField::RegisteredAt => Some(case.origin.registered_at.into()),
        CaseField::RegisteredBy => case.origin.registered_by.person().map(|person| person.as_str().into()),
        CaseField::Channel => Some(case.origin.channel.as_str().into()),
        CaseField::NoticeAgreed => fact(key::notice_agreed()),
        CaseField::Province => fact(key::province()),
        CaseField::Company => fact(key::company()),
        CaseField::Liable => fact(key::liable()),
        CaseField::RemedyAmount => fact(key::remedy_amount()),
        CaseField::Satisfaction => fact(key::satisfaction()),
        CaseField::Remedies => remedies(case),
    }
}

/// What was carried out last or, before that, proposed last; nothing when it was nothing.
fn remedies(case: &Case) -> Option<FactValue> {
    let last = |kind: StageKind| case.results.iter().rev().find(|done| done.kind == kind);
    let done = last(StageKind::Execute).or_else(|| last(StageKind::Propose))?;
    let listed = done.results["remedies"].as_array()?.iter();
    let keys: Vec<_> = listed.filter_map(|remedy| remedy["remedy"].as_str().map(str::to_owned)).collect();
    (!keys.is_empty()).then_some(FactValue::Keys(keys))
}

fn given(case: &Case, field: IntakeField) -> Option<FactValue> {
    let fact = |key: FactKey| case.facts.get(&key).cloned();
    let written = |name: &str| FactKey::new(format!("form_{name}")).ok().and_then(fact);
    match field {
        IntakeField::CustomerType => Some(case.origin.customer_type.as_str().into()),
        IntakeField::Kind => Some(case.origin.kind.as_str().into()),
        IntakeField::Category => fact(key::category()),
        IntakeField::Amount => fact(key::amount()),
        IntakeField::ToldAt => Some(case.origin.received_at.into()),
        IntakeField::ComplainedDepartment => fact(key::complained_of()),
        IntakeField::ComplainedPerson => {
            case.origin.complained_of_person.as_ref().map(|person| person.as_str().into())
        }
        IntakeField::AnswerBy => fact(key::customer_limit()),
        // What intake passes on under the field's own name; what it keeps is not given (see `FieldSource::of`).
        _ => written(field.as_str()),
    }
}

/// All that the case fills into a form by itself; what was signed stands as it was then.
#[must_use]
pub(crate) fn all_known(
    case: &Case,
    book: &CompiledPlaybook,
    form: &Form,
    instance: u32,
) -> BTreeMap<String, FactValue> {
    let filled = filled(case, form, instance);
    if !filled.signed.is_empty() {
        return filled.known;
    }
    let fields = form.fields.iter().map(|field| &field.key);
    fields.filter_map(|key| Some((key.to_string(), known(case, book, key, instance)?))).collect()
}

/// The required fields that nothing is written in, in the order of the form. What intake keeps was required there.
#[must_use]
pub(crate) fn missing<'f>(
    case: &Case,
    book: &CompiledPlaybook,
    form: &'f Form,
    instance: u32,
) -> Vec<&'f Key> {
    let (filled, known) = (filled(case, form, instance), all_known(case, book, form, instance));
    let empty = |key: &&Key| match FieldSource::of(key) {
        FieldSource::Kept(_) => false,
        FieldSource::Case(_) | FieldSource::Given(_) => !known.contains_key(key.as_str()),
        FieldSource::Written => !filled.written.contains_key(key.as_str()),
    };
    form.fields.iter().map(|field| &field.key).filter(|key| form.requires(key)).filter(empty).collect()
}

/// The roles whose signature is still missing.
#[must_use]
pub(crate) fn unsigned<'f>(case: &Case, form: &'f Form, instance: u32) -> Vec<&'f RoleKey> {
    let filled = filled(case, form, instance);
    form.signatures.iter().filter(|role| !filled.signed.contains_key(*role)).collect()
}

/// Whether every required field is filled in and everybody signed.
#[must_use]
pub(crate) fn is_complete(case: &Case, book: &CompiledPlaybook, form: &Form, instance: u32) -> bool {
    missing(case, book, form, instance).is_empty() && unsigned(case, form, instance).is_empty()
}

/// What the forms of a stage still lack, each field and signature by its name.
pub(crate) fn lacking(case: &Case, book: &CompiledPlaybook, forms: &[contracts::FormKey]) -> Vec<Problem> {
    let forms = forms.iter().filter_map(|key| book.playbook().form(key.as_str()));
    let lack = forms.flat_map(|form| {
        let fields = missing(case, book, form, case.instance).into_iter().map(move |field| {
            Problem::new(ProblemCode::MissingField, "the form is not filled in")
                .at(format!("/forms/{}/{field}", form.key))
                .expected("what the form requires")
        });
        let signatures = unsigned(case, form, case.instance).into_iter().map(move |role| {
            Problem::new(ProblemCode::MissingField, "the form is not signed")
                .at(format!("/forms/{}/signatures/{role}", form.key))
                .expected("the signature of this role")
        });
        fields.chain(signatures)
    });
    lack.collect()
}

impl Draft<'_> {
    /// Says which forms have become complete, or are so no more. What follows from one changes no other form's fields,
    /// so this ends.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(crate) fn look_at_forms(&mut self, visit: Option<VisitId>) -> Result<(), Problem> {
        if self.case.is_closed() || self.book.playbook().forms.is_empty() {
            return Ok(());
        }
        let book = Arc::clone(&self.book);
        let mut facts = Facts::new();
        for form in &book.playbook().forms {
            let Ok(fact) = FactKey::completed(form.key.as_str()) else { continue };
            let (before, now) = (self.was_complete(&fact), self.is_complete(form));
            if before != now {
                facts.insert(fact, now.into());
            }
        }
        if facts.is_empty() {
            return Ok(());
        }
        self.say(FactRecorded { facts: facts.clone(), at: self.at, by: SYSTEM, visit });
        self.learnt(&facts, visit)
    }

    fn was_complete(&self, fact: &FactKey) -> bool {
        self.case.facts.get(fact).is_some_and(is_true)
    }

    fn is_complete(&self, form: &Form) -> bool {
        is_complete(&self.case, &self.book, form, self.case.instance)
    }

    /// A new handling begins with new forms: none of them is complete.
    pub(crate) fn open_new_forms(&mut self) {
        let keys =
            self.book.playbook().forms.iter().filter_map(|form| FactKey::completed(form.key.as_str()).ok());
        let were: Facts =
            keys.filter(|fact| self.was_complete(fact)).map(|fact| (fact, false.into())).collect();
        if !were.is_empty() {
            self.say(FactRecorded { facts: were, at: self.at, by: SYSTEM, visit: None });
        }
    }
}

/// A form that the playbook of the case has.
///
/// # Errors
/// `invalid-field` at `/form`, naming those there are.
pub(crate) fn declared<'b>(
    book: &'b CompiledPlaybook,
    key: &contracts::FormKey,
) -> Result<&'b Form, Problem> {
    let forms = || book.playbook().forms.iter().map(|form| form.key.as_str());
    book.playbook().form(key.as_str()).ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, format!("the playbook has no form “{key}”"))
            .at("/form")
            .expected(format!("one of {}", forms().collect::<Vec<_>>().join(", ")))
    })
}

/// Whether somebody has to do with the case: they hold work of it, put it on record, or direct whoever holds it.
pub(crate) fn has_to_do_with(case: &Case, actor: &Actor) -> bool {
    let Some(person) = actor.person() else { return false };
    let holds = case.works.values().any(|work| work.holder() == Some(person));
    holds || case.origin.registered_by.person() == Some(person)
}
