//! The only place in the product that asks the operating system for random bytes.
//!
//! Keys, nonces, passwords and tokens must not come from the injected, replayable source that the rest of the system
//! uses: a replayed seed would give the same again. Nothing that decides about a complaint may call this.

#![expect(clippy::disallowed_types, reason = "this is the one place that the ban points to")]

use rand::{TryRngCore, rngs::OsRng};

use crate::VaultError;

/// `N` random bytes of the operating system.
///
/// # Errors
/// [`VaultError::NoRandomness`] when it gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(bytes)
}
