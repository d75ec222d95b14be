//! Passwords: Argon2id, off the request threads, a few at a time, and as slow for an unknown name as for a known one.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use contracts::{Problem, ProblemCode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

/// The shortest password that is taken, in characters.
pub const SHORTEST: usize = 10;
/// The longest password that is looked at, in bytes: hashing must not be a way to keep us busy.
pub const LONGEST: usize = 256;

/// A password could not be hashed or a stored hash could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Hashing failed, or the stored hash is not one.
    #[error("the password hash cannot be made or read: {0}")]
    Hash(String),
    /// The task that hashes was ended.
    #[error("hashing was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// Hashes and checks passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passwords {
    at_once: Arc<Semaphore>,
    nobody: Arc<str>,
}

impl Passwords {
    /// Checks at most `at_once` passwords at a time.
    ///
    /// # Errors
    /// [`PasswordError`] when the hash that stands for nobody cannot be made.
    pub async fn new(at_once: usize) -> Result<Self, PasswordError> {
        // What is compared where no account is: verifying it takes as long as a real one.
        let nobody = tokio::task::spawn_blocking(|| hash_now(b"nobody has this password")).await??;
        Ok(Self { at_once: Arc::new(Semaphore::new(at_once)), nobody: nobody.into() })
    }

    /// The hash to store for `password`.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: &SecretString) -> Result<String, PasswordError> {
        let _one_of_few = self.at_once.acquire().await;
        let password = password.clone();
        tokio::task::spawn_blocking(move || hash_now(password.expose_secret().as_bytes())).await?
    }

    /// Whether `password` is the one of `stored`; `None` stands for an unknown name and takes as long.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn verify(&self, password: &SecretString, stored: Option<&str>) -> Result<bool, PasswordError> {
        let _one_of_few = self.at_once.acquire().await;
        let known = stored.is_some();
        let (password, stored) = (password.clone(), stored.unwrap_or(&self.nobody).to_owned());
        let same = tokio::task::spawn_blocking(move || {
            let hash = PasswordHash::new(&stored).map_err(|error| PasswordError::Hash(error.to_string()))?;
            let bytes = password.expose_secret().as_bytes();
            Ok::<_, PasswordError>(Argon2::default().verify_password(bytes, &hash).is_ok())
        });
        Ok(same.await?? && known)
    }

    /// Whether somebody would have to wait long: nobody new is let in then.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.at_once.available_permits() == 0
    }
}

fn hash_now(password: &[u8]) -> Result<String, PasswordError> {
    let hash =
        Argon2::default().hash_password(password).map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// Refuses a password that is too short or too long to be set.
///
/// # Errors
/// A problem that names `/password`.
pub fn check(password: &SecretString) -> Result<(), Problem> {
    let text = password.expose_secret();
    let fits = text.chars().count() >= SHORTEST && text.len() <= LONGEST;
    if fits {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::InvalidField, "the password is too short or too long")
        .at("/password")
        .expected(format!("{SHORTEST} characters to {LONGEST} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_name_passes() {
        let passwords = Passwords::new(2).await.unwrap();
        let right: SecretString = "一个很长很长的好密码".into();
        let stored = passwords.hash(&right).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify(&right, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(&"another one".into(), Some(&stored)).await.unwrap());
        assert!(!passwords.verify(&"nobody has this password".into(), None).await.unwrap());
        assert!(passwords.verify(&right, Some("rubbish")).await.is_err());
    }

    #[test]
    fn a_password_has_a_length() {
        assert!(check(&"short".into()).is_err());
        assert!(check(&"x".repeat(257).into()).is_err());
        assert!(check(&"long enough".into()).is_ok());
    }
}
