//! The loop: gathers what is waiting, tries it until it is committed, finds the input that cannot be, finishes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use metrics::gauge;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::arrival::{Pending, Queued, Shared};
use super::batch::{Committed, Failure, Try};
use super::memory::Memory;
use super::round::Poison;
use super::store::Store;
use super::task::{Task, Waiting};
use super::{Shell, ShellParts};
use crate::connect::{ANSWER_MOST, in_time};
use crate::metrics as names;
use crate::service::Service;
use crate::telemetry::batch_span;

/// How long inputs rest whose heads another replica holds, when nothing else is to be done.
const REST: Duration = Duration::from_millis(3);

pub(crate) struct Runner<S: Service, W> {
    pub(crate) parts: ShellParts<S, W>,
    /// What earlier batches looked up.
    memory: Memory<S::State>,
    pub(crate) shared: Arc<Shared>,
    queue: mpsc::Receiver<Queued>,
    /// What goes before the queue: deferred inputs, held events to take up.
    pub(crate) first: VecDeque<Waiting>,
    /// Business time of the last try.
    pub(crate) last: Timestamp,
    pub(crate) timers_at: Instant,
    sweep_at: Instant,
    /// Nothing could be locked: rest before the next try.
    tired: bool,
    stop: CancellationToken,
    pub(crate) label: &'static str,
}

impl<S: Service, W: Store<S>> Shell<S, W> {
    /// Runs until `stop` is cancelled; then finishes what is waiting, takes nothing more and returns. Dropping the
    /// future at any point loses nothing that was acknowledged or answered.
    pub async fn run(self, stop: CancellationToken) {
        let Self { parts, shared, inlet, queue } = self;
        let events = Arc::clone(&inlet.events);
        drop(inlet);
        let label = parts.service.name().as_str();
        let now = Instant::now();
        let mut runner = Runner {
            parts,
            memory: Memory::default(),
            shared,
            queue,
            first: VecDeque::new(),
            last: Timestamp::MIN,
            timers_at: now,
            sweep_at: now,
            tired: false,
            stop,
            label,
        };
        while let Some(tasks) = runner.gather().await {
            gauge!(names::QUEUE, "service" => label).set(runner.queue.len() as f64);
            runner.handle(tasks).await;
        }
        events.close();
    }
}

impl<S: Service, W: Store<S>> Runner<S, W> {
    /// Business time, never before that of an earlier batch, and as exact as the store keeps it.
    fn now(&mut self) -> Timestamp {
        let now = self.parts.clock.now();
        let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        self.last = self.last.max(now);
        self.last
    }

    /// The next batch; `None` when everything is done after the stop.
    async fn gather(&mut self) -> Option<Vec<Waiting>> {
        loop {
            let stopping = self.stop.is_cancelled();
            if stopping {
                self.queue.close();
            } else {
                self.look_around().await;
            }
            if self.tired {
                self.tired = false;
                sleep(REST).await;
            }
            let most = self.parts.options.batch_max.max(1);
            let mut tasks: Vec<Waiting> = self.first.drain(..most.min(self.first.len())).collect();
            self.fill(&mut tasks, most);
            if tasks.is_empty() && stopping {
                return None;
            }
            if tasks.len() == 1 && !self.parts.options.linger.is_zero() && !stopping {
                sleep(self.parts.options.linger).await;
                self.fill(&mut tasks, most);
            }
            if !tasks.is_empty() {
                return Some(tasks);
            }
            self.wait(&mut tasks).await;
            if !tasks.is_empty() {
                self.fill(&mut tasks, most);
                return Some(tasks);
            }
        }
    }

    fn fill(&mut self, tasks: &mut Vec<Waiting>, most: usize) {
        while tasks.len() < most {
            let Ok(queued) = self.queue.try_recv() else { break };
            tasks.push(Waiting::read(queued));
        }
    }

