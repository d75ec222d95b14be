//! A scenario made ready: with what it refers to, and with the times of its steps.

use std::path::PathBuf;

use calendar::Calendar;
use contracts::commands::routing::PutDirectory;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{OrganisationId, PlaybookId};
use jiff::Timestamp;

use crate::scenario::model::{NotATime, Scenario, local_time};

/// A scenario with all it refers to, ready to be played.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Where it came from, for the report.
    pub name: String,
    /// The file, so that it can be played again.
    pub file: PathBuf,
    /// Its own organisation.
    pub organisation: OrganisationId,
    /// What it says.
    pub scenario: Scenario,
    /// The playbook's text.
    pub playbook: String,
    /// The playbook's key and version.
    pub reference: PlaybookRef,
    /// The calendar.
    pub calendar: Calendar,
    /// Departments and people.
    pub directory: PutDirectory,
    /// The times of the steps.
    pub(super) times: Vec<Timestamp>,
}

/// A step whose time is no good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {}: {why}", step + 1)]
pub struct BadTime {
    /// Which, from 0.
    pub step: usize,
    /// Why.
    pub why: TimeProblem,
}

/// What is wrong with a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] NotATime),
    /// The first step needs one.
    #[error("the first step says no time")]
    Missing,
    /// Time goes forward only.
    #[error("it lies before the step before it")]
    Backwards,
}

impl Prepared {
    /// Reads the times of the steps. `from` is its name and its file.
    ///
    /// # Errors
    /// [`BadTime`].
    pub fn new(
        from: (String, PathBuf),
        organisation: OrganisationId,
        scenario: Scenario,
        playbook: (String, PlaybookId, u32),
        calendar: Calendar,
        directory: PutDirectory,
    ) -> Result<Self, BadTime> {
        let mut times: Vec<Timestamp> = Vec::new();
        for (step, said) in scenario.steps.iter().enumerate() {
            let bad = |why| BadTime { step, why };
            let before = times.last().copied();
            let time = match (&said.at, before) {
                (Some(at), _) => local_time(at, before.unwrap_or_default(), calendar.zone())
                    .map_err(|error| bad(TimeProblem::Unreadable(error)))?,
                (None, Some(before)) => before,
                (None, None) => return Err(bad(TimeProblem::Missing)),
            };
            if before.is_some_and(|before| time < before) {
                return Err(bad(TimeProblem::Backwards));
            }
            times.push(time);
        }
        let (playbook, id, version) = playbook;
        let reference = PlaybookRef { id, version };
        let (name, file) = from;
        Ok(Self { name, file, organisation, scenario, playbook, reference, calendar, directory, times })
    }

    /// When a step happens.
    #[must_use]
    pub fn time(&self, step: usize) -> Option<Timestamp> {
        self.times.get(step).copied()
    }

    /// When the last step happens.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.times.last().copied().unwrap_or_default()
    }

    /// When the first step happens.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.times.first().copied().unwrap_or_default()
    }
}
