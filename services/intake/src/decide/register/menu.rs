//! What a caller chose in the menu of a hotline opens a record, before anybody has spoken to them.

use contracts::commands::intake::RegisterComplaint;
use contracts::{Language, Problem, ProblemCode};
use playbook::Playbook;

use crate::decide::reading::not_listed;

/// Takes kind and words of the option. What else the caller has to say, the receiver takes down.
pub(super) fn choose(body: &mut RegisterComplaint, playbook: Option<&Playbook>) -> Option<Problem> {
    let (pressed, playbook) = (body.menu_option.as_deref()?, playbook?);
    let channel = playbook.channels.iter().find(|channel| channel.key == body.channel);
    let options = channel.map(|channel| channel.menu.as_slice()).unwrap_or_default();
    let Some(option) = options.iter().find(|option| option.key.as_str() == pressed) else {
        let keys = options.iter().map(|option| option.key.as_str());
        let problem = not_listed("/menu_option", pressed, keys);
        return Some(if options.is_empty() {
            problem.expected("no option: there is no menu")
        } else {
            problem
        });
    };
    if body.narrative.trim().is_empty() {
        let label = match body.language {
            Language::Zh => &option.label.zh,
            Language::En => &option.label.en,
        };
        body.narrative.clone_from(label);
    }
    let kind = option.kind.as_str();
    if body.kind.as_deref().is_some_and(|given| given != kind) {
        let problem = Problem::new(ProblemCode::InvalidField, "the menu says another kind").at("/kind");
        return Some(problem.expected(format!("{kind}, or no kind")));
    }
    body.kind = Some(kind.to_owned());
    None
}
