//! Which ways out of a stage each outcome can take, found by trying its rules out on sample cases.

use std::collections::{BTreeMap, BTreeSet};

use contracts::OutcomeKey;

use super::samples::samples;
use crate::compiled::CompiledPlaybook;
use crate::env::Env;
use crate::model::{Playbook, Stage};
use crate::rule::Rule;

/// The ways out of one stage.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// For each outcome, the numbers of the moves that some case takes.
    pub(super) taken: BTreeMap<OutcomeKey, BTreeSet<usize>>,
    /// Outcomes after which some case goes nowhere.
    pub(super) stuck: BTreeSet<OutcomeKey>,
    /// Moves whose rule failed on some case, with what it said.
    pub(super) failed: BTreeMap<usize, String>,
}

impl Ways {
    /// Tries a stage out. Rules that do not compile are told of elsewhere; here they count as never holding.
    pub(super) fn of(playbook: &Playbook, stage: &Stage) -> Self {
        let rules: Vec<Option<Option<Rule>>> =
            stage.next.iter().map(|way| way.when.as_ref().map(|rule| Rule::compile(rule).ok())).collect();
        let highest = playbook.severity_levels.iter().map(|degree| degree.level).max().unwrap_or(1);
        let cases = samples(rules.iter().flatten().flatten().map(Rule::names), highest);
        let conditional: BTreeSet<usize> = (0..stage.next.len())
            .filter(|number| {
                let turn = stage.next[*number].via.as_ref();
                playbook.loops.iter().any(|one| Some(&one.key) == turn && one.when.is_some())
            })
            .collect();
        let mut ways = Self::default();
        for outcome in CompiledPlaybook::outcomes(stage) {
            ways.taken.entry(outcome.clone()).or_default();
            for case in &cases {
                let case = Env { outcome: Some(outcome.clone()), ..case.clone() };
                ways.try_out(&rules, &conditional, &case, &outcome);
            }
        }
        ways
    }

    fn try_out(
        &mut self,
        rules: &[Option<Option<Rule>>],
        conditional: &BTreeSet<usize>,
        case: &Env,
        outcome: &OutcomeKey,
    ) {
        for (number, rule) in rules.iter().enumerate() {
            let holds = match rule {
                None => Ok(true),
                Some(None) => Ok(false),
                Some(Some(rule)) => rule.eval(case),
            };
            match holds {
                Ok(true) => {
                    self.taken.entry(outcome.clone()).or_default().insert(number);
                    // A loop with a condition of its own may let the case pass on to the next move.
                    if !conditional.contains(&number) {
                        return;
                    }
                }
                Ok(false) => {}
                Err(error) => drop(self.failed.entry(number).or_insert_with(|| error.to_string())),
            }
        }
        if !rules.is_empty() {
            self.stuck.insert(outcome.clone());
        }
    }
}
