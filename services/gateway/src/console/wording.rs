//! Words to avoid in what is being typed, as notification finds them.

use contracts::{ComplaintId, Language, Problem, Text};
use pages::wording::Avoid;
use serde_json::Value;

use super::known::Book;
use super::visitor::Member;
use crate::problem::Refusal;
use crate::routes::case;

/// Characters shown around words to avoid.
const AROUND: usize = 12;
/// Characters of a text that are looked at.
const MOST: usize = 5_000;

/// Whether a playbook has anything to avoid or to say.
pub(super) fn has_scripts(book: &Book) -> bool {
    book.document()["scripts"].as_object().is_some_and(|scripts| !scripts.is_empty())
}

/// A text as far as it is looked at.
pub(super) fn looked_at(text: &str) -> String {
    text.chars().take(MOST).collect()
}

/// What was found in `text`.
///
/// # Errors
/// What notification does not answer in the way it does.
pub(super) fn found(text: &str, answer: &Value, language: Language) -> Result<Vec<Avoid>, Refusal> {
    let all: Vec<Value> = Problem::read(answer["warnings"].clone())?;
    Ok(all.iter().map(|one| avoid(text, one, language)).collect())
}

/// Words to avoid in what is being written about a case. A hint: nobody is kept from writing when it cannot be had.
pub(super) async fn of_case(
    member: &Member,
    complaint: ComplaintId,
    texts: impl Iterator<Item = &str>,
) -> Vec<Avoid> {
    let mut warned = Vec::new();
    for text in texts.map(looked_at) {
        let answer = case::words_to_avoid(&member.visitor.app, &member.principal(), complaint, &text).await;
        let all = answer.and_then(|answer| found(&text, &answer, member.visitor.language));
        warned.extend(all.unwrap_or_default());
    }
    warned
}

fn avoid(text: &str, warning: &Value, language: Language) -> Avoid {
    let place = |key: &str| usize::try_from(warning[key].as_u64().unwrap_or(0)).unwrap_or(0);
    let (from, to) = (place("from"), place("to"));
    let piece = |from: usize, to: usize| text.chars().skip(from).take(to.saturating_sub(from)).collect();
    let start = from.saturating_sub(AROUND);
    let better = serde_json::from_value::<Text>(warning["better"].clone()).ok();
    Avoid {
        before: piece(start, from),
        words: piece(from, to),
        after: piece(to, to + AROUND),
        better: better.map(|text| text.get(language).to_owned()),
    }
}
