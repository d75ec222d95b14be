//! Rules: CEL, compiled once, evaluated as a pure function of an [`Env`].
//!
//! CEL here has no type checker, so whatever can be known from the text alone is refused when a rule is compiled:
//! variables, fact keys, case fields and functions that do not exist. The rest (comparing a text with a number, a
//! fact that may be missing) is found by trying the rule out, in [`crate::check`].

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use cel::common::ast::{Expr, LiteralValue};
use cel::{Context, IdedExpr, Program, Value};
use contracts::{FactKey, FactValue, StageKey, facts::FactKind};

use crate::env::{CaseView, Env};
use crate::words::{Cel, LoopKey};

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    source: Cel,
    program: Program,
    names: Names,
}

/// What a rule names; only this is handed to CEL when it is evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The facts.
    pub facts: BTreeSet<FactKey>,
    /// The stages after `visits.`.
    pub visits: BTreeSet<StageKey>,
    /// The loops after `loops.`.
    pub loops: BTreeSet<LoopKey>,
    /// The fields after `case.`.
    pub case: BTreeSet<String>,
    /// The texts it compares with; they make good values to try it out with.
    pub texts: BTreeSet<String>,
    /// The numbers it compares with.
    pub numbers: BTreeSet<i64>,
    /// The texts it compares `outcome` with.
    pub outcomes: BTreeSet<String>,
}

/// Why a text is not a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// Not CEL.
    #[error("not a CEL expression: {0}")]
    Syntax(String),
    /// A variable that does not exist.
    #[error("unknown variable “{0}”; a rule sees outcome, level, facts, case, visits and loops")]
    UnknownVariable(String),
    /// A function that does not exist.
    #[error("unknown function “{0}”")]
    UnknownFunction(String),
    /// A fact that is not declared.
    #[error("“{0}” is not a declared fact key")]
    UnknownFact(String),
    /// A field of the case that does not exist.
    #[error("the case has no field “{0}”; it has {fields}", fields = CaseView::FIELDS.join(", "))]
    UnknownCaseField(String),
    /// Not a key.
    #[error("“{0}” is not a key")]
    NotAKey(String),
    /// `facts`, `case`, `visits` or `loops` as a whole.
    #[error("“{0}” must be followed by a dot and a key, as in {0}.key")]
    WholeMap(String),
}

/// Why a rule gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// CEL stopped.
    #[error("the rule “{rule}” failed: {reason}")]
    Failed {
        /// The rule.
        rule: String,
        /// What CEL said.
        reason: String,
    },
    /// The answer is neither true nor false.
    #[error("the rule “{rule}” gave a {given} instead of true or false")]
    NotTrueOrFalse {
        /// The rule.
        rule: String,
        /// The type of the answer.
        given: String,
    },
    /// The playbook does not have this rule.
    #[error("the rule “{0}” does not belong to this playbook")]
    NotCompiled(String),
}

static STDLIB: LazyLock<Arc<cel::Env>> = LazyLock::new(|| Arc::new(cel::Env::stdlib()));

/// Functions that a rule may call besides operators and the macros `has`, `all`, `exists`, `exists_one`.
const FUNCTIONS: [&str; 10] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "string",
    "timestamp",
    "duration",
    "bool",
];

impl Rule {
    /// Compiles a rule.
    ///
    /// # Errors
    /// Every [`RuleProblem`] that the text shows, not only the first.
    pub fn compile(source: &Cel) -> Result<Self, Vec<RuleProblem>> {
        let program = STDLIB
            .compile(source.source())
            .map_err(|errors| vec![RuleProblem::Syntax(errors.to_string().replace('\n', " "))])?;
        let mut walk = Walk::default();
        walk.expression(program.expression());
        if walk.problems.is_empty() {
            Ok(Self { source: source.clone(), program, names: walk.names })
        } else {
            Err(walk.problems)
        }
    }

    /// The rule as written.
    #[must_use]
    pub fn source(&self) -> &Cel {
        &self.source
    }

