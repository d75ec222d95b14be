//! A case that is open follows another version of its playbook: what stands in the way, and how its clocks go on.
//!
//! Visits that are open go on as they were entered; the way on, clocks, the ladder and sides are those of the new
//! version. Nothing starts backwards: what the new version would have started before waits for its next trigger.

use std::sync::Arc;

use calendar::Calendar;
use contracts::messages::clock_started::CalendarRef;
use contracts::{ClockId, Problem, StageKey, StageKind, Text};
use playbook::CompiledPlaybook;

use super::ClockMove;
use crate::clocks::due_by;
use crate::library::calendar_for;
use crate::state::{Case, Main, Organisation};

/// Why a case cannot follow another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It stands at, or just after, a stage that the new version does not have.
    NoStage(StageKey),
    /// It stands at a stage that is another kind of work in the new version.
    OtherKind {
        /// The stage.
        stage: StageKey,
        /// Its kind now.
        now: StageKind,
        /// Its kind in the new version.
        then: StageKind,
    },
}

impl Obstacle {
    /// For people.
    #[must_use]
    pub fn text(&self) -> Text {
        match self {
            Self::NoStage(stage) => Text {
                zh: format!("新版本没有环节“{stage}”"),
                en: format!("the new version has no stage “{stage}”"),
            },
            Self::OtherKind { stage, now, then } => Text {
                zh: format!("环节“{stage}”的类型由 {now} 变为 {then}"),
                en: format!("the stage “{stage}” is of kind {then} there, and of kind {now} here"),
            },
        }
    }
}

/// How the clocks of a case go on in another version of its playbook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Those that move.
    pub moves: Vec<ClockMove>,
    /// Those that stop: the new version does not have them.
    pub stops: Vec<ClockId>,
}

/// What stands in the way of a case that is to follow `to`: where it stands must be there too.
#[must_use]
pub fn obstacles(case: &Case, to: &CompiledPlaybook) -> Vec<Obstacle> {
    let after = match &case.main {
        Main::Between { after: Some(stage), .. } => Some((stage, None)),
        Main::Between { after: None, .. } | Main::Visit { .. } | Main::Closed { .. } => None,
    };
    let open = case.visits.values().map(|visit| (&visit.stage, Some(visit.kind)));
    let found = open.chain(after).filter_map(|(stage, now)| match (to.stage(stage), now) {
        (Err(_), _) => Some(Obstacle::NoStage(stage.clone())),
        (Ok(then), Some(now)) if then.kind != now => {
            Some(Obstacle::OtherKind { stage: stage.clone(), now, then: then.kind })
        }
        (Ok(_), _) => None,
    });
    found.collect()
}

/// How the running clocks of a case go on when it follows `to` and no longer `from`. A clock keeps its calendar, unless
/// the new version names another for it.
///
/// # Errors
/// When `read` does not find a calendar.
pub fn onto_playbook(
    case: &Case,
    (from, to): (&CompiledPlaybook, &CompiledPlaybook),
    organisation: Option<&Organisation>,
    read: impl Fn(&CalendarRef) -> Result<Arc<Calendar>, Problem>,
) -> Result<Change, Problem> {
    let mut change = Change::default();
    for (id, clock) in case.clocks.iter().filter(|(_, clock)| clock.is_running()) {
        let Some(model) = to.clock(&clock.key) else {
            change.stops.push(*id);
            continue;
        };
        let named = from.clock(&clock.key).and_then(|model| model.calendar.as_ref());
        let calendar = if named == model.calendar.as_ref() {
            clock.calendar.clone()
        } else {
            calendar_for(organisation, model.calendar.as_ref())
        };
        let due = due_by(case, clock, model, &*read(&calendar)?).at();
        if due != clock.due || calendar != clock.calendar {
            change.moves.push(ClockMove { clock: *id, calendar, due });
        }
    }
    Ok(change)
}
