//! Who is signed in with a browser: kept as a hash, over when nobody came for a while, and in any case after some hours.

use contracts::OrganisationId;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use sqlx::{PgPool, Row as _};

use super::account;
use crate::auth::users::Account;

/// Between two notes of when somebody was last here: reading a page must not write a row each time.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Begins a session.
///
/// # Errors
/// What PostgreSQL says.
pub async fn add(
    pool: &PgPool,
    hash: &[u8],
    account: &Account,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into browser_session (token_hash, organisation, name, seen_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(hash)
    .bind(account.organisation.as_str())
    .bind(&account.name)
    .bind(now.to_sqlx())
    .bind(until.to_sqlx())
    .execute(pool)
    .await
    .map(drop)
}

/// The account of a session that is not over, and when it will be in any case; `idle` is how long one may stay away.
/// Coming is noted, unless it is the page that comes by itself.
///
/// # Errors
/// What PostgreSQL says.
pub async fn find(
    pool: &PgPool,
    hash: &[u8],
    now: Timestamp,
    idle: SignedDuration,
    by_itself: bool,
) -> Result<Option<(Account, Timestamp)>, sqlx::Error> {
    let row = sqlx::query(
        "select organisation, name, seen_at, expires_at from browser_session
         where token_hash = $1 and expires_at > $2 and seen_at > $3",
    )
    .bind(hash)
    .bind(now.to_sqlx())
    .bind((now - idle).to_sqlx())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let organisation: String = row.try_get("organisation")?;
    let organisation =
        OrganisationId::new(organisation).map_err(|error| super::broken("organisation", error))?;
    let name: String = row.try_get("name")?;
    let seen = row.try_get::<SqlTimestamp, _>("seen_at")?.to_jiff();
    let until = row.try_get::<SqlTimestamp, _>("expires_at")?.to_jiff();
    if !by_itself && now.duration_since(seen) > NOTED_EVERY {
        note(pool, hash, now).await?;
    }
    let found = account::find(pool, &organisation, &name).await?;
    Ok(found.map(|(account, _)| account).filter(|account| account.active).map(|account| (account, until)))
}

async fn note(pool: &PgPool, hash: &[u8], now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("update browser_session set seen_at = $2 where token_hash = $1")
        .bind(hash)
        .bind(now.to_sqlx())
        .execute(pool)
        .await
        .map(drop)
}

/// Who did something with a browser since then, with their departments; at most so many.
///
/// # Errors
/// What PostgreSQL says.
pub async fn present(
    pool: &PgPool,
    organisation: &OrganisationId,
    (since, now): (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    sqlx::query_as(
        "select distinct a.person, a.department
         from browser_session s join account a using (organisation, name)
         where s.organisation = $1 and s.seen_at > $2 and s.expires_at > $3 and a.active
         order by a.department, a.person limit $4",
    )
    .bind(organisation.as_str())
    .bind(since.to_sqlx())
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(pool)
    .await
}

/// Ends a session.
///
/// # Errors
/// What PostgreSQL says.
pub async fn end(pool: &PgPool, hash: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from browser_session where token_hash = $1").bind(hash).execute(pool).await.map(drop)
}
