//! `work.requested` → `work.assigned`, or `work.queued` when nobody present and unbarred can be found.

use contracts::messages::work_requested::WorkRequested;
use runtime::service::Decision;

use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, said: &WorkRequested) -> Outcome {
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    let known = draft.before().is_some_and(|case| case.works.contains_key(&said.work));
    // Work for a visit that was left or reassigned is not taken in: its service hears of that and asks again.
    if known || !draft.case.works.contains_key(&said.work) {
        return Ok(Decision::nothing());
    }
    draft.assign(said.work, None);
    draft.finish()
}
