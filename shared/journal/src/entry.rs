//! Entries: values shared between subjects (counters, external references, loads), locked in one fixed order.

use std::borrow::Borrow;

use contracts::OrganisationId;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};

use crate::columns::{json, organisation, text};

/// Which entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Whose.
    pub organisation: OrganisationId,
    /// What kind: `counter`, `external`, …
    pub space: String,
    /// Which one.
    pub key: String,
}

struct Columns<'a> {
    organisations: Vec<&'a str>,
    spaces: Vec<&'a str>,
    keys: Vec<&'a str>,
}

fn columns<'a>(entries: impl IntoIterator<Item = &'a EntryId>) -> Columns<'a> {
    let mut columns = Columns { organisations: Vec::new(), spaces: Vec::new(), keys: Vec::new() };
    for entry in entries {
        columns.organisations.push(entry.organisation.as_str());
        columns.spaces.push(&entry.space);
        columns.keys.push(&entry.key);
    }
    columns
}

fn read(row: &PgRow) -> Result<(EntryId, Option<Value>), sqlx::Error> {
    let id =
        EntryId { organisation: organisation(row)?, space: row.try_get("space")?, key: row.try_get("key")? };
    let value: Option<&str> = row.try_get("value")?;
    Ok((id, value.map(json).transpose()?))
}

/// Inserts a placeholder for each entry that is missing, so that it can be locked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn insert_missing(connection: &mut PgConnection, entries: &[EntryId]) -> Result<(), sqlx::Error> {
    let columns = columns(entries);
    sqlx::query(
        "insert into entry (organisation, space, key)
         select organisation, space, key
         from unnest($1::text[], $2::text[], $3::text[]) as w (organisation, space, key)
         order by organisation, space, key
         on conflict do nothing",
    )
    .bind(columns.organisations)
    .bind(columns.spaces)
    .bind(columns.keys)
    .execute(connection)
    .await
    .map(drop)
}

/// Locks entries, waiting for whoever holds them, in one fixed order. A placeholder has no value.
///
/// # Errors
/// What PostgreSQL says.
pub async fn lock(
    connection: &mut PgConnection,
    entries: &[EntryId],
) -> Result<Vec<(EntryId, Option<Value>)>, sqlx::Error> {
    let columns = columns(entries);
    let rows = sqlx::query(
        "select organisation, space, key, e.value::text as value
         from unnest($1::text[], $2::text[], $3::text[]) as w (organisation, space, key)
         join entry e using (organisation, space, key)
         order by organisation, space, key
         for update of e",
    )
    .bind(columns.organisations)
    .bind(columns.spaces)
    .bind(columns.keys)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Entries as last committed, without a lock; those without a value are left out.
///
/// # Errors
/// What PostgreSQL says.
pub async fn glance(
    executor: impl PgExecutor<'_>,
    entries: &[EntryId],
) -> Result<Vec<(EntryId, Value)>, sqlx::Error> {
    let columns = columns(entries);
    let rows = sqlx::query(
        "select organisation, space, key, e.value::text as value
         from unnest($1::text[], $2::text[], $3::text[]) as w (organisation, space, key)
         join entry e using (organisation, space, key)
         where e.value is not null",
    )
    .bind(columns.organisations)
    .bind(columns.spaces)
    .bind(columns.keys)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(read)
        .filter_map(|read| read.map(|(id, value)| value.map(|v| (id, v))).transpose())
        .collect()
}

/// Writes entries.
///
/// # Errors
/// What PostgreSQL says.
pub async fn put<E: Borrow<EntryId>>(
    connection: &mut PgConnection,
    entries: &[(E, &Value)],
) -> Result<(), sqlx::Error> {
    let columns = columns(entries.iter().map(|(id, _)| id.borrow()));
    let values: Vec<String> = entries.iter().map(|(_, value)| text(value)).collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into entry (organisation, space, key, value)
         select organisation, space, key, value::jsonb
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w (organisation, space, key, value)
         order by organisation, space, key
         on conflict (organisation, space, key) do update set value = excluded.value",
    )
    .bind(columns.organisations)
    .bind(columns.spaces)
    .bind(columns.keys)
    .bind(values)
    .execute(connection)
    .await
    .map(drop)
}

/// Removes entries, placeholders among them.
///
/// # Errors
/// What PostgreSQL says.
pub async fn remove<E: Borrow<EntryId>>(
    connection: &mut PgConnection,
    entries: &[E],
) -> Result<(), sqlx::Error> {
    let columns = columns(entries.iter().map(Borrow::borrow));
    sqlx::query(
        "delete from entry using unnest($1::text[], $2::text[], $3::text[]) as w (organisation, space, key)
         where entry.organisation = w.organisation and entry.space = w.space and entry.key = w.key",
    )
    .bind(columns.organisations)
    .bind(columns.spaces)
    .bind(columns.keys)
    .execute(connection)
    .await
    .map(drop)
}
