//! Marks that a playbook sets by itself: major, difficult, hot. A mark is a fact like any other, so that
//! clocks, rungs, sides and rules follow from it; it is set once and stands, and what a person said of it stands too.

use std::sync::Arc;

use contracts::messages::fact_recorded::FactRecorded;
use contracts::{Facts, Problem, VisitId};

use crate::draft::{Draft, SYSTEM, evaluation};

impl Draft<'_> {
    /// Sets the marks whose rule holds now. Each is set at most once, so what follows from one ends.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn mark(&mut self, visit: Option<VisitId>) -> Result<(), Problem> {
        if self.case.is_closed() || self.book.playbook().routing_flags.is_empty() {
            return Ok(());
        }
        let (book, env) = (Arc::clone(&self.book), self.env());
        let mut facts = Facts::new();
        for flag in &book.playbook().routing_flags {
            let is_open = !self.case.facts.contains_key(&flag.fact);
            if is_open && book.is_marked(flag, &env).map_err(evaluation)? {
                facts.insert(flag.fact.clone(), true.into());
            }
        }
        if facts.is_empty() {
            return Ok(());
        }
        self.say(FactRecorded { facts: facts.clone(), at: self.at, by: SYSTEM, visit });
        self.learnt(&facts, visit)
    }
}
