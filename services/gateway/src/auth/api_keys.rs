//! API keys of feeding systems: `rdk_<8 letters>_<43 letters>`, shown once, kept as a hash.
//!
//! The secret has 256 random bits, so a plain SHA-256 is enough to keep it, and looking one up costs microseconds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::{ChannelKey, OrganisationId, Problem, ProblemCode};
use jiff::Timestamp;
use moka::future::Cache;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use sqlx::PgPool;

use super::principal::Feeder;
use crate::randomness::random;
use crate::store::api_key;

/// What every key begins with.
pub const PREFIX: &str = "rdk_";
/// How long a key that was looked up is believed: so long a revoked one still works.
const BELIEVED: Duration = Duration::from_secs(5);

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// Its name: how events tell the feeder.
    pub name: String,
    /// The channels it may feed; none: all.
    pub channels: BTreeSet<ChannelKey>,
    /// Whether it works.
    pub active: bool,
}

/// Asks for a new API key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// Its name: 1 to 64 lower-case letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The channels it may feed; none: all.
    #[serde(default)]
    pub channels: BTreeSet<ChannelKey>,
}

/// A new API key with its secret, which is not shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IssuedApiKey {
    /// Its name.
    pub name: String,
    /// The whole key, for the header `Authorization: Bearer …`.
    pub key: String,
}

/// Why a key was not made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// What was asked for is not right.
    #[error("{0}")]
    Refused(Problem),
    /// PostgreSQL.
    #[error("API keys cannot be read or written")]
    Store(#[from] sqlx::Error),
    /// The system's randomness.
    #[error("the system gives no random bytes")]
    Randomness(#[from] crate::randomness::NoRandomness),
}

/// The keys, with those used lately at hand.
#[derive(Clone)]
pub struct ApiKeys {
    pool: PgPool,
    believed: Cache<String, Option<Arc<Feeder>>>,
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKeys")
    }
}

impl ApiKeys {
    /// The keys kept in `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool, believed: Cache::builder().max_capacity(10_000).time_to_live(BELIEVED).build() }
    }

    /// The feeder whose key this is.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn feeder(&self, key: &str) -> Result<Option<Arc<Feeder>>, Arc<sqlx::Error>> {
        let Some((prefix, secret)) = key.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')) else {
            return Ok(None);
        };
        // Looked up by the hash of all of it, so that the cache never holds a secret.
        let hash = sha2::Sha256::digest(secret.as_bytes());
        let looked_up = self.believed.try_get_with(hex::encode(hash), async {
            let found = api_key::find(&self.pool, prefix).await?;
            let right = found.filter(|(_, stored)| same(stored, &hash));
            Ok(right.map(|(feeder, _)| Arc::new(feeder)))
        });
        looked_up.await
    }

    /// Makes a key.
    ///
    /// # Errors
    /// [`KeyError`]; a name that is taken is refused.
    pub async fn issue(
        &self,
        organisation: &OrganisationId,
        asked: &NewApiKey,
        now: Timestamp,
    ) -> Result<IssuedApiKey, KeyError> {
        if ChannelKey::new(asked.name.clone()).is_err() {
            let problem = Problem::new(ProblemCode::InvalidField, "that is no name of a key").at("/name");
            let expected = "1 to 64 lower-case letters, digits, '-', '_', '.'";
            return Err(KeyError::Refused(problem.expected(expected)));
        }
        let prefix = hex::encode(random::<4>()?);
        let secret = BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?);
        let hash = sha2::Sha256::digest(secret.as_bytes());
        if !api_key::add(&self.pool, organisation, asked, &prefix, &hash, now).await? {
            let problem = Problem::new(ProblemCode::AlreadyExists, "there is a key of that name")
                .at("/name")
                .expected("another name");
            return Err(KeyError::Refused(problem));
        }
        Ok(IssuedApiKey { name: asked.name.clone(), key: format!("{PREFIX}{prefix}_{secret}") })
    }
}

/// Compares without telling by time where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0u8, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn hashes_are_compared_whole() {
        assert!(same(&[1, 2], &[1, 2]));
        assert!(!same(&[1, 2], &[1, 3]) && !same(&[1], &[1, 2]) && !same(&[], &[1]));
    }
}
