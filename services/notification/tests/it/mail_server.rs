//! A mail server of others (aiosmtpd), started for a test.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub(crate) struct MailServer {
    pub(crate) port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

/// The Python that `deploy/test` prepares from `tests/conformance/requirements.txt`; another may be named.
fn python() -> PathBuf {
    std::env::var_os("REDRESS_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.data/tools/conformance/bin/python"),
        Into::into,
    )
}

impl MailServer {
    /// Starts one on `port`, or on any when it is 0.
    pub(crate) async fn start(port: u16) -> Self {
        Self::start_with(&[&port.to_string()]).await
    }

    /// Starts one that takes mail only from who signs in as `account`, such as `user:password`.
    pub(crate) async fn start_for(account: &str) -> Self {
        Self::start_with(&["0", account]).await
    }

    async fn start_with(arguments: &[&str]) -> Self {
        let python = python();
        assert!(python.exists(), "no Python with aiosmtpd at {}: run deploy/test", python.display());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/receive_mail.py");
        let mut child = Command::new(python)
            .arg(script)
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { port: 0, lines, _child: child };
        server.port = u16::try_from(server.next().await["port"].as_u64().unwrap()).unwrap();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The next mail it took.
    pub(crate) async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(20), self.lines.next_line()).await;
        serde_json::from_str(&line.expect("a mail within twenty seconds").unwrap().unwrap()).unwrap()
    }

    /// Whether it takes no further mail for a while.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(600), self.lines.next_line()).await.is_err()
    }
}
