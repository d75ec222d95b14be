//! Random bytes for secrets: from the system alone ([`vault::random_bytes`]). Nothing here has to be replayed.

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoRandomness(String);

/// `N` random bytes.
///
/// # Errors
/// [`NoRandomness`].
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    vault::random_bytes().map_err(|error| NoRandomness(error.to_string()))
}

/// A random UUID.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_id() -> Result<uuid::Uuid, NoRandomness> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid())
}
