//! A guided form as it is published: with the places and labels of what is asked behind its gates.

use contracts::queries::intake::{CompanyListed, FieldAsked, GuidedListed, ProvinceListed};
use playbook::{GuidedForm, IntakeField, Playbook};

use crate::decide::register::fields::pointer;

/// The form of a playbook.
pub(crate) fn listed(playbook: &Playbook, form: &GuidedForm) -> GuidedListed {
    let asked = |fields: &[IntakeField]| fields.iter().map(|field| asked(playbook, *field)).collect();
    let province =
        |one: &playbook::Labelled| ProvinceListed { key: one.key.to_string(), label: one.label.clone() };
    let company = |one: &playbook::Company| CompanyListed {
        key: one.key.to_string(),
        label: one.label.clone(),
        provinces: one.provinces.iter().map(ToString::to_string).collect(),
    };
    GuidedListed {
        notice_version: form.notice.version,
        notice: form.notice.text.clone(),
        provinces: form.provinces.iter().map(province).collect(),
        companies: form.companies.iter().map(company).collect(),
        consumer: asked(&form.consumer),
        business: asked(&form.business),
    }
}

fn asked(playbook: &Playbook, field: IntakeField) -> FieldAsked {
    let rule = playbook.intake.fields.iter().find(|rule| rule.field == field);
    FieldAsked {
        field: field.to_string(),
        at: pointer(field).to_owned(),
        label: rule.and_then(|rule| rule.label.clone()),
        required: field == IntakeField::Narrative || playbook.intake.required.contains(&field),
    }
}
