//! Where each field of a form comes from, by its key: the case or intake knows some, people write the others.

use crate::model::{Form, IntakeField};
use crate::words::{Key, words};

words! {
    /// What a case itself knows besides what intake asks. A field of a form with such a key fills itself.
    CaseField {
        /// The number of the complaint.
        Number = "number",
        /// Which handling it is.
        Instance = "instance",
        /// The level of the case.
        Level = "level",
        /// The department that must answer.
        Department = "department",
        /// When it was put on record.
        RegisteredAt = "registered_at",
        /// Who put it on record.
        RegisteredBy = "registered_by",
        /// The channel it came by.
        Channel = "channel",
        /// When the customer agreed to the notice of a guided form.
        NoticeAgreed = "notice_agreed",
        /// The province that the customer chose there.
        Province = "province",
        /// The company that the customer chose and confirmed there.
        Company = "company",
        /// The liable party.
        Liable = "liable",
        /// The amount of the current proposal.
        RemedyAmount = "remedy_amount",
        /// The customer's last answer.
        Satisfaction = "satisfaction",
        /// What was given or is proposed.
        Remedies = "remedies",
    }
}

/// Where a field of a form comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldSource {
    /// The case knows it.
    Case(CaseField),
    /// It was given at intake, and the case knows it as a fact.
    Given(IntakeField),
    /// It was given at intake, which alone keeps it: who the customer is and what they said.
    Kept(IntakeField),
    /// People write it.
    Written,
}

impl FieldSource {
    /// Where the field with this key comes from.
    #[must_use]
    pub fn of(key: &Key) -> Self {
        let word = key.as_str();
        if let Some(field) = CaseField::ALL.iter().find(|field| field.as_str() == word) {
            return Self::Case(*field);
        }
        match IntakeField::ALL.iter().find(|field| field.as_str() == word) {
            None => Self::Written,
            Some(field) if kept_by_intake(*field) => Self::Kept(*field),
            Some(field) => Self::Given(*field),
        }
    }
}

/// Whether intake alone keeps it; everything else it passes on as a fact.
const fn kept_by_intake(field: IntakeField) -> bool {
    match field {
        IntakeField::Name
        | IntakeField::Phone
        | IntakeField::Email
        | IntakeField::Address
        | IntakeField::Contact
        | IntakeField::AlternativeContact
        | IntakeField::Narrative
        | IntakeField::Opinion
        | IntakeField::Demand
        | IntakeField::Order
        | IntakeField::Evidence => true,
        IntakeField::CustomerType
        | IntakeField::CustomerNumber
        | IntakeField::Kind
        | IntakeField::Category
        | IntakeField::Amount
        | IntakeField::OccurredAt
        | IntakeField::ToldAt
        | IntakeField::Place
        | IntakeField::Product
        | IntakeField::Batch
        | IntakeField::Quantity
        | IntakeField::Vehicle
        | IntakeField::ComplainedDepartment
        | IntakeField::ComplainedPerson
        | IntakeField::AnswerBy => false,
    }
}

impl Form {
    /// Whether the field must be filled in.
    #[must_use]
    pub fn requires(&self, key: &Key) -> bool {
        self.required.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_filled_by_whoever_knows_it() {
        let of = |word: &str| FieldSource::of(&Key::new(word).unwrap());
        assert_eq!(of("number"), FieldSource::Case(CaseField::Number));
        assert_eq!(of("vehicle"), FieldSource::Given(IntakeField::Vehicle));
        assert_eq!(of("narrative"), FieldSource::Kept(IntakeField::Narrative));
        assert_eq!(of("course_of_events"), FieldSource::Written);
    }
}
