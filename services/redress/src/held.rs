//! `redress held list`: events that came before their predecessor, and which one that is. Nothing is to be done about
//! them: what is missing is asked for, and what waits for a parked message goes on when that is settled.

use std::process::ExitCode;

use contracts::{ServiceName, queries};

use crate::operator::Operator;
use crate::parked::Whose;

/// What can be asked about held events.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// Lists them, of all services or of one. 列出等待前序事件的消息。
    List {
        /// Whose, and how they are asked for. 查询范围。
        #[command(flatten)]
        whose: Whose,
        /// Only this service. 仅此服务。
        #[arg(long)]
        service: Option<ServiceName>,
    },
}

/// Does it.
///
/// # Errors
/// A service out of reach, or what it refuses.
#[expect(clippy::print_stdout, reason = "the answer is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let Ask::List { whose, service } = ask;
    let operator = Operator::connect(whose.config.as_deref()).await?;
    let services = service.map_or_else(|| ServiceName::ALL.to_vec(), |service| vec![service]);
    for service in services {
        for held in operator.list(service, queries::HELD, &whose.organisation).await? {
            println!("{service:<14} {held}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
