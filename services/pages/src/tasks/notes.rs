//! What whoever fills in a form has before them beside it: what is asked, what to say and what not, what to go through.

use contracts::Text;
use jiff::Timestamp;
use serde_json::Value;

use super::{Scene, approval, investigation, list};
use crate::forms::Label;
use crate::words::tasks as say;

/// A heading with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The heading.
    pub title: Label,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Note {
    /// Its plain lines.
    pub fn plain(&self) -> impl Iterator<Item = &Label> {
        self.lines.iter().filter_map(|line| match line {
            Line::Plain(label) => Some(label),
            Line::Avoid(..) | Line::At(..) => None,
        })
    }
}

/// A line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// As it is.
    Plain(Label),
    /// What is not said, and what is better.
    Avoid(Label, Option<Label>),
    /// When something is meant.
    At(Label, Timestamp),
}

/// What stands beside the form of `verb`.
#[must_use]
pub fn notes(verb: &str, scene: &Scene) -> Vec<Note> {
    match verb {
        "contact.prepare" | "contact.record" | "reply" | "answer.record" | "callback" => guide(scene),
        // Intake clarifies, and tells of no guide of its own: what the playbook says.
        "clarify" => said(&scene.book).collect(),
        "ruling.give" => question(scene).into_iter().collect(),
        "correct.done" => {
            let text = investigation::measure_text(scene).map(|text| Label::Name(text.to_owned()));
            text.map(|text| note(say::MEASURE, [text])).into_iter().collect()
        }
        "correct.plan" => trained(scene).into_iter().collect(),
        "meet" => {
            let opinion = approval::opinion(&scene.round).and_then(|id| scene.case["opened"][id].as_str());
            let opinion = opinion.map(|text| note(say::OPINION_OF_MEETING, [Label::Name(text.to_owned())]));
            opinion.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn note(title: impl Into<Label>, lines: impl IntoIterator<Item = Label>) -> Note {
    Note { title: title.into(), lines: lines.into_iter().map(Line::Plain).collect() }
}

fn text(value: &Value) -> Option<Label> {
    serde_json::from_value::<Text>(value.clone()).ok().map(Label::Text)
}

/// Who is trained, where the playbook names them.
fn trained(scene: &Scene) -> Option<Note> {
    let who: Vec<_> = list(&scene.slice("investigation")["correct"]["training"]).filter_map(text).collect();
    (!who.is_empty()).then(|| note(say::TRAINED, who))
}

/// What the playbook says of a talk with the customer.
fn guide(scene: &Scene) -> Vec<Note> {
    let guide = &scene.talk["guide"];
    let plain = |value: &Value| value.as_str().map(|text| Label::Name(text.to_owned()));
    let mut notes = Vec::new();
    let tell: Vec<_> = list(&guide["tell"]["lines"]).filter_map(plain).collect();
    if !tell.is_empty() {
        notes.push(note(say::TELL_NOW, tell));
    }
    let own = list(&guide["notes"]).filter_map(text);
    let noted = list(&scene.talk["caller_notes"]).filter_map(plain);
    let calls: Vec<_> = own.chain(noted).collect();
    if !calls.is_empty() {
        notes.push(note(say::NOTES_FOR_CALLER, calls));
    }
    notes.extend(said(guide));
    notes
}

/// Scripts and checklists, of a guide or a whole playbook.
fn said(guide: &Value) -> impl Iterator<Item = Note> {
    let all = |key: &str| guide[key].as_object().into_iter().flatten().map(|(_, one)| one);
    let checklist = |one: &Value| {
        let items: Vec<_> = list(&one["items"]).filter_map(text).collect();
        text(&one["label"]).filter(|_| !items.is_empty()).map(|title| note(title, items))
    };
    all("scripts").filter_map(scripted).chain(all("checklists").filter_map(checklist))
}

fn scripted(script: &Value) -> Option<Note> {
    let say = list(&script["say"]).filter_map(text).map(Line::Plain);
    let avoid = list(&script["avoid"])
        .filter_map(|avoid| Some(Line::Avoid(text(&avoid["words"])?, text(&avoid["better"]))));
    let lines: Vec<_> = say.chain(avoid).collect();
    text(&script["label"]).filter(|_| !lines.is_empty()).map(|title| Note { title, lines })
}

/// What is asked for a ruling.
fn question(scene: &Scene) -> Option<Note> {
    let (ruling, question) = (&scene.on, &scene.on["question"]);
    let department = |key: &Value| {
        let found = scene.departments.iter().find(|one| *key == one.value.as_str());
        found.map(|one| Line::Plain(one.label.clone()))
    };
    let time = |key: &str, word: Label| {
        question[key].as_str().and_then(|at| at.parse().ok()).map(|at| Line::At(word, at))
    };
    let mut lines: Vec<_> = text(&ruling["label"]).map(Line::Plain).into_iter().collect();
    lines.extend(department(&question["proposed"]));
    lines.extend(time("due", say::WAS_DUE.into()));
    lines.extend(time("until", say::ASKED_UNTIL.into()));
    let why = ruling["because"]["reason"]["id"].as_str().and_then(|id| scene.case["opened"][id].as_str());
    lines.extend(why.map(|text| Line::Plain(Label::Name(text.to_owned()))));
    (!lines.is_empty()).then(|| Note { title: say::RULE.into(), lines })
}
