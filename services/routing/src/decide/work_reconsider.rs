//! `work.reconsider` → after a change of the directory: those who are away or gone lose the work, queued work may
//! find somebody. Only Redress itself orders it ([`crate::affected_commands`]).

use contracts::commands::routing::ReconsiderWork;
use contracts::commands::{Actor, Command};
use contracts::{Problem, ProblemCode};
use runtime::service::Decision;

use super::timer_due::look_again;
use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ReconsiderWork = command.read()?;
    if command.actor != Actor::System {
        return Err(Problem::new(ProblemCode::NotAllowed, "only Redress itself orders this")
            .at("/actor")
            .expected("Redress itself"));
    }
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    look_again(&mut draft, order.work);
    draft.finish()
}
