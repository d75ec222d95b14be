//! Connecting a service to its database and to NATS, and looking whether both are there.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bus::{Bus, BusError, Connection};
use journal::{MigrateError, Migrator};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use tokio::time::{Instant, timeout};

use crate::config::{PostgresConfig, RuntimeConfig};
use crate::health::Check;

/// Why a service is not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// PostgreSQL is not there, or does not let us in.
    #[error("PostgreSQL cannot be reached")]
    Postgres(#[source] sqlx::Error),
    /// A migration failed or an applied one was edited.
    #[error("the database cannot be migrated")]
    Migrate(#[source] MigrateError),
    /// NATS is not there, too old, or does not let us in.
    #[error("NATS cannot be used")]
    Nats(#[source] BusError),
}

/// The longest that PostgreSQL may be silent after a question: by default any statement is ended before.
pub const ANSWER_MOST: Duration = Duration::from_secs(15);
/// How long a connection may take to show that it is well; well below the pool's `acquire_timeout`.
const WELL_MOST: Duration = Duration::from_secs(2);

/// The answer of PostgreSQL, or an error that is worth another try when it does not come.
///
/// A wire that is cut tells nobody: a connection may be open and deaf for ever. So whoever asks in a loop, where
/// nobody else watches the time, asks through this.
///
/// # Errors
/// What `asked` ends with, and [`sqlx::Error::Io`] when nothing came within [`ANSWER_MOST`].
pub async fn in_time<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let silent = || io::Error::new(io::ErrorKind::TimedOut, "PostgreSQL does not answer");
    timeout(ANSWER_MOST, asked).await.unwrap_or_else(|_| Err(sqlx::Error::Io(silent())))
}

/// Options for a connection of `part`, with what protects the server from us.
///
/// # Errors
/// When the URL cannot be read, which the check of the configuration rules out.
pub fn postgres_options(
    config: &PostgresConfig,
    url: &SecretString,
    part: &str,
) -> Result<PgConnectOptions, ConnectError> {
    let options: PgConnectOptions = url.expose_secret().parse().map_err(ConnectError::Postgres)?;
    let timeout = format!("{}ms", config.statement_timeout.as_millis());
    Ok(options.application_name(&format!("redress-{part}")).options([
        ("statement_timeout", timeout.as_str()),
        // Statements are short and many; compiling them costs more than it gives.
        ("jit", "off"),
        // A machine that dies says nothing: without these the server would keep its locks, on heads and on the lead of
        // the relay, for hours. On a Unix socket the server ignores them.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "20s"),
        // A process that stands still in a transaction, or that a proxy on the way keeps alive for the server although it
        // is gone, keeps them no longer than this: then we have given the connection up, too.
        ("idle_in_transaction_session_timeout", "15s"),
    ]))
}

/// Brings the database up to date, on a connection and with a role of its own.
///
/// # Errors
/// [`ConnectError::Postgres`], [`ConnectError::Migrate`].
pub async fn migrate(config: &PostgresConfig, part: &str, own: &Migrator) -> Result<(), ConnectError> {
    // No statement timeout: a migration takes as long as it takes.
    let url = config.for_migrations().expose_secret();
    let options: PgConnectOptions = url.parse().map_err(ConnectError::Postgres)?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(config.connect_timeout)
        .connect_with(options.application_name(&format!("redress-{part} migrations")))
        .await
        .map_err(ConnectError::Postgres)?;
    let migrated = journal::migrate(&pool, own).await;
    pool.close().await;
    migrated.map_err(ConnectError::Migrate)
}

/// Connects to the database of `part`.
///
/// # Errors
/// [`ConnectError::Postgres`].
pub async fn postgres(config: &PostgresConfig, part: &str) -> Result<PgPool, ConnectError> {
    let options = postgres_options(config, &config.url, part)?;
    let pulse = Arc::new(Pulse::default());
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout)
        // The pool's own questions whether a connection is well wait without end: one that is deaf would use up the
        // patience of whoever wants it, and given back it would keep its place in the pool for ever.
        .test_before_acquire(false)
        .before_acquire({
            let pulse = Arc::clone(&pulse);
            move |connection, meta| {
                let pulse = Arc::clone(&pulse);
                Box::pin(async move {
                    if pulse.doubts(&meta) { Ok(false) } else { pulse.feel(connection).await.map(|()| true) }
                })
            }
        })
        .after_release(move |connection, _| {
            let pulse = Arc::clone(&pulse);
            Box::pin(async move { pulse.feel(connection).await.map(|()| true) })
        })
        .connect_lazy_with(options);
    let first = tokio::time::timeout(config.connect_timeout, async {
        loop {
            match pool.acquire().await {
                Ok(_) => return Ok(()),
                Err(sqlx::Error::PoolTimedOut) => {}
                Err(error) => return Err(error),
            }
        }
    });
    match first.await {
        Ok(connected) => connected.map_err(ConnectError::Postgres)?,
        Err(_) => return Err(ConnectError::Postgres(sqlx::Error::PoolTimedOut)),
    }
    Ok(pool)
}

/// Whether the connections of a pool are well. They share a wire: when one is deaf, those are in doubt that nobody has
/// heard from since, and are closed unasked. Asked one by one, a pool of deaf connections would take half a minute.
#[derive(Debug, Default)]
struct Pulse {
    /// When a connection was last found deaf.
    missed: Mutex<Option<Instant>>,
}

impl Pulse {
    /// Asks whether the connection is well.
    async fn feel(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let asked = Instant::now();
        let Ok(well) = timeout(WELL_MOST, connection.ping()).await else {
            // What answered since the question was asked is well.
            *self.missed.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
            return Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the connection is deaf")));
        };
        well
    }

    /// Whether an idle connection was last heard from before another was found deaf.
    fn doubts(&self, idle: &PoolConnectionMetadata) -> bool {
        let missed = *self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.is_some_and(|missed| idle.idle_for >= missed.elapsed())
    }
}

/// Connects to NATS as the user of the configuration.
///
/// # Errors
/// [`ConnectError::Nats`].
pub async fn nats(config: &RuntimeConfig) -> Result<Bus, ConnectError> {
    let options = config.nats.bus_options(config.relay.in_flight);
    Bus::connect(options).await.map_err(ConnectError::Nats)
}

/// Whether PostgreSQL answers now.
#[must_use]
pub fn postgres_check(pool: PgPool) -> Check {
    Arc::new(move || {
        let pool = pool.clone();
        Box::pin(async move {
            sqlx::query("select 1").execute(&pool).await.map(drop).map_err(|error| error.to_string())
        })
    })
}

/// Whether NATS is connected now.
#[must_use]
pub fn nats_check(bus: Bus) -> Check {
    Arc::new(move || {
        let connection = *bus.connection().borrow();
        Box::pin(async move {
            match connection {
                Connection::Up => Ok(()),
                Connection::Connecting => Err("connecting".to_owned()),
                Connection::Down => Err("disconnected".to_owned()),
                Connection::Closed => Err("closed".to_owned()),
            }
        })
    })
}
