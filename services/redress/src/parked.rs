//! `redress parked …`: messages that could not be handled. The table is the record; settling one is a journaled act
//! with person and reason.

use std::path::PathBuf;
use std::process::ExitCode;

use contracts::commands::{Actor, Answer, Command};
use contracts::{CommandId, OrganisationId, PersonId, ServiceName, SubjectRef, queries};
use serde_json::json;

use crate::operator::Operator;

/// What can be done with parked messages.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// Lists them, of all services or of one. 列出滞留消息。
    List {
        /// Whose, and how they are asked for.
        #[command(flatten)]
        whose: Whose,
        /// Only this service.
        #[arg(long)]
        service: Option<ServiceName>,
    },
    /// Shows one with its bytes. 查看一条及其原文。
    Show {
        /// Whose, and how they are asked for.
        #[command(flatten)]
        whose: Whose,
        /// The service that parked it.
        service: ServiceName,
        /// Which.
        id: String,
    },
    /// Handles one again. 重新处理一条。
    Replay(Settle),
    /// Skips one for good. 永久跳过一条。
    Drop(Settle),
}

/// Whose messages, and how they are asked for.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The organisation. 组织。
    #[arg(long)]
    pub organisation: OrganisationId,
    /// The configuration file, with a section `[operator]`. 配置文件。
    #[arg(long)]
    pub config: Option<PathBuf>,
}

/// Settles one.
#[derive(Debug, clap::Args)]
pub struct Settle {
    #[command(flatten)]
    whose: Whose,
    /// The service that parked it.
    service: ServiceName,
    /// Which.
    id: String,
    /// Who settles it.
    #[arg(long)]
    person: PersonId,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// Does it.
///
/// # Errors
/// A service out of reach, or what it refuses.
#[expect(clippy::print_stdout, reason = "the answer is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    match ask {
        Ask::List { whose, service } => {
            let operator = Operator::connect(whose.config.as_deref()).await?;
            let services = service.map_or_else(|| ServiceName::ALL.to_vec(), |service| vec![service]);
            for service in services {
                for parked in operator.list(service, queries::PARKED, &whose.organisation).await? {
                    println!("{service:<14} {parked}");
                }
            }
        }
        Ask::Show { whose, service, id } => {
            let operator = Operator::connect(whose.config.as_deref()).await?;
            let found =
                operator.ask(service, queries::PARKED, &whose.organisation, json!({ "id": id })).await?;
            println!("{}", serde_json::to_string_pretty(&found)?);
        }
        Ask::Replay(settle) => return settle.run("parked.replay").await,
        Ask::Drop(settle) => return settle.run("parked.drop").await,
    }
    Ok(ExitCode::SUCCESS)
}

impl Settle {
    #[expect(clippy::print_stdout, reason = "the answer is the purpose")]
    async fn run(self, verb: &str) -> anyhow::Result<ExitCode> {
        let operator = Operator::connect(self.whose.config.as_deref()).await?;
        let organisation = &self.whose.organisation;
        let found =
            operator.ask(self.service, queries::PARKED, organisation, json!({ "id": self.id })).await?;
        let subject: SubjectRef = serde_json::from_value(found["subject"].clone())?;
        // It may be parked again after it was settled: then settling it is another order.
        let parked_at: jiff::Timestamp = serde_json::from_value(found["parked_at"].clone())?;
        let id = format!("{verb}-{}-{}-{}", self.id, parked_at.as_millisecond(), self.person);
        let id = CommandId::new(id.trim_start_matches("parked.")).map_err(anyhow::Error::msg)?;
        let command = Command {
            id,
            subject,
            verb: verb.to_owned(),
            actor: Actor::Staff { person: self.person, roles: Default::default(), department: None },
            expected_version: None,
            traceparent: None,
            body: json!({ "id": self.id, "reason": self.reason }),
        };
        match operator.order(self.service, command).await? {
            Answer::Done { .. } => {
                println!("done");
                Ok(ExitCode::SUCCESS)
            }
            Answer::Refused { problem } => {
                println!("refused: {problem}");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}
