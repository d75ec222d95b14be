//! One service in memory: the same core that the shell runs, with maps for tables, as two replicas that share them.
//!
//! The rules are the shell's: one head a subject, cursors per source, later events held, a refused command writes
//! nothing, the same command id gives the first answer. What the shell does in one transaction is one call here; where
//! a replica stops, or is not alone, is said by the [`Turn`].

mod parked;
mod replica;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::commands::{Answer, Command, parked as settling};
use contracts::{Event, EventId, Problem, ProblemCode, ServiceName, SubjectRef, WordId};
use jiff::Timestamp;
use runtime::service::{Decision, Due, Happened, Heard, Heeds, Input, Said, Service, seal};
use serde_json::Value;

use crate::faults::{Fault, Kind};
pub use parked::Parked;
use replica::{Attempt, Replica};
pub use store::Found;
use store::Store;

/// Which replica takes an input, and what befalls it between the first look and the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The first or the second.
    pub replica: usize,
    /// [`Fault::CrashBeforeCommit`], [`Fault::TwoReplicas`] or [`Fault::StaleReplica`]; others are not for the host.
    pub fault: Option<Fault>,
}

impl Turn {
    /// Nothing goes wrong.
    #[must_use]
    pub const fn of(replica: usize) -> Self {
        Self { replica, fault: None }
    }
}

/// What was noticed while inputs were taken.
#[derive(Debug, Clone, Default)]
pub struct Noticed {
    /// Inputs that were handled although a fault struck them.
    pub struck: Vec<(Kind, Fault)>,
    /// What must never be.
    pub breaches: Vec<String>,
}

/// One service in memory.
pub struct Host<S: Service> {
    make: Box<dyn Fn() -> S>,
    replicas: [Replica<S>; 2],
    store: Store<S::State>,
    /// The next event of this name is not understood.
    puzzling: Option<String>,
    noticed: Noticed,
    made: u64,
}

impl<S: Service> Host<S> {
    /// A host that knows nothing yet. `make` gives each replica a core of its own, also when it starts again.
    pub fn new(make: impl Fn() -> S + 'static) -> Self {
        let replicas = [Replica::new(make()), Replica::new(make())];
        let (store, noticed) = (Store::default(), Noticed::default());
        Self { make: Box::new(make), replicas, store, puzzling: None, noticed, made: 0 }
    }

    /// The state of a subject, if it has one.
    pub fn state(&self, subject: &SubjectRef) -> Option<&S::State> {
        self.store.heads.get(subject).map(|head| head.state.as_ref())
    }

    /// All subjects with their states.
    pub fn states(&self) -> impl Iterator<Item = (&SubjectRef, &S::State)> {
        self.store.heads.iter().map(|(subject, head)| (subject, head.state.as_ref()))
    }
}

impl<S: Service<State: PartialEq>> Host<S> {
    const fn core(&self) -> &S {
        &self.replicas[0].service
    }

    fn breach(&mut self, what: String) {
        self.noticed.breaches.push(what);
    }

    fn attempt(&self, replica: usize, now: Timestamp, input: &Input, stale: bool) -> Attempt<S> {
        self.replicas[replica].attempt(&self.store, now, input, stale)
    }

    /// Takes an input in: decides and commits, through what the turn has in store. Gives the answer.
    fn take(&mut self, now: Timestamp, input: &Input, turn: Turn) -> Result<Value, Problem> {
        let kind = kind_of(self.core().name(), input);
        if turn.fault == Some(Fault::CrashBeforeCommit) {
            drop(self.attempt(turn.replica, now, input, false));
            self.start_again(turn.replica);
        }
        let mut was_refused = false;
        if turn.fault == Some(Fault::StaleReplica) {
            let stale = self.attempt(turn.replica, now, input, true);
            was_refused = stale.is_outdated(&self.store);
        }
        let attempt = self.attempt(turn.replica, now, input, false);
        if attempt.is_outdated(&self.store) {
            self.breach(format!("{kind}: a replica did not read what is stored"));
        }
        let rival = (turn.fault == Some(Fault::TwoReplicas))
            .then(|| self.attempt(1 - turn.replica, now, input, false));
        if rival.as_ref().is_some_and(|rival| !rival.agrees(&attempt)) {
            self.breach(format!("{kind}: two replicas decide differently on the same input"));
        }
        let Attempt { decided, state, .. } = attempt;
        let decision = decided?;
        let answer = decision.answer.clone();
        let changes = self.commit(now, input, &state, decision, turn.replica)?;
        if changes && rival.is_some_and(|rival| !rival.is_outdated(&self.store)) {
            self.breach(format!("{kind}: the later of two replicas could commit as well"));
        }
        match turn.fault {
            Some(Fault::StaleReplica) if !was_refused => {}
            Some(fault) => self.noticed.struck.push((kind, fault)),
            None => {}
        }
        Ok(answer)
    }

