//! A guided form as it is published with its channel, and which of its gates is next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::intake::Guided;
use crate::words::Text;

/// Gates that everything must pass that comes by a channel, one after the other: the notice, the province, the company, its
/// confirmation. Behind them the data of the consumer are asked, then those of the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuidedListed {
    /// The version of the notice.
    pub notice_version: u32,
    /// What is read and agreed to.
    pub notice: Text,
    /// The provinces to choose from.
    pub provinces: Vec<ProvinceListed>,
    /// The companies that may be complained of.
    pub companies: Vec<CompanyListed>,
    /// What is asked of the consumer.
    pub consumer: Vec<FieldAsked>,
    /// What is asked of the matter.
    pub business: Vec<FieldAsked>,
}

/// A province to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvinceListed {
    /// The key.
    pub key: String,
    /// What people read.
    pub label: Text,
}

/// A company that may be complained of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompanyListed {
    /// The key.
    pub key: String,
    /// Its full name, as it is confirmed.
    pub label: Text,
    /// The provinces where it can be complained of.
    pub provinces: Vec<String>,
}

/// Something that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldAsked {
    /// The field, as playbooks name it.
    pub field: String,
    /// Where it stands in the body of `complaint.register`, a JSON pointer.
    pub at: String,
    /// What people read, where the playbook calls it otherwise than usual.
    pub label: Option<Text>,
    /// Whether it must be given.
    pub required: bool,
}

/// A gate of a guided form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// The notice is agreed to, as it reads now.
    Notice,
    /// The province is chosen.
    Province,
    /// A company of that province is chosen.
    Company,
    /// Its name is confirmed.
    Confirmation,
}

impl GuidedListed {
    /// The companies that can be complained of in a province.
    pub fn companies_in<'a, 'p>(
        &'a self,
        province: &'p str,
    ) -> impl Iterator<Item = &'a CompanyListed> + use<'a, 'p> {
        self.companies.iter().filter(move |one| one.provinces.iter().any(|there| there == province))
    }

    /// The province that was chosen.
    #[must_use]
    pub fn province(&self, passed: &Guided) -> Option<&ProvinceListed> {
        self.provinces.iter().find(|one| passed.province.as_deref() == Some(one.key.as_str()))
    }

    /// The company that was chosen, where it can be complained of in the province that was chosen.
    #[must_use]
    pub fn company(&self, passed: &Guided) -> Option<&CompanyListed> {
        let mut there = self.companies_in(passed.province.as_deref()?);
        there.find(|one| passed.company.as_deref() == Some(one.key.as_str()))
    }

    /// The first gate that was not passed; what is said of those behind it does not count.
    #[must_use]
    pub fn next_gate(&self, passed: &Guided) -> Option<Gate> {
        let gates = [
            (Gate::Notice, passed.notice == Some(self.notice_version)),
            (Gate::Province, self.province(passed).is_some()),
            (Gate::Company, self.company(passed).is_some()),
            (Gate::Confirmation, passed.confirmed),
        ];
        gates.into_iter().find(|(_, is_passed)| !is_passed).map(|(gate, _)| gate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zh: &str) -> Text {
        Text { zh: zh.to_owned(), en: zh.to_owned() }
    }

    /// A gate opens the next one only: whatever is said of those behind counts for nothing.
    #[test]
    fn the_first_gate_that_was_not_passed_is_the_next_one() {
        let province = |key: &str| ProvinceListed { key: key.to_owned(), label: text(key) };
        let company = |key: &str, province: &str| CompanyListed {
            key: key.to_owned(),
            label: text(key),
            provinces: vec![province.to_owned()],
        };
        let form = GuidedListed {
            notice_version: 2,
            notice: text("须知"),
            provinces: vec![province("north"), province("south")],
            companies: vec![company("ruian", "north"), company("jiahe", "south")],
            consumer: Vec::new(),
            business: Vec::new(),
        };
        let whole = Guided {
            notice: Some(2),
            province: Some("north".to_owned()),
            company: Some("ruian".to_owned()),
            confirmed: true,
            ..Guided::default()
        };
        assert_eq!(form.next_gate(&whole), None);
        let without = |change: fn(&mut Guided)| {
            let mut passed = whole.clone();
            change(&mut passed);
            form.next_gate(&passed)
        };
        assert_eq!(without(|passed| passed.notice = None), Some(Gate::Notice));
        assert_eq!(without(|passed| passed.notice = Some(1)), Some(Gate::Notice), "it reads otherwise now");
        assert_eq!(without(|passed| passed.province = None), Some(Gate::Province));
        assert_eq!(without(|passed| passed.province = Some("west".to_owned())), Some(Gate::Province));
        assert_eq!(without(|passed| passed.province = Some("south".to_owned())), Some(Gate::Company));
        assert_eq!(without(|passed| passed.company = None), Some(Gate::Company));
        assert_eq!(without(|passed| passed.confirmed = false), Some(Gate::Confirmation));
    }
}
