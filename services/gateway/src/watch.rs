//! Events as they are published, fanned out to those who watch.
//!
//! One subscription of this process serves all watchers, and only while there are any: a busy system without watchers
//! sends the gateway nothing. What is heard here is a hint that may be lost; a watcher that was behind, or a broken
//! connection, makes watchers read the journals again ([`Seen::Again`]), which are the record.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Connection, Subscription};
use bytes::Bytes;
use contracts::{Envelope, subjects};
use tokio::sync::{Mutex, broadcast};

/// How often the subscription is given up when nobody watches any more.
const LOOK: Duration = Duration::from_secs(5);

/// What a watcher is told.
#[derive(Debug, Clone)]
pub enum Seen {
    /// An event was published.
    Event(Arc<Published>),
    /// Something may have been missed: look into the journals.
    Again,
}

/// An event with its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Everything but its body.
    pub envelope: Envelope,
    /// Its body.
    pub body: Bytes,
}

/// The one subscription and its watchers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hub {
    bus: Bus,
    told: broadcast::Sender<Seen>,
    hearing: Arc<Mutex<bool>>,
}

impl Hub {
    /// Over `bus`; each watcher may be `buffer` events behind.
    #[must_use]
    pub fn new(bus: Bus, buffer: usize) -> Self {
        let (told, _) = broadcast::channel(buffer);
        Self { bus, told, hearing: Arc::default() }
    }

    /// Begins to watch; whatever is published from now on is heard.
    ///
    /// # Errors
    /// When NATS is away.
    pub async fn watch(&self) -> Result<broadcast::Receiver<Seen>, BusError> {
        let mut hearing = self.hearing.lock().await;
        // Made before anything is heard, so that nothing is heard without it.
        let watcher = self.told.subscribe();
        if !*hearing {
            let subscription = self.bus.hear(subjects::EVENTS_ALL).await?;
            self.bus.flush().await?;
            *hearing = true;
            tokio::spawn(self.clone().pump(subscription));
        }
        Ok(watcher)
    }

    async fn pump(self, mut subscription: Subscription) {
        let mut connection = self.bus.connection();
        connection.mark_unchanged();
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                message = subscription.next() => {
                    let Some((headers, body)) = message else { break };
                    // What cannot be read is the listeners' to park; here it is nothing to show.
                    if let Ok(envelope) = Envelope::read(|name| headers.get(name)) {
                        self.told.send(Seen::Event(Arc::new(Published { envelope, body }))).ok();
                    }
                }
                changed = connection.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    if *connection.borrow_and_update() == Connection::Up {
                        self.told.send(Seen::Again).ok();
                    }
                }
                _ = look.tick() => {
                    let mut hearing = self.hearing.lock().await;
                    if self.told.receiver_count() == 0 {
                        *hearing = false;
                        return;
                    }
                }
            }
        }
        *self.hearing.lock().await = false;
        self.told.send(Seen::Again).ok();
    }
}
