//! `clock.extend` → `ruling.opened`: more time is asked for with a reason, before it has run out, and within what the
//! playbook allows (12345). The clock runs on until it is granted.

use calendar::{Calendar, Limit};
use contracts::commands::routing::ExtendClock;
use contracts::commands::{Command, check_text};
use contracts::messages::ruling_given::RulingAnswer;
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::{ClockId, Problem, ProblemCode, WorkId};
use jiff::Timestamp;
use playbook::Extension;

use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, clock_of_case, staff};
use crate::rights::Rights;
use crate::rulings::Asked;
use crate::state::{Case, CaseClock};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ExtendClock = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let clock = clock_of_case(&draft.rights(), &command.actor, order.clock)?;
    let (extension, due) = may(&draft.rights(), order.clock, &clock)?;
    let until = until(&order, due, &extension, &*draft.calendar(&clock.calendar)?)?;
    let question = RulingQuestion::Extension { clock: order.clock, key: clock.key, due, until };
    let because = draft.because(&command.actor, &order.reason);
    let about = clock.visit.or(draft.case.main_visit().map(|(id, _)| id));
    let about = about.and_then(|visit| draft.holder_at(visit)).into_iter().collect();
    let asked = Asked { question, by: &extension.by, limit: extension.limit, because, about };
    let ruling = WorkId(draft.context.next_id());
    draft.ask_ruling(ruling, asked)?;
    draft.finish()
}

/// By how much a clock may be extended, and when it is due before that: while it runs, before it is due, and no more often
/// than the playbook says.
///
/// # Errors
/// `not-allowed`, `wrong-stage`, `already-exists`.
pub(crate) fn may(
    rights: &Rights<'_>,
    id: ClockId,
    clock: &CaseClock,
) -> Result<(Extension, Timestamp), Problem> {
    let extension = rights.book.clock(&clock.key).and_then(|model| model.extension.clone());
    let extension = extension.ok_or_else(|| {
        Problem::new(ProblemCode::NotAllowed, "the playbook gives no more time for this clock")
            .at("/clock")
            .expected("a clock that may be extended")
    })?;
    let due = clock.due.filter(|due| *due > rights.now).ok_or_else(|| {
        Problem::new(
            ProblemCode::WrongStage,
            "more time is asked for while the clock runs and before it is due",
        )
        .at("/clock")
        .expected("a clock that is due later")
    })?;
    not_asked_too_often(rights.case, id, &extension)?;
    Ok((extension, due))
}

/// One question at a time, and no more grants than the playbook says. What was refused may be asked again.
fn not_asked_too_often(case: &Case, wanted: ClockId, extension: &Extension) -> Result<(), Problem> {
    let exists = |detail: &str, expected: String| {
        Err(Problem::new(ProblemCode::AlreadyExists, detail).at("/clock").expected(expected))
    };
    let of_clock = case.rulings.values().filter(
        |ruling| matches!(ruling.question, RulingQuestion::Extension { clock, .. } if clock == wanted),
    );
    let (mut open, mut granted) = (false, 0);
    for ruling in of_clock {
        open |= ruling.is_open();
        granted += u32::from(matches!(ruling.answer(), Some(RulingAnswer::Granted { .. })));
    }
    if open {
        return exists("more time is being asked for already", "an answer first".to_owned());
    }
    if granted >= extension.times {
        let expected = format!("at most {} times", extension.times);
        return exists("more time was granted as often as the playbook allows", expected);
    }
    Ok(())
}

/// Until when is asked for: later than it is due, and no later than the playbook allows.
fn until(
    order: &ExtendClock,
    due: Timestamp,
    extension: &Extension,
    calendar: &Calendar,
) -> Result<Timestamp, Problem> {
    let (until, field) = match (order.until, &order.by) {
        (Some(until), None) => (until, "/until"),
        (None, Some(by)) => (later(by, due, calendar)?, "/by"),
        (None, None) | (Some(_), Some(_)) => {
            let problem = Problem::new(ProblemCode::InvalidField, "how much more time is asked for?");
            return Err(problem.at("/until").expected("either until or by"));
        }
    };
    let latest = extension.at_most.after(due, calendar).unwrap_or(due);
    if until <= due || until > latest {
        let detail = format!("it is due at {due} and may be extended by {}", extension.at_most);
        let problem = Problem::new(ProblemCode::InvalidField, detail).at(field);
        return Err(problem.expected(format!("later than {due}, at most {latest}")));
    }
    Ok(until)
}

fn later(by: &str, due: Timestamp, calendar: &Calendar) -> Result<Timestamp, Problem> {
    let limit = by.parse::<Limit>().ok();
    limit.and_then(|limit| limit.after(due, calendar)).ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "that is no length of time")
            .at("/by")
            .expected("such as 2 working days, 24h")
    })
}
