//! A mapping file: where each field of a complaint comes from.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{FactKey, Text};
use jiff::tz::TimeZone;
use serde::Deserialize;

/// A mapping, read and checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What people call it.
    pub title: Text,
    /// The feeding system, as `external.source` will name it.
    pub source: String,
    /// Where the feeder's own reference comes from.
    pub reference: Source,
    /// The zone of times that name none: an IANA name.
    #[serde(deserialize_with = "zone")]
    pub zone: TimeZone,
    /// Rows are left out unless this is given.
    #[serde(default)]
    pub only_with: Option<String>,
    /// Where each field comes from.
    pub fields: Fields,
    /// Where further facts come from.
    #[serde(default)]
    pub facts: BTreeMap<FactKey, Source>,
}

/// Where each field comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// See `RegisterComplaint`; the same below.
    pub channel: Source,
    /// What the customer told.
    pub narrative: Source,
    /// The nature of the matter.
    #[serde(default)]
    pub kind: Option<Source>,
    /// Who complains.
    #[serde(default)]
    pub customer_type: Option<Source>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<Source>,
    /// The complained-of department.
    #[serde(default)]
    pub complained_of: Option<Source>,
    /// The complained-of person.
    #[serde(default)]
    pub complained_of_person: Option<Source>,
    /// The unit.
    #[serde(default)]
    pub unit: Option<Source>,
    /// `zh` or `en`.
    #[serde(default)]
    pub language: Option<Source>,
    /// The complainant's name.
    #[serde(default)]
    pub name: Option<Source>,
    /// Their telephone number.
    #[serde(default)]
    pub phone: Option<Source>,
    /// Their e-mail address.
    #[serde(default)]
    pub email: Option<Source>,
    /// Their postal address.
    #[serde(default)]
    pub address: Option<Source>,
    /// A further contact.
    #[serde(default)]
    pub other: Option<Source>,
    /// How they like to be reached.
    #[serde(default)]
    pub preferred_channel: Option<Source>,
    /// What the customer thinks of it.
    #[serde(default)]
    pub opinion: Option<Source>,
    /// What the customer wants.
    #[serde(default)]
    pub demand: Option<Source>,
    /// The amount in yuan, such as `120.50`.
    #[serde(default)]
    pub amount_yuan: Option<Source>,
    /// The order.
    #[serde(default)]
    pub order_number: Option<Source>,
    /// The matter.
    #[serde(default)]
    pub matter: Option<Source>,
    /// When the customer told it.
    #[serde(default)]
    pub received_at: Option<Source>,
    /// The playbook to follow.
    #[serde(default)]
    pub playbook: Option<Source>,
}

/// Where one value comes from: exactly one of `constant`, `column`, `text`; the others change it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// Always this.
    pub constant: Option<String>,
    /// What stands in this column.
    pub column: Option<String>,
    /// Lines with `{column}` in them; a line all of whose columns are empty is left out.
    pub text: Option<Vec<String>>,
    /// What each value becomes. A value that is not here is an error, unless there is `otherwise`.
    pub values: BTreeMap<String, String>,
    /// What a value becomes that is not under `values`.
    pub otherwise: Option<String>,
    /// What an empty value becomes.
    pub if_empty: Option<String>,
    /// How a time is written, in the letters of strftime, such as `%Y-%m-%d %H:%M:%S`.
    pub time: Option<String>,
    /// The longest text, in characters; what is beyond is cut off and marked with `…`.
    pub cut: Option<usize>,
}

/// Why a mapping is not one.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// Not YAML, or not of this form.
    #[error("the mapping cannot be read: {0}")]
    Unreadable(String),
    /// Several sources, or none.
    #[error("{0}: exactly one of constant, column, text is needed")]
    NotOneSource(String),
    /// `otherwise` without `values`.
    #[error("{0}: “otherwise” needs “values”")]
    OtherwiseAlone(String),
    /// A brace in a text that is not closed.
    #[error("{0}: a brace in the text is not closed")]
    Brace(String),
    /// Columns that the file does not have.
    #[error("the file has no column {}", .0.join(", "))]
    MissingColumns(Vec<String>),
    /// The head of the file cannot be read.
    #[error("the head of the file cannot be read: {0}")]
    Head(String),
    /// Several of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<MappingError>),
}

fn zone<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(serde::de::Error::custom)
}

/// A part of a text line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    Column(&'a str),
}

