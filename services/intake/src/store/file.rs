//! The tables of files and their chunks.

use contracts::{ComplaintId, FileId, OrganisationId};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use vault::KeyRing;

use super::Owned;
use super::sealing::Field;
use crate::rows::{ChunkRow, FileRow};

/// Records uploads that were begun.
pub(super) async fn begin(
    transaction: &mut PgConnection,
    keys: &KeyRing,
    rows: &[Owned<'_, FileRow>],
) -> Result<(), sqlx::Error> {
    let names: Vec<_> = rows
        .iter()
        .map(|(own, row)| Field::FileName(row.file).seal(keys, own, row.name.expose().as_bytes()))
        .collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into file (organisation, file, complaint, name_sealed, bytes, sha256, begun_at)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bigint[], $6::text[],
                              $7::timestamptz[])",
    )
    .bind(rows.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.file.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.complaint.0).collect::<Vec<_>>())
    .bind(names)
    .bind(rows.iter().map(|(_, row)| i64::try_from(row.bytes).unwrap_or(i64::MAX)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.sha256.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.at.to_sqlx()).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Keeps chunks, sealed. A chunk of a file that is gone, because its complainant was forgotten meanwhile, is not kept.
pub(super) async fn add_chunks(
    transaction: &mut PgConnection,
    keys: &KeyRing,
    rows: &[Owned<'_, ChunkRow>],
) -> Result<(), sqlx::Error> {
    let sealed: Vec<_> = rows
        .iter()
        .map(|(own, row)| Field::Chunk(row.file, row.index).seal(keys, own, row.content.expose()))
        .collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into file_chunk (organisation, file, index, sealed)
         select organisation, file, index, sealed
         from unnest($1::text[], $2::uuid[], $3::integer[], $4::bytea[]) as w (organisation, file, index, sealed)
         join file using (organisation, file)",
    )
    .bind(rows.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.file.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| i32::try_from(row.index).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(sealed)
    .execute(transaction)
    .await
    .map(drop)
}

/// Makes verified files readable.
pub(super) async fn keep(
    transaction: &mut PgConnection,
    files: &[(&OrganisationId, FileId, &str)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update file set media_type = w.media_type
         from unnest($1::text[], $2::uuid[], $3::text[]) as w (organisation, file, media_type)
         where file.organisation = w.organisation and file.file = w.file",
    )
    .bind(files.iter().map(|(own, ..)| own.as_str()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, file, _)| file.0).collect::<Vec<_>>())
    .bind(files.iter().map(|(.., kind)| *kind).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Removes uploads that were given up, with their chunks.
pub(super) async fn drop_uploads(
    transaction: &mut PgConnection,
    files: &[(&OrganisationId, FileId)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with gone as (
             delete from file using unnest($1::text[], $2::uuid[]) as w (organisation, file)
             where file.organisation = w.organisation and file.file = w.file and file.media_type is null
             returning file.organisation, file.file
         )
         delete from file_chunk using gone
         where file_chunk.organisation = gone.organisation and file_chunk.file = gone.file",
    )
    .bind(files.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, file)| file.0).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Removes the chunks of all files of complaints whose complainant is forgotten.
pub(super) async fn forget_chunks(
    transaction: &mut PgConnection,
    complaints: &[(&OrganisationId, ComplaintId)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from file_chunk
         using file join unnest($1::text[], $2::uuid[]) as w (organisation, complaint)
              on file.organisation = w.organisation and file.complaint = w.complaint
         where file_chunk.organisation = file.organisation and file_chunk.file = file.file",
    )
    .bind(complaints.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(complaints.iter().map(|(_, id)| id.0).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Removes the files of complaints whose complainant is forgotten.
pub(super) async fn forget(
    transaction: &mut PgConnection,
    complaints: &[(&OrganisationId, ComplaintId)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from file using unnest($1::text[], $2::uuid[]) as w (organisation, complaint)
         where file.organisation = w.organisation and file.complaint = w.complaint",
    )
    .bind(complaints.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(complaints.iter().map(|(_, id)| id.0).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}
