//! API keys.

use contracts::{ChannelKey, OrganisationId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgPool, Row as _};

use super::broken;
use crate::auth::api_keys::{ApiKey, NewApiKey};
use crate::auth::principal::Feeder;

fn channels(names: Vec<String>) -> Result<std::collections::BTreeSet<ChannelKey>, sqlx::Error> {
    names.into_iter().map(|name| ChannelKey::new(name).map_err(|error| broken("channels", error))).collect()
}

/// The active key of a prefix, with the hash of its secret.
///
/// # Errors
/// What PostgreSQL says.
pub async fn find(pool: &PgPool, prefix: &str) -> Result<Option<(Feeder, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query(
        "select organisation, name, channels, secret_hash from api_key where prefix = $1 and active",
    )
    .bind(prefix)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let organisation: String = row.try_get("organisation")?;
    let feeder = Feeder {
        organisation: OrganisationId::new(organisation).map_err(|error| broken("organisation", error))?,
        name: row.try_get("name")?,
        channels: channels(row.try_get("channels")?)?,
    };
    Ok(Some((feeder, row.try_get("secret_hash")?)))
}

/// Adds a key; false when the name is taken.
///
/// # Errors
/// What PostgreSQL says.
pub async fn add(
    pool: &PgPool,
    organisation: &OrganisationId,
    key: &NewApiKey,
    prefix: &str,
    secret_hash: &[u8],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into api_key (organisation, name, prefix, secret_hash, channels, active, created_at)
         values ($1, $2, $3, $4, $5, true, $6) on conflict (organisation, name) do nothing",
    )
    .bind(organisation.as_str())
    .bind(&key.name)
    .bind(prefix)
    .bind(secret_hash)
    .bind(key.channels.iter().map(|channel| channel.as_str().to_owned()).collect::<Vec<_>>())
    .bind(now.to_sqlx())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a key for good; false when there is none of that name.
///
/// # Errors
/// What PostgreSQL says.
pub async fn revoke(pool: &PgPool, organisation: &OrganisationId, name: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("update api_key set active = false where organisation = $1 and name = $2")
        .bind(organisation.as_str())
        .bind(name)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The keys of an organisation after `after`, by name.
///
/// # Errors
/// What PostgreSQL says.
pub async fn page(
    pool: &PgPool,
    organisation: &OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<ApiKey>, sqlx::Error> {
    let rows = sqlx::query(
        "select name, channels, active from api_key where organisation = $1 and name > $2 order by name limit $3",
    )
    .bind(organisation.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ApiKey {
                name: row.try_get("name")?,
                channels: channels(row.try_get("channels")?)?,
                active: row.try_get("active")?,
            })
        })
        .collect()
}
