//! Who complains: found again by the blind index of a telephone number or e-mail address, or new.

use contracts::commands::intake::Complainant;
use contracts::{ComplainantId, OrganisationId, Problem, ProblemCode};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde_json::Value;
use vault::{BlindIndex, Masked, normalise};

use super::Draft;
use crate::Intake;
use crate::decide::erase::Trail;
use crate::decide::space;
use crate::rows::{ComplainantRow, Row};
use crate::state::State;

/// Who complains, and what leads to them.
pub(super) struct Identity {
    /// Who.
    pub(super) complainant: ComplainantId,
    /// Whether anything given leads to them again; without it nobody can be recognised.
    pub(super) recognisable: bool,
    traces: Traces,
    fresh: Vec<String>,
    /// Keyed hashes of matters that name them.
    pub(super) matters: Vec<String>,
    /// Keyed hashes of settlements on the spot for them.
    pub(super) spots: Vec<String>,
}

/// Keyed hashes of how somebody is reached, by which they are found again.
pub(crate) struct Traces {
    phone: Option<BlindIndex>,
    email: Option<BlindIndex>,
}

impl Traces {
    /// Those of what was given.
    pub(crate) fn of(intake: &Intake, organisation: &OrganisationId, person: &Complainant) -> Self {
        let index = |field: &str, value: Option<normalise::Normalised>| {
            value.map(|value| intake.keys().blind_index(organisation.as_str(), field, &value))
        };
        Self {
            phone: index("phone", person.phone.as_deref().and_then(normalise::phone)),
            email: index("email", person.email.as_deref().and_then(normalise::email)),
        }
    }
    /// The keys of the entries that lead to whom they are of.
    pub(crate) fn keys(&self) -> Vec<String> {
        let keys = [("phone", self.phone), ("email", self.email)].into_iter();
        keys.filter_map(|(field, index)| index.map(|index| format!("{field}:{}", hex::encode(index))))
            .collect()
    }
}

pub(super) fn identify(intake: &Intake, context: &Context<'_, State>, draft: &Draft) -> Identity {
    let traces = Traces::of(intake, context.organisation(), &draft.body.complainant);
    let keys = traces.keys();
    let found: Vec<Option<ComplainantId>> = keys
        .iter()
        .map(|key| context.entry(space::COMPLAINANT, key.as_str()))
        .map(|value| value.as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok()))
        .collect();
    let complainant =
        found.iter().flatten().next().copied().unwrap_or_else(|| ComplainantId(context.next_id()));
    let fresh = keys.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(key, _)| key.clone());
    Identity {
        complainant,
        recognisable: !keys.is_empty(),
        traces,
        fresh: fresh.collect(),
        matters: Vec::new(),
        spots: Vec::new(),
    }
}

/// Keeps the contact data and the trail that leads to the complainant.
pub(super) fn remember(
    context: &Context<'_, State>,
    draft: &Draft,
    identity: &Identity,
    decision: &mut Decision<Row>,
) -> Result<(), Problem> {
    for key in &identity.fresh {
        decision.entries.push(EntryChange::Put {
            entry: EntryKey { space: space::COMPLAINANT, key: key.clone() },
            value: Value::String(identity.complainant.to_string()),
        });
    }
    let own = EntryKey { space: space::PERSON, key: identity.complainant.to_string() };
    let mut trail = Trail::read(context.entry(own.space, own.key.clone())).unwrap_or_default();
    trail.complaints.push(draft.complaint);
    trail.indexes.extend(identity.fresh.iter().cloned());
    for (kept, new) in [(&mut trail.matters, &identity.matters), (&mut trail.spots, &identity.spots)] {
        kept.extend(new.iter().cloned());
        kept.sort();
        kept.dedup();
    }
    let value = serde_json::to_value(&trail)
        .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    decision.entries.push(EntryChange::Put { entry: own, value });
    let (who, person) = (identity.complainant, &draft.body.complainant);
    decision.rows.push(Row::Complainant(Box::new(row(context, who, person, &identity.traces))));
    Ok(())
}

/// What is kept of somebody, on its way to being sealed.
pub(in crate::decide) fn row(
    context: &Context<'_, State>,
    complainant: ComplainantId,
    person: &Complainant,
    traces: &Traces,
) -> ComplainantRow {
    let masked = |text: &Option<String>| text.clone().map(Masked::new);
    ComplainantRow {
        complainant,
        name: masked(&person.name),
        phone: masked(&person.phone),
        phone_index: traces.phone,
        email: masked(&person.email),
        email_index: traces.email,
        address: masked(&person.address),
        other: masked(&person.other),
        preferred_channel: person.preferred_channel.clone(),
        at: context.now(),
    }
}
