//! The one way this crate speaks SQL: `psql` as the superuser, statements on its standard input.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::process::little_environment;

/// The superuser of every cluster that this crate makes.
pub(crate) const SUPERUSER: &str = "postgres";

/// A database and the role that owns it and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseSpec {
    /// The database's name: lower-case letters, digits and underscores.
    pub database: String,
    /// The owning role's name, likewise.
    pub role: String,
    /// The role's password.
    pub password: String,
}

impl std::fmt::Debug for DatabaseSpec {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DatabaseSpec")
            .field("database", &self.database)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

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

/// The statements that bring roles and databases about; running them again changes nothing but passwords.
pub(crate) fn roles_and_databases(specs: &[DatabaseSpec]) -> Result<String> {
    // A failing statement must not put a password into the server's log.
    let mut sql = String::from(
        "set log_min_error_statement = panic;\nset log_statement = 'none';\nset client_min_messages = warning;\n",
    );
    for DatabaseSpec { database, role, password } in specs {
        ensure_plain(database)?;
        ensure_plain(role)?;
        let password = literal(password)?;
        sql.push_str(&format!(
            "select 'create role {role}' where not exists (select from pg_roles where rolname = '{role}') \\gexec\n\
             alter role {role} login nosuperuser nocreatedb nocreaterole noreplication password {password};\n\
             select 'create database {database} owner {role}' \
             where not exists (select from pg_database where datname = '{database}') \\gexec\n\
             alter database {database} owner to {role};\n\
             revoke all on database {database} from public;\n"
        ));
    }
    sql.push_str(
        "revoke all on database postgres from public;\nrevoke all on database template1 from public;\n",
    );
    Ok(sql)
}

fn ensure_plain(name: &str) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    ensure!(
        name.len() <= 63
            && name.chars().all(plain)
            && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_'),
        "{name:?} is no plain database name: lower-case letters, digits and underscores, at most 63"
    );
    ensure!(name != SUPERUSER, "{name:?} belongs to the server itself");
    Ok(())
}

fn literal(text: &str) -> Result<String> {
    ensure!(!text.contains(['\0', '\n', '\r']), "a password is one line without NUL");
    // psql replaces :name in statements, but not inside quotes; backslashes are plain in standard strings.
    Ok(format!("'{}'", text.replace('\'', "''")))
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
    use super::{DatabaseSpec, percent_encoded, roles_and_databases};

    fn spec(database: &str, password: &str) -> DatabaseSpec {
        DatabaseSpec { database: database.into(), role: "intake".into(), password: password.into() }
    }

    #[test]
    fn a_password_is_quoted_and_never_shown() {
        let spec = spec("intake", "it's");
        assert!(roles_and_databases(std::slice::from_ref(&spec)).unwrap().contains("password 'it''s'"));
        assert!(!format!("{spec:?}").contains("it's"));
    }

    #[test]
    fn a_name_that_is_not_plain_is_refused() {
        for name in ["", "Intake", "a b", "a;drop", "1st", "postgres"] {
            assert!(roles_and_databases(&[spec(name, "x")]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_url_part_keeps_only_plain_letters() {
        assert_eq!(percent_encoded("a b/@:é"), "a%20b%2F%40%3A%C3%A9");
    }
}
