//! Texts, sealed. This crate never sees what they say.

use contracts::{ComplaintId, OrganisationId, WordId};
use sqlx::{PgConnection, PgExecutor, Row as _};
use uuid::Uuid;

/// A sealed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedWord {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its id.
    pub id: WordId,
    /// The complaint it is about.
    pub complaint: ComplaintId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Keeps texts.
///
/// # Errors
/// What PostgreSQL says.
pub async fn keep(connection: &mut PgConnection, words: &[SealedWord]) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into word (organisation, id, complaint, sealed)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bytea[])",
    )
    .bind(words.iter().map(|word| word.organisation.as_str()).collect::<Vec<_>>())
    .bind(words.iter().map(|word| word.id.0).collect::<Vec<_>>())
    .bind(words.iter().map(|word| word.complaint.0).collect::<Vec<_>>())
    .bind(words.iter().map(|word| word.sealed.as_slice()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

/// Shreds every text about these complaints.
///
/// # Errors
/// What PostgreSQL says.
pub async fn shred(
    connection: &mut PgConnection,
    complaints: &[(&OrganisationId, ComplaintId)],
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "delete from word using unnest($1::text[], $2::uuid[]) as w (organisation, complaint)
         where word.organisation = w.organisation and word.complaint = w.complaint",
    )
    .bind(complaints.iter().map(|(organisation, _)| organisation.as_str()).collect::<Vec<_>>())
    .bind(complaints.iter().map(|(_, complaint)| complaint.0).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// The sealed texts of these ids; shredded ones are left out.
///
/// # Errors
/// What PostgreSQL says.
pub async fn load(
    executor: impl PgExecutor<'_>,
    organisation: &OrganisationId,
    ids: &[WordId],
) -> Result<Vec<SealedWord>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, complaint, sealed from word where organisation = $1 and id = any($2::uuid[])",
    )
    .bind(organisation.as_str())
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SealedWord {
                organisation: organisation.clone(),
                id: WordId(row.try_get::<Uuid, _>("id")?),
                complaint: ComplaintId(row.try_get::<Uuid, _>("complaint")?),
                sealed: row.try_get("sealed")?,
            })
        })
        .collect()
}
