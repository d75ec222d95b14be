//! The only place that asks the operating system for random bytes.
//!
//! Keys and nonces must not come from the injected, replayable source that the rest of the system uses: a replayed seed
//! would give the same keys again. Nothing that decides about a complaint may call this.

use rand::{TryRngCore, rngs::OsRng};

use crate::VaultError;

pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(bytes)
}
