//! The timeline: every event of every service as a line that people read, with the words that go with it.

use std::collections::BTreeMap;

use contracts::Fen;
use contracts::commands::Actor;
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
    /// The texts that the services opened for the reader.
    words: BTreeMap<&'a str, &'a str>,
}

/// Everything said, newest first.
pub(super) fn timeline(seen: &Seen, known: &Known) -> Vec<Entry> {
    let mut told = Told { seen, stages: BTreeMap::new(), clocks: clocks(seen, known), words: opened(known) };
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
            technical: TECHNICAL.contains(&event.what.as_str()),
        }
    }

    /// What happened, with the names of what it happened to.
    fn what(&self, event: &Shown) -> String {
        let language = self.seen.language;
        let Some(word) = by_key(words::ALL, &event.what) else {
            return words::OTHER_EVENT.with(language, &[("what", &event.what)]);
        };
        let body = &event.body;
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let stage = self.stages.get(text("visit")).map_or("", String::as_str);
        let clock = self.clocks.get(text("clock")).map_or(text("key"), String::as_str);
        let amount = body["total"].as_i64().map(|fen| self.money(Fen(fen))).unwrap_or_default();
        let named = word.with(
            language,
            &[
                ("stage", stage),
                ("clock", clock),
                ("amount", &amount),
                ("task", &self.seen.called(text("task"))),
                ("person", &self.seen.house.person(text("person"))),
                ("department", &self.seen.house.department(text("department"), language)),
                ("facts", &self.facts(&body["facts"])),
            ],
        );
        match self.outcome(body) {
            Some(outcome) => format!("{named} — {outcome}"),
            None => named,
        }
    }

    /// How it ended, was decided or answered.
    fn outcome(&self, body: &Value) -> Option<String> {
        let language = self.seen.language;
        let key =
            ["outcome", "decision", "verdict", "satisfaction"].iter().find_map(|key| body[*key].as_str())?;
        let word = by_key(facts::ALL, key).or_else(|| pages::tasks::name(key));
        let own = || self.seen.book.satisfaction().into_iter().find(|one| one.value == key);
        Some(word.map_or_else(
            || own().map_or_else(|| key.to_owned(), |one| one.label.get(language).to_owned()),
            |word| word.get(language).to_owned(),
        ))
    }

    fn facts(&self, facts: &Value) -> String {
        let keys: Vec<_> = facts.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        keys.join(", ")
    }

    fn money(&self, amount: Fen) -> String {
        let zone = self.seen.house.zone.clone();
        let now = jiff::Timestamp::UNIX_EPOCH;
        pages::Locale { language: self.seen.language, zone, now }.money(amount)
    }

    /// What was written: the texts that the event refers to, as far as they were opened for the reader.
    fn text(&self, body: &Value) -> Option<String> {
        let fields = ["finding", "reason", "opinion", "note", "text", "summary", "result", "account"];
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
