//! One round of folding a batch: inputs are decided in arrival order, each seeing what the earlier ones changed.
//!
//! A round writes nothing. It ends with everything that is to be written, or with the look-ups that were not at hand,
//! or with an input whose `evolve` failed and that must be left out. Then it is begun again from what is known.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use contracts::commands::Answer;
use contracts::ids::CommandId;
use contracts::{ComplaintId, Event, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef};
use jiff::Timestamp;
use journal::command::Recorded;
use journal::entry::EntryId;
use journal::parked::{Parked, Settled};
use journal::timer::Timer;
use journal::{Cursors, Head};
use serde_json::Value;
use uuid::Uuid;

use super::known::{Known, Wanted};
use super::sight::Looking;
use super::task::Message;
use crate::service::{Context, Decision, EntryChange, Happened, Input, Service, TimerChange, Word};

/// What became of a task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// Another replica holds the head: it stays for the next batch.
    Deferred,
    /// Done; the word for metrics.
    Done(&'static str),
    /// Done or refused, with the answer.
    Answered(Answer),
}

/// Inputs that are known to fail, with the problem that is reported.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    /// By [`identity`].
    pub(crate) inputs: HashMap<Uuid, Problem>,
    /// The first input that is handled, whatever it is.
    pub(crate) first: Option<Problem>,
}

/// A locked subject as the round has changed it.
#[derive(Debug)]
pub(crate) struct Open<T> {
    pub(crate) version: u64,
    pub(crate) cursors: Cursors,
    pub(crate) state: Result<Arc<T>, String>,
    pub(crate) evolved: bool,
    pub(crate) touched: bool,
}

/// An event that was said and is not yet sealed.
#[derive(Debug)]
pub(crate) struct Saying {
    pub(crate) input: Arc<Input>,
    /// Whose history it belongs to.
    pub(crate) event: Event,
    /// How many the same input said before it.
    pub(crate) nth: u32,
}

/// A timer that was set.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) due: Timestamp,
    pub(crate) payload: Value,
    /// What set it.
    pub(crate) input: Arc<Input>,
}

/// Everything a round wants written.
pub(crate) struct Effects<S: Service> {
    pub(crate) subjects: BTreeMap<SubjectRef, Open<S::State>>,
    pub(crate) said: Vec<Saying>,
    /// The inputs that were decided and not refused, for the trace.
    pub(crate) decided: Vec<Arc<Input>>,
    /// The trace contexts in which the timers that ran out were set, by [`Input::root`].
    pub(crate) set_in: HashMap<Uuid, String>,
    /// `None`: cancelled or fired.
    pub(crate) timers: BTreeMap<(SubjectRef, String), Option<Setting>>,
    pub(crate) entries: BTreeMap<EntryId, Option<Value>>,
    pub(crate) words: Vec<(OrganisationId, Word)>,
    pub(crate) shred: BTreeSet<(OrganisationId, ComplaintId)>,
    pub(crate) rows: Vec<(SubjectRef, S::Row)>,
    pub(crate) commands: BTreeMap<(OrganisationId, CommandId), Recorded>,
    pub(crate) held: BTreeMap<(SubjectRef, ServiceName, u64), Arc<Message>>,
    pub(crate) released: BTreeMap<(SubjectRef, ServiceName), u64>,
    pub(crate) parked: Vec<Parked>,
    pub(crate) settled: Vec<(OrganisationId, Uuid, Settled)>,
    /// Held events that are left for another batch.
    pub(crate) to_take_up: BTreeSet<(SubjectRef, ServiceName)>,
}

impl<S: Service> Default for Effects<S> {
    fn default() -> Self {
        Self {
            subjects: BTreeMap::new(),
            said: Vec::new(),
            decided: Vec::new(),
            set_in: HashMap::new(),
            timers: BTreeMap::new(),
            entries: BTreeMap::new(),
            words: Vec::new(),
            shred: BTreeSet::new(),
            rows: Vec::new(),
            commands: BTreeMap::new(),
            held: BTreeMap::new(),
            released: BTreeMap::new(),
            parked: Vec::new(),
            settled: Vec::new(),
            to_take_up: BTreeSet::new(),
        }
    }
}

/// One round.
pub(crate) struct Round<'a, S: Service> {
    pub(crate) service: &'a S,
    pub(crate) known: &'a Known<S::State>,
    pub(crate) now: Timestamp,
    /// Handle one input only: the batch is looking for the one that cannot be written.
    pub(crate) alone: bool,
    pub(crate) poison: &'a Poison,
    pub(crate) effects: Effects<S>,
    pub(crate) wanted: RefCell<Wanted>,
    /// The input whose `evolve` failed.
    pub(crate) spoilt: Option<Uuid>,
    /// Inputs decided so far.
    pub(crate) handled: usize,
}

