//! The small values that the whole model is written with: keys of its own, rules as text, yuan, closed word lists.
//!
//! Everything that other crates also name comes from `contracts` and `calendar`; only what nobody else says is here.

use contracts::{Fen, RoleKey};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The pattern of every key that people choose, as `contracts` has it in its schemas.
pub(crate) const KEY_PATTERN: &str = "^[a-z0-9][a-z0-9_.-]{0,63}$";

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);
        impl $name {
            /// Parses a key; the rule is the one of every key that people choose (`contracts::ids`).
            ///
            /// # Errors
            /// [`contracts::NotASlug`] when the text is not a key.
            pub fn new(text: impl Into<String>) -> Result<Self, contracts::NotASlug> {
                RoleKey::new(text).map(|key| Self(key.into()))
            }
            /// The key as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": KEY_PATTERN })
            }
        }
        impl TryFrom<String> for $name {
            type Error = contracts::NotASlug;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(key: $name) -> String {
                key.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

keys! {
    /// A declared return to an earlier stage.
    LoopKey,
    /// A rung of the ladder.
    RungKey,
    /// A row of the authority matrix.
    RowKey,
    /// Any other key that only the playbook itself speaks of (kinds, forms, reports, …).
    Key,
}

/// A rule in CEL, as written. It is compiled and tried out when the playbook is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Cel(pub String);

impl Cel {
    /// The source text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0
    }
}

/// An amount that a playbook states in yuan: a whole number (`20`) or a text with at most two decimals (`"99.50"`).
///
/// A YAML decimal such as `99.5` is refused: it would pass through binary floating point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Yuan(pub Fen);

impl Yuan {
    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> Fen {
        self.0
    }
}

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Yuan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Yuan;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("yuan as a whole number, or as a quoted text with at most two decimals")
            }
            fn visit_i64<E: de::Error>(self, yuan: i64) -> Result<Yuan, E> {
                yuan.checked_mul(100).map(|fen| Yuan(Fen(fen))).ok_or_else(|| E::custom("amount too large"))
            }
            fn visit_u64<E: de::Error>(self, yuan: u64) -> Result<Yuan, E> {
                self.visit_i64(i64::try_from(yuan).map_err(E::custom)?)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Yuan, E> {
                Fen::from_yuan(text).map(Yuan).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Yuan {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Yuan".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount in yuan: a whole number, or a quoted text with at most two decimals.",
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,2})?$"}
            ]
        })
    }
}

/// A closed list of words: the enum, its list and its text in one place.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }
        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word as it stands in a playbook.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_whole_numbers_or_quoted_decimals() {
        let read = |text: &str| serde_saphyr::from_str::<Yuan>(text);
        assert_eq!(read("20").unwrap(), Yuan(Fen(2000)));
        assert_eq!(read("\"99.50\"").unwrap(), Yuan(Fen(9950)));
        assert!(read("99.5").is_err());
        assert!(read("\"1.234\"").is_err());
        assert_eq!(serde_json::to_value(Yuan(Fen(9950))).unwrap(), "99.50");
    }

    #[test]
    fn a_key_follows_the_rule_of_contracts() {
        assert!(LoopKey::new("refused_by_leader").is_ok());
        assert!(LoopKey::new("Refused").is_err());
    }
}
