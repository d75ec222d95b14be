//! What can go wrong, one variant per failed operation. No variant carries a secret or a plaintext.

use crate::KeyId;

/// Why the configuration was refused, or why a field could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// `keys` is empty.
    #[error("vault.keys holds no key; at least one is needed")]
    NoKeys,
    /// `active` names an id that is not under `keys`.
    #[error("vault.active is {0}, which is not among vault.keys")]
    ActiveKeyMissing(KeyId),
    /// A secret is neither base64 nor hex.
    #[error("{0} is neither base64 nor hex")]
    SecretUnreadable(String),
    /// A secret does not have 32 bytes.
    #[error("{name} has {bytes} bytes; exactly 32 are needed")]
    SecretLength {
        /// The configuration entry, such as `vault.keys.1`.
        name: String,
        /// How many bytes were found.
        bytes: usize,
    },
    /// A secret repeats one byte, so it is a placeholder and not a secret.
    #[error("{0} is a placeholder (one byte repeated), not a secret")]
    SecretPlaceholder(String),
    /// Two entries hold the same secret.
    #[error("{0} and {1} hold the same secret")]
    SecretReused(String, String),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The plaintext is longer than the cipher allows.
    #[error("the plaintext is too long to be sealed")]
    TooLong,
    /// The blob is shorter than an empty sealed field, or of an unknown version.
    #[error("the stored bytes are not a sealed field")]
    NotSealed,
    /// The blob was sealed with a key that the ring does not hold.
    #[error("sealed with key {0}, which is not among vault.keys")]
    KeyMissing(KeyId),
    /// The blob was changed, or belongs to another place.
    #[error("the sealed field was changed or belongs to another place")]
    Refused,
    /// The blob opened, but to bytes that are not text.
    #[error("the sealed field opened to bytes that are not UTF-8 text")]
    NotText,
}
