//! Words to avoid, looked for in a text that is written to a customer.

use std::collections::BTreeMap;

use contracts::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Script;
use crate::words::Key;

/// Words in a text that a script says to avoid. A warning: whoever writes decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// The script that says so.
    pub script: Key,
    /// Its name.
    pub label: Text,
    /// Where the words begin, in characters from 0.
    pub from: u32,
    /// Where they end, exclusive.
    pub to: u32,
    /// The words as they stand in the text.
    pub words: String,
    /// What is better said.
    pub better: Option<Text>,
}

/// Every place of `text` with words that one of the scripts says to avoid, in the order of the text. Words of both
/// languages are looked for, whatever the case of their letters; English ones only as whole words.
#[must_use]
pub fn warnings(scripts: &BTreeMap<Key, Script>, text: &str) -> Vec<Warning> {
    let written: Vec<char> = text.chars().collect();
    let folded: Vec<char> = written.iter().map(|letter| fold(*letter)).collect();
    let mut found = Vec::new();
    for (key, script) in scripts {
        for avoid in &script.avoid {
            let Text { zh, en } = &avoid.words;
            let mut wanted = vec![zh.trim(), en.trim()];
            wanted.dedup();
            for (from, to) in wanted.into_iter().flat_map(|words| places(&folded, words)) {
                found.push(Warning {
                    script: key.clone(),
                    label: script.label.clone(),
                    from: whole(from),
                    to: whole(to),
                    words: written[from..to].iter().collect(),
                    better: avoid.better.clone(),
                });
            }
        }
    }
    found.extend(impersonal(scripts, text));
    found.sort_by(|a, b| (a.from, a.to, &a.script).cmp(&(b.from, b.to, &b.script)));
    found
}

/// A text that is nothing but a standard phrase, where a script asks for personal replies.
fn impersonal(scripts: &BTreeMap<Key, Script>, text: &str) -> Option<Warning> {
    let (key, script) = scripts.iter().find(|(_, script)| script.personalise)?;
    let said = |text: &str| text.trim().trim_end_matches(['。', '.', '！', '!']).to_lowercase();
    let written = said(text);
    let mut phrases = scripts.values().flat_map(|script| &script.say);
    let is_standard = !written.is_empty()
        && phrases.any(|Text { zh, en }| [zh, en].into_iter().any(|phrase| said(phrase) == written));
    is_standard.then(|| Warning {
        script: key.clone(),
        label: script.label.clone(),
        from: 0,
        to: whole(text.chars().count()),
        words: text.to_owned(),
        better: script.say.first().cloned(),
    })
}

fn whole(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The letter in lower case where that is one letter: places are counted in those of the text.
fn fold(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

fn places(text: &[char], words: &str) -> Vec<(usize, usize)> {
    let words: Vec<char> = words.chars().map(fold).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let is_part = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(char::is_ascii_alphanumeric);
    let edge = |letter: Option<&char>| letter.is_some_and(char::is_ascii_alphanumeric);
    let fits = |from: usize, to: usize| {
        let inside = (edge(words.first()) && is_part(from.checked_sub(1)))
            || (edge(words.last()) && is_part(Some(to)));
        !inside
    };
    let windows = text.windows(words.len()).enumerate().filter(|(_, window)| *window == words.as_slice());
    windows.map(|(from, window)| (from, from + window.len())).filter(|(from, to)| fits(*from, *to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts() -> BTreeMap<Key, Script> {
        serde_json::from_value(serde_json::json!({
            "taboos": {
                "label": {"zh": "禁语", "en": "Taboos"},
                "avoid": [
                    {"words": {"zh": "不可能", "en": "impossible"},
                        "better": {"zh": "我来为您核实", "en": "let me find out"}},
                    {"words": {"zh": "规定", "en": "our rules"}},
                ],
            },
        }))
        .unwrap()
    }

    #[test]
    fn each_place_is_told_with_the_better_phrase_in_the_order_of_the_text() {
        let found = warnings(&scripts(), "按规定，这不可能，不可能。");
        let told: Vec<_> = found.iter().map(|one| (one.from, one.to, one.words.as_str())).collect();
        assert_eq!(told, [(1, 3, "规定"), (5, 8, "不可能"), (9, 12, "不可能")]);
        assert_eq!(found[0].better, None);
        assert_eq!(found[1].better.as_ref().unwrap().zh, "我来为您核实");
    }

    #[test]
    fn english_words_are_whole_words_in_any_case() {
        let places = |text: &str| warnings(&scripts(), text).len();
        assert_eq!(places("That is IMPOSSIBLE."), 1);
        assert_eq!(places("impossible: our rules say so"), 2);
        assert_eq!(places("an impossibleness, labour rules"), 0);
        assert_eq!(places("不impossible好"), 1, "Chinese has no spaces");
        assert_eq!(places(""), 0);
    }

    /// P28 wants replies that are about this customer, whatever the standard scripts of the playbook say.
    #[test]
    fn a_standard_phrase_alone_is_impersonal_where_that_is_asked_for() {
        let mut scripts = scripts();
        let standard = serde_json::json!({"label": {"zh": "话术", "en": "Script"},
            "say": [{"zh": "非常抱歉。", "en": "We are very sorry."}]});
        scripts.insert(
            serde_json::from_value("standard".into()).unwrap(),
            serde_json::from_value(standard).unwrap(),
        );
        assert_eq!(warnings(&scripts, "非常抱歉"), []);
        let personal = serde_json::json!({"label": {"zh": "个性化", "en": "Personal"}, "personalise": true,
            "say": [{"zh": "王先生，您的冰箱…", "en": "Mr Wang, your fridge …"}]});
        scripts.insert(
            serde_json::from_value("tone".into()).unwrap(),
            serde_json::from_value(personal).unwrap(),
        );
        let found = warnings(&scripts, "we are very sorry!");
        assert_eq!((found.len(), found[0].script.as_str(), found[0].from, found[0].to), (1, "tone", 0, 18));
        assert_eq!(warnings(&scripts, "王先生，非常抱歉。"), []);
        assert_eq!(warnings(&scripts, " "), []);
    }

    #[test]
    fn nothing_to_avoid_warns_of_nothing() {
        assert_eq!(warnings(&BTreeMap::new(), "不可能"), []);
    }
}
