//! `clock.missed`: where somebody is about to be held to account for such a clock, the round is voided and the next opens
//! with one cause more, so that no breach is passed over because another was being looked at.

use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::round_closed::Voided;
use contracts::messages::round_opened::Purpose;
use playbook::Trigger;
use runtime::service::Decision;

use super::reopen_round::reopen;
use super::{Outcome, Scene};

pub(super) fn decide(scene: &Scene<'_, '_>, missed: &ClockMissed) -> Outcome {
    let mut decision = Decision::nothing();
    let on_it = Trigger::Missed(missed.key.clone());
    let accounts = scene.after.visits.iter().filter(|(_, visit)| visit.purpose == Purpose::Account);
    for (id, visit) in accounts {
        let about = |open: &&crate::state::Open| open.needs.incentives.iter().any(|one| one.on == on_it);
        if let Some(open) = visit.open().filter(about) {
            reopen(&mut decision, scene, (*id, visit, open), Voided::NewCause)?;
        }
    }
    Ok(decision)
}
