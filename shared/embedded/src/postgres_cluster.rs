//! The files of one cluster: where it lies, how it is made, what an earlier run left in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal};
use tokio::process::Command;

use crate::account::{self, Account};
use crate::files;
use crate::process::little_environment;
use crate::procfs;
use crate::psql::SUPERUSER;
use crate::tools::PostgresBinaries;

#[derive(Debug)]
pub(crate) struct Cluster {
    /// The data folder that was asked for: lock, password, ports and log lie here.
    pub(crate) folder: PathBuf,
    /// The folder above the cluster: `folder`, or a place that the server's user can enter.
    pub(crate) home: PathBuf,
    pub(crate) account: Option<Account>,
    pub(crate) password: String,
}

impl Cluster {
    pub(crate) async fn open(folder: PathBuf) -> Result<Self> {
        let account = account::server_account()?;
        let home = account::cluster_home(&folder, account.as_ref()).await?;
        let password_file = folder.join("superuser-password");
        ensure!(
            password_file.exists() || !home.join("cluster").exists(),
            "{} is missing: without it nobody can enter the cluster in {}",
            password_file.display(),
            home.display()
        );
        let password = files::secret(&password_file)?;
        Ok(Self { folder, home, account, password })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// The major version that made the cluster, if there is one.
    pub(crate) fn major(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The same programs where the server's user can execute them.
    pub(crate) async fn executable(&self, found: PostgresBinaries) -> Result<PostgresBinaries> {
        let bin =
            account::executable_bin(self.account.as_ref(), &found.root, &found.bin, found.version).await?;
        Ok(PostgresBinaries { bin, ..found })
    }

    /// Makes the cluster. It gets its name only when it is complete.
    pub(crate) async fn create(&self, binaries: &PostgresBinaries) -> Result<()> {
        let staging = self.home.join("cluster.new");
        fs::remove_dir_all(&staging).ok();
        fs::create_dir(&staging).with_context(|| format!("{} cannot be created", staging.display()))?;
        fs::set_permissions(&staging, fs::Permissions::from_mode(0o700))?;
        let password_file = self.home.join("initdb-password");
        files::write_private(&password_file, &format!("{}\n", self.password))?;
        if let Some(account) = &self.account {
            chown(&staging, Some(account.uid), Some(account.gid))?;
            chown(&password_file, Some(account.uid), Some(account.gid))?;
        }
        let made = self.initdb(binaries, &staging, &password_file).await;
        fs::remove_file(&password_file).ok();
        made?;
        fs::rename(&staging, self.data()).context("the new cluster cannot be renamed")
    }

    async fn initdb(&self, binaries: &PostgresBinaries, staging: &Path, password_file: &Path) -> Result<()> {
        let mut command = Command::new(binaries.bin.join("initdb"));
        little_environment(&mut command);
        command.arg("-D").arg(staging).arg("--pwfile").arg(password_file).args(["-U", SUPERUSER]);
        command.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        command.current_dir(&self.home);
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        let output = command.output().await.context("initdb cannot be started")?;
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            bail!("initdb failed: {}", String::from_utf8_lossy(&said).trim());
        }
        Ok(())
    }

    /// Ends what an earlier run left over: a server whose parent died, or the children of one that was
    /// killed. A `postmaster.pid` whose number now belongs to somebody else is removed, as PostgreSQL
    /// would otherwise refuse to start.
    pub(crate) async fn clear_leftovers(&self) -> Result<()> {
        let data = self.data();
        let pid_file = data.join("postmaster.pid");
        let left = procfs::working_in(&data);
        if let Some(head) = noted_head(&pid_file).filter(|head| left.contains(head)) {
            tracing::warn!(
                pid = head.as_raw_nonzero().get(),
                "stopping a PostgreSQL left over from an earlier run"
            );
            procfs::signal(head, Signal::INT);
            if !procfs::wait_until_gone(&[head], Duration::from_secs(20)).await {
                procfs::kill_tree(head);
            }
        }
        // Children of a killed head notice its end and go by themselves; they hold its shared memory.
        if !procfs::wait_until_gone(&left, Duration::from_secs(5)).await {
            left.iter().for_each(|pid| procfs::signal(*pid, Signal::KILL));
        }
        if !procfs::wait_until_gone(&left, Duration::from_secs(5)).await {
            bail!("a PostgreSQL left over from an earlier run in {} cannot be stopped", data.display());
        }
        fs::remove_file(&pid_file).ok();
        Ok(())
    }

    /// Whether the server with this number says that it takes connections.
    pub(crate) fn says_ready(&self, head: Pid) -> bool {
        let Ok(text) = fs::read_to_string(self.data().join("postmaster.pid")) else { return false };
        let mut lines = text.lines();
        lines.next().and_then(|line| line.trim().parse().ok()) == Some(head.as_raw_nonzero().get())
            && lines.nth(6).is_some_and(|status| status.trim() == "ready")
    }

    /// Removes the cluster and what belongs to it.
    pub(crate) fn delete(&self) -> Result<()> {
        let data = self.data();
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("{} cannot be removed", data.display()))?;
        }
        account::forget_home(&self.folder, &self.home)
    }
}

fn noted_head(pid_file: &Path) -> Option<Pid> {
    Pid::from_raw(fs::read_to_string(pid_file).ok()?.lines().next()?.trim().parse().ok()?)
}
