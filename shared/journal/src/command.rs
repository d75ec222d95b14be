//! Commands that were carried out: the same id gives the first answer again.

use contracts::OrganisationId;
use contracts::ids::CommandId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};

use crate::columns::{bigint, broken, count, hash, json, organisation, text};
use crate::head::Hash;

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its id.
    pub id: CommandId,
    /// Its verb.
    pub verb: String,
    /// SHA-256 of what was ordered.
    pub body_hash: Hash,
    /// The body of the first answer.
    pub answer: Value,
    /// The version of the subject after it.
    pub version: u64,
    /// When (business time).
    pub at: Timestamp,
}

fn read(row: &PgRow) -> Result<Recorded, sqlx::Error> {
    let id: String = row.try_get("command_id")?;
    Ok(Recorded {
        organisation: organisation(row)?,
        id: CommandId::new(id).map_err(|id| broken(format!("no command id: {id}")))?,
        verb: row.try_get("verb")?,
        body_hash: hash(row.try_get("body_hash")?)?,
        answer: json(row.try_get("answer")?)?,
        version: count(row.try_get("version")?),
        at: row.try_get::<jiff_sqlx::Timestamp, _>("at")?.to_jiff(),
    })
}

/// Those of the commands that were carried out.
///
/// # Errors
/// What PostgreSQL says.
pub async fn load(
    executor: impl PgExecutor<'_>,
    ids: &[(&OrganisationId, &CommandId)],
) -> Result<Vec<Recorded>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, command_id, c.verb, c.body_hash, c.answer::text as answer, c.version, c.at
         from unnest($1::text[], $2::text[]) as w (organisation, command_id)
         join command c using (organisation, command_id)",
    )
    .bind(ids.iter().map(|(organisation, _)| organisation.as_str()).collect::<Vec<_>>())
    .bind(ids.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>())
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}

/// Records commands in the order of their ids and says how many were new. Where another transaction is recording the
/// same id, waits for it; fewer than given means that somebody else was first and this transaction must not commit.
///
/// # Errors
/// What PostgreSQL says.
pub async fn record(connection: &mut PgConnection, commands: &[Recorded]) -> Result<u64, sqlx::Error> {
    let answers: Vec<String> = commands.iter().map(|c| text(&c.answer)).collect::<Result<_, _>>()?;
    let done = sqlx::query(
        "insert into command (organisation, command_id, verb, body_hash, answer, version, at)
         select organisation, command_id, verb, body_hash, answer::json, version, at
         from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[],
                     $7::timestamptz[]) as w (organisation, command_id, verb, body_hash, answer, version, at)
         order by organisation, command_id
         on conflict do nothing",
    )
    .bind(commands.iter().map(|c| c.organisation.as_str()).collect::<Vec<_>>())
    .bind(commands.iter().map(|c| c.id.as_str()).collect::<Vec<_>>())
    .bind(commands.iter().map(|c| c.verb.as_str()).collect::<Vec<_>>())
    .bind(commands.iter().map(|c| c.body_hash.as_slice()).collect::<Vec<_>>())
    .bind(answers)
    .bind(commands.iter().map(|c| bigint(c.version)).collect::<Vec<_>>())
    .bind(commands.iter().map(|c| c.at.to_sqlx()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets at most `limit` commands recorded before `before`: a repeat that old is a new command.
///
/// # Errors
/// What PostgreSQL says.
pub async fn forget(
    executor: impl PgExecutor<'_>,
    before: Timestamp,
    limit: u32,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "delete from command using (
             select organisation, command_id from command where at < $1 order by at limit $2
         ) as old
         where command.organisation = old.organisation and command.command_id = old.command_id",
    )
    .bind(before.to_sqlx())
    .bind(i64::from(limit))
    .execute(executor)
    .await?;
    Ok(done.rows_affected())
}
