//! Dates, times, money and spans as the reader's language writes them, in the organisation's zone. Whoever reads a page
//! in another zone still reads the times that the organisation works by.

use contracts::{Fen, Language, Text};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::words::{Word, shell};

/// The language of a page, and the zone of its times.
#[derive(Debug, Clone)]
pub struct Locale {
    /// In which language.
    pub language: Language,
    /// In which zone.
    pub zone: TimeZone,
    /// What time it is: an argument, as everywhere.
    pub now: Timestamp,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Locale {
    /// The language as HTML names it.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        }
    }

    /// A word.
    #[must_use]
    pub const fn say(&self, word: Word) -> &'static str {
        word.get(self.language)
    }

    /// A word with its places filled in.
    #[must_use]
    pub fn fill(&self, word: Word, values: &[(&str, &str)]) -> String {
        word.with(self.language, values)
    }

    /// A label of a playbook or the directory.
    #[must_use]
    pub fn label<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.language)
    }

    fn at(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// A day: `2026年11月28日`, `28 Nov 2026`.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        let at = self.at(at);
        match self.language {
            Language::Zh => format!("{}年{}月{}日", at.year(), at.month(), at.day()),
            Language::En => format!("{} {} {}", at.day(), month(at.month()), at.year()),
        }
    }

    /// A day and a time: `2026年11月28日 14:05`, `28 Nov 2026, 14:05`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        let local = self.at(at);
        let clock = format!("{:02}:{:02}", local.hour(), local.minute());
        match self.language {
            Language::Zh => format!("{} {clock}", self.date(at)),
            Language::En => format!("{}, {clock}", self.date(at)),
        }
    }

    /// As short as it can be told: `今天 14:05`, `tomorrow 09:00`, `12月3日 24:00`, `3 Dec 24:00`. The end of a day is
    /// 24:00 of it, as limits are spoken of, not 00:00 of the next.
    #[must_use]
    pub fn near(&self, at: Timestamp) -> String {
        let local = self.at(at);
        let ends_day = (local.hour(), local.minute(), local.second()) == (0, 0, 0);
        let day = if ends_day { local.date().yesterday().unwrap_or(local.date()) } else { local.date() };
        let clock =
            if ends_day { "24:00".to_owned() } else { format!("{:02}:{:02}", local.hour(), local.minute()) };
        let today = self.at(self.now).date();
        let away = (day - today).get_days();
        let word = match away {
            0 => self.say(shell::TODAY).to_owned(),
            1 => self.say(shell::TOMORROW).to_owned(),
            -1 => self.say(shell::YESTERDAY).to_owned(),
            _ => self.short_day(day, day.year() == today.year()),
        };
        format!("{word} {clock}")
    }

    fn short_day(&self, day: jiff::civil::Date, this_year: bool) -> String {
        match (self.language, this_year) {
            (Language::Zh, true) => format!("{}月{}日", day.month(), day.day()),
            (Language::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            (Language::En, true) => format!("{} {}", day.day(), month(day.month())),
            (Language::En, false) => format!("{} {} {}", day.day(), month(day.month()), day.year()),
        }
    }

    /// A day: `2026-11-28`, as date fields and addresses have it.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        self.at(at).date().to_string()
    }

    /// A day and a time as spreadsheet programs read it: `2026-11-28 14:05`.
    #[must_use]
    pub fn plain(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A day and a time as a field for them has it: `2026-11-28T14:05`.
    #[must_use]
    pub fn field(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// A day and a time to the second, for a record: `2026-11-28 14:05:09`.
    #[must_use]
    pub fn second(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// As machines read it.
    #[must_use]
    pub fn machine(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// A span, in its two largest units: `1 天 3 小时`, `1 d 3 h`, `5 min`.
    #[must_use]
    pub fn span(&self, seconds: i64) -> String {
        let seconds = seconds.abs();
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        let part = |word: Word, n: i64| (n > 0).then(|| self.fill(word, &[("n", &n.to_string())]));
        let parts = match (days, hours) {
            (0, 0) => [part(shell::MINUTES, minutes), None],
            (0, _) => [part(shell::HOURS, hours), part(shell::MINUTES, minutes)],
            (..) => [part(shell::DAYS, days), part(shell::HOURS, hours)],
        };
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() { self.say(shell::MOMENT).to_owned() } else { parts.join(" ") }
    }

    /// How long until `due`, or since it passed: `剩 2 小时`, `3 d over`.
    #[must_use]
    pub fn left(&self, due: Timestamp) -> String {
        let seconds = (due - self.now).get_seconds();
        let word = if seconds >= 0 { shell::LEFT } else { shell::OVERDUE_BY };
        self.fill(word, &[("span", &self.span(seconds))])
    }

    /// How long ago.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        self.fill(shell::AGO, &[("span", &self.span((self.now - at).get_seconds()))])
    }

    /// An amount: `¥1,234.50`. The product counts in fen of the yuan, whatever the reader's language.
    #[must_use]
    pub fn money(&self, amount: Fen) -> String {
        let fen = amount.0.unsigned_abs();
        let digits = (fen / 100).to_string();
        let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        let sign = if amount.0 < 0 { "−" } else { "" };
        format!("{sign}¥{}.{:02}", groups.join(","), fen % 100)
    }
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(language: Language) -> Locale {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        Locale { language, zone, now: "2026-11-28T06:05:00Z".parse().unwrap() }
    }

    #[test]
    fn times_are_the_organisations_and_written_as_the_language_does() {
        let (zh, en) = (locale(Language::Zh), locale(Language::En));
        let at = "2026-11-28T18:30:00Z".parse().unwrap();
        assert_eq!(zh.time(at), "2026年11月29日 02:30");
        assert_eq!(en.time(at), "29 Nov 2026, 02:30");
        assert_eq!((zh.near(at), en.near(at)), ("明天 02:30".into(), "tomorrow 02:30".into()));
        assert_eq!(en.machine(at), "2026-11-29T02:30:00+08:00");
    }

    #[test]
    fn the_end_of_a_day_is_its_own() {
        let at = "2026-12-03T16:00:00Z".parse().unwrap();
        assert_eq!(locale(Language::Zh).near(at), "12月3日 24:00");
        assert_eq!(locale(Language::En).near(at), "3 Dec 24:00");
        let new_year = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(locale(Language::En).near(new_year), "31 Dec 24:00");
        assert_eq!(locale(Language::En).near("2027-01-01T16:00:00Z".parse().unwrap()), "1 Jan 2027 24:00");
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let (zh, en) = (locale(Language::Zh), locale(Language::En));
        assert_eq!((zh.span(97_200), en.span(97_200)), ("1 天 3 小时".into(), "1 d 3 h".into()));
        assert_eq!((en.span(30), zh.span(300)), ("under 1 min".into(), "5 分钟".into()));
        assert_eq!(en.left("2026-11-28T04:05:00Z".parse().unwrap()), "2 h over");
        assert_eq!(zh.left("2026-11-28T08:05:00Z".parse().unwrap()), "剩 2 小时");
        assert_eq!(en.ago("2026-11-27T06:05:00Z".parse().unwrap()), "1 d ago");
    }

    #[test]
    fn money_is_grouped() {
        let en = locale(Language::En);
        assert_eq!(en.money(Fen(123_456_750)), "¥1,234,567.50");
        assert_eq!((en.money(Fen(5)), en.money(Fen(-100_000))), ("¥0.05".into(), "−¥1,000.00".into()));
    }
}
