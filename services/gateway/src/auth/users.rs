//! Accounts: a name and a password, bound to a person of the directory, with the roles and the department that count.
//!
//! They are made by an administrator over REST and by the loader of `redress up` ([`put`]); the directory of routing
//! is not asked at sign-in, so one can sign in while routing is away.

use std::collections::BTreeSet;

use contracts::{DepartmentId, OrganisationId, PersonId, Problem, ProblemCode, RoleKey};
use jiff::Timestamp;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::passwords::{self, PasswordError, Passwords};
use crate::store::{self, account};

/// The longest name of an account, in characters.
const LONGEST_NAME: usize = 64;

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Whose.
    pub organisation: OrganisationId,
    /// The name to sign in with.
    pub name: String,
    /// The person of the directory.
    pub person: PersonId,
    /// The roles they hold.
    pub roles: BTreeSet<RoleKey>,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// Whether they may sign in.
    pub active: bool,
}

/// Makes or changes an account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutAccount {
    /// The name to sign in with: up to 64 visible characters.
    pub name: String,
    /// The password; required for a new account, unchanged when absent.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
    /// The person of the directory.
    pub person: PersonId,
    /// The roles they hold.
    #[serde(default)]
    pub roles: BTreeSet<RoleKey>,
    /// Their department.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Whether they may sign in.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// What was asked for is not right.
    #[error("{0}")]
    Refused(Problem),
    /// PostgreSQL.
    #[error("accounts cannot be read or written")]
    Store(#[from] sqlx::Error),
    /// Hashing.
    #[error("the password cannot be hashed")]
    Password(#[from] PasswordError),
}

/// Makes the account, or changes the one of that name. The same twice changes nothing.
///
/// # Errors
/// [`AccountError`].
pub async fn put(
    pool: &PgPool,
    passwords: &Passwords,
    organisation: &OrganisationId,
    asked: &PutAccount,
    now: Timestamp,
) -> Result<Account, AccountError> {
    let refused = |problem| Err(AccountError::Refused(problem));
    if let Err(problem) = check_name(&asked.name) {
        return refused(problem);
    }
    let hash = match &asked.password {
        Some(password) => {
            if let Err(problem) = passwords::check(password) {
                return refused(problem);
            }
            Some(passwords.hash(password).await?)
        }
        None => None,
    };
    let account = Account {
        organisation: organisation.clone(),
        name: asked.name.clone(),
        person: asked.person.clone(),
        roles: asked.roles.clone(),
        department: asked.department.clone(),
        active: asked.active,
    };
    let written = match &hash {
        Some(hash) => store::account::put(pool, &account, hash, now).await?,
        None => store::account::change(pool, &account, now).await?,
    };
    if !written {
        let missing =
            Problem::new(ProblemCode::MissingField, "a new account needs a password").at("/password");
        return refused(missing.expected("a password"));
    }
    if !account.active || hash.is_some() {
        // Who lost the account, or changed the password, is not refreshed any more.
        store::session::end_of_account(pool, organisation, &account.name).await?;
    }
    Ok(account)
}

/// The account that `name` and `password` open. `None`: unknown, wrong or inactive; which of them is not told.
///
/// # Errors
/// [`AccountError`].
pub async fn open(
    pool: &PgPool,
    passwords: &Passwords,
    organisation: &OrganisationId,
    name: &str,
    password: &SecretString,
) -> Result<Option<Account>, AccountError> {
    let found = account::find(pool, organisation, name).await?;
    let stored = found.as_ref().map(|(_, hash)| hash.as_str());
    let right = passwords.verify(password, stored).await?;
    Ok(found.map(|(account, _)| account).filter(|account| right && account.active))
}

fn check_name(name: &str) -> Result<(), Problem> {
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && name.trim() == name && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::InvalidField, "that is no name to sign in with").at("/name").expected(
        format!("1 to {LONGEST_NAME} characters without spaces at the ends and control characters"),
    ))
}
