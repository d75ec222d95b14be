//! Customers who must hear from us again: the last word of a batch on each case.

use std::collections::BTreeMap;

use contracts::{ComplaintId, OrganisationId};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{column, integer, text};
use crate::contacts::ContactRow;

/// Writes those that there are now, and removes the others.
pub(super) async fn put(
    connection: &mut PgConnection,
    last: BTreeMap<(OrganisationId, ComplaintId), Option<ContactRow>>,
) -> Result<(), sqlx::Error> {
    let (mut due, mut gone) = (Vec::new(), Vec::new());
    for (key, row) in last {
        match row {
            Some(row) => due.push(row),
            None => gone.push(key),
        }
    }
    write(connection, &due).await?;
    remove(connection, &gone).await
}

async fn write(connection: &mut PgConnection, rows: &[ContactRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into contact_due (organisation, complaint, number, playbook, playbook_version, clock, label_zh,
             label_en, due, since, hard, department, person, level, category)
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[],
             $8::text[], $9::timestamptz[], $10::timestamptz[], $11::boolean[], $12::text[], $13::text[],
             $14::integer[], $15::text[])
         on conflict (organisation, complaint) do update set
             playbook_version = excluded.playbook_version, clock = excluded.clock, label_zh = excluded.label_zh,
             label_en = excluded.label_en, due = excluded.due, since = excluded.since, hard = excluded.hard,
             department = excluded.department, person = excluded.person, level = excluded.level,
             category = excluded.category",
    )
    .bind(column(rows, |row| row.organisation.to_string()))
    .bind(column(rows, |row| row.complaint.0))
    .bind(column(rows, |row| row.number.clone()))
    .bind(column(rows, |row| row.playbook.clone()))
    .bind(column(rows, |row| integer(row.playbook_version)))
    .bind(column(rows, |row| row.clock.to_string()))
    .bind(column(rows, |row| row.label.zh.clone()))
    .bind(column(rows, |row| row.label.en.clone()))
    .bind(column(rows, |row| row.due.to_sqlx()))
    .bind(column(rows, |row| row.since.to_sqlx()))
    .bind(column(rows, |row| row.hard))
    .bind(column(rows, |row| text(&row.department)))
    .bind(column(rows, |row| text(&row.person)))
    .bind(column(rows, |row| integer(row.level)))
    .bind(column(rows, |row| row.category.clone()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn remove(
    connection: &mut PgConnection,
    gone: &[(OrganisationId, ComplaintId)],
) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "delete from contact_due using unnest($1::text[], $2::uuid[]) as gone (organisation, complaint)
         where contact_due.organisation = gone.organisation and contact_due.complaint = gone.complaint",
    )
    .bind(column(gone, |(organisation, _)| organisation.to_string()))
    .bind(column(gone, |(_, complaint)| complaint.0))
    .execute(connection)
    .await?;
    Ok(())
}
