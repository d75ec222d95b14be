//! A PostgreSQL server shared by the tests of a process, and an empty database for each of them.
//!
//! The server starts with the first test that asks and is removed with the last database. It survives being killed,
//! not the death of the machine: it does not sync.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use anyhow::{Context, Result};
use embedded::{Postgres, PostgresOptions, temporary_folder};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _, PgPool};
use tempfile::TempDir;
use tokio::sync::Mutex;

static SERVER: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());
static NEXT: AtomicU32 = AtomicU32::new(1);

#[derive(Debug)]
struct Server {
    // Before the folder: the server is killed first.
    postgres: Postgres,
    _folder: TempDir,
}

/// An empty database of its own for a test.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    server: Arc<Server>,
    name: String,
}

/// Makes an empty database.
///
/// # Errors
/// When there is no PostgreSQL (`deploy/install`) or it does not start.
pub async fn postgres() -> Result<TestDatabase> {
    let mut shared = SERVER.lock().await;
    let server = match shared.upgrade() {
        Some(server) => server,
        None => {
            let server = Arc::new(start().await?);
            *shared = Arc::downgrade(&server);
            server
        }
    };
    drop(shared);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let database = TestDatabase { server, name };
    let admin: PgConnectOptions = database.server.postgres.superuser_url("postgres").parse()?;
    let mut connection = admin.connect().await.context("the test server does not answer")?;
    // The name is ours and plain; a database cannot be named by a bound value.
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {}", database.name)))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(database)
}

async fn start() -> Result<Server> {
    let folder = temporary_folder()?;
    let options = PostgresOptions {
        durable: false,
        shared_buffers_mib: 64,
        settings: vec![("deadlock_timeout".into(), "200ms".into())],
        ..PostgresOptions::new(folder.path())
    };
    Ok(Server { postgres: Postgres::start(options).await?, _folder: folder })
}

impl TestDatabase {
    /// Its address, for a user who may do everything in it.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.postgres.superuser_url(&self.name)
    }
    /// How to connect to it.
    ///
    /// # Errors
    /// None is expected.
    pub fn options(&self) -> Result<PgConnectOptions> {
        Ok(self.url().parse()?)
    }
    /// A pool of at most `connections`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn pool(&self, connections: u32) -> Result<PgPool> {
        let options = self.options()?.log_statements(tracing::log::LevelFilter::Trace);
        Ok(PgPoolOptions::new().max_connections(connections).connect_with(options).await?)
    }
}
