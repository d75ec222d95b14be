//! A decision on a case while it is being made.
//!
//! It holds a copy of the case and folds into it, at once, every event that it says; so each step of a decision
//! sees what the steps before it did, by the very function that replays histories. What else must be written
//! (rows, timers, load of people) is the difference between the case before and after, so no step can forget it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use calendar::Calendar;
use contracts::commands::Actor;
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::work_assigned::Because;
use contracts::{
    ClockKey, Event, FilledPoint, PersonId, Problem, ProblemCode, ServiceName, SubjectRef, WordId, WordRef,
    WorkId,
};
use jiff::Timestamp;
use playbook::{CaseView, CompiledPlaybook, Env};
use runtime::service::{Context, Decision, EntryChange, EntryKey, Happened, Input};

use crate::contacts;
use crate::library::{Library, calendar_for};
use crate::rights::Rights;
use crate::rows::{self, Row};
use crate::state::{Case, Directory, Main, Organisation, State};
use crate::timers;

/// The entries that count how many pieces of work each person holds.
pub const LOAD: &str = "load";

/// A decision on a case while it is being made.
pub struct Draft<'a> {
    /// What may be looked up.
    pub context: &'a Context<'a, State>,
    /// The case, as it is after everything said so far.
    pub case: Case,
    /// The playbook it follows.
    pub book: Arc<CompiledPlaybook>,
    /// The business time of the input: when it happened, which may be before it was heard.
    pub at: Timestamp,
    /// What is decided so far.
    pub decision: Decision<Row>,
    /// How many stages were entered by this input: a ring of automatic stages must not turn for ever.
    pub entered: u32,
    /// A level that this decision found and the next stage will be entered with.
    pub found_level: u32,
    /// The clocks that ran out and whose sides are still to begin: they do once everything else is decided.
    pub missed: Vec<ClockKey>,
    /// The closing summary, when one was written.
    pub summary: Option<WordRef>,
    /// Its points.
    pub points: Vec<FilledPoint>,
    /// Work whose timer has fired and is to be set anew.
    pub retime: BTreeSet<WorkId>,
    library: &'a Library,
    subject: &'a SubjectRef,
    before: Option<&'a Case>,
    /// The playbook that the case followed before this input.
    book_before: Arc<CompiledPlaybook>,
    directory: Option<Arc<State>>,
    organisation: Option<Arc<State>>,
}

impl<'a> Draft<'a> {
    /// Begins a decision on the case of `input`. A heard event is folded in first, as the shell does.
    /// `None` when the subject is not a case (yet).
    ///
    /// # Errors
    /// `unknown-playbook` when the case follows a playbook that was never published here.
    pub fn begin(
        library: &'a Library,
        context: &'a Context<'a, State>,
        state: &'a State,
        input: &'a Input,
    ) -> Result<Option<Self>, Problem> {
        let subject = input.subject();
        let mut after = state.clone();
        let at = match input {
            Input::Heard(heard) => {
                let (source, time) = (heard.envelope.source, heard.envelope.time);
                after.evolve(&Happened { source, time, subject, event: &heard.event });
                time
            }
            Input::Command(_) => context.now(),
            Input::Due(due) => due.due,
        };
        let State::Case(case) = after else { return Ok(None) };
        let book = library.playbook(context, &case.playbook)?;
        let organisation = context.organisation();
        Ok(Some(Self {
            context,
            book_before: Arc::clone(&book),
            book,
            at,
            decision: Decision::nothing(),
            entered: 0,
            found_level: 1,
            missed: Vec::new(),
            summary: None,
            points: Vec::new(),
            retime: BTreeSet::new(),
            library,
            subject,
            before: state.case(),
            directory: context.peek(&SubjectRef::directory(organisation)),
            organisation: context.peek(&SubjectRef::organisation(organisation)),
            case: *case,
        }))
    }

    /// Says an event and folds it into the case.
    pub fn say(&mut self, event: impl Into<Event>) {
        let event = event.into();
        let time = self.context.now();
        let happened = Happened { source: ServiceName::Routing, time, subject: self.subject, event: &event };
        self.case.fold(&happened);
        self.decision.events.push(event);
    }

    /// Keeps a text about the case as a word of routing. `None` only where the subject is no complaint, which a case
    /// never is.
    pub fn keep(&mut self, text: &str) -> Option<WordRef> {
        let complaint = self.subject.complaint_id()?;
        let id = WordId(self.context.next_id());
        Some(self.decision.keep(id, ServiceName::Routing, complaint, text))
    }

    /// Keeps why somebody moves work. The words stay here; events refer to them.
    pub fn because(&mut self, by: &Actor, reason: &str) -> Option<Because> {
        let reason = self.keep(reason)?;
        Some(Because { by: by.plain(), reason })
    }

