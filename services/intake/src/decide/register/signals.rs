//! The playbook's words, looked for in what the customer said, become facts: rules need not read the text.

use playbook::Signal;

use super::Draft;

/// Sets the fact of every signal that is heard in the narrative, demand or opinion.
pub(super) fn hear(draft: &mut Draft) {
    let signals = &draft.playbook.playbook().intake.signals;
    if signals.is_empty() {
        return;
    }
    let body = &draft.body;
    let told = [Some(&body.narrative), body.demand.as_ref(), body.opinion.as_ref()];
    let told: Vec<String> = told.into_iter().flatten().map(|text| folded(text)).collect();
    let told = told.join("\n");
    for signal in signals.iter().filter(|signal| is_heard(signal, &told)) {
        if let Some(fact) = signal.fact() {
            draft.facts.insert(fact, true.into());
        }
    }
}

fn is_heard(signal: &Signal, told: &str) -> bool {
    signal.words.iter().map(|word| folded(word)).any(|word| occurs(&word, told))
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

    fn heard(word: &str, told: &str) -> bool {
        occurs(&folded(word), &folded(told))
    }

    #[test]
    fn chinese_words_are_found_anywhere_and_latin_ones_alone() {
        assert!(heard("受伤", "老人当场受伤送医"));
        assert!(heard("12315", "我已向１２３１５反映"));
        assert!(heard("Lawyer", "my LAWYER, will call"));
        assert!(heard("class action", "A Class Action is near"));
        assert!(!heard("sue", "the issue remains"));
        assert!(heard("sue", "I will sue."));
        assert!(!heard("315", "订单 123156"));
        assert!(heard("APP投诉", "在app投诉过"));
        assert!(!heard(" ", "anything"));
    }
}
