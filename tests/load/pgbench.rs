//! What the same PostgreSQL does by itself: `pgbench` inserting one complaint-sized row a transaction, with as many
//! clients, into a table of its own in a database of its own that is dropped at the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use embedded::{ToolSearch, find_postgres};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use tokio::process::Command;

use crate::figures::percentile;
use crate::installation::Installation;

/// The database that is made and dropped.
const SCRATCH: &str = "redress_load_scratch";

const TABLE: &str = "create table complaint (
    id uuid primary key, tenant text not null, number text not null, status text not null, body text not null,
    facts jsonb not null, received_at timestamptz not null, registered_at timestamptz not null);
create index on complaint (tenant, status, received_at);";

const SCRIPT: &str =
    "insert into complaint (id, tenant, number, status, body, facts, received_at, registered_at)
values (gen_random_uuid(), 'huarun', 'LOAD-0000000000', 'registered', :body, :facts, now(), now());
";

/// What one run gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Transactions a second.
    pub(crate) per_second: f64,
    /// Half took less, in microseconds.
    pub p50: u64,
    /// All but one in a hundred took less, in microseconds.
    pub p99: u64,
}

/// `pgbench` with its scratch database.
pub(crate) struct Pgbench {
    program: PathBuf,
    superuser: PgConnectOptions,
    password: String,
    folder: tempfile::TempDir,
}

impl Pgbench {
    /// Finds the program and makes the database.
    ///
    /// # Errors
    /// When there is no `pgbench` beside PostgreSQL's programs, or the server refuses.
    pub(crate) async fn prepare(at: &Installation) -> Result<Self> {
        let found = find_postgres(&ToolSearch::from_env(&[&at.folder]), None).await?;
        let program = found.bin.join("pgbench");
        ensure!(
            program.is_file(),
            "{} is missing; without it there is nothing to compare with",
            program.display()
        );
        let password = at.superuser_password()?;
        let superuser = PgConnectOptions::new()
            .host("127.0.0.1")
            .port(at.postgres_port()?)
            .username("postgres")
            .password(&password)
            .database("postgres");
        let made = Self { program, superuser, password, folder: tempfile::tempdir()? };
        made.drop_database().await?;
        made.as_superuser("postgres", &format!("create database {SCRATCH}")).await?;
        made.as_superuser(SCRATCH, TABLE).await?;
        std::fs::write(made.script(), SCRIPT)?;
        Ok(made)
    }

    /// Inserts from an empty table on, for `lasts`, with so many clients.
    ///
    /// # Errors
    /// What `pgbench` says.
    pub(crate) async fn run(&self, clients: usize, lasts: Duration) -> Result<Rate> {
        self.as_superuser(SCRATCH, "truncate complaint").await?;
        let log = self.folder.path().join("log");
        let output = Command::new(&self.program)
            .args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", "postgres", "-l"])
            .arg("--log-prefix")
            .arg(&log)
            .arg("-p")
            .arg(self.superuser.get_port().to_string())
            .args(["-c", &clients.to_string(), "-j", &clients.min(2).to_string()])
            .args(["-T", &lasts.as_secs().max(1).to_string()])
            .args(["-D", &format!("body={}", "货不对板 ".repeat(50)), "-D", &format!("facts={}", facts())])
            .arg("-f")
            .arg(self.script())
            .arg(SCRATCH)
            .env("PGPASSWORD", &self.password)
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("starting {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr).trim());
        let latencies = read_logs(self.folder.path())?;
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Ok(Rate {
            per_second: tps.with_context(|| format!("pgbench gave no rate: {said}"))?,
            p50: percentile(&latencies, 50.0).context("pgbench logged nothing")?,
            p99: percentile(&latencies, 99.0).context("pgbench logged nothing")?,
        })
    }

    /// Drops the database.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub(crate) async fn drop_database(&self) -> Result<()> {
        self.as_superuser("postgres", &format!("drop database if exists {SCRATCH} with (force)")).await
    }

    fn script(&self) -> PathBuf {
        self.folder.path().join("insert.sql")
    }

    async fn as_superuser(&self, database: &str, sql: &str) -> Result<()> {
        let options = self.superuser.clone().database(database);
        let mut connection =
            PgConnection::connect_with(&options).await.context("signing in to PostgreSQL")?;
        for statement in sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            connection.execute(sqlx::AssertSqlSafe(statement.to_owned())).await?;
        }
        Ok(connection.close().await?)
    }
}

fn facts() -> String {
    serde_json::json!({ "channel": "phone", "category": "quality", "amount": 29_900, "language": "zh" })
        .to_string()
}

/// The third column of `pgbench`'s log is the time of the transaction in microseconds. Removes what it read.
fn read_logs(folder: &Path) -> Result<Vec<u64>> {
    let mut latencies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log.")) {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        latencies.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok()));
        std::fs::remove_file(&path)?;
    }
    Ok(latencies)
}
