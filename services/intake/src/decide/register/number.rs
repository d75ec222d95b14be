//! The number: drawn under the lock of its counter, in the transaction that registers.
//!
//! Unique by construction, so that no number has to be looked up: many registrations of one batch draw one after the
//! other, and a look-up of each would cost a round of the shell.

mod pattern;

use contracts::{Problem, ProblemCode};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde_json::Value;

use super::Draft;
use crate::Intake;
use crate::decide::space;
use crate::rows::Row;
use crate::state::State;

/// The one entry of the space `patterns`.
const ALL: &str = "all";

/// Draws the next number of the playbook's pattern.
///
/// Whoever writes the same pattern shares its counter, whatever scope their playbook names: two counters would give
/// the same number twice. A pattern that could give a number of another pattern in use is refused.
///
/// # Errors
/// `broken-playbook`.
pub(super) fn draw(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    decision: &mut Decision<Row>,
) -> Result<String, Problem> {
    let numbering = &draft.playbook.playbook().intake.numbering;
    let shape = pattern::without_width(&numbering.pattern);
    take_pattern(context, &format!("{shape} {}", numbering.reset), decision)?;
    let calendar = intake.procedures().calendar(context);
    let period = numbering.period(context.now(), calendar.zone());
    let counter =
        EntryKey { space: space::COUNTER, key: format!("{shape}|{}|{}", numbering.reset, period.key()) };
    let drawn = context.entry(counter.space, counter.key.clone()).as_ref().and_then(Value::as_u64);
    let serial = drawn.unwrap_or(0) + 1;
    decision.entries.push(EntryChange::Put { entry: counter, value: serial.into() });
    numbering
        .format(&period, serial)
        .map_err(|error| broken(&format!("the playbook gives no numbers: {error}")))
}

fn broken(detail: &str) -> Problem {
    Problem::new(ProblemCode::BrokenPlaybook, detail).at("/playbook")
}

/// Notes that a pattern is in use, with how its serial begins anew. Almost always it is known, and nothing is locked.
fn take_pattern(
    context: &Context<'_, State>,
    wanted: &str,
    decision: &mut Decision<Row>,
) -> Result<(), Problem> {
    let read = |value: Option<Value>| -> Vec<String> {
        value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    };
    let known = |used: &[String]| used.iter().any(|pattern| pattern == wanted);
    if known(&read(context.glance(space::PATTERNS, ALL))) {
        return Ok(());
    }
    let mut used = read(context.entry(space::PATTERNS, ALL));
    if known(&used) {
        return Ok(());
    }
    if let Some(other) = used.iter().find(|other| pattern::may_meet(wanted, other)) {
        let detail =
            format!("the pattern “{wanted}” could give a number of the pattern “{other}”, which is in use");
        return Err(broken(&detail).expected("a pattern whose numbers are told apart from all others"));
    }
    used.push(wanted.to_owned());
    let entry = EntryKey { space: space::PATTERNS, key: ALL.to_owned() };
    let value =
        serde_json::to_value(used).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    decision.entries.push(EntryChange::Put { entry, value });
    Ok(())
}