/// Takes a text line apart; none when a brace is not closed.
pub(super) fn pieces(line: &str) -> Option<Vec<Piece<'_>>> {
    let (mut found, mut rest) = (Vec::new(), line);
    while let Some(open) = rest.find('{') {
        let (words, after) = rest.split_at(open);
        let close = after.find('}')?;
        if !words.is_empty() {
            found.push(Piece::Words(words));
        }
        found.push(Piece::Column(&after[1..close]));
        rest = &after[close + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest));
    }
    Some(found)
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`MappingError`]; all that is wrong beyond the form of the file is said at once.
    pub fn from_yaml(text: &str) -> Result<Self, MappingError> {
        let mapping: Self =
            serde_saphyr::from_str(text).map_err(|error| MappingError::Unreadable(error.to_string()))?;
        let mut errors: Vec<_> =
            mapping.sources().into_iter().filter_map(|(name, source)| source.check(&name).err()).collect();
        match errors.len() {
            0 => Ok(mapping),
            1 => Err(errors.remove(0)),
            _ => Err(MappingError::Several(errors)),
        }
    }

    /// Every source by the name of its field.
    fn sources(&self) -> Vec<(String, &Source)> {
        let fields = &self.fields;
        let mut all = vec![
            ("reference".to_owned(), &self.reference),
            ("channel".to_owned(), &fields.channel),
            ("narrative".to_owned(), &fields.narrative),
        ];
        let optional = [
            ("kind", &fields.kind),
            ("customer_type", &fields.customer_type),
            ("category", &fields.category),
            ("complained_of", &fields.complained_of),
            ("complained_of_person", &fields.complained_of_person),
            ("unit", &fields.unit),
            ("language", &fields.language),
            ("name", &fields.name),
            ("phone", &fields.phone),
            ("email", &fields.email),
            ("address", &fields.address),
            ("other", &fields.other),
            ("preferred_channel", &fields.preferred_channel),
            ("opinion", &fields.opinion),
            ("demand", &fields.demand),
            ("amount_yuan", &fields.amount_yuan),
            ("order_number", &fields.order_number),
            ("matter", &fields.matter),
            ("received_at", &fields.received_at),
            ("playbook", &fields.playbook),
        ];
        all.extend(
            optional.into_iter().filter_map(|(name, source)| Some((name.to_owned(), source.as_ref()?))),
        );
        all.extend(self.facts.iter().map(|(key, source)| (format!("facts.{key}"), source)));
        all
    }

    /// Every column that the mapping names.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<String> {
        let mut columns: BTreeSet<String> = self.only_with.iter().cloned().collect();
        for (_, source) in self.sources() {
            columns.extend(source.column.iter().cloned());
            for line in source.text.iter().flatten() {
                columns.extend(pieces(line).into_iter().flatten().filter_map(|piece| match piece {
                    Piece::Column(name) => Some(name.to_owned()),
                    Piece::Words(_) => None,
                }));
            }
        }
        columns
    }
}

impl Source {
    fn check(&self, name: &str) -> Result<(), MappingError> {
        let sources = [self.constant.is_some(), self.column.is_some(), self.text.is_some()]
            .iter()
            .filter(|is| **is)
            .count();
        if sources != 1 {
            return Err(MappingError::NotOneSource(name.to_owned()));
        }
        if self.otherwise.is_some() && self.values.is_empty() {
            return Err(MappingError::OtherwiseAlone(name.to_owned()));
        }
        if self.text.iter().flatten().any(|line| pieces(line).is_none()) {
            return Err(MappingError::Brace(name.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "title: {zh: 试, en: Trial}\nsource: trial\nreference: {column: No}\nzone: Asia/Shanghai\n\
        fields:\n  channel: {constant: phone}\n  narrative: {text: [\"{Head}: {Body}\"]}\n";

    #[test]
    fn a_mapping_knows_its_columns() {
        let mapping = Mapping::from_yaml(SMALL).unwrap();
        assert_eq!(mapping.columns().into_iter().collect::<Vec<_>>(), ["Body", "Head", "No"]);
    }

    #[test]
    fn mistakes_are_named() {
        let said =
            |from: &str, to: &str| Mapping::from_yaml(&SMALL.replace(from, to)).unwrap_err().to_string();
        assert!(said("constant: phone", "constant: phone, column: Way").contains("channel: exactly one"));
        assert!(said("{column: No}", "{column: No, otherwise: x}").contains("reference: “otherwise”"));
        assert!(said("{Body}", "{Body").contains("narrative: a brace"));
        assert!(said("Asia/Shanghai", "Mars/Olympus").contains("cannot be read"));
        assert!(said("fields:", "colour: red\nfields:").contains("colour"));
        assert!(said("zone:", "facts: {nothing: {constant: x}}\nzone:").contains("nothing"));
    }
}
