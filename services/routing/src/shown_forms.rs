//! Forms as people see them: each field with its label, where it comes from and what stands in it. Pure;
//! texts are put in by the queries, and what intake alone keeps by the gateway.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::{FactValue, PersonId, Text, WordId};
use playbook::{CaseField, CompiledPlaybook, FieldSource, Form, IntakeField};
use serde_json::{Value, json};

use crate::forms::{all_known, filled, is_complete, missing, unsigned};
use crate::state::{Case, Directory, FilledForm};

/// The forms of a case in one line each, for the handling that is under way.
#[must_use]
pub(crate) fn lines(case: &Case, book: &CompiledPlaybook) -> Value {
    let lines = book.playbook().forms.iter().map(|form| {
        let asked = book.playbook().stages.iter().filter(|stage| stage.forms.contains(&form.key));
        json!({
            "form": form.key,
            "label": form.label,
            "instance": case.instance,
            "missing": missing(case, book, form, case.instance),
            "unsigned": unsigned(case, form, case.instance),
            "complete": is_complete(case, book, form, case.instance),
            "stages": asked.map(|stage| &stage.key).collect::<Vec<_>>(),
        })
    });
    lines.collect()
}

/// One form of one handling, whole. Texts stand as references.
#[must_use]
pub(crate) fn form(
    case: &Case,
    book: &CompiledPlaybook,
    directory: &Directory,
    form: &Form,
    instance: u32,
) -> Value {
    let (filled, known) = (filled(case, form, instance), all_known(case, book, form, instance));
    let sight = Sight { book, directory };
    let fields = form.fields.iter().map(|field| {
        let source = FieldSource::of(&field.key);
        let mut shown = json!({
            "key": field.key, "label": field.label, "required": form.requires(&field.key), "from": word(source),
            "value": known.get(field.key.as_str()).map(|value| sight.value(source, value)),
        });
        if let Some(written) = filled.written.get(field.key.as_str()) {
            shown["text"] = json!(written.text.id);
            shown["by"] = sight.person(written.by.person());
            shown["at"] = json!(written.at);
        }
        shown
    });
    json!({
        "form": form.key,
        "label": form.label,
        "number": case.number,
        "instance": instance,
        "of": case.instance,
        "copies": form.copies.unwrap_or(1),
        "fields": fields.collect::<Vec<_>>(),
        "signatures": form.signatures.iter().map(|role| sight.signature(&filled, role)).collect::<Vec<_>>(),
        "missing": missing(case, book, form, instance),
        "complete": is_complete(case, book, form, instance),
    })
}

/// The texts that people wrote into a form.
#[must_use]
pub(crate) fn texts(case: &Case, form: &Form, instance: u32) -> Vec<WordId> {
    filled(case, form, instance).written.values().map(|written| written.text.id).collect()
}

/// Puts the opened texts where they stand, beside their references, by which whoever writes says what they saw; those that
/// were shredded stay out.
pub(crate) fn put_texts(shown: &mut Value, texts: &BTreeMap<WordId, String>) {
    for field in shown["fields"].as_array_mut().into_iter().flatten() {
        let id = serde_json::from_value::<WordId>(field["text"].clone()).ok();
        if let Some(text) = id.and_then(|id| texts.get(&id)) {
            field["value"] = json!(text);
        }
    }
}

const fn word(source: FieldSource) -> &'static str {
    match source {
        FieldSource::Case(_) | FieldSource::Given(_) => "case",
        FieldSource::Kept(_) => "intake",
        FieldSource::Written => "written",
    }
}

/// What keys are called.
pub(crate) struct Sight<'a> {
    pub(crate) book: &'a CompiledPlaybook,
    pub(crate) directory: &'a Directory,
}

impl Sight<'_> {
    /// A value as people read it: what a key is called, not the key.
    fn value(&self, source: FieldSource, value: &FactValue) -> Value {
        let person = matches!(
            source,
            FieldSource::Case(CaseField::RegisteredBy) | FieldSource::Given(IntakeField::ComplainedPerson)
        );
        match value.as_text() {
            Some(text) if person => self.person(PersonId::new(text).ok().as_ref()),
            _ => self.label(source, value).map_or_else(|| json!(value), |label| json!(label)),
        }
    }

    /// What a key is called, where the playbook or the directory knows it.
    pub(crate) fn label(&self, source: FieldSource, value: &FactValue) -> Option<Text> {
        let text = value.as_text()?;
        let playbook = self.book.playbook();
        let listed = |all: &[playbook::Labelled]| {
            all.iter().find(|one| one.key.as_str() == text).map(|one| one.label.clone())
        };
        match source {
            FieldSource::Case(CaseField::Department)
            | FieldSource::Given(IntakeField::ComplainedDepartment) => {
                self.directory.departments.get(text).map(|department| department.name.clone())
            }
            FieldSource::Case(CaseField::Channel) => {
                let channels = &playbook.channels;
                channels.iter().find(|one| one.key.as_str() == text).map(|one| one.label.clone())
            }
            FieldSource::Case(CaseField::Province) => {
                let mut provinces = playbook.guided_forms().flat_map(|form| &form.provinces);
                provinces.find(|one| one.key.as_str() == text).map(|one| one.label.clone())
            }
            FieldSource::Case(CaseField::Company) => {
                let mut companies = playbook.guided_forms().flat_map(|form| &form.companies);
                companies.find(|one| one.key.as_str() == text).map(|one| one.label.clone())
            }
            FieldSource::Case(CaseField::Satisfaction) => {
                let mut scale = playbook.satisfaction.iter().flat_map(|satisfaction| &satisfaction.scale);
                scale.find(|one| one.key.as_str() == text).map(|one| one.label.clone())
            }
            FieldSource::Given(IntakeField::Category) => {
                playbook.category(text).map(|category| category.label.clone())
            }
            FieldSource::Given(IntakeField::Kind) => listed(&playbook.kinds),
            FieldSource::Given(IntakeField::CustomerType) => listed(&playbook.customer_types),
            _ => None,
        }
    }

    /// A person's name, or their key when nobody knows it any more.
    fn person(&self, person: Option<&PersonId>) -> Value {
        let name = |id: &PersonId| self.directory.people.get(id).map(|known| known.name.clone());
        person.map_or(Value::Null, |id| json!(name(id).unwrap_or_else(|| id.to_string())))
    }

    fn signature(&self, filled: &FilledForm, role: &contracts::RoleKey) -> Value {
        let label = self.book.playbook().roles.get::<str>(role.as_str()).map(|role| &role.label);
        let signed = filled.signed.get(role);
        json!({
            "role": role,
            "label": label,
            "by": self.person(signed.and_then(|signed| Actor::person(&signed.by))),
            "instead_of": self.person(signed.and_then(|signed| signed.instead_of.as_ref())),
            "at": signed.map(|signed| signed.at),
        })
    }
}
