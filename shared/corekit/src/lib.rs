//! For tests only: a service's core in memory, with one complaint, a frozen clock, and everything that happened kept
//! for replay.
//!
//! Whatever a test does, a [`World`] also checks what holds for every core: a decision is a function of its arguments
//! and changes nothing by itself, a refusal says what is to be changed, and the history alone gives the state.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on ends")]

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::commands::{Actor, Command};
use contracts::{
    CommandId, ComplaintId, Envelope, Event, EventId, OrganisationId, PersonId, Problem, ServiceName,
    SubjectRef,
};
use jiff::Timestamp;
use runtime::service::{
    Context, Decision, EntryChange, EntryKey, Happened, Heard, Input, Service, Sight, Word,
};
use serde_json::Value;
use uuid::Uuid;

/// What is shared between subjects.
pub struct Memory<S> {
    /// Entries by key.
    pub entries: BTreeMap<EntryKey, Value>,
    /// The states of other subjects.
    pub others: BTreeMap<SubjectRef, Arc<S>>,
}

impl<S> Sight<S> for Memory<S> {
    fn entry(&self, entry: &EntryKey, _lock: bool) -> Option<Value> {
        self.entries.get(entry).cloned()
    }
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<S>> {
        self.others.get(subject).cloned()
    }
}

/// One complaint and the service that knows it.
pub struct World<C: Service> {
    /// The service's core.
    pub core: C,
    /// The complaint.
    pub subject: SubjectRef,
    /// What the core knows of it.
    pub state: C::State,
    /// What it shares with other subjects.
    pub memory: Memory<C::State>,
    /// The words that were said.
    pub words: Vec<Word>,
    /// The complaints whose words were shredded.
    pub shredded: Vec<ComplaintId>,
    /// The rows that were asked for.
    pub rows: Vec<C::Row>,
    /// What the last order was answered.
    pub answer: Value,
    history: Vec<(ServiceName, Event)>,
    inputs: u32,
}

/// The time that it always is.
pub fn now() -> Timestamp {
    "2025-03-07T02:00:00Z".parse().unwrap()
}

/// Somebody of the staff with these roles.
pub fn staff(person: &str, roles: &[&str]) -> Actor {
    Actor::Staff {
        person: PersonId::new(person).unwrap(),
        roles: roles.iter().map(|role| (*role).to_owned().try_into().unwrap()).collect(),
        department: None,
    }
}

impl<C: Service> World<C> {
    /// A complaint that the core knows nothing of yet.
    pub fn new(core: C) -> Self {
        let organisation = OrganisationId::new("huarun").unwrap();
        Self {
            core,
            subject: SubjectRef::complaint(&organisation, ComplaintId(Uuid::from_u128(7))),
            state: C::State::default(),
            memory: Memory { entries: BTreeMap::new(), others: BTreeMap::new() },
            words: Vec::new(),
            shredded: Vec::new(),
            rows: Vec::new(),
            answer: Value::Null,
            history: Vec::new(),
            inputs: 0,
        }
    }

    /// Delivers an event of another service; gives what the core says.
    ///
    /// # Errors
    /// Why the core parks it.
    pub fn try_hear(&mut self, source: ServiceName, event: impl Into<Event>) -> Result<Vec<Event>, Problem> {
        let event = event.into();
        self.inputs += 1;
        let envelope = Envelope {
            id: EventId(Uuid::from_u128(u128::from(self.inputs) << 64 | self.subject.id.len() as u128)),
            source,
            what: event.what().to_owned(),
            version: event.version(),
            subject: self.subject.clone(),
            time: now(),
            sequence: u64::from(self.inputs),
            previous_hash: [0; 32],
            causation: "test".to_owned(),
            correlation: "test".to_owned(),
            traceparent: None,
        };
        let input = Input::Heard(Box::new(Heard { envelope, event: event.clone() }));
        let decision = self.decide(&input)?;
        Ok(self.apply(Some((source, event)), decision))
    }

    /// The same, for events that must not be parked.
    pub fn hear(&mut self, source: ServiceName, event: impl Into<Event>) -> Vec<Event> {
        self.try_hear(source, event).unwrap()
    }

    /// Gives an order.
    ///
    /// # Errors
    /// The refusal.
    pub fn order(&mut self, actor: Actor, verb: &str, body: Value) -> Result<Vec<Event>, Problem> {
        self.inputs += 1;
        let input = Input::Command(Box::new(Command {
            id: CommandId::new(format!("{}-{}", self.subject.id, self.inputs)).unwrap(),
            subject: self.subject.clone(),
            verb: verb.to_owned(),
            actor,
            expected_version: None,
            traceparent: None,
            body,
        }));
        let before = serde_json::to_value(&self.state).unwrap();
        let outcome = self.decide(&input);
        let lacking = outcome.as_ref().err().and_then(Problem::lacks);
        assert_eq!(lacking, None, "a refusal says what is to be changed: {:?}", outcome.as_ref().err());
        assert_eq!(serde_json::to_value(&self.state).unwrap(), before, "deciding changes nothing by itself");
        Ok(self.apply(None, outcome?))
    }

    fn decide(&self, input: &Input) -> Result<Decision<C::Row>, Problem> {
        let decide = || {
            let context = Context::new(self.core.name(), now(), input, &self.memory);
            self.core.decide(&context, &self.state, input)
        };
        let (first, second) = (decide(), decide());
        let events = |outcome: &Result<Decision<C::Row>, Problem>| {
            outcome.as_ref().map(|decision| decision.events.clone()).map_err(Clone::clone)
        };
        assert_eq!(events(&first), events(&second), "a decision is a function of its arguments");
        first
    }

    fn apply(&mut self, heard: Option<(ServiceName, Event)>, decision: Decision<C::Row>) -> Vec<Event> {
        let name = self.core.name();
        let happened = heard.into_iter().chain(decision.events.iter().cloned().map(|event| (name, event)));
        let happened: Vec<_> = happened.collect();
        for (source, event) in &happened {
            fold(&self.core, &mut self.state, &self.subject, *source, event);
        }
        self.history.extend(happened);
        self.replay();
        for change in decision.entries {
            match change {
                EntryChange::Put { entry, value } => {
                    self.memory.entries.insert(entry, value);
                }
                EntryChange::Add { entry, by } => {
                    let value = self.memory.entries.entry(entry).or_insert(Value::from(0));
                    *value = Value::from(value.as_i64().unwrap() + by);
                }
                EntryChange::Remove { entry } => {
                    self.memory.entries.remove(&entry);
                }
            }
        }
        self.answer = decision.answer;
        self.rows.extend(decision.rows);
        self.words.extend(decision.words);
        self.shredded.extend(decision.shred);
        decision.events
    }

    /// The history alone gives the state, also through JSON.
    fn replay(&self) {
        let mut state = C::State::default();
        for (source, event) in &self.history {
            fold(&self.core, &mut state, &self.subject, *source, event);
            state = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        }
        let value = |state: &C::State| serde_json::to_value(state).unwrap();
        assert_eq!(value(&state), value(&self.state), "a history replayed gives its state");
    }
}

fn fold<C: Service>(
    core: &C,
    state: &mut C::State,
    subject: &SubjectRef,
    source: ServiceName,
    event: &Event,
) {
    core.evolve(state, &Happened { source, time: now(), subject, event });
}

/// The names of what was said, in order.
pub fn whats(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::what).collect()
}
