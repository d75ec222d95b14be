//! The `[vault]` table: read, made once at first start, and checked with all mistakes reported together.

use std::{collections::BTreeMap, fmt};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{VaultError, derive::Secret32, randomness};

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The number of a data key. Numbers are never used again for another secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Formats such as TOML, and environment variables, give map keys and numbers as text; both spellings are read.
impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl de::Visitor<'_> for Number {
            type Value = KeyId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key number from 0 to 4294967295")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<KeyId, E> {
                u32::try_from(number)
                    .map(KeyId)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<KeyId, E> {
                u32::try_from(number)
                    .map(KeyId)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<KeyId, E> {
                text.trim().parse().map(KeyId).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

/// The secrets of one installation. Its `Debug` shows none of them.
///
/// Every secret is 32 random bytes as base64 (either alphabet, padded or not) or as 64 hex digits.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The data keys by number. Old ones stay until no row is sealed with them.
    pub keys: BTreeMap<KeyId, SecretString>,
    /// The number of the key that seals from now on. Default 1.
    pub active: KeyId,
    /// The secret behind blind indexes and tracking codes. Changing it makes both useless, so it is not rotated.
    pub index: SecretString,
}

impl Default for VaultConfig {
    /// Without secrets; [`crate::KeyRing::from_config`] refuses it and says what is missing.
    fn default() -> Self {
        VaultConfig { keys: BTreeMap::new(), active: KeyId(1), index: SecretString::from("") }
    }
}

impl VaultConfig {
    /// Fresh secrets from the operating system, for the first start of an installation.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(VaultConfig { keys: BTreeMap::from([(KeyId(1), fresh()?)]), active: KeyId(1), index: fresh()? })
    }

    /// The same table in a form that can be serialised, secrets included: only for writing the configuration file.
    pub fn exposed(&self) -> ExposedConfig<'_> {
        ExposedConfig {
            active: self.active,
            index: self.index.expose_secret(),
            keys: self.keys.iter().map(|(id, secret)| (id.to_string(), secret.expose_secret())).collect(),
        }
    }

    pub(crate) fn read(&self) -> Result<Secrets, Vec<VaultError>> {
        let mut errors = Vec::new();
        if self.keys.is_empty() {
            errors.push(VaultError::NoKeys);
        } else if !self.keys.contains_key(&self.active) {
            errors.push(VaultError::ActiveKeyMissing(self.active));
        }
        let mut named: Vec<(String, Secret32)> = Vec::new();
        let mut take = |name: String, text: &SecretString| match decode(&name, text.expose_secret()) {
            Ok(secret) => {
                if let Some((other, _)) = named.iter().find(|(_, known)| *known == secret) {
                    errors.push(VaultError::SecretReused(other.clone(), name.clone()));
                }
                named.push((name, secret.clone()));
                Some(secret)
            }
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let keys = self
            .keys
            .iter()
            .filter_map(|(id, text)| Some((*id, take(format!("vault.keys.{id}"), text)?)))
            .collect();
        let index = take("vault.index".to_owned(), &self.index);
        match index {
            Some(index) if errors.is_empty() => Ok(Secrets { keys, index }),
            _ => Err(errors),
        }
    }
}

/// [`VaultConfig`] with its secrets readable. It has no `Debug`, so it cannot reach a log by accident.
#[derive(Serialize)]
pub struct ExposedConfig<'a> {
    active: KeyId,
    index: &'a str,
    keys: BTreeMap<String, &'a str>,
}

pub(crate) struct Secrets {
    pub(crate) keys: BTreeMap<KeyId, Secret32>,
    pub(crate) index: Secret32,
}

fn fresh() -> Result<SecretString, VaultError> {
    let secret = Zeroizing::new(randomness::random_bytes::<32>()?);
    Ok(SecretString::from(BASE64_STANDARD.encode(secret.as_slice())))
}

