//! Ends a server when its parent is gone, however the parent ended.
//!
//! A small shell waits at a pipe whose other end only we hold. When we die the system closes it and
//! the shell signals the server; when we stop the server ourselves we tell the shell to go.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::Pid;

/// What becomes of a server whose parent ends without stopping it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orphans {
    /// It is ended at once.
    #[default]
    EndWithParent,
    /// It goes on; the next start in the same folder finds and stops it.
    LeaveRunning,
}

/// How the shell ends what it guards.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grip {
    /// Asks the whole process group to stop.
    Group,
    /// PostgreSQL's immediate shutdown: its head ends the others, each of which has its own session.
    PostgresHead,
}

const WATCH: &str = r#"read -r word; [ "$word" = release ] || kill -s "$1" -- "$2""#;

#[derive(Debug)]
pub(crate) struct Lifeline {
    shell: Child,
}

impl Lifeline {
    pub(crate) fn tie(pid: Pid, grip: Grip) -> std::io::Result<Self> {
        let number = pid.as_raw_nonzero();
        let (signal, target) = match grip {
            Grip::Group => ("TERM", format!("-{number}")),
            Grip::PostgresHead => ("QUIT", number.to_string()),
        };
        let shell = Command::new("/bin/sh")
            .args(["-c", WATCH, "redress-lifeline", signal, &target])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        let told = self.shell.stdin.take().is_some_and(|mut pipe| pipe.write_all(b"release\n").is_ok());
        if !told {
            self.shell.kill().ok();
        }
        self.shell.wait().ok();
    }
}
