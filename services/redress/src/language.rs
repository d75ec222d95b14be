//! In which language a subcommand tells what it found: as asked for, else as the terminal's locale has it.

use contracts::{Language, Text};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The language that is asked for.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Spoken {
    /// zh or en; as the locale has it when absent. 语言，缺省按系统区域设置。
    #[arg(long, value_name = "zh|en", value_parser = read)]
    language: Option<Language>,
}

impl Spoken {
    /// The language.
    #[must_use]
    pub fn language(self) -> Language {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        self.language.unwrap_or_else(|| {
            of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).as_deref())
        })
    }
}

fn read(text: &str) -> Result<Language, String> {
    match text {
        "zh" => Ok(Language::Zh),
        "en" => Ok(Language::En),
        other => Err(format!("{other} is neither zh nor en")),
    }
}

fn of_locale(locale: Option<&str>) -> Language {
    if locale.is_some_and(|locale| locale.starts_with("zh")) { Language::Zh } else { Language::En }
}

/// A text in the language.
#[must_use]
pub fn say(language: Language, zh: impl Into<String>, en: impl Into<String>) -> String {
    match language {
        Language::Zh => zh.into(),
        Language::En => en.into(),
    }
}

/// A label with its key.
#[must_use]
pub fn labelled(language: Language, label: &Text, key: &impl std::fmt::Display) -> String {
    format!("{} ({key})", label.get(language))
}

/// The zone of this name; UTC where the machine does not know it.
#[must_use]
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// A local time to the minute, or to the second where that matters.
#[must_use]
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let pattern = if local.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    local.strftime(pattern).to_string()
}

/// A due time; a dash where none is known.
#[must_use]
pub fn due(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map_or_else(|| "—".to_owned(), |at| local(at, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_the_language_where_nobody_asks_for_one() {
        assert_eq!(of_locale(Some("zh_CN.UTF-8")), Language::Zh);
        assert_eq!(of_locale(Some("C.UTF-8")), Language::En);
        assert_eq!(of_locale(None), Language::En);
        assert!(read("fr").is_err() && read("zh") == Ok(Language::Zh));
    }

    #[test]
    fn times_are_local_and_as_exact_as_they_are() {
        let zone = zone("Asia/Shanghai");
        assert_eq!(local("2025-03-07T02:00:00Z".parse().unwrap(), &zone), "2025-03-07 10:00");
        assert_eq!(local("2025-03-07T02:00:06Z".parse().unwrap(), &zone), "2025-03-07 10:00:06");
        assert_eq!(due(None, &zone), "—");
    }
}
