//! `redress playbook check`: every mistake of every file, where it stands.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use contracts::commands::routing::PutDirectory;
use simulator::scenario::load::{self, Kind, Mistake};

/// Checks the files at `paths`. Files that are nothing of ours are passed over in folders.
///
/// # Errors
/// When nothing can be printed.
pub(super) fn run(paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let (checked, mistakes) = match load::files(paths) {
        Ok(files) => check_all(&files, paths),
        Err(mistakes) => (0, mistakes),
    };
    print(&mistakes)?;
    let mut out = std::io::stdout().lock();
    let wrong = mistakes.len();
    writeln!(out, "检查了 {checked} 个文件，{wrong} 处错误 / {checked} files checked, {wrong} mistakes")?;
    Ok(if mistakes.is_empty() && checked > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints mistakes, one a line.
///
/// # Errors
/// When nothing can be printed.
pub(super) fn print(mistakes: &[Mistake]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    mistakes.iter().try_for_each(|mistake| writeln!(out, "{mistake}"))
}

fn check_all(files: &[PathBuf], named: &[PathBuf]) -> (usize, Vec<Mistake>) {
    let (mut shelf, mut checked, mut mistakes) = (load::Shelf::default(), 0, Vec::new());
    for file in files {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let (zh, en) = (format!("无法读取：{error}"), format!("cannot be read: {error}"));
                mistakes.push(Mistake::of_file(file, "unreadable", zh, en));
                continue;
            }
        };
        // What somebody names is meant to be a playbook, whatever keys it lacks.
        let kind = Kind::of(&text).or(named.contains(file).then_some(Kind::Playbook));
        if let Some(kind) = kind {
            checked += 1;
            mistakes.extend(check_one(&mut shelf, kind, file, &text).err().unwrap_or_default());
        }
    }
    mistakes.sort();
    mistakes.dedup();
    (checked, mistakes)
}

fn check_one(shelf: &mut load::Shelf, kind: Kind, file: &Path, text: &str) -> Result<(), Vec<Mistake>> {
    match kind {
        Kind::Playbook => {
            ::playbook::load(text).map(drop).map_err(|findings| load::of_findings(file, &findings))
        }
        Kind::RulePack => {
            ::playbook::load_pack(text).map(drop).map_err(|findings| load::of_findings(file, &findings))
        }
        Kind::Scenario => load::check_one(shelf, file, text),
        Kind::Calendar => load::calendar_of(file, text).map(drop),
        Kind::People => load::read::<PutDirectory>(file, text).map(drop),
    }
}
