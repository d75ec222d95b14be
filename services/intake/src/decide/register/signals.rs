//! The playbook's words, looked for in what the customer said, become facts: rules need not read the text.

use contracts::Facts;
use playbook::{Playbook, Signal};

/// The fact of every signal that is heard in what was told.
pub(in crate::decide) fn heard<'t>(playbook: &Playbook, told: impl Iterator<Item = &'t str>) -> Facts {
    let signals = &playbook.intake.signals;
    if signals.is_empty() {
        return Facts::new();
    }
    let told = told.map(folded).collect::<Vec<_>>().join("\n");
    let heard = signals.iter().filter(|signal| is_heard(signal, &told));
    heard.filter_map(Signal::fact).map(|fact| (fact, true.into())).collect()
}

fn is_heard(signal: &Signal, told: &str) -> bool {
    signal.words.iter().map(|word| folded(word)).any(|word| occurs(&word, told))
}

/// Whether `told` says `word`, as it is heard.
pub(super) fn says(word: &str, told: &str) -> bool {
    occurs(&folded(word), &folded(told))
}

/// Chinese words are found anywhere; a word of Latin letters and digits only where it stands alone: `sue` is not in
/// `issue`.
fn occurs(word: &str, told: &str) -> bool {
    let word = word.trim();
    if word.is_empty() {
        return false;
    }
    let in_a_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    told.match_indices(word).any(|(at, _)| {
        let before = told[..at].chars().next_back();
        let after = told[at + word.len()..].chars().next();
        let runs_on_before = in_a_word(word.chars().next()) && in_a_word(before);
        let runs_on_after = in_a_word(word.chars().next_back()) && in_a_word(after);
        !runs_on_before && !runs_on_after
    })
}

/// Lower case and half width.
fn folded(text: &str) -> String {
    let half = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(half).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_words_are_found_anywhere_and_latin_ones_alone() {
        assert!(says("受伤", "老人当场受伤送医"));
        assert!(says("12315", "我已向１２３１５反映"));
        assert!(says("Lawyer", "my LAWYER, will call"));
        assert!(says("class action", "A Class Action is near"));
        assert!(!says("sue", "the issue remains"));
        assert!(says("sue", "I will sue."));
        assert!(!says("315", "订单 123156"));
        assert!(says("APP投诉", "在app投诉过"));
        assert!(!says(" ", "anything"));
    }
}
