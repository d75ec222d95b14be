//! Scenarios that are played against the text of a playbook before it holds: what is asked, and what came of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::routing::PutDirectory;
use crate::queries::routing::PlaybookMistake;
use crate::words::Text;

/// What is played.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenariosAsked {
    /// The playbook as YAML text.
    pub playbook: String,
    /// The scenarios: YAML documents, each after a line `---`; among them people or a calendar for those that follow.
    pub scenarios: String,
    /// The organisation's calendar as a document; plain weekdays where it has none.
    pub calendar: Option<serde_json::Value>,
    /// Its departments and people.
    pub directory: PutDirectory,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioRun {
    /// What is wrong in the text of the playbook; nothing is played then.
    pub playbook: Vec<PlaybookMistake>,
    /// What is wrong in the text of the scenarios; nothing is played then.
    pub scenarios: Vec<PlaybookMistake>,
    /// What came of each scenario, in the order of the text.
    pub verdicts: Vec<ScenarioVerdict>,
    /// How many were left out, as the time for a run was over.
    pub left_out: u32,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

impl ScenarioRun {
    /// Whether everything could be read and played, and holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        let good = self.playbook.is_empty() && self.scenarios.is_empty() && self.left_out == 0;
        good && self.verdicts.iter().all(|one| one.failures.is_empty())
    }
    /// How many do not hold.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.verdicts.iter().filter(|one| !one.failures.is_empty()).count()
    }
}

/// What came of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioVerdict {
    /// The line where it begins, from 1.
    pub line: u32,
    /// What it shows.
    pub title: Text,
    /// How many steps it has.
    pub steps: u32,
    /// What did not hold; empty when all did.
    pub failures: Vec<ScenarioFailure>,
}

/// Something that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioFailure {
    /// In which step, from 1; none when the scenario could not even be set up.
    pub step: Option<u32>,
    /// The line of that step, from 1.
    pub line: Option<u32>,
    /// When it happens in the scenario.
    pub time: Option<Timestamp>,
    /// What did not hold.
    pub said: Text,
    /// What was expected, as the scenario would write it.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
}
