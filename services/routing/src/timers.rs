//! The timers of a case follow from its state: which there ought to be is computed, and the difference is set.
//!
//! | key | fires when |
//! |---|---|
//! | `clock:<clock>` | the clock is due |
//! | `rung:<clock>:<rung>:<epoch>` | a rung of the ladder stands at an offset to it |
//! | `ruling:<work>`, `ruling:<work>:<n>` | a ruling is due, or its holder is to be reminded |
//! | `absent:<work>` | the holder of the work is away |
//! | `return:<work>` | somebody comes back who might take queued work |

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::{ClockId, Problem, WorkId};
use jiff::Timestamp;
use runtime::service::TimerChange;
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::ladder;
use crate::state::{Case, CaseClock, Ruling, Work, WorkState};

type Timers = BTreeMap<String, (Timestamp, Value)>;

/// The changes of timers that the decision makes.
///
/// # Errors
/// When the calendar of a clock cannot be read.
pub(crate) fn changes(draft: &Draft<'_>) -> Result<Vec<TimerChange>, Problem> {
    let (mut stale, mut wanted) = (Vec::new(), Timers::new());
    let before = draft.before();
    // Another version of the playbook has other rungs.
    let is_rebound = !Arc::ptr_eq(&draft.book, draft.book_before());
    for (id, clock) in &draft.case.clocks {
        let old = before.and_then(|case| case.clocks.get(id));
        let has_other_rungs = is_rebound && clock.is_running();
        if old == Some(clock) && !closed_now(before, &draft.case) && !has_other_rungs {
            continue;
        }
        stale.extend(old.into_iter().flat_map(|old| keys_of_clock(draft, *id, old)));
        if clock.is_running() && !draft.case.is_closed() {
            of_clock(draft, *id, clock, &mut wanted)?;
        }
    }
    for (id, ruling) in &draft.case.rulings {
        let old = before.and_then(|case| case.rulings.get(id));
        if old == Some(ruling) {
            continue;
        }
        stale.extend(old.into_iter().flat_map(|old| of_ruling(*id, old).into_keys()));
        wanted.extend(of_ruling(*id, ruling));
    }
    for id in works(before, &draft.case) {
        let (old, new) = (before.and_then(|case| case.works.get(&id)), draft.case.works.get(&id));
        // Queued work is always set anew: whoever came back did not help, the next one may.
        let waits = new.is_some_and(|work| work.holder().is_none());
        if old != new || waits || draft.retime.contains(&id) {
            stale.extend(old.into_iter().flat_map(|_| [format!("absent:{id}"), format!("return:{id}")]));
            new.into_iter().for_each(|work| of_work(draft, id, work, &mut wanted));
        }
    }
    let cancelled = stale.into_iter().filter(|key| !wanted.contains_key(key));
    let cancelled: Vec<_> = cancelled.map(|key| TimerChange::Cancel { key }).collect();
    let set = wanted.into_iter().map(|(key, (due, payload))| TimerChange::Set { key, due, payload });
    Ok(cancelled.into_iter().chain(set).collect())
}

fn closed_now(before: Option<&Case>, after: &Case) -> bool {
    after.is_closed() && before.is_some_and(|case| !case.is_closed())
}

fn works(before: Option<&Case>, after: &Case) -> Vec<WorkId> {
    let mut ids: Vec<_> =
        before.into_iter().flat_map(|case| case.works.keys()).chain(after.works.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The timer key of a clock that runs out.
#[must_use]
pub(crate) fn clock_key(id: ClockId) -> String {
    format!("clock:{id}")
}

/// The timer key of a rung.
#[must_use]
pub(crate) fn rung_key(id: ClockId, rung: &str, epoch: u32) -> String {
    format!("rung:{id}:{rung}:{epoch}")
}

fn keys_of_clock(draft: &Draft<'_>, id: ClockId, clock: &CaseClock) -> Vec<String> {
    let rungs = ladder::rungs(draft.book_before(), &clock.key);
    let keys = rungs.iter().map(|rung| rung_key(id, &rung.key, clock.epoch));
    keys.chain([clock_key(id)]).collect()
}

fn of_clock(draft: &Draft<'_>, id: ClockId, clock: &CaseClock, timers: &mut Timers) -> Result<(), Problem> {
    let Some(due) = clock.due else { return Ok(()) };
    if clock.missed != Some(due) {
        timers.insert(clock_key(id), (due, json!({ "clock": id })));
    }
    let calendar = draft.calendar(&clock.calendar)?;
    for rung in ladder::rungs(&draft.book, &clock.key) {
        let Some(at) = rung.time(due, &calendar) else { continue };
        let since = clock.epoch_since.unwrap_or(draft.context.now());
        let fired_before = clock.has_fired(&rung.key) && at <= since;
        if fired_before || clock.fired.contains(&(rung.key.clone(), clock.epoch)) {
            continue;
        }
        let payload = json!({ "clock": id, "rung": rung.key, "epoch": clock.epoch });
        timers.insert(rung_key(id, &rung.key, clock.epoch), (at, payload));
    }
    Ok(())
}

/// An open ruling changes by ending alone, so each of these is set once.
fn of_ruling(id: WorkId, ruling: &Ruling) -> Timers {
    let at = |missed: bool| json!({ "ruling": id, "missed": missed });
    let due = ruling.due.map(|due| (format!("ruling:{id}"), (due, at(true))));
    let alerts = ruling
        .alerts
        .iter()
        .enumerate()
        .map(|(n, alert)| (format!("ruling:{id}:{}", n + 1), (*alert, at(false))));
    due.into_iter().chain(alerts).filter(|_| ruling.is_open()).collect()
}

fn of_work(draft: &Draft<'_>, id: WorkId, work: &Work, timers: &mut Timers) {
    let now = draft.context.now();
    let payload = json!({ "work": id });
    match &work.state {
        WorkState::Held { person, .. } => {
            let away = draft.directory().next_absence(person, now).filter(|from| *from > now);
            timers.extend(away.map(|from| (format!("absent:{id}"), (from, payload))));
        }
        WorkState::Queued { .. } => {
            let back = draft.directory().next_return(now);
            timers.extend(back.map(|until| (format!("return:{id}"), (until, payload))));
        }
    }
}
