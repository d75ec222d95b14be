//! The one binary, as a library: the operator's tools, the embedded installation and the drill, for the program
//! `redress` and for the tests of the whole product.
//!
//! ```text
//! cli ─┬─▶ services            one service a process, or all in one
//!      ├─▶ up ──▶ drill        servers, secrets, settings, programs, the demo organisation
//!      ├─▶ drill ──▶ reconcile complaints through the public API; the balance of all stores
//!      └─▶ operator ◀── reconcile, parked, held, import, rebuild, playbook, calendar, clock
//! ```

pub mod calendar;
pub mod cli;
pub mod clock;
pub mod directory;
pub mod drill;
pub mod held;
pub mod import;
pub mod language;
pub mod mail;
pub mod map;
pub mod operator;
pub mod parked;
pub mod playbook;
mod player;
pub mod rebuild;
pub mod reconcile;
pub mod services;
pub mod settings;
pub mod up;
pub mod versions;
