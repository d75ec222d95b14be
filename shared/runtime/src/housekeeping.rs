//! What a service forgets in time, calmly: commands that nobody will repeat any more.
//!
//! Every replica does it; two that meet only find less to do.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use calendar::Clock;
use contracts::ServiceName;
use jiff::SignedDuration;
use journal::command;
use sqlx::PgPool;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::config::HousekeepingConfig;
use crate::connect::in_time;

/// Commands forgotten by one statement.
const ROWS: u32 = 5_000;
/// The rest between two statements, so that the work of the service hardly notices.
const REST: Duration = Duration::from_millis(200);

/// The housekeeping of a service.
#[derive(Clone)]
pub struct Housekeeping {
    /// Whose.
    pub service: ServiceName,
    /// Its database.
    pub pool: PgPool,
    /// Business time: commands are stamped with it.
    pub clock: Arc<dyn Clock>,
    /// How long things are kept.
    pub config: HousekeepingConfig,
}

impl std::fmt::Debug for Housekeeping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Housekeeping").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Housekeeping {
    /// Keeps house until `until` is cancelled.
    ///
    /// # Errors
    /// None: trouble is logged and tried again at the next round.
    pub async fn run(self, until: CancellationToken) -> Result<(), Infallible> {
        let mut rounds = tokio::time::interval(self.config.every);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while until.run_until_cancelled(rounds.tick()).await.is_some() {
            match until.run_until_cancelled(self.forget_commands()).await {
                None => break,
                Some(Ok(0)) => {}
                Some(Ok(commands)) => {
                    tracing::info!(service = %self.service, commands, "old commands forgotten")
                }
                Some(Err(error)) => {
                    tracing::warn!(service = %self.service, %error, "old commands were not forgotten");
                }
            }
        }
        Ok(())
    }

    /// Forgets the commands that were carried out longer ago than they are kept, and says how many.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn forget_commands(&self) -> Result<u64, sqlx::Error> {
        let kept = SignedDuration::try_from(self.config.commands_kept).unwrap_or(SignedDuration::MAX);
        let Ok(before) = self.clock.now().checked_sub(kept) else { return Ok(0) };
        let mut forgotten = 0;
        loop {
            let some = in_time(command::forget(&self.pool, before, ROWS)).await?;
            forgotten += some;
            if some < u64::from(ROWS) {
                return Ok(forgotten);
            }
            tokio::time::sleep(REST).await;
        }
    }
}
