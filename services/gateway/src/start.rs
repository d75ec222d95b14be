//! Starts the gateway in a process.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use runtime::config::ServiceConfig;
use runtime::connect;
use runtime::process::Process;
use runtime::shutdown::Stage;
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

use crate::app::{App, AppError};
use crate::config::GatewayConfig;
use crate::connections::Connections;
use crate::extract::Peer;
use crate::limits::Limits;
use crate::router::router;
use crate::scenarios::Player;
use crate::{edge, store, upstream};

/// The name of this part of Redress.
pub const PART: &str = "gateway";
/// How often sign-in is tidied: keys renewed, tokens that are over removed.
const TIDY: Duration = Duration::from_secs(600);

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// PostgreSQL or NATS.
    #[error("the gateway cannot be connected")]
    Connect(#[from] connect::ConnectError),
    /// PostgreSQL, for migrations.
    #[error("PostgreSQL cannot be reached")]
    Postgres(#[from] sqlx::Error),
    /// Migrations.
    #[error("the sign-in store cannot be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Tokens or passwords.
    #[error("sign-in cannot be begun")]
    App(#[from] AppError),
    /// The address.
    #[error("HTTP cannot be answered on {address}")]
    Listen {
        /// Where.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
}

/// Brings the sign-in store up to date.
///
/// # Errors
/// [`StartError::Postgres`], [`StartError::Migrate`].
pub async fn migrate(config: &ServiceConfig<GatewayConfig>) -> Result<(), StartError> {
    let options: PgConnectOptions = config.runtime.postgres.for_migrations().expose_secret().parse()?;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let migrated = store::MIGRATIONS.run(&pool).await;
    pool.close().await;
    Ok(migrated?)
}

/// Connects to the sign-in store, migrated: for who makes accounts without the gateway, such as `redress up`.
///
/// # Errors
/// [`StartError`].
pub async fn accounts(config: &ServiceConfig<GatewayConfig>) -> Result<PgPool, StartError> {
    migrate(config).await?;
    Ok(connect::postgres(&config.runtime.postgres, PART).await?)
}

/// Starts the gateway in `process`, where `player` plays scenarios, and gives the address where it answers. It stops with the process: event streams
/// end and no connection is accepted first, then what is under way is answered.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    config: &ServiceConfig<GatewayConfig>,
    process: &Process,
    player: Arc<dyn Player>,
) -> Result<SocketAddr, StartError> {
    describe_metrics();
    let settings = config.service.clone();
    let pool = accounts(config).await?;
    let bus = connect::nats(&config.runtime).await?;
    process.health.watch(PART, "postgres", connect::postgres_check(pool.clone()));
    process.health.watch(PART, "nats", connect::nats_check(bus.clone()));
    let taking = process.shutdown.token(Stage::Taking);
    let app = App::new(settings, pool.clone(), bus.clone(), player, taking.clone()).await?;
    let failed = |source| StartError::Listen { address: config.service.address.clone(), source };
    let listener = TcpListener::bind(&config.service.address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let connections = Connections::new(listener, config.service.connections_max);
    let service = router(app.clone()).into_make_service_with_connect_info::<Peer>();
    let until = taking.clone();
    process.shutdown.spawn(Stage::InFlight, "gateway", async move {
        let serving =
            axum::serve(connections, service).with_graceful_shutdown(async move { until.cancelled().await });
        let served = serving.await;
        bus.close().await.ok();
        pool.close().await;
        served
    });
    process.shutdown.spawn(Stage::Taking, "gateway tidying", tidy(app, taking));
    tracing::info!(%address, "the gateway answers");
    Ok(address)
}

fn describe_metrics() {
    use metrics::{Unit, describe_counter, describe_histogram};
    describe_histogram!(edge::SECONDS, Unit::Seconds, "From a request to the head of its answer.");
    describe_counter!(edge::ANSWERS, Unit::Count, "Answers, by route and status.");
    describe_counter!(upstream::REQUESTS, Unit::Count, "Requests sent to services, by subject.");
    describe_counter!(upstream::COMMANDS, Unit::Count, "Commands sent to services, by subject.");
}

async fn tidy(app: App, until: tokio_util::sync::CancellationToken) -> Result<(), Infallible> {
    let (mut limits, mut store) = (tokio::time::interval(Limits::FORGET_EVERY), tokio::time::interval(TIDY));
    loop {
        tokio::select! {
            () = until.cancelled() => return Ok(()),
            _ = limits.tick() => app.limits.forget(),
            _ = store.tick() => {
                if let Err(error) = app.tokens.renew().await {
                    tracing::warn!(error = %runtime::process::chain(&error), "signing keys were not renewed");
                }
                if let Err(error) = connect::in_time(store::session::forget(&app.pool, app.now())).await {
                    tracing::warn!(%error, "sessions that are over were not removed");
                }
            }
        }
    }
}

/// Runs the gateway alone in `process`, to the end.
///
/// # Errors
/// Why it did not start, or how its stop went wrong.
pub async fn run(
    config: ServiceConfig<GatewayConfig>,
    process: Process,
    player: Arc<dyn Player>,
) -> anyhow::Result<()> {
    start(&config, &process, player).await?;
    Ok(process.finish().await?)
}
