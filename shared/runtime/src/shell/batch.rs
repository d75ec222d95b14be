//! One try of one batch: a transaction from the locks to the commit.

use std::collections::BTreeSet;

use contracts::{Problem, ProblemCode, ServiceName, SubjectRef};
use jiff::Timestamp;
use journal::Trouble;
use journal::timer::{Timer, due_of};
use metrics::histogram;
use sqlx::{Postgres, Transaction};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::ShellParts;
use super::known::{Known, Wanted};
use super::memory::Memory;
use super::round::{Effects, Interrupted, Outcome, Poison, Round};
use super::store::Store;
use super::task::{Task, Waiting};
use super::{park, write};
use crate::metrics as names;
use crate::service::Service;
use crate::telemetry::transaction_span;

/// Rounds after which a batch is given up: a core that asks for ever more look-ups has a defect.
const ROUNDS_MOST: usize = 64;

/// Why a try failed. Nothing was written, unless `committing`.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The store is in trouble; when `committing`, it may have committed nevertheless.
    Store { error: sqlx::Error, committing: bool },
    /// Another transaction was in the way.
    Conflict,
    /// One of the inputs cannot be handled.
    Permanent(Problem),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match Trouble::of(&error) {
            Trouble::Store => Self::Store { error, committing: false },
            Trouble::Conflict => Self::Conflict,
            Trouble::Permanent => Self::Permanent(problem_of(&error)),
        }
    }
}

/// The problem without PostgreSQL's message, which may quote what was to be stored.
fn problem_of(error: &sqlx::Error) -> Problem {
    let detail = match error {
        sqlx::Error::Database(database) => format!(
            "the store refused it: {} {} {}",
            database.code().unwrap_or_default(),
            database.table().unwrap_or_default(),
            database.constraint().unwrap_or_default()
        ),
        _ => "a value cannot be stored or read back".to_owned(),
    };
    Problem::new(ProblemCode::Internal, detail.trim_end())
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try<'a> {
    pub(crate) tasks: &'a [Waiting],
    /// Business time.
    pub(crate) now: Timestamp,
    /// Only the first input is handled, to tell it from those that it would draw after it.
    pub(crate) alone: bool,
    /// The span of the batch.
    pub(crate) span: &'a Span,
}

/// A batch that was committed, or that had nothing to write.
#[derive(Debug, Default)]
pub(crate) struct Committed {
    /// One for each task, in order.
    pub(crate) outcomes: Vec<Outcome>,
    /// Events said.
    pub(crate) said: usize,
    /// The codes of what was parked.
    pub(crate) parked: Vec<String>,
    /// When the timers that fired were due.
    pub(crate) fired: Vec<Timestamp>,
    /// Subjects with a timer that was set and is due already.
    pub(crate) set_due: BTreeSet<SubjectRef>,
    /// Subjects with a timer that is due and was left.
    pub(crate) left_to_fire: BTreeSet<SubjectRef>,
    /// Held events that were left.
    pub(crate) to_take_up: BTreeSet<(SubjectRef, ServiceName)>,
}

enum Folded<S: Service> {
    Whole(Box<Effects<S>>, Vec<Outcome>),
    Wanting(Wanted),
    Spoilt(uuid::Uuid),
}

impl<S: Service, W: Store<S>> ShellParts<S, W> {
    /// Tries a batch.
    pub(crate) async fn attempt(
        &self,
        tried: Try<'_>,
        poison: &mut Poison,
        memory: &mut Memory<S::State>,
    ) -> Result<Committed, Failure> {
        let span = transaction_span(tried.span, self.service.name(), tried.tasks.len());
        self.transact(tried, poison, memory).instrument(span).await
    }

    async fn transact(
        &self,
        tried: Try<'_>,
        poison: &mut Poison,
        memory: &mut Memory<S::State>,
    ) -> Result<Committed, Failure> {
        let mut transaction = self.pool.begin().await?;
        match self.within(&mut transaction, tried, poison, memory).await {
            Ok((committed, true)) => {
                self.commit(transaction).await?;
                Ok(committed)
            }
            ended => {
                // Waited for: else the next try would find its heads still locked by this one.
                let rolled_back = transaction.rollback().await;
                let (committed, _) = ended?;
                rolled_back?;
                Ok(committed)
            }
        }
    }

    async fn commit(&self, transaction: Transaction<'static, Postgres>) -> Result<(), Failure> {
        let began = Instant::now();
        let ended = transaction.commit().await;
        histogram!(names::COMMIT_SECONDS, "service" => self.service.name().as_str())
            .record(began.elapsed().as_secs_f64());
        ended.map_err(|error| match Trouble::of(&error) {
            Trouble::Conflict => Failure::Conflict,
            Trouble::Permanent => Failure::Permanent(problem_of(&error)),
            Trouble::Store => Failure::Store { error, committing: true },
        })
    }

