//! When a report of measures has effect.

use contracts::facts::key;
use contracts::{FactKey, FactValue, Facts, StageKind};

use crate::model::{ApproveBefore, Playbook, Stage};

/// Whether the measures on record were carried out and their report has no effect yet, as nobody approved it. What is told
/// or filed before there is a report needs no approval of one.
///
/// Since reports are approved by themselves, a case says of measures that were carried out that their report is not approved
/// yet. One that says nothing of it is older: there the approval on record was that of the report too, and still is.
#[must_use]
pub fn report_waits(asked: &[ApproveBefore], facts: &Facts) -> bool {
    let said = |key: &FactKey| facts.get(key).and_then(FactValue::as_bool);
    let effective = said(&key::report_approved()).or_else(|| said(&key::approved()));
    asked.contains(&ApproveBefore::ReportEffective)
        && said(&key::measures_done()) == Some(true)
        && effective != Some(true)
}

impl Playbook {
    /// Whether a stage of kind `approve` decides on the report of a stage of kind `correct`: on the main line what follows
    /// there, of a side what is decided beside it too; where the playbook has no such stage on the same line, any.
    #[must_use]
    pub fn decides_on_report(&self, approve: &Stage, correct: &Stage) -> bool {
        let alike = |stage: &Stage| stage.side.is_some() == correct.side.is_some();
        let approves = |stage: &&Stage| stage.kind == StageKind::Approve;
        alike(approve) || !self.stages.iter().filter(approves).any(alike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_waits_from_its_measures_until_its_own_approval() {
        let asked = [ApproveBefore::ReportEffective];
        let facts = |known: &[(FactKey, bool)]| -> Facts {
            known.iter().map(|(key, flag)| (key.clone(), (*flag).into())).collect()
        };
        let done = || (key::measures_done(), true);
        assert!(!report_waits(&asked, &facts(&[])), "there is none");
        assert!(report_waits(&asked, &facts(&[done()])));
        let not_yet = || (key::report_approved(), false);
        assert!(report_waits(&asked, &facts(&[done(), not_yet()])));
        let of_proposal = [done(), not_yet(), (key::approved(), true)];
        assert!(report_waits(&asked, &facts(&of_proposal)), "that is of the proposal");
        assert!(!report_waits(&asked, &facts(&[done(), (key::report_approved(), true)])));
        assert!(!report_waits(&[ApproveBefore::Archive], &facts(&[done()])), "nobody asks");
    }

    /// a case from before the rule needs no second round.
    #[test]
    fn a_report_of_before_it_had_an_approval_of_its_own_has_that_of_the_case() {
        let asked = [ApproveBefore::ReportEffective];
        let done = (key::measures_done(), true.into());
        let approved = |approved: bool| Facts::from([done.clone(), (key::approved(), approved.into())]);
        assert!(!report_waits(&asked, &approved(true)));
        assert!(report_waits(&asked, &approved(false)));
    }
}
