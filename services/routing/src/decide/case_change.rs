//! `case.change` → a case follows the version of its playbook that was applied. Only Redress itself orders it
//! ([`crate::applying`]); a case that follows it already, is closed, or stands where that version has no stage, is left.

use contracts::commands::Command;
use contracts::commands::routing::ChangeCase;
use contracts::messages::case_changed::CaseChanged;
use contracts::messages::clock_started::CalendarRef;
use runtime::service::Decision;

use super::clocks_move::not_applied;
use super::{Desk, Outcome, redress_only};
use crate::applying::{Version, obstacles, onto_playbook};
use crate::state::Applied;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let ChangeCase { playbook: to } = command.read()?;
    redress_only(&command.actor)?;
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    let organisation = draft.organisation();
    let applied = organisation.and_then(|all| all.applied_playbooks.get(&to.id)?.get(&to.version));
    let by = applied.ok_or_else(|| not_applied("/playbook")).map(|Applied { by, .. }| by.clone())?;
    let own = draft.case.playbook.clone();
    let is_earlier = own.id == to.id && own.version < to.version;
    let book = desk.library.playbook(desk.context, &to)?;
    if !is_earlier || draft.case.is_closed() || !obstacles(&draft.case, &book).is_empty() {
        return Ok(Decision::nothing());
    }
    let versions = (&*draft.book, &*book);
    let read = |wanted: &CalendarRef| draft.calendar(wanted);
    let change = onto_playbook(&draft.case, versions, draft.organisation(), read)?;
    // While the case follows the version that has them.
    for clock in change.stops {
        draft.stop(clock, draft.at)?;
    }
    draft.say(CaseChanged { playbook: to.clone(), before: own.version, by: by.clone() });
    draft.follow(book);
    draft.say_moves(change.moves, &Version::Playbook(to), &by);
    draft.advance()?;
    draft.finish()
}
