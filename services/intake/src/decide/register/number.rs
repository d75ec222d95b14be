//! The number: drawn under the lock of its counter, in the transaction that registers.

use contracts::{Problem, ProblemCode};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde_json::Value;

use super::Draft;
use crate::Intake;
use crate::decide::space;
use crate::rows::Row;
use crate::state::State;

/// How many numbers taken by another pattern are stepped over before giving up.
const MOST_STEPS: u64 = 1000;

/// Draws the next number of the playbook's pattern.
///
/// Whoever writes the same pattern shares its counter, whatever scope their playbook names: two counters would give
/// the same number twice. Two *different* patterns can still meet, so each number drawn is itself an entry, and
/// one that is taken is stepped over.
pub(super) fn draw(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    decision: &mut Decision<Row>,
) -> Result<String, Problem> {
    let numbering = &draft.playbook.playbook().intake.numbering;
    let calendar = intake.procedures().calendar(context);
    let period = numbering.period(context.now(), calendar.zone());
    let counter = EntryKey {
        space: space::COUNTER,
        key: format!("{}|{}|{}", without_width(&numbering.pattern), numbering.reset, period.key()),
    };
    let drawn = context.entry(counter.space, counter.key.clone()).as_ref().and_then(Value::as_u64).unwrap_or(0);
    for serial in drawn + 1..=drawn + MOST_STEPS {
        let number = numbering.format(&period, serial).map_err(|error| {
            Problem::new(ProblemCode::BrokenPlaybook, format!("the playbook gives no numbers: {error}"))
        })?;
        if context.entry(space::NUMBER, number.as_str()).is_none() {
            let taken = EntryKey { space: space::NUMBER, key: number.clone() };
            let value = Value::String(draft.complaint.to_string());
            decision.entries.push(EntryChange::Put { entry: counter, value: serial.into() });
            decision.entries.push(EntryChange::Put { entry: taken, value });
            return Ok(number);
        }
    }
    Err(Problem::new(ProblemCode::Internal, "the next numbers of this pattern are taken by another pattern"))
}

/// The pattern without the width of its serial: `{serial:4}` and `{serial:6}` share a counter.
fn without_width(pattern: &str) -> String {
    let Some((before, after)) = pattern.split_once("{serial:") else { return pattern.to_owned() };
    let rest = after.split_once('}').map_or("", |(_, rest)| rest);
    format!("{before}#{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_differ_in_width_alone_share_a_counter() {
        assert_eq!(without_width("TS{yyyy}{serial:4}-A"), "TS{yyyy}#-A");
        assert_eq!(without_width("TS{yyyy}{serial:6}-A"), "TS{yyyy}#-A");
    }
}
