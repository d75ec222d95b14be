//! The timeline: every event of every service as a line that people read, with the words that go with it.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::queries::notification::TRACKING_CODE;
use contracts::{Fen, Language};
use pages::case::timeline::Entry;
use pages::words::case::{self as words, TECHNICAL};
use pages::words::{by_key, facts, shell};
use serde_json::Value;

use super::case::Known;
use super::case_view::Seen;
use crate::timeline::Shown;

/// What the lines refer to.
struct Told<'a> {
    seen: &'a Seen,
    /// The label of each visit's stage.
    stages: BTreeMap<String, String>,
    /// The label of each clock.
    clocks: BTreeMap<String, String>,
    /// The task of each piece of work.
    tasks: BTreeMap<String, String>,
    /// The texts that the services opened for the reader.
    words: BTreeMap<&'a str, &'a str>,
}

/// Everything said, newest first.
pub(super) fn timeline(seen: &Seen, known: &Known) -> Vec<Entry> {
    let (stages, tasks) = (BTreeMap::new(), BTreeMap::new());
    let mut told = Told { seen, stages, clocks: clocks(seen, known), tasks, words: opened(known) };
    for event in known.said.iter().filter(|event| event.what == "work.requested") {
        let task = event.body["task"].as_str().unwrap_or_default();
        told.tasks.insert(event.body["work"].as_str().unwrap_or_default().to_owned(), seen.called(task));
    }
    for event in known.said.iter().filter(|event| event.what == "stage.entered") {
        let visit = event.body["visit"].as_str().unwrap_or_default().to_owned();
        let key = event.body["stage"].as_str().unwrap_or_default();
        told.stages.insert(visit, seen.book.label("stages", key, seen.language));
    }
    known.said.iter().rev().map(|event| told.entry(event)).collect()
}

fn clocks(seen: &Seen, known: &Known) -> BTreeMap<String, String> {
    let label = |clock: &contracts::queries::routing::ClockShown| {
        (clock.clock.to_string(), clock.label.get(seen.language).to_owned())
    };
    known.clocks.iter().map(label).collect()
}

fn opened(known: &Known) -> BTreeMap<&str, &str> {
    let all = known.views.values().filter_map(|view| view["words"].as_object()).flatten();
    all.filter_map(|(id, text)| Some((id.as_str(), text.as_str()?))).collect()
}

