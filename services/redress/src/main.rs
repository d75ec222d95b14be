//! The one binary.
#![expect(
    unreachable_pub,
    reason = "a program exports nothing: here pub says that others of its modules use it"
)]

mod cli;
mod drill;
mod import;
mod operator;
mod parked;
mod playbook;
mod rebuild;
mod reconcile;
mod services;
mod settings;
mod up;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            let _no_one_listens = writeln!(std::io::stderr(), "redress: {error:#}");
            ExitCode::from(2)
        }
    }
}
