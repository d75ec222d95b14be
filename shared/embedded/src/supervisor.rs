//! Programs that run together: started in order, watched, stopped in reverse order within one deadline.
//!
//! What to do on Ctrl-C is the caller's: it calls [`Supervisor::stop`].

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::files::{self, FolderLock};
use crate::procfs;
use crate::watch::{Order, Program, ProgramState, ProgramStatus, Watch};

const LEFTOVER_PATIENCE: Duration = Duration::from_secs(10);

/// Keeps programs running. Dropping it kills them.
#[derive(Debug)]
pub struct Supervisor {
    folder: PathBuf,
    entries: Vec<Entry>,
    _lock: FolderLock,
}

#[derive(Debug)]
struct Entry {
    name: String,
    orders: mpsc::Sender<Order>,
    status: watch::Receiver<ProgramStatus>,
    task: JoinHandle<bool>,
}

/// How a supervised program ended when everything was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// When asked to, or before.
    InTime,
    /// By force, at the deadline.
    ByForce,
}

/// The programs in the order in which they were stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReport {
    /// Name and manner of each.
    pub programs: Vec<(String, Ended)>,
}

impl Supervisor {
    /// Opens a folder for logs and pid files and stops what an earlier run left over.
    ///
    /// # Errors
    /// If the folder is in use by another process.
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = files::data_folder(&folder.into())?;
        let lock = FolderLock::take(&folder)?;
        for note in procfs::notes_in(&folder) {
            procfs::stop_leftover(&note, LEFTOVER_PATIENCE).await;
        }
        Ok(Self { folder, entries: Vec::new(), _lock: lock })
    }

    /// Starts a program and keeps it running.
    ///
    /// # Errors
    /// If its name is not plain or taken, or it cannot be started the first time.
    pub async fn start(&mut self, program: Program) -> Result<()> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let name = program.name.clone();
        ensure!(!name.is_empty() && name.chars().all(plain), "{name:?} cannot name a program's files");
        ensure!(self.entries.iter().all(|entry| entry.name != name), "{name} is supervised already");
        let log = program.log.clone().unwrap_or_else(|| self.folder.join(format!("{name}.log")));
        let status = ProgramStatus { name: name.clone(), state: ProgramState::Waiting, restarts: 0, log };
        let (status_in, status) = watch::channel(status);
        let (orders, orders_in) = mpsc::channel(8);
        let pid_file = self.folder.join(format!("{name}.pid"));
        let watch = Watch::new(program, self.folder.clone(), pid_file, status_in, orders_in);
        let process = watch.start().await.with_context(|| format!("{name} cannot be started"))?;
        let task = tokio::spawn(watch.keep(process));
        self.entries.push(Entry { name, orders, status, task });
        Ok(())
    }

    /// What all programs are doing, in the order of their start.
    #[must_use]
    pub fn status(&self) -> Vec<ProgramStatus> {
        self.entries.iter().map(|entry| entry.status.borrow().clone()).collect()
    }

    /// Waits until the program's state satisfies the condition and answers it.
    ///
    /// # Errors
    /// If there is no such program or it stops being watched.
    pub async fn wait_for(
        &self,
        name: &str,
        condition: impl FnMut(&ProgramStatus) -> bool,
    ) -> Result<ProgramStatus> {
        let mut status = self.entry(name)?.status.clone();
        let found = status.wait_for(condition).await.context("the program is no longer watched")?;
        Ok(found.clone())
    }

    /// Kills a program, as a crash would; it comes back if it is of that kind.
    ///
    /// # Errors
    /// If there is no such program.
    pub async fn kill(&self, name: &str) -> Result<()> {
        self.order(name, Order::Kill).await
    }

    /// Stops a program politely and starts it again.
    ///
    /// # Errors
    /// If there is no such program.
    pub async fn restart(&self, name: &str) -> Result<()> {
        self.order(name, Order::Restart).await
    }

    /// Stops one program and forgets it; `patience` as in [`Supervisor::stop`].
    ///
    /// # Errors
    /// If there is no such program.
    pub async fn stop_one(&mut self, name: &str, patience: Duration) -> Result<Ended> {
        let position = self.entries.iter().position(|entry| entry.name == name);
        let entry = self.entries.remove(position.with_context(|| format!("{name} is not supervised"))?);
        Ok(entry.stop(Instant::now() + patience).await)
    }

    /// Stops all programs, the last started first, each when the one after it is gone. When `patience`
    /// has passed, whatever still runs is killed.
    pub async fn stop(&mut self, patience: Duration) -> StopReport {
        let deadline = Instant::now() + patience;
        let mut programs = Vec::new();
        while let Some(entry) = self.entries.pop() {
            let name = entry.name.clone();
            let ended = entry.stop(deadline).await;
            programs.push((name, ended));
        }
        StopReport { programs }
    }

    fn entry(&self, name: &str) -> Result<&Entry> {
        let found = self.entries.iter().find(|entry| entry.name == name);
        found.with_context(|| format!("{name} is not supervised"))
    }

    async fn order(&self, name: &str, order: Order) -> Result<()> {
        self.entry(name)?
            .orders
            .send(order)
            .await
            .ok()
            .with_context(|| format!("{name} is no longer watched"))
    }
}

impl Entry {
    async fn stop(self, deadline: Instant) -> Ended {
        self.orders.send(Order::Stop { deadline }).await.ok();
        match self.task.await {
            Ok(true) => Ended::ByForce,
            Ok(false) | Err(_) => Ended::InTime,
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // The aborted tasks drop their processes, which kills them.
        self.entries.iter().for_each(|entry| entry.task.abort());
    }
}
