//! A playbook ready to be asked: every rule compiled once, every answer a pure function of what it is given.

use std::collections::HashMap;

use contracts::{
    CategoryKey, ClockKey, DepartmentId, FactKey, Fen, OutcomeKey, RoleKey, StageKey, StageKind,
};

use crate::brief::Holder;
use crate::env::Env;
use crate::finding::Finding;
use crate::model::{
    AuthorityRow, CallbackPolicy, Clock, Incentive, Ledger, Liable, Loop, Playbook, Report, RoutingFlag,
    Rung, RungOn, Stage, Trigger, Who,
};
use crate::outcomes::outcomes_of;
use crate::rule::{Rule, RuleError};
use crate::sites::sites;
use crate::words::{Cel, LoopKey};

/// A playbook whose rules are compiled. Cheap to share: put it in an `Arc`.
#[derive(Debug)]
pub struct CompiledPlaybook {
    playbook: Playbook,
    rules: HashMap<Cel, Rule>,
}

/// Where a case goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// To this stage.
    To {
        /// The stage.
        stage: StageKey,
        /// The loop that this move is; its count grows by one.
        via: Option<LoopKey>,
        /// A loop that would have been taken, had it not reached its `max`.
        exhausted: Option<LoopKey>,
    },
    /// Nowhere: the case ends with this stage.
    End,
}