    /// What it names.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether the rule holds.
    ///
    /// # Errors
    /// [`RuleError`] when CEL fails or the answer is neither true nor false. A checked playbook has no such rule.
    pub fn eval(&self, env: &Env) -> Result<bool, RuleError> {
        let failed = |reason: String| RuleError::Failed { rule: self.source.0.clone(), reason };
        let mut context = Context::with_env(Arc::clone(&STDLIB));
        let outcome = env.outcome.as_ref().map_or("", |outcome| outcome.as_str());
        context.add_variable_from_value("outcome", outcome);
        context.add_variable_from_value("level", i64::from(env.level));
        context.add_variable_from_value("case", map(env.case.values()));
        context.add_variable_from_value("facts", map(self.facts_of(env).map_err(failed)?));
        let count = |number: Option<&u32>| Value::Int(number.map_or(0, |n| i64::from(*n)));
        let visits = self.names.visits.iter().map(|key| (key.as_str(), count(env.visits.get(key))));
        context.add_variable_from_value("visits", map(visits));
        let loops = self.names.loops.iter().map(|key| (key.as_str(), count(env.loops.get(key))));
        context.add_variable_from_value("loops", map(loops));
        match self.program.execute(&context).map_err(|error| failed(error.to_string()))? {
            Value::Bool(holds) => Ok(holds),
            other => {
                let given = other.type_of().to_string();
                Err(RuleError::NotTrueOrFalse { rule: self.source.0.clone(), given })
            }
        }
    }

    fn facts_of<'a>(&'a self, env: &Env) -> Result<Vec<(&'a str, Value)>, String> {
        let known = self.names.facts.iter().filter_map(|key| env.facts.get(key).map(|value| (key, value)));
        known.map(|(key, value)| cel_value(key.kind(), value).map(|value| (key.as_str(), value))).collect()
    }
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries: HashMap<String, Value> =
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Value::Map(entries.into())
}

/// Instants travel as RFC 3339 text; only the kind of the fact tells that a text is one.
fn cel_value(kind: FactKind, value: &FactValue) -> Result<Value, String> {
    static TIMESTAMP: LazyLock<Result<Program, String>> =
        LazyLock::new(|| STDLIB.compile("timestamp(text)").map_err(|error| error.to_string()));
    Ok(match value {
        FactValue::Bool(flag) => Value::Bool(*flag),
        FactValue::Int(number) => Value::Int(*number),
        FactValue::Keys(keys) => Value::List(Arc::new(keys.iter().map(|key| key.as_str().into()).collect())),
        FactValue::Text(text) if kind == FactKind::Time => {
            let mut context = Context::with_env(Arc::clone(&STDLIB));
            context.add_variable_from_value("text", text.as_str());
            let program = TIMESTAMP.as_ref().map_err(Clone::clone)?;
            program.execute(&context).map_err(|error| error.to_string())?
        }
        FactValue::Text(text) => text.as_str().into(),
    })
}

/// Collects what an expression names, and every name that does not exist.
#[derive(Default)]
struct Walk {
    names: Names,
    problems: Vec<RuleProblem>,
    bound: Vec<String>,
}

