//! The HTTP edge: sign in, parse, command out, answer in. No rule about complaints lives here.
//!
//! ```text
//!  client ──HTTP──▶ edge (id, trace, a place) ─▶ endpoint guard (who, how often, may they)
//!                      ─▶ route (parse) ─▶ upstream ──NATS──▶ redress.cmd|query.<service>.<name>
//!  client ◀─ answer, ETag, or problem ◀──────────────────────┘
//! ```
//!
//! | file | for |
//! |---|---|
//! | [`routes`] | one file a resource: what it needs, takes and gives; `/api/docs` is made of it |
//! | [`endpoint`] | the table of routes with their documentation and guard |
//! | [`console`] | the pages for staff and customers, by the same functions as the routes |
//! | [`problem`], [`language`] | the only place where a problem becomes HTTP; in which language |
//! | [`auth`] | accounts, tokens, API keys, and which role may ask for what |
//! | [`sight`] | who may see which case |
//! | [`seeking`], [`exports`] | which cases of the ledger somebody seeks; what of it leaves as a file |
//! | [`upstream`] | commands in natural batches, queries |
//! | [`scenarios`] | scenarios played against a playbook before it holds |
//! | [`limits`], [`connections`] | rates, places, bodies, connections |
//! | [`mail`] | from a message of a mail server to the order it becomes |
//! | [`timeline`], [`watch`] | what was said about a case; events as they are published |
//! | [`store`] | the sign-in store, and nothing else |

pub mod app;
pub mod asks;
pub mod auth;
pub mod authenticate;
pub mod config;
pub mod connections;
pub mod console;
pub mod cursor;
pub mod edge;
pub mod endpoint;
pub mod exports;
pub mod extract;
pub mod language;
pub mod limits;
pub mod mail;
pub mod openapi;
pub mod order;
pub mod problem;
pub mod randomness;
pub mod router;
pub mod routes;
pub mod scenarios;
pub mod seeking;
pub mod sight;
mod start;
pub mod store;
pub mod tags;
pub mod timeline;
pub mod upstream;
pub mod watch;

pub use start::{PART, StartError, accounts, migrate, run, start};
