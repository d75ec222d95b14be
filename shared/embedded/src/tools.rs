//! Finding the server programs, and saying in a sentence why one was not taken.
//!
//! The order is: what the environment names; what the machine has (PATH, Debian's folders); what
//! `deploy/install` put into a tools folder. A server below the floor is passed over, never used.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// The oldest PostgreSQL that is used.
pub const POSTGRES_FLOOR: Version = Version { major: 15, minor: 0, patch: 0 };
/// The oldest nats-server that is used: the ones before drop unknown stream settings without a word.
pub const NATS_FLOOR: Version = Version { major: 2, minor: 12, patch: 0 };
/// The nats-server that is preferred, with the later repairs to JetStream.
pub const NATS_RECOMMENDED: Version = Version { major: 2, minor: 14, patch: 0 };

/// A server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number, 0 if there is none.
    pub minor: u32,
    /// Third number, 0 if there is none.
    pub patch: u32,
}

impl Version {
    /// Reads the first version number in a text such as `postgres (PostgreSQL) 15.18 (Debian …)`.
    #[must_use]
    pub fn find_in(text: &str) -> Option<Self> {
        let words = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let number = words.into_iter().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
        let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        Some(Self { major: next(), minor: next(), patch: next() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Whether servers that the machine has anyway may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineServers {
    /// They may.
    Used,
    /// Only what the environment names or a tools folder holds.
    Ignored,
}

/// Where server programs are looked for.
#[derive(Debug, Clone)]
pub struct ToolSearch {
    /// PostgreSQL's program folder, if it was named (`REDRESS_POSTGRES_BIN`).
    pub postgres_bin: Option<PathBuf>,
    /// The nats-server program, if it was named (`REDRESS_NATS_BIN`).
    pub nats_bin: Option<PathBuf>,
    /// Whether the machine's own servers count (`REDRESS_IGNORE_SYSTEM_SERVERS=1`: they do not).
    pub machine: MachineServers,
    /// Tools folders, the first one wins.
    pub folders: Vec<PathBuf>,
    /// The folders of `PATH`.
    pub path: OsString,
}

impl ToolSearch {
    /// What the environment says. Tools folders are `REDRESS_TOOLS`, `tools` in each of `data_folders`,
    /// and the `.data/tools` of the source tree that we run in or were built in.
    #[must_use]
    pub fn from_env(data_folders: &[&Path]) -> Self {
        let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let ignore = std::env::var("REDRESS_IGNORE_SYSTEM_SERVERS").unwrap_or_default();
        let mut folders: Vec<PathBuf> = named("REDRESS_TOOLS").into_iter().collect();
        folders.extend(data_folders.iter().map(|folder| folder.join("tools")));
        folders.extend(source_tree_tools());
        Self {
            postgres_bin: named("REDRESS_POSTGRES_BIN"),
            nats_bin: named("REDRESS_NATS_BIN"),
            machine: match ignore.as_str() {
                "" | "0" | "false" => MachineServers::Used,
                _ => MachineServers::Ignored,
            },
            folders,
            path: std::env::var_os("PATH").unwrap_or_default(),
        }
    }

    fn path_folders(&self) -> Vec<PathBuf> {
        match self.machine {
            MachineServers::Used => std::env::split_paths(&self.path).collect(),
            MachineServers::Ignored => Vec::new(),
        }
    }

    fn places(&self) -> String {
        let folders = self.folders.iter().map(|folder| folder.display().to_string());
        let machine = match self.machine {
            MachineServers::Used => vec!["the machine's own programs".to_owned()],
            MachineServers::Ignored => Vec::new(),
        };
        machine.into_iter().chain(folders).collect::<Vec<_>>().join(", ")
    }
}

/// A source tree is known by its `deploy/install`; its tools lie in `.data/tools`.
fn source_tree_tools() -> Vec<PathBuf> {
    let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    let trees = starts.iter().flatten().filter_map(|start| {
        start.ancestors().find(|folder| folder.join("deploy/install").is_file()).map(Path::to_owned)
    });
    let mut found: Vec<PathBuf> = trees.map(|tree| tree.join(".data/tools")).collect();
    found.dedup();
    found
}

/// A PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresBinaries {
    /// The folder with `postgres`, `initdb` and `psql`.
    pub bin: PathBuf,
    /// The folder that holds the whole installation.
    pub(crate) root: PathBuf,
    /// Its version.
    pub version: Version,
}

/// Finds PostgreSQL's programs.
///
/// `major` asks for one major version, as a cluster that exists already needs.
///
/// # Errors
/// A sentence saying where was looked and what to run, if none is new enough.
pub async fn find_postgres(search: &ToolSearch, major: Option<u32>) -> Result<PostgresBinaries> {
    if let Some(named) = &search.postgres_bin {
        let bin = if named.is_dir() { named.as_path() } else { named.parent().unwrap_or(named) };
        let found = postgres_in(bin, bin.parent().unwrap_or(bin)).await;
        let found = found.with_context(|| {
            format!("REDRESS_POSTGRES_BIN={} holds no postgres, initdb and psql", named.display())
        })?;
        if found.version < POSTGRES_FLOOR || major.is_some_and(|major| major != found.version.major) {
            let wanted = major.unwrap_or(POSTGRES_FLOOR.major);
            bail!("REDRESS_POSTGRES_BIN is PostgreSQL {}, and {wanted} is needed", found.version);
        }
        return Ok(found);
    }
    let mut passed_over = Vec::new();
    for (bin, root) in postgres_places(search) {
        let Some(found) = postgres_in(&bin, &root).await else { continue };
        if found.version >= POSTGRES_FLOOR && major.is_none_or(|major| major == found.version.major) {
            return Ok(found);
        }
        passed_over.push(format!("PostgreSQL {} in {}", found.version, bin.display()));
    }
    let wanted = major.map_or(format!("{} or newer", POSTGRES_FLOOR.major), |major| major.to_string());
    bail!("{}", not_found(&format!("PostgreSQL {wanted}"), search, &passed_over))
}

fn postgres_places(search: &ToolSearch) -> Vec<(PathBuf, PathBuf)> {
    let with_root = |bin: PathBuf| {
        let root = bin.parent().unwrap_or(&bin).to_owned();
        (bin, root)
    };
    let mut places: Vec<_> = search.path_folders().into_iter().map(with_root).collect();
    if search.machine == MachineServers::Used {
        places.extend(
            newest_first(Path::new("/usr/lib/postgresql"), "").into_iter().map(|v| (v.join("bin"), v)),
        );
    }
    for folder in &search.folders {
        places.extend(newest_first(folder, "postgresql").into_iter().map(|v| (v.join("bin"), v)));
    }
    places
}

/// The folders in `parent` whose name begins with `prefix`, the highest version first.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let named = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        name.starts_with(prefix).then(|| (Version::find_in(&name), entry.path()))
    });
    let mut found: Vec<_> = named.collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

async fn postgres_in(bin: &Path, root: &Path) -> Option<PostgresBinaries> {
    if !["postgres", "initdb", "psql"].iter().all(|name| bin.join(name).is_file()) {
        return None;
    }
    let version = version_of(&bin.join("postgres")).await?;
    Some(PostgresBinaries { bin: bin.to_owned(), root: root.to_owned(), version })
}

/// A nats-server program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsBinary {
    /// The program.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
}

