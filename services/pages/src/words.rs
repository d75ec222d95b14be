//! Every word on a page, in both languages. A word that lacks one does not compile; what a word says is tested below.
//!
//! **To add one:** a line in the table it belongs to, `NAME: "中文", "English";`, and use it as `words::work::NAME`.
//! `{name}` is filled in by [`Word::with`]. A number stands after its noun (“Photos: 3”), so that no word has a plural.

pub mod access;
pub mod admin;
pub mod after;
pub mod approvals;
pub mod calendars;
pub mod case;
pub mod channels;
pub mod desk;
pub mod directory;
pub mod facts;
pub mod figures;
pub mod guided;
pub mod known;
pub mod leave;
pub mod ledger;
pub mod playbooks;
pub mod portal;
pub mod scenarios;
pub mod shell;
pub mod stages;
pub mod tasks;
pub mod work;

use contracts::{Language, Text};

/// A word, sentence or label in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Word {
    /// In `language`.
    #[must_use]
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }

    /// In `language`, with `{name}` filled in.
    #[must_use]
    pub fn with(self, language: Language, values: &[(&str, &str)]) -> String {
        let mut text = self.get(language).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// As a label of the contracts' kind.
    #[must_use]
    pub fn text(self) -> Text {
        Text { zh: self.zh.to_owned(), en: self.en.to_owned() }
    }
}

/// A table of words: a constant each, and all of them with their names.
macro_rules! table {
    ($($name:ident: $zh:literal, $en:literal;)+) => {
        $(
            #[doc = $en]
            pub const $name: $crate::words::Word = $crate::words::Word { zh: $zh, en: $en };
        )+
        /// All of this table, with their names.
        pub const ALL: &[(&str, $crate::words::Word)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use table;

/// The word that a table has for a key of a service, such as `stage.entered` as `STAGE_ENTERED`.
#[must_use]
pub fn by_key(table: &[(&str, Word)], key: &str) -> Option<Word> {
    let name = key.to_ascii_uppercase().replace(['.', '-'], "_");
    table.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
}

/// Every table, by its name.
pub const TABLES: &[(&str, &[(&str, Word)])] = &[
    ("approvals", approvals::ALL),
    ("access", access::ALL),
    ("admin", admin::ALL),
    ("after", after::ALL),
    ("calendars", calendars::ALL),
    ("case", case::ALL),
    ("channels", channels::ALL),
    ("desk", desk::ALL),
    ("directory", directory::ALL),
    ("facts", facts::ALL),
    ("known", known::ALL),
    ("figures", figures::ALL),
    ("leave", leave::ALL),
    ("ledger", ledger::ALL),
    ("playbooks", playbooks::ALL),
    ("portal", portal::ALL),
    ("scenarios", scenarios::ALL),
    ("shell", shell::ALL),
    ("stages", stages::ALL),
    ("tasks", tasks::ALL),
    ("work", work::ALL),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> impl Iterator<Item = (String, Word)> {
        TABLES.iter().flat_map(|(table, words)| {
            words.iter().map(move |(name, word)| (format!("{table}::{name}"), *word))
        })
    }

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    /// Latin letters that stand in Chinese texts too.
    const LATIN: &[&str] = &["Redress", "English", "JPG", "PNG", "PDF", "MB", "Ctrl", "Enter", "CSV"];

    #[test]
    fn every_word_says_something_in_both_languages_and_is_no_copy() {
        for (name, word) in all() {
            assert!(!word.zh.trim().is_empty() && !word.en.trim().is_empty(), "{name}");
            let mut zh = word.zh.to_owned();
            places(word.zh).iter().for_each(|place| zh = zh.replace(&format!("{{{place}}}"), ""));
            LATIN.iter().for_each(|latin| zh = zh.replace(latin, ""));
            assert!(!zh.chars().any(|c| c.is_ascii_alphabetic()), "{name} is not Chinese: {}", word.zh);
            let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(
                name == "shell::CHINESE" || !word.en.chars().any(chinese),
                "{name} is not English: {}",
                word.en
            );
        }
    }

    #[test]
    fn what_is_filled_in_is_the_same_in_both_languages() {
        for (name, word) in all() {
            assert_eq!(places(word.zh), places(word.en), "{name}");
        }
    }

    #[test]
    fn a_word_is_filled_in() {
        let word = Word { zh: "{n} 件", en: "Complaints: {n}" };
        assert_eq!(word.with(Language::En, &[("n", "3")]), "Complaints: 3");
        assert_eq!(word.with(Language::Zh, &[("n", "3")]), "3 件");
    }
}
