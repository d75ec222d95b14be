//! What can be asked of the one binary, and where it is done.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use contracts::ServiceName;

use crate::services::{self, Part, Start};
use crate::{
    calendar, clock, directory, drill, held, import, mail, map, parked, playbook, rebuild, reconcile,
    settings, up,
};

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
    /// Runs intake. 受理服务。
    Intake(Start),
    /// Runs routing. 流转服务。
    Routing(Start),
    /// Runs investigation. 核查处理服务。
    Investigation(Start),
    /// Runs approval. 审批服务。
    Approval(Start),
    /// Runs notification. 告知服务。
    Notification(Start),
    /// Runs analytics. 台账统计服务。
    Analytics(Start),
    /// Runs the gateway: REST, sign-in, event streams. 网关。
    Gateway(Start),
    /// Runs every service in one process. 单进程运行全部服务。
    All(Start),
    /// Runs the whole product on this machine, servers included. 在本机启动整套系统。
    Up(Box<up::UpOptions>),
    /// Plays the people of an organisation on many complaints and draws the balance. 全员演练并对账。
    Drill(drill::Ask),
    /// Compares all stores with each other. 对账。
    Reconcile(reconcile::Ask),
    /// Lists, shows, replays and drops messages that could not be handled. 处理滞留消息。
    #[command(subcommand)]
    Parked(parked::Ask),
    /// Lists events that wait for their predecessor. 列出等待前序事件的消息。
    #[command(subcommand)]
    Held(held::Ask),
    /// Tells line by line why a clock is due when it is. 逐行说明时限的由来。
    #[command(subcommand)]
    Clock(clock::Ask),
    /// Previews a version of a working calendar on open cases, and applies it. 预览、适用新版工作日历。
    #[command(subcommand)]
    Calendar(calendar::Ask),
    /// Makes complaints of the rows of a file. 批量导入。
    Import(import::Ask),
    /// Takes mail from a mail server. 接收邮件服务器转来的投诉邮件。
    #[command(subcommand)]
    Mail(mail::Ask),
    /// Adds or changes departments and people by CSV files. 导入部门与人员。
    #[command(subcommand)]
    Directory(directory::Ask),
    /// Builds the read models anew from the journals, while work goes on. 重建台账。
    Rebuild(rebuild::Ask),
    /// Prints the message map: who says what, and who heeds it. 输出消息地图。
    Map,
    /// Prints every setting of a part with its default. 输出全部配置项及默认值。
    Config(settings::Ask),
    /// Checks, describes, rehearses, previews and applies playbooks. 检查、演练、预览、适用投诉处理流程。
    #[command(subcommand)]
    Playbook(playbook::Ask),
}

impl Cli {
    /// Does what is asked.
    ///
    /// # Errors
    /// What stopped it; a finding that was printed is an exit code, not an error.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.what.run())
    }
}

impl What {
    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Intake(start) => services::run(Part::Service(ServiceName::Intake), &start).await,
            Self::Routing(start) => services::run(Part::Service(ServiceName::Routing), &start).await,
            Self::Investigation(start) => {
                services::run(Part::Service(ServiceName::Investigation), &start).await
            }
            Self::Approval(start) => services::run(Part::Service(ServiceName::Approval), &start).await,
            Self::Notification(start) => {
                services::run(Part::Service(ServiceName::Notification), &start).await
            }
            Self::Analytics(start) => services::run(Part::Service(ServiceName::Analytics), &start).await,
            Self::Gateway(start) => services::run(Part::Gateway, &start).await,
            Self::All(start) => services::run(Part::All, &start).await,
            Self::Up(options) => Box::pin(up::up(*options)).await,
            Self::Drill(ask) => drill::ask(ask).await,
            Self::Reconcile(ask) => reconcile::run(ask).await,
            Self::Parked(ask) => parked::run(ask).await,
            Self::Held(ask) => held::run(ask).await,
            Self::Clock(ask) => clock::run(ask).await,
            Self::Calendar(ask) => calendar::run(ask).await,
            Self::Import(ask) => import::run(ask).await,
            Self::Mail(ask) => mail::run(ask).await,
            Self::Directory(ask) => directory::run(ask).await,
            Self::Rebuild(ask) => rebuild::run(ask).await,
            Self::Map => map::print(),
            Self::Config(ask) => settings::run(&ask),
            Self::Playbook(ask) => playbook::run(ask).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// Every command that a page tells: lines of its shell blocks, and code between backticks.
    fn told(page: &str) -> Vec<String> {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let mut told = Vec::new();
        for (n, part) in text.split("```").enumerate() {
            match part.strip_prefix("sh\n") {
                Some(block) if n % 2 == 1 => told.extend(block.lines().map(str::to_owned)),
                _ if n % 2 == 0 => {
                    let spans = part.split('`').skip(1).step_by(2);
                    told.extend(spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")));
                }
                _ => {}
            }
        }
        told.iter().map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned()).collect()
    }

    #[test]
    fn every_command_in_the_pages_is_one() {
        for page in ["README.md", "README.zh-CN.md", "services/redress/README.md"] {
            let (mut ours, mut scripts) = (0, 0);
            for line in told(page) {
                // What stands in quotes is one word.
                let parts = line.split('"').enumerate();
                let words: Vec<&str> = parts
                    .flat_map(
                        |(n, part)| if n % 2 == 1 { vec![part] } else { part.split_whitespace().collect() },
                    )
                    .collect();
                let Some(program) = words.first() else { continue };
                if program.rsplit('/').next() == Some("redress") && words.len() > 1 {
                    ours += 1;
                    let parsed = Cli::try_parse_from(&words);
                    assert!(parsed.is_ok(), "{page}: `{line}`: {}", parsed.unwrap_err());
                } else if let Some(script) = program.strip_prefix("deploy/").filter(|_| words.len() > 1) {
                    scripts += 1;
                    let text = std::fs::read_to_string(root().join("deploy").join(script)).unwrap();
                    for option in words.iter().filter(|word| word.starts_with('-')) {
                        assert!(text.contains(&format!("  {option} ")), "{page}: `{line}`: no {option}");
                    }
                }
            }
            assert!(ours > 0, "{page} tells no command");
            assert!(scripts > 0 || page.starts_with("services/"), "{page} tells no script");
        }
    }

    #[test]
    fn every_subcommand_is_told_in_both_languages() {
        use clap::CommandFactory as _;
        for command in Cli::command().get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let chinese = about.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            assert!(chinese, "{}: {about}", command.get_name());
        }
    }
}
