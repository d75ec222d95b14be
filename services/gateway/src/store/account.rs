//! Accounts.

use contracts::{DepartmentId, OrganisationId, PersonId, RoleKey};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::broken;
use crate::auth::users::Account;

const COLUMNS: &str = "organisation, name, person, roles, department, active, password_hash";

fn read(row: &PgRow) -> Result<(Account, String), sqlx::Error> {
    let organisation: String = row.try_get("organisation")?;
    let person: String = row.try_get("person")?;
    let roles: Vec<String> = row.try_get("roles")?;
    let department: Option<String> = row.try_get("department")?;
    let account = Account {
        organisation: OrganisationId::new(organisation).map_err(|error| broken("organisation", error))?,
        name: row.try_get("name")?,
        person: PersonId::new(person).map_err(|error| broken("person", error))?,
        roles: roles
            .into_iter()
            .map(|role| RoleKey::new(role).map_err(|error| broken("roles", error)))
            .collect::<Result<_, _>>()?,
        department: department
            .map(|department| DepartmentId::new(department).map_err(|error| broken("department", error)))
            .transpose()?,
        active: row.try_get("active")?,
    };
    Ok((account, row.try_get("password_hash")?))
}

/// An account with its password hash.
///
/// # Errors
/// What PostgreSQL says.
pub async fn find(
    pool: &PgPool,
    organisation: &OrganisationId,
    name: &str,
) -> Result<Option<(Account, String)>, sqlx::Error> {
    let text = format!("select {COLUMNS} from account where organisation = $1 and name = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(organisation.as_str())
        .bind(name)
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The accounts of an organisation after `after`, by name.
///
/// # Errors
/// What PostgreSQL says.
pub async fn page(
    pool: &PgPool,
    organisation: &OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Account>, sqlx::Error> {
    let text =
        format!("select {COLUMNS} from account where organisation = $1 and name > $2 order by name limit $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(organisation.as_str())
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    rows.iter().map(|row| read(row).map(|(account, _)| account)).collect()
}

/// Makes an account or changes all of it. Always true.
///
/// # Errors
/// What PostgreSQL says.
pub async fn put(pool: &PgPool, account: &Account, hash: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into account
             (organisation, name, person, roles, department, active, password_hash, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         on conflict (organisation, name) do update set
             person = excluded.person, roles = excluded.roles, department = excluded.department,
             active = excluded.active, password_hash = excluded.password_hash, changed_at = excluded.changed_at",
    )
    .bind(account.organisation.as_str())
    .bind(&account.name)
    .bind(account.person.as_str())
    .bind(account.roles.iter().map(|role| role.as_str().to_owned()).collect::<Vec<_>>())
    .bind(account.department.as_ref().map(|department| department.as_str().to_owned()))
    .bind(account.active)
    .bind(hash)
    .bind(now.to_sqlx())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes everything but the password; false when there is no such account.
///
/// # Errors
/// What PostgreSQL says.
pub async fn change(pool: &PgPool, account: &Account, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update account set person = $3, roles = $4, department = $5, active = $6, changed_at = $7
         where organisation = $1 and name = $2",
    )
    .bind(account.organisation.as_str())
    .bind(&account.name)
    .bind(account.person.as_str())
    .bind(account.roles.iter().map(|role| role.as_str().to_owned()).collect::<Vec<_>>())
    .bind(account.department.as_ref().map(|department| department.as_str().to_owned()))
    .bind(account.active)
    .bind(now.to_sqlx())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
