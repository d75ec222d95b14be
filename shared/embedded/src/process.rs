//! One child process in a process group of its own, with its output in a log file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};

use crate::account::Account;
use crate::files;
use crate::lifeline::{Grip, Lifeline, Orphans};
use crate::procfs;

/// What to start and how.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) inherit: Inherit,
    pub(crate) folder: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) account: Option<Account>,
    pub(crate) grip: Grip,
    pub(crate) orphans: Orphans,
}

/// Which variables of our environment the child sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inherit {
    Everything,
    /// Only what a server needs: somebody's PGPORT or PGDATA must not reach ours.
    Little,
}

/// Leaves a command only the harmless part of our environment.
pub(crate) fn little_environment(command: &mut Command) {
    command.env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
    _lifeline: Option<Lifeline>,
    log: PathBuf,
    log_start: u64,
}

impl Process {
    pub(crate) fn start(launch: &Launch) -> Result<Self> {
        let log = files::open_log(&launch.log)?;
        let log_start = log.metadata()?.len();
        let mut command = Command::new(&launch.program);
        if launch.inherit == Inherit::Little {
            little_environment(&mut command);
        }
        command.args(&launch.args).current_dir(&launch.folder).process_group(0);
        command.envs(launch.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        if let Some(account) = &launch.account {
            command.uid(account.uid).gid(account.gid);
        }
        let child =
            command.spawn().with_context(|| format!("{} cannot be started", launch.program.display()))?;
        let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let pid = pid.context("the new process has no number")?;
        let lifeline = match launch.orphans {
            Orphans::EndWithParent => Some(Lifeline::tie(pid, launch.grip)?),
            Orphans::LeaveRunning => None,
        };
        Ok(Self { child, pid, _lifeline: lifeline, log: launch.log.clone(), log_start })
    }

    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// The end of the process, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for the end of the process. May be dropped and called again.
    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().await.context("waiting for a child process failed")
    }

    /// Waits for the end at most so long; `false` if it still runs.
    pub(crate) async fn wait_at_most(&mut self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.child.wait()).await.is_ok()
    }

    pub(crate) fn signal(&mut self, signal: Signal) {
        if self.ended().is_none() {
            procfs::signal(self.pid, signal);
        }
    }

    pub(crate) fn signal_group(&mut self, signal: Signal) {
        if self.ended().is_none() {
            procfs::signal_group(self.pid, signal);
        }
    }

    /// Kills the process with everything below it and waits until all are gone.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        let below = if self.ended().is_none() { procfs::kill_tree(self.pid) } else { Vec::new() };
        self.wait().await?;
        anyhow::ensure!(
            procfs::wait_until_gone(&below, Duration::from_secs(10)).await,
            "processes below {} survived SIGKILL",
            self.pid.as_raw_nonzero()
        );
        Ok(())
    }

    /// What the process has written to its log, the last part of it.
    pub(crate) fn output(&self) -> String {
        files::log_since(&self.log, self.log_start)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended().is_none() {
            procfs::kill_tree(self.pid);
        }
    }
}

/// A path as an argument.
pub(crate) fn arg(path: &Path) -> OsString {
    path.as_os_str().to_owned()
}
