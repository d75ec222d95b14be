//! A guided form: consecutive gates in front of a complaint (R-032, P08).

use contracts::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{IntakeField, Labelled};
use crate::words::Key;

/// Gates that are passed one after the other: the notice is agreed to, a province chosen, a company chosen and confirmed;
/// then come the data of the consumer, then those of the matter. Each opens the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuidedForm {
    /// What is read and agreed to first.
    pub notice: Notice,
    /// The provinces to choose from.
    pub provinces: Vec<Labelled>,
    /// The companies that may be complained of.
    pub companies: Vec<Company>,
    /// What is asked of the consumer.
    pub consumer: Vec<IntakeField>,
    /// What is asked of the matter.
    pub business: Vec<IntakeField>,
}

/// What is read and agreed to before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Grows whenever the text changes: what was agreed to stays known.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// The text; paragraphs are lines.
    pub text: Text,
}

/// A company that may be complained of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// The key.
    pub key: Key,
    /// Its full name, as it is confirmed.
    pub label: Text,
    /// The provinces where it can be complained of.
    pub provinces: Vec<Key>,
}
