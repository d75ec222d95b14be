//! The one way this crate speaks SQL: `psql` as the superuser, statements on its standard input.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::process::little_environment;

/// The superuser of every cluster that this crate makes.
pub(crate) const SUPERUSER: &str = "postgres";

/// How to reach one server as its superuser.
#[derive(Debug)]
pub(crate) struct Psql {
    pub(crate) program: PathBuf,
    pub(crate) port: u16,
    pub(crate) password: String,
}

impl Psql {
    /// Runs SQL and answers the rows, one a line, columns parted by `|`.
    pub(crate) async fn run(&self, database: &str, sql: &str) -> Result<String> {
        let mut command = Command::new(&self.program);
        little_environment(&mut command);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", SUPERUSER]);
        command.arg("-p").arg(self.port.to_string()).args(["-d", database, "-f", "-"]);
        command.env("PGPASSWORD", &self.password).env("PGCONNECT_TIMEOUT", "5").env("PGAPPNAME", "embedded");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child =
            command.spawn().with_context(|| format!("{} cannot be started", self.program.display()))?;
        let mut pipe = child.stdin.take().context("psql has no standard input")?;
        let feed = async move {
            // psql that gives up early closes the pipe; its own words below are the better error.
            pipe.write_all(sql.as_bytes()).await.ok();
            drop(pipe);
        };
        let ((), output) = tokio::join!(feed, child.wait_with_output());
        let output = output?;
        if !output.status.success() {
            bail!("psql on {database}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }
}

/// A text as part of a URL's user or password.
pub(crate) fn percent_encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn a_url_part_keeps_only_plain_letters() {
        assert_eq!(percent_encoded("a b/@:é"), "a%20b%2F%40%3A%C3%A9");
    }
}
