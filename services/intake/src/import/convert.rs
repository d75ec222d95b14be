//! One row by a mapping: all of its errors, or an order.

use contracts::commands::check_text;
use contracts::commands::intake::{Complainant, RegisterComplaint};
use contracts::facts::FactKind;
use contracts::messages::complaint_registered::ExternalRef;
use contracts::{FactKey, FactValue, Facts, Fen, Language};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::mapping::{Mapping, Piece, Source, pieces};
use super::{Row, RowError, Submission, key_for};

const LONGEST_NARRATIVE: usize = 20_000;
const LONGEST_FACT: usize = 200;

/// A row being read.
struct Reading<'a> {
    line: u64,
    zone: &'a TimeZone,
    column: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<RowError>,
}

/// Reads one row. `column` gives what stands in a column. None when the mapping leaves the row out.
pub(super) fn row(mapping: &Mapping, line: u64, column: &dyn Fn(&str) -> Option<String>) -> Option<Row> {
    if let Some(needed) = &mapping.only_with
        && column(needed).is_none_or(|text| text.trim().is_empty())
    {
        return None;
    }
    let mut reading = Reading { line, zone: &mapping.zone, column, errors: Vec::new() };
    let complaint = reading.complaint(mapping);
    if !reading.errors.is_empty() {
        return Some(Err(reading.errors));
    }
    let complaint = complaint?;
    let key = key_for(complaint.external.as_ref()?);
    Some(Ok(Submission { line, key, complaint }))
}

