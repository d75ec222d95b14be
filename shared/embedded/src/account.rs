//! Which user a server runs as, and where that user can reach its files.
//!
//! PostgreSQL refuses to run as root. When we are root, the server runs as `postgres` if the machine
//! has that user, else as `nobody`; its cluster then lies in a folder that user can enter.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::files;
use crate::tools::Version;

/// Clusters and copied programs that cannot lie below a folder closed to the server's user.
const OPEN_PLACE: &str = "/var/lib/redress";
const POINTER: &str = "cluster-location";

/// An unprivileged user of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The user the server must run as; `None` when we are an ordinary user ourselves.
pub(crate) fn server_account() -> Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let table = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let account = ["postgres", "nobody"].iter().find_map(|name| account_in(&table, name));
    account.map(Some).context("PostgreSQL cannot run as root, and there is no user postgres or nobody")
}

fn account_in(table: &str, wanted: &str) -> Option<Account> {
    table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { name: name.to_owned(), uid, gid })
    })
}

/// The folder for the cluster that belongs to `wanted`: `wanted` itself, or a place of its own below
/// `/var/lib/redress` if the server's user cannot enter it. The place is noted in a pointer file and
/// kept, so that a later change of permissions does not lose the data.
pub(crate) async fn cluster_home(wanted: &Path, account: Option<&Account>) -> Result<PathBuf> {
    let Some(account) = account else { return Ok(wanted.to_owned()) };
    let pointer = wanted.join(POINTER);
    if let Ok(text) = fs::read_to_string(&pointer) {
        let home = PathBuf::from(text.trim_end());
        files::create_open_folder(&home)?;
        return Ok(home);
    }
    if wanted.join("cluster").exists()
        || can_run(account, "/bin/sh", &["-c", "cd \"$1\"", "sh"], wanted).await
    {
        return Ok(wanted.to_owned());
    }
    let home = Path::new(OPEN_PLACE).join(files::name_hash(wanted));
    if home.exists() {
        // Its data folder was deleted, and with it the pointer and the password: put aside, not reused.
        let forgotten = home.with_extension("forgotten");
        fs::remove_dir_all(&forgotten).ok();
        fs::rename(&home, &forgotten).with_context(|| format!("{} cannot be put aside", home.display()))?;
    }
    files::create_open_folder(&home)?;
    files::write_private(&pointer, &format!("{}\n", home.display()))?;
    tracing::info!(
        folder = %wanted.display(), home = %home.display(), user = account.name,
        "the server's user cannot enter the data folder: its cluster is kept elsewhere"
    );
    Ok(home)
}

/// Undoes [`cluster_home`]: removes the place of its own, if there is one.
pub(crate) fn forget_home(wanted: &Path, home: &Path) -> Result<()> {
    let pointer = wanted.join(POINTER);
    if home != wanted && home.starts_with(OPEN_PLACE) && home != Path::new(OPEN_PLACE) {
        fs::remove_dir_all(home).with_context(|| format!("{} cannot be removed", home.display()))?;
        fs::remove_file(&pointer).ok();
    }
    Ok(())
}

/// A program folder that the server's user can execute: `bin` itself, or a copy of the tree `root`
/// around it.
pub(crate) async fn executable_bin(
    account: Option<&Account>,
    root: &Path,
    bin: &Path,
    version: Version,
) -> Result<PathBuf> {
    let probe = "postgres";
    let Some(account) = account else { return Ok(bin.to_owned()) };
    if runs(account, &bin.join(probe)).await {
        return Ok(bin.to_owned());
    }
    let inside = bin
        .strip_prefix(root)
        .with_context(|| format!("user {} may not execute {}", account.name, bin.join(probe).display()))?;
    let copy = Path::new(OPEN_PLACE).join("tools").join(format!("{}-{version}", files::name_hash(root)));
    if !copy.exists() {
        copy_tree(root, &copy).await?;
    }
    let bin = copy.join(inside);
    ensure!(runs(account, &bin.join(probe)).await, "user {} cannot run {}", account.name, bin.display());
    Ok(bin)
}

/// Copies all or nothing. A copy that is there already is never touched, as servers may run from it.
async fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().context("a copy has a folder above it")?;
    files::create_open_folder(parent)?;
    let folder = tempfile::Builder::new().prefix(".new-").tempdir_in(parent)?;
    let staging = folder.path().join("copy");
    let copied = Command::new("cp").arg("-a").arg(from).arg(&staging).status().await?;
    let opened = Command::new("chmod").args(["-R", "a+rX"]).arg(&staging).status().await?;
    ensure!(
        copied.success() && opened.success(),
        "the programs in {} could not be copied to {}",
        from.display(),
        to.display()
    );
    if let Err(error) = fs::rename(&staging, to) {
        // Somebody else was quicker with the same copy; theirs is as good.
        ensure!(to.exists(), "{} cannot be created: {error}", to.display());
    }
    Ok(())
}

async fn runs(account: &Account, program: &Path) -> bool {
    can_run(account, program, &[], "--version").await
}

async fn can_run(
    account: &Account,
    program: impl AsRef<Path>,
    args: &[&str],
    last: impl AsRef<std::ffi::OsStr>,
) -> bool {
    let mut command = Command::new(program.as_ref());
    command.args(args).arg(last).current_dir("/").uid(account.uid).gid(account.gid);
    command.output().await.is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::account_in;

    #[test]
    fn an_account_is_read_from_the_passwd_table_and_never_root() {
        let table = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        let account = account_in(table, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 104));
        assert!(account_in(table, "root").is_none());
        assert!(account_in(table, "nobody").is_none());
    }
}
