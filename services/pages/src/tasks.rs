//! The forms of the stages' work, and of what else people do with a case. One table: which service takes the order, what
//! it is called, which fields it has. What may be chosen is what the visit's own brief says, so a form offers what the
//! service would take.
//!
//! **To add one:** an arm in the module of its service, with its fields by the places of the order's body in
//! `contracts::commands`; its name in `words::tasks`. The page, the reading and the refusals beside the fields come of
//! themselves.

mod approval;
mod intake;
mod investigation;
mod notes;
mod notification;
mod routing;
#[cfg(test)]
mod tests;

use contracts::{ServiceName, Text};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::intake::fact_label;
pub use self::notes::{Line, Note, notes};
use crate::forms::{AsMade, Choice, Control, Field, Label, Typed, as_made, keep};
use crate::words::{self, Word, tasks as say};

/// What a form depends on: what the services say of the case, as they say it.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The visit, as the order names it.
    pub visit: String,
    /// Its epoch.
    pub epoch: u64,
    /// The piece of work.
    pub work: Value,
    /// The round at approval's tasks.
    pub round: Value,
    /// What the stage needs, as `stage.entered` told it.
    pub brief: Value,
    /// The playbook.
    pub book: Value,
    /// The case, as routing shows it.
    pub case: Value,
    /// The investigation.
    pub investigation: Value,
    /// What was said with the customer at the visit.
    pub talk: Value,
    /// What it is about beside a visit: a clock, a form, a ruling, a measure.
    pub on: Value,
    /// The departments of the organisation.
    pub departments: Vec<Choice>,
    /// Its people.
    pub people: Vec<Choice>,
    /// Those of the department that the work is of.
    pub colleagues: Vec<Choice>,
    /// The files of the complaint.
    pub files: Vec<Choice>,
    /// The zone that days and hours are meant in.
    pub zone: TimeZone,
}

impl Default for Scene {
    fn default() -> Self {
        let none = || Value::Null;
        Self {
            visit: String::new(),
            epoch: 1,
            work: none(),
            round: none(),
            brief: none(),
            book: none(),
            case: none(),
            investigation: none(),
            talk: none(),
            on: none(),
            departments: Vec::new(),
            people: Vec::new(),
            colleagues: Vec::new(),
            files: Vec::new(),
            zone: TimeZone::UTC,
        }
    }
}

impl Scene {
    /// What the kind of the stage needs.
    fn slice(&self, of: &str) -> &Value {
        &self.brief["slice"][of]
    }
    /// Whether the stage can end so.
    fn may_end(&self, outcome: &str) -> bool {
        list(&self.brief["outcomes"]).any(|known| known == outcome)
    }
    /// Whether the playbook asks for a result of this name.
    fn asks_for(&self, field: &str) -> bool {
        list(&self.brief["requires"]["fields"]).any(|known| known == field)
    }
    fn channels(&self) -> Vec<Choice> {
        labelled(&self.book["channels"])
    }
}

/// The form of an order.
#[derive(Debug, Clone)]
pub struct TaskForm {
    /// The service that takes the order.
    pub service: ServiceName,
    /// The verb of the order.
    pub verb: &'static str,
    /// Its name.
    pub title: Word,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What stands in them before anything is typed.
    pub filled: Typed,
    /// What the order says beside them.
    pub fixed: Value,
}

/// What the order says of what stood there when the form was made: it is of now when the form is made again.
const SEEN: &str = "seen";

/// How a form was made, as it says it again when it is sent.
#[derive(Serialize, Deserialize)]
struct MadeFor {
    verb: String,
    fixed: Value,
    fields: Vec<AsMade>,
}

impl TaskForm {
    /// How it was made: the form carries it, so that what is sent is the same order whatever became of the case.
    #[must_use]
    pub fn made_for(&self) -> String {
        json!({ "verb": self.verb, "fixed": self.fixed, "fields": as_made(&self.fields) }).to_string()
    }

    /// The form that was sent, by what it says of itself; none where that is nothing of ours.
    #[must_use]
    pub fn sent(made_for: &str) -> Option<Self> {
        let made: MadeFor =
            serde_json::from_str(made_for).ok().filter(|made: &MadeFor| made.fixed.is_object())?;
        let own = form(&made.verb, &Scene::default())?;
        let fields = made.fields.into_iter().map(Field::from).collect();
        Some(Self { fields, fixed: made.fixed, filled: Typed::default(), ..own })
    }

    /// The form as the case stands now, for what was typed into it when it was made as `sent`: it is for the same visit,
    /// nothing typed is lost, and what was not changed stands as it is now.
    #[must_use]
    pub fn again(mut self, sent: &Self, typed: &mut Typed) -> Self {
        for (key, value) in sent.fixed.as_object().into_iter().flatten().filter(|(key, _)| *key != SEEN) {
            self.fixed[key] = value.clone();
        }
        for field in &self.fields {
            let before = sent.fields.iter().find(|one| one.at == field.at).map(|one| &one.control);
            if let (Some(Control::Standing(before)), Control::Standing(now)) = (before, &field.control)
                && typed.get(&field.at).unwrap_or_default() == before.trim()
            {
                typed.0.insert(field.at.to_string(), now.clone());
            }
        }
        self.fields = keep(self.fields, &sent.fields, typed);
        self
    }

    /// The form just as it was sent, to be sent again because nobody knows whether it was done: it asks nothing else, and
    /// what may be chosen has its names of now.
    #[must_use]
    pub fn repeated(self, sent: &Self, typed: &Typed) -> Self {
        let now = |was: &Field| self.fields.iter().find(|one| one.at == was.at).unwrap_or(was).clone();
        let fields = keep(sent.fields.iter().map(now).collect(), &[], typed);
        Self { fields, fixed: sent.fixed.clone(), ..self }
    }

