//! The key ring: seals and opens fields, and computes blind indexes.

use std::{collections::BTreeMap, fmt};

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    KeyId, Kind, Normalised, PREFIX_LENGTH, Place, VaultConfig, VaultError, blob,
    derive::{self, Purpose, Secret32},
    randomness,
};

/// A keyed hash that stands for a normalised value in an index. Equal values give equal bytes, within one organisation and
/// field only.
pub type BlindIndex = [u8; 16];

/// The keys of one installation, ready for use. Share it behind an `Arc`; its `Debug` shows key numbers only.
pub struct KeyRing {
    active: KeyId,
    keys: BTreeMap<KeyId, DataKey>,
    index: Hmac<Sha256>,
    pub(crate) token: Hmac<Sha256>,
}

struct DataKey {
    words: Aes256GcmSiv,
    contact: Aes256GcmSiv,
}

impl DataKey {
    fn new(secret: &Secret32) -> Self {
        let cipher = |purpose| Aes256GcmSiv::new((&*derive::subkey(secret, purpose)).into());
        DataKey { words: cipher(Purpose::Words), contact: cipher(Purpose::Contact) }
    }

    fn cipher(&self, kind: Kind) -> &Aes256GcmSiv {
        match kind {
            Kind::Words => &self.words,
            Kind::Contact => &self.contact,
        }
    }
}

impl KeyRing {
    /// Reads and checks the configuration; all mistakes are returned together.
    pub fn from_config(config: &VaultConfig) -> Result<KeyRing, Vec<VaultError>> {
        let secrets = config.read()?;
        let from_index = |purpose| derive::keyed(&derive::subkey(&secrets.index, purpose));
        Ok(KeyRing {
            active: config.active,
            keys: secrets.keys.iter().map(|(id, secret)| (*id, DataKey::new(secret))).collect(),
            index: from_index(Purpose::Index),
            token: from_index(Purpose::Token),
        })
    }

    /// Seals a field with the active key, bound to its place. Sealing twice gives different bytes.
    pub fn seal(&self, plaintext: &[u8], place: Place<'_>) -> Result<Vec<u8>, VaultError> {
        self.seal_with_nonce(plaintext, place, randomness::random_bytes()?)
    }

    fn seal_with_nonce(
        &self,
        plaintext: &[u8],
        place: Place<'_>,
        nonce: [u8; 12],
    ) -> Result<Vec<u8>, VaultError> {
        let authenticated = place.authenticated(blob::prefix(self.active));
        let ciphertext = self
            .key(self.active)?
            .cipher(place.kind)
            .encrypt((&nonce).into(), Payload { msg: plaintext, aad: &authenticated })
            .map_err(|_| VaultError::TooLong)?;
        Ok(blob::assemble(self.active, nonce, &ciphertext))
    }

    /// Opens a field that was sealed for this place with any key still held.
    pub fn open(&self, blob: &[u8], place: Place<'_>) -> Result<Vec<u8>, VaultError> {
        let parts = blob::parse(blob)?;
        let authenticated = place.authenticated(blob::prefix(parts.key));
        self.key(parts.key)?
            .cipher(place.kind)
            .decrypt((&parts.nonce).into(), Payload { msg: parts.ciphertext, aad: &authenticated })
            .map_err(|_| VaultError::Refused)
    }

    /// Opens a field that holds text.
    pub fn open_text(&self, blob: &[u8], place: Place<'_>) -> Result<String, VaultError> {
        String::from_utf8(self.open(blob, place)?).map_err(|_| VaultError::NotText)
    }

    /// Whether a blob was sealed with a key other than the active one.
    pub fn needs_rotation(&self, blob: &[u8]) -> Result<bool, VaultError> {
        Ok(blob::parse(blob)?.key != self.active)
    }

    /// The number of the key that seals.
    pub fn active(&self) -> KeyId {
        self.active
    }

    /// The first bytes of every blob that needs no rotation, so that a query can find the others.
    pub fn active_prefix(&self) -> [u8; PREFIX_LENGTH] {
        blob::prefix(self.active)
    }

    /// The look-up value of a normalised field. Different organisations and fields give unrelated values.
    pub fn blind_index(&self, organisation: &str, field: &str, value: &Normalised) -> BlindIndex {
        let input = derive::framed(&[organisation.as_bytes(), field.as_bytes(), value.as_str().as_bytes()]);
        let full = derive::digest(self.index.clone().chain_update(input));
        std::array::from_fn(|i| full[i])
    }

