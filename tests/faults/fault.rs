//! What strikes a running stack.

use std::fmt;
use std::time::Duration;

use embedded::{NatsStop, StopMode};
use testkit::proxy::Proxy;

use crate::stack::Stack;

/// Bytes that a truncated block loses: some messages, the last of them in its middle.
const TORN: u64 = 3_000;
/// How long a killed service may take until it runs again.
const BACK: Duration = Duration::from_secs(30);

/// One fault.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// `kill -9` of the process of this name, which its supervisor starts again.
    KillService(String),
    /// PostgreSQL stops at once, without writing; it recovers at the next start.
    StopPostgresAtOnce,
    /// `kill -9` of all of PostgreSQL.
    KillPostgres,
    /// `kill -9` of nats-server.
    KillNats,
    /// `kill -9` of nats-server, and everything that it stored is gone.
    EmptyNats,
    /// `kill -9` of nats-server, and the block written last has lost its end.
    TruncateNats,
    /// Connections to NATS are closed, and new ones too, for so long.
    CutNats(Duration),
    /// Nothing comes through to NATS and nobody is told, for so long.
    HoldNats(Duration),
    /// Every connection to NATS is open and deaf for ever; new ones work.
    StrandNats,
    /// As [`Fault::CutNats`].
    CutPostgres(Duration),
    /// As [`Fault::HoldNats`].
    HoldPostgres(Duration),
    /// As [`Fault::StrandNats`].
    StrandPostgres,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KillService(name) => write!(f, "kill -9 {name}"),
            Self::StopPostgresAtOnce => f.write_str("PostgreSQL stops at once"),
            Self::KillPostgres => f.write_str("kill -9 PostgreSQL"),
            Self::KillNats => f.write_str("kill -9 nats-server"),
            Self::EmptyNats => f.write_str("nats-server loses all it stored"),
            Self::TruncateNats => f.write_str("nats-server loses the end of its last block"),
            Self::CutNats(time) => write!(f, "NATS cut off for {time:?}"),
            Self::HoldNats(time) => write!(f, "the wire to NATS holds everything back for {time:?}"),
            Self::StrandNats => f.write_str("the connections to NATS go deaf"),
            Self::CutPostgres(time) => write!(f, "PostgreSQL cut off for {time:?}"),
            Self::HoldPostgres(time) => {
                write!(f, "the wire to PostgreSQL holds everything back for {time:?}")
            }
            Self::StrandPostgres => f.write_str("the connections to PostgreSQL go deaf"),
        }
    }
}

impl Fault {
    /// Strikes, and mends what the product cannot mend itself: servers and wires.
    pub(crate) async fn strike(&self, stack: &mut Stack) -> anyhow::Result<()> {
        match self {
            Self::KillService(name) => stack.kill(name, BACK).await,
            Self::StopPostgresAtOnce => {
                stack.servers.postgres.stop(StopMode::Immediate).await?;
                stack.servers.postgres.restart().await
            }
            Self::KillPostgres => {
                stack.servers.postgres.kill().await?;
                stack.servers.postgres.restart().await
            }
            Self::KillNats => {
                stack.servers.nats.kill().await?;
                stack.servers.nats.restart().await
            }
            Self::EmptyNats => {
                stack.servers.nats.kill().await?;
                stack.servers.nats.delete_storage()?;
                stack.servers.nats.restart().await
            }
            Self::TruncateNats => {
                // What is on its way to the disk arrives there: it is the disk that loses the end.
                stack.servers.nats.stop(NatsStop::Quick).await?;
                let block = stack.servers.nats.truncate_last_block(TORN)?;
                println!("    {}", block.strip_prefix(stack.servers.nats.storage_dir())?.display());
                stack.servers.nats.restart().await
            }
            Self::CutNats(time) => cut(used(&stack.wires()?.nats)?, *time).await,
            Self::HoldNats(time) => hold(used(&stack.wires()?.nats)?, *time).await,
            Self::StrandNats => used(&stack.wires()?.nats).map(Proxy::strand),
            Self::CutPostgres(time) => cut(used(&stack.wires()?.postgres)?, *time).await,
            Self::HoldPostgres(time) => hold(used(&stack.wires()?.postgres)?, *time).await,
            Self::StrandPostgres => used(&stack.wires()?.postgres).map(Proxy::strand),
        }
    }
}

/// The wire, on which there must be somebody who feels what happens to it.
fn used(wire: &Proxy) -> anyhow::Result<&Proxy> {
    anyhow::ensure!(wire.connections() > 0, "nobody is connected through the wire");
    Ok(wire)
}

async fn cut(wire: &Proxy, time: Duration) -> anyhow::Result<()> {
    wire.cut();
    tokio::time::sleep(time).await;
    wire.restore();
    Ok(())
}

async fn hold(wire: &Proxy, time: Duration) -> anyhow::Result<()> {
    wire.hold();
    tokio::time::sleep(time).await;
    wire.restore();
    Ok(())
}