impl Told<'_> {
    fn entry(&self, event: &Shown) -> Entry {
        Entry {
            at: event.time,
            what: self.what(event),
            text: self.text(&event.body),
            by: self.by(&event.body),
            technical: TECHNICAL.contains(&event.what.as_str()) && !is_by_hand(event),
        }
    }

    /// What happened, with the names of what it happened to.
    fn what(&self, event: &Shown) -> String {
        let (language, body) = (self.seen.language, &event.body);
        let Some(word) = self.word(event) else {
            return words::OTHER_EVENT.with(language, &[("what", &event.what)]);
        };
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let stage = self.stages.get(text("visit")).map_or("", String::as_str);
        let clock = self.clocks.get(text("clock")).map_or(text("key"), String::as_str);
        let total = body["total"].as_i64().or(body["amended"]["total"].as_i64());
        let amount = total.map(|fen| self.seen.money(Fen(fen))).unwrap_or_default();
        let person = body["to"]["person"].as_str().unwrap_or_else(|| text("person"));
        let measures = body["measures"].as_array().map_or(0, Vec::len).to_string();
        let named = word.with(
            language,
            &[
                ("stage", stage),
                ("clock", clock),
                ("amount", &amount),
                ("n", &measures),
                ("how", &self.changed(body)),
                ("task", &self.seen.called(text("task"))),
                ("person", &self.seen.house.person(person)),
                ("department", &self.seen.house.department(text("department"), language)),
                ("facts", &self.facts(&body["facts"])),
            ],
        );
        let task = self.tasks.get(text("work")).filter(|_| event.what == "work.assigned");
        let ended = ["outcome", "decision", "verdict", "signature", "satisfaction", "answer"];
        let more = task.cloned().or_else(|| ended.iter().find_map(|key| self.outcome(body, key)));
        match more {
            Some(more) => format!("{named} — {more}"),
            None => named,
        }
    }

    /// What is said of an event: of some more than of what they are called.
    fn word(&self, event: &Shown) -> Option<pages::Word> {
        let body = &event.body;
        match event.what.as_str() {
            "notice.requested" if !body["to"]["person"].is_null() => Some(words::NOTICE_TO),
            "notice.requested" => Some(words::NOTICE_TO_CUSTOMER),
            "clock.changed" if self.outcome(body, "change").is_some() => Some(words::CLOCK_CHANGED_TO),
            "contact.recorded" if body["reached"] == true => Some(words::REACHED_CUSTOMER),
            "contact.recorded" => Some(words::NOT_REACHED_CUSTOMER),
            "proposal.made" if body["total"].as_i64().unwrap_or(0) == 0 => Some(words::PROPOSAL_MADE_FREE),
            "measures.planned" => Some(words::MEASURES_PLANNED_N),
            "decision.recorded" if body["amended"].is_object() => Some(words::DECIDED_LESS),
            what => by_key(words::ALL, what),
        }
    }

    /// How it ended, was decided, changed or answered, in words; the answers of the scale are the playbook's own.
    fn outcome(&self, body: &Value, field: &str) -> Option<String> {
        let language = self.seen.language;
        let value = &body[field];
        let only = || value.as_object()?.keys().next().map(String::as_str);
        let key = value.as_str().or_else(|| value["rules"].as_str()).or_else(only)?;
        let word = by_key(facts::ALL, key).or_else(|| pages::tasks::name(key));
        let own = || self.seen.book.satisfaction().into_iter().find(|one| one.value == key);
        Some(word.map_or_else(
            || own().map_or_else(|| key.to_owned(), |one| one.label.get(language).to_owned()),
            |word| word.get(language).to_owned(),
        ))
    }

    /// How a clock changed, and why it was paused.
    fn changed(&self, body: &Value) -> String {
        let how = self.outcome(body, "change").unwrap_or_default();
        match body["reason"].as_str().filter(|_| body["change"] == "paused") {
            Some(reason) => {
                let reason = pages::tasks::pause_reason(self.seen.book.document(), reason);
                format!("{how} ({})", reason.get(self.seen.language))
            }
            None => how,
        }
    }

    /// What became known, by what it is called.
    fn facts(&self, facts: &Value) -> String {
        let book = self.seen.book.document();
        let named = |(key, value): (&String, &Value)| {
            let label = pages::tasks::fact_label(book, key).get(self.seen.language).to_owned();
            match value {
                Value::Bool(false) => format!("{label} ({})", shell::NO.get(self.seen.language)),
                _ => label,
            }
        };
        let all: Vec<_> = facts.as_object().into_iter().flatten().map(named).collect();
        self.seen.listed(&all)
    }

    /// What was written: the texts that the event refers to, as far as they were opened for the reader.
    fn text(&self, body: &Value) -> Option<String> {
        let fields = [
            "finding", "reason", "opinion", "note", "text", "summary", "result", "account", "restated",
            "said", "words",
        ];
        let because = body["because"]["reason"]["id"].as_str();
        let ids = fields.iter().filter_map(|field| body[*field]["id"].as_str()).chain(because);
        let texts: Vec<_> = ids.filter_map(|id| self.words.get(id).copied()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    fn by(&self, body: &Value) -> Option<String> {
        let by = [&body["by"], &body["registered_by"], &body["because"]["by"]];
        let by = by.into_iter().find(|by| !by.is_null())?;
        let language = self.seen.language;
        match serde_json::from_value(by.clone()).ok()? {
            Actor::Staff { person, .. } => Some(self.seen.house.person(person.as_str())),
            Actor::Customer => Some(shell::CUSTOMER.get(language).to_owned()),
            Actor::Feeder { name } => Some(name),
            Actor::System => Some(shell::SYSTEM.get(language).to_owned()),
        }
    }
}

/// A message as staff read it: whoever sends it puts the tracking code in, which is for nobody but the customer, so here
/// words say that it stands there.
pub(super) fn as_staff_read(text: &str, language: Language) -> String {
    text.replace(TRACKING_CODE, words::CODE_OF_CUSTOMER.get(language))
}

/// Whether somebody told it of the case itself, beside the work of any stage.
fn is_by_hand(event: &Shown) -> bool {
    event.body["by"]["kind"] == "staff" && event.body["visit"].is_null()
}
