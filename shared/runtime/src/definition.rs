//! What a service brings to be run: its core, its store, its migrations, its queries, its background work.

use std::sync::Arc;

use bus::Bus;
use calendar::Clock;
use contracts::ServiceName;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use journal::Migrator;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use vault::KeyRing;

use crate::recover::Suspicion;
use crate::requests::{NoQueries, Queries, ServingOptions};
use crate::service::Service;
use crate::shell::{Inlet, Store};

/// What queries and background work of a service may use. Cheap to clone.
#[derive(Clone)]
pub struct Surroundings {
    /// The service.
    pub service: ServiceName,
    /// Its database.
    pub pool: PgPool,
    /// Where orders are given to its own shell.
    pub inlet: Inlet,
    /// Its connection to NATS.
    pub bus: Bus,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// The keys of its texts.
    pub keys: Arc<KeyRing>,
    /// Tells the recovery to compare a source's heads with what was heard.
    pub suspicion: Suspicion,
    /// Cancelled when nothing new is to be taken up.
    pub until: CancellationToken,
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("service", &self.service).finish_non_exhaustive()
    }
}

pub(crate) type Task = Box<dyn FnOnce(Surroundings) -> BoxFuture<'static, anyhow::Result<()>> + Send>;
pub(crate) type Count = Arc<dyn Fn(PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> + Send + Sync>;
type MakeQueries<Q> = Box<dyn FnOnce(&Surroundings) -> Q + Send>;

/// Everything a service is. Run it with [`crate::run::start`].
pub struct Definition<S: Service, W: Store<S>, Q: Queries = NoQueries> {
    pub(crate) service: S,
    pub(crate) store: W,
    pub(crate) migrations: &'static Migrator,
    pub(crate) version: &'static str,
    pub(crate) description: &'static str,
    pub(crate) queries: MakeQueries<Q>,
    pub(crate) serving: ServingOptions,
    pub(crate) background: Vec<(&'static str, Task)>,
    pub(crate) outstanding: Vec<(&'static str, Count)>,
}

impl<S: Service, W: Store<S>> Definition<S, W> {
    /// A service without queries and background work. `version` is SemVer, `description` one sentence; both are what
    /// `$SRV.INFO` tells.
    #[must_use]
    pub fn new(
        service: S,
        store: W,
        migrations: &'static Migrator,
        version: &'static str,
        description: &'static str,
    ) -> Self {
        Self {
            service,
            store,
            migrations,
            version,
            description,
            queries: Box::new(|_| NoQueries),
            serving: ServingOptions::default(),
            background: Vec::new(),
            outstanding: Vec::new(),
        }
    }
}

impl<S: Service, W: Store<S>, Q: Queries> Definition<S, W, Q> {
    /// Answers these queries; `make` is given what they look things up with.
    #[must_use]
    pub fn with_queries<Other: Queries>(
        self,
        make: impl FnOnce(&Surroundings) -> Other + Send + 'static,
    ) -> Definition<S, W, Other> {
        let Self {
            service, store, migrations, version, description, serving, background, outstanding, ..
        } = self;
        let queries = Box::new(make);
        Definition {
            service,
            store,
            migrations,
            version,
            description,
            queries,
            serving,
            background,
            outstanding,
        }
    }

    /// How many requests are taken at once.
    #[must_use]
    pub const fn with_serving(mut self, options: ServingOptions) -> Self {
        self.serving = options;
        self
    }

    /// Runs `task` beside the shell, until [`Surroundings::until`]; it must then end soon. If it fails or panics, the
    /// process stops.
    #[must_use]
    pub fn with_background<F>(
        mut self,
        name: &'static str,
        task: impl FnOnce(Surroundings) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.background.push((name, Box::new(|surroundings| task(surroundings).boxed())));
        self
    }

    /// Counts work of its own, such as messages to be sent, that keeps a rehearsal from being quiet.
    #[must_use]
    pub fn with_outstanding<F>(
        mut self,
        name: &'static str,
        count: impl Fn(PgPool) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<u64, sqlx::Error>> + Send + 'static,
    {
        self.outstanding.push((name, Arc::new(move |pool| count(pool).boxed())));
        self
    }
}
