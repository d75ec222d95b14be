//! Who may do what in NATS and PostgreSQL: the files in `deploy/`, made from the contracts.
//!
//! One NATS user per service, one for the gateway, one for operators, one for feeders; each may only do what it
//! needs (`bus::permissions_of_service`). One database and one role per service. A test checks that
//! `deploy/nats/redress.conf` and `deploy/postgres/roles.sql` are what is made here.

use bus::{Permissions, permissions_of_gateway, permissions_of_service, questions};
use contracts::queries::asking::Asker;
use contracts::{ServiceName, subjects};

/// The users that are no services.
pub const OTHER_USERS: &[&str] = &["gateway", "operator", "feeder"];

/// Those that have a database beside the services: the gateway keeps accounts and sessions.
const OTHER_DATABASES: &[&str] = &["gateway"];

/// The services that `service` is permitted to hear: what its core says in `sources()`.
#[must_use]
pub const fn heard_by(service: ServiceName) -> &'static [ServiceName] {
    use ServiceName::{Approval, Intake, Investigation, Notification, Routing};
    match service {
        Intake => &[Routing],
        Routing => &[Intake, Investigation, Approval, Notification],
        Investigation => &[Intake, Routing, Approval, Notification],
        Approval => &[Intake, Routing, Investigation],
        Notification => &[Intake, Routing],
        ServiceName::Analytics => &[Intake, Routing, Investigation, Approval, Notification],
    }
}

/// Every NATS user with what it may do.
#[must_use]
pub fn users() -> Vec<(String, Permissions)> {
    let services = ServiceName::ALL
        .iter()
        .map(|service| (service.to_string(), permissions_of_service(*service, heard_by(*service))));
    let others = [
        ("gateway".to_owned(), permissions_of_gateway()),
        ("operator".to_owned(), operator()),
        ("feeder".to_owned(), feeder()),
    ];
    services.chain(others).collect()
}

/// An operator's tools ask services, look at streams and consumers, tail events and move the rehearsal's clock. They
/// change nothing but through commands, which are journaled.
fn operator() -> Permissions {
    let publish = [
        subjects::COMMANDS_ALL,
        "$SRV.>",
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.STREAM.MSG.GET.*",
        "$JS.API.DIRECT.GET.*",
        "$JS.API.CONSUMER.NAMES.*",
        "$JS.API.CONSUMER.LIST.*",
        "$JS.API.CONSUMER.INFO.*.*",
        subjects::REHEARSAL_CLOCK,
    ];
    let subscribe = ["_INBOX.operator.>", subjects::EVENTS_ALL];
    let publish = publish.map(str::to_owned).into_iter().chain(questions(Asker::Operator, &[]));
    Permissions { publish: publish.collect(), subscribe: subscribe.map(str::to_owned).to_vec() }
}

/// A feeder submits, and hears the stream's acknowledgement and its receipts.
fn feeder() -> Permissions {
    Permissions {
        // The ping is how a client finds that the server has dealt with all it sent.
        publish: vec![subjects::SUBMIT_ALL.to_owned(), "$SRV.PING.feeder".to_owned()],
        subscribe: vec!["_INBOX.feeder.>".to_owned(), subjects::RECEIPT_ALL.to_owned()],
    }
}

/// The configuration of nats-server, with `{port}`, `{monitor_port}`, `{store_dir}` and `{<user>_password}` open.
#[must_use]
pub fn nats_config() -> String {
    let mut text = String::from(NATS_HEAD);
    for (user, permissions) in users() {
        text.push_str(&format!("    {{\n      user: {user}\n      password: \"{{{user}_password}}\"\n"));
        text.push_str("      permissions: {\n");
        text.push_str(&allowed("publish", &permissions.publish));
        text.push_str(&allowed("subscribe", &permissions.subscribe));
        text.push_str("        allow_responses: true\n      }\n    }\n");
    }
    text.push_str("  ]\n}\n");
    text
}

const NATS_HEAD: &str = "\
# Generated from the contracts (shared/runtime/src/permissions.rs); a test keeps it current.
# Names in braces are to be filled in: ports, the folder of the store, one password per user. In production use the
# same users, listen with TLS, cluster three servers (nats.replicas = 3), and set jetstream.sync_interval to \"always\".

server_name: redress
listen: \"127.0.0.1:{port}\"
http: \"127.0.0.1:{monitor_port}\"
max_payload: 1MB
# A connection that went deaf leaves its queue groups after 15 s: until then every other request goes to nobody.
ping_interval: \"5s\"
ping_max: 2

jetstream {
  store_dir: \"{store_dir}\"
}

