//! `stage.withdrawn`: the visit is revoked, its round ends without a decision, its people are let go.

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::round_closed::Voided;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use runtime::service::{Context, Decision};

use super::{Outcome, reopen_round};
use crate::config::Config;
use crate::ledger::{self, Ledger};
use crate::state::{Standing, State};

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    withdrawn: &StageWithdrawn,
) -> Outcome {
    let mut decision = Decision::nothing();
    let id = withdrawn.visit;
    let Some(visit) = state.visits.get(&id) else { return Ok(decision) };
    match &visit.standing {
        Standing::Open(open) => {
            let Some(round) = &open.round else { return Ok(decision) };
            reopen_round::void(&mut decision, id, round, Voided::StageWithdrawn);
            if ledger::is_counted(round) {
                let proposal = state.subject_of(visit.instance, open);
                let mut ledger = Ledger::load(context, config, open, &[proposal])?;
                ledger.settle(round.id, None);
                decision.entries = ledger.changes()?;
            }
        }
        Standing::Completed(_) => {
            decision.say(ActLate {
                visit: id,
                epoch: visit.epoch,
                act: "stage.withdrawn".to_owned(),
                by: Actor::System,
            });
        }
        Standing::Withdrawn => {}
    }
    Ok(decision)
}
