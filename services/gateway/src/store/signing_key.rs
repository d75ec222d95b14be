//! Keys that sign tokens.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// A key that signs tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id: the `kid` of tokens.
    pub id: Uuid,
    /// 32 random bytes.
    pub secret: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Adds `key` unless there is one that was made after `after`.
///
/// # Errors
/// What PostgreSQL says.
pub async fn add_unless_newer(
    pool: &PgPool,
    key: &SigningKey,
    after: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into signing_key (id, secret, created_at)
         select $1, $2, $3 where not exists (select from signing_key where created_at > $4)",
    )
    .bind(key.id)
    .bind(&key.secret)
    .bind(key.created_at.to_sqlx())
    .bind(after.to_sqlx())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All keys, the newest first.
///
/// # Errors
/// What PostgreSQL says.
pub async fn all(pool: &PgPool) -> Result<Vec<SigningKey>, sqlx::Error> {
    let rows = sqlx::query("select id, secret, created_at from signing_key order by created_at desc, id")
        .fetch_all(pool)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SigningKey {
                id: row.try_get("id")?,
                secret: row.try_get("secret")?,
                created_at: row.try_get::<jiff_sqlx::Timestamp, _>("created_at")?.to_jiff(),
            })
        })
        .collect()
}

/// Removes keys that were made before `before`.
///
/// # Errors
/// What PostgreSQL says.
pub async fn forget(pool: &PgPool, before: Timestamp) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("delete from signing_key where created_at < $1")
        .bind(before.to_sqlx())
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}
