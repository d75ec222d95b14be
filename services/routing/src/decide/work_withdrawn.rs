//! `work.withdrawn` → the work leaves the list.

use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::Decision;

use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, said: &WorkWithdrawn) -> Outcome {
    let known = desk.state.case().is_some_and(|case| case.works.contains_key(&said.work));
    if !known {
        return Ok(Decision::nothing()); // it went with its visit
    }
    match desk.draft()? {
        Some(draft) => draft.finish(),
        None => Ok(Decision::nothing()),
    }
}