    fn key(&self, id: KeyId) -> Result<&DataKey, VaultError> {
        self.keys.get(&id).ok_or(VaultError::KeyMissing(id))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.keys.keys().collect();
        f.debug_struct("KeyRing")
            .field("active", &self.active)
            .field("keys", &numbers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;
    use crate::{normalise, sealed_with};

    const PLACE: Place<'_> = Place {
        kind: Kind::Words,
        organisation: "org-1",
        table: "intake.words",
        row: "42",
        column: "narrative",
    };

    /// Fixed secrets: bytes counting up from the key's number; the index secret counts from 200.
    pub(crate) fn ring(ids: &[u32], active: u32) -> KeyRing {
        let secret = |from: u8| {
            let bytes: [u8; 32] = std::array::from_fn(|i| from.wrapping_add(i as u8));
            SecretString::from(hex::encode(bytes))
        };
        KeyRing::from_config(&VaultConfig {
            keys: ids.iter().map(|id| (KeyId(*id), secret(*id as u8))).collect(),
            active: KeyId(active),
            index: secret(200),
        })
        .unwrap()
    }

    #[test]
    fn a_sealed_field_opens_in_its_place_and_shows_nothing() {
        let ring = ring(&[1], 1);
        let words = "空调坏了三次，没人来修";
        let blob = ring.seal(words.as_bytes(), PLACE).unwrap();
        assert_eq!(ring.open_text(&blob, PLACE).unwrap(), words);
        assert!(!blob.windows(6).any(|window| words.as_bytes().windows(6).any(|part| part == window)));
        assert_ne!(blob, ring.seal(words.as_bytes(), PLACE).unwrap());
    }

    #[test]
    fn a_blob_moved_elsewhere_does_not_open() {
        let ring = ring(&[1], 1);
        let blob = ring.seal(b"words", PLACE).unwrap();
        for elsewhere in [
            Place { organisation: "org-2", ..PLACE },
            Place { table: "intake.notes", ..PLACE },
            Place { row: "43", ..PLACE },
            Place { column: "reply", ..PLACE },
            Place { kind: Kind::Contact, ..PLACE },
            Place { row: "42n", column: "arrative", ..PLACE },
        ] {
            assert_eq!(ring.open(&blob, elsewhere), Err(VaultError::Refused), "{elsewhere:?}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let ring = ring(&[1, 2], 1);
        let blob = ring.seal(b"words", PLACE).unwrap();
        for bit in 0..blob.len() * 8 {
            let mut changed = blob.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(ring.open(&changed, PLACE).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn old_keys_still_open_after_a_rotation_and_new_ones_are_used() {
        let old = ring(&[1], 1).seal(b"words", PLACE).unwrap();
        let rotated = ring(&[1, 2], 2);
        assert_eq!(rotated.open(&old, PLACE).unwrap(), b"words");
        assert_eq!(rotated.needs_rotation(&old), Ok(true));
        let new = rotated.seal(b"words", PLACE).unwrap();
        assert_eq!((rotated.needs_rotation(&new), sealed_with(&new)), (Ok(false), Ok(KeyId(2))));
        assert!(new.starts_with(&rotated.active_prefix()) && !old.starts_with(&rotated.active_prefix()));
        assert_eq!(ring(&[2], 2).open(&old, PLACE), Err(VaultError::KeyMissing(KeyId(1))));
    }

    #[test]
    fn the_stored_format_stays_what_it_was() {
        let ring = ring(&[1], 1);
        let blob = ring.seal_with_nonce("投诉".as_bytes(), PLACE, [3; 12]).unwrap();
        assert_eq!(
            hex::encode(&blob),
            "0100000001030303030303030303030303bcfd5678b33f36ff6e0686243a8e3b34ef3b91c80378"
        );
        let phone = normalise::phone("138 1234 5678").unwrap();
        assert_eq!(
            hex::encode(ring.blind_index("org-1", "phone", &phone)),
            "d9fd98ae31d716ef06c4798eddcf421a"
        );
    }

    #[test]
    fn blind_indexes_meet_only_in_the_same_organisation_and_field() {
        let ring = ring(&[1], 1);
        let phone = |raw| normalise::phone(raw).unwrap();
        let spellings = ["13812345678", "+86 138-1234-5678", "008613812345678", "１３８１２３４５６７８"];
        let found: HashSet<_> =
            spellings.iter().map(|raw| ring.blind_index("org-1", "phone", &phone(raw))).collect();
        assert_eq!(found.len(), 1);
        let number = phone("13812345678");
        assert!(!found.contains(&ring.blind_index("org-2", "phone", &number)));
        assert!(!found.contains(&ring.blind_index("org-1", "other_phone", &number)));
        assert!(!found.contains(&ring.blind_index("org-1", "phone", &phone("13812345679"))));
    }

    #[test]
    fn blind_indexes_survive_a_rotation_of_data_keys() {
        let number = normalise::phone("13812345678").unwrap();
        let (before, after) = (ring(&[1], 1), ring(&[1, 2], 2));
        assert_eq!(before.blind_index("o", "phone", &number), after.blind_index("o", "phone", &number));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_as_text() {
        let ring = ring(&[1], 1);
        let blob = ring.seal(&[0xFF], PLACE).unwrap();
        assert_eq!(ring.open_text(&blob, PLACE), Err(VaultError::NotText));
    }

    #[test]
    fn debug_shows_key_numbers_only() {
        assert_eq!(
            format!("{:?}", ring(&[1, 2], 2)),
            "KeyRing { active: KeyId(2), keys: [KeyId(1), KeyId(2)], .. }"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_opens(plaintext: Vec<u8>, organisation: String, row: String) {
            let ring = ring(&[1], 1);
            let place = Place { organisation: &organisation, row: &row, ..PLACE };
            prop_assert_eq!(ring.open(&ring.seal(&plaintext, place).unwrap(), place).unwrap(), plaintext);
        }

        #[test]
        fn stray_bytes_never_open(bytes: Vec<u8>) {
            prop_assert!(ring(&[1], 1).open(&bytes, PLACE).is_err());
        }
    }
}
