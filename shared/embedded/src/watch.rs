//! One program that is kept running: started, watched, started again after a crash, stopped.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::lifeline::{Grip, Orphans};
use crate::process::{Inherit, Launch, Process};
use crate::procfs;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A program that ran so long is taken to have recovered: the next pause is short again.
const STEADY: Duration = Duration::from_secs(30);

/// Whether a program is started again when it ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Whatever its exit code.
    Always,
    /// Only when it failed or was killed.
    AfterFailure,
    /// Never.
    Never,
}

/// A program to supervise.
#[derive(Debug, Clone)]
pub struct Program {
    /// A name unique in its supervisor: letters, digits, `-` and `_`; it names the log and the pid file.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables set in addition to ours.
    pub env: Vec<(OsString, OsString)>,
    /// The folder it works in; else the supervisor's.
    pub folder: Option<PathBuf>,
    /// Its log; else `<name>.log` in the supervisor's folder.
    pub log: Option<PathBuf>,
    /// Whether it is started again.
    pub restart: Restart,
    /// What becomes of it when our process dies.
    pub orphans: Orphans,
}

impl Program {
    /// A program that is started again after a failure.
    #[must_use]
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            folder: None,
            log: None,
            restart: Restart::AfterFailure,
            orphans: Orphans::default(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }
}

/// What a supervised program is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramState {
    /// It runs under this process number.
    Running {
        /// The process number, which is also its process group.
        pid: u32,
    },
    /// It ended and is started again after a pause.
    Waiting,
    /// It ended and stays ended, with this exit code (none if a signal ended it).
    Ended {
        /// The exit code.
        code: Option<i32>,
    },
}

/// A supervised program at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramStatus {
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub state: ProgramState,
    /// How often it was started again.
    pub restarts: u32,
    /// Its log.
    pub log: PathBuf,
}

/// What the supervisor asks of the task that watches a program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// Kill it; if it is of the kind that restarts, it comes back.
    Kill,
    /// Stop it politely and start it again without a pause.
    Restart,
    /// Stop it, by force when the deadline has passed, and end.
    Stop { deadline: Instant },
}

pub(crate) struct Watch {
    launch: Launch,
    restart: Restart,
    pid_file: PathBuf,
    status: watch::Sender<ProgramStatus>,
    orders: mpsc::Receiver<Order>,
    pause: Duration,
}

/// Why a process is no longer there.
enum Over {
    ByItself(Result<ExitStatus>),
    AskedToRestart,
    Stopped { forced: bool },
}

impl Watch {
    pub(crate) fn new(
        program: Program,
        folder: PathBuf,
        pid_file: PathBuf,
        status: watch::Sender<ProgramStatus>,
        orders: mpsc::Receiver<Order>,
    ) -> Self {
        let log = status.borrow().log.clone();
        let launch = Launch {
            program: program.program,
            args: program.args,
            env: program.env,
            inherit: Inherit::Everything,
            folder: program.folder.unwrap_or(folder),
            log,
            account: None,
            grip: Grip::Group,
            orphans: program.orphans,
        };
        Self { launch, restart: program.restart, pid_file, status, orders, pause: FIRST_PAUSE }
    }

    pub(crate) async fn start(&self) -> Result<Process> {
        let process = Process::start(&self.launch)?;
        procfs::note(&self.pid_file, process.pid()).await?;
        let pid = process.pid().as_raw_nonzero().get().unsigned_abs();
        self.status.send_modify(|status| status.state = ProgramState::Running { pid });
        Ok(process)
    }

    /// Keeps the program running until it is to stop; answers whether force was needed.
    pub(crate) async fn keep(mut self, first: Process) -> bool {
        let mut running = Some(first);
        loop {
            let started = Instant::now();
            let over = match running.take() {
                Some(process) => self.until_over(process).await,
                None => Over::ByItself(Err(anyhow::anyhow!("it cannot be started"))),
            };
            std::fs::remove_file(&self.pid_file).ok();
            match over {
                Over::Stopped { forced } => {
                    self.status.send_modify(|status| status.state = ProgramState::Ended { code: None });
                    return forced;
                }
                Over::AskedToRestart => {}
                Over::ByItself(ended) => {
                    if started.elapsed() >= STEADY {
                        self.pause = FIRST_PAUSE;
                    }
                    if !self.comes_back(&ended) {
                        return self.until_told_to_stop().await;
                    }
                    if self.pause().await {
                        return false;
                    }
                }
            }
            self.status.send_modify(|status| status.restarts += 1);
            running = self
                .start()
                .await
                .inspect_err(|error| tracing::error!(name = self.name(), "not started: {error:#}"))
                .ok();
        }
    }

    async fn until_over(&mut self, mut process: Process) -> Over {
        loop {
            let order = tokio::select! {
                ended = process.wait() => return Over::ByItself(ended),
                order = self.orders.recv() => order,
            };
            match order {
                Some(Order::Kill) => drop(process.kill().await),
                Some(Order::Restart) => {
                    self.end(&mut process, Instant::now() + Duration::from_secs(20)).await;
                    return Over::AskedToRestart;
                }
                Some(Order::Stop { deadline }) => {
                    return Over::Stopped { forced: self.end(&mut process, deadline).await };
                }
                // The supervisor was dropped: nobody will ask again.
                None => return Over::Stopped { forced: self.end(&mut process, Instant::now()).await },
            }
        }
    }

    /// Asks the program to stop and kills what is left of it at the deadline; `true` if that was needed.
    async fn end(&self, process: &mut Process, deadline: Instant) -> bool {
        process.signal_group(Signal::TERM);
        let forced = !process.wait_at_most(deadline.saturating_duration_since(Instant::now())).await;
        if let Err(error) = process.kill().await {
            tracing::error!(name = self.name(), "{error:#}");
        }
        forced
    }

    fn comes_back(&mut self, ended: &Result<ExitStatus>) -> bool {
        let success = matches!(ended, Ok(status) if status.success());
        let again = match self.restart {
            Restart::Always => true,
            Restart::AfterFailure => !success,
            Restart::Never => false,
        };
        let how = ended.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        if again {
            tracing::warn!(name = self.name(), pause = ?self.pause, "ended ({how}) and is started again");
            self.status.send_modify(|status| status.state = ProgramState::Waiting);
        } else {
            tracing::info!(name = self.name(), "ended ({how})");
            let code = ended.as_ref().ok().and_then(ExitStatus::code);
            self.status.send_modify(|status| status.state = ProgramState::Ended { code });
        }
        again
    }

    /// Waits before the next start, twice as long each time; `true` if it is to stop meanwhile.
    async fn pause(&mut self) -> bool {
        let until = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        loop {
            tokio::select! {
                () = sleep_until(until) => return false,
                order = self.orders.recv() => match order {
                    Some(Order::Restart) => return false,
                    Some(Order::Kill) => {}
                    Some(Order::Stop { .. }) | None => return true,
                },
            }
        }
    }

    async fn until_told_to_stop(&mut self) -> bool {
        while let Some(order) = self.orders.recv().await {
            if matches!(order, Order::Stop { .. }) {
                break;
            }
        }
        false
    }

    fn name(&self) -> String {
        self.status.borrow().name.clone()
    }
}
