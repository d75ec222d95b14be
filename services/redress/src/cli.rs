//! What can be asked of the one binary, and where it is done.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use contracts::ServiceName;

use crate::services::{self, Part, Start};
use crate::{drill, import, map, parked, playbook, rebuild, reconcile, settings, up};

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
    /// Makes complaints of the rows of a file. 批量导入。
    Import(import::Ask),
    /// Builds the read models anew from the journals, while work goes on. 重建台账。
    Rebuild(rebuild::Ask),
    /// Prints the message map: who says what, and who heeds it. 输出消息地图。
    Map,
    /// Prints every setting of a part with its default. 输出全部配置项及默认值。
    Config(settings::Ask),
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
            Self::Up(options) => up::up(*options).await,
            Self::Drill(ask) => drill::ask(ask).await,
            Self::Reconcile(ask) => reconcile::run(ask).await,
            Self::Parked(ask) => parked::run(ask).await,
            Self::Import(ask) => import::run(ask).await,
            Self::Rebuild(ask) => rebuild::run(ask).await,
            Self::Map => map::print(),
            Self::Config(ask) => settings::run(&ask),
            Self::Playbook(ask) => playbook::run(ask).await,
        }
    }
}
