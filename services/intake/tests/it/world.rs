//! A world in memory for the pure core: heads, entries and words in maps, one input at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::commands::intake::{Receipt, complaint_for};
use contracts::commands::{Actor, Command};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::directory_changed::{Department, DirectoryChanged, Person};
use contracts::messages::playbook_activated::{ActivationScope, PlaybookActivated};
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::{
    CommandId, Envelope, Event, EventId, OrganisationId, Problem, RoleKey, ServiceName, SubjectRef, Text,
};
use intake::{Intake, IntakeConfig, Row, State};
use jiff::Timestamp;
use runtime::service::{
    Context, Decision, Due, EntryChange, EntryKey, Happened, Heard, Input, Service as _, Sight, TimerChange,
    Word,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use vault::{KeyId, KeyRing, VaultConfig};

pub(crate) fn keys() -> Arc<KeyRing> {
    let secret = |from: u8| {
        let bytes: [u8; 32] = std::array::from_fn(|at| from.wrapping_add(u8::try_from(at).unwrap()));
        SecretString::from(hex::encode(bytes))
    };
    let config = VaultConfig {
        keys: [(KeyId(1), secret(1))].into_iter().collect(),
        active: KeyId(1),
        index: secret(200),
    };
    Arc::new(KeyRing::from_config(&config).unwrap())
}

pub(crate) fn organisation() -> OrganisationId {
    OrganisationId::new("demo").unwrap()
}

/// The playbook of the tests; `change` edits it as JSON.
pub(crate) fn playbook(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let mut document = json!({
        "id": id,
        "version": 1,
        "title": text("试行办法", "Trial procedure"),
        "source": { "document": "trial" },
        "kinds": [{ "key": "complaint", "label": text("投诉", "complaint") }, { "key": "report", "label": text("举报", "report") }],
        "customer_types": [{ "key": "consumer", "label": text("消费者", "consumer") }, { "key": "buyer", "label": text("买方", "buyer") }],
        "channels": [
            { "key": "phone", "label": text("电话", "telephone"), "menu": [
                { "key": "1", "label": text("投诉", "complaint"), "kind": "complaint" },
                { "key": "2", "label": text("举报", "report"), "kind": "report" },
            ] },
            { "key": "web", "label": text("网页", "web"), "answerable": { "role": "clerk" } },
            { "key": "mail", "label": text("邮箱", "mailbox"), "subject_has": ["投诉", "complaint"] },
        ],
        "categories": [{ "key": "quality", "label": text("质量", "quality"), "department": "service" }],
        "intake": {
            "required": ["name", "contact", "narrative"],
            "fields": [{ "field": "demand", "max_length": 20 }],
            "numbering": { "pattern": "TS{yyyy}{mm}{dd}{serial:4}", "reset": "day", "scope": "organisation" },
            "signals": [
                { "key": "injury", "label": text("受伤", "injury"), "words": ["受伤", "injured"], "fact": "injury" },
                { "key": "lawyer", "label": text("律师", "lawyer"), "words": ["律师", "lawyer"] },
            ],
            "repeat": { "by": ["person", "matter"], "within": "30 calendar days" },
            "settle_on_the_spot": { "roles": ["clerk"], "max_amount": 100 },
        },
        "departments": { "service": text("服务部", "service") },
        "roles": { "clerk": { "label": text("接待员", "clerk"), "department": "service" } },
        "remedies": { "allowed": ["apology", "refund"] },
        "stages": [
            { "key": "register", "kind": "register", "label": text("登记", "register"), "next": [{ "to": "archive" }] },
            { "key": "archive", "kind": "archive", "label": text("归档", "archive") },
        ],
    });
    change(&mut document);
    document
}

/// The world.
pub(crate) struct World {
    pub(crate) intake: Intake,
    pub(crate) now: Timestamp,
    heads: BTreeMap<SubjectRef, Arc<State>>,
    entries: BTreeMap<EntryKey, Value>,
    pub(crate) words: Vec<Word>,
    pub(crate) said: Vec<(SubjectRef, Event)>,
    pub(crate) rows: Vec<Row>,
    pub(crate) timers: BTreeMap<(SubjectRef, String), (Timestamp, Value)>,
    heard: u64,
}

impl Sight<State> for World {
    fn entry(&self, entry: &EntryKey, _lock: bool) -> Option<Value> {
        self.entries.get(entry).cloned()
    }
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<State>> {
        self.heads.get(subject).cloned()
    }
}

pub(crate) fn clerk() -> Actor {
    Actor::Staff {
        person: "wang".parse().unwrap(),
        roles: ["clerk".parse().unwrap()].into_iter().collect(),
        department: Some("service".parse().unwrap()),
    }
}

pub(crate) fn officer() -> Actor {
    Actor::Staff {
        person: "li".parse().unwrap(),
        roles: ["privacy_officer".parse().unwrap()].into_iter().collect(),
        department: None,
    }
}

/// A complaint that is good under the playbook of the tests.
pub(crate) fn good() -> Value {
    json!({
        "channel": "phone",
        "category": "quality",
        "complainant": { "name": "张三", "phone": "138 1234 5678" },
        "narrative": "空调坏了三次，没人来修",
        "demand": "换一台新的",
    })
}

/// A guided form of two provinces with a company each.
pub(crate) fn guided_form() -> Value {
    let text = |zh: &str| json!({ "zh": zh, "en": zh });
    json!({
        "notice": { "version": 3, "text": text("请如实填写。") },
        "provinces": [{ "key": "north", "label": text("北省") }, { "key": "south", "label": text("南省") }],
        "companies": [
            { "key": "ruian", "label": text("瑞安物业"), "provinces": ["north"] },
            { "key": "jiahe", "label": text("嘉禾物业"), "provinces": ["north", "south"] },
        ],
        "consumer": ["name", "phone"],
        "business": ["narrative", "demand"],
    })
}

/// Every gate of it passed.
pub(crate) fn gates_passed() -> Value {
    json!({ "notice": 3, "agreed_at": "2025-03-07T00:58:00Z", "province": "north", "company": "ruian", "confirmed": true,
        "confirmed_at": "2025-03-07T00:59:00Z" })
}

/// Two departments with a person each.
pub(crate) fn people() -> DirectoryChanged {
    let name = |zh: &str, en: &str| Text { zh: zh.into(), en: en.into() };
    let department =
        |id: &str, name: Text| Department { id: id.parse().unwrap(), name, parent: None, duty_manager: None };
    let person = |id: &str, department: &str| Person {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        department: department.parse().unwrap(),
        roles: if id == "wang" { [RoleKey::new("clerk").unwrap()].into() } else { Default::default() },
        manager: None,
        contact: None,
        email: None,
        phone: None,
        shift: None,
        roster: Vec::new(),
        skills: Default::default(),
        absences: Vec::new(),
        active: true,
    };
    DirectoryChanged {
        departments: vec![
            department("service", name("服务部", "service")),
            department("sales", name("销售部", "sales")),
        ],
        people: vec![person("wang", "service"), person("zhao", "sales")],
        shifts: Vec::new(),
        by: Actor::System,
    }
}

impl World {
    /// A world without playbooks and people.
    pub(crate) fn empty() -> Self {
        Self {
            intake: Intake::new(IntakeConfig::default(), keys()).unwrap(),
            now: "2025-03-07T02:00:00Z".parse().unwrap(),
            heads: BTreeMap::new(),
            entries: BTreeMap::new(),
            words: Vec::new(),
            said: Vec::new(),
            rows: Vec::new(),
            timers: BTreeMap::new(),
            heard: 0,
        }
    }

    /// A world with the playbook of the tests, active for everybody.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Value)) -> Self {
        let mut world = Self::empty();
        world.publish(playbook("p01", change));
        world.activate("p01", 1, ActivationScope::default());
        world.hear_directory();
        world
    }

    pub(crate) fn publish(&mut self, document: Value) {
        let id: contracts::PlaybookId = document["id"].as_str().unwrap().parse().unwrap();
        let version = u32::try_from(document["version"].as_u64().unwrap()).unwrap();
        let subject = SubjectRef::playbook(&organisation(), &id);
        let playbook = PlaybookRef { id, version };
        let by = Actor::System;
        self.hear(
            subject,
            PlaybookPublished { playbook, document, sha256: String::new(), scenarios_sha256: None, by },
        )
        .unwrap();
    }

    pub(crate) fn activate(&mut self, id: &str, version: u32, scope: ActivationScope) {
        let playbook = PlaybookRef { id: id.parse().unwrap(), version };
        let subject = SubjectRef::organisation(&organisation());
        self.hear(subject, PlaybookActivated { playbook, scope, effective_from: None, by: Actor::System })
            .unwrap();
    }

    fn hear_directory(&mut self) {
        self.hear(SubjectRef::directory(&organisation()), people()).unwrap();
    }

    /// Hears an event of routing.
    pub(crate) fn hear(&mut self, subject: SubjectRef, event: impl Into<Event>) -> Result<(), Problem> {
        self.heard += 1;
        let event = event.into();
        let envelope = Envelope {
            id: EventId::at(self.now, [u8::try_from(self.heard % 250).unwrap(); 10]),
            source: ServiceName::Routing,
            what: event.what().into(),
            version: event.version(),
            subject: subject.clone(),
            time: self.now,
            sequence: self.heard,
            previous_hash: [0; 32],
            causation: "test".into(),
            correlation: "test".into(),
            traceparent: None,
        };
        let input = Input::Heard(Box::new(Heard { envelope, event: event.clone() }));
        let decision = self.decide(&input)?;
        self.evolve(&subject, ServiceName::Routing, &event);
        self.apply(&subject, decision);
        Ok(())
    }

    /// Orders something; gives the body of the answer.
    pub(crate) fn order(
        &mut self,
        subject: SubjectRef,
        verb: &str,
        key: &str,
        actor: Actor,
        body: Value,
    ) -> Result<Value, Problem> {
        let command = Command {
            id: CommandId::new(key).unwrap(),
            subject: subject.clone(),
            verb: verb.into(),
            actor,
            expected_version: None,
            traceparent: None,
            body,
        };
        let input = Input::Command(Box::new(command));
        let decision = self.decide(&input)?;
        assert_eq!(format!("{decision:?}"), format!("{:?}", self.decide(&input)?), "deciding is a function");
        let answer = decision.answer.clone();
        self.apply(&subject, decision);
        Ok(answer)
    }

    /// Registers under `key`.
    pub(crate) fn register(&mut self, key: &str, actor: Actor, body: Value) -> Result<Receipt, Problem> {
        let subject = Self::complaint(key);
        let answer = self.order(subject, "complaint.register", key, actor, body)?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Fires every timer that is due.
    pub(crate) fn fire_timers(&mut self) {
        let due: Vec<_> = self
            .timers
            .iter()
            .filter(|(_, (due, _))| *due <= self.now)
            .map(|(key, set)| (key.clone(), set.clone()))
            .collect();
        for ((subject, key), (due, payload)) in due {
            self.timers.remove(&(subject.clone(), key.clone()));
            let input = Input::Due(Due { subject: subject.clone(), key, due, payload });
            let decision = self.decide(&input).unwrap();
            self.apply(&subject, decision);
        }
    }

    pub(crate) fn complaint(key: &str) -> SubjectRef {
        let key = CommandId::new(key).unwrap();
        SubjectRef::complaint(&organisation(), complaint_for(&organisation(), &key))
    }

    pub(crate) fn state(&self, subject: &SubjectRef) -> Option<&State> {
        self.heads.get(subject).map(AsRef::as_ref)
    }

    fn decide(&self, input: &Input) -> Result<Decision<Row>, Problem> {
        let state = self.heads.get(input.subject()).cloned().unwrap_or_default();
        self.intake.decide(&Context::new(ServiceName::Intake, self.now, input, self), &state, input)
    }

    fn evolve(&mut self, subject: &SubjectRef, source: ServiceName, event: &Event) {
        let mut state = self.heads.get(subject).map(|state| State::clone(state)).unwrap_or_default();
        self.intake.evolve(&mut state, &Happened { source, time: self.now, subject, event });
        // As the store keeps it: a state that does not survive JSON would be noticed here.
        let json = serde_json::to_value(&state).unwrap();
        let back: State = serde_json::from_value(json).unwrap();
        assert_eq!(back, state);
        self.heads.insert(subject.clone(), Arc::new(back));
    }

    fn apply(&mut self, subject: &SubjectRef, decision: Decision<Row>) {
        for event in decision.events {
            self.evolve(subject, ServiceName::Intake, &event);
            self.said.push((subject.clone(), event));
        }
        for change in decision.entries {
            match change {
                EntryChange::Put { entry, value } => drop(self.entries.insert(entry, value)),
                EntryChange::Add { .. } => unreachable!("intake adds to no entry"),
                EntryChange::Remove { entry } => drop(self.entries.remove(&entry)),
            }
        }
        for timer in decision.timers {
            match timer {
                TimerChange::Set { key, due, payload } => {
                    self.timers.insert((subject.clone(), key), (due, payload));
                }
                TimerChange::Cancel { key } => drop(self.timers.remove(&(subject.clone(), key))),
            }
        }
        self.words.extend(decision.words);
        self.words.retain(|word| !decision.shred.contains(&word.complaint));
        self.rows.extend(decision.rows);
    }

    /// How many entries there are of a kind.
    pub(crate) fn entries_of(&self, space: &str) -> usize {
        self.entries.keys().filter(|key| key.space == space).count()
    }
}
