//! The same matter again: the playbook says what makes it the same, and for how long.

use calendar::Calendar;
use contracts::{CategoryKey, ComplainantId, ComplaintId, OrganisationId};
use jiff::Timestamp;
use playbook::{Repeat, RepeatBy};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde::{Deserialize, Serialize};
use vault::normalise;

use super::Draft;
use super::complainant::Identity;
use crate::Intake;
use crate::decide::space;
use crate::rows::Row;
use crate::state::State;

/// The last complaint of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    complaint: ComplaintId,
    at: Timestamp,
    count: i64,
}

impl Last {
    /// The earlier complaint and how many there are with this one, where one that is told at `at` repeats it.
    pub(crate) fn repeated(
        &self,
        rule: &Repeat,
        at: Timestamp,
        calendar: &Calendar,
    ) -> Option<(ComplaintId, i64)> {
        let is_over = rule.within.due(self.at, calendar, None).is_over(at);
        (!is_over).then_some((self.complaint, self.count + 1))
    }
}

/// What makes two complaints the same matter.
pub(crate) struct Matter<'a> {
    /// Who complains, if anything leads to them again.
    pub(crate) complainant: Option<ComplainantId>,
    /// The order.
    pub(crate) order_number: Option<&'a str>,
    /// The feeder's own reference.
    pub(crate) matter: Option<&'a str>,
    /// What it is about.
    pub(crate) category: Option<&'a CategoryKey>,
}

/// The earlier complaint and how many there were, when this one repeats it. Remembers this one as the last.
pub(super) fn detect(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    identity: &mut Identity,
    decision: &mut Decision<Row>,
) -> Option<(ComplaintId, i64)> {
    let rule = draft.playbook.playbook().intake.repeat.as_ref()?;
    let matter = Matter {
        complainant: identity.recognisable.then_some(identity.complainant),
        order_number: draft.body.order_number.as_deref(),
        matter: draft.body.matter.as_deref(),
        category: draft.body.category.as_ref(),
    };
    let key = matter.key(intake, context.organisation(), rule)?;
    let last: Option<Last> =
        context.entry(space::REPEAT, key.as_str()).and_then(|value| serde_json::from_value(value).ok());
    let calendar = intake.procedures().calendar(context);
    let repeated = last.and_then(|last| last.repeated(rule, draft.received_at, &calendar));
    let now = Last {
        complaint: draft.complaint,
        at: draft.received_at,
        count: repeated.map_or(0, |(_, count)| count),
    };
    if let Ok(value) = serde_json::to_value(&now) {
        decision
            .entries
            .push(EntryChange::Put { entry: EntryKey { space: space::REPEAT, key: key.clone() }, value });
    }
    if rule.by.contains(&RepeatBy::Person) {
        identity.matters.push(key);
    }
    repeated
}

impl Matter<'_> {
    /// A keyed hash of all that must be the same; none when some of it is not known.
    pub(crate) fn key(
        &self,
        intake: &Intake,
        organisation: &OrganisationId,
        rule: &Repeat,
    ) -> Option<String> {
        let mut parts = Vec::new();
        let mut by = rule.by.clone();
        by.sort();
        by.dedup();
        for part in by {
            parts.push(match part {
                RepeatBy::Person => format!("person={}", self.complainant?),
                RepeatBy::Order => {
                    format!("order={}", normalise::order_number(self.order_number?)?.as_str())
                }
                // The feeder's own reference of the matter is sharper than the category.
                RepeatBy::Matter => match (self.matter, self.category) {
                    (Some(matter), _) => format!("matter={}", normalise::text(matter)?.as_str()),
                    (None, Some(category)) => format!("category={category}"),
                    (None, None) => return None,
                },
            });
        }
        let whole = normalise::text(&parts.join("|"))?;
        Some(hex::encode(intake.keys().blind_index(organisation.as_str(), "matter", &whole)))
    }
}
