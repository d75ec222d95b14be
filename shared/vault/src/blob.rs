//! The stored layout of a sealed field and the place it is bound to.
//!
//! `version (1) · key id (4, big-endian) · nonce (12) · ciphertext and tag`. A layout once stored is never changed; a new one
//! takes a new version byte.

use crate::{KeyId, VaultError, derive};

/// How many bytes in front of a blob tell its version and key: see [`crate::KeyRing::active_prefix`].
pub const PREFIX_LENGTH: usize = 5;

const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

/// Which kind of content is sealed; each kind has its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was said: narrative, notes, findings, replies, files.
    Words,
    /// How a person is named and reached: name, telephone, e-mail, address.
    Contact,
}

/// Where a sealed field is stored. A blob opens only with the place it was sealed for.
///
/// Use identities that never change for the row (its primary key), and the names of table and column as first chosen: a
/// renamed column keeps its old name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// What kind of content it is.
    pub kind: Kind,
    /// The organisation the row belongs to.
    pub organisation: &'a str,
    /// The table, with its schema when names repeat: `intake.words`.
    pub table: &'a str,
    /// The primary key of the row as text.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    /// The authenticated data: header and place. The kind is not among them because it chooses the key.
    pub(crate) fn authenticated(&self, prefix: [u8; PREFIX_LENGTH]) -> Vec<u8> {
        derive::framed(&[
            &prefix,
            self.organisation.as_bytes(),
            self.table.as_bytes(),
            self.row.as_bytes(),
            self.column.as_bytes(),
        ])
    }
}

/// The id of the key that a blob was sealed with, read from its header without opening it.
pub fn sealed_with(blob: &[u8]) -> Result<KeyId, VaultError> {
    Ok(parse(blob)?.key)
}

pub(crate) struct Parts<'a> {
    pub(crate) key: KeyId,
    pub(crate) nonce: [u8; NONCE_LENGTH],
    pub(crate) ciphertext: &'a [u8],
}

pub(crate) fn prefix(key: KeyId) -> [u8; PREFIX_LENGTH] {
    let [a, b, c, d] = key.0.to_be_bytes();
    [VERSION, a, b, c, d]
}

pub(crate) fn assemble(key: KeyId, nonce: [u8; NONCE_LENGTH], ciphertext: &[u8]) -> Vec<u8> {
    let mut blob = Vec::with_capacity(PREFIX_LENGTH + NONCE_LENGTH + ciphertext.len());
    blob.extend_from_slice(&prefix(key));
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(ciphertext);
    blob
}

pub(crate) fn parse(blob: &[u8]) -> Result<Parts<'_>, VaultError> {
    let (version, rest) = blob.split_first().ok_or(VaultError::NotSealed)?;
    let (key, rest) = rest.split_first_chunk::<4>().ok_or(VaultError::NotSealed)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(VaultError::NotSealed)?;
    if *version != VERSION || ciphertext.len() < TAG_LENGTH {
        return Err(VaultError::NotSealed);
    }
    Ok(Parts { key: KeyId(u32::from_be_bytes(*key)), nonce: *nonce, ciphertext })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_comes_back_as_written() {
        let blob = assemble(KeyId(0x0102_0304), [9; NONCE_LENGTH], &[5; TAG_LENGTH]);
        let parts = parse(&blob).unwrap();
        assert_eq!((parts.key, parts.nonce, parts.ciphertext), (KeyId(0x0102_0304), [9; 12], &[5; 16][..]));
        assert_eq!(blob[..PREFIX_LENGTH], prefix(KeyId(0x0102_0304)));
        assert_eq!(sealed_with(&blob), Ok(KeyId(0x0102_0304)));
    }

    #[test]
    fn short_or_unknown_bytes_are_not_a_sealed_field() {
        let blob = assemble(KeyId(1), [0; NONCE_LENGTH], &[0; TAG_LENGTH]);
        for length in 0..blob.len() {
            assert_eq!(sealed_with(&blob[..length]), Err(VaultError::NotSealed));
        }
        let mut newer = blob;
        newer[0] = 2;
        assert_eq!(sealed_with(&newer), Err(VaultError::NotSealed));
    }
}
