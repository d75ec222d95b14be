//! The end of a task: acknowledged, answered, deferred or given back; and what is counted about it.

use std::time::Duration;

use contracts::commands::Answer;
use contracts::{Problem, ProblemCode};
use metrics::{counter, histogram};
use tokio::time::Instant;

use super::arrival::refused;
use super::batch::Committed;
use super::round::Outcome;
use super::run::Runner;
use super::store::Store;
use super::task::{Order, Task, Waiting};
use crate::metrics as names;
use crate::service::Service;

impl<S: Service, W: Store<S>> Runner<S, W> {
    /// Answers the commands that have waited too long.
    pub(crate) fn expire(&self, tasks: &mut Vec<Waiting>) {
        let patience = self.parts.options.patience;
        let late = |waiting: &Waiting| {
            matches!(waiting.task, Task::Obey { .. }) && waiting.since.elapsed() > patience
        };
        if tasks.iter().any(late) {
            let (expired, kept) = tasks.drain(..).partition(late);
            *tasks = kept;
            self.give_back(expired);
        }
    }

    /// Lets tasks go undone: messages are delivered again, commands are told so.
    pub(crate) fn give_back(&self, tasks: Vec<Waiting>) {
        for waiting in tasks {
            match waiting.task {
                Task::Obey { order, answer } => {
                    let given = if waiting.in_doubt {
                        refused(ProblemCode::OutcomeUnknown, "whether it was done is not known")
                    } else {
                        refused(ProblemCode::Unavailable, "it waited too long; nothing was done")
                    };
                    self.count("command", "given-back");
                    self.tell_refusal(&order, &given);
                    answer.send(given).ok();
                }
                Task::Hear { .. } | Task::SetAside { .. } | Task::Fire(_) | Task::TakeUp { .. } => {
                    self.count(waiting.task.kind(), "given-back");
                }
            }
        }
    }

    /// After the commit: acknowledges, answers, nudges the relay. Says whether anything was done at all, and what is
    /// to be done next.
    pub(crate) fn finish(
        &mut self,
        tasks: Vec<Waiting>,
        committed: Committed,
        took: Duration,
    ) -> (bool, Vec<Waiting>) {
        self.tell_batch(&committed, took);
        let Committed { outcomes, said, parked, fired, set_due, left_to_fire, to_take_up } = committed;
        let (inputs, mut deferred) = (tasks.len(), Vec::new());
        for code in parked {
            tracing::warn!(service = self.label, code, "an input was parked");
            counter!(names::PARKED_TOTAL, "service" => self.label, "reason" => code).increment(1);
        }
        if !fired.is_empty() {
            // More may be due than one look takes; where nothing fired, another replica is at it.
            self.timers_at = Instant::now();
        }
        for due in fired {
            let late = self.last.duration_since(due).as_secs_f64();
            histogram!(names::TIMER_LATENESS, "service" => self.label).record(late.max(0.0));
        }
        // Before anything is let go: who waits for quiet must not see nothing pending in between.
        let fire = left_to_fire.into_iter().map(Task::Fire);
        let take_up = to_take_up.into_iter().map(|(subject, source)| Task::TakeUp { subject, source });
        let next = fire.chain(take_up).map(|task| self.own(task)).collect();
        for subject in set_due {
            let waiting = self.own(Task::Fire(subject));
            self.first.push_back(waiting);
        }
        for (waiting, outcome) in tasks.into_iter().zip(outcomes) {
            if outcome == Outcome::Deferred && !matches!(waiting.task, Task::Fire(_)) {
                deferred.push(waiting);
            } else {
                self.finish_one(waiting, outcome);
            }
        }
        let progress = deferred.len() < inputs;
        if !deferred.is_empty() {
            self.count_retry("locked");
        }
        for waiting in deferred.into_iter().rev() {
            self.first.push_front(waiting);
        }
        if said > 0 {
            counter!(names::SAID, "service" => self.label).increment(said as u64);
            self.shared.said.notify_one();
        }
        (progress, next)
    }

    /// One line a batch, and its measures.
    fn tell_batch(&self, committed: &Committed, took: Duration) {
        histogram!(names::BATCH_INPUTS, "service" => self.label).record(committed.outcomes.len() as f64);
        histogram!(names::BATCH_SECONDS, "service" => self.label).record(took.as_secs_f64());
        let inputs = committed.outcomes.iter().filter(|outcome| **outcome != Outcome::Deferred).count();
        // Inputs whose heads another replica holds are tried again in no time: that is no news.
        if inputs > 0 {
            let ms = took.as_millis() as u64;
            tracing::info!(service = self.label, inputs, events = committed.said, ms, "batch");
        }
    }

    /// One line a refused command. What it says stays out of the log.
    fn tell_refusal(&self, order: &Order, answer: &Answer) {
        let Answer::Refused { problem } = answer else { return };
        let command = order.command();
        tracing::info!(
            service = self.label, command = %command.id, verb = command.verb,
            subject = %command.subject, code = %problem.code, field = problem.field, "refused"
        );
    }

    fn finish_one(&self, waiting: Waiting, outcome: Outcome) {
        let kind = waiting.task.kind();
        histogram!(names::INPUT_SECONDS, "service" => self.label, "kind" => kind)
            .record(waiting.since.elapsed().as_secs_f64());
        match (waiting.task, outcome) {
            (Task::Hear { acknowledge, .. } | Task::SetAside { acknowledge, .. }, Outcome::Done(word)) => {
                acknowledge.acknowledge();
                self.count(kind, word);
            }
            (Task::Obey { order, answer }, Outcome::Answered(given)) => {
                self.count(kind, told(&given));
                self.tell_refusal(&order, &given);
                answer.send(given).ok();
            }
            (Task::Fire(_) | Task::TakeUp { .. }, Outcome::Done(word)) => self.count(kind, word),
            (Task::Fire(_), Outcome::Deferred) => self.count(kind, "locked"),
            (task, outcome) => {
                let problem = Problem::new(ProblemCode::Internal, "a task ended in the wrong way");
                tracing::error!(service = self.label, ?outcome, kind, %problem, "this is a defect");
                drop(task);
            }
        }
    }

    fn count(&self, kind: &'static str, outcome: &'static str) {
        counter!(names::INPUTS, "service" => self.label, "kind" => kind, "outcome" => outcome).increment(1);
    }

    pub(crate) fn count_retry(&self, reason: &'static str) {
        counter!(names::BATCH_RETRIES, "service" => self.label, "reason" => reason).increment(1);
    }

    pub(crate) fn trouble(&self, doing: &str, error: &sqlx::Error) {
        self.count_retry("lost");
        tracing::warn!(service = self.label, doing, %error, "trouble with the store");
    }
}

fn told(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done { repeated: false, .. } => "done",
        Answer::Done { repeated: true, .. } => "repeated",
        Answer::Refused { .. } => "refused",
    }
}
