//! `work.reconsider` → after a change of the directory: those who are away or gone lose the work, queued work may
//! find somebody. Only Redress itself orders it ([`crate::affected_commands`]).

use contracts::commands::Command;
use contracts::commands::routing::ReconsiderWork;
use runtime::service::Decision;

use super::timer_due::look_again;
use super::{Desk, Outcome, redress_only};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ReconsiderWork = command.read()?;
    redress_only(&command.actor)?;
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    draft.fill_teams()?; // whoever left is in none any more, and somebody may be there for a place that was empty
    look_again(&mut draft, order.work);
    draft.finish()
}
