//! How to reach a complainant: in the clear for the service that sends and for the roles that speak to customers,
//! hidden for everybody else (R-026, P29 privacy).

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::intake::{Contact, ContactAsked};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use vault::{mask_email, mask_name, mask_phone};

use super::{Answered, Queries, maybe_key, not_found};
use crate::store::sealing::Field;

impl Queries {
    pub(super) async fn contact(&self, query: &Query, asked: ContactAsked) -> Answered<Contact> {
        let own = &query.organisation;
        let row: PgRow = sqlx::query(
            "select name_sealed, phone_sealed, email_sealed, address_sealed, other_sealed, preferred_channel
             from complainant where organisation = $1 and complainant = $2",
        )
        .bind(own.as_str())
        .bind(asked.complainant.0)
        .fetch_optional(&self.pool)
        .await?
        .ok_or_else(|| not_found("there is no such complainant, or they were forgotten"))?;
        let open = |field: fn(contracts::ComplainantId) -> Field, column: &str| -> Answered<Option<String>> {
            let sealed: Option<Vec<u8>> = row.try_get(column)?;
            Ok(field(asked.complainant).open_text(self.intake.keys(), own, sealed.as_deref())?)
        };
        let contact = Contact {
            name: open(Field::Name, "name_sealed")?,
            phone: open(Field::Phone, "phone_sealed")?,
            email: open(Field::Email, "email_sealed")?,
            address: open(Field::Address, "address_sealed")?,
            other: open(Field::Other, "other_sealed")?,
            preferred_channel: maybe_key(row.try_get("preferred_channel")?)?,
            masked: false,
        };
        Ok(if asked.masked || !self.may_see(&query.actor) { hidden(contact) } else { contact })
    }

    fn may_see(&self, actor: &Actor) -> bool {
        match actor {
            Actor::System => true,
            Actor::Staff { roles, .. } => {
                self.intake.config().contact_roles.iter().any(|role| roles.contains(role))
            }
            Actor::Customer | Actor::Feeder { .. } => false,
        }
    }
}

/// Enough to be recognised, not enough to be reached.
fn hidden(contact: Contact) -> Contact {
    let stars = |text: Option<String>| text.map(|_| "***".to_owned());
    Contact {
        name: contact.name.as_deref().map(mask_name),
        phone: contact.phone.as_deref().map(mask_phone),
        email: contact.email.as_deref().map(mask_email),
        address: stars(contact.address),
        other: stars(contact.other),
        preferred_channel: contact.preferred_channel,
        masked: true,
    }
}
