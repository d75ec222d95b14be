//! Random bytes for secrets: from the system alone. Nothing here has to be replayed.

use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoRandomness(String);

/// `N` random bytes.
///
/// # Errors
/// [`NoRandomness`].
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// A random UUID.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_id() -> Result<uuid::Uuid, NoRandomness> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid())
}