/// 64 hex digits are also valid base64, but of 48 bytes, so reading hex first is never a wrong guess.
fn decode(name: &str, text: &str) -> Result<Secret32, VaultError> {
    let text = text.trim();
    let bytes = match hex::decode(text) {
        Ok(bytes) if bytes.len() == 32 => bytes,
        _ => STANDARD
            .decode(text)
            .or_else(|_| URL_SAFE.decode(text))
            .map_err(|_| VaultError::SecretUnreadable(name.to_owned()))?,
    };
    let bytes = Zeroizing::new(bytes);
    let secret = <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| VaultError::SecretLength { name: name.to_owned(), bytes: bytes.len() })?;
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(VaultError::SecretPlaceholder(name.to_owned()));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex_secret(first: u8) -> String {
        let mut bytes = [0xA5; 32];
        bytes[0] = first;
        hex::encode(bytes)
    }

    #[test]
    fn a_generated_configuration_survives_its_file() {
        let made = VaultConfig::generate().unwrap();
        let file = toml::to_string(&made.exposed()).unwrap();
        let read: VaultConfig = toml::from_str(&file).unwrap();
        assert_eq!(made.read().unwrap().keys, read.read().unwrap().keys);
        assert_eq!(made.read().unwrap().index, read.read().unwrap().index);
    }

    #[test]
    fn two_generated_configurations_differ() {
        let (one, other) = (VaultConfig::generate().unwrap(), VaultConfig::generate().unwrap());
        assert_ne!(one.index.expose_secret(), other.index.expose_secret());
        assert_ne!(one.index.expose_secret(), one.keys[&KeyId(1)].expose_secret());
    }

    #[test]
    fn hex_and_every_base64_spelling_give_the_same_secret() {
        let bytes: [u8; 32] = std::array::from_fn(|i| 255 - i as u8);
        let padded = BASE64_STANDARD.encode(bytes);
        let spellings =
            [hex::encode(bytes), hex::encode_upper(bytes), padded.clone(), URL_SAFE.encode(bytes)];
        for text in spellings.iter().map(String::as_str).chain([padded.trim_end_matches('='), " \n"]) {
            match decode("vault.index", text) {
                Ok(secret) => assert_eq!(*secret, bytes, "{text}"),
                Err(error) => assert_eq!(
                    (text, matches!(error, VaultError::SecretLength { bytes: 0, .. })),
                    (" \n", true)
                ),
            }
        }
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let text = format!(
            "active = 9\nindex = \"{0}\"\n[keys]\n1 = \"{0}\"\n2 = \"not a key!\"\n3 = \"c2hvcnQ=\"\n4 = \"{1}\"",
            hex_secret(1),
            "00".repeat(32),
        );
        let config: VaultConfig = toml::from_str(&text).unwrap();
        let errors = config.read().err().unwrap();
        assert_eq!(
            errors,
            [
                VaultError::ActiveKeyMissing(KeyId(9)),
                VaultError::SecretUnreadable("vault.keys.2".into()),
                VaultError::SecretLength { name: "vault.keys.3".into(), bytes: 5 },
                VaultError::SecretPlaceholder("vault.keys.4".into()),
                VaultError::SecretReused("vault.keys.1".into(), "vault.index".into()),
            ]
        );
        assert!(errors.iter().all(|error| !error.to_string().contains(&hex_secret(1))));
    }

    #[test]
    fn an_empty_configuration_says_what_is_missing() {
        let errors = VaultConfig::default().read().err().unwrap();
        assert_eq!(
            errors,
            [VaultError::NoKeys, VaultError::SecretLength { name: "vault.index".into(), bytes: 0 }]
        );
    }

    #[test]
    fn key_numbers_may_be_written_as_text_or_number() {
        let config: VaultConfig = serde_json::from_str(&format!(
            r#"{{"active":"7","index":"x","keys":{{"7":"{}"}}}}"#,
            hex_secret(1)
        ))
        .unwrap();
        assert_eq!(config.active, KeyId(7));
        assert!(serde_json::from_str::<VaultConfig>(r#"{"active":-1}"#).is_err());
        assert!(serde_json::from_str::<VaultConfig>(r#"{"activ":1}"#).is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let config = VaultConfig::generate().unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains(config.index.expose_secret()), "{shown}");
    }
}
