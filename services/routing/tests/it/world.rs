//! Routing alone in memory, with the other services played by the test. After every input the invariants hold.

mod invariants;
mod others;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contracts::commands::{Actor, Command, Verb, routing as orders};
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::messages::stage_entered::StageEntered;
use contracts::{
    CommandId, ComplaintId, Envelope, Event, EventId, FactKey, FactValue, Facts, Language, OrganisationId,
    Problem, ServiceName, SubjectRef, VisitId, WordId, WordRef, WorkId,
};
use jiff::Timestamp;
use routing::state::{Case, Work};
use routing::{LOAD, Routing, Row, State};
use runtime::service::{
    Context, Decision, Due, EntryChange, EntryKey, Happened, Heard, Input, Service, Sight, TimerChange,
};
use serde_json::{Value, json};
use uuid::Uuid;

use self::people::directory;

type Timers = BTreeMap<(SubjectRef, String), (Timestamp, Value)>;

/// Something that happened, kept so that the history can be folded again.
struct Kept {
    source: ServiceName,
    time: Timestamp,
    subject: SubjectRef,
    event: Event,
}

pub(crate) struct World {
    routing: Routing,
    pub(crate) now: Timestamp,
    states: BTreeMap<SubjectRef, Arc<State>>,
    entries: BTreeMap<EntryKey, Value>,
    elsewhere: BTreeMap<String, i64>,
    pub(crate) timers: Timers,
    history: Vec<Kept>,
    pub(crate) said: Vec<Event>,
    pub(crate) rows: Vec<Row>,
    made: u64,
}

struct Memory<'a>(&'a World);

impl Sight<State> for Memory<'_> {
    fn entry(&self, entry: &EntryKey, _lock: bool) -> Option<Value> {
        self.0.entries.get(entry).cloned()
    }
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<State>> {
        self.0.states.get(subject).cloned()
    }
}

pub(crate) fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("huarun").unwrap()
}

pub(crate) fn complaint() -> SubjectRef {
    SubjectRef::complaint(&organisation(), ComplaintId(Uuid::from_u128(7)))
}

pub(crate) fn facts<const N: usize>(facts: [(&str, FactValue); N]) -> Facts {
    facts.into_iter().map(|(key, value)| (FactKey::new(key).unwrap(), value)).collect()
}

pub(crate) fn person(id: &str) -> Actor {
    Actor::Staff { person: id.parse().unwrap(), roles: BTreeSet::new(), department: None }
}

pub(crate) fn administrator() -> Actor {
    let roles = BTreeSet::from(["administrator".parse().unwrap()]);
    Actor::Staff { person: "admin".parse().unwrap(), roles, department: None }
}

impl World {
    /// A world with people and one playbook in it.
    pub(crate) fn with(text: &str, start: &str) -> Self {
        let mut world = Self {
            routing: Routing::default(),
            now: ts(start),
            states: BTreeMap::new(),
            entries: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            timers: Timers::new(),
            history: Vec::new(),
            said: Vec::new(),
            rows: Vec::new(),
            made: 0,
        };
        let put = world.command(
            SubjectRef::directory(&organisation()),
            "directory.put",
            directory(),
            administrator(),
        );
        put.unwrap();
        world.shelve(text);
        world
    }

    /// Puts a playbook on the shelf as if published; the rich one says more than may be published today.
    pub(crate) fn shelve(&mut self, text: &str) {
        let book = playbook::load_as(text, playbook::Acting::WholeVocabulary).unwrap();
        let playbook = book.playbook();
        let said = PlaybookPublished {
            playbook: PlaybookRef { id: playbook.id.clone(), version: playbook.version },
            document: serde_json::to_value(playbook).unwrap(),
            sha256: "0".repeat(64),
            scenarios_sha256: None,
            by: Actor::System,
        };
        let subject = SubjectRef::playbook(&organisation(), &playbook.id);
        self.happen(ServiceName::Routing, &subject, said.into(), self.now);
    }

