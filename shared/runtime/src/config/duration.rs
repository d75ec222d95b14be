//! Durations in configuration: `"250ms"`, `"5s"`, `"10m"`, `"168h"`. For `#[serde(with = "runtime::config::duration")]`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

/// Reads one.
///
/// # Errors
/// When it is not one, or negative.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| D::Error::custom("a duration such as \"250ms\", \"5s\", \"10m\" or \"168h\""))
}

/// Writes one.
///
/// # Errors
/// What the serializer says.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    let signed = SignedDuration::try_from(*duration).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&format!("{signed:#}"))
}