impl Walk {
    fn expression(&mut self, expression: &IdedExpr) {
        match &expression.expr {
            Expr::Unspecified => {}
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(of) if matches!(of.as_str(), "facts" | "case" | "visits" | "loops") => {
                    self.field(of, &select.field);
                }
                _ => self.expression(&select.operand),
            },
            Expr::Call(call) => {
                self.function(&call.func_name);
                self.compared_outcomes(&call.args);
                call.target.iter().for_each(|target| self.expression(target));
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.expression(element)),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            // Maps and messages have no place in a yes-or-no question.
            Expr::Map(_) => self.problems.push(RuleProblem::UnknownFunction("{…}".to_owned())),
            Expr::Struct(message) => {
                self.problems.push(RuleProblem::UnknownFunction(message.type_name.clone()))
            }
        }
    }

    /// `outcome == 'x'`, `'x' != outcome`, `outcome in ['x', 'y']`.
    fn compared_outcomes(&mut self, arguments: &[IdedExpr]) {
        let [left, right] = arguments else { return };
        for (one, other) in [(left, right), (right, left)] {
            if !matches!(&one.expr, Expr::Ident(name) if name == "outcome") {
                continue;
            }
            let listed = if let Expr::List(list) = &other.expr { list.elements.as_slice() } else { &[] };
            for compared in std::iter::once(other).chain(listed) {
                if let Expr::Literal(LiteralValue::String(text)) = &compared.expr {
                    self.names.outcomes.insert(text.inner().to_owned());
                }
            }
        }
    }

    fn literal(&mut self, literal: &LiteralValue) {
        match literal {
            LiteralValue::String(text) => drop(self.names.texts.insert(text.inner().to_owned())),
            LiteralValue::Int(number) => drop(self.names.numbers.insert(*number.inner())),
            LiteralValue::Boolean(_)
            | LiteralValue::Bytes(_)
            | LiteralValue::Double(_)
            | LiteralValue::Null
            | LiteralValue::UInt(_) => {}
        }
    }

    fn comprehension(&mut self, comprehension: &cel::common::ast::ComprehensionExpr) {
        self.expression(&comprehension.iter_range);
        self.expression(&comprehension.accu_init);
        let depth = self.bound.len();
        self.bound.push(comprehension.iter_var.clone());
        self.bound.extend(comprehension.iter_var2.clone());
        self.bound.push(comprehension.accu_var.clone());
        self.expression(&comprehension.loop_cond);
        self.expression(&comprehension.loop_step);
        self.expression(&comprehension.result);
        self.bound.truncate(depth);
    }

    fn variable(&mut self, name: &str) {
        if self.bound.iter().any(|bound| bound == name) {
            return;
        }
        match name {
            "outcome" | "level" => {}
            "facts" | "case" | "visits" | "loops" => {
                self.problems.push(RuleProblem::WholeMap(name.to_owned()));
            }
            other => self.problems.push(RuleProblem::UnknownVariable(other.to_owned())),
        }
    }

    fn field(&mut self, of: &str, field: &str) {
        let owned = || field.to_owned();
        let problem = match of {
            "facts" => {
                FactKey::new(field).map(|key| self.names.facts.insert(key)).map_err(RuleProblem::UnknownFact)
            }
            "visits" => StageKey::new(field)
                .map(|key| self.names.visits.insert(key))
                .map_err(|_| RuleProblem::NotAKey(owned())),
            "loops" => LoopKey::new(field)
                .map(|key| self.names.loops.insert(key))
                .map_err(|_| RuleProblem::NotAKey(owned())),
            _ if CaseView::FIELDS.contains(&field) => Ok(self.names.case.insert(owned())),
            _ => Err(RuleProblem::UnknownCaseField(owned())),
        };
        self.problems.extend(problem.err());
    }

    fn function(&mut self, name: &str) {
        let operator = name.starts_with(['_', '!', '-', '@']);
        if !operator && !FUNCTIONS.contains(&name) {
            self.problems.push(RuleProblem::UnknownFunction(name.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::compile(&Cel(text.to_owned())).unwrap()
    }

    fn problems(text: &str) -> Vec<RuleProblem> {
        Rule::compile(&Cel(text.to_owned())).unwrap_err()
    }

    #[test]
    fn a_rule_reads_outcome_level_facts_case_visits_and_loops() {
        let mut env = Env { outcome: Some("approved".parse().unwrap()), level: 2, ..Env::default() };
        env.facts.insert(contracts::facts::key::amount(), FactValue::Int(10_001));
        env.facts.insert(contracts::facts::key::time_agreed(), "2025-03-07T02:00:00Z".into());
        env.case.channel = "phone".to_owned();
        env.visits.insert("handle".parse().unwrap(), 2);
        for holds in [
            "outcome == 'approved' && level == 2",
            "has(facts.amount) && facts.amount + 1 > 10001",
            "facts.time_agreed < timestamp('2025-03-08T00:00:00Z')",
            "case.channel in ['phone', 'letter'] && case.instance == 1",
            "visits.handle == 2 && visits.reply == 0 && loops.refused == 0",
            "['a', 'b'].exists(x, x == 'b')",
            "!has(facts.injury)",
        ] {
            assert_eq!(rule(holds).eval(&env), Ok(true), "{holds}");
        }
    }

    #[test]
    fn a_name_that_does_not_exist_is_refused_with_all_the_others() {
        assert_eq!(
            problems("outcom == 'x' || facts.nothing || case.nobody == '' || now() > 1 || facts == 1"),
            vec![
                RuleProblem::UnknownVariable("outcom".into()),
                RuleProblem::UnknownFact("nothing".into()),
                RuleProblem::UnknownCaseField("nobody".into()),
                RuleProblem::UnknownFunction("now".into()),
                RuleProblem::WholeMap("facts".into()),
            ]
        );
        assert!(matches!(problems("outcome ==").as_slice(), [RuleProblem::Syntax(_)]));
    }

    #[test]
    fn a_missing_fact_and_an_answer_that_is_no_answer_are_errors() {
        let env = Env::default();
        assert!(matches!(rule("facts.injury").eval(&env), Err(RuleError::Failed { .. })));
        assert!(matches!(rule("level + 1").eval(&env), Err(RuleError::NotTrueOrFalse { .. })));
    }

    #[test]
    fn rules_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Rule>();
    }
}
