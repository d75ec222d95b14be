//! Routing alone in memory, with the other services played by the test. After every input the invariants hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contracts::commands::{Actor, Command, Verb, routing as orders};
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::messages::directory_changed::DirectoryChanged;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{
    CommandId, ComplaintId, Envelope, Event, EventId, FactKey, FactValue, Facts, Language, OrganisationId,
    Problem, ServiceName, SubjectRef, VisitId, WordId, WordRef, WorkId,
};
use jiff::Timestamp;
use playbook::{PersonNeed, StageBrief};
use routing::state::{Case, Main, Work};
use routing::{LOAD, Routing, Row, State, affected_commands, open_works};
use runtime::service::{
    Context, Decision, Due, EntryChange, EntryKey, Happened, Heard, Input, Service, Sight, TimerChange,
};
use serde_json::{Value, json};
use uuid::Uuid;

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

/// Six departments' worth of people, enough for the shipped playbooks and the rich one.
pub(crate) fn directory() -> Value {
    let unit = |id: &str, parent: Option<&str>, manager: Option<&str>| json!({"id": id, "name": {"zh": id, "en": id}, "parent": parent, "duty_manager": manager});
    let one = |id: &str, department: &str, roles: &[&str], manager: Option<&str>| json!({"id": id, "name": id, "department": department, "roles": roles, "manager": manager});
    json!({
        "departments": [
            unit("head_office", None, Some("boss")),
            unit("customer_service", Some("head_office"), Some("cs.lead")),
            unit("quality_management", Some("head_office"), Some("qm.lead")),
            unit("logistics", Some("head_office"), None),
            unit("sales", Some("head_office"), None),
            unit("quality", Some("head_office"), Some("q.lead")),
            unit("service", Some("head_office"), Some("s.lead")),
        ],
        "people": [
            one("boss", "head_office", &[], None),
            one("cs.lead", "customer_service", &["leader"], Some("boss")),
            one("agent.a", "customer_service", &["agent", "receiver"], Some("cs.lead")),
            one("agent.b", "customer_service", &["agent"], Some("cs.lead")),
            one("qm.lead", "quality_management", &["leader"], Some("boss")),
            one("qm.a", "quality_management", &["handler"], Some("qm.lead")),
            one("qm.b", "quality_management", &["handler"], Some("qm.lead")),
            one("lo.a", "logistics", &["handler"], Some("boss")),
            one("q.lead", "quality", &["leader"], Some("boss")),
            one("q.a", "quality", &["handler"], Some("q.lead")),
            one("q.b", "quality", &["handler"], Some("q.lead")),
            one("s.lead", "service", &["manager"], Some("boss")),
            one("s.deputy", "service", &["manager"], Some("boss")),
            one("s.agent", "service", &["agent", "clerk"], Some("s.lead")),
            one("gm", "service", &["general_manager"], None),
        ],
    })
}