    /// Writes a decision; says whether it changed anything.
    fn commit(
        &mut self,
        now: Timestamp,
        input: &Input,
        before: &Arc<S::State>,
        decision: Decision<S::Row>,
        replica: usize,
    ) -> Result<bool, Problem> {
        let subject = input.subject();
        let is_order = matches!(input, Input::Command(_));
        if is_order && is_nothing(&decision) {
            return Ok(false);
        }
        let mut state = S::State::clone(before);
        if let Input::Heard(heard) = input {
            self.evolve_heard(&mut state, before, heard);
            let head = self.store.heads.entry(subject.clone()).or_default();
            head.cursors.insert(heard.envelope.source, heard.envelope.sequence);
        }
        for event in decision.events {
            self.say(now, input, &mut state, event)?;
        }
        let state = Arc::new(state);
        let head = self.store.heads.entry(subject.clone()).or_default();
        head.replace(Arc::clone(&state));
        self.replicas[replica].remember(subject, head.version, &state);
        if let Input::Due(due) = input {
            self.store.remove_timer(subject, &due.key);
        }
        self.store.set_timers(subject, decision.timers);
        self.store.change_entries(&subject.organisation, decision.entries);
        self.store.keep_words(decision.words, &decision.shred);
        Ok(true)
    }

    fn evolve_heard(&mut self, state: &mut S::State, before: &Arc<S::State>, heard: &Heard) {
        let (source, time, subject) = (heard.envelope.source, heard.envelope.time, &heard.envelope.subject);
        self.core().evolve(state, &Happened { source, time, subject, event: &heard.event });
        if !self.core().heeds().holds(heard.event.what()) {
            let (name, what) = (self.core().name(), heard.event.what());
            assert!(*state == **before, "{name} heeds {what} and does not list it");
        }
    }

    fn say(
        &mut self,
        now: Timestamp,
        input: &Input,
        state: &mut S::State,
        event: Event,
    ) -> Result<(), Problem> {
        let (name, subject) = (self.core().name(), input.subject());
        let declared = matches!(event, Event::ParkedSettled(_)) || self.core().says().contains(&event.what());
        assert!(declared, "{name} says {} and does not list it", event.what());
        self.made += 1;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        random[8] = name as u8;
        let last = self.store.heads.get(subject).map_or((0, [0; 32]), |head| head.last);
        let said = seal(name, EventId::at(now, random), now, input, last, event)
            .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
        let happened = Happened { source: name, time: now, subject, event: &said.event };
        self.core().evolve(state, &happened);
        self.store.heads.entry(subject.clone()).or_default().last = (said.envelope.sequence, said.hash);
        self.store.say(said);
        Ok(())
    }

    /// Applies what is held of a source as long as the next one is there.
    fn take_up(&mut self, now: Timestamp, subject: &SubjectRef, source: ServiceName, turn: Turn) {
        loop {
            let next = self.store.cursor(subject, source) + 1;
            let key = (subject.clone(), source, next);
            let Some(said) = self.store.held.get(&key).cloned() else { return };
            if self.store.is_blocked(subject, source) {
                return; // until somebody replays or drops what is parked
            }
            self.store.held.remove(&key);
            let taken = if self.puzzling.as_deref() == Some(said.event.what()) {
                self.puzzling = None;
                Err(Problem::new(ProblemCode::Internal, "this version does not understand it"))
            } else {
                self.take(now, &heard(&said), turn)
            };
            if let Err(problem) = taken {
                self.store.parked.push(Parked { said, problem });
            }
        }
    }
}

/// The input that a heard event is.
fn heard(said: &Said) -> Input {
    Input::Heard(Box::new(Heard { envelope: said.envelope.clone(), event: said.event.clone() }))
}

fn kind_of(service: ServiceName, input: &Input) -> Kind {
    match input {
        Input::Heard(heard) => Kind::event(service, heard.event.what()),
        Input::Command(command) => Kind::command(service, &command.verb),
        Input::Due(due) => Kind::timer(service, &due.key),
    }
}

fn is_nothing<R>(decision: &Decision<R>) -> bool {
    decision.events.is_empty()
        && decision.timers.is_empty()
        && decision.words.is_empty()
        && decision.shred.is_empty()
        && decision.entries.is_empty()
        && decision.rows.is_empty()
}

