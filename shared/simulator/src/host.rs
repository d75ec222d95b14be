//! One service in memory: the same core that the shell runs, with maps for tables.
//!
//! The rules are the shell's: one head a subject, cursors per source, later events held, a refused command writes
//! nothing, the same command id gives the first answer. What the shell does in one transaction happens here in
//! one call; a crash is a call that is thrown away ([`Host::crash_before_commit`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::commands::{Answer, Command};
use contracts::{ComplaintId, Event, EventId, Problem, ProblemCode, ServiceName, SubjectRef, WordId};
use jiff::Timestamp;
use runtime::service::{
    Context, Decision, Due, EntryChange, EntryKey, Happened, Heard, Input, Said, Service, Sight, TimerChange,
    seal,
};
use serde_json::Value;

/// What a host knows of one subject.
struct Head<S> {
    state: Arc<S>,
    version: u64,
    /// Sequence and hash of the last event said about it.
    last: (u64, [u8; 32]),
    /// Sequence of the last event applied, per source.
    cursors: BTreeMap<ServiceName, u64>,
}

impl<S: Default> Default for Head<S> {
    fn default() -> Self {
        Self { state: Arc::default(), version: 0, last: (0, [0; 32]), cursors: BTreeMap::new() }
    }
}

/// A message that could not be handled; it blocks its subject and source.
#[derive(Debug, Clone)]
pub struct Parked {
    /// The message.
    pub said: Arc<Said>,
    /// Why.
    pub problem: Problem,
}

/// One service in memory.
pub struct Host<S: Service> {
    service: S,
    heads: BTreeMap<SubjectRef, Head<S::State>>,
    entries: BTreeMap<(String, EntryKey), Value>,
    timers: BTreeMap<(SubjectRef, String), (Timestamp, Value)>,
    commands: BTreeMap<(String, String), (Value, Answer)>,
    words: BTreeMap<WordId, (ComplaintId, String)>,
    journal: BTreeMap<SubjectRef, Vec<Arc<Said>>>,
    held: BTreeMap<(SubjectRef, ServiceName, u64), Arc<Said>>,
    parked: Vec<Parked>,
    fresh: Vec<Arc<Said>>,
    crash_next: bool,
    made: u64,
}

/// The whole memory as a core may look at it.
struct Memory<'a, S: Service> {
    organisation: &'a str,
    host: &'a Host<S>,
}

impl<S: Service> Sight<S::State> for Memory<'_, S> {
    fn entry(&self, entry: &EntryKey, _lock: bool) -> Option<Value> {
        self.host.entries.get(&(self.organisation.to_owned(), entry.clone())).cloned()
    }
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<S::State>> {
        self.host.heads.get(subject).map(|head| Arc::clone(&head.state))
    }
}

impl<S: Service> Host<S> {
    /// A host of `service` that knows nothing yet.
    pub fn new(service: S) -> Self {
        Self {
            service,
            heads: BTreeMap::new(),
            entries: BTreeMap::new(),
            timers: BTreeMap::new(),
            commands: BTreeMap::new(),
            words: BTreeMap::new(),
            journal: BTreeMap::new(),
            held: BTreeMap::new(),
            parked: Vec::new(),
            fresh: Vec::new(),
            crash_next: false,
            made: 0,
        }
    }

    /// The state of a subject, if it has one.
    pub fn state(&self, subject: &SubjectRef) -> Option<&S::State> {
        self.heads.get(subject).map(|head| head.state.as_ref())
    }

    /// All subjects with their states.
    pub fn states(&self) -> impl Iterator<Item = (&SubjectRef, &S::State)> {
        self.heads.iter().map(|(subject, head)| (subject, head.state.as_ref()))
    }

    fn decide(&self, now: Timestamp, input: &Input) -> Result<Decision<S::Row>, Problem> {
        let sight = Memory { organisation: input.subject().organisation.as_str(), host: self };
        let blank = S::State::default();
        let state = self.state(input.subject()).unwrap_or(&blank);
        self.service.decide(&Context::new(self.service.name(), now, input, &sight), state, input)
    }

