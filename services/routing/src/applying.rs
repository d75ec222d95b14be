//! What another version of a calendar or playbook does to a case that is open. Pure: the preview and the
//! decision that applies it call the same functions, so that what was seen is what is done.

mod playbooks;
mod spreading;

use calendar::Calendar;
use contracts::ClockId;
use contracts::commands::Actor;
use contracts::messages::clock_changed::{ClockChange, ClockChanged};
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use jiff::Timestamp;
use playbook::{Clock, CompiledPlaybook};

pub use self::playbooks::{Change, Obstacle, obstacles, onto_playbook};
pub use self::spreading::{OpenCase, applied_in, open_case, spread, spread_to};
use crate::clocks::due_by;
use crate::draft::Draft;
use crate::library::{calendar_for, is_built_in};
use crate::state::{Case, CaseClock, Organisation};

/// A published version that open cases can be moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// Of a calendar.
    Calendar(CalendarRef),
    /// Of a playbook.
    Playbook(PlaybookRef),
}

/// Why a clock moved, where a version was applied.
impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Calendar(calendar) => write!(f, "calendar:{}@{}", calendar.id, calendar.version),
            Self::Playbook(playbook) => write!(f, "playbook:{}@{}", playbook.id, playbook.version),
        }
    }
}

/// How a running clock goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockMove {
    /// Which.
    pub clock: ClockId,
    /// The calendar it then runs on.
    pub calendar: CalendarRef,
    /// When it is then due.
    pub due: Option<Timestamp>,
}

/// How the running clocks of a case go on that run on an earlier version of `to`, which is `calendar`. A clock that runs
/// on the built-in weekdays because nothing was published yet is one of them where it would start on `to` today.
#[must_use]
pub fn onto_calendar(
    case: &Case,
    book: &CompiledPlaybook,
    organisation: Option<&Organisation>,
    to: &CalendarRef,
    calendar: &Calendar,
) -> Vec<ClockMove> {
    let running = case.clocks.iter().filter(|(_, clock)| clock.is_running());
    let modelled = running.filter_map(|(id, clock)| Some((*id, clock, book.clock(&clock.key)?)));
    let earlier = modelled.filter(|(_, clock, model)| is_earlier(clock, model, organisation, to));
    let moved = earlier.map(|(id, clock, model)| ClockMove {
        clock: id,
        calendar: to.clone(),
        due: due_by(case, clock, model, calendar).at(),
    });
    moved.collect()
}

fn is_earlier(
    clock: &CaseClock,
    model: &Clock,
    organisation: Option<&Organisation>,
    to: &CalendarRef,
) -> bool {
    let own = &clock.calendar;
    let of_it = own.id == to.id && own.version < to.version;
    of_it || is_built_in(own) && calendar_for(organisation, model.calendar.as_ref()).id == to.id
}

impl Draft<'_> {
    /// Says how clocks move because a version was applied. What they missed by then stays missed; a new due time in the
    /// future can be missed again, one in the past is told at once by its timer.
    pub(crate) fn say_moves(&mut self, moves: Vec<ClockMove>, why: &Version, by: &Actor) {
        let at = self.at;
        for ClockMove { clock, calendar, due } in moves {
            let Some(own) = self.case.clocks.get(&clock) else { continue };
            let (key, change) = (own.key.clone(), ClockChange::Moved);
            let calendar = (own.calendar != calendar).then_some(calendar);
            let (reason, by) = (why.to_string(), by.clone());
            self.say(ClockChanged { clock, key, change, at, due, calendar, reason, by });
        }
    }
}
