//! How to reach a complainant, and what is hidden from whom: in the clear for the service that sends, for the roles
//! that speak to customers, and for whoever has work of the complaint at which the customer is spoken to; hidden for
//! everybody else. Where the playbook of the complaint says more, that holds.

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::intake::{Contact, ContactAsked};
use contracts::{ComplaintId, OrganisationId, SubjectRef};
use playbook::{IntakeField, Privacy};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use vault::{mask_email, mask_name, mask_phone};

use super::{Answered, Queries, maybe_key, not_found};
use crate::state::State;
use crate::store::sealing::Field;

/// What stands where something is hidden.
pub(super) const HIDDEN: &str = "***";

/// What somebody sees of what intake keeps.
pub(super) struct Sees {
    /// Whether they may see it as far as the installation is concerned.
    may: bool,
    /// Whether it is their work to speak with the customer now: nobody can do that without knowing how to reach them.
    speaks: bool,
    /// What the playbook of the complaint says, and whether they are one of those who see it all.
    policy: Option<(Privacy, bool)>,
}

impl Sees {
    /// Whether contact data of this kind are shown to them.
    fn contact(&self, field: IntakeField) -> bool {
        let by_role = match &self.policy {
            Some((_, true)) => true,
            Some((privacy, false)) => self.may && !masks(privacy, field),
            None => self.may,
        };
        by_role || self.speaks
    }

    /// Whether this part of what the customer said is shown to them. Whoever works on a case reads what was told, unless
    /// its playbook hides it.
    pub(super) fn told(&self, field: IntakeField) -> bool {
        match &self.policy {
            Some((privacy, all)) => *all || !privacy.masking.contains(&field),
            None => true,
        }
    }
}

/// Whether a playbook hides a way to reach somebody: by its name, or as a contact.
fn masks(privacy: &Privacy, field: IntakeField) -> bool {
    let is_way = field != IntakeField::Name;
    privacy.masking.contains(&field) || (is_way && privacy.masking.contains(&IntakeField::Contact))
}

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
        let sees = Sees { speaks: asked.speaks, ..self.sees(own, &query.actor, asked.complaint).await? };
        Ok(shown(contact, |field| !asked.masked && sees.contact(field)))
    }

    /// What `actor` sees of what intake keeps about a complaint.
    pub(super) async fn sees(
        &self,
        own: &OrganisationId,
        actor: &Actor,
        complaint: Option<ComplaintId>,
    ) -> Answered<Sees> {
        let may = self.may_see(actor);
        let privacy = match complaint {
            Some(complaint) if *actor != Actor::System => self.privacy(own, complaint).await?,
            Some(_) | None => None,
        };
        let policy = privacy.map(|privacy| {
            let all = privacy.roles.iter().any(|role| actor.holds(role.as_str()));
            (privacy, all)
        });
        Ok(Sees { may, speaks: false, policy })
    }

    /// What the playbook of a complaint says of privacy.
    async fn privacy(&self, own: &OrganisationId, complaint: ComplaintId) -> Answered<Option<Privacy>> {
        let Some((state, _)) = self.state(&SubjectRef::complaint(own, complaint)).await? else {
            return Ok(None);
        };
        let Some(registered) = state.registered() else { return Ok(None) };
        let wanted = &registered.playbook;
        let known = self.state(&SubjectRef::playbook(own, &wanted.id)).await?;
        let known = known.as_ref().and_then(|(state, _)| State::playbook(state));
        let Some(document) = known.and_then(|known| known.versions.get(&wanted.version)) else {
            return Ok(None);
        };
        let book = self.intake.procedures().ready(own, wanted, document)?;
        Ok(book.playbook().privacy.clone())
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

/// What is hidden is enough to be recognised, not enough to be reached.
fn shown(contact: Contact, sees: impl Fn(IntakeField) -> bool) -> Contact {
    let mut masked = false;
    let mut pick = |field: IntakeField, text: Option<String>, hide: fn(&str) -> String| {
        let hidden = text.is_some() && !sees(field);
        masked |= hidden;
        if hidden { text.as_deref().map(hide) } else { text }
    };
    let stars = |_: &str| HIDDEN.to_owned();
    let all = [IntakeField::Name, IntakeField::Phone, IntakeField::Email, IntakeField::Address];
    let (name, phone) = (
        pick(IntakeField::Name, contact.name, mask_name),
        pick(IntakeField::Phone, contact.phone, mask_phone),
    );
    let (email, address, other) = (
        pick(IntakeField::Email, contact.email, mask_email),
        pick(IntakeField::Address, contact.address, stars),
        pick(IntakeField::AlternativeContact, contact.other, stars),
    );
    // Somebody of whom nothing is known is hidden all the same from who would see nothing.
    let masked = masked || !all.into_iter().any(&sees);
    Contact { name, phone, email, address, other, preferred_channel: contact.preferred_channel, masked }
}
