//! SQL of the gateway's own database: sign-in, and what customers have begun to type. One statement a function, in domain types.

pub mod account;
pub mod api_key;
pub mod browser_session;
pub mod portal_draft;
pub mod refresh;
pub mod session;
pub mod signing_key;

use sqlx::migrate::Migrator;

/// The migrations of the database.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// A stored value that cannot be: names the column.
fn broken(column: &str, found: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: format!("{found} cannot be").into() }
}
