//! A handling of the complaint begins anew; the case ends.

use std::sync::Arc;

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::case_closed::CaseClosed;
use contracts::messages::stage_entered::Place;
use contracts::{FactValue, OutcomeKey, Problem, StageKind, VisitId};
use playbook::{CaseEvent, Clock, ClockScope, Trigger};

use crate::draft::Draft;
use crate::state::{CaseClock, Done, word};

impl Draft<'_> {
    /// A new instance: clocks of instance scope that wait for receipt or registration begin afresh with it.
    pub(super) fn begin_instance(&mut self, visit: VisitId) -> Result<(), Problem> {
        let at = self.at;
        self.trigger(&Trigger::Event(CaseEvent::Reopened), at, Some(visit))?;
        let book = Arc::clone(&self.book);
        for clock in &book.playbook().clocks {
            let first = [CaseEvent::Received, CaseEvent::Registered].map(Trigger::Event);
            let afresh =
                clock.scope == ClockScope::Instance && clock.start.iter().any(|on| first.contains(on));
            let runs = self.case.clocks.values().any(|own| own.key == clock.key && own.is_running());
            if afresh && !runs {
                self.start(clock, at, Some(visit))?;
            }
        }
        Ok(())
    }

    /// Closes the case: open sides and rulings are withdrawn, all clocks stop, nothing fires any more.
    ///
    /// # Errors
    /// When a calendar cannot be read.
    pub fn close(&mut self, by: Actor) -> Result<(), Problem> {
        let main = |done: &&Done| done.place == Place::Main && done.kind != StageKind::Archive;
        let last = self.case.results.iter().rev().find(main).map(|done| done.outcome.clone());
        self.close_as(last.unwrap_or_else(|| self.outcome_of_registration()), by)
    }

    /// The same, with an outcome of its own.
    ///
    /// # Errors
    /// As for [`Draft::close`].
    pub(crate) fn close_as(&mut self, outcome: OutcomeKey, by: Actor) -> Result<(), Problem> {
        self.withdraw_all_sides()?;
        self.withdraw_all_rulings("case_closed");
        let at = self.at;
        self.trigger(&Trigger::Event(CaseEvent::Closed), at, None)?;
        self.stop_where(|_, _| true)?;
        let (instances, level) = (self.case.instance, self.level());
        let (summary, points) = (self.summary.take(), std::mem::take(&mut self.points));
        self.say(CaseClosed { outcome, instances, level, summary, points, by });
        Ok(())
    }

    fn outcome_of_registration(&self) -> OutcomeKey {
        let settled = self.case.facts.get(&key::settled_on_the_spot()).and_then(FactValue::as_bool);
        word(if settled == Some(true) { "settled" } else { "registered" })
    }
}

/// Whether a clock belongs to a handling before `instance`.
pub(super) fn is_of_earlier_instance(clock: &CaseClock, model: &Clock, instance: u32) -> bool {
    model.scope == ClockScope::Instance && clock.instance < instance
}
