//! The real servers in temporary folders. Nothing is skipped: without them these tests fail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod nats;
mod parents;
mod postgres;
mod supervisor;
mod tools;

use std::path::Path;
use std::time::Duration;

use embedded::{Nats, NatsOptions, Postgres, PostgresOptions};

const CONFIG: &str = r#"
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
jetstream { store_dir: "{store_dir}", max_mem: 64MB, max_file: 1GB }
"#;

async fn start_postgres(folder: &Path) -> Postgres {
    let options = PostgresOptions { durable: false, shared_buffers_mib: 32, ..PostgresOptions::new(folder) };
    Postgres::start(options).await.expect("PostgreSQL starts; if it is missing, run deploy/install")
}

async fn start_nats(folder: &Path) -> Nats {
    let options = NatsOptions::new(folder, CONFIG);
    Nats::start(options).await.expect("nats-server starts; if it is missing, run deploy/install")
}

async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: not within ten seconds");
}

fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}