impl World {
    /// A world with people and one playbook in it.
    pub(crate) fn with(text: &str, start: &str) -> Self {
        let mut world = Self {
            routing: Routing::default(),
            now: ts(start),
            states: BTreeMap::new(),
            entries: BTreeMap::new(),
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
    fn shelve(&mut self, text: &str) {
        let book = playbook::load_as(text, playbook::Acting::WholeVocabulary).unwrap();
        let playbook = book.playbook();
        let said = PlaybookPublished {
            playbook: PlaybookRef { id: playbook.id.clone(), version: playbook.version },
            document: serde_json::to_value(playbook).unwrap(),
            sha256: "0".repeat(64),
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
        self.routing.decide(&Context::new(self.now, input, &memory), state, input)
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

    /// What the other services do by themselves: ask for a person when a visit of theirs begins or changes hands.
    fn answer(&mut self, event: &Event) {
        if let Event::StageEntered(entered) = event {
            let brief: StageBrief = serde_json::from_value(entered.brief.clone()).unwrap();
            self.ask(entered.visit, entered.epoch, &entered.department, &brief);
        } else if let Event::StageChanged(changed) = event {
            let book = self.briefs().remove(&changed.visit).unwrap();
            self.ask(changed.visit, changed.epoch, &changed.department, &book);
        } else if let Event::DirectoryChanged(changed) = event {
            self.look_again(changed);
        }
    }

    fn briefs(&self) -> BTreeMap<VisitId, StageBrief> {
        let entered = self.said.iter().filter_map(|event| match event {
            Event::StageEntered(entered) => Some(entered),
            _ => None,
        });
        entered.map(|said| (said.visit, serde_json::from_value(said.brief.clone()).unwrap())).collect()
    }

    fn ask(&mut self, visit: VisitId, epoch: u32, department: &contracts::DepartmentId, brief: &StageBrief) {
        let service = brief.kind.service();
        if service == ServiceName::Routing || brief.person == PersonNeed::NotNeeded {
            return;
        }
        let secondary = match &brief.secondary {
            playbook::Secondary::Automatic => None,
            playbook::Secondary::Role(role) => Some(role.clone()),
        };
        self.made += 1;
        self.hear(
            service,
            WorkRequested {
                work: WorkId(Uuid::from_u128(0xA000 + u128::from(self.made))),
                visit,
                epoch,
                task: brief.kind.to_string(),
                role: brief.owner.as_ref().unwrap().role.clone(),
                department: department.clone(),
                secondary,
                barred: Vec::new(),
            },
        );
    }

    /// The internal commands that follow a change of the directory.
    fn look_again(&mut self, changed: &DirectoryChanged) {
        let open: Vec<_> =
            self.states.iter().flat_map(|(subject, state)| open_works(subject, state)).collect();
        self.made += 1;
        for command in affected_commands(Uuid::from_u128(self.made.into()), changed, open) {
            let input = Input::Command(Box::new(command));
            let decision = self.decide(&input).unwrap();
            self.apply(&input, decision);
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

    /// The person who holds the work completes the stage, as its service would say it.
    pub(crate) fn complete(&mut self, stage: &str, outcome: &str) {
        self.complete_with(stage, outcome, Facts::new());
    }

    pub(crate) fn complete_with(&mut self, stage: &str, outcome: &str, facts: Facts) {
        let (visit, epoch) = self.visit(stage);
        let service = self.case().visits[&visit].kind.service();
        let works: Vec<_> = self.case().works.iter().filter(|(_, work)| work.visit == visit).collect();
        let by = works.first().map_or(Actor::System, |(_, work)| Actor::Staff {
            person: work.holder().unwrap().clone(),
            roles: BTreeSet::new(),
            department: None,
        });
        let works: Vec<_> = works.into_iter().map(|(id, _)| *id).collect();
        let (outcome, results) = (outcome.parse().unwrap(), Value::Null);
        self.hear(service, StageCompleted { visit, epoch, outcome, facts, results, by });
        for work in works {
            self.hear(service, WorkWithdrawn { work, visit, reason: "done".into() });
        }
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

    /// What is true of every case after every input.
    fn check(&self) {
        let Some(case) = self.states.get(&complaint()).and_then(|state| state.case()) else { return };
        let mains: Vec<_> = case.visits.iter().filter(|(_, visit)| visit.place == Place::Main).collect();
        match &case.main {
            Main::Visit { visit } => assert!(mains.len() == 1 && mains[0].0 == visit, "one main visit"),
            Main::Between { .. } => assert!(mains.is_empty(), "between stages there is no main visit"),
            Main::Closed { .. } => {
                assert!(case.visits.is_empty() && case.works.is_empty(), "nothing is open after the archive");
                assert!(
                    case.clocks.values().all(|clock| !clock.is_running()),
                    "no clock runs after the archive"
                );
                assert!(
                    self.timers.keys().all(|(subject, _)| *subject != complaint()),
                    "no timer after the archive"
                );
            }
        }
        for work in case.works.values() {
            let visit = &case.visits[&work.visit];
            assert_eq!(visit.epoch, work.epoch, "work is of the present epoch");
            let holder = work.holder();
            assert!(
                holder.is_none_or(|person| !visit.barred.contains(person) && !work.barred.contains(person))
            );
            assert!(holder.is_none() || holder != case.origin.complained_of_person.as_ref(), "no party acts");
        }
        let keys: Vec<_> =
            case.clocks.values().filter(|clock| clock.is_running()).map(|clock| &clock.key).collect();
        assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "one running clock a key");
        for (id, clock) in case.clocks.iter().filter(|(_, clock)| clock.is_running() && !case.is_closed()) {
            let timer = self.timers.get(&(complaint(), format!("clock:{id}"))).map(|(due, _)| *due);
            let wanted = clock.due.filter(|due| clock.missed != Some(*due));
            assert_eq!(timer, wanted, "the timer of {} follows its due time", clock.key);
        }
        for (entry, value) in &self.entries {
            assert_eq!(entry.space, LOAD);
            let held = case.held_by(&entry.key.parse().unwrap());
            assert_eq!(
                value.as_u64(),
                u64::try_from(held).ok(),
                "the load of {} is what they hold",
                entry.key
            );
        }
        let turns = self.entered().iter().filter(|said| said.via.is_some()).count();
        assert_eq!(case.loops.values().map(|n| *n as usize).sum::<usize>(), turns, "every loop is counted");
    }

    /// The history alone gives the state.
    pub(crate) fn replay(&self) {
        let mut states: BTreeMap<&SubjectRef, State> = BTreeMap::new();
        for kept in &self.history {
            let state = states.entry(&kept.subject).or_default();
            let happened =
                Happened { source: kept.source, time: kept.time, subject: &kept.subject, event: &kept.event };
            self.routing.evolve(state, &happened);
        }
        for (subject, state) in states {
            assert_eq!(*self.states[subject], state);
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(
                serde_json::from_str::<State>(&text).unwrap(),
                state,
                "a state is written and read back"
            );
        }
    }
}
