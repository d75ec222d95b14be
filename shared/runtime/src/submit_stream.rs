//! Keeping the stream that feeders submit to.
//!
//! An event stream that was lost is made again by its relay. Nobody publishes to this one from here, so it is looked
//! for: a nats-server that comes back empty would turn every feeder away until the next start.

use std::convert::Infallible;
use std::time::Duration;

use bus::{Bus, StreamLimits};
use tokio_util::sync::CancellationToken;

use crate::process::chain;

/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks for the stream until `until` is cancelled, and makes it again when it is gone.
///
/// # Errors
/// None: trouble is logged and tried again.
pub(crate) async fn keep(bus: Bus, limits: StreamLimits, until: CancellationToken) -> Result<(), Infallible> {
    while until.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
        if let Err(error) = bus.ensure_submit_stream(limits).await {
            tracing::warn!(error = chain(&error), "the stream for submissions cannot be looked at");
        }
    }
    Ok(())
}
