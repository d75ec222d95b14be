//! Migrations of this crate and of the service that owns the database.

use std::borrow::Cow;

use sqlx::PgPool;
pub use sqlx::migrate::{MigrateError, Migrator};

static MESSAGING: Migrator = sqlx::migrate!("./migrations");

/// Brings the tables of messaging up to date, then the service's own.
///
/// Each list is tracked in a table of its own (`migration_of_messaging`, `migration_of_service`), so their versions
/// never collide. Safe to call from several replicas at once: the second waits for the first.
///
/// # Errors
/// What sqlx says: a migration that fails, or an applied one that was edited.
pub async fn migrate(pool: &PgPool, service: &Migrator) -> Result<(), MigrateError> {
    tracked_in("migration_of_messaging", &MESSAGING).run(pool).await?;
    tracked_in("migration_of_service", service).run(pool).await
}

fn tracked_in(table: &'static str, migrations: &Migrator) -> Migrator {
    let mut tracked = Migrator {
        migrations: Cow::Owned(migrations.migrations.to_vec()),
        ignore_missing: migrations.ignore_missing,
        locking: migrations.locking,
        no_tx: migrations.no_tx,
        ..Migrator::DEFAULT
    };
    tracked.dangerous_set_table_name(table);
    tracked
}
