//! The scenarios that are kept beside a version of a playbook.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{OrganisationId, PlaybookId};
use sqlx::{PgConnection, PgPool};

use super::integer;

/// Keeps the scenarios of versions that are published.
pub(super) async fn keep(
    connection: &mut PgConnection,
    kept: &[(OrganisationId, PlaybookRef, String)],
) -> Result<(), sqlx::Error> {
    // Few and far between.
    for (organisation, playbook, text) in kept {
        sqlx::query(
            "insert into scenarios (organisation, playbook, version, scenarios) values ($1, $2, $3, $4)",
        )
        .bind(organisation.as_str())
        .bind(playbook.id.as_str())
        .bind(integer(playbook.version))
        .bind(text)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The scenarios of a version, else those of the last one before it that has some.
///
/// # Errors
/// Whatever the database reports.
pub async fn of(
    pool: &PgPool,
    organisation: &OrganisationId,
    playbook: &PlaybookId,
    version: u32,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select scenarios from scenarios where organisation = $1 and playbook = $2 and version <= $3
         order by version desc limit 1",
    )
    .bind(organisation.as_str())
    .bind(playbook.as_str())
    .bind(integer(version))
    .fetch_optional(pool)
    .await
}