    async fn wait(&mut self, tasks: &mut Vec<Waiting>) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.shared.wake.notified() => {}
            () = sleep_until(self.timers_at.min(self.sweep_at)) => {}
            queued = self.queue.recv() => match queued {
                Some(queued) => tasks.push(Waiting::read(queued)),
                // Every inlet is gone: only timers are left.
                None => {
                    self.stop.run_until_cancelled(sleep(self.parts.options.timers_every)).await;
                }
            },
        }
    }

    /// Looks for timers that are due and for held events that nobody took up.
    async fn look_around(&mut self) {
        let asked = self.shared.look_for_timers.swap(false, Ordering::SeqCst);
        if asked || Instant::now() >= self.timers_at {
            self.timers_at = Instant::now() + self.parts.options.timers_every;
            // Half a batch, so that a backlog of timers leaves room for what is waiting in the queue.
            let limit = u32::try_from(self.parts.options.batch_max / 2).unwrap_or(u32::MAX).max(1);
            let now = self.now();
            match in_time(journal::timer::due_subjects(&self.parts.pool, now, limit)).await {
                Ok(subjects) => {
                    for subject in subjects.into_iter().rev() {
                        let waiting = self.own(Task::Fire(subject));
                        self.first.push_front(waiting);
                    }
                }
                Err(error) => self.trouble("looking for timers", &error),
            }
        }
        if Instant::now() >= self.sweep_at {
            self.sweep_at = Instant::now() + self.parts.options.sweep_every;
            match in_time(journal::held::gaps(&self.parts.pool, Duration::ZERO, 1000)).await {
                Ok(gaps) => {
                    for gap in gaps.into_iter().filter(|gap| gap.held_from <= gap.after + 1) {
                        let task = Task::TakeUp { subject: gap.subject, source: gap.source };
                        let waiting = self.own(task);
                        self.first.push_back(waiting);
                    }
                }
                Err(error) => self.trouble("looking for held events", &error),
            }
        }
    }

    pub(crate) fn own(&self, task: Task) -> Waiting {
        let (since, pending) = (Instant::now(), Pending::new(&self.shared));
        Waiting { task, since, in_doubt: false, _pending: pending, _room: None }
    }

    /// Handles a batch to the end: every task is committed, refused, deferred or given back.
    async fn handle(&mut self, tasks: Vec<Waiting>) {
        let mut stack = vec![tasks];
        let mut progress = false;
        while let Some(mut tasks) = stack.pop() {
            let (mut alone, mut poison, mut pause) = (false, Poison::default(), Pause::default());
            loop {
                self.expire(&mut tasks);
                if tasks.is_empty() {
                    break;
                }
                match self.attempt(&tasks, alone, &mut poison).await {
                    Ok((committed, took)) => {
                        let (some, next) = self.finish(tasks, committed, took);
                        progress |= some;
                        // What was left aside comes before the rest: how a batch is split must not show.
                        stack.extend(Some(next).filter(|next| !next.is_empty()));
                        break;
                    }
                    Err(Failure::Conflict) => {
                        self.count_retry("conflict");
                        pause.short().await;
                    }
                    Err(Failure::Store { error, committing }) => {
                        self.trouble("writing a batch", &error);
                        if committing {
                            tasks.iter_mut().for_each(|waiting| waiting.in_doubt = true);
                        }
                        if self.stop.is_cancelled() {
                            self.give_back(tasks);
                            break;
                        }
                        pause.long(&self.parts.options).await;
                    }
                    Err(Failure::Permanent(_)) if tasks.len() > 1 => {
                        self.count_retry("halved");
                        let second = tasks.split_off(tasks.len() / 2);
                        stack.push(second);
                        stack.push(tasks);
                        break;
                    }
                    Err(Failure::Permanent(_)) if !alone => alone = true,
                    Err(Failure::Permanent(problem)) if poison.first.is_none() => {
                        poison.first = Some(problem)
                    }
                    Err(Failure::Permanent(problem)) => {
                        tracing::error!(service = self.label, %problem, "an input can be neither handled nor parked");
                        self.give_back(tasks);
                        break;
                    }
                }
            }
        }
        self.tired = !progress;
    }

    async fn attempt(
        &mut self,
        tasks: &[Waiting],
        alone: bool,
        poison: &mut Poison,
    ) -> Result<(Committed, Duration), Failure> {
        let now = self.now();
        let began = Instant::now();
        let span = batch_span(self.parts.service.name(), tasks.len());
        let what = Try { tasks, now, alone, span: &span };
        let attempt = Box::pin(self.parts.attempt(what, poison, &mut self.memory));
        let tried = timeout(ANSWER_MOST, attempt).await;
        // A try that takes longer has lost its connection. Where it stood still is not known: perhaps at the commit.
        let lost = || Err(Failure::Store { error: sqlx::Error::PoolTimedOut, committing: true });
        tried.unwrap_or_else(|_| lost()).map(|committed| (committed, began.elapsed()))
    }
}

/// Pauses that grow.
#[derive(Debug, Default)]
struct Pause {
    tries: u32,
}

impl Pause {
    async fn short(&mut self) {
        self.tries += 1;
        sleep(Duration::from_millis(u64::from(self.tries.min(50)))).await;
    }
    async fn long(&mut self, options: &super::ShellOptions) {
        let pause = options.pause_first.saturating_mul(1 << self.tries.min(16));
        self.tries += 1;
        sleep(pause.min(options.pause_most)).await;
    }
}
