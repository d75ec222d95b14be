//! TEMPORARY until `calendar::Limit` is on disk.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
/// A limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Limit(pub String);
