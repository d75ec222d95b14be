//! What is wrong with a playbook, said so that the person who wrote it finds the place and knows what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::RuleProblem;
use crate::words::words;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The line in the file, from 1; 0 when the playbook did not come from a text.
    pub line: u32,
    /// The column, from 1; 0 when the playbook did not come from a text.
    pub column: u32,
    /// Where in the document, such as `stages[2].next[0].to`.
    pub path: String,
    /// What kind of thing it is; stable.
    pub code: Code,
    /// What to read in English.
    pub message_en: String,
    /// What to read in Chinese.
    pub message_zh: String,
}

words! {
    /// The kinds of findings. Stable: tools and translations may rely on them.
    Code {
        /// Not YAML, or not of the shape of a playbook.
        Shape = "shape",
        /// A key that no playbook has.
        UnknownKey = "unknown_key",
        /// A key that must be there.
        MissingKey = "missing_key",
        /// A key of the vocabulary that does not act yet.
        NotYet = "not_yet",
        /// The same key twice.
        Duplicate = "duplicate",
        /// A stage, role, department, clock, loop, … that is not declared.
        UnknownReference = "unknown_reference",
        /// A value that makes no sense where it stands.
        Value = "value",
        /// A rule that does not compile.
        Rule = "rule",
        /// A rule that fails when it is tried out.
        RuleFails = "rule_fails",
        /// An outcome that is not one of the kind.
        UnknownOutcome = "unknown_outcome",
        /// An outcome after which the case goes nowhere.
        NoWayOut = "no_way_out",
        /// A move that is never reached.
        DeadMove = "dead_move",
        /// A stage that no case ever reaches.
        Unreachable = "unreachable",
        /// A stage from which no case ever reaches the archive.
        NoArchive = "no_archive",
        /// A way back that is not declared as a loop.
        UndeclaredLoop = "undeclared_loop",
        /// A way that avoids the approval.
        ApprovalAvoided = "approval_avoided",
        /// A way to the archive that avoids what closing requires.
        ClosureAvoided = "closure_avoided",
        /// A caller-back who may have handled the case.
        SelfCallback = "self_callback",
        /// An amount for which nobody decides.
        MatrixGap = "matrix_gap",
        /// An amount for which two rows decide.
        MatrixOverlap = "matrix_overlap",
    }
}

impl Finding {
    /// A finding whose place in the text is not known yet.
    #[must_use]
    pub fn new(path: impl Into<String>, code: Code, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { line: 0, column: 0, path: path.into(), code, message_en: en.into(), message_zh: zh.into() }
    }

    /// A rule that does not compile.
    #[must_use]
    pub fn rule(path: &str, problem: &RuleProblem) -> Self {
        let zh = match problem {
            RuleProblem::Syntax(detail) => format!("不是合法的 CEL 表达式：{detail}"),
            RuleProblem::UnknownVariable(name) => {
                format!("未知变量“{name}”；规则只能使用 outcome、level、facts、case、visits、loops")
            }
            RuleProblem::UnknownFunction(name) => format!("未知函数“{name}”"),
            RuleProblem::UnknownFact(name) => format!("“{name}”不是已声明的事实键"),
            RuleProblem::UnknownCaseField(name) => format!("case 没有字段“{name}”"),
            RuleProblem::NotAKey(name) => format!("“{name}”不是合法的键"),
            RuleProblem::WholeMap(name) => format!("“{name}”后面须加点和键，如 {name}.key"),
        };
        Self::new(path, Code::Rule, problem.to_string(), zh)
    }
}

/// `line:column path: message [code]`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, path, code, message_en, .. } = self;
        write!(f, "{line}:{column} {path}: {message_en} [{code}]")
    }
}