    fn commit(&mut self, now: Timestamp, input: &Input, decision: Decision<S::Row>) -> Result<u64, Problem> {
        let subject = input.subject().clone();
        let mut head = self.heads.remove(&subject).unwrap_or_default();
        let mut state = S::State::clone(&head.state);
        if let Input::Heard(heard) = input {
            let (source, time) = (heard.envelope.source, heard.envelope.time);
            self.service
                .evolve(&mut state, &Happened { source, time, subject: &subject, event: &heard.event });
        }
        for event in decision.events {
            let declared = self.service.says().contains(&event.what());
            assert!(declared, "{} says {} and does not list it", self.service.name(), event.what());
            let said = self.seal_next(now, input, head.last, event)?;
            head.last = (said.envelope.sequence, said.hash);
            let happened =
                Happened { source: self.service.name(), time: now, subject: &subject, event: &said.event };
            self.service.evolve(&mut state, &happened);
            let said = Arc::new(said);
            self.journal.entry(subject.clone()).or_default().push(Arc::clone(&said));
            self.fresh.push(said);
        }
        if let Input::Heard(heard) = input
            && !self.service.heeds().holds(heard.event.what())
        {
            let changed = serde_json::to_value(&state).ok() != serde_json::to_value(head.state.as_ref()).ok();
            let (name, what) = (self.service.name(), heard.event.what());
            assert!(!changed, "{name} heeds {what} and does not list it");
        }
        head.state = Arc::new(state);
        head.version += 1;
        let version = head.version;
        self.heads.insert(subject.clone(), head);
        self.set_timers(&subject, decision.timers);
        self.change_entries(subject.organisation.as_str(), decision.entries);
        self.words.extend(decision.words.into_iter().map(|word| (word.id, (word.complaint, word.text))));
        self.words.retain(|_, (complaint, _)| !decision.shred.contains(complaint));
        Ok(version)
    }

    fn seal_next(
        &mut self,
        now: Timestamp,
        input: &Input,
        last: (u64, [u8; 32]),
        event: Event,
    ) -> Result<Said, Problem> {
        self.made += 1;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        random[8] = self.service.name() as u8;
        seal(self.service.name(), EventId::at(now, random), now, input, last, event)
            .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
    }

    fn set_timers(&mut self, subject: &SubjectRef, changes: Vec<TimerChange>) {
        for change in changes {
            match change {
                TimerChange::Set { key, due, payload } => {
                    self.timers.insert((subject.clone(), key), (due, payload));
                }
                TimerChange::Cancel { key } => {
                    self.timers.remove(&(subject.clone(), key));
                }
            }
        }
    }

    fn change_entries(&mut self, organisation: &str, changes: Vec<EntryChange>) {
        for change in changes {
            match change {
                EntryChange::Put { entry, value } => {
                    self.entries.insert((organisation.to_owned(), entry), value);
                }
                EntryChange::Add { entry, by } => {
                    let value =
                        self.entries.entry((organisation.to_owned(), entry)).or_insert_with(|| 0.into());
                    *value = (value.as_i64().unwrap_or(0) + by).into();
                }
                EntryChange::Remove { entry } => {
                    self.entries.remove(&(organisation.to_owned(), entry));
                }
            }
        }
    }

    fn apply(&mut self, now: Timestamp, said: &Arc<Said>) {
        let input =
            Input::Heard(Box::new(Heard { envelope: said.envelope.clone(), event: said.event.clone() }));
        let outcome = self.decide(now, &input).and_then(|decision| self.commit(now, &input, decision));
        match outcome {
            Ok(_) => {
                let head = self.heads.entry(said.envelope.subject.clone()).or_default();
                head.cursors.insert(said.envelope.source, said.envelope.sequence);
            }
            Err(problem) => self.parked.push(Parked { said: Arc::clone(said), problem }),
        }
    }

    fn cursor(&self, subject: &SubjectRef, source: ServiceName) -> u64 {
        self.heads.get(subject).and_then(|head| head.cursors.get(&source).copied()).unwrap_or(0)
    }
}

