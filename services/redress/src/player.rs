//! Plays the scenarios of the console on the simulator.

use std::sync::Arc;
use std::time::Instant;

use calendar::{Calendar, CalendarSpec};
use contracts::Text;
use contracts::queries::routing::PlaybookMistake;
use contracts::scenarios::{ScenarioFailure, ScenarioRun, ScenarioVerdict, ScenariosAsked};
use gateway::scenarios::Player;
use simulator::Faults;
use simulator::scenario::load::Mistake;
use simulator::scenario::{Failure, Own, Written, simulate, written};

/// The simulator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Simulator;

impl Player for Simulator {
    fn play(&self, asked: &ScenariosAsked, until: Instant) -> ScenarioRun {
        let began = Instant::now();
        let run = read(asked).map_or_else(|broken| broken, |all| played(&all, until));
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        ScenarioRun { milliseconds, ..run }
    }
}

/// What can be played, or what is wrong with it.
fn read(asked: &ScenariosAsked) -> Result<Vec<Written>, ScenarioRun> {
    let book = playbook::load(&asked.playbook).map_err(|found| ScenarioRun {
        playbook: found.into_iter().map(in_playbook).collect(),
        ..ScenarioRun::default()
    })?;
    let spec =
        asked.calendar.clone().and_then(|document| serde_json::from_value::<CalendarSpec>(document).ok());
    let calendar = spec.and_then(|spec| Calendar::try_from(spec).ok());
    let calendar = calendar.unwrap_or_else(|| Calendar::plain_weekdays().as_ref().clone());
    let own = Own { calendar, directory: asked.directory.clone() };
    written((&asked.playbook, Arc::new(book)), &asked.scenarios, &own).map_err(|found| ScenarioRun {
        scenarios: found.into_iter().map(in_scenarios).collect(),
        ..ScenarioRun::default()
    })
}

fn in_playbook(finding: playbook::Finding) -> PlaybookMistake {
    PlaybookMistake {
        line: finding.line,
        column: finding.column,
        path: finding.path,
        code: finding.code.to_string(),
        message: Text { zh: finding.message_zh, en: finding.message_en },
    }
}

fn in_scenarios(mistake: Mistake) -> PlaybookMistake {
    PlaybookMistake {
        line: mistake.line,
        column: mistake.column,
        path: String::new(),
        code: mistake.code,
        message: Text { zh: mistake.zh, en: mistake.en },
    }
}

/// Plays each scenario by itself, as long as there is time to begin another.
fn played(all: &[Written], until: Instant) -> ScenarioRun {
    let mut verdicts = Vec::new();
    for one in all.iter().take_while(|_| Instant::now() < until) {
        let failures = match simulate(std::slice::from_ref(&one.prepared), Faults::NONE, 0) {
            Ok((found, _)) => {
                let failures = found.iter().flat_map(|verdict| &verdict.failures);
                failures.map(|failure| told(one, failure)).collect()
            }
            Err(error) => vec![broken(&error)],
        };
        verdicts.push(verdict(one, failures));
    }
    let left_out = u32::try_from(all.len() - verdicts.len()).unwrap_or(u32::MAX);
    ScenarioRun { verdicts, left_out, ..ScenarioRun::default() }
}

fn verdict(one: &Written, failures: Vec<ScenarioFailure>) -> ScenarioVerdict {
    let steps = u32::try_from(one.prepared.scenario.steps.len()).unwrap_or(u32::MAX);
    ScenarioVerdict { line: one.line, title: one.prepared.scenario.title.clone(), steps, failures }
}

/// The simulation itself came to no end, which is a defect of ours.
fn broken(error: &anyhow::Error) -> ScenarioFailure {
    let said = Text {
        zh: "演练本身未能进行到底".into(),
        en: "the simulation itself did not come to its end".into(),
    };
    ScenarioFailure {
        step: None,
        line: None,
        time: None,
        said,
        expected: None,
        found: Some(error.to_string()),
    }
}

fn told(one: &Written, failure: &Failure) -> ScenarioFailure {
    let (expected, found) = failure.what.expected_and_found();
    ScenarioFailure {
        step: failure.step.and_then(|step| u32::try_from(step + 1).ok()),
        line: failure.step.and_then(|step| one.steps.get(step).copied()),
        time: failure.step.and_then(|step| one.prepared.time(step)),
        said: failure.what.in_words(),
        expected,
        found,
    }
}
