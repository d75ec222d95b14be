//! `review`: somebody in management agrees or objects to a proposal before it is decided on. It is kept like a
//! decision, unalterably and with its reason, but allows nothing: no limit of the matrix is read and no amount counted.

use contracts::commands::Command;
use contracts::commands::approval::Review;
use contracts::messages::review_recorded::{ReviewRecorded, Verdict};
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
    let order: Review = command.read()?;
    let claim =
        Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Review };
    let turn = Turn::of(config, context, state, command, &claim)?;

    let mut decision = Decision::nothing();
    let reason = match order.verdict {
        Verdict::Agree => Reason::MayBeGiven,
        Verdict::Object => {
            Reason::Needed { detail: "an objection needs a reason", expected: "what is objected to, and why" }
        }
    };
    let recorded = ReviewRecorded {
        visit: order.visit,
        round: order.round,
        verdict: order.verdict,
        reason: turn.reason(&mut decision, order.reason.as_deref(), reason)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, recorded)
}