/// A host of any service, as the stack sees it.
pub trait Node {
    /// Its name.
    fn name(&self) -> ServiceName;
    /// Whom it hears.
    fn sources(&self) -> &'static [ServiceName];
    /// Takes an event in, whatever its order.
    fn hear(&mut self, now: Timestamp, said: &Arc<Said>);
    /// Takes a command.
    fn order(&mut self, now: Timestamp, command: &Command) -> Answer;
    /// The earliest timer.
    fn earliest(&self) -> Option<Timestamp>;
    /// Fires the earliest timer that is due, if there is one.
    fn fire(&mut self, now: Timestamp) -> bool;
    /// The events said since last asked.
    fn take_fresh(&mut self) -> Vec<Arc<Said>>;
    /// Everything ever said, by subject.
    fn journal(&self) -> &BTreeMap<SubjectRef, Vec<Arc<Said>>>;
    /// What the cursor of `subject` for `source` stands at.
    fn heard_up_to(&self, subject: &SubjectRef, source: ServiceName) -> u64;
    /// What could not be handled.
    fn parked(&self) -> &[Parked];
    /// How many events wait for a predecessor.
    fn held(&self) -> usize;
    /// The next input is decided and then lost, as in a crash before the commit.
    fn crash_before_commit(&mut self);
    /// A kept text.
    fn word(&self, id: WordId) -> Option<&str>;
    /// A read-only view of the concrete host.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl<S: Service> Node for Host<S> {
    fn name(&self) -> ServiceName {
        self.service.name()
    }
    fn sources(&self) -> &'static [ServiceName] {
        self.service.sources()
    }

    fn hear(&mut self, now: Timestamp, said: &Arc<Said>) {
        let (subject, source) = (said.envelope.subject.clone(), said.envelope.source);
        if std::mem::take(&mut self.crash_next) {
            let input =
                Input::Heard(Box::new(Heard { envelope: said.envelope.clone(), event: said.event.clone() }));
            let _thrown_away = self.decide(now, &input);
        }
        if said.envelope.sequence <= self.cursor(&subject, source) {
            return;
        }
        self.held.insert((subject.clone(), source, said.envelope.sequence), Arc::clone(said));
        loop {
            let next = self.cursor(&subject, source) + 1;
            let Some(said) = self.held.get(&(subject.clone(), source, next)).cloned() else { return };
            if self.parked.iter().any(|parked| parked.said.envelope.id == said.envelope.id) {
                return; // blocked until somebody replays or drops it
            }
            self.apply(now, &said);
            if self.cursor(&subject, source) == next {
                self.held.remove(&(subject.clone(), source, next));
            }
        }
    }

    fn order(&mut self, now: Timestamp, command: &Command) -> Answer {
        let key = (command.organisation().to_string(), command.id.to_string());
        if let Some((body, answer)) = self.commands.get(&key) {
            return match answer {
                Answer::Done { version, body: answered, .. } if *body == command.body => {
                    Answer::Done { version: *version, repeated: true, body: answered.clone() }
                }
                Answer::Done { .. } | Answer::Refused { .. } => Answer::Refused {
                    problem: Problem::new(ProblemCode::KeyReused, "the key was used with another body"),
                },
            };
        }
        let input = Input::Command(Box::new(command.clone()));
        if std::mem::take(&mut self.crash_next) {
            let _thrown_away = self.decide(now, &input);
        }
        let current = self.heads.get(&command.subject).map_or(0, |head| head.version);
        if command.expected_version.is_some_and(|expected| expected != current) {
            let problem = Problem::new(ProblemCode::StaleVersion, "it was changed since it was read");
            return Answer::Refused { problem: problem.expected(format!("version {current}")) };
        }
        let done = self.decide(now, &input).and_then(|decision| {
            let body = decision.answer.clone();
            let version = self.commit(now, &input, decision)?;
            Ok(Answer::Done { version, repeated: false, body })
        });
        match done {
            Ok(answer) => {
                self.commands.insert(key, (command.body.clone(), answer.clone()));
                answer
            }
            Err(problem) => Answer::Refused { problem },
        }
    }

    fn earliest(&self) -> Option<Timestamp> {
        self.timers.values().map(|(due, _)| *due).min()
    }

    fn fire(&mut self, now: Timestamp) -> bool {
        let due_first =
            self.timers.iter().filter(|(_, (due, _))| *due <= now).min_by_key(|(key, (due, _))| (*due, *key));
        let Some(((subject, key), (due, payload))) =
            due_first.map(|(key, value)| (key.clone(), value.clone()))
        else {
            return false;
        };
        let input = Input::Due(Due { subject: subject.clone(), key: key.clone(), due, payload });
        if std::mem::take(&mut self.crash_next) {
            let _thrown_away = self.decide(now, &input);
        }
        self.timers.remove(&(subject, key));
        if let Err(problem) = self.decide(now, &input).and_then(|decision| self.commit(now, &input, decision))
        {
            tracing::error!(%problem, "a due timer could not be handled");
            debug_assert!(false, "a due timer could not be handled: {problem}");
        }
        true
    }

    fn take_fresh(&mut self) -> Vec<Arc<Said>> {
        std::mem::take(&mut self.fresh)
    }
    fn journal(&self) -> &BTreeMap<SubjectRef, Vec<Arc<Said>>> {
        &self.journal
    }
    fn heard_up_to(&self, subject: &SubjectRef, source: ServiceName) -> u64 {
        self.cursor(subject, source)
    }
    fn parked(&self) -> &[Parked] {
        &self.parked
    }
    fn held(&self) -> usize {
        self.held.len()
    }
    fn crash_before_commit(&mut self) {
        self.crash_next = true;
    }
    fn word(&self, id: WordId) -> Option<&str> {
        self.words.get(&id).map(|(_, text)| text.as_str())
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