    /// The order's body: what was typed and what is fixed.
    #[must_use]
    pub fn body(&self, mut typed: Value) -> Value {
        if let (Some(typed), Some(fixed)) = (typed.as_object_mut(), self.fixed.as_object()) {
            typed.extend(fixed.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        typed
    }
}

/// What a task or an order is called; none where no table has it.
#[must_use]
pub fn name(task: &str) -> Option<Word> {
    words::by_key(say::ALL, task)
}

/// The order that does a task, as the case stands: a task is done by an order of its name, but for these.
#[must_use]
pub fn deed(task: &str, scene: &Scene) -> &'static str {
    let none = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    match task {
        "investigate" => "finding.add",
        "rule" => "ruling.give",
        "contact" if !none(&scene.talk["guide"]["prepare"]) && none(&scene.talk["prepared"]) => {
            "contact.prepare"
        }
        "contact" => "contact.record",
        "reply" if !scene.talk["told"].is_null() => "answer.record",
        other => DEEDS.iter().find(|known| **known == other).copied().unwrap_or_default(),
    }
}

/// What else may be done by whoever holds a piece of work.
#[must_use]
pub fn beside(task: &str) -> &'static [&'static str] {
    match task {
        "verify" | "propose" | "execute" | "correct.plan" | "correct.done" | "correct.verify" => {
            &["finding.add"]
        }
        "reply" | "callback" => &["contact.record"],
        _ => &[],
    }
}

/// The fields of an order whose text the customer hears or reads: words to avoid are marked in them.
#[must_use]
pub fn told(verb: &str) -> &'static [&'static str] {
    match verb {
        "reply" => &["/text"],
        "contact.record" => &["/note"],
        "clarify" => &["/restated"],
        _ => &[],
    }
}

/// The form of an order; none where there is no such order.
#[must_use]
pub fn form(verb: &str, scene: &Scene) -> Option<TaskForm> {
    let verb = DEEDS.iter().find(|known| **known == verb).copied()?;
    let made = routing::form(verb, scene)
        .or_else(|| intake::form(verb, scene))
        .or_else(|| investigation::form(verb, scene))
        .or_else(|| approval::form(verb, scene))
        .or_else(|| notification::form(verb, scene))?;
    let Made { service, fields, filled, fixed } = made;
    Some(TaskForm { service, verb, title: name(verb)?, fields, filled, fixed })
}

/// Every order that has a form.
pub const DEEDS: &[&str] = &[
    "triage",
    "archive",
    "stage.transfer",
    "work.dispute",
    "work.reassign",
    "ruling.give",
    "case.raise",
    "case.withdraw",
    "clock.pause",
    "clock.resume",
    "clock.extend",
    "form.fill",
    "form.sign",
    "clarify",
    "fact.record",
    "verify",
    "finding.add",
    "propose",
    "execute",
    "correct.plan",
    "correct.done",
    "correct.verify",
    "decide",
    "review",
    "audit",
    "meet",
    "account",
    "contact.prepare",
    "contact.record",
    "reply",
    "answer.record",
    "callback",
    "callback.note",
];

/// Every task that the services ask people for.
pub const TASKS: &[&str] = &[
    "triage",
    "archive",
    "rule",
    "clarify",
    "verify",
    "investigate",
    "propose",
    "execute",
    "correct.plan",
    "correct.done",
    "correct.verify",
    "decide",
    "review",
    "audit",
    "meet",
    "account",
    "contact",
    "reply",
    "callback",
];

/// What the module of a service says of one of its orders.
struct Made {
    service: ServiceName,
    fields: Vec<Field>,
    filled: Typed,
    fixed: Value,
}

impl Made {
    /// An order about a visit.
    fn at_visit(service: ServiceName, scene: &Scene, fields: Vec<Field>) -> Self {
        Self::about(service, json!({ "visit": scene.visit, "epoch": scene.epoch }), fields)
    }
    /// An order about something else.
    fn about(service: ServiceName, fixed: Value, fields: Vec<Field>) -> Self {
        Self { service, fields, filled: Typed::default(), fixed }
    }
    /// With something that is said beside the fields.
    fn with(mut self, key: &str, value: Value) -> Self {
        self.fixed[key] = value;
        self
    }
    /// With what stands in the fields before anything is typed.
    fn filled(mut self, filled: impl IntoIterator<Item = (String, String)>) -> Self {
        self.filled.0.extend(filled);
        self
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn paragraph(at: &'static str, label: Word) -> Field {
    Field::new(at, label, Control::Paragraph)
}

/// What a reason that paused a clock is called.
#[must_use]
pub fn pause_reason(book: &Value, reason: &str) -> Label {
    routing::pause_reason(book, reason).label
}

/// `[{key, label}]` of a playbook as choices.
#[must_use]
pub fn labelled(list: &Value) -> Vec<Choice> {
    let choice = |one: &Value| {
        let label: Text = serde_json::from_value(one["label"].clone()).ok()?;
        Some(Choice { value: one["key"].as_str()?.to_owned(), label: Label::Text(label) })
    };
    list.as_array().into_iter().flatten().filter_map(choice).collect()
}

/// Keys of our own vocabulary, or `[{key, label}]`, as choices.
#[must_use]
pub fn keys(list: &Value) -> Vec<Choice> {
    let plain: Vec<_> =
        list.as_array().into_iter().flatten().filter_map(|one| Some(key(one.as_str()?))).collect();
    if plain.is_empty() { labelled(list) } else { plain }
}

/// A key of our own vocabulary as a choice.
fn key(key: &str) -> Choice {
    let label = name(key).map_or_else(|| Label::Name(key.to_owned()), Label::Word);
    Choice { value: key.to_owned(), label }
}
