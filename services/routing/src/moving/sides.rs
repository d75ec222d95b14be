//! Side visits: what begins them, what waits for them, what ends them.

use std::sync::Arc;

use contracts::Problem;
use contracts::messages::stage_entered::Place;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use playbook::{Join, Need, Trigger};

use super::{Entry, MOST_MOVES};
use crate::draft::{Draft, evaluation};
use crate::own::own_works;
use crate::state::Done;

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
            if self.case.visits.values().any(|visit| visit.stage == stage.key) || self.entered >= MOST_MOVES {
                continue;
            }
            let (instance, level) = (self.case.instance, self.level());
            self.enter(Entry { stage, place: Place::Side, via: None, instance, level }, false)?;
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

    /// Withdraws every side that is open.
    pub(super) fn withdraw_sides(&mut self, reason: &str) -> Result<(), Problem> {
        let sides = self.case.visits.iter().filter(|(_, visit)| visit.place == Place::Side);
        let sides: Vec<_> = sides.map(|(id, visit)| (*id, visit.clone())).collect();
        for (id, visit) in sides {
            let own = own_works(&self.case, id);
            self.say(StageWithdrawn { visit: id, reason: reason.to_owned() });
            self.withdraw(own, id, "stage_withdrawn");
            self.left(id, &visit)?;
        }
        Ok(())
    }
}
