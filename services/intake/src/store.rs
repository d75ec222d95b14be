//! Writing intake's own rows: seals what is personal, and gives each table one statement a batch.

mod complainant;
mod complaint;
mod file;
pub(crate) mod sealing;

use std::sync::Arc;

use contracts::{OrganisationId, SubjectRef};
use journal::Migrator;
use runtime::shell::Store;
use sqlx::PgConnection;
use vault::KeyRing;

use crate::Intake;
use crate::rows::{AmendedRow, ChunkRow, ComplainantRow, ComplaintRow, FileRow, Row, SettlementRow};

/// Intake's own tables; those of messaging are the journal's.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Writes intake's rows.
#[derive(Debug, Clone)]
pub struct IntakeStore {
    keys: Arc<KeyRing>,
}

impl IntakeStore {
    /// A store that seals with these keys.
    #[must_use]
    pub const fn new(keys: Arc<KeyRing>) -> Self {
        Self { keys }
    }
}

/// A row with the organisation that owns it.
type Owned<'a, T> = (&'a OrganisationId, &'a T);

/// The rows of a batch by table, each in the order decided.
#[derive(Default)]
struct Sorted<'a> {
    complainants: Vec<Owned<'a, ComplainantRow>>,
    complaints: Vec<Owned<'a, ComplaintRow>>,
    amended: Vec<Owned<'a, AmendedRow>>,
    settlements: Vec<Owned<'a, SettlementRow>>,
    begun: Vec<Owned<'a, FileRow>>,
    chunks: Vec<Owned<'a, ChunkRow>>,
    kept: Vec<(&'a OrganisationId, contracts::FileId, &'a str)>,
    dropped: Vec<(&'a OrganisationId, contracts::FileId)>,
    erased: Vec<(&'a OrganisationId, contracts::ComplainantId, &'a [contracts::ComplaintId])>,
}

impl<'a> Sorted<'a> {
    fn of(rows: &'a [(SubjectRef, Row)]) -> Self {
        let mut sorted = Self::default();
        for (subject, row) in rows {
            let own = &subject.organisation;
            match row {
                Row::Complainant(row) => sorted.complainants.push((own, row)),
                Row::Complaint(row) => sorted.complaints.push((own, row)),
                Row::Amended(row) => sorted.amended.push((own, row)),
                Row::Settlement(row) => sorted.settlements.push((own, row)),
                Row::FileBegun(row) => sorted.begun.push((own, row)),
                Row::FileChunk(row) => sorted.chunks.push((own, row)),
                Row::FileKept { file, media_type } => sorted.kept.push((own, *file, media_type)),
                Row::FileDropped { file } => sorted.dropped.push((own, *file)),
                Row::Erased { complainant, complaints } => {
                    sorted.erased.push((own, *complainant, complaints))
                }
            }
        }
        sorted
    }
}

impl Store<Intake> for IntakeStore {
    async fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, Row)>,
    ) -> Result<(), sqlx::Error> {
        let sorted = Sorted::of(&rows);
        // What was given up goes before what is begun under the same id; who is forgotten goes last.
        if !sorted.dropped.is_empty() {
            file::drop_uploads(transaction, &sorted.dropped).await?;
        }
        if !sorted.complainants.is_empty() {
            complainant::remember(transaction, &self.keys, &sorted.complainants).await?;
        }
        if !sorted.complaints.is_empty() {
            complaint::record(transaction, &self.keys, &sorted.complaints).await?;
        }
        if !sorted.amended.is_empty() {
            complaint::amend(transaction, &self.keys, &sorted.amended).await?;
        }
        if !sorted.settlements.is_empty() {
            complaint::record_settlements(transaction, &sorted.settlements).await?;
        }
        if !sorted.begun.is_empty() {
            file::begin(transaction, &self.keys, &sorted.begun).await?;
        }
        if !sorted.chunks.is_empty() {
            file::add_chunks(transaction, &self.keys, &sorted.chunks).await?;
        }
        if !sorted.kept.is_empty() {
            file::keep(transaction, &sorted.kept).await?;
        }
        if !sorted.erased.is_empty() {
            let people: Vec<_> = sorted.erased.iter().map(|(own, who, _)| (*own, *who)).collect();
            let complaints: Vec<_> =
                sorted.erased.iter().flat_map(|(own, _, all)| all.iter().map(|one| (*own, *one))).collect();
            complainant::forget(transaction, &people).await?;
            complaint::forget_orders(transaction, &complaints).await?;
            file::forget_chunks(transaction, &complaints).await?;
            file::forget(transaction, &complaints).await?;
        }
        Ok(())
    }
}
