//! The processes of the installation, as `/proc` shows them: what CPU they took, what memory they hold, and what CPU
//! others took meanwhile.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

/// Clock ticks a second in `/proc`: 100 on every Linux that Rust runs on.
pub(crate) const TICKS: f64 = 100.0;
/// This program and what it starts.
pub(crate) const LOAD: &str = "load generator";
/// The kernel's own threads (writing to disk, mostly ours).
const KERNEL: &str = "kernel threads";

/// CPU that was taken up to a moment.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    at: Instant,
    /// Ticks that all processors were busy with programs, or taken away by the hypervisor.
    busy: u64,
    /// Ticks by process number: whose, and how many.
    ticks: HashMap<i32, (String, u64)>,
    /// Ticks of children that the PostgreSQL server has buried.
    buried: u64,
}

/// CPU that was taken in a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    /// How long, in seconds.
    pub(crate) seconds: f64,
    /// CPU-seconds by name: services, `postgres: <database>`, `nats-server`, the load generator.
    pub(crate) by: BTreeMap<String, f64>,
    /// CPU-seconds of everybody else on the machine.
    pub(crate) foreign: f64,
}

impl Taken {
    /// CPU-seconds of the product: services, PostgreSQL, NATS.
    #[must_use]
    pub(crate) fn product(&self) -> f64 {
        self.by.iter().filter(|(name, _)| *name != LOAD && *name != KERNEL).map(|(_, taken)| taken).sum()
    }
    /// Cores' worth of others.
    #[must_use]
    pub(crate) fn foreign_share(&self) -> f64 {
        self.foreign / self.seconds
    }
    /// Cores' worth of everybody.
    #[must_use]
    pub(crate) fn all_share(&self) -> f64 {
        (self.by.values().sum::<f64>() + self.foreign) / self.seconds
    }
}

/// The processes of one installation.
pub(crate) struct Processes {
    /// Process numbers of the parts and of nats-server.
    named: BTreeMap<i32, String>,
    postgres: i32,
}

struct Stat {
    parent: i32,
    own: u64,
    children: u64,
}

impl Processes {
    /// Finds them by the notes in the data folder and, for PostgreSQL, by its port.
    ///
    /// # Errors
    /// When one of them is not running.
    pub(crate) fn of(folder: &Path, postgres_port: u16) -> Result<Self> {
        let mut named = BTreeMap::new();
        for entry in fs::read_dir(folder.join("run")).context("the data folder has no run")? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "pid") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                named.insert(noted(&path)?, name);
            }
        }
        anyhow::ensure!(!named.is_empty(), "no service is running there");
        named.insert(noted(&folder.join("nats/nats.pid"))?, "nats-server".to_owned());
        let port = format!("port={postgres_port}");
        let postgres = everyone().into_iter().find(|pid| {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            words.split(|byte| *byte == 0).any(|word| word == port.as_bytes())
        });
        Ok(Self { named, postgres: postgres.context("PostgreSQL is not running")? })
    }

    /// What was taken up to now.
    #[must_use]
    pub(crate) fn usage(&self) -> Usage {
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        let mut usage = Usage { at: Instant::now(), busy: busy(), ticks: HashMap::new(), buried: 0 };
        for pid in everyone() {
            let Some(stat) = stat(pid) else { continue };
            let name = if let Some(name) = self.named.get(&pid) {
                name.clone()
            } else if pid == self.postgres {
                usage.buried = stat.children;
                "postgres: server".to_owned()
            } else if stat.parent == self.postgres {
                backend(pid)
            } else if pid == own {
                usage.ticks.insert(pid, (LOAD.to_owned(), stat.own + stat.children));
                continue;
            } else if stat.parent == own {
                LOAD.to_owned()
            } else if stat.parent == 2 || pid == 2 {
                KERNEL.to_owned()
            } else {
                continue;
            };
            usage.ticks.insert(pid, (name, stat.own));
        }
        usage
    }

    /// Resident memory in KiB, shared pages counted by share (PSS), by name. What may not be read is left out.
    #[must_use]
    pub(crate) fn memory(&self) -> BTreeMap<String, u64> {
        let mut memory = BTreeMap::<String, u64>::new();
        for pid in everyone() {
            let name = match self.named.get(&pid) {
                Some(name) => name.clone(),
                None if pid == self.postgres => "postgres".to_owned(),
                None if stat(pid).is_some_and(|stat| stat.parent == self.postgres) => "postgres".to_owned(),
                None => continue,
            };
            if let Some(pss) = pss(pid) {
                *memory.entry(name).or_default() += pss;
            }
        }
        memory
    }
}

impl Usage {
    /// What was taken since `before`.
    #[must_use]
    pub(crate) fn since(&self, before: &Self) -> Taken {
        let mut taken =
            Taken { seconds: self.at.duration_since(before.at).as_secs_f64(), ..Taken::default() };
        let seconds = |ticks: u64| ticks as f64 / TICKS;
        for (pid, (name, ticks)) in &self.ticks {
            let earlier = before.ticks.get(pid).map_or(0, |(_, ticks)| *ticks);
            *taken.by.entry(name.clone()).or_default() += seconds(ticks.saturating_sub(earlier));
        }
        // Backends that ended meanwhile: their whole time is with the server now, that before is known.
        let gone = before
            .ticks
            .iter()
            .filter(|(pid, (name, _))| name.starts_with("postgres: ") && !self.ticks.contains_key(pid));
        let known: u64 = gone.map(|(_, (_, ticks))| ticks).sum();
        let ended = seconds(self.buried.saturating_sub(before.buried).saturating_sub(known));
        *taken.by.entry("postgres: ended".to_owned()).or_default() += ended;
        let ours: f64 = taken.by.values().sum();
        taken.foreign = (seconds(self.busy.saturating_sub(before.busy)) - ours).max(0.0);
        taken
    }
}

fn noted(path: &Path) -> Result<i32> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let note: Value = serde_json::from_str(&text)?;
    let pid = note["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
    pid.with_context(|| format!("{} names no process", path.display()))
}

fn everyone() -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name stands in brackets and may itself hold blanks and brackets.
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok());
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(11)? + ticks(12)?,
        children: ticks(13)? + ticks(14)?,
    })
}

/// `postgres: <user> <database> …` is a session, the others are the server's own.
fn backend(pid: i32) -> String {
    let title = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let title = String::from_utf8_lossy(&title).replace('\0', " ");
    let words: Vec<&str> = title.split_whitespace().collect();
    match words.as_slice() {
        ["postgres:", _, database, address, ..] if address.contains('(') => format!("postgres: {database}"),
        _ => "postgres: server".to_owned(),
    }
}

/// User, nice, system and stolen time of all processors; interrupts are nobody's.
fn busy() -> u64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = first.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 7].iter().filter_map(|place| ticks.get(*place)).sum()
}

fn pss(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())
}