/// How a decision ended.
pub(crate) enum Verdict<R> {
    Decided(Decision<R>),
    Refused(Problem),
    /// Something was not at hand: decide again in the next round.
    Missed,
}

/// The round cannot go on with this input: a look-up is missing or its `evolve` failed. The round is begun again.
pub(crate) struct Interrupted;

impl<'a, S: Service> Round<'a, S> {
    pub(crate) fn new(
        service: &'a S,
        known: &'a Known<S::State>,
        now: Timestamp,
        alone: bool,
        poison: &'a Poison,
    ) -> Self {
        Self {
            service,
            known,
            now,
            alone,
            poison,
            effects: Effects::default(),
            wanted: RefCell::default(),
            spoilt: None,
            handled: 0,
        }
    }

    /// Whether this round's only input was handled already.
    pub(crate) const fn is_full(&self) -> bool {
        self.alone && self.handled > 0
    }

    /// A locked subject, to be changed.
    pub(crate) fn open(&mut self, subject: &SubjectRef) -> Option<&mut Open<S::State>> {
        if !self.effects.subjects.contains_key(subject) {
            let known = self.known.heads.get(subject)?;
            let Head { version, cursors, .. } = &known.head;
            let open = Open {
                version: *version,
                cursors: cursors.clone(),
                state: known.state.clone(),
                evolved: false,
                touched: false,
            };
            self.effects.subjects.insert(subject.clone(), open);
        }
        self.effects.subjects.get_mut(subject)
    }

    fn state(&self, subject: &SubjectRef) -> Result<Arc<S::State>, Problem> {
        let state = match (self.effects.subjects.get(subject), self.known.heads.get(subject)) {
            (Some(open), _) => &open.state,
            (None, Some(known)) => &known.state,
            (None, None) => return Err(Problem::new(ProblemCode::Internal, "the subject is not locked")),
        };
        state.clone().map_err(|why| Problem::new(ProblemCode::Internal, why))
    }

    /// The problem of an input that is known to fail.
    pub(crate) fn poisoned(&self, input: &Input) -> Option<Problem> {
        let first = self.poison.first.as_ref().filter(|_| self.handled == 0);
        if self.poison.inputs.is_empty() {
            return first.cloned();
        }
        first.or_else(|| self.poison.inputs.get(&identity(input))).cloned()
    }

    /// Decides on an input about a locked subject.
    pub(crate) fn decide(&self, subject: &SubjectRef, input: &Input) -> Verdict<S::Row> {
        if let Some(problem) = self.poisoned(input) {
            return Verdict::Refused(problem);
        }
        let state = match self.state(subject) {
            Ok(state) => state,
            Err(problem) => return Verdict::Refused(problem),
        };
        let looking = Looking::new(self, &subject.organisation);
        let context = Context::new(self.service.name(), self.now, input, &looking);
        let decided = catch_unwind(AssertUnwindSafe(|| self.service.decide(&context, &state, input)));
        if looking.missed() {
            return Verdict::Missed;
        }
        if let Some(why) = looking.broken() {
            return Verdict::Refused(Problem::new(ProblemCode::Internal, why));
        }
        match decided {
            Err(_) => {
                Verdict::Refused(Problem::new(ProblemCode::Internal, "the decision failed by a defect"))
            }
            Ok(Err(problem)) => Verdict::Refused(problem),
            Ok(Ok(decision)) => {
                // What is changed must be locked, whether it was looked up or not.
                for change in &decision.entries {
                    looking.require(changed_entry(change));
                }
                if looking.missed() { Verdict::Missed } else { Verdict::Decided(decision) }
            }
        }
    }

    /// Takes a decision over into the working set: evolves the state, says the events, notes the rest.
    pub(crate) fn apply(
        &mut self,
        subject: &SubjectRef,
        input: &Arc<Input>,
        decision: Decision<S::Row>,
    ) -> Result<(), Interrupted> {
        self.evolve(subject, input, &decision.events)?;
        self.effects.decided.push(Arc::clone(input));
        let organisation = &subject.organisation;
        for (nth, event) in (0..).zip(decision.events) {
            self.effects.said.push(Saying { input: Arc::clone(input), event, nth });
        }
        for change in decision.timers {
            let (key, value) = match change {
                TimerChange::Set { key, due, payload } => {
                    (key, Some(Setting { due, payload, input: Arc::clone(input) }))
                }
                TimerChange::Cancel { key } => (key, None),
            };
            self.effects.timers.insert((subject.clone(), key), value);
        }
        for complaint in decision.shred {
            self.effects.words.retain(|(of, word)| of != organisation || word.complaint != complaint);
            self.effects.shred.insert((organisation.clone(), complaint));
        }
        self.effects.words.extend(decision.words.into_iter().map(|word| (organisation.clone(), word)));
        for change in decision.entries {
            self.change_entry(organisation, change);
        }
        self.effects.rows.extend(decision.rows.into_iter().map(|row| (subject.clone(), row)));
        Ok(())
    }