    pub(crate) fn shipped(name: &str, start: &str) -> Self {
        let path = format!("{}/../../deploy/playbooks/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        Self::with(&std::fs::read_to_string(path).unwrap(), start)
    }

    pub(crate) fn rich(start: &str) -> Self {
        let path = format!("{}/../../shared/playbook/tests/data/rich.yaml", env!("CARGO_MANIFEST_DIR"));
        Self::with(&std::fs::read_to_string(path).unwrap(), start)
    }

    fn happen(&mut self, source: ServiceName, subject: &SubjectRef, event: Event, time: Timestamp) {
        let mut state = self.states.get(subject).map(|state| State::clone(state)).unwrap_or_default();
        self.routing.evolve(&mut state, &Happened { source, time, subject, event: &event });
        self.states.insert(subject.clone(), Arc::new(state));
        self.history.push(Kept { source, time, subject: subject.clone(), event });
    }

    fn decide(&self, input: &Input) -> Result<Decision<Row>, Problem> {
        let blank = State::default();
        let state = self.states.get(input.subject()).map_or(&blank, Arc::as_ref);
        let memory = Memory(self);
        self.routing.decide(&Context::new(ServiceName::Routing, self.now, input, &memory), state, input)
    }

    fn apply(&mut self, input: &Input, decision: Decision<Row>) {
        let subject = input.subject().clone();
        if let Input::Heard(heard) = input {
            self.happen(heard.envelope.source, &subject, heard.event.clone(), heard.envelope.time);
        }
        let fresh = decision.events.clone();
        for event in decision.events {
            self.said.push(event.clone());
            self.happen(ServiceName::Routing, &subject, event, self.now);
        }
        for change in decision.timers {
            match change {
                TimerChange::Set { key, due, payload } => {
                    self.timers.insert((subject.clone(), key), (due, payload));
                }
                TimerChange::Cancel { key } => drop(self.timers.remove(&(subject.clone(), key))),
            }
        }
        for change in decision.entries {
            let EntryChange::Add { entry, by } = change else { panic!("routing only adds") };
            let value = self.entries.entry(entry).or_insert_with(|| 0.into());
            *value = (value.as_i64().unwrap() + by).into();
        }
        self.rows.extend(decision.rows);
        self.check();
        for event in fresh {
            self.answer(&event);
        }
    }

    pub(crate) fn hear(&mut self, source: ServiceName, event: impl Into<Event>) {
        self.hear_at(source, event, self.now);
    }

    /// Hears an event that was said at `time`, which may be before now.
    pub(crate) fn hear_at(&mut self, source: ServiceName, event: impl Into<Event>, time: Timestamp) {
        let event = event.into();
        self.made += 1;
        let envelope = Envelope {
            id: EventId(Uuid::from_u128(u128::from(self.made) << 64)),
            source,
            what: event.what().to_owned(),
            version: event.version(),
            subject: complaint(),
            time,
            sequence: self.made,
            previous_hash: [0; 32],
            causation: "test".into(),
            correlation: complaint().id,
            traceparent: None,
        };
        let input = Input::Heard(Box::new(Heard { envelope, event }));
        let decision = self.decide(&input).unwrap();
        self.apply(&input, decision);
    }

    pub(crate) fn command(
        &mut self,
        subject: SubjectRef,
        verb: &str,
        body: Value,
        actor: Actor,
    ) -> Result<Value, Problem> {
        self.made += 1;
        let id = CommandId::new(format!("test-{}", self.made)).unwrap();
        let verb = verb.to_owned();
        let command = Command { id, subject, verb, actor, expected_version: None, traceparent: None, body };
        let input = Input::Command(Box::new(command));
        let decision = self.decide(&input)?;
        let answer = decision.answer.clone();
        self.apply(&input, decision);
        Ok(answer)
    }

    /// An order about the complaint.
    pub(crate) fn order<B: Verb>(&mut self, body: &B, actor: Actor) -> Result<Value, Problem> {
        self.command(complaint(), B::VERB, serde_json::to_value(body).unwrap(), actor)
    }

    /// Business time goes on; timers fire in order on the way.
    pub(crate) fn advance_to(&mut self, target: &str) {
        let target = ts(target);
        loop {
            let next = self.timers.iter().min_by_key(|(key, (due, _))| (*due, (*key).clone()));
            let Some(((subject, key), (due, payload))) =
                next.map(|(key, value)| (key.clone(), value.clone()))
            else {
                break;
            };
            if due > target {
                break;
            }
            self.now = self.now.max(due);
            self.timers.remove(&(subject.clone(), key.clone()));
            let input = Input::Due(Due { subject, key, due, payload });
            let decision = self.decide(&input).unwrap();
            self.apply(&input, decision);
        }
        self.now = self.now.max(target);
    }

    /// An administrator's order about the organisation.
    pub(crate) fn settle<B: Verb>(&mut self, body: &B) -> Result<Value, Problem> {
        let subject = SubjectRef::organisation(&organisation());
        self.command(subject, B::VERB, serde_json::to_value(body).unwrap(), administrator())
    }

    /// What is known of the organisation.
    pub(crate) fn settings(&self) -> Option<&routing::state::Organisation> {
        self.states.get(&SubjectRef::organisation(&organisation()))?.organisation()
    }

    pub(crate) fn absent(&mut self, who: &str, from: &str, until: &str, deputy: Option<&str>) {
        let body = json!({"person": who, "absences": [{"from": from, "until": until, "deputy": deputy}]});
        let subject = SubjectRef::directory(&organisation());
        self.command(subject, orders::PutAbsence::VERB, body, administrator()).unwrap();
    }

    pub(crate) fn register(&mut self, change: impl FnOnce(&mut ComplaintRegistered)) {
        let playbook = self.states.values().find_map(|state| state.playbook());
        let version = playbook.unwrap().latest();
        let id = self.states.keys().find(|subject| subject.kind == contracts::SubjectKind::Playbook).unwrap();
        let mut said = ComplaintRegistered {
            number: "TS202503070001".into(),
            playbook: PlaybookRef { id: id.id.parse().unwrap(), version },
            channel: "phone".parse().unwrap(),
            kind: "complaint".into(),
            customer_type: "consumer".into(),
            category: None,
            complained_of: None,
            complained_of_person: None,
            unit: None,
            received_at: self.now,
            registered_at: self.now,
            registered_by: person("agent.a"),
            language: Language::Zh,
            complainant: contracts::ComplainantId(Uuid::from_u128(9)),
            narrative: WordRef::to(ServiceName::Intake, WordId(Uuid::from_u128(8)), "鞋子开胶了"),
            demand: None,
            facts: Facts::new(),
            repeats: None,
            external: None,
            files: Vec::new(),
        };
        change(&mut said);
        self.hear(ServiceName::Intake, said);
    }

    pub(crate) fn fact(&mut self, key: &str, value: impl Into<FactValue>) {
        let facts = facts([(key, value.into())]);
        self.hear(
            ServiceName::Notification,
            FactRecorded { facts, at: self.now, by: Actor::System, visit: None },
        );
    }

    /// Every state as it is stored.
    pub(crate) fn written(&self) -> BTreeMap<SubjectRef, String> {
        let written = |(subject, state): (&SubjectRef, &Arc<State>)| {
            (subject.clone(), serde_json::to_string(state.as_ref()).unwrap())
        };
        self.states.iter().map(written).collect()
    }

    /// The case as an earlier version of the program left it.
    pub(crate) fn rewrite(&mut self, change: impl FnOnce(&mut Value)) {
        let mut case = serde_json::to_value(self.case()).unwrap();
        change(&mut case);
        let case = Box::new(serde_json::from_value(case).unwrap());
        self.states.insert(complaint(), Arc::new(State::Case(case)));
    }

    /// Somebody has so many pieces of work on other cases.
    pub(crate) fn burden(&mut self, who: &str, pieces: i64) {
        self.elsewhere.insert(who.to_owned(), pieces);
        self.entries.insert(EntryKey { space: LOAD, key: who.to_owned() }, pieces.into());
    }

    pub(crate) fn case(&self) -> &Case {
        self.states[&complaint()].case().unwrap()
    }

    /// The stage of the main place.
    pub(crate) fn stage(&self) -> &str {
        self.case().main_visit().map_or("-", |(_, visit)| visit.stage.as_str())
    }

    pub(crate) fn visit(&self, stage: &str) -> (VisitId, u32) {
        let mut visits = self.case().visits.iter();
        let found = visits.find(|(_, visit)| visit.stage.as_str() == stage);
        found.map(|(id, visit)| (*id, visit.epoch)).unwrap_or_else(|| panic!("no visit to {stage}"))
    }

    pub(crate) fn work(&self, stage: &str) -> (WorkId, &Work) {
        let (visit, _) = self.visit(stage);
        let mut works = self.case().works.iter();
        works.find(|(_, work)| work.visit == visit).map(|(id, work)| (*id, work)).unwrap()
    }

    pub(crate) fn holder(&self, stage: &str) -> &str {
        self.work(stage).1.holder().map_or("-", |person| person.as_str())
    }

    pub(crate) fn whats(&self) -> Vec<&'static str> {
        self.said.iter().map(Event::what).collect()
    }

    pub(crate) fn entered(&self) -> Vec<&StageEntered> {
        let entered = self.said.iter().filter_map(|event| match event {
            Event::StageEntered(said) => Some(said),
            _ => None,
        });
        entered.collect()
    }
}
