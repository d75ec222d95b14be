//! `decide`: somebody approves or refuses at their seat; unalterable, with dissent on record.

use contracts::commands::Command;
use contracts::commands::approval::Decide;
use contracts::messages::decision_recorded::{Decided, DecisionRecorded};
use contracts::messages::round_opened::Purpose;
use runtime::service::{Context, Decision};

use super::Outcome;
use super::seat_taken::Claim;
use super::turn::{Reason, Turn};
use crate::config::Config;
use crate::state::State;

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Outcome {
    let order: Decide = command.read()?;
    let claim =
        Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Decide };
    let turn = Turn::of(config, context, state, command, &claim)?;

    let mut decision = Decision::nothing();
    let reason = match order.decision {
        Decided::Approve => Reason::MayBeGiven,
        Decided::Refuse => {
            Reason::Needed { detail: "a refusal needs a reason", expected: "why it is refused" }
        }
    };
    let recorded = DecisionRecorded {
        visit: order.visit,
        round: order.round,
        step: u32::try_from(turn.place.at).unwrap_or(u32::MAX),
        decision: order.decision,
        reason: turn.reason(&mut decision, order.reason.as_deref(), reason)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, recorded)
}