impl Reading<'_> {
    /// The order; none only when an error was noted.
    fn complaint(&mut self, mapping: &Mapping) -> Option<RegisterComplaint> {
        let fields = &mapping.fields;
        let reference = self.needed("reference", &mapping.reference);
        let channel = self.needed("channel", &fields.channel);
        let channel = channel.and_then(|text| self.parsed("channel", text));
        let narrative = self.needed("narrative", &fields.narrative).unwrap_or_default();
        if !narrative.is_empty() {
            self.checked("narrative", &narrative, LONGEST_NARRATIVE);
        }
        let complainant = Complainant {
            name: self.optional("name", fields.name.as_ref()),
            phone: self.optional("phone", fields.phone.as_ref()),
            email: self.optional("email", fields.email.as_ref()),
            address: self.optional("address", fields.address.as_ref()),
            other: self.optional("other", fields.other.as_ref()),
            preferred_channel: self.key("preferred_channel", fields.preferred_channel.as_ref()),
        };
        let body = RegisterComplaint {
            channel: channel?,
            kind: self.optional("kind", fields.kind.as_ref()),
            customer_type: self.optional("customer_type", fields.customer_type.as_ref()),
            category: self.key("category", fields.category.as_ref()),
            complained_of: self.key("complained_of", fields.complained_of.as_ref()),
            complained_of_person: self.key("complained_of_person", fields.complained_of_person.as_ref()),
            unit: self.key("unit", fields.unit.as_ref()),
            language: self.language(fields.language.as_ref()),
            complainant,
            narrative,
            subject: None,
            menu_option: None,
            guided: None,
            opinion: self.optional("opinion", fields.opinion.as_ref()),
            demand: self.optional("demand", fields.demand.as_ref()),
            amount: self.amount("amount_yuan", fields.amount_yuan.as_ref()),
            order_number: self.optional("order_number", fields.order_number.as_ref()),
            matter: self.optional("matter", fields.matter.as_ref()),
            received_at: self.time("received_at", fields.received_at.as_ref()),
            external: reference.map(|reference| ExternalRef { source: mapping.source.clone(), reference }),
            files: Vec::new(),
            facts: self.facts(mapping),
            playbook: self.key("playbook", fields.playbook.as_ref()),
            settlement: None,
        };
        Some(body)
    }

    fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        self.errors.push(RowError::new(self.line, field, reason));
    }

    fn checked(&mut self, field: &str, text: &str, longest: usize) {
        if let Err(problem) = check_text("", text, longest) {
            let expected =
                problem.expected.map(|expected| format!(", expected {expected}")).unwrap_or_default();
            let length = text.chars().count();
            self.wrong(field, format!("{} ({length} characters){expected}", problem.detail));
        }
    }

    /// What a source gives, or an error; empty is none.
    fn optional(&mut self, field: &str, source: Option<&Source>) -> Option<String> {
        let source = source?;
        let raw = self.raw(source);
        let text = match (raw.trim().is_empty(), &source.if_empty) {
            (true, Some(instead)) => instead.clone(),
            (true, None) => return None,
            (false, _) if source.values.is_empty() => raw,
            (false, _) => match source.values.get(raw.trim()).or(source.otherwise.as_ref()) {
                Some(value) if value.is_empty() => return None,
                Some(value) => value.clone(),
                None => {
                    let shown: String = raw.trim().chars().take(60).collect();
                    self.wrong(field, format!("“{shown}” is not among the values of the mapping"));
                    return None;
                }
            },
        };
        Some(match source.cut {
            Some(longest) if text.chars().count() > longest => {
                text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
            }
            Some(_) | None => text,
        })
    }

    fn needed(&mut self, field: &str, source: &Source) -> Option<String> {
        let before = self.errors.len();
        let text = self.optional(field, Some(source));
        if text.is_none() && self.errors.len() == before {
            self.wrong(field, "nothing stands here");
        }
        text
    }

    fn raw(&self, source: &Source) -> String {
        let column = |name: &str| (self.column)(name).unwrap_or_default();
        match (&source.constant, &source.column, &source.text) {
            (Some(constant), ..) => constant.clone(),
            (_, Some(name), _) => column(name),
            (_, _, Some(lines)) => {
                lines.iter().filter_map(|line| filled(line, &column)).collect::<Vec<_>>().join("\n")
            }
            (None, None, None) => String::new(),
        }
    }

    fn parsed<T>(&mut self, field: &str, text: String) -> Option<T>
    where
        T: TryFrom<String>,
        T::Error: std::fmt::Display,
    {
        T::try_from(text).map_err(|error| self.wrong(field, error.to_string())).ok()
    }

    fn key<T>(&mut self, field: &str, source: Option<&Source>) -> Option<T>
    where
        T: TryFrom<String>,
        T::Error: std::fmt::Display,
    {
        let text = self.optional(field, source)?;
        self.parsed(field, text)
    }

    fn language(&mut self, source: Option<&Source>) -> Language {
        match self.optional("language", source).as_deref() {
            None | Some("zh") => Language::Zh,
            Some("en") => Language::En,
            Some(other) => {
                let reason = format!("“{other}” is neither zh nor en");
                self.wrong("language", reason);
                Language::default()
            }
        }
    }

    fn amount(&mut self, field: &str, source: Option<&Source>) -> Option<Fen> {
        let text = self.optional(field, source)?;
        Fen::from_yuan(text.trim()).map_err(|error| self.wrong(field, error.to_string())).ok()
    }

    fn time(&mut self, field: &str, source: Option<&Source>) -> Option<Timestamp> {
        let text = self.optional(field, source)?;
        let text = text.trim();
        let Some(format) = source.and_then(|source| source.time.as_deref()) else {
            let time = text.parse::<Timestamp>();
            return time.map_err(|_| self.wrong(field, format!("“{text}” is not an RFC 3339 instant"))).ok();
        };
        let civil = DateTime::strptime(format, text)
            .or_else(|_| Date::strptime(format, text).map(|date| date.at(0, 0, 0, 0)));
        let instant = civil.and_then(|civil| civil.to_zoned(self.zone.clone()));
        let shown: String = text.chars().take(40).collect();
        instant
            .map(|zoned| zoned.timestamp())
            .map_err(|_| self.wrong(field, format!("“{shown}” is not a time written as {format}")))
            .ok()
    }

    fn facts(&mut self, mapping: &Mapping) -> Facts {
        let mut facts = Facts::new();
        for (key, source) in &mapping.facts {
            if let Some(value) = self.fact(key, source) {
                facts.insert(key.clone(), value);
            }
        }
        facts
    }

    fn fact(&mut self, key: &FactKey, source: &Source) -> Option<FactValue> {
        let field = format!("facts.{key}");
        match key.kind() {
            FactKind::Time => self.time(&field, Some(source)).map(FactValue::from),
            FactKind::Money => self.amount(&field, Some(source)).map(|amount| FactValue::Int(amount.0)),
            kind @ (FactKind::Flag | FactKind::Number | FactKind::Text | FactKind::Keys) => {
                let text = self.optional(&field, Some(source))?;
                self.plain_fact(&field, kind, text)
            }
        }
    }

    fn plain_fact(&mut self, field: &str, kind: FactKind, text: String) -> Option<FactValue> {
        match (kind, text.trim()) {
            (FactKind::Flag, "true") => Some(true.into()),
            (FactKind::Flag, "false") => Some(false.into()),
            (FactKind::Flag, _) => {
                self.wrong(field, "expected true or false");
                None
            }
            (FactKind::Number, number) => number
                .parse()
                .map(FactValue::Int)
                .map_err(|_| self.wrong(field, "expected a whole number"))
                .ok(),
            (FactKind::Keys, keys) => {
                Some(FactValue::Keys(keys.split(',').map(|key| key.trim().to_owned()).collect()))
            }
            (FactKind::Text | FactKind::Time | FactKind::Money, _) => {
                self.checked(field, &text, LONGEST_FACT);
                Some(FactValue::Text(text))
            }
        }
    }
}

/// A line with its columns filled in; none when it names columns and all of them are empty.
fn filled(line: &str, column: &dyn Fn(&str) -> String) -> Option<String> {
    let (mut text, mut named, mut found) = (String::new(), false, false);
    for piece in pieces(line)? {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Column(name) => {
                let value = column(name);
                named = true;
                found |= !value.trim().is_empty();
                text.push_str(&value);
            }
        }
    }
    (found || !named).then_some(text)
}
