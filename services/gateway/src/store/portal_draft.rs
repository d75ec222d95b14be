//! What customers have typed into guided forms, sealed.

use contracts::OrganisationId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

/// What a browser has begun, if it is kept still.
///
/// # Errors
/// What PostgreSQL says.
pub async fn find(
    pool: &PgPool,
    organisation: &OrganisationId,
    browser: &[u8],
    now: Timestamp,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar(
        "select sealed from portal_draft where organisation = $1 and browser_hash = $2 and expires_at > $3",
    )
    .bind(organisation.as_str())
    .bind(browser)
    .bind(now.to_sqlx())
    .fetch_optional(pool)
    .await
}

/// Keeps it, in place of what was kept.
///
/// # Errors
/// What PostgreSQL says.
pub async fn put(
    pool: &PgPool,
    organisation: &OrganisationId,
    browser: &[u8],
    sealed: &[u8],
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into portal_draft (organisation, browser_hash, sealed, expires_at) values ($1, $2, $3, $4)
         on conflict (organisation, browser_hash)
         do update set sealed = excluded.sealed, expires_at = excluded.expires_at",
    )
    .bind(organisation.as_str())
    .bind(browser)
    .bind(sealed)
    .bind(until.to_sqlx())
    .execute(pool)
    .await
    .map(drop)
}
