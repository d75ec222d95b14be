//! `work.hand_back` → the work waits in the queue of its department. The reason is kept as a word of routing.

use std::collections::BTreeSet;

use contracts::commands::routing::HandBackWork;
use contracts::commands::{Command, check_text};
use contracts::messages::work_queued::QueueCause;
use contracts::{Problem, ProblemCode};

use super::{Desk, Outcome, open_work, staff};

/// The longest reason, in characters.
pub(super) const LONGEST_REASON: usize = 500;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: HandBackWork = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let person = staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let work = open_work(&draft, order.work)?;
    if work.holder() != Some(person) {
        return Err(Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work")
            .at("/work")
            .expected("work that you hold"));
    }
    let because = draft.because(&command.actor, &order.reason);
    draft.queue(order.work, &work, QueueCause::HandedBack, because, BTreeSet::new());
    draft.finish()
}
