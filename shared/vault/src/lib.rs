//! Field-by-field encryption and look-up without reading: what people said and how they can be reached is stored sealed.
//!
//! ```text
//!   "我要投诉…"  ── KeyRing::seal(place) ──▶  blob        opens only in the same organisation, table, row and column
//!   138 1234 5678 ─ normalise::phone ─ KeyRing::blind_index ──▶ 16 bytes   equal for equal numbers, nothing else
//!   C-2031 + nonce ─ KeyRing::tracking_code ──▶ 7K3QF-9M2XA                what the complainant is told
//!   contact ── Masked<T> ──▶ logs show ***
//! ```
//!
//! The rules kept here: a blob moved elsewhere does not open; every purpose has its own key; nothing secret has a readable
//! `Debug`. No I/O and no SQL: callers bring the configuration and store the bytes.

mod blob;
mod config;
mod derive;
mod error;
mod mask;
pub mod normalise;
mod randomness;
mod ring;
mod tracking;

pub use blob::{Kind, PREFIX_LENGTH, Place, sealed_with};
pub use config::{ExposedConfig, KeyId, VaultConfig};
pub use error::VaultError;
pub use mask::{Masked, mask_email, mask_name, mask_phone};
pub use normalise::Normalised;
pub use randomness::random_bytes;
pub use ring::{BlindIndex, KeyRing};
