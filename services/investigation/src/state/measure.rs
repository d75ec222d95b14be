//! The rectification register of one handling: each measure with its owner, due date and result, and whether the
//! measures worked.

use contracts::messages::effect_verified::{EffectVerified, Standardised};
use contracts::messages::measure_done::MeasureDone;
use contracts::messages::measures_planned::{MeasureKind, MeasuresPlanned};
use contracts::{DepartmentId, MeasureId, PersonId, RoleKey, VisitId, WordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Instance;

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// The visit at which it was planned.
    pub visit: VisitId,
    /// What sort of measure it is.
    pub kind: MeasureKind,
    /// The method by which it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The department that answers for it.
    pub department: DepartmentId,
    /// The role that is asked for it there, where it is not that of the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleKey>,
    /// The person who answers for it, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The first instant that is late.
    pub due: Timestamp,
    /// What is to be done.
    pub words: WordRef,
    /// Who planned it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What came of it, once it was carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
}

/// How a measure was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What came of it.
    pub result: WordRef,
    /// Who attended, of a training.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attended: Vec<PersonId>,
    /// Who says so.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// Whether the measures of a visit worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The visit.
    pub visit: VisitId,
    /// Whether they did.
    pub effective: bool,
    /// How that was seen.
    pub finding: WordRef,
    /// Which documents were brought up to date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standardised: Vec<Standardised>,
    /// Who looked.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl Measure {
    /// Whether it was carried out too late.
    #[must_use]
    pub fn was_late(&self) -> bool {
        self.done.as_ref().is_some_and(|done| done.at >= self.due)
    }

    /// Who had a part in it, and so does not verify that it worked.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        let doer = self.done.as_ref().and_then(|done| done.by.as_ref());
        self.by.iter().chain(&self.person).chain(doer)
    }
}

impl Instance {
    /// The measures that were planned at a visit, in the order of the plan.
    pub fn measures_of(&self, visit: VisitId) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(move |measure| measure.visit == visit)
    }

    pub(crate) fn planned(&mut self, planned: &MeasuresPlanned, at: Timestamp) {
        self.measures.extend(planned.measures.iter().map(|one| Measure {
            id: one.measure,
            visit: planned.visit,
            kind: one.kind,
            method: one.method.clone(),
            department: one.department.clone(),
            role: one.role.clone(),
            person: one.person.clone(),
            due: one.due,
            words: one.words.clone(),
            by: planned.by.person().cloned(),
            at,
            done: None,
        }));
    }

    pub(crate) fn measure_done(&mut self, done: &MeasureDone, at: Timestamp) {
        if let Some(measure) = self.measures.iter_mut().find(|measure| measure.id == done.measure) {
            measure.done = Some(Done {
                result: done.result.clone(),
                attended: done.attended.clone(),
                by: done.by.person().cloned(),
                at,
            });
        }
    }

    pub(crate) fn effect_verified(&mut self, verified: &EffectVerified, at: Timestamp) {
        self.effects.push(Effect {
            visit: verified.visit,
            effective: verified.effective,
            finding: verified.finding.clone(),
            standardised: verified.standardised.clone(),
            by: verified.by.person().cloned(),
            at,
        });
    }
}
