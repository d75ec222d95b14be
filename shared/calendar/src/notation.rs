//! How limits are written: reading is lenient, writing has one form for each.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::limit::{Limit, MonthDay};

/// The longest limit that is believed, in hours: ten years.
const LONGEST_HOURS: u64 = 3_660 * 24;

/// Why a text is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum LimitError {
    #[error(
        "{text:?} is no limit; write 6s, 30min, 2h, 3 calendar days, 5 working days, 1 week, \
         2 working hours, day 4 of month, day 4 of next month, same day or agreed with customer"
    )]
    NotUnderstood { text: String },
    #[error("{text:?}: say whether these are calendar days or working days")]
    WhichDays { text: String },
    #[error("{text:?}: a limit is at least 1")]
    Zero { text: String },
    #[error("{text:?}: a limit is at most ten years")]
    TooLong { text: String },
    #[error("{text:?}: a month has days 1 to 31")]
    NoSuchDay { text: String },
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let not_understood = || LimitError::NotUnderstood { text: text.into() };
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["same", "day"] => return Ok(Self::SameDay),
            ["agreed", "with", "customer"] => return Ok(Self::Agreed),
            ["day", day, "of", "month"] => return Ok(Self::DayOfMonth(month_day(text, day)?)),
            ["day", day, "of", "next", "month"] => {
                return Ok(Self::DayOfNextMonth(month_day(text, day)?));
            }
            _ => {}
        }
        let joined = words.join(" ");
        let split = joined.find(|c: char| !c.is_ascii_digit()).ok_or_else(not_understood)?;
        let (number, unit) = joined.split_at(split);
        if number.is_empty() {
            return Err(not_understood());
        }
        let number = number.parse::<u32>().map_err(|_| LimitError::TooLong { text: text.into() })?;
        let amount = NonZeroU32::new(number).ok_or_else(|| LimitError::Zero { text: text.into() })?;
        let (limit, hours) = match unit.trim() {
            "s" | "second" | "seconds" => (Self::Seconds(amount), u64::from(number) / 3_600),
            "min" | "minute" | "minutes" => (Self::Minutes(amount), u64::from(number) / 60),
            "h" | "hour" | "hours" => (Self::Hours(amount), number.into()),
            "wh" | "working hour" | "working hours" => (Self::WorkingHours(amount), number.into()),
            "cd" | "calendar day" | "calendar days" => (Self::CalendarDays(amount), u64::from(number) * 24),
            "wd" | "working day" | "working days" => (Self::WorkingDays(amount), u64::from(number) * 24),
            "wk" | "week" | "weeks" => (Self::Weeks(amount), u64::from(number) * 168),
            "d" | "day" | "days" => return Err(LimitError::WhichDays { text: text.into() }),
            _ => return Err(not_understood()),
        };
        if hours > LONGEST_HOURS {
            return Err(LimitError::TooLong { text: text.into() });
        }
        Ok(limit)
    }
}

fn month_day(text: &str, day: &str) -> Result<MonthDay, LimitError> {
    let day = day.parse().map_err(|_| LimitError::NotUnderstood { text: text.into() })?;
    MonthDay::new(day).ok_or_else(|| LimitError::NoSuchDay { text: text.into() })
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut count =
            |n: &NonZeroU32, unit: &str| write!(f, "{n} {unit}{}", if n.get() == 1 { "" } else { "s" });
        match self {
            Self::WorkingHours(n) => count(n, "working hour"),
            Self::CalendarDays(n) => count(n, "calendar day"),
            Self::WorkingDays(n) => count(n, "working day"),
            Self::Weeks(n) => count(n, "week"),
            Self::Seconds(n) => write!(f, "{n}s"),
            Self::Minutes(n) => write!(f, "{n}min"),
            Self::Hours(n) => write!(f, "{n}h"),
            Self::DayOfMonth(day) => write!(f, "day {} of month", day.get()),
            Self::DayOfNextMonth(day) => write!(f, "day {} of next month", day.get()),
            Self::SameDay => f.write_str("same day"),
            Self::Agreed => f.write_str("agreed with customer"),
        }
    }
}

impl Limit {
    /// As customers read it in Chinese; [`Display`](fmt::Display) writes English.
    #[must_use]
    pub fn in_chinese(self) -> String {
        match self {
            Self::Seconds(n) => format!("{n}秒"),
            Self::Minutes(n) => format!("{n}分钟"),
            Self::Hours(n) => format!("{n}小时"),
            Self::WorkingHours(n) => format!("{n}个工作小时"),
            Self::CalendarDays(n) => format!("{n}天"),
            Self::WorkingDays(n) => format!("{n}个工作日"),
            Self::Weeks(n) => format!("{n}周"),
            Self::DayOfMonth(day) => format!("每月{}日前", day.get()),
            Self::DayOfNextMonth(day) => format!("次月{}日前", day.get()),
            Self::SameDay => "当日".to_owned(),
            Self::Agreed => "与您约定的时间".to_owned(),
        }
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitError;

    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A time limit; the day of receipt is not counted.",
            "examples": [
                "6s", "30min", "2h", "3 calendar days", "5 working days", "1 week", "2 working hours",
                "day 4 of month", "day 4 of next month", "same day", "agreed with customer"
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_written_back_as_it_was_read() {
        for text in [
            "6s",
            "30min",
            "2h",
            "48h",
            "1 calendar day",
            "3 calendar days",
            "1 working day",
            "5 working days",
            "1 week",
            "2 weeks",
            "1 working hour",
            "2 working hours",
            "day 4 of month",
            "day 4 of next month",
            "same day",
            "agreed with customer",
        ] {
            assert_eq!(text.parse::<Limit>().unwrap().to_string(), text);
            let json = format!("{text:?}");
            let limit: Limit = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&limit).unwrap(), json);
        }
    }

    #[test]
    fn short_and_long_forms_mean_the_same() {
        for (short, long) in [
            ("3cd", "3 calendar days"),
            ("5wd", "5 working days"),
            ("1wk", "1 week"),
            ("2wh", "2 working hours"),
            ("2 hours", "2h"),
            (" 30 min ", "30min"),
            ("1 working days", "1 working day"),
        ] {
            assert_eq!(short.parse::<Limit>().unwrap().to_string(), long);
        }
    }

    #[test]
    fn what_is_no_limit_is_refused_with_the_reason() {
        let reason = |text: &str| text.parse::<Limit>().unwrap_err().to_string();
        assert!(reason("3 days").contains("calendar days or working days"));
        assert!(reason("0h").contains("at least 1"));
        assert!(reason("4000 working days").contains("ten years"));
        assert!(reason("99999999999s").contains("ten years"));
        assert!(reason("day 32 of month").contains("1 to 31"));
        for text in ["", "h", "2", "-2h", "1.5h", "two hours", "2H", "day four of month", "2h30min"] {
            assert!(reason(text).contains("is no limit"), "{text}");
        }
    }
}
