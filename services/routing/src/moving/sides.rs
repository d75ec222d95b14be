//! Side visits: what begins them, what waits for them, what ends them.

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::messages::stage_entered::Place;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::results::AccountResult;
use contracts::{ClockKey, Problem, StageKind};
use playbook::{Join, Need, Stage, Trigger};
use serde::Deserialize as _;
use serde_json::Value;

use super::{Entry, MOST_MOVES};
use crate::draft::{Draft, evaluation};
use crate::own::own_works;
use crate::state::{Done, Visit};

impl Draft<'_> {
    /// Whether enough of the sides have ended. One that was not begun in this instance is not waited for.
    pub(super) fn is_joined(&self, join: &Join) -> bool {
        let open = self.case.visits.values().filter(|visit| join.sides.contains(&visit.stage)).count();
        let ended = |done: &&Done| {
            done.place == Place::Side
                && done.instance == self.case.instance
                && join.sides.contains(&done.stage)
        };
        let ended = self.case.results.iter().filter(ended).count();
        let need = match join.need {
            Need::All => open + ended,
            Need::Any => 1,
            Need::AtLeast(need) => need as usize,
        };
        ended >= need.min(open + ended)
    }

    /// Begins the sides that something triggers, unless they are open.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn begin_sides(&mut self, trigger: &Trigger) -> Result<(), Problem> {
        let book = Arc::clone(&self.book);
        if self.case.is_closed() {
            return Ok(());
        }
        for stage in book.sides_started_by(trigger, &self.env()).map_err(evaluation)? {
            self.begin_side(stage, trigger)?;
        }
        Ok(())
    }

    fn begin_side(&mut self, stage: &Stage, trigger: &Trigger) -> Result<(), Problem> {
        if self.case.visits.values().any(|visit| visit.stage == stage.key) || self.entered >= MOST_MOVES {
            return Ok(());
        }
        let (instance, level, because) = (self.case.instance, self.level(), Some(trigger.clone()));
        self.enter(Entry { stage, place: Place::Side, via: None, because, instance, level }, false)
    }

    /// Begins a side of accountability once more for clocks that ran out while it was open and that nobody there heard
    /// of: the end of the visit and the news of the clock crossed on the way.
    pub(super) fn account_again(&mut self, visit: &Visit, results: &Value) -> Result<(), Problem> {
        let accounted = AccountResult::deserialize(results).map(|result| result.clocks).unwrap_or_default();
        let crossed: BTreeSet<&ClockKey> = visit
            .missed
            .iter()
            .filter(|missed| !accounted.contains(missed))
            .filter_map(|missed| Some(&self.case.clocks.get(&missed.clock)?.key))
            .collect();
        let triggers: Vec<_> = crossed.into_iter().cloned().map(Trigger::Missed).collect();
        let book = Arc::clone(&self.book);
        for trigger in triggers {
            let begun = book.sides_started_by(&trigger, &self.env()).map_err(evaluation)?;
            if let Some(stage) = begun.into_iter().find(|stage| stage.key == visit.stage) {
                self.begin_side(stage, &trigger)?;
            }
        }
        Ok(())
    }

    /// Begins the sides of the clocks that ran out. Last of all, so that a case which is left or closed by the same
    /// input begins none that would be withdrawn at once.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn begin_missed(&mut self) -> Result<(), Problem> {
        while let Some(key) = self.missed.pop() {
            self.begin_sides(&Trigger::Missed(key))?;
        }
        Ok(())
    }

    /// Withdraws the sides that are open and end with the handling. Who is held to account for what happened in it is
    /// decided all the same.
    pub(super) fn withdraw_sides_of_handling(&mut self) -> Result<(), Problem> {
        self.withdraw_sides("new_instance", |visit| visit.kind != StageKind::Account)
    }

    /// Withdraws every side that is open.
    pub(super) fn withdraw_all_sides(&mut self) -> Result<(), Problem> {
        self.withdraw_sides("case_closed", |_| true)
    }

    fn withdraw_sides(&mut self, reason: &str, which: impl Fn(&Visit) -> bool) -> Result<(), Problem> {
        let sides = self.case.visits.iter();
        let sides = sides.filter(|(_, visit)| visit.place == Place::Side && which(visit));
        let sides: Vec<_> = sides.map(|(id, visit)| (*id, visit.clone())).collect();
        for (id, visit) in sides {
            let own = own_works(&self.case, id);
            self.say(StageWithdrawn { visit: id, reason: reason.to_owned() });
            self.withdraw(own, id, "stage_withdrawn");
            // Nothing came of it that a side could go on with: only its clocks hear of it.
            self.trigger_clocks(&Trigger::Left(visit.stage), self.at, Some(id))?;
            self.stop_where(|clock, _| clock.visit == Some(id))?;
        }
        Ok(())
    }
}
