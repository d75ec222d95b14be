//! Sheets: named points that the playbook asks somebody to fill in, such as the closing summary of a case.

use contracts::commands::{PointText, check_text};
use contracts::{Problem, ProblemCode};

use crate::model::Labelled;

/// The longest text of a point, in characters.
const LONGEST: usize = 5_000;

/// What is wrong with a sheet that was filled in, at `/points`: each point that is asked for is there once, and no other.
#[must_use]
pub fn wrong_with(asked: &[Labelled], filled: &[PointText]) -> Vec<Problem> {
    let words: Vec<_> = asked.iter().map(|point| point.key.as_str()).collect();
    let strange = filled.iter().enumerate().filter_map(|(at, one)| {
        let again = filled[..at].iter().any(|earlier| earlier.point == one.point);
        if again || !words.contains(&one.point.as_str()) {
            let expected = if words.is_empty() {
                "no point".to_owned()
            } else {
                format!("each once: {}", words.join(", "))
            };
            let problem = Problem::new(ProblemCode::InvalidField, "the playbook asks for no such point here");
            return Some(problem.at(format!("/points/{at}/point")).expected(expected));
        }
        check_text(&format!("/points/{at}/text"), &one.text, LONGEST).err()
    });
    let is_lacking = |word: &&&str| !filled.iter().any(|one| one.point == **word);
    let lacking: Vec<_> = words.iter().filter(is_lacking).copied().collect();
    let lacking = (!lacking.is_empty()).then(|| {
        Problem::new(ProblemCode::MissingField, "the playbook asks for more points")
            .at("/points")
            .expected(lacking.join(", "))
    });
    strange.chain(lacking).collect()
}
