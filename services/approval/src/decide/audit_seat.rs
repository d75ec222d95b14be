//! `audit`: somebody who had no part in it says whether a whole case was handled as it should be, before it is archived
//! . No proposal is needed and nothing is allowed by it.

use contracts::commands::Command;
use contracts::commands::approval::Audit;
use contracts::messages::audit_recorded::{AuditRecorded, AuditVerdict};
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
    let order: Audit = command.read()?;
    let claim = Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Audit };
    let turn = Turn::of(config, context, state, command, &claim)?;

    let mut decision = Decision::nothing();
    let reason = match order.verdict {
        AuditVerdict::Passed => Reason::MayBeGiven,
        AuditVerdict::Failed => Reason::Needed {
            detail: "a failed audit needs a reason",
            expected: "what is not as it should be",
        },
    };
    let recorded = AuditRecorded {
        visit: order.visit,
        round: order.round,
        verdict: order.verdict,
        reason: turn.reason(&mut decision, order.reason.as_deref(), reason)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, recorded)
}
