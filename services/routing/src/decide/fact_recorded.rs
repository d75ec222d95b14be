//! `fact.recorded` → clocks start, stop and move, rungs fire, sides begin, a `wait` may end, a held case may go on.

use contracts::messages::fact_recorded::FactRecorded;
use runtime::service::Decision;

use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, said: &FactRecorded) -> Outcome {
    // Before the registration the fact is kept in the state and acted upon with it; after the archive it is only kept.
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    if draft.case.is_closed() {
        return draft.finish();
    }
    let heard_at = draft.at;
    let visit = said.visit.filter(|id| draft.case.visits.contains_key(id));
    draft.at = said.at.min(heard_at);
    draft.learnt(&said.facts, visit)?;
    draft.at = heard_at;
    draft.advance()?;
    draft.finish()
}
