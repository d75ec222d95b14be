//! `redress directory import`: departments and people as CSV files have them. The files are read by routing, as those that
//! come through the API; nothing changes unless all of them are right.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use calendar::Clock as _;
use contracts::commands::routing::{DirectoryImported, ImportDirectory, Imported};
use contracts::commands::{Actor, Answer, Command, Verb as _};
use contracts::{CommandId, OrganisationId, Problem, ServiceName, SubjectRef, WordId, WordRef};
use uuid::Uuid;

use crate::operator::Operator;

/// What can be done with the directory.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// Adds or changes departments and people as files have them. 按 CSV 文件导入部门与人员。
    Import(Import),
}

/// What is imported.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// CSV in UTF-8 with a header: departments, people, or one of each.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The organisation.
    #[arg(long)]
    organisation: OrganisationId,
    /// The configuration file, with a section `[operator]`.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Only tells what would change.
    #[arg(long)]
    dry_run: bool,
}

/// Does it; exit code 1 when the files are refused.
///
/// # Errors
/// A file that cannot be read, or routing out of reach.
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let Ask::Import(import) = ask;
    let texts = import.files.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let order = ImportDirectory { files: texts, dry_run: import.dry_run };
    let operator = Operator::connect(import.config.as_deref()).await?;
    match operator.order(ServiceName::Routing, command(&import.organisation, &order)?).await? {
        Answer::Done { body, .. } => {
            tell(&serde_json::from_value(body)?, import.dry_run);
            Ok(ExitCode::SUCCESS)
        }
        Answer::Refused { problem } => {
            refuse(&problem, &import.files);
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    String::from_utf8(bytes).map_err(|_| {
        anyhow::anyhow!(
            "{}：不是 UTF-8，请另存为“CSV UTF-8” / not UTF-8: save it as “CSV UTF-8”",
            path.display()
        )
    })
}

/// The order, under a key of this moment: the same files may mean something else once the directory has changed.
fn command(organisation: &OrganisationId, order: &ImportDirectory) -> anyhow::Result<Command> {
    let body = serde_json::to_value(order)?;
    let content = format!("{}|{body}", calendar::SystemClock.now());
    let sum = WordRef::to(ServiceName::Routing, WordId(Uuid::nil()), &content).sha256;
    Ok(Command {
        id: CommandId::new(format!("directory-{sum}")).map_err(anyhow::Error::msg)?,
        subject: SubjectRef::directory(organisation),
        verb: ImportDirectory::VERB.to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body,
    })
}

#[expect(clippy::print_stdout, reason = "the account is the purpose")]
fn tell(imported: &DirectoryImported, dry_run: bool) {
    let (zh, en) = if dry_run { ("将", "would be ") } else { ("已", "") };
    for (kind_zh, kind_en, of) in
        [("部门", "departments", &imported.departments), ("人员", "people", &imported.people)]
    {
        let Imported { added, changed, unchanged } = of;
        println!(
            "{kind_zh}：{zh}新增 {}，{zh}变更 {}，不变 {unchanged} / {kind_en}: {} {en}added, {} {en}changed, {unchanged} unchanged",
            added.len(),
            changed.len(),
            added.len(),
            changed.len()
        );
        added.iter().for_each(|id| println!("  + {id}"));
        changed.iter().for_each(|id| println!("  ~ {id}"));
    }
    for left in &imported.left_out {
        println!(
            "  ? {} 不在文件中，保持不变，承办 {} 项 / in no file, stays as it is, holds {}",
            left.person, left.open_work, left.open_work
        );
    }
}

#[expect(clippy::print_stdout, reason = "the account is the purpose")]
fn refuse(problem: &Problem, files: &[PathBuf]) {
    let alone = std::slice::from_ref(problem);
    let mistakes = if problem.errors.is_empty() { alone } else { &problem.errors };
    for mistake in mistakes {
        let file = mistake.field.as_deref().and_then(|field| field.strip_prefix("/files/"));
        let file = file.and_then(|n| files.get(n.parse::<usize>().ok()?));
        let file = file.map_or_else(String::new, |path| format!("{}：", path.display()));
        let expected = mistake.expected.as_deref().unwrap_or_default();
        println!("{file}{}\n    应为 / expected: {expected}", mistake.detail);
    }
    println!("有 {} 处错误，未作任何更改 / {} mistakes, nothing was changed", mistakes.len(), mistakes.len());
}
