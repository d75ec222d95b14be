//! The files of a complaint, and their content chunk by chunk. Only verified files can be read.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contracts::queries::Query;
use contracts::queries::intake::{FileChunkAsked, FileChunkFound, FileListed, TextAsked};
use contracts::{ComplaintId, FileId, OrganisationId};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::{Answered, Queries, QueryError, not_found};
use crate::store::sealing::Field;

impl Queries {
    pub(super) async fn files(&self, query: &Query, asked: TextAsked) -> Answered<Vec<FileListed>> {
        let rows = sqlx::query(
            "select f.file, f.name_sealed, f.bytes, f.sha256, f.media_type, f.begun_at,
                    (select count(*) from file_chunk k where k.organisation = f.organisation and k.file = f.file)
                        as chunks
             from file f
             where f.organisation = $1 and f.complaint = $2 and f.media_type is not null
             order by f.begun_at, f.file",
        )
        .bind(query.organisation.as_str())
        .bind(asked.complaint.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| self.file_listed(&query.organisation, row)).collect()
    }

    pub(super) async fn file_chunk(&self, query: &Query, asked: FileChunkAsked) -> Answered<FileChunkFound> {
        let own = &query.organisation;
        let row = sqlx::query(
            "select f.file, f.complaint, f.name_sealed, f.bytes, f.sha256, f.media_type, f.begun_at, c.sealed,
                    (select count(*) from file_chunk k where k.organisation = f.organisation and k.file = f.file)
                        as chunks
             from file f join file_chunk c using (organisation, file)
             where f.organisation = $1 and f.file = $2 and c.index = $3 and f.media_type is not null",
        )
        .bind(own.as_str())
        .bind(asked.file.0)
        .bind(i32::try_from(asked.index).unwrap_or(i32::MAX))
        .fetch_optional(&self.pool)
        .await?
        .ok_or_else(|| not_found("there is no such file, or it has no such chunk"))?;
        let sealed: Vec<u8> = row.try_get("sealed")?;
        let content = Field::Chunk(asked.file, asked.index).open(self.intake.keys(), own, &sealed)?;
        Ok(FileChunkFound {
            file: self.file_listed(own, &row)?,
            complaint: ComplaintId(row.try_get::<Uuid, _>("complaint")?),
            content: BASE64_STANDARD.encode(content),
        })
    }

    fn file_listed(&self, own: &OrganisationId, row: &PgRow) -> Answered<FileListed> {
        let file = FileId(row.try_get::<Uuid, _>("file")?);
        let sealed: Vec<u8> = row.try_get("name_sealed")?;
        let name = Field::FileName(file).open_text(self.intake.keys(), own, Some(&sealed))?;
        let count = |name: &str| -> Answered<u64> {
            u64::try_from(row.try_get::<i64, _>(name)?).map_err(|error| QueryError::Broken(error.to_string()))
        };
        Ok(FileListed {
            file,
            name: name.unwrap_or_default(),
            media_type: row.try_get("media_type")?,
            bytes: count("bytes")?,
            sha256: row.try_get("sha256")?,
            chunks: u32::try_from(count("chunks")?).unwrap_or(u32::MAX),
            added_at: row.try_get::<jiff_sqlx::Timestamp, _>("begun_at")?.to_jiff(),
        })
    }
}
