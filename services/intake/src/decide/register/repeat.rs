//! The same matter again: the playbook says what makes it the same, and for how long.

use contracts::ComplaintId;
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
struct Last {
    complaint: ComplaintId,
    at: Timestamp,
    count: i64,
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
    let key = matter(intake, context, draft, identity, rule)?;
    let last: Option<Last> =
        context.entry(space::REPEAT, key.as_str()).and_then(|value| serde_json::from_value(value).ok());
    let calendar = intake.procedures().calendar(context);
    let within = |last: &Last| !rule.within.due(last.at, &calendar, None).is_over(draft.received_at);
    let repeated = last.filter(within).map(|last| (last.complaint, last.count + 1));
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

/// A keyed hash of all that must be the same; none when some of it is not known.
fn matter(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    identity: &Identity,
    rule: &Repeat,
) -> Option<String> {
    let mut parts = Vec::new();
    let mut by = rule.by.clone();
    by.sort();
    by.dedup();
    for part in by {
        parts.push(match part {
            RepeatBy::Person => identity.recognisable.then(|| format!("person={}", identity.complainant))?,
            RepeatBy::Order => {
                let order = normalise::order_number(draft.body.order_number.as_deref()?)?;
                format!("order={}", order.as_str())
            }
            // The feeder's own reference of the matter is sharper than the category.
            RepeatBy::Matter => match (&draft.body.matter, &draft.body.category) {
                (Some(matter), _) => format!("matter={}", normalise::text(matter)?.as_str()),
                (None, Some(category)) => format!("category={category}"),
                (None, None) => return None,
            },
        });
    }
    let whole = normalise::text(&parts.join("|"))?;
    Some(hex::encode(intake.keys().blind_index(context.organisation().as_str(), "matter", &whole)))
}
