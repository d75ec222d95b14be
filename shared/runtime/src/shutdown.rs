//! Stopping in order: stop taking messages, finish what is in flight, flush the outbox, close HTTP, flush telemetry.
//!
//! A process has one [`Shutdown`]; every service in it adds its tasks to the stages. The stages end one after the
//! other under one deadline, and the log says which was late. A task that fails asks for the stop of everything,
//! and the process then ends with an error.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// The stages of a stop, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Listeners, requests and timers: nothing new is taken.
    Taking,
    /// The shell and background tasks: what was taken is finished and answered.
    InFlight,
    /// Relays: what was said reaches the stream.
    Outbox,
    /// Health and metrics are closed.
    Http,
    /// The last traces are sent.
    Telemetry,
}

impl Stage {
    /// All of them in order.
    pub const ALL: [Self; 5] = [Self::Taking, Self::InFlight, Self::Outbox, Self::Http, Self::Telemetry];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Taking => "stop taking messages",
            Self::InFlight => "finish what is in flight",
            Self::Outbox => "flush the outbox",
            Self::Http => "close HTTP",
            Self::Telemetry => "flush telemetry",
        })
    }
}

/// What a stage is given even when an earlier one has used the whole deadline up, so that the log blames the right one.
const GRACE: Duration = Duration::from_millis(250);

/// How a stop went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct StopError(pub Vec<String>);

#[derive(Debug)]
struct Task {
    name: String,
    handle: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Inner {
    asked: CancellationToken,
    tokens: [CancellationToken; 5],
    tasks: Mutex<[Vec<Task>; 5]>,
    faults: Mutex<Vec<String>>,
}

/// The one stop of a process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    inner: Arc<Inner>,
}

impl Shutdown {
    /// One that nothing has asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the stop.
    pub fn ask(&self) {
        self.inner.asked.cancel();
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.inner.asked.is_cancelled()
    }

    /// The token that is cancelled when `stage` begins.
    #[must_use]
    pub fn token(&self, stage: Stage) -> CancellationToken {
        self.inner.tokens[stage as usize].clone()
    }

    /// What has failed so far.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.inner.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs a task that must end when the token of its stage is cancelled.
    ///
    /// A task that ends well before that is done; one that fails or panics stops everything.
    pub fn spawn<E: fmt::Display>(
        &self,
        stage: Stage,
        name: impl Into<String>,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let name = name.into();
        let (shutdown, shown) = (self.clone(), name.clone());
        let watched = async move {
            let fault = match AssertUnwindSafe(task).catch_unwind().await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => format!("{shown} failed: {error:#}"),
                // Where, the log says; what it said may quote words.
                Err(_) => format!("{shown} panicked"),
            };
            tracing::error!(task = %shown, fault, "a task failed; the process stops");
            shutdown.note(fault);
            shutdown.ask();
        };
        let handle = tokio::spawn(watched.in_current_span());
        let mut tasks = self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks[stage as usize].push(Task { name, handle });
    }

    fn note(&self, fault: String) {
        self.inner.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Waits until the stop is asked for, by [`Shutdown::ask`] or a signal, then stops stage by stage.
    ///
    /// # Errors
    /// Every task that failed and every stage that was late.
    pub async fn finish(&self, deadline: Duration) -> Result<(), StopError> {
        self.inner.asked.cancelled().await;
        let until = Instant::now() + deadline;
        for stage in Stage::ALL {
            let began = Instant::now();
            self.inner.tokens[stage as usize].cancel();
            let late = self.join(stage, until.max(began + GRACE)).await;
            let took = began.elapsed();
            if late.is_empty() {
                tracing::info!(stage = %stage, ?took, "stopped");
            } else {
                let names = late.join(", ");
                tracing::error!(stage = %stage, ?deadline, tasks = names, "late; given up");
                self.note(format!("\"{stage}\" was late ({names}) with {deadline:?} for the whole stop"));
            }
        }
        match self.faults() {
            faults if faults.is_empty() => Ok(()),
            faults => Err(StopError(faults)),
        }
    }

    /// Joins the tasks of a stage and gives the names of those that were late, which are ended.
    async fn join(&self, stage: Stage, until: Instant) -> Vec<String> {
        let mut late = Vec::new();
        loop {
            let taken = {
                let mut tasks = self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut tasks[stage as usize])
            };
            if taken.is_empty() {
                return late;
            }
            for mut task in taken {
                if tokio::time::timeout_at(until, &mut task.handle).await.is_err() {
                    task.handle.abort();
                    late.push(task.name);
                }
            }
        }
    }

    /// Asks for the stop at SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub fn on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = self.clone();
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            tracing::info!(signal = name, "asked to stop");
            shutdown.ask();
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn order() -> (Arc<Mutex<Vec<&'static str>>>, impl Fn(&'static str) + Clone) {
        let list = Arc::new(Mutex::new(Vec::new()));
        let noted = list.clone();
        (list, move |name| noted.lock().unwrap().push(name))
    }

    #[tokio::test]
    async fn stages_end_one_after_the_other() {
        let shutdown = Shutdown::new();
        let (list, note) = order();
        for (stage, name) in [(Stage::Outbox, "outbox"), (Stage::Taking, "taking"), (Stage::Http, "http")] {
            let (token, note) = (shutdown.token(stage), note.clone());
            shutdown.spawn(stage, name, async move {
                token.cancelled().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
                note(name);
                Ok::<_, Infallible>(())
            });
        }
        shutdown.ask();
        shutdown.finish(Duration::from_secs(5)).await.unwrap();
        assert_eq!(*list.lock().unwrap(), ["taking", "outbox", "http"]);
    }

    #[tokio::test]
    async fn a_late_stage_is_named_and_the_rest_still_stops() {
        let shutdown = Shutdown::new();
        shutdown.spawn(Stage::InFlight, "stuck", std::future::pending::<Result<(), Infallible>>());
        let token = shutdown.token(Stage::Http);
        shutdown.spawn(Stage::Http, "http", async move {
            token.cancelled().await;
            Ok::<_, Infallible>(())
        });
        shutdown.ask();
        let error = shutdown.finish(Duration::from_millis(50)).await.unwrap_err().to_string();
        assert!(error.contains("finish what is in flight") && error.contains("stuck"), "{error}");
        assert!(!error.contains("close HTTP"), "{error}");
    }

    #[tokio::test]
    async fn a_task_that_fails_or_panics_stops_everything() {
        let shutdown = Shutdown::new();
        shutdown.spawn(Stage::Taking, "one", async { Err("no more") });
        assert_eq!(shutdown.finish(Duration::from_secs(5)).await.unwrap_err().0, ["one failed: no more"]);

        let shutdown = Shutdown::new();
        shutdown.spawn(Stage::Taking, "two", async { broken() });
        assert_eq!(shutdown.finish(Duration::from_secs(5)).await.unwrap_err().0, ["two panicked"]);
    }

    fn broken() -> Result<(), Infallible> {
        panic!("broken")
    }

    #[tokio::test]
    async fn a_task_that_is_done_early_is_no_fault() {
        let shutdown = Shutdown::new();
        shutdown.spawn(Stage::Taking, "once", async { Ok::<_, Infallible>(()) });
        tokio::task::yield_now().await;
        assert!(!shutdown.is_asked());
        shutdown.ask();
        shutdown.finish(Duration::from_secs(5)).await.unwrap();
    }
}
