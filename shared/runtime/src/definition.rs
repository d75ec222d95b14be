//! What a service brings to be run: its core, its store, its migrations, its queries, its background work.

use std::sync::Arc;

use bus::Bus;
use calendar::Clock;
use contracts::ServiceName;
use futures::future::BoxFuture;
use journal::Migrator;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use vault::KeyRing;

use crate::service::Service;
use crate::shell::{Inlet, Store};

/// What background work of a service may use.
#[derive(Clone)]
pub struct Surroundings {
    /// The service.
    pub service: ServiceName,
    /// Its database.
    pub pool: PgPool,
    /// Where it gives orders to its own shell.
    pub inlet: Inlet,
    /// Its connection to NATS.
    pub bus: Bus,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// The keys of its texts.
    pub keys: Arc<KeyRing>,
    /// Cancelled when it must stop taking new work.
    pub until: CancellationToken,
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("service", &self.service).finish_non_exhaustive()
    }
}

/// Work of a service beside its core, such as sending what is due.
pub(crate) struct Background {
    pub(crate) name: &'static str,
    pub(crate) task: Box<dyn FnOnce(Surroundings) -> BoxFuture<'static, anyhow::Result<()>> + Send>,
}

/// Counts work of its own that keeps a rehearsal from being quiet.
pub(crate) type Count = Arc<dyn Fn(PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> + Send + Sync>;

/// Everything a service is.
pub struct Definition<S: Service, W: Store<S>> {
    pub(crate) service: S,
    pub(crate) store: W,
    pub(crate) migrations: &'static Migrator,
    pub(crate) version: &'static str,
    pub(crate) description: &'static str,
    pub(crate) queries: Vec<(&'static str, Query)>,
    pub(crate) background: Vec<Background>,
    pub(crate) outstanding: Vec<(&'static str, Count)>,
}
