//! `redress playbook …`: for those who write playbooks and scenarios.

mod check;
mod live;
mod seeds;
mod test;

use std::io::Write as _;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use contracts::PlaybookId;
use contracts::commands::Verb as _;
use contracts::commands::routing::ApplyPlaybook;

use crate::versions::{Apply, Preview};

/// What can be asked about playbooks.
#[derive(Debug, Subcommand)]
pub enum Ask {
    /// Tells every mistake in playbooks, scenarios and calendars, with file, line and column. 检查文件。
    Check {
        /// Files or folders.
        #[arg(required = true, value_name = "FILE|FOLDER")]
        paths: Vec<PathBuf>,
    },
    /// Prints the JSON Schema of a playbook, for editors. 输出流程文件的 JSON Schema。
    Schema,
    /// Plays scenarios and tells which do not hold. 演练场景。
    Test(Test),
    /// What a published version would do to open cases, and which cannot follow it. 预览新版本对未结个案的影响。
    Preview(Preview<PlaybookId>),
    /// Lets open cases follow a published version. 使未结个案改按新版本办理。
    Apply(Apply<PlaybookId>),
}

/// How scenarios are played.
#[derive(Debug, Args)]
pub struct Test {
    /// Scenario files or folders.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// Against the running stack, whose clock must be virtual, instead of the simulator.
    #[arg(long, conflicts_with_all = ["faults", "seed", "seeds"])]
    live: bool,
    /// The operator's configuration, for `--live`.
    #[arg(long, value_name = "FILE", requires = "live")]
    config: Option<PathBuf>,
    /// At most so many of them, evenly spread over all; always the same ones. 至多演练这么多个，均匀抽取。
    #[arg(long, value_name = "N")]
    sample: Option<NonZeroUsize>,
    /// Messages are reordered, duplicated, lost, and services crash; the verdicts must be the same.
    #[arg(long, group = "mishaps")]
    faults: bool,
    /// The same under so many seeds of such mishaps, each scenario by itself. 每个场景以这么多个种子各演练一次。
    #[arg(long, value_name = "N", group = "mishaps")]
    seeds: Option<NonZeroU64>,
    /// The seed of those mishaps; of several, the first.
    #[arg(long, default_value_t = 1, requires = "mishaps")]
    seed: u64,
    /// How many scenarios are played at the same time; as many as there are processors when absent. 同时演练的场景数。
    #[arg(long, value_name = "N", requires = "seeds")]
    jobs: Option<NonZeroUsize>,
}

/// Does what is asked.
///
/// # Errors
/// What stopped it. Mistakes in files and scenarios that do not hold are printed, and the exit code is 1.
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    match ask {
        Ask::Check { paths } => check::run(&paths),
        Ask::Schema => {
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&::playbook::schema())?)?;
            Ok(ExitCode::SUCCESS)
        }
        Ask::Test(how) => test::run(&how).await,
        Ask::Preview(preview) => preview.run("playbook").await,
        Ask::Apply(apply) => apply.run("playbook", ApplyPlaybook::VERB).await,
    }
}