/// Finds nats-server: the first that is new enough, if possible one of the recommended versions.
///
/// # Errors
/// A sentence saying where was looked and what to run, if none is new enough.
pub async fn find_nats_server(search: &ToolSearch) -> Result<NatsBinary> {
    if let Some(program) = &search.nats_bin {
        let version = version_of(program).await;
        let version =
            version.with_context(|| format!("REDRESS_NATS_BIN={} does not run", program.display()))?;
        if version < NATS_FLOOR {
            bail!("REDRESS_NATS_BIN is nats-server {version}, and {NATS_FLOOR} or newer is needed");
        }
        return Ok(NatsBinary { program: program.clone(), version });
    }
    let mut second_best = None;
    let mut passed_over = Vec::new();
    for folder in search.path_folders().into_iter().chain(search.folders.iter().cloned()) {
        let program = folder.join("nats-server");
        if !program.is_file() {
            continue;
        }
        let Some(version) = version_of(&program).await else { continue };
        if version >= NATS_RECOMMENDED {
            return Ok(NatsBinary { program, version });
        }
        if version >= NATS_FLOOR {
            second_best.get_or_insert(NatsBinary { program, version });
        } else {
            tracing::warn!(
                "nats-server {version} in {} is passed over: {NATS_FLOOR} or newer is needed",
                folder.display()
            );
            passed_over.push(format!("nats-server {version} in {}", folder.display()));
        }
    }
    if let Some(found) = second_best {
        tracing::warn!("nats-server {} is used; {NATS_RECOMMENDED} or newer is recommended", found.version);
        return Ok(found);
    }
    bail!("{}", not_found(&format!("nats-server {NATS_FLOOR} or newer"), search, &passed_over))
}

fn not_found(what: &str, search: &ToolSearch, passed_over: &[String]) -> String {
    let too_old = match passed_over {
        [] => String::new(),
        some => format!(" ({} passed over)", some.join(", ")),
    };
    format!("{what} was not found in {}{too_old}; run deploy/install", search.places())
}

async fn version_of(program: &Path) -> Option<Version> {
    let output = Command::new(program).arg("--version").output().await.ok()?;
    if !output.status.success() {
        return None;
    }
    let said = [output.stdout, output.stderr].concat();
    Version::find_in(&String::from_utf8_lossy(&said))
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_from_what_servers_say() {
        let postgres = Version::find_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").unwrap();
        assert_eq!((postgres.major, postgres.minor), (15, 18));
        let nats = Version::find_in("nats-server: v2.15.1").unwrap();
        assert_eq!(nats, Version { major: 2, minor: 15, patch: 1 });
        assert!(Version::find_in("2.9.10").unwrap() < super::NATS_FLOOR);
        assert_eq!(Version::find_in("postgresql-beta"), None);
    }
}