/// A host of any service, as the stack sees it.
pub trait Node {
    /// Its name.
    fn name(&self) -> ServiceName;
    /// Whom it hears.
    fn sources(&self) -> &'static [ServiceName];
    /// The verbs it takes, beside those that settle what is parked.
    fn verbs(&self) -> Vec<&'static str>;
    /// The events it says.
    fn says(&self) -> &'static [&'static str];
    /// The events it heeds.
    fn heeds(&self) -> Heeds;
    /// Takes an event in, whatever its order.
    fn hear(&mut self, now: Timestamp, said: &Arc<Said>, turn: Turn);
    /// Takes a command.
    fn order(&mut self, now: Timestamp, command: &Command, turn: Turn) -> Answer;
    /// When the earliest timer is due.
    fn earliest(&self) -> Option<Timestamp>;
    /// The timers that are due, of each subject the first.
    fn due(&self, now: Timestamp) -> Vec<Found>;
    /// Fires a timer, unless it no longer stands as it was found.
    fn fire(&mut self, now: Timestamp, found: &Found, turn: Turn) -> bool;
    /// A replica stops and starts again: what it had in memory is gone.
    fn start_again(&mut self, replica: usize);
    /// The next event of this name that is to be applied is not understood, and parked.
    fn misunderstand(&mut self, what: &str);
    /// How many events wait to be published.
    fn unpublished(&self) -> usize;
    /// Takes what waits to be published, in the journal's order.
    fn publish(&mut self) -> Vec<Arc<Said>>;
    /// Everything ever said, by subject.
    fn journal(&self) -> &BTreeMap<SubjectRef, Vec<Arc<Said>>>;
    /// What the cursor of `subject` for `source` stands at.
    fn heard_up_to(&self, subject: &SubjectRef, source: ServiceName) -> u64;
    /// What could not be handled.
    fn parked(&self) -> &[Parked];
    /// How many events wait for a predecessor.
    fn held(&self) -> usize;
    /// What was noticed since last asked.
    fn noticed(&mut self) -> Noticed;
    /// A kept text.
    fn word(&self, id: WordId) -> Option<&str>;
    /// A read-only view of the concrete host.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl<S: Service<State: PartialEq>> Node for Host<S> {
    fn name(&self) -> ServiceName {
        self.core().name()
    }
    fn sources(&self) -> &'static [ServiceName] {
        self.core().sources()
    }
    fn verbs(&self) -> Vec<&'static str> {
        self.core().verbs()
    }
    fn says(&self) -> &'static [&'static str] {
        self.core().says()
    }
    fn heeds(&self) -> Heeds {
        self.core().heeds()
    }

    fn hear(&mut self, now: Timestamp, said: &Arc<Said>, turn: Turn) {
        let (subject, source) = (&said.envelope.subject, said.envelope.source);
        let parked = self.store.parked.iter().any(|parked| parked.said.envelope.id == said.envelope.id);
        if said.envelope.sequence <= self.store.cursor(subject, source) || parked {
            return;
        }
        self.store.held.insert((subject.clone(), source, said.envelope.sequence), Arc::clone(said));
        self.take_up(now, subject, source, turn);
    }

    fn order(&mut self, now: Timestamp, command: &Command, turn: Turn) -> Answer {
        if let Some(answer) = self.store.first_answer(command) {
            return answer;
        }
        let current = self.store.version(&command.subject);
        if command.expected_version.is_some_and(|expected| expected != current) {
            let problem = Problem::new(ProblemCode::StaleVersion, "it was changed since it was read");
            return Answer::Refused {
                problem: problem.at("/expected_version").expected(current.to_string()),
            };
        }
        let done = if settling::VERBS.contains(&command.verb.as_str()) {
            self.settle(now, command, turn)
        } else {
            self.take(now, &Input::Command(Box::new(command.clone())), turn)
        };
        match done {
            Ok(body) => {
                let version = self.store.version(&command.subject);
                let answer = Answer::Done { version, repeated: false, body };
                self.store.record(command, &answer);
                answer
            }
            Err(problem) => Answer::Refused { problem },
        }
    }

    fn earliest(&self) -> Option<Timestamp> {
        self.store.earliest()
    }
    fn due(&self, now: Timestamp) -> Vec<Found> {
        self.store.due(now)
    }

    fn fire(&mut self, now: Timestamp, found: &Found, turn: Turn) -> bool {
        let Some(payload) = self.store.payload(found) else { return false };
        let Found { due, subject, key } = found.clone();
        let input = Input::Due(Due { subject, key, due, payload });
        if let Err(problem) = self.take(now, &input, turn) {
            self.store.remove_timer(&found.subject, &found.key);
            self.breach(format!("the timer {} could not be handled: {problem}", found.key));
        }
        true
    }

    fn start_again(&mut self, replica: usize) {
        self.replicas[replica] = Replica::new((self.make)());
    }
    fn misunderstand(&mut self, what: &str) {
        self.puzzling = Some(what.to_owned());
    }
    fn unpublished(&self) -> usize {
        self.store.outbox.len()
    }
    fn publish(&mut self) -> Vec<Arc<Said>> {
        std::mem::take(&mut self.store.outbox)
    }
    fn journal(&self) -> &BTreeMap<SubjectRef, Vec<Arc<Said>>> {
        &self.store.journal
    }
    fn heard_up_to(&self, subject: &SubjectRef, source: ServiceName) -> u64 {
        self.store.cursor(subject, source)
    }
    fn parked(&self) -> &[Parked] {
        &self.store.parked
    }
    fn held(&self) -> usize {
        self.store.held.len()
    }
    fn noticed(&mut self) -> Noticed {
        std::mem::take(&mut self.noticed)
    }
    fn word(&self, id: WordId) -> Option<&str> {
        self.store.word(id)
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