/// Why a playbook gave no answer. A checked playbook gives none of these for a stage and outcome of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// No such stage.
    #[error("the playbook has no stage “{0}”")]
    UnknownStage(StageKey),
    /// The outcome is not one of the stage.
    #[error("stage “{stage}” does not end with “{outcome}”")]
    NotAnOutcome {
        /// The stage.
        stage: StageKey,
        /// What was given.
        outcome: String,
    },
    /// No move matched.
    #[error("no way out of stage “{0}” matched")]
    NoWayOut(StageKey),
    /// A rule gave no answer.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl CompiledPlaybook {
    /// Compiles a playbook that was checked before, such as one from `playbook.published`.
    ///
    /// # Errors
    /// A finding for each rule that does not compile.
    pub fn new(playbook: Playbook) -> Result<Self, Vec<Finding>> {
        let (mut rules, mut findings) = (HashMap::new(), Vec::new());
        for site in sites(&playbook) {
            match Rule::compile(site.rule) {
                Ok(rule) => drop(rules.insert(site.rule.clone(), rule)),
                Err(problems) => findings.extend(problems.iter().map(|p| Finding::rule(&site.path, p))),
            }
        }
        if findings.is_empty() { Ok(Self { playbook, rules }) } else { Err(findings) }
    }

    /// The playbook itself.
    #[must_use]
    pub const fn playbook(&self) -> &Playbook {
        &self.playbook
    }

    /// Whether a rule of this playbook holds.
    ///
    /// # Errors
    /// [`RuleError`] when it gives no answer or does not belong to this playbook.
    pub fn holds(&self, rule: &Cel, env: &Env) -> Result<bool, RuleError> {
        self.rules.get(rule).ok_or_else(|| RuleError::NotCompiled(rule.0.clone()))?.eval(env)
    }

    fn holds_or(&self, rule: Option<&Cel>, without: bool, env: &Env) -> Result<bool, RuleError> {
        rule.map_or(Ok(without), |rule| self.holds(rule, env))
    }

    /// The stage where every case begins: the one of kind `register`.
    #[must_use]
    pub fn entry(&self) -> Option<&Stage> {
        self.playbook.stages.iter().find(|stage| stage.kind == StageKind::Register)
    }

    /// A stage by its key.
    ///
    /// # Errors
    /// [`EvaluationError::UnknownStage`].
    pub fn stage(&self, key: &StageKey) -> Result<&Stage, EvaluationError> {
        self.playbook.stage(key.as_str()).ok_or_else(|| EvaluationError::UnknownStage(key.clone()))
    }

    /// With what a stage may end.
    #[must_use]
    pub fn outcomes(stage: &Stage) -> Vec<OutcomeKey> {
        let of_kind = || outcomes_of(stage.kind).iter().filter_map(|word| word.parse().ok()).collect();
        if stage.outcomes.is_empty() { of_kind() } else { stage.outcomes.clone() }
    }

    /// Where the case goes from `stage`, whose outcome stands in `env`: the first move whose rule holds.
    ///
    /// # Errors
    /// [`EvaluationError`] for a stage or outcome that is not of this playbook, or a rule without an answer.
    pub fn next(&self, stage: &StageKey, env: &Env) -> Result<Next, EvaluationError> {
        let stage = self.stage(stage)?;
        let outcome = env.outcome.as_ref();
        if !outcome.is_some_and(|outcome| Self::outcomes(stage).contains(outcome)) {
            let outcome = outcome.map_or_else(String::new, ToString::to_string);
            return Err(EvaluationError::NotAnOutcome { stage: stage.key.clone(), outcome });
        }
        if stage.next.is_empty() {
            return Ok(Next::End);
        }
        for way in &stage.next {
            if !self.holds_or(way.when.as_ref(), true, env)? {
                continue;
            }
            let Some(turn) = way.via.as_ref().and_then(|key| self.turn(key)) else {
                return Ok(Next::To { stage: way.to.clone(), via: None, exhausted: None });
            };
            if self.holds_or(turn.when.as_ref(), true, env)? {
                return Ok(turn_or_leave(turn, env));
            }
        }
        Err(EvaluationError::NoWayOut(stage.key.clone()))
    }

    /// A loop by its key.
    #[must_use]
    pub fn turn(&self, key: &LoopKey) -> Option<&Loop> {
        self.playbook.loops.iter().find(|turn| turn.key == *key)
    }

    /// Whether the stage needs no person this time.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn is_automatic(&self, stage: &Stage, env: &Env) -> Result<bool, RuleError> {
        self.holds_or(stage.automatic.as_ref(), false, env)
    }

    /// The level that the rules give: the highest whose rule holds, else the lowest declared, else 1.
    /// A case never falls below the level that it has; that is for the caller to keep.
    ///
    /// # Errors
    /// [`RuleError`] when a rule gives no answer.
    pub fn level(&self, env: &Env) -> Result<u32, RuleError> {
        let levels = &self.playbook.severity_levels;
        let mut level = levels.iter().map(|degree| degree.level).min().unwrap_or(1);
        for degree in levels {
            if degree.level > level && self.holds_or(degree.when.as_ref(), false, env)? {
                level = degree.level;
            }
        }
        Ok(level)
    }

    /// The highest level there is.
    #[must_use]
    pub fn highest_level(&self) -> u32 {
        self.playbook.severity_levels.iter().map(|degree| degree.level).max().unwrap_or(1)
    }

    /// The clocks that this may start.
    pub fn clocks_started_by(&self, trigger: &Trigger) -> impl Iterator<Item = &Clock> {
        self.playbook.clocks.iter().filter(move |clock| clock.start.contains(trigger))
    }

    /// Whether a clock that is triggered starts.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn clock_starts(&self, clock: &Clock, env: &Env) -> Result<bool, RuleError> {
        self.holds_or(clock.when.as_ref(), true, env)
    }

    /// The clocks that this stops.
    pub fn clocks_stopped_by(&self, trigger: &Trigger) -> impl Iterator<Item = &Clock> {
        self.playbook.clocks.iter().filter(move |clock| clock.stop.contains(trigger))
    }

    /// A clock by its key.
    #[must_use]
    pub fn clock(&self, key: &ClockKey) -> Option<&Clock> {
        self.playbook.clocks.iter().find(|clock| clock.key == *key)
    }

    /// A report by its key.
    #[must_use]
    pub fn report(&self, key: &str) -> Option<&Report> {
        self.playbook.reports.iter().find(|report| report.key.as_str() == key)
    }

    /// The rungs that hang on a clock, in the order of the playbook.
    pub fn rungs_of_clock(&self, key: &ClockKey) -> impl Iterator<Item = &Rung> {
        let of = move |rung: &&Rung| matches!(&rung.on, RungOn::Clock(offset) if offset.key == *key);
        self.playbook.ladder.iter().filter(of)
    }

    /// The rungs that this fact fires.
    pub fn rungs_on_fact(&self, fact: &FactKey) -> impl Iterator<Item = &Rung> {
        self.playbook.ladder.iter().filter(move |rung| matches!(&rung.on, RungOn::Fact(on) if on == fact))
    }

    /// Whether the condition of a rung holds.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn rung_holds(&self, rung: &Rung, env: &Env) -> Result<bool, RuleError> {
        self.holds_or(rung.when.as_ref(), true, env)
    }

    /// The side branches that this begins and whose condition holds.
    ///
    /// # Errors
    /// [`RuleError`] when a rule gives no answer.
    pub fn sides_started_by(&self, trigger: &Trigger, env: &Env) -> Result<Vec<&Stage>, RuleError> {
        let mut begun = Vec::new();
        for stage in &self.playbook.stages {
            let Some(side) = stage.side.as_ref().filter(|side| side.start.contains(trigger)) else {
                continue;
            };
            if self.holds_or(side.when.as_ref(), true, env)? {
                begun.push(stage);
            }
        }
        Ok(begun)
    }

    /// The department that answers for a category: its own, else that of the nearest broader one.
    #[must_use]
    pub fn department_for(&self, category: &CategoryKey) -> Option<&DepartmentId> {
        self.category_line(category).find_map(|category| category.department.as_ref())
    }

    /// At least and at most so many callbacks: the numbers of the narrowest category that has some.
    pub(crate) fn calls(
        &self,
        policy: &CallbackPolicy,
        category: Option<&CategoryKey>,
    ) -> (u32, Option<u32>) {
        let mut line = category.into_iter().flat_map(|category| self.category_line(category));
        let own = line.find_map(|at| policy.by_category.iter().find(|calls| calls.category == at.key));
        own.map_or((policy.min, policy.max), |calls| (calls.min, calls.max))
    }

    /// Whether a stage is not entered yet because it calls back while something is still being dealt with.
    ///
    /// # Errors
    /// [`RuleError`] when the rule gives no answer.
    pub fn callback_waits(&self, stage: &Stage, env: &Env) -> Result<bool, RuleError> {
        let policy = self.playbook.callback_of(stage);
        self.holds_or(policy.and_then(|policy| policy.pause_while_open.as_ref()), false, env)
    }

    /// The rows of the matrix that hold for a category, narrower ones first.
    #[must_use]
    pub fn matrix_rows(&self, category: Option<&CategoryKey>) -> Vec<&AuthorityRow> {
        let rows = &self.playbook.authority_matrix;
        let line = category.into_iter().flat_map(|category| self.category_line(category));
        let narrow = line.flat_map(|at| rows.iter().filter(|row| row.category.as_ref() == Some(&at.key)));
        narrow.chain(rows.iter().filter(|row| row.category.is_none())).collect()
    }

    /// The row of the matrix that decides.
    #[must_use]
    pub fn matrix_row(
        &self,
        liable: Option<Liable>,
        amount: Fen,
        level: u32,
        category: Option<&CategoryKey>,
    ) -> Option<&AuthorityRow> {
        self.matrix_rows(category).into_iter().find(|row| row.holds(liable, amount, level))
    }

    /// Whether a mark becomes true by itself.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn is_marked(&self, flag: &RoutingFlag, env: &Env) -> Result<bool, RuleError> {
        self.holds_or(flag.when.as_ref(), false, env)
    }

    /// Whether a case that is to go into a ledger does.
    ///
    /// # Errors
    /// [`RuleError`] when its rule gives no answer.
    pub fn enters(&self, ledger: &Ledger, env: &Env) -> Result<bool, RuleError> {
        self.holds_or(ledger.when.as_ref(), true, env)
    }

    /// The rewards and penalties that a stage names, in the order in which it does.
    pub fn incentives_of<'p>(&'p self, stage: &'p Stage) -> impl Iterator<Item = &'p Incentive> {
        stage.incentives.iter().filter_map(|key| self.playbook.incentive(key.as_str()))
    }

    /// Where somebody is looked for, with the label of the role; none when the role is not declared.
    #[must_use]
    pub fn holder(&self, who: &Who) -> Option<Holder> {
        let role = self.playbook.roles.get::<str>(who.role.as_str())?;
        let department = who.department.clone().unwrap_or_else(|| role.department.clone());
        Some(Holder { role: who.role.clone(), label: role.label.clone(), department })
    }

    /// Whether a receiver with this role may settle the complaint at once for this amount.
    ///
    /// # Errors
    /// [`RuleError`] when the rule gives no answer.
    pub fn may_settle(&self, role: &RoleKey, amount: Fen, env: &Env) -> Result<bool, RuleError> {
        let Some(spot) = &self.playbook.intake.settle_on_the_spot else { return Ok(false) };
        let within = spot.roles.contains(role) && amount <= spot.max_amount.fen();
        Ok(within && self.holds_or(spot.when.as_ref(), true, env)?)
    }
}

fn turn_or_leave(turn: &Loop, env: &Env) -> Next {
    let taken = env.loops.get(&turn.key).copied().unwrap_or(0);
    match (turn.max, &turn.on_max) {
        (Some(max), Some(instead)) if taken >= max => {
            Next::To { stage: instead.clone(), via: None, exhausted: Some(turn.key.clone()) }
        }
        _ => Next::To { stage: turn.to.clone(), via: Some(turn.key.clone()), exhausted: None },
    }
}
