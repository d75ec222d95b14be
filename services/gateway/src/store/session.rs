//! What ends for both kinds of sessions, of browsers and of tokens, at once; and what is kept for a while.

use contracts::OrganisationId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

/// Ends every session of an account: it was closed, or has another password.
///
/// # Errors
/// What PostgreSQL says.
pub async fn end_of_account(
    pool: &PgPool,
    organisation: &OrganisationId,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with refreshed as (delete from refresh_token where organisation = $1 and name = $2)
         delete from browser_session where organisation = $1 and name = $2",
    )
    .bind(organisation.as_str())
    .bind(name)
    .execute(pool)
    .await
    .map(drop)
}

/// Removes sessions that are over, and what customers began and did not send.
///
/// # Errors
/// What PostgreSQL says.
pub async fn forget(pool: &PgPool, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with refreshed as (delete from refresh_token where expires_at < $1),
              drafted as (delete from portal_draft where expires_at < $1)
         delete from browser_session where expires_at < $1",
    )
    .bind(now.to_sqlx())
    .execute(pool)
    .await
    .map(drop)
}
