//! The one binary.

mod cli;
mod operator;
mod playbook;

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
