//! A clock of a case: its start, its pauses, what became of it.

use std::collections::BTreeSet;

use calendar::{Extension, Segment, SegmentKind};
use contracts::messages::clock_changed::{ClockChange, ClockChanged};
use contracts::messages::clock_started::{CalendarRef, ClockStarted};
use contracts::queries::routing::ClockMoved;
use contracts::{ClockKey, DepartmentId, VisitId, WorkId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A clock that was started once; a new running is a new clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseClock {
    /// Its key in the playbook.
    pub key: ClockKey,
    /// From when it runs.
    pub start: Timestamp,
    /// When it is due, as far as that is known.
    pub due: Option<Timestamp>,
    /// The visit it belongs to.
    pub visit: Option<VisitId>,
    /// Which handling it belongs to.
    pub instance: u32,
    /// The department that owns the time.
    pub owner: Option<DepartmentId>,
    /// The calendar it runs on, until another version is applied.
    pub calendar: CalendarRef,
    /// Its pauses, in order; the last may have no end.
    pub pauses: Vec<Pause>,
    /// The time that was added to it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extended>,
    /// Grows whenever its due time changes, so that rungs stand anew.
    pub epoch: u32,
    /// When it grew last: a rung that fired before and whose new time had passed by then does not fire again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch_since: Option<Timestamp>,
    /// The due time that was missed, if the present one was.
    pub missed: Option<Timestamp>,
    /// The rungs that fired, with the epoch in which they did.
    pub fired: BTreeSet<(String, u32)>,
    /// How it ended.
    pub stopped: Option<Stopped>,
    /// How its due time was moved, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<ClockMoved>,
}

/// A time in which a clock stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From when.
    pub from: Timestamp,
    /// Until when; none while it lasts.
    pub to: Option<Timestamp>,
    /// Why: one of the playbook's reasons.
    pub reason: String,
    /// Who caused it.
    pub by: String,
}

/// More time that was granted by a ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Which.
    pub ruling: WorkId,
    /// When it was due.
    pub from: Timestamp,
    /// Until when it was extended.
    pub until: Timestamp,
    /// Who granted it.
    pub by: String,
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// When.
    pub at: Timestamp,
    /// Whether before it ran out.
    pub met: bool,
}

impl CaseClock {
    /// A clock as it was started.
    #[must_use]
    pub fn started(said: &ClockStarted) -> Self {
        Self {
            key: said.key.clone(),
            start: said.start,
            due: said.due,
            visit: said.visit,
            instance: said.instance,
            owner: said.owner.clone(),
            calendar: said.calendar.clone(),
            pauses: Vec::new(),
            extensions: Vec::new(),
            epoch: 1,
            epoch_since: None,
            missed: None,
            fired: BTreeSet::new(),
            stopped: None,
            moves: Vec::new(),
        }
    }

    /// Takes a change in that was said at `time`.
    pub fn changed(&mut self, said: &ClockChanged, time: Timestamp) {
        match said.change {
            ClockChange::Paused => self.pauses.push(Pause {
                from: said.at,
                to: None,
                reason: said.reason.clone(),
                by: who(&said.by),
            }),
            ClockChange::Resumed => {
                if let Some(pause) = self.pauses.last_mut() {
                    pause.to = Some(said.at);
                }
            }
            ClockChange::Extended { ruling, from, until } => {
                self.extensions.push(Extended { ruling, from, until, by: who(&said.by) });
            }
            ClockChange::Moved => self.moved(said),
        }
        if let Some(calendar) = &said.calendar {
            self.calendar = calendar.clone();
        }
        // Where only the calendar is another, rungs that fired do not stand anew.
        if said.change != ClockChange::Moved || self.due != said.due {
            self.epoch += 1;
            self.epoch_since = Some(time);
        }
        self.due = said.due;
        // A due time in the future can be missed again (a limit that was extended); one that was missed and still lies
        // in the past is not told a second time.
        self.missed = self.missed.and(said.due).filter(|due| *due <= said.at);
    }

    fn moved(&mut self, said: &ClockChanged) {
        if self.due == said.due {
            return;
        }
        self.moves.push(ClockMoved {
            at: said.at,
            before: self.due,
            after: said.due,
            reason: said.reason.clone(),
            by: said.by.clone(),
            missed: self.missed.is_some(),
        });
    }

    /// Whether it has not ended.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.stopped.is_none()
    }

    /// Whether it ran out: by the last word, which is how it was stopped once it is.
    #[must_use]
    pub const fn was_missed(&self) -> bool {
        match self.stopped {
            Some(stopped) => !stopped.met,
            None => self.missed.is_some(),
        }
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_running() && self.pauses.last().is_some_and(|pause| pause.to.is_none())
    }

    /// Its pauses as the calendar takes them.
    #[must_use]
    pub fn segments(&self) -> Vec<Segment> {
        let paused = |pause: &Pause| Segment {
            from: pause.from,
            to: pause.to,
            kind: SegmentKind::Paused,
            reason: Some(pause.reason.clone()),
            by: pause.by.clone(),
        };
        self.pauses.iter().map(paused).collect()
    }

    /// The time that was added to it as the calendar takes it.
    #[must_use]
    pub fn added(&self) -> Vec<Extension> {
        let more = |more: &Extended| Extension { from: more.from, until: more.until, by: more.by.clone() };
        self.extensions.iter().map(more).collect()
    }

    /// Whether a rung fired, in this epoch or in an earlier one.
    #[must_use]
    pub fn has_fired(&self, rung: &str) -> bool {
        self.fired.iter().any(|(fired, _)| fired == rung)
    }
}

/// An actor in a segment.
fn who(actor: &contracts::commands::Actor) -> String {
    use contracts::commands::Actor;
    match actor {
        Actor::Staff { person, .. } => person.to_string(),
        Actor::Customer => "customer".to_owned(),
        Actor::Feeder { name } => name.clone(),
        Actor::System => "system".to_owned(),
    }
}
