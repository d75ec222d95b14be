//! Refresh tokens: kept as a hash, used once, in families.

use contracts::OrganisationId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::broken;

/// Whose a refresh token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The organisation of the account.
    pub organisation: OrganisationId,
    /// The account.
    pub name: String,
    /// All tokens that came from one sign-in.
    pub family: Uuid,
}

/// Adds a token.
///
/// # Errors
/// What PostgreSQL says.
pub async fn add(pool: &PgPool, hash: &[u8], whose: &Refresh, until: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into refresh_token (token_hash, organisation, name, family, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(hash)
    .bind(whose.organisation.as_str())
    .bind(&whose.name)
    .bind(whose.family)
    .bind(until.to_sqlx())
    .execute(pool)
    .await
    .map(drop)
}

/// Uses a token: gives whose it is, if it was not used before and is not over.
///
/// # Errors
/// What PostgreSQL says.
pub async fn take(pool: &PgPool, hash: &[u8], now: Timestamp) -> Result<Option<Refresh>, sqlx::Error> {
    let row = sqlx::query(
        "update refresh_token set used_at = $2
         where token_hash = $1 and used_at is null and expires_at > $2
         returning organisation, name, family",
    )
    .bind(hash)
    .bind(now.to_sqlx())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let organisation: String = row.try_get("organisation")?;
    Ok(Some(Refresh {
        organisation: OrganisationId::new(organisation).map_err(|error| broken("organisation", error))?,
        name: row.try_get("name")?,
        family: row.try_get("family")?,
    }))
}

/// Ends the family of a token: it was used twice, or its owner signed out.
///
/// # Errors
/// What PostgreSQL says.
pub async fn end_family(pool: &PgPool, hash: &[u8]) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "delete from refresh_token
         where family = (select family from refresh_token where token_hash = $1)",
    )
    .bind(hash)
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
