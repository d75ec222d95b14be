//! What customers answered, one row an answer.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ChannelKey, ComplaintId, DepartmentId, OrganisationId, PersonId, StageKey, VisitId, WordId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::column;

/// An answer of a customer to the question whether they are satisfied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Whose.
    pub organisation: OrganisationId,
    /// About which complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The playbook, whose scale it is.
    pub playbook: PlaybookRef,
    /// At which visit.
    pub visit: VisitId,
    /// Which callback of the visit, from 1.
    pub attempt: u32,
    /// The stage.
    pub stage: StageKey,
    /// The department that asked.
    pub department: DepartmentId,
    /// The one that had to answer the complaint.
    pub responsible: String,
    /// When.
    pub at: Timestamp,
    /// The answer, by its key.
    pub answer: String,
    /// Whether it is one of the positive ones.
    pub positive: bool,
    /// How the stage ended with it, if it did.
    pub outcome: Option<&'static str>,
    /// By which channel, where that was said.
    pub channel: Option<ChannelKey>,
    /// Who asked; nobody where the customer answered by their link.
    pub person: Option<PersonId>,
    /// What they said besides.
    pub opinion: Option<WordId>,
}

fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) async fn insert(connection: &mut PgConnection, rows: &[Given]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into satisfaction (organisation, visit, attempt, complaint, number, playbook, playbook_version, stage,
             department, responsible, at, answer, positive, outcome, channel, person, opinion)
         select * from unnest($1::text[], $2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[],
             $7::integer[], $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::boolean[],
             $14::text[], $15::text[], $16::text[], $17::uuid[])
         on conflict (organisation, visit, attempt) do nothing",
    )
    .bind(column(rows, |row| row.organisation.to_string()))
    .bind(column(rows, |row| row.visit.0))
    .bind(column(rows, |row| integer(row.attempt)))
    .bind(column(rows, |row| row.complaint.0))
    .bind(column(rows, |row| row.number.clone()))
    .bind(column(rows, |row| row.playbook.id.to_string()))
    .bind(column(rows, |row| integer(row.playbook.version)))
    .bind(column(rows, |row| row.stage.to_string()))
    .bind(column(rows, |row| row.department.to_string()))
    .bind(column(rows, |row| row.responsible.clone()))
    .bind(column(rows, |row| row.at.to_sqlx()))
    .bind(column(rows, |row| row.answer.clone()))
    .bind(column(rows, |row| row.positive))
    .bind(column(rows, |row| row.outcome))
    .bind(column(rows, |row| row.channel.as_ref().map(ToString::to_string)))
    .bind(column(rows, |row| row.person.as_ref().map(ToString::to_string)))
    .bind(column(rows, |row| row.opinion.map(|word| word.0)))
    .execute(connection)
    .await?;
    Ok(())
}
