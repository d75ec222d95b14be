//! The table of complainants.

use std::collections::BTreeMap;

use contracts::{ComplainantId, OrganisationId};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use vault::{KeyRing, Masked};

use super::Owned;
use super::sealing::Field;
use crate::rows::ComplainantRow;

/// One complainant with all that a batch says of them: a later value replaces an earlier one.
fn merged(rows: &[Owned<'_, ComplainantRow>]) -> BTreeMap<(OrganisationId, ComplainantId), ComplainantRow> {
    fn later<T: Clone>(known: &mut Option<T>, said: &Option<T>) {
        if said.is_some() {
            known.clone_from(said);
        }
    }
    let mut merged = BTreeMap::new();
    for (own, row) in rows {
        let known = merged
            .entry(((*own).clone(), row.complainant))
            .or_insert_with(|| ComplainantRow { ..(*row).clone() });
        later(&mut known.name, &row.name);
        // The index goes with its value: a number that cannot be looked up leaves none of the number before it.
        if row.phone.is_some() {
            (known.phone, known.phone_index) = (row.phone.clone(), row.phone_index);
        }
        if row.email.is_some() {
            (known.email, known.email_index) = (row.email.clone(), row.email_index);
        }
        later(&mut known.address, &row.address);
        later(&mut known.other, &row.other);
        later(&mut known.preferred_channel, &row.preferred_channel);
        known.at = known.at.max(row.at);
    }
    merged
}

/// Keeps who complains and how to reach them; what is given replaces what was known.
pub(super) async fn remember(
    transaction: &mut PgConnection,
    keys: &KeyRing,
    rows: &[Owned<'_, ComplainantRow>],
) -> Result<(), sqlx::Error> {
    let merged = merged(rows);
    let sealed = |field: fn(ComplainantId) -> Field, pick: fn(&ComplainantRow) -> Option<&Masked<String>>| {
        let each = merged.iter().map(|((own, id), row)| field(*id).seal_text(keys, own, pick(row)));
        each.collect::<Result<Vec<_>, _>>()
    };
    let index = |pick: fn(&ComplainantRow) -> Option<vault::BlindIndex>| {
        merged.values().map(|row| pick(row).map(|index| index.to_vec())).collect::<Vec<_>>()
    };
    sqlx::query(
        "insert into complainant as known
             (organisation, complainant, name_sealed, phone_sealed, phone_index, email_sealed, email_index,
              address_sealed, other_sealed, preferred_channel, changed_at)
         select * from unnest($1::text[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[],
                              $7::bytea[], $8::bytea[], $9::bytea[], $10::text[], $11::timestamptz[])
         on conflict (organisation, complainant) do update set
             name_sealed = coalesce(excluded.name_sealed, known.name_sealed),
             phone_sealed = coalesce(excluded.phone_sealed, known.phone_sealed),
             phone_index = case when excluded.phone_sealed is null then known.phone_index
                                else excluded.phone_index end,
             email_sealed = coalesce(excluded.email_sealed, known.email_sealed),
             email_index = case when excluded.email_sealed is null then known.email_index
                                else excluded.email_index end,
             address_sealed = coalesce(excluded.address_sealed, known.address_sealed),
             other_sealed = coalesce(excluded.other_sealed, known.other_sealed),
             preferred_channel = coalesce(excluded.preferred_channel, known.preferred_channel),
             changed_at = excluded.changed_at",
    )
    .bind(merged.keys().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(merged.keys().map(|(_, id)| id.0).collect::<Vec<_>>())
    .bind(sealed(Field::Name, |row| row.name.as_ref())?)
    .bind(sealed(Field::Phone, |row| row.phone.as_ref())?)
    .bind(index(|row| row.phone_index))
    .bind(sealed(Field::Email, |row| row.email.as_ref())?)
    .bind(index(|row| row.email_index))
    .bind(sealed(Field::Address, |row| row.address.as_ref())?)
    .bind(sealed(Field::Other, |row| row.other.as_ref())?)
    .bind(merged.values().map(|row| row.preferred_channel.as_ref().map(|c| c.as_str())).collect::<Vec<_>>())
    .bind(merged.values().map(|row| row.at.to_sqlx()).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}

/// Forgets complainants.
pub(super) async fn forget(
    transaction: &mut PgConnection,
    people: &[(&OrganisationId, ComplainantId)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from complainant using unnest($1::text[], $2::uuid[]) as w (organisation, complainant)
         where complainant.organisation = w.organisation and complainant.complainant = w.complainant",
    )
    .bind(people.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>())
    .bind(people.iter().map(|(_, id)| id.0).collect::<Vec<_>>())
    .execute(transaction)
    .await
    .map(drop)
}
