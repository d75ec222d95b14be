//! What `/proc` says about processes, and the notes by which our own are found again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::files;

struct Stat {
    parent: i32,
    zombie: bool,
    start_ticks: u64,
}

fn stat(pid: Pid) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // The program's name stands in brackets and may itself hold blanks and brackets.
    let after_name = &text[text.rfind(')')? + 1..];
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    Some(Stat {
        zombie: *fields.first()? == "Z",
        parent: fields.get(1)?.parse().ok()?,
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

/// Whether the process exists and has not ended.
pub(crate) fn is_running(pid: Pid) -> bool {
    stat(pid).is_some_and(|stat| !stat.zombie)
}

/// The command line, its words separated by blanks.
pub(crate) fn command_line(pid: Pid) -> Option<String> {
    let bytes = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).ok()?;
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn everyone() -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .collect()
}

/// All processes below `root`, without itself.
pub(crate) fn descendants(root: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, i32)> =
        everyone().into_iter().filter_map(|pid| Some((pid, stat(pid)?.parent))).collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        next += 1;
        let children = parents.iter().filter(|(_, of)| *of == parent.as_raw_nonzero().get());
        found.extend(children.map(|(pid, _)| *pid));
    }
    found.split_off(1)
}

/// Processes that work in `folder`, as every process of a PostgreSQL cluster does.
pub(crate) fn working_in(folder: &Path) -> Vec<Pid> {
    let works_there = |pid: &Pid| {
        fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).is_ok_and(|place| place == folder)
    };
    everyone().into_iter().filter(works_there).collect()
}

/// Sends a signal; a process that is already gone is no fault.
pub(crate) fn signal(pid: Pid, signal: Signal) {
    rustix::process::kill_process(pid, signal).ok();
}

/// Sends a signal to every process of the group that `leader` leads.
pub(crate) fn signal_group(leader: Pid, signal: Signal) {
    rustix::process::kill_process_group(leader, signal).ok();
}

/// Kills a process and everything below it, and answers what was below it. The head is stopped first,
/// so that it cannot start more.
pub(crate) fn kill_tree(root: Pid) -> Vec<Pid> {
    signal(root, Signal::STOP);
    let below = descendants(root);
    for pid in &below {
        signal(*pid, Signal::KILL);
    }
    signal_group(root, Signal::KILL);
    signal(root, Signal::KILL);
    below
}

/// Waits until none of the processes runs any more.
pub(crate) async fn wait_until_gone(pids: &[Pid], patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while pids.iter().any(|pid| is_running(*pid)) {
        if Instant::now() >= deadline {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}

/// A note about a process we started, so that the next start finds it if we end without stopping it.
#[derive(Debug, Serialize, Deserialize)]
struct PidNote {
    pid: i32,
    start_ticks: u64,
    command_line: String,
}

/// Notes the process in `file`.
pub(crate) async fn note(file: &Path, pid: Pid) -> Result<()> {
    let start_ticks = stat(pid).map(|stat| stat.start_ticks).unwrap_or_default();
    let mut line = command_line(pid);
    // For a moment after its start a process has no command line yet.
    while line.is_none() && is_running(pid) {
        sleep(Duration::from_millis(1)).await;
        line = command_line(pid);
    }
    let command_line = line.unwrap_or_default();
    let note = PidNote { pid: pid.as_raw_nonzero().get(), start_ticks, command_line };
    files::write_private(file, &serde_json::to_string(&note)?)
}

/// The process noted in `file`, if it still runs and is the very one: same command line, same start.
fn noted(file: &Path) -> Option<Pid> {
    let note: PidNote = serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
    let pid = Pid::from_raw(note.pid)?;
    let same = stat(pid).is_some_and(|stat| !stat.zombie && stat.start_ticks == note.start_ticks)
        && command_line(pid).is_some_and(|line| line == note.command_line);
    same.then_some(pid)
}

/// Stops a process left over from an earlier run, first by asking, after `patience` by force.
pub(crate) async fn stop_leftover(file: &Path, patience: Duration) {
    if let Some(pid) = noted(file) {
        tracing::warn!(pid = pid.as_raw_nonzero().get(), "stopping a process left over from an earlier run");
        signal_group(pid, Signal::TERM);
        if !wait_until_gone(&[pid], patience).await {
            kill_tree(pid);
            wait_until_gone(&[pid], patience).await;
        }
    }
    fs::remove_file(file).ok();
}

/// The notes in a folder.
pub(crate) fn notes_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "pid")).collect()
}

#[cfg(test)]
mod tests {
    use super::{command_line, is_running, note, noted, stat};

    #[tokio::test]
    async fn a_note_names_a_process_only_while_it_is_the_same_one() {
        let folder = crate::temporary_folder().unwrap();
        let file = folder.path().join("me.pid");
        let me = rustix::process::getpid();
        assert!(is_running(me) && stat(me).is_some() && command_line(me).is_some());
        note(&file, me).await.unwrap();
        assert_eq!(noted(&file), Some(me));

        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("\"start_ticks\":", "\"start_ticks\":1")).unwrap();
        assert_eq!(noted(&file), None);
    }
}
