//! The tables of complaints and of settlements on the spot.

use std::collections::BTreeMap;

use contracts::{ComplaintId, OrganisationId};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;
use vault::KeyRing;

use super::Owned;
use super::sealing::Field;
use crate::rows::{AmendedRow, ComplaintRow, SettlementRow};

/// Puts complaints on record.
pub(super) async fn record(
    transaction: &mut PgConnection,
    keys: &KeyRing,
    rows: &[Owned<'_, ComplaintRow>],
) -> Result<(), sqlx::Error> {
    let text =
        |pick: fn(&ComplaintRow) -> Option<&str>| rows.iter().map(|(_, row)| pick(row)).collect::<Vec<_>>();
    let id =
        |pick: fn(&ComplaintRow) -> Option<Uuid>| rows.iter().map(|(_, row)| pick(row)).collect::<Vec<_>>();
    let orders: Vec<_> = rows
        .iter()
        .map(|(own, row)| Field::Order(row.complaint).seal_text(keys, own, row.order_number.as_ref()))
        .collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into complaint
             (organisation, complaint, number, complainant, playbook, playbook_version, channel, kind, category,
              unit, received_at, registered_at, repeats, external_source, external_reference, order_index,
              order_sealed, narrative, demand, opinion)
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::integer[],
                              $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[],
                              $12::timestamptz[], $13::uuid[], $14::text[], $15::text[], $16::bytea[],
                              $17::bytea[], $18::uuid[], $19::uuid[], $20::uuid[])",
    )
    .bind(rows.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(id(|row| Some(row.complaint.0)))
    .bind(text(|row| Some(&row.number)))
    .bind(id(|row| Some(row.complainant.0)))
    .bind(text(|row| Some(row.playbook.as_str())))
    .bind(rows.iter().map(|(_, row)| i32::try_from(row.playbook_version).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(text(|row| Some(row.channel.as_str())))
    .bind(text(|row| Some(&row.kind)))
    .bind(text(|row| row.category.as_ref().map(|key| key.as_str())))
    .bind(text(|row| row.unit.as_ref().map(|key| key.as_str())))
    .bind(rows.iter().map(|(_, row)| row.received_at.to_sqlx()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.registered_at.to_sqlx()).collect::<Vec<_>>())
    .bind(id(|row| row.repeats.map(|earlier| earlier.0)))
    .bind(text(|row| row.external.as_ref().map(|external| external.source.as_str())))
    .bind(text(|row| row.external.as_ref().map(|external| external.reference.as_str())))
    .bind(rows.iter().map(|(_, row)| row.order_index.map(|index| index.to_vec())).collect::<Vec<_>>())
    .bind(orders)
    .bind(id(|row| Some(row.narrative.0)))
    .bind(id(|row| row.demand.map(|word| word.0)))
    .bind(id(|row| row.opinion.map(|word| word.0)))
    .execute(transaction)
    .await
    .map(drop)
}

/// Brings complaints up to date: what is given replaces what was known, a later value an earlier one.
pub(super) async fn amend(
    transaction: &mut PgConnection,
    keys: &KeyRing,
    rows: &[Owned<'_, AmendedRow>],
) -> Result<(), sqlx::Error> {
    let mut merged: BTreeMap<(&OrganisationId, ComplaintId), AmendedRow> = BTreeMap::new();
    for (own, row) in rows {
        let known = merged.entry((*own, row.complaint)).or_insert_with(|| (*row).clone());
        if row.category.is_some() {
            known.category.clone_from(&row.category);
        }
        // The index goes with its value: a number that cannot be looked up leaves none of the number before it.
        if row.order_number.is_some() {
            (known.order_number, known.order_index) = (row.order_number.clone(), row.order_index);
        }
    }
    let orders: Vec<_> = merged
        .iter()
        .map(|((own, _), row)| Field::Order(row.complaint).seal_text(keys, own, row.order_number.as_ref()))
        .collect::<Result<_, _>>()?;
    sqlx::query(
        "update complaint as known set
             category = coalesce(w.category, known.category),
             order_index = case when w.order_sealed is null then known.order_index else w.order_index end,
             order_sealed = coalesce(w.order_sealed, known.order_sealed)
         from unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[])
              as w (organisation, complaint, category, order_index, order_sealed)
         where known.organisation = w.organisation and known.complaint = w.complaint",
    )
    .bind(merged.keys().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(merged.keys().map(|(_, id)| id.0).collect::<Vec<_>>())
    .bind(merged.values().map(|row| row.category.as_ref().map(|key| key.as_str())).collect::<Vec<_>>())
    .bind(merged.values().map(|row| row.order_index.map(|index| index.to_vec())).collect::<Vec<_>>())
    .bind(orders)
    .execute(transaction)
    .await
    .map(drop)
}

/// Records what was settled on the spot.
pub(super) async fn record_settlements(
    transaction: &mut PgConnection,
    rows: &[Owned<'_, SettlementRow>],
) -> Result<(), sqlx::Error> {
    let remedies: Vec<String> = rows
        .iter()
        .map(|(_, row)| serde_json::to_string(&row.remedies))
        .collect::<Result<_, _>>()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "insert into settlement (organisation, complaint, account, remedies, total, settled_by, settled_at)
         select organisation, complaint, account, remedies::jsonb, total, settled_by, settled_at
         from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
              as w (organisation, complaint, account, remedies, total, settled_by, settled_at)",
    )
    .bind(rows.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.complaint.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.account.0).collect::<Vec<_>>())
    .bind(remedies)
    .bind(rows.iter().map(|(_, row)| row.total.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.by.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.at.to_sqlx()).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Forgets the order numbers of complaints whose complainant is forgotten.
pub(super) async fn forget_orders(
    transaction: &mut PgConnection,
    complaints: &[(&OrganisationId, ComplaintId)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update complaint set order_index = null, order_sealed = null
         from unnest($1::text[], $2::uuid[]) as w (organisation, complaint)
         where complaint.organisation = w.organisation and complaint.complaint = w.complaint",
    )
    .bind(complaints.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(complaints.iter().map(|(_, id)| id.0).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}