    /// Evolves the state by the heard event, if it is one, and by what was said. A failure spoils the input.
    pub(crate) fn evolve(
        &mut self,
        subject: &SubjectRef,
        input: &Arc<Input>,
        said: &[Event],
    ) -> Result<(), Interrupted> {
        let (service, now) = (self.service, self.now);
        let Some(open) = self.open(subject) else { return Err(Interrupted) };
        let Ok(state) = &mut open.state else { return Ok(()) };
        let evolved = catch_unwind(AssertUnwindSafe(|| {
            match &**input {
                Input::Heard(heard) => {
                    let (source, time) = (heard.envelope.source, heard.envelope.time);
                    let happened = Happened { source, time, subject, event: &heard.event };
                    service.evolve(Arc::make_mut(state), &happened);
                }
                Input::Command(_) | Input::Due(_) => {}
            }
            for event in said {
                let happened = Happened { source: service.name(), time: now, subject, event };
                service.evolve(Arc::make_mut(state), &happened);
            }
        }));
        open.touched = true;
        open.evolved |= matches!(**input, Input::Heard(_)) || !said.is_empty();
        if evolved.is_err() {
            self.spoilt = Some(identity(input));
            return Err(Interrupted);
        }
        Ok(())
    }

    fn change_entry(&mut self, organisation: &OrganisationId, change: EntryChange) {
        let id = entry_id(organisation, changed_entry(&change));
        let value = match change {
            EntryChange::Put { value, .. } => Some(value),
            EntryChange::Remove { .. } => None,
            EntryChange::Add { by, .. } => {
                let before = self.effects.entries.get(&id).or_else(|| self.known.locked.get(&id));
                let before = before.and_then(Option::as_ref).and_then(Value::as_i64).unwrap_or(0);
                Some(Value::from(before.saturating_add(by)))
            }
        };
        self.effects.entries.insert(id, value);
    }

    /// Fires a timer that ran out, unless an earlier input of this batch changed it.
    pub(crate) fn fire(&mut self, timer: &Timer) -> Result<(), Interrupted> {
        let key = (timer.subject.clone(), timer.key.clone());
        if self.effects.timers.contains_key(&key) {
            return Ok(());
        }
        let input = Arc::new(Input::Due(super::due_of(timer)));
        match self.decide(&timer.subject, &input) {
            Verdict::Missed => return Err(Interrupted),
            Verdict::Refused(problem) => {
                self.effects.timers.insert(key, None);
                self.effects.parked.push(super::park::timer(timer, &input, &problem, self.now));
            }
            Verdict::Decided(decision) => {
                self.effects.timers.insert(key, None);
                if let Some(trace) = &timer.traceparent {
                    self.effects.set_in.insert(input.root(), trace.clone());
                }
                self.apply(&timer.subject, &input, decision)?;
                self.count_change(&timer.subject);
            }
        }
        self.handled += 1;
        Ok(())
    }

    /// Counts an input that changed something.
    pub(crate) fn count_change(&mut self, subject: &SubjectRef) {
        if let Some(open) = self.open(subject) {
            open.version += 1;
            open.touched = true;
        }
    }
}

/// What tells an input from every other. Two orders under one reused key have the same root.
fn identity(input: &Input) -> Uuid {
    match input {
        Input::Heard(_) | Input::Due(_) => input.root(),
        Input::Command(command) => {
            let order = format!("{} {} {}", command.subject, command.verb, command.body);
            Uuid::new_v5(&input.root(), order.as_bytes())
        }
    }
}

pub(crate) fn changed_entry(change: &EntryChange) -> &crate::service::EntryKey {
    match change {
        EntryChange::Put { entry, .. } | EntryChange::Add { entry, .. } | EntryChange::Remove { entry } => {
            entry
        }
    }
}

pub(crate) fn entry_id(organisation: &OrganisationId, key: &crate::service::EntryKey) -> EntryId {
    EntryId { organisation: organisation.clone(), space: key.space.to_owned(), key: key.key.clone() }
}
