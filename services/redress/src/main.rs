//! The one binary.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use redress::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            let _no_one_listens = writeln!(std::io::stderr(), "redress: {error:#}");
            ExitCode::from(2)
        }
    }
}
