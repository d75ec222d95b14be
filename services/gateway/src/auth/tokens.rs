//! Tokens: what a person shows with each request. HS256, with issuer, audience and algorithm pinned.
//!
//! Signing keys are rows that all replicas share; each token names its key, and a key that this replica has not seen
//! is looked for once. Roles are inside, so a change of roles counts when the token is refreshed, 15 minutes later at
//! most. Tokens live in machine time: a rehearsal's clock does not touch them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use calendar::{Clock as _, SystemClock};
use contracts::{DepartmentId, OrganisationId, PersonId, RoleKey};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use runtime::connect::in_time;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::principal::Staff;
use super::users::Account;
use crate::randomness::{NoRandomness, random, random_id};
use crate::store::signing_key::{self, SigningKey};

/// Who issues the tokens.
const ISSUER: &str = "redress";
/// Whom they are for.
const AUDIENCE: &str = "redress-gateway";
/// Between two looks for a key that is not known.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    org: OrganisationId,
    person: PersonId,
    roles: BTreeSet<RoleKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department: Option<DepartmentId>,
    iat: i64,
    exp: i64,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// PostgreSQL.
    #[error("signing keys cannot be read or written")]
    Store(#[from] sqlx::Error),
    /// The system's randomness.
    #[error("the system gives no random bytes")]
    Randomness(#[from] NoRandomness),
    /// Signing failed.
    #[error("a token cannot be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// There is no key, which the start rules out.
    #[error("there is no signing key")]
    NoKey,
}

/// Gives and reads tokens.
#[derive(Debug)]
pub struct Tokens {
    pool: PgPool,
    life: Duration,
    key_life: Duration,
    keys: RwLock<Keys>,
    looked: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Keys {
    newest: Option<Arc<SigningKey>>,
    all: HashMap<String, Arc<DecodingKey>>,
}

impl Tokens {
    /// Reads the keys, and makes one where there is none or the newest is older than `key_life`.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn open(pool: PgPool, life: Duration, key_life: Duration) -> Result<Self, TokenError> {
        let tokens = Self { pool, life, key_life, keys: RwLock::default(), looked: Mutex::default() };
        tokens.renew().await?;
        Ok(tokens)
    }

    /// Makes a new key where the newest is too old, forgets those that no token can name any more, and reads them.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn renew(&self) -> Result<(), TokenError> {
        let now = SystemClock.now();
        let before =
            |age: Duration| now - jiff::SignedDuration::try_from(age).unwrap_or(jiff::SignedDuration::MAX);
        let fresh = SigningKey { id: random_id()?, secret: random::<32>()?.to_vec(), created_at: now };
        in_time(signing_key::add_unless_newer(&self.pool, &fresh, before(self.key_life))).await?;
        // A key signs for `key_life` and is needed for one token's life longer.
        in_time(signing_key::forget(&self.pool, before(self.key_life * 2 + self.life))).await?;
        self.read_keys().await
    }

    async fn read_keys(&self) -> Result<(), TokenError> {
        let rows = in_time(signing_key::all(&self.pool)).await?;
        let all =
            rows.iter().map(|key| (key.id.to_string(), Arc::new(DecodingKey::from_secret(&key.secret))));
        let keys = Keys { all: all.collect(), newest: rows.into_iter().next().map(Arc::new) };
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// How long a token is good.
    #[must_use]
    pub const fn life(&self) -> Duration {
        self.life
    }

    /// A token for `account`.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn issue(&self, account: &Account) -> Result<String, TokenError> {
        self.issue_at(account, SystemClock.now())
    }

    fn issue_at(&self, account: &Account, now: Timestamp) -> Result<String, TokenError> {
        let key = self.keys.read().unwrap_or_else(PoisonError::into_inner).newest.clone();
        let key = key.ok_or(TokenError::NoKey)?;
        let header = Header { kid: Some(key.id.to_string()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: account.name.clone(),
            org: account.organisation.clone(),
            person: account.person.clone(),
            roles: account.roles.clone(),
            department: account.department.clone(),
            iat: now.as_second(),
            exp: now.as_second() + i64::try_from(self.life.as_secs()).unwrap_or(0),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.secret))?)
    }

    /// Whom `token` stands for; `None` when it is not one of ours, was changed, or is over.
    pub async fn read(&self, token: &str) -> Option<Staff> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let kid = header.kid?;
        // Nothing that is not a key's id of ours is worth a look into the database.
        kid.parse::<Uuid>().ok()?;
        let key = match self.key(&kid) {
            Some(key) => key,
            None => self.look_for(&kid).await?,
        };
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation()).ok()?.claims;
        Some(Staff {
            organisation: claims.org,
            name: claims.sub,
            person: claims.person,
            roles: claims.roles,
            department: claims.department,
            until: claims.exp,
        })
    }

    fn key(&self, kid: &str) -> Option<Arc<DecodingKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).all.get(kid).cloned()
    }

    async fn look_for(&self, kid: &str) -> Option<Arc<DecodingKey>> {
        let mut looked = self.looked.lock().await;
        if looked.is_none_or(|last| last.elapsed() >= LOOK_AGAIN) {
            *looked = Some(Instant::now());
            if let Err(error) = self.read_keys().await {
                tracing::warn!(%error, "signing keys cannot be read");
            }
        }
        self.key(kid)
    }
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = 0;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let pool =
            sqlx::postgres::PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
        let key =
            SigningKey { id: Uuid::from_u128(1), secret: vec![7; 32], created_at: Timestamp::UNIX_EPOCH };
        let all = HashMap::from([(key.id.to_string(), Arc::new(DecodingKey::from_secret(&key.secret)))]);
        let keys = RwLock::new(Keys { newest: Some(Arc::new(key)), all });
        let life = Duration::from_secs(900);
        Tokens { pool, life, key_life: life, keys, looked: Mutex::new(Some(Instant::now())) }
    }

    fn account() -> Account {
        Account {
            organisation: OrganisationId::new("huarun").unwrap(),
            name: "林月".into(),
            person: PersonId::new("lin.yue").unwrap(),
            roles: [RoleKey::new("agent").unwrap()].into(),
            department: None,
            active: true,
        }
    }

    #[tokio::test]
    async fn a_token_says_who_it_is_for() {
        let tokens = tokens();
        let staff = tokens.read(&tokens.issue(&account()).unwrap()).await.unwrap();
        assert_eq!((staff.name.as_str(), staff.person.as_str()), ("林月", "lin.yue"));
    }

    #[tokio::test]
    async fn a_token_that_is_over_changed_or_not_ours_is_none() {
        let tokens = tokens();
        let long_ago = Timestamp::from_second(1_000_000_000).unwrap();
        assert!(tokens.read(&tokens.issue_at(&account(), long_ago).unwrap()).await.is_none());

        let good = tokens.issue(&account()).unwrap();
        let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
        parts[1] = parts[1].replace(|c: char| c == parts[1].chars().nth(9).unwrap(), "A");
        assert!(tokens.read(&parts.join(".")).await.is_none());

        let sign = |header: Header, aud: &str, secret: &[u8]| {
            let claims = serde_json::json!({
                "iss": ISSUER, "aud": aud, "sub": "x", "org": "huarun", "person": "x", "roles": [],
                "iat": 0, "exp": 4_000_000_000_i64,
            });
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        let kid = Some(Uuid::from_u128(1).to_string());
        let header = |algorithm| Header { kid: kid.clone(), ..Header::new(algorithm) };
        assert!(tokens.read(&sign(header(Algorithm::HS256), AUDIENCE, &[7; 32])).await.is_some());
        assert!(tokens.read(&sign(header(Algorithm::HS512), AUDIENCE, &[7; 32])).await.is_none());
        assert!(tokens.read(&sign(header(Algorithm::HS256), "other", &[7; 32])).await.is_none());
        assert!(tokens.read(&sign(header(Algorithm::HS256), AUDIENCE, &[8; 32])).await.is_none());
        assert!(tokens.read(&sign(Header::new(Algorithm::HS256), AUDIENCE, &[7; 32])).await.is_none());
        assert!(tokens.read("").await.is_none());
    }
}
