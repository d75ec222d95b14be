//! What did not hold in a scenario, in words.

use std::fmt;

use contracts::{Problem, ProblemCode, Text};

/// Something that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step, from 0; none when the scenario could not even be set up.
    pub step: Option<usize>,
    /// When that step happens, in local time.
    pub time: Option<String>,
    /// What.
    pub what: Wrong,
}

/// What did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Something is not as it was expected.
    Differs(Difference),
    /// What was to be refused was done.
    Done(ProblemCode),
    /// It was refused for another reason than expected.
    RefusedOtherwise(ProblemCode, Box<Problem>),
    /// The refusal names another field.
    OtherField(Option<String>, Option<String>),
    /// What was to be done was refused.
    Refused(Box<Problem>),
    /// The case was never registered.
    NoCase,
    /// Nothing takes this verb.
    NoVerb(String),
    /// What the scenario needs before its first step was refused.
    SettingUp(String, Box<Problem>),
}

/// Something that is not as it was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The member of `expect`, such as `stage`, `due` or `facts`.
    pub what: &'static str,
    /// Of what it is, such as the clock.
    pub of: Option<String>,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, of, expected, found } = self;
        write!(f, "{what}")?;
        if let Some(of) = of {
            write!(f, " {of}")?;
        }
        write!(f, ": expected {expected}, found {found}")
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs(difference) => write!(f, "{difference}"),
            Self::Done(code) => write!(f, "expected refusal {code}, it was done"),
            Self::RefusedOtherwise(code, problem) => write!(f, "expected refusal {code}, found {problem}"),
            Self::OtherField(expected, found) => {
                let [expected, found] = [expected, found].map(|field| field.as_deref().unwrap_or("none"));
                write!(f, "expected refusal of {expected}, found {found}")
            }
            Self::Refused(problem) => write!(f, "refused: {problem}"),
            Self::NoCase => f.write_str("there is no such case"),
            Self::NoVerb(verb) => write!(f, "there is no verb {verb}"),
            Self::SettingUp(verb, problem) => write!(f, "setting up, {verb}: {problem}"),
        }
    }
}

/// `step 3 (2025-03-03 09:00): stage: expected reply, found approve`
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = self.step {
            write!(f, "step {}", step + 1)?;
            if let Some(time) = &self.time {
                write!(f, " ({time})")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.what)
    }
}

impl Wrong {
    /// In both languages, without what was expected and found where that can stand by itself.
    #[must_use]
    pub fn in_words(&self) -> Text {
        let said = |zh: String, en: String| Text { zh, en };
        match self {
            Self::Differs(Difference { what, of, .. }) => {
                let (zh, en) = named(what);
                match of {
                    Some(of) => said(format!("{zh}“{of}”不符"), format!("{en} “{of}” is not as expected")),
                    None => said(format!("{zh}不符"), format!("{en} is not as expected")),
                }
            }
            Self::Done(_) => said("本应被拒绝，却办成了".into(), "it was to be refused, and was done".into()),
            Self::RefusedOtherwise(..) => said(
                "被拒绝，但原因不是所写的".into(),
                "it was refused, for another reason than expected".into(),
            ),
            Self::OtherField(..) => said(
                "拒绝所指的字段不是所写的".into(),
                "the refusal names another field than expected".into(),
            ),
            Self::Refused(_) => {
                said("本应办成，却被拒绝".into(), "it was to be done, and was refused".into())
            }
            Self::NoCase => {
                said("此前没有登记这件投诉".into(), "this complaint was not registered before".into())
            }
            Self::NoVerb(verb) => said(format!("没有“{verb}”这个动作"), format!("there is no verb “{verb}”")),
            Self::SettingUp(verb, _) => {
                said(format!("演练准备时“{verb}”被拒绝"), format!("{verb} was refused while setting up"))
            }
        }
    }

    /// What was expected and what was found instead, as the scenario would write it.
    #[must_use]
    pub fn expected_and_found(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Differs(Difference { expected, found, .. }) => {
                (Some(expected.clone()), Some(found.clone()))
            }
            Self::Done(code) => (Some(code.to_string()), None),
            Self::RefusedOtherwise(code, problem) => (Some(code.to_string()), Some(problem.to_string())),
            Self::OtherField(expected, found) => (expected.clone(), found.clone()),
            Self::Refused(problem) | Self::SettingUp(_, problem) => (None, Some(problem.to_string())),
            Self::NoCase | Self::NoVerb(_) => (None, None),
        }
    }
}

/// A member of `expect` as people call it.
fn named(what: &str) -> (&str, &str) {
    match what {
        "stage" => ("所在环节", "the stage"),
        "department" => ("部门", "the department"),
        "person" => ("经办人", "the person"),
        "sides" => ("进行中的旁支", "the open sides"),
        "rulings" => ("待裁定事项", "the rulings that wait"),
        "ruling due" => ("裁定期限", "the due time of the ruling"),
        "level" => ("级别", "the level"),
        "instance" => ("第几次处理", "which handling it is"),
        "closed" => ("是否办结", "whether it is closed"),
        "outcome" => ("办结结果", "how it was closed"),
        "due" => ("到期时间", "the due time of"),
        "report" => ("报告时间", "the time of the report"),
        "team" => ("小组", "the team"),
        "lacks" => ("所缺技能", "the skills that are lacking"),
        "missed" => ("超时的时限", "the clocks that ran out"),
        "messages" => ("给客户的消息", "the messages to the customer"),
        "notified" => ("已通知的人员", "the staff who were told"),
        "proposal" => ("方案金额", "the sum of the proposal"),
        "proposals" => ("方案版本数", "the number of proposals"),
        "incentives" => ("拟议的奖惩", "the rewards and penalties proposed"),
        "accounted" => ("已决定的奖惩", "the rewards and penalties decided"),
        "measures" => ("整改措施", "the measures"),
        "path" => ("经过的环节", "the stages so far"),
        "fact" => ("事实", "the fact"),
        "ledger" => ("台账", "the ledger"),
        "loop" => ("回路次数", "how often the loop was taken,"),
        "repeats" => ("所重复的投诉", "the complaint that it repeats"),
        "number" => ("编号", "the number"),
        "handovers" => ("待确认的交接班记录", "the handovers that wait"),
        "parked" => ("滞留的消息", "the messages that are parked"),
        other => (other, other),
    }
}
