//! What came as mail: its subject is part of what was told, and may decide whether it is a complaint at all.

use contracts::commands::intake::RegisterComplaint;
use contracts::commands::{Actor, check_text};
use contracts::{Problem, ProblemCode};
use playbook::Playbook;

use super::signals;

/// The longest line of a mail (RFC 5322), in characters.
const LONGEST_SUBJECT: usize = 998;

/// What stands between subject and narrative.
const BETWEEN: &str = "\n\n";

/// Puts the subject before the narrative: many a mail says there what it is about, and some say nothing else.
pub(super) fn put_subject_first(body: &mut RegisterComplaint) {
    let Some(subject) = body.subject.as_deref().filter(|subject| !subject.trim().is_empty()) else { return };
    body.narrative = if body.narrative.trim().is_empty() {
        subject.to_owned()
    } else {
        format!("{subject}{BETWEEN}{}", body.narrative)
    };
}

/// How many characters of the narrative are the subject, which has a limit of its own: a long mail is not refused for what
/// was put before it.
pub(super) fn before_narrative(body: &RegisterComplaint) -> usize {
    let subject = body.subject.as_deref().filter(|subject| !subject.trim().is_empty());
    subject.map_or(0, |subject| subject.chars().count() + BETWEEN.len())
}

/// That the subject can be kept, and is one that the playbook takes for a complaint. Mail that a system feeds in without a
/// subject says nothing there; a person who registers one has read it.
pub(super) fn check(body: &RegisterComplaint, actor: &Actor, playbook: Option<&Playbook>) -> Option<Problem> {
    let subject = match (&body.subject, actor) {
        (Some(subject), _) => subject.as_str(),
        (None, Actor::Feeder { .. }) => "",
        (None, Actor::Staff { .. } | Actor::Customer | Actor::System) => return None,
    };
    if !subject.is_empty()
        && let Err(problem) = check_text("/subject", subject, LONGEST_SUBJECT)
    {
        return Some(problem);
    }
    let channel = playbook?.channels.iter().find(|channel| channel.key == body.channel)?;
    let wanted = &channel.subject_has;
    let taken = wanted.is_empty() || wanted.iter().any(|word| signals::says(word, subject));
    (!taken).then(|| {
        Problem::new(ProblemCode::NotAComplaint, "the subject does not say that it is a complaint")
            .at("/subject")
            .expected(format!("a subject with {}", wanted.join(" / ")))
    })
}
