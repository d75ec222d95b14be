//! What surrounds the handling of a case: records, teams, reports, rewards, returned goods, improvement, queues, privacy.
//!
//! Playbooks can say all of it today; which of it acts is decided by [`crate::acting`].

use std::collections::BTreeMap;

use calendar::Limit;
use contracts::{ChannelKey, FormKey, LedgerKey, RoleKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Trigger, Who};
use crate::words::{Cel, Key, Yuan, words};

/// A record of a case under its own name, such as 《投诉处理单》. Each handling has its own; once it is
/// complete, the fact `completed_<key>` is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The key; part of a fact key.
    pub key: FormKey,
    /// Its name.
    pub label: Text,
    /// Its fields. One with the key of an intake field, or `number`, `instance`, `level`, `department`,
    /// `registered_at`, `registered_by`, `channel`, `notice_agreed`, `province`, `company`, `liable`, `remedy_amount`,
    /// `remedies`, `satisfaction`, fills itself; others are written by people.
    pub fields: Vec<super::Labelled>,
    /// Which of them must be filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Key>,
    /// How many copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    /// Who signs, each once and by different people; what is signed stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<RoleKey>,
}

/// A team put together for one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// The key.
    pub key: Key,
    /// Its name.
    pub label: Text,
    /// Who leads it.
    pub leader: Who,
    /// Who stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<Who>,
    /// Who belongs to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Who>,
    /// Members from outside, such as the customer or a supplier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<Text>,
    /// When it is called together.
    pub when: Cel,
}

/// A regular report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The key.
    pub key: Key,
    /// Its name.
    pub label: Text,
    /// How often.
    pub cadence: Cadence,
    /// On which days: week days 1–7; days of the month 1–28, or 31 for its end. Without any, the first. A weekly report
    /// covers the time since the day before it; the others the last whole day, month or quarter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<u8>,
    /// Who makes it.
    pub from: Who,
    /// Who gets it.
    pub to: Vec<Who>,
    /// How it is sent; without one it is shown in the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelKey>,
    /// What stands in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Text>,
}

words! {
    /// How often something is reported.
    Cadence {
        /// Each day.
        Daily = "daily",
        /// Each week.
        Weekly = "weekly",
        /// Each month.
        Monthly = "monthly",
        /// Each quarter.
        Quarterly = "quarterly",
        /// At once, about one case: when a rung of the ladder asks for it.
        AtOnce = "at_once",
    }
}

/// A reward or penalty, which a stage of kind `account` decides on. A record, never a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incentive {
    /// The key.
    pub key: Key,
    /// What people read.
    pub label: Text,
    /// Whom it concerns.
    pub subject: IncentiveSubject,
    /// What it is given for.
    pub on: Trigger,
    /// What form it takes.
    pub form: IncentiveForm,
    /// The least amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_from: Option<Yuan>,
    /// The greatest amount, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_to: Option<Yuan>,
    /// The greatest share of wages or bonus, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The most points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// Who decides: the owner of every stage that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Who>,
    /// Who is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub report_to: Vec<Who>,
}

words! {
    /// Whom a reward or penalty concerns.
    IncentiveSubject {
        /// The person at fault.
        Person = "person",
        /// The head of that person's department, or of the department that is liable as such.
        DepartmentHead = "department_head",
        /// The owner of the step.
        StepOwner = "step_owner",
        /// The team.
        Team = "team",
    }
}

words! {
    /// What form a reward or penalty takes.
    IncentiveForm {
        /// A fine.
        Fine = "fine",
        /// Points.
        Points = "points",
        /// A warning.
        Warning = "warning",
        /// A demerit.
        Demerit = "demerit",
        /// A reward to the team.
        TeamReward = "team_reward",
        /// Compensation to be borne.
        Compensation = "compensation",
        /// The form is marked red for the year-end assessment.
        RedMark = "red_mark",
    }
}

/// Returned goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnPolicy {
    /// How long after delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Limit>,
    /// On which conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Text>,
    /// How to pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Text>,
    /// What the application must say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub application_fields: Vec<super::Labelled>,
    /// Who looks at the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Who>,
    /// Who inspects the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<Who>,
    /// How the refund is reckoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_formula: Option<Cel>,
    /// How soon it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_time: Option<Limit>,
    /// In which ways it is paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refund_modes: Vec<super::Labelled>,
    /// Who bears the transport, and the insurance of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub borne_by: BTreeMap<Key, super::Liable>,
}

/// What the measures of stages of kind `correct` are measured by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capa {
    /// By which methods measures are found; each measure that is no training names one of them. Without any, none is asked
    /// for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<super::Labelled>,
    /// What does not count as a measure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden: Vec<super::Labelled>,
    /// Who verifies that the measures worked: nobody who planned them or carried one out. Without one, the owner of
    /// the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Who>,
    /// Which documents may be brought up to date, so that what worked stays: whoever verifies that the measures worked
    /// says which of them were, and what was changed (P13 制度, P22, P37).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standardise: Vec<super::Labelled>,
    /// Who is trained: every plan has a training among its measures, and of each it is on record who attended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub training: Vec<Text>,
}

/// A ledger under its own name, such as 《投诉问题处理台账》 or 《未了事宜台帐》. A case stands in it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The key.
    pub key: LedgerKey,
    /// Its name.
    pub label: Text,
    /// What puts a case into it; any of them. Without any: that it is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enter: Vec<Trigger>,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
    /// What settles the matter; any of them. Without any the entry stands for good; until then it is pending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settle: Vec<Trigger>,
    /// What it says of each case: fields that the case fills in by itself, as in forms, and `remedies`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<super::Labelled>,
}

impl Ledger {
    /// Whether this puts a case into it.
    #[must_use]
    pub fn is_entered_by(&self, trigger: &Trigger) -> bool {
        match self.enter.as_slice() {
            [] => *trigger == Trigger::Event(super::CaseEvent::Closed),
            any => any.contains(trigger),
        }
    }
}

/// Queueing at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Where tickets are drawn.
    pub terminals: Vec<super::Labelled>,
    /// What is done at the counter.
    pub services: Vec<CounterService>,
    /// How many tickets ahead a person is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_ahead: Option<u32>,
    /// How the queue is split.
    pub split: QueueSplit,
}

/// Something done at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterService {
    /// The key.
    pub key: Key,
    /// What people read.
    pub label: Text,
    /// What must be brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Text>,
    /// What must be filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Key>,
    /// From 1, simple.
    pub complexity: u8,
}

words! {
    /// How a queue is split.
    QueueSplit {
        /// One queue.
        Single = "single",
        /// One for each service.
        ByService = "by_service",
    }
}

/// The standing plan of a handling team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPlan {
    /// The group that leads.
    pub lead_group: Vec<Who>,
    /// The group that handles.
    pub handling_group: Vec<Who>,
    /// What belongs to the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Text>,
    /// How often it is looked through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Cadence>,
}

/// Who may see what of the complainant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// What a person is asked, to be identified before anything is told: at a contact or callback that reaches them, staff
    /// say that it is the customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_check: Vec<super::IntakeField>,
    /// What is masked for everybody else: contact data, the order, and what the customer said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masking: Vec<super::IntakeField>,
    /// Who sees it all. Others see what is not masked as far as the installation lets them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleKey>,
}
