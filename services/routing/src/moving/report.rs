//! The report of measures, and whether it was approved: by a round that began after they were verified, of the line
//! that decides on it. An approval of the proposal, before or beside it, is none of the report.

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::{FactValue, Facts, Problem, StageKind, VisitId};
use playbook::ApproveBefore;

use crate::draft::{Draft, SYSTEM, evaluation};
use crate::state::Visit;

impl Draft<'_> {
    /// Measures that are planned anew have no approved report yet.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn report_begins(&mut self, visit: VisitId) -> Result<(), Problem> {
        if !self.says(&key::report_approved()) {
            return Ok(());
        }
        self.note(Facts::from([(key::report_approved(), false.into())]), Some(visit))
    }

    /// Measures of an earlier handling that nobody approved a report of are none of the one that begins: its own report is
    /// waited for, and no other.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn report_lapses(&mut self, visit: VisitId) -> Result<(), Problem> {
        let waits = self.says(&key::measures_done()) && !self.says(&key::report_approved());
        if !waits || !self.asks_for_report() {
            return Ok(());
        }
        self.note(Facts::from([(key::measures_done(), false.into())]), Some(visit))
    }

    /// The end of a round that approved something: the report, where it began once the measures were verified.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn judge_report(&mut self, id: VisitId, visit: &Visit, said: &Facts) -> Result<(), Problem> {
        let approved = said.get(&key::approved()).and_then(FactValue::as_bool) == Some(true);
        if visit.kind != StageKind::Approve || !approved || !self.asks_for_report() {
            return Ok(());
        }
        let of_handling =
            |done: &crate::state::Done| done.kind == StageKind::Correct && done.instance == visit.instance;
        let Some(at) = self.case.results.iter().rposition(of_handling) else { return Ok(()) };
        let report = &self.case.results[at];
        let (approve, correct) = (self.book.stage(&visit.stage), self.book.stage(&report.stage));
        let (approve, correct) = (approve.map_err(evaluation)?, correct.map_err(evaluation)?);
        if visit.ended_before <= at || !self.book.playbook().decides_on_report(approve, correct) {
            return Ok(());
        }
        self.note(Facts::from([(key::report_approved(), true.into())]), Some(id))
    }

    fn asks_for_report(&self) -> bool {
        self.book.playbook().approve_before.contains(&ApproveBefore::ReportEffective)
    }

    fn says(&self, key: &contracts::FactKey) -> bool {
        self.case.facts.get(key).and_then(FactValue::as_bool) == Some(true)
    }

    /// Records what follows from the course of the case, with what follows from that.
    fn note(&mut self, facts: Facts, visit: Option<VisitId>) -> Result<(), Problem> {
        self.say(FactRecorded { facts: facts.clone(), at: self.at, by: SYSTEM, visit });
        self.learnt(&facts, visit)
    }
}
