//! `complaint.registered` → the case is opened: its clocks run from receipt, the first stage after `register` begins.

use contracts::messages::complaint_registered::ComplaintRegistered;
use playbook::{CaseEvent, Trigger};
use runtime::service::Decision;

use super::{Desk, Outcome};
use crate::draft::evaluation;
use crate::state::State;

pub(super) fn decide(desk: &Desk<'_>, said: &ComplaintRegistered) -> Outcome {
    let State::Awaited { early } = desk.state else { return Ok(Decision::nothing()) };
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    let heard_at = draft.at;
    draft.found_level = draft.book.level(&draft.env()).map_err(evaluation)?;
    let entry = draft.book.entry().ok_or_else(|| evaluation("the playbook has no entry"))?.key.clone();
    draft.trigger(&Trigger::Event(CaseEvent::Received), said.received_at, None)?;
    draft.at = said.registered_at;
    draft.trigger(&Trigger::Event(CaseEvent::Registered), said.registered_at, None)?;
    draft.trigger(&Trigger::Entered(entry.clone()), said.registered_at, None)?;
    let mut facts = draft.case.facts.clone();
    facts.retain(|key, _| !early.iter().any(|fact| fact.facts.contains_key(key)));
    draft.learnt(&facts, None)?;
    draft.trigger(&Trigger::Left(entry), said.registered_at, None)?;
    for fact in early {
        draft.at = fact.at;
        draft.learnt(&fact.facts, None)?;
    }
    draft.at = heard_at;
    draft.advance()?;
    draft.finish()
}
