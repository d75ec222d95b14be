//! What is asked of the complainant, how a complaint is numbered, what intake recognises in it.

use calendar::Limit;
use contracts::{CategoryKey, ChannelKey, DepartmentId, FactKey, RoleKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GuidedForm, Lane, SkillNeed, Standard, Who};
use crate::words::{Cel, Key, Yuan, words};

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The key, such as `phone`.
    pub key: ChannelKey,
    /// What people read.
    pub label: Text,
    /// Who answers for it and is published with it, by name; else who registers, as a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answerable: Option<Who>,
    /// Only mail whose subject holds one of these is a complaint (R-004, P30); without any, all mail is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_has: Vec<String>,
    /// What a caller may choose before anybody answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub menu: Vec<MenuOption>,
    /// The gates that everything must pass that comes by it; without it, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guided: Option<GuidedForm>,
}

/// What a caller may choose in the menu of a hotline: it opens a record of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuOption {
    /// What is pressed, such as `1`.
    pub key: Key,
    /// What is said; it stands on record as what was told until somebody has asked further.
    pub label: Text,
    /// The nature of the matter.
    pub kind: Key,
}

/// What a complaint may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The key.
    pub key: CategoryKey,
    /// What people read.
    pub label: Text,
    /// The broader category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CategoryKey>,
    /// The department that answers for it; without one, that of the parent; without any, triage asks a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// The skills that whoever verifies or handles it must have; without any, those of the parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<SkillNeed>,
    /// In which lane of a queue it waits; without one, in that of the parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// How a matter of this category is handled by standard; without one, as the parent says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
}

/// What is asked, numbered and recognised at intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// What must be given before a complaint is put on record.
    pub required: Vec<IntakeField>,
    /// What else may be given, and how long each text may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRule>,
    /// How complaints are numbered.
    pub numbering: Numbering,
    /// Words in the narrative that become facts, so that rules need not read what the customer wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// What counts as the same matter again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// What the receiver may settle at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_on_the_spot: Option<SettleOnTheSpot>,
}

words! {
    /// What intake can ask. The list is closed: a new field is a new column of intake.
    IntakeField {
        /// Name of the complainant.
        Name = "name",
        /// A telephone number of the complainant.
        Phone = "phone",
        /// An e-mail address of the complainant.
        Email = "email",
        /// A postal address of the complainant.
        Address = "address",
        /// Any one way of reaching the complainant.
        Contact = "contact",
        /// Whom else to reach.
        AlternativeContact = "alternative_contact",
        /// Which kind of customer it is.
        CustomerType = "customer_type",
        /// The customer's own number with the organisation.
        CustomerNumber = "customer_number",
        /// Complaint, report, inquiry …
        Kind = "kind",
        /// What it is about.
        Category = "category",
        /// What happened: the points of the complaint.
        Narrative = "narrative",
        /// What the customer thinks of it: the opinions, as said.
        Opinion = "opinion",
        /// What the customer asks for.
        Demand = "demand",
        /// The amount in question.
        Amount = "amount",
        /// When it happened.
        OccurredAt = "occurred_at",
        /// When the customer told it.
        ToldAt = "told_at",
        /// Where it happened.
        Place = "place",
        /// The order or bill.
        Order = "order",
        /// The product.
        Product = "product",
        /// The batch of the product.
        Batch = "batch",
        /// How many pieces.
        Quantity = "quantity",
        /// The vehicle, its plate or number.
        Vehicle = "vehicle",
        /// The department complained of.
        ComplainedDepartment = "complained_department",
        /// The person complained of.
        ComplainedPerson = "complained_person",
        /// Photographs, papers, recordings.
        Evidence = "evidence",
        /// The time by which the customer wants an answer.
        AnswerBy = "answer_by",
    }
}

/// The limits of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// Which field.
    pub field: IntakeField,
    /// What people read, where it differs from the usual label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// The longest text taken, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 20000))]
    pub max_length: Option<u32>,
}

/// How complaints are numbered: `pattern` holds `{yyyy}`, `{yy}`, `{mm}`, `{dd}` and one `{serial:n}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Such as `TS{yyyy}{mm}{dd}{serial:4}`.
    pub pattern: String,
    /// When the serial begins again at 1.
    pub reset: Reset,
    /// Who shares the counter.
    pub scope: NumberScope,
}

words! {
    /// When the serial of a number begins again at 1.
    Reset {
        /// Each day of the organisation's zone.
        Day = "day",
        /// Each month.
        Month = "month",
        /// Each year.
        Year = "year",
        /// Never.
        Never = "never",
    }
}

words! {
    /// Who shares a counter.
    NumberScope {
        /// All playbooks of the organisation whose pattern is the same.
        Organisation = "organisation",
        /// This playbook alone.
        Playbook = "playbook",
    }
}

/// Words that become a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The key of the signal.
    pub key: Key,
    /// What people read.
    pub label: Text,
    /// Any of these words, compared without case and width.
    pub words: Vec<String>,
    /// The fact that becomes true; without one, `signal_<key>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<FactKey>,
}

impl Signal {
    /// The fact that becomes true; none when the key cannot be part of a fact key (the check refuses it).
    #[must_use]
    pub fn fact(&self) -> Option<FactKey> {
        self.fact.clone().or_else(|| FactKey::signal(self.key.as_str()).ok())
    }
}

/// What counts as the same matter again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// All of these must be the same.
    pub by: Vec<RepeatBy>,
    /// Counted from the earlier complaint.
    pub within: Limit,
}

words! {
    /// What makes two complaints the same matter.
    RepeatBy {
        /// The same complainant.
        Person = "person",
        /// The same order.
        Order = "order",
        /// The same category of matter.
        Matter = "matter",
    }
}

/// What the receiver may settle at once, without the other stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleOnTheSpot {
    /// Who may.
    pub roles: Vec<RoleKey>,
    /// Up to and including this amount.
    pub max_amount: Yuan,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
}
