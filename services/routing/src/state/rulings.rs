//! A ruling of a case: what is asked, by when, and what became of it.

use contracts::messages::ruling_given::RulingAnswer;
use contracts::messages::ruling_opened::{RulingOpened, RulingQuestion};
use contracts::messages::work_assigned::Because;
use contracts::{PersonId, StageKey, VisitId, WordId, WorkId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::work::{Work, WorkState};

/// The task of somebody who is asked to rule.
pub(crate) const RULE: &str = "rule";

/// A ruling that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// What is asked.
    pub question: RulingQuestion,
    /// The stage where the case stood.
    pub stage: StageKey,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Who asked and why; nobody where a rung of the ladder did.
    pub because: Option<Because>,
    /// When the answer is due.
    pub due: Option<Timestamp>,
    /// When whoever holds it is reminded.
    pub alerts: Vec<Timestamp>,
    /// What became of it; nothing while it is open.
    pub ended: Option<Ended>,
}

/// What became of a ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ended")]
pub enum Ended {
    /// It was given, once.
    Given {
        /// The answer.
        answer: RulingAnswer,
        /// Who gave it, and why.
        because: Option<Because>,
        /// When.
        at: Timestamp,
        /// Whether before it was due.
        in_time: bool,
    },
    /// It needed no answer any more.
    Withdrawn {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl Ruling {
    /// Whether it waits for its answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// The answer, once it was given.
    #[must_use]
    pub const fn answer(&self) -> Option<&RulingAnswer> {
        match &self.ended {
            Some(Ended::Given { answer, .. }) => Some(answer),
            Some(Ended::Withdrawn { .. }) | None => None,
        }
    }

    /// Who asked.
    #[must_use]
    pub fn asker(&self) -> Option<&PersonId> {
        self.because.as_ref().and_then(|because| because.by.person())
    }

    /// The words of the question and of the answer.
    pub(crate) fn words(&self) -> impl Iterator<Item = WordId> {
        let answered = match &self.ended {
            Some(Ended::Given { because, .. }) => because.as_ref(),
            Some(Ended::Withdrawn { .. }) | None => None,
        };
        self.because.iter().chain(answered).map(|because| because.reason.id)
    }
}

/// The visit of a ruling's work. A ruling belongs to no visit of the graph: it outlives them, and no other service has to
/// do with it. So its work has one of its own, which nobody else knows.
#[must_use]
pub(crate) const fn visit_of(ruling: WorkId) -> VisitId {
    VisitId(ruling.0)
}

impl Case {
    /// The rulings that wait for their answer.
    pub fn open_rulings(&self) -> impl Iterator<Item = (WorkId, &Ruling)> {
        self.rulings.iter().filter(|(_, ruling)| ruling.is_open()).map(|(id, ruling)| (*id, ruling))
    }

    /// The ruling on whose a visit is, open or given: it is ruled on once.
    #[must_use]
    pub fn ruling_on(&self, wanted: VisitId) -> Option<&Ruling> {
        let stands = |ruling: &&Ruling| ruling.is_open() || ruling.answer().is_some();
        let asks = |ruling: &&Ruling| matches!(ruling.question, RulingQuestion::Dispute { visit, .. } if visit == wanted);
        self.rulings.values().filter(stands).find(asks)
    }

    pub(super) fn ruling_opened(&mut self, said: &RulingOpened, at: Timestamp) {
        let work = Work {
            visit: visit_of(said.ruling),
            epoch: 1,
            task: RULE.to_owned(),
            role: said.role.clone(),
            department: said.department.clone(),
            secondary: said.secondary.clone(),
            barred: said.barred.clone(),
            requested_at: at,
            person: None,
            due: None,
            lacks: std::collections::BTreeSet::new(),
            state: WorkState::Queued { reason: "requested".to_owned(), since: at },
        };
        self.works.insert(said.ruling, work);
        let ruling = Ruling {
            question: said.question.clone(),
            stage: said.stage.clone(),
            asked_at: at,
            because: said.because.clone(),
            due: said.due,
            alerts: said.alerts.clone(),
            ended: None,
        };
        self.rulings.insert(said.ruling, ruling);
    }

    /// The work goes with the event after this one.
    pub(super) fn ruling_ended(&mut self, id: WorkId, ended: Ended) {
        if let Some(ruling) = self.rulings.get_mut(&id) {
            ruling.ended = Some(ended);
        }
    }
}