    /// What the case was before this input.
    #[must_use]
    pub fn before(&self) -> Option<&'a Case> {
        self.before
    }

    /// The playbook that the case followed before this input.
    #[must_use]
    pub fn book_before(&self) -> &Arc<CompiledPlaybook> {
        &self.book_before
    }

    /// From here on the decision goes by another version of the playbook.
    pub fn follow(&mut self, book: Arc<CompiledPlaybook>) {
        self.book = book;
    }

    /// Departments and people; an empty directory when there is none.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        static EMPTY: Directory =
            Directory { departments: BTreeMap::new(), people: BTreeMap::new(), shifts: BTreeMap::new() };
        self.directory.as_ref().and_then(|state| state.directory()).unwrap_or(&EMPTY)
    }

    /// What is needed to tell who may do something with the case.
    #[must_use]
    pub fn rights(&self) -> Rights<'_> {
        let now = self.context.now();
        Rights { case: &self.case, book: &self.book, directory: self.directory(), now }
    }

    /// Activations and calendars.
    #[must_use]
    pub fn organisation(&self) -> Option<&Organisation> {
        self.organisation.as_ref().and_then(|state| state.organisation())
    }

    /// A calendar at a version.
    ///
    /// # Errors
    /// `not-found` when it was never published here.
    pub fn calendar(&self, wanted: &CalendarRef) -> Result<Arc<Calendar>, Problem> {
        self.library.calendar(self.organisation(), wanted)
    }

    /// Whether somebody is on duty now by their shift, in the zone of the organisation.
    #[must_use]
    pub fn is_on_duty(&self, person: &PersonId) -> bool {
        if self.directory().shifts.is_empty() {
            return true;
        }
        let ours = calendar_for(self.organisation(), None);
        let Ok(calendar) = self.calendar(&ours) else { return true };
        self.directory().is_on_duty(person, self.context.now(), calendar.zone())
    }

    /// What rules can see of the case.
    #[must_use]
    pub fn env(&self) -> Env {
        Env { level: self.level(), ..env_of(&self.case, &self.book) }
    }

    /// The level of the case, with what this decision found.
    #[must_use]
    pub fn level(&self) -> u32 {
        self.case.level.max(self.found_level)
    }

    /// How much work a person has, with what this decision gave and took.
    #[must_use]
    pub fn load(&self, person: &PersonId) -> i64 {
        let known = self.context.glance(LOAD, person.as_str()).and_then(|value| value.as_i64()).unwrap_or(0);
        known + self.load_change(person)
    }

    fn load_change(&self, person: &PersonId) -> i64 {
        let before = self.before.map_or(0, |case| case.held_by(person));
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        count(self.case.held_by(person)) - count(before)
    }

    /// Ends the decision: begins what missed clocks begin, withdraws what need not be ruled on any more, adds rows,
    /// timers and loads that follow from the difference.
    ///
    /// # Errors
    /// When the calendar of a clock cannot be read, or a rule gives no answer.
    pub fn finish(mut self) -> Result<Decision<Row>, Problem> {
        self.begin_missed()?;
        self.withdraw_moot();
        let rows = rows::changes(self.subject, (self.before, &self.book_before), (&self.case, &self.book));
        let contact = contacts::change(&self, self.subject);
        let timers = timers::changes(&self)?;
        let loads: Vec<_> =
            self.people_with_work().into_iter().filter_map(|person| self.load_entry(person)).collect();
        self.decision.rows.extend(rows);
        self.decision.rows.extend(contact);
        self.decision.timers.extend(timers);
        self.decision.entries.extend(loads);
        Ok(self.decision)
    }

    fn people_with_work(&self) -> BTreeSet<PersonId> {
        let before = self.before.into_iter().flat_map(|case| case.works.values());
        before.chain(self.case.works.values()).filter_map(|work| work.holder().cloned()).collect()
    }

    fn load_entry(&self, person: PersonId) -> Option<EntryChange> {
        let by = self.load_change(&person);
        (by != 0).then(|| EntryChange::Add { entry: EntryKey { space: LOAD, key: person.into() }, by })
    }
}

/// What rules can see of a case.
#[must_use]
pub fn env_of(case: &Case, book: &CompiledPlaybook) -> Env {
    use contracts::facts::key;
    let text = |key| case.text(&key).unwrap_or_default().to_owned();
    let of_category = || case.category().and_then(|category| book.department_for(&category).cloned());
    let department = case.department_fact(&key::responsible()).or_else(of_category);
    let outcome = match &case.main {
        Main::Between { outcome, .. } => Some(outcome.clone()),
        Main::Visit { .. } | Main::Closed { .. } => None,
    };
    Env {
        outcome,
        level: case.level,
        facts: case.facts.clone(),
        case: CaseView {
            kind: case.origin.kind.clone(),
            channel: case.origin.channel.to_string(),
            customer_type: case.origin.customer_type.clone(),
            category: text(key::category()),
            department: department.map_or_else(String::new, Into::into),
            complained_of: text(key::complained_of()),
            instance: case.instance,
        },
        visits: case.entered.clone(),
        loops: case.loops.clone(),
    }
}

/// A rule that gave no answer, which a checked playbook does not have: the event is parked, visibly.
pub(crate) fn evaluation(error: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemCode::BrokenPlaybook, error.to_string())
}

/// Redress itself.
pub(crate) const SYSTEM: Actor = Actor::System;
