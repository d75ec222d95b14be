//! What can be asked of the one binary, and where it is done.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::playbook;

/// Redress: complaints, from receipt to the archive.
#[derive(Debug, Parser)]
#[command(name = "redress", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    what: What,
}

/// The subcommands, one variant and one module each.
#[derive(Debug, Subcommand)]
enum What {
    /// Checks, describes and rehearses playbooks. 检查、演练投诉处理流程。
    #[command(subcommand)]
    Playbook(playbook::Ask),
}

impl Cli {
    /// Does what is asked.
    ///
    /// # Errors
    /// What stopped it; a finding that was printed is an exit code, not an error.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Playbook(ask) => playbook::run(ask),
        }
    }
}