    /// What happens between the locks and the commit; says whether there is anything to commit.
    async fn within(
        &self,
        connection: &mut sqlx::PgConnection,
        tried: Try<'_>,
        poison: &mut Poison,
        memory: &mut Memory<S::State>,
    ) -> Result<(Committed, bool), Failure> {
        let mut known: Known<S::State> = Known::load(connection, tried.tasks, memory).await?;
        let due = due_timers(connection, &known, tried).await?;
        let mut rounds = 0;
        let (effects, outcomes) = loop {
            rounds += 1;
            if rounds > ROUNDS_MOST {
                let detail = "the decision asks for ever more look-ups";
                return Err(Failure::Permanent(Problem::new(ProblemCode::Internal, detail)));
            }
            match fold(&*self.service, &known, tried, &due, poison) {
                Folded::Whole(effects, outcomes) => break (effects, outcomes),
                Folded::Wanting(wanted) => {
                    memory.note(&wanted);
                    known.look_up(connection, wanted, memory).await?;
                }
                Folded::Spoilt(input) => {
                    let problem = Problem::new(ProblemCode::Internal, "what happened could not be taken in");
                    poison.inputs.insert(input, problem);
                }
            }
        };
        let committed = summary(&effects, outcomes, &due, tried);
        if write::is_nothing(&effects) {
            return Ok((committed, false));
        }
        write::write(self, connection, &known, *effects, tried).await?;
        Ok((committed, true))
    }
}

async fn due_timers<T>(
    connection: &mut sqlx::PgConnection,
    known: &Known<T>,
    tried: Try<'_>,
) -> Result<Vec<Timer>, sqlx::Error> {
    let subjects: BTreeSet<&SubjectRef> = tried
        .tasks
        .iter()
        .filter_map(|waiting| match &waiting.task {
            Task::Fire(subject) => Some(subject),
            Task::Hear { .. } | Task::SetAside { .. } | Task::Obey { .. } | Task::TakeUp { .. } => None,
        })
        .filter(|subject| known.heads.contains_key(subject))
        .collect();
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let subjects: Vec<SubjectRef> = subjects.into_iter().cloned().collect();
    due_of(connection, &subjects, tried.now).await
}

fn fold<S: Service>(
    service: &S,
    known: &Known<S::State>,
    tried: Try<'_>,
    due: &[Timer],
    poison: &Poison,
) -> Folded<S> {
    let mut round = Round::new(service, known, tried.now, tried.alone, poison);
    let mut outcomes = Vec::with_capacity(tried.tasks.len());
    // Timers first: they were due before whatever came since.
    for timer in due {
        if round.is_full() {
            break;
        }
        if let (Err(Interrupted), Some(input)) = (round.fire(timer), round.spoilt) {
            return Folded::Spoilt(input);
        }
    }
    for waiting in tried.tasks {
        match (perform(&mut round, waiting), round.spoilt) {
            (Ok(outcome), _) => outcomes.push(outcome),
            (Err(Interrupted), Some(input)) => return Folded::Spoilt(input),
            // The round goes on, to learn what the others want.
            (Err(Interrupted), None) => outcomes.push(Outcome::Deferred),
        }
    }
    let wanted = round.wanted.take();
    if wanted.is_empty() { Folded::Whole(Box::new(round.effects), outcomes) } else { Folded::Wanting(wanted) }
}

fn perform<S: Service>(round: &mut Round<'_, S>, waiting: &Waiting) -> Result<Outcome, Interrupted> {
    if waiting.task.subject().is_some_and(|subject| !round.known.heads.contains_key(subject)) {
        return Ok(Outcome::Deferred);
    }
    match &waiting.task {
        Task::Hear { message, .. } => round.hear(message),
        Task::SetAside { message, .. } => {
            round.effects.parked.extend(park::unreadable(message, round.now));
            Ok(Outcome::Done("parked"))
        }
        Task::Obey { order, .. } => round.obey(order, waiting.in_doubt),
        Task::Fire(_) => Ok(Outcome::Done("fired")),
        Task::TakeUp { subject, source } => {
            round.take_up(subject, *source)?;
            Ok(Outcome::Done("taken-up"))
        }
    }
}

fn summary<S: Service>(
    effects: &Effects<S>,
    outcomes: Vec<Outcome>,
    due: &[Timer],
    tried: Try<'_>,
) -> Committed {
    let set = effects.timers.iter().filter_map(|((subject, _), set)| Some((subject, set.as_ref()?.due)));
    let set_in_the_past = set.filter(|(_, due)| *due <= tried.now).map(|(subject, _)| subject);
    let fires = if tried.alone { 1 } else { due.len() };
    let left = due.iter().skip(fires).map(|timer| &timer.subject);
    Committed {
        outcomes,
        said: effects.said.len(),
        parked: effects.parked.iter().map(|parked| parked.code.clone()).collect(),
        fired: due.iter().take(fires).map(|timer| timer.due).collect(),
        set_due: set_in_the_past.cloned().collect(),
        left_to_fire: left.cloned().collect(),
        to_take_up: effects.to_take_up.clone(),
    }
}
