//! Hearing another service: from its stream into the shell.
//!
//! One task a source. What is fetched is given to the shell, which takes it when it has room: that is the
//! backpressure. It is acknowledged after the commit; until then it is delivered again some time, which the shell
//! recognises. Trouble with NATS pauses the fetching and counts as nobody's attempt.
//!
//! A stream that was made anew, or gives a sequence that was passed before, has lost something: then the heads of the
//! source are compared ([`crate::recover`]).

use std::convert::Infallible;
use std::time::Duration;

use bus::{Bus, BusError, Delivery, Listener, ListenerOptions};
use contracts::ServiceName;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::ListenConfig;
use crate::process::chain;
use crate::recover::Suspicion;
use crate::shell::{Acknowledge, Delivered, Inlet};

const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MOST: Duration = Duration::from_secs(5);

/// Hearing one source.
#[derive(Debug)]
pub struct Listening {
    /// Who hears.
    pub service: ServiceName,
    /// Who is heard.
    pub source: ServiceName,
    /// The connection to NATS.
    pub bus: Bus,
    /// Where events go.
    pub inlet: Inlet,
    /// Where it is told that the stream may have lost something.
    pub suspicion: Suspicion,
    /// How much is fetched at once, and how long one fetch waits.
    pub config: ListenConfig,
}

impl Listening {
    /// Hears until `until` is cancelled or the shell takes nothing more.
    ///
    /// # Errors
    /// None: trouble is logged, waited out and tried again.
    pub async fn run(self, until: CancellationToken) -> Result<(), Infallible> {
        let options = ListenerOptions::events(self.service, self.source);
        let mut listener = Listener::new(self.bus.clone(), options);
        let (acknowledge, acknowledged) = mpsc::unbounded_channel();
        let acknowledging = tokio::spawn(acknowledge_all(self.service, self.source, acknowledged));
        let mut seen = Seen::default();
        let mut pause = PAUSE_FIRST;
        loop {
            let fetching = listener.fetch(self.config.fetch_max, self.config.fetch_wait);
            match until.run_until_cancelled(fetching).await {
                None => break,
                Some(Ok(deliveries)) => {
                    pause = PAUSE_FIRST;
                    if seen.changed(listener.stream_created(), &deliveries) {
                        tracing::warn!(service = %self.service, source = %self.source, "the stream changed");
                        self.suspicion.tell(self.source);
                    }
                    if !self.give(deliveries, &acknowledge).await {
                        break;
                    }
                }
                Some(Err(error)) => {
                    self.log(&error);
                    if until.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        break;
                    }
                    pause = (pause * 2).min(PAUSE_MOST);
                }
            }
        }
        // What the shell still has under way is acknowledged as it commits; the task ends with the last of it.
        drop(acknowledge);
        drop(acknowledging);
        Ok(())
    }

    /// Gives deliveries to the shell; whether it takes more.
    async fn give(
        &self,
        deliveries: Vec<Delivery>,
        acknowledge: &mpsc::UnboundedSender<bus::Acknowledge>,
    ) -> bool {
        for delivery in deliveries {
            let (right, acknowledge) = (delivery.acknowledge, acknowledge.clone());
            let delivered = Delivered {
                headers: delivery
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                body: delivery.body,
                acknowledge: Acknowledge::by(move || {
                    // Nobody receives it after a stop: then the message comes again, which is harmless.
                    acknowledge.send(right).ok();
                }),
            };
            if self.inlet.event(delivered).await.is_err() {
                return false;
            }
        }
        true
    }

    fn log(&self, error: &BusError) {
        let (service, source) = (self.service, self.source);
        match error {
            BusError::NoSuchStream { .. } => {
                tracing::debug!(%service, %source, "the source has no stream yet");
            }
            error if error.is_transient() => {
                tracing::warn!(%service, %source, error = chain(error), "hearing pauses");
            }
            error => tracing::error!(%service, %source, error = chain(error), "this service cannot hear"),
        }
    }
}

async fn acknowledge_all(
    service: ServiceName,
    source: ServiceName,
    mut acknowledged: mpsc::UnboundedReceiver<bus::Acknowledge>,
) {
    while let Some(right) = acknowledged.recv().await {
        if let Err(error) = right.acknowledge().await {
            tracing::debug!(%service, %source, %error, "not acknowledged: the message comes again");
        }
    }
}

/// What was seen of a stream.
#[derive(Debug, Default)]
struct Seen {
    created: Option<Timestamp>,
    highest: u64,
}

impl Seen {
    /// Notes what came, and says whether the stream is not what it was.
    fn changed(&mut self, created: Option<Timestamp>, deliveries: &[Delivery]) -> bool {
        let firsts = deliveries.iter().filter(|delivery| delivery.deliveries == 1);
        self.note(created, firsts.map(|delivery| delivery.stream_sequence))
    }

    fn note(&mut self, created: Option<Timestamp>, first_deliveries: impl Iterator<Item = u64>) -> bool {
        let mut changed = false;
        if let Some(created) = created {
            changed = self.created.is_some_and(|known| known != created);
            if changed {
                self.highest = 0;
            }
            self.created = Some(created);
        }
        for sequence in first_deliveries {
            // A sequence is delivered for the first time once in the life of a stream and its consumer.
            changed |= sequence <= self.highest;
            self.highest = sequence;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_stream_and_one_that_went_back_are_noticed_and_the_first_is_not() {
        let (one, other) = (Timestamp::from_second(1).unwrap(), Timestamp::from_second(2).unwrap());
        let mut seen = Seen::default();
        assert!(!seen.note(None, [].into_iter()), "nothing was opened yet");
        assert!(!seen.note(Some(one), [4, 5, 9].into_iter()));
        assert!(!seen.note(Some(one), [].into_iter()));
        assert!(!seen.note(None, [10].into_iter()), "a failed fetch says nothing about the stream");
        assert!(seen.note(Some(one), [8].into_iter()), "it lost 8 to 10 and gave 8 again");
        assert!(!seen.note(Some(one), [9].into_iter()));
        assert!(seen.note(Some(other), [1, 2].into_iter()));
        assert!(!seen.note(Some(other), [3].into_iter()));
    }
}
