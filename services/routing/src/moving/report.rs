//! The report of measures, and whether it was approved: by a round that began after they were verified, of the line
//! that decides on it. An approval of the proposal, before or beside it, is none of the report, and that of the report none
//! of the proposal.

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::stage_entered::Place;
use contracts::results::{ApprovalResult, ProposalResult};
use contracts::{FactKey, FactValue, Facts, Problem, StageKind, VisitId};
use playbook::{ApproveBefore, Slice, Stage, StageBrief};
use serde::de::DeserializeOwned;

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

    /// Measures that were carried out have a report now, which nobody approved: said in so many words, as cases from before
    /// reports were approved by themselves say nothing of it.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn report_is_due(&mut self, said: &Facts, visit: Option<VisitId>) -> Result<(), Problem> {
        let done = said.get(&key::measures_done()).and_then(FactValue::as_bool) == Some(true);
        if !done || !self.asks_for_report() || self.case.facts.contains_key(&key::report_approved()) {
            return Ok(());
        }
        self.note(Facts::from([(key::report_approved(), false.into())]), visit)
    }

    /// Measures of an earlier handling that nobody approved a report of are none of the one that begins: its own report is
    /// waited for, and no other.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn report_lapses(&mut self) -> Result<(), Problem> {
        let waits = self.says(&key::measures_done()) && !self.says(&key::report_approved());
        if !waits || !self.asks_for_report() {
            return Ok(());
        }
        self.note(Facts::from([(key::measures_done(), false.into())]), None)
    }

    /// Tells whoever decides that it is the report alone: the proposal of the handling was approved as it stands, or is
    /// decided on elsewhere while its measures have a line of their own.
    ///
    /// # Errors
    /// When the playbook has no such stage.
    pub(super) fn name_report(
        &self,
        brief: &mut StageBrief,
        stage: &Stage,
        (place, instance): (Place, u32),
    ) -> Result<(), Problem> {
        let Slice::Approval(slice) = &mut brief.slice else { return Ok(()) };
        if stage.kind != StageKind::Approve || self.says(&key::report_approved()) {
            return Ok(());
        }
        let mut stages = self.book.playbook().stages.iter();
        let beside =
            place == Place::Side && stages.any(|one| one.kind == StageKind::Approve && one.side.is_none());
        slice.report = (beside || self.is_approved(instance))
            && self.has_report(stage, instance, self.case.results.len())?;
        Ok(())
    }

    /// The end of a round that approved something: the report, where it began once the measures were verified.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn judge_report(&mut self, id: VisitId, visit: &Visit) -> Result<(), Problem> {
        let ended = self.case.results.iter().rev().find(|done| done.visit == id);
        let approved = ended.is_some_and(|done| done.outcome.as_str() == "approved");
        if visit.kind != StageKind::Approve || !approved {
            return Ok(());
        }
        let stage = self.book.stage(&visit.stage).map_err(evaluation)?;
        if !self.has_report(stage, visit.instance, self.ended_before(visit))? {
            return Ok(());
        }
        self.note(Facts::from([(key::report_approved(), true.into())]), Some(id))
    }

    /// Whether the newest measures of a handling ended among the first `ended` visits of the case, and their report is
    /// decided on at this stage.
    fn has_report(&self, stage: &Stage, instance: u32, ended: usize) -> Result<bool, Problem> {
        let of_handling =
            |done: &crate::state::Done| done.kind == StageKind::Correct && done.instance == instance;
        let newest = self.case.results.iter().rposition(of_handling).filter(|at| *at < ended);
        let Some(report) = newest.and_then(|at| self.case.results.get(at)) else { return Ok(false) };
        let correct = self.book.stage(&report.stage).map_err(evaluation)?;
        Ok(self.asks_for_report() && self.book.playbook().decides_on_report(stage, correct))
    }

    /// How many visits of the case had ended before this one began; of one from before they were counted by the clock.
    fn ended_before(&self, visit: &Visit) -> usize {
        let by_clock = || self.case.results.iter().filter(|done| done.ended_at <= visit.entered_at).count();
        visit.ended_before.unwrap_or_else(by_clock)
    }

    /// Whether the newest proposal of a handling was approved as it stands.
    fn is_approved(&self, instance: u32) -> bool {
        let Some(made) = self.last::<ProposalResult>(StageKind::Propose, |made| made.instance == instance)
        else {
            return false;
        };
        let of_it = |decided: &ApprovalResult| decided.proposal == Some(made.proposal);
        let decided = self.last(StageKind::Approve, of_it);
        decided.is_some_and(|decided| decided.approved && decided.version == made.version)
    }

    /// The last result of a kind that fits.
    fn last<T: DeserializeOwned>(&self, kind: StageKind, fits: impl Fn(&T) -> bool) -> Option<T> {
        let of_kind = self.case.results.iter().rev().filter(|done| done.kind == kind);
        let mut read = of_kind.filter_map(|done| T::deserialize(&done.results).ok());
        read.find(|found| fits(found))
    }

    fn asks_for_report(&self) -> bool {
        self.book.playbook().approve_before.contains(&ApproveBefore::ReportEffective)
    }

    fn says(&self, key: &FactKey) -> bool {
        self.case.facts.get(key).and_then(FactValue::as_bool) == Some(true)
    }

    /// Records what follows from the course of the case, with what follows from that.
    fn note(&mut self, facts: Facts, visit: Option<VisitId>) -> Result<(), Problem> {
        self.say(FactRecorded { facts: facts.clone(), at: self.at, by: SYSTEM, visit });
        self.learnt(&facts, visit)
    }
}
