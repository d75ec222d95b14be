//! How complaints are numbered. The counter itself is drawn by intake, under its lock; here is only the arithmetic.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::model::{Numbering, Reset};

/// The period that a number belongs to: one counter runs for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    date: Date,
    reset: Reset,
}

impl Period {
    /// The key of the counter: `2025-03-07`, `2025-03`, `2025` or `all`.
    #[must_use]
    pub fn key(&self) -> String {
        let date = self.date;
        match self.reset {
            Reset::Day => date.to_string(),
            Reset::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Reset::Year => format!("{:04}", date.year()),
            Reset::Never => "all".to_owned(),
        }
    }
    /// The day in the organisation's zone.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.date
    }
}

/// A pattern that gives no unique numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace that is not closed, or not opened.
    #[error("a brace in the pattern is not closed")]
    Brace,
    /// A part in braces that is not known.
    #[error("“{{{0}}}” is none of {{yyyy}}, {{yy}}, {{mm}}, {{dd}}, {{serial:n}} with n from 1 to 12")]
    Part(String),
    /// Not exactly one serial.
    #[error("the pattern needs exactly one {{serial:n}}")]
    Serial,
    /// The serial begins again, but nothing in the number tells the periods apart.
    #[error("the serial begins again each {0}, but the pattern does not show the {0}: numbers would repeat")]
    Repeats(Reset),
    /// Not printable ASCII, or too long.
    #[error("a number has at most 40 letters, digits and - _ / . besides the braces")]
    Letters,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Year4,
    Year2,
    Month,
    Day,
    Serial(usize),
}

impl Numbering {
    /// The period of `now` in the organisation's zone.
    #[must_use]
    pub fn period(&self, now: Timestamp, zone: &TimeZone) -> Period {
        Period { date: now.to_zoned(zone.clone()).date(), reset: self.reset }
    }

    /// The number with this serial. A serial that has outgrown its width is written in full.
    ///
    /// # Errors
    /// [`PatternError`] when the pattern is not one; a checked playbook has none such.
    pub fn format(&self, period: &Period, serial: u64) -> Result<String, PatternError> {
        let date = period.date;
        let part = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Year4 => format!("{:04}", date.year()),
            Part::Year2 => format!("{:02}", date.year().rem_euclid(100)),
            Part::Month => format!("{:02}", date.month()),
            Part::Day => format!("{:02}", date.day()),
            Part::Serial(width) => format!("{serial:0width$}"),
        };
        Ok(self.parts()?.iter().map(part).collect())
    }

    /// Whether the pattern gives numbers that never repeat.
    ///
    /// # Errors
    /// The first [`PatternError`].
    pub fn check(&self) -> Result<(), PatternError> {
        let parts = self.parts()?;
        let year = parts.contains(&Part::Year4) || parts.contains(&Part::Year2);
        let month = year && parts.contains(&Part::Month);
        let day = month && parts.contains(&Part::Day);
        let told_apart = match self.reset {
            Reset::Day => day,
            Reset::Month => month,
            Reset::Year => year,
            Reset::Never => true,
        };
        if told_apart { Ok(()) } else { Err(PatternError::Repeats(self.reset)) }
    }

    fn parts(&self) -> Result<Vec<Part>, PatternError> {
        let mut parts = Vec::new();
        let mut rest = self.pattern.as_str();
        while !rest.is_empty() {
            let (literal, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
            parts.extend((!literal.is_empty()).then(|| Part::Literal(literal.to_owned())));
            let Some(braced) = after.strip_prefix('{') else { break };
            let (name, after) = braced.split_once('}').ok_or(PatternError::Brace)?;
            parts.push(Part::named(name)?);
            rest = after;
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
        let literal = |part: &Part| if let Part::Literal(text) = part { text.clone() } else { String::new() };
        let letters: String = parts.iter().map(literal).collect();
        if letters.contains('}') {
            return Err(PatternError::Brace);
        }
        if letters.len() > 40 || !letters.chars().all(allowed) {
            return Err(PatternError::Letters);
        }
        let serials = parts.iter().filter(|part| matches!(part, Part::Serial(_))).count();
        if serials == 1 { Ok(parts) } else { Err(PatternError::Serial) }
    }
}

impl Part {
    fn named(name: &str) -> Result<Self, PatternError> {
        let serial = name.strip_prefix("serial:").and_then(|width| width.parse().ok());
        match (name, serial) {
            (_, Some(width @ 1..=12)) => Ok(Self::Serial(width)),
            ("yyyy", _) => Ok(Self::Year4),
            ("yy", _) => Ok(Self::Year2),
            ("mm", _) => Ok(Self::Month),
            ("dd", _) => Ok(Self::Day),
            _ => Err(PatternError::Part(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NumberScope;

    fn numbering(pattern: &str, reset: Reset) -> Numbering {
        Numbering { pattern: pattern.to_owned(), reset, scope: NumberScope::Organisation }
    }

    ///
    #[test]
    fn the_period_is_that_of_the_organisations_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let evening: Timestamp = "2025-03-06T16:30:00Z".parse().unwrap();
        let daily = numbering("TS{yyyy}{mm}{dd}{serial:4}", Reset::Day);
        let period = daily.period(evening, &zone);
        assert_eq!(period.key(), "2025-03-07");
        assert_eq!(daily.format(&period, 12).unwrap(), "TS202503070012");
        assert_eq!(daily.format(&period, 12_345).unwrap(), "TS2025030712345");
        let yearly = numbering("8D-{yy}-{serial:3}", Reset::Year);
        assert_eq!(yearly.period(evening, &zone).key(), "2025");
        assert_eq!(yearly.format(&period, 1).unwrap(), "8D-25-001");
    }

    #[test]
    fn a_pattern_whose_numbers_would_repeat_is_refused() {
        assert_eq!(numbering("TS{serial:4}", Reset::Day).check(), Err(PatternError::Repeats(Reset::Day)));
        assert_eq!(
            numbering("{yyyy}{dd}{serial:4}", Reset::Month).check(),
            Err(PatternError::Repeats(Reset::Month))
        );
        assert_eq!(numbering("TS{serial:4}", Reset::Never).check(), Ok(()));
        assert_eq!(numbering("TS{yyyy}", Reset::Year).check(), Err(PatternError::Serial));
        assert_eq!(
            numbering("TS{week}{serial:4}", Reset::Never).check(),
            Err(PatternError::Part("week".into()))
        );
        assert_eq!(numbering("TS{yyyy", Reset::Never).check(), Err(PatternError::Brace));
    }
}
