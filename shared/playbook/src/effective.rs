//! When a report of measures has effect.

use contracts::facts::key;
use contracts::{FactKey, FactValue, Facts, StageKind};

use crate::model::{ApproveBefore, Playbook, Stage};

/// Whether the measures on record were carried out and their report has no effect yet, as nobody approved it. What is told
/// or filed before there is a report needs no approval of one.
#[must_use]
pub fn report_waits(asked: &[ApproveBefore], facts: &Facts) -> bool {
    let is_true = |key: &FactKey| facts.get(key).and_then(FactValue::as_bool) == Some(true);
    asked.contains(&ApproveBefore::ReportEffective)
        && is_true(&key::measures_done())
        && !is_true(&key::report_approved())
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
        assert!(report_waits(&asked, &facts(&[done(), (key::approved(), true)])), "that is of the proposal");
        assert!(report_waits(&asked, &facts(&[done(), (key::report_approved(), false)])));
        assert!(!report_waits(&asked, &facts(&[done(), (key::report_approved(), true)])));
        assert!(!report_waits(&[ApproveBefore::Archive], &facts(&[done()])), "nobody asks");
    }
}