authorization {
  timeout: 5
  users: [
";

fn allowed(what: &str, subjects: &[String]) -> String {
    let lines: String = subjects.iter().map(|subject| format!("          \"{subject}\"\n")).collect();
    format!("        {what}: {{ allow: [\n{lines}        ] }}\n")
}

/// A password that cannot stand in the configuration of nats-server or in the roles of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password of {user} must be 16 to 128 letters, digits, '-' and '_'")]
pub struct BadPassword {
    /// Whose.
    pub user: String,
}

/// [`nats_config`] with the passwords filled in; `password` gives that of each user.
///
/// # Errors
/// [`BadPassword`] for one that would need quoting, or is short enough to be guessed.
pub fn nats_config_with(password: impl Fn(&str) -> String) -> Result<String, BadPassword> {
    let mut text = nats_config();
    for (user, _) in users() {
        text = text.replace(&format!("{{{user}_password}}"), &checked(&user, &password)?);
    }
    Ok(text)
}

/// The password of `user`, if it can stand in a file without quoting and cannot be guessed.
fn checked(user: &str, password: impl Fn(&str) -> String) -> Result<String, BadPassword> {
    let password = password(user);
    let plain = password.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if plain && (16..=128).contains(&password.len()) {
        return Ok(password);
    }
    Err(BadPassword { user: user.to_owned() })
}

/// Everything that has a database.
#[must_use]
pub fn databases() -> Vec<String> {
    let services = ServiceName::ALL.iter().map(ToString::to_string);
    services.chain(OTHER_DATABASES.iter().map(|name| (*name).to_owned())).collect()
}

/// The database and the role of `part`: both bear this name.
#[must_use]
pub fn database_of(part: &str) -> String {
    format!("redress_{part}")
}

/// Roles and databases for PostgreSQL, to be run by `psql` as a superuser; running it again changes only passwords.
#[must_use]
pub fn postgres_roles() -> String {
    let mut text = String::from(ROLES_HEAD);
    for part in databases() {
        let name = database_of(&part);
        text.push_str(&format!(
            "\n-- {part}\n\
             select 'create role {name}' where not exists (select from pg_roles where rolname = '{name}') \\gexec\n\
             alter role {name} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls\n  \
               password :'{part}_password';\n\
             select 'create database {name} owner {name} encoding ''UTF8'' template template0'\n  \
               where not exists (select from pg_database where datname = '{name}') \\gexec\n\
             revoke all on database {name} from public;\n\
             grant connect, temporary on database {name} to {name};\n"
        ));
    }
    text.push_str(ROLES_TAIL);
    text
}

/// [`postgres_roles`] with the passwords filled in; `password` gives that of each part.
///
/// # Errors
/// [`BadPassword`] as for NATS: both have the same.
pub fn postgres_roles_with(password: impl Fn(&str) -> String) -> Result<String, BadPassword> {
    let mut text = String::new();
    for part in databases() {
        text.push_str(&format!("\\set {part}_password '{}'\n", checked(&part, &password)?));
    }
    text.push_str(&postgres_roles());
    Ok(text)
}

const ROLES_HEAD: &str = "\
-- Generated from the contracts (shared/runtime/src/permissions.rs); a test keeps it current.
-- One role and one database per service. Passwords are psql variables:
--   psql -v intake_password=… -v routing_password=… … -f roles.sql
\\set ON_ERROR_STOP on
-- A failing statement must not put a password into the server's log.
set log_min_error_statement = panic;
set log_statement = 'none';
set log_min_duration_statement = -1;
";

const ROLES_TAIL: &str = "
-- nobody connects where nothing of theirs is
revoke all on database postgres from public;
revoke all on database template1 from public;
";

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed file at `path` is what is made here. With `REDRESS_WRITE_PERMISSIONS` set it is written.
    fn is_current(path: &str, made: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
        if std::env::var_os("REDRESS_WRITE_PERMISSIONS").is_some() {
            std::fs::write(&path, made).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == made, "{} is stale: run with REDRESS_WRITE_PERMISSIONS=1", path.display());
    }

    #[test]
    fn the_nats_configuration_in_deploy_is_current() {
        is_current("deploy/nats/redress.conf", &nats_config());
    }

    #[test]
    fn the_roles_in_deploy_are_current() {
        is_current("deploy/postgres/roles.sql", &postgres_roles());
    }

    #[test]
    fn only_its_own_service_publishes_an_event() {
        for (user, permissions) in users() {
            for subject in permissions.publish.iter().filter(|subject| subject.starts_with("redress.event."))
            {
                assert!(
                    subject.starts_with(&format!("redress.event.{user}.")),
                    "{user} may publish {subject}"
                );
            }
            assert!(permissions.subscribe.contains(&format!("_INBOX.{user}.>")));
            assert!(!permissions.subscribe.iter().any(|subject| subject == "_INBOX.>" || subject == ">"));
        }
    }

    #[test]
    fn passwords_that_need_quoting_are_refused() {
        let text = nats_config_with(|user| format!("{user}-0123456789abcdef")).unwrap();
        assert!(text.contains("\"feeder-0123456789abcdef\"") && !text.contains("_password}"));
        assert_eq!(
            nats_config_with(|_| "a\"b0123456789abcdef".into()),
            Err(BadPassword { user: "intake".into() })
        );
        assert!(nats_config_with(|_| "short".into()).is_err());
    }
}
