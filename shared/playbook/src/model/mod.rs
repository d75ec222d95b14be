//! The procedure of an organisation as data. Every key of the configuration vocabulary has a place here; which of
//! them already act is decided by [`crate::acting`] alone.

mod authority;
mod clock;
mod guided;
mod identity;
mod improvement;
mod intake;
mod ladder;
mod people;
mod remedy;
mod ruling;
mod stage;
mod voice;

use std::collections::BTreeMap;

use contracts::{DepartmentId, FactKey, PlaybookId, RoleKey, StageKind, TemplateKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use authority::*;
pub use clock::*;
pub use guided::*;
pub use identity::*;
pub use improvement::*;
pub use intake::*;
pub use ladder::*;
pub use people::*;
pub use remedy::*;
pub use ruling::*;
pub use stage::*;
pub use voice::*;

use crate::pack::AttachedPack;
use crate::words::{Cel, Key, Yuan};

/// A whole playbook: one procedure of one organisation, one version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Its key, such as `p03`; one for all versions.
    pub id: PlaybookId,
    /// Grows with every published change.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// What people call it.
    pub title: Text,
    /// Where the procedure was written down.
    pub source: Source,
    /// The trade it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<Text>,
    /// The metadata of the rule itself: number, issue, who drafted and approved it, its changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_control: Option<DocumentControl>,
    /// The rule packs that were attached. Written when they are: a text has the packs themselves behind the playbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rule_packs: Vec<AttachedPack>,

    /// What may come in: complaint, report, inquiry …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Labelled>,
    /// Who may complain: consumer, franchisee, buyer …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer_types: Vec<Labelled>,
    /// Through which channels it may come in.
    pub channels: Vec<Channel>,
    /// What it may be about, as a tree, and which department answers for it.
    pub categories: Vec<Category>,
    /// What is asked, numbered and recognised at intake.
    pub intake: Intake,
    /// Marks that change the route: major, urgent, liability clear …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routing_flags: Vec<RoutingFlag>,
    /// Degrees of gravity, lowest first. Without any, every case has level 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severity_levels: Vec<SeverityLevel>,

    /// The departments that the playbook names; the organisation's directory must have them.
    pub departments: BTreeMap<DepartmentId, Text>,
    /// The roles that the playbook names, and in which department each is looked for.
    pub roles: BTreeMap<RoleKey, Role>,
    /// The skills that steps and categories ask for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<Key, Text>,
    /// Who may never act on a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_of_interest: Option<ConflictOfInterest>,

    /// The steps, in the order in which people read them. Exactly one is of kind `register`.
    pub stages: Vec<Stage>,
    /// The returns to earlier stages. Whatever goes back and is not declared here is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loops: Vec<Loop>,
    /// The time limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// What people read for the reasons that may pause a clock; one that is not named here is read as our own words have
    /// it, or as its key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pause_reasons: Vec<Labelled>,
    /// What happens when a limit nears or passes, or something grave becomes known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    /// Questions about a case that somebody with the authority answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rulings: Option<Rulings>,

    /// Who may be at fault; the authority matrix must decide for each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub liability_kinds: Vec<Liable>,
    /// What may be given to the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedies: Option<Remedies>,
    /// Who approves which proposal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authority_matrix: Vec<AuthorityRow>,
    /// What must not happen before the proposal is approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approve_before: Vec<ApproveBefore>,
    /// Proposals up to this amount each may be approved several at once, without each being opened; without it, one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_several_up_to: Option<Yuan>,

    /// Who answers the customer, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_policy: Option<ReplyPolicy>,
    /// How the customer is kept informed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_policy: Option<ContactPolicy>,
    /// How the customer is called back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_policy: Option<CallbackPolicy>,
    /// The answers that a customer may give, best first or last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<Satisfaction>,
    /// What must be true before a case is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure_rule: Option<ClosureRule>,
    /// Messages, in minijinja.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<TemplateKey, Template>,
    /// What to say and what to avoid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<Key, Script>,
    /// What a receiver goes through with the customer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checklists: BTreeMap<Key, Checklist>,

    /// Paper and electronic records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
    /// Teams put together for one case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<Team>,
    /// Regular reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
    /// Rewards and penalties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<Incentive>,
    /// Returned goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_policy: Option<ReturnPolicy>,
    /// Corrective and preventive action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capa: Option<Capa>,
    /// The ledgers that cases go into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Ledger>,
    /// Queueing at a counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// The standing plan of a handling team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_plan: Option<TeamPlan>,
    /// Who may see what of the complainant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
}

/// A key with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Labelled {
    /// The key.
    pub key: Key,
    /// What people read.
    pub label: Text,
}

/// A degree of gravity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityLevel {
    /// 1 is the lowest.
    #[schemars(range(min = 1, max = 9))]
    pub level: u32,
    /// What people read.
    pub label: Text,
    /// When a case belongs here. The highest level whose rule holds is taken; the lowest level has no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
}

/// A mark that changes the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingFlag {
    /// The fact that becomes true, such as `major`. What a person has said of it stands.
    pub fact: FactKey,
    /// What people read.
    pub label: Text,
    /// When it becomes true by itself; without a rule a person says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cel>,
}

impl Playbook {
    /// The stage with this key.
    #[must_use]
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key.as_str() == key)
    }
    /// How a stage of kind `callback` calls back: its own policy, else that of all; none of another kind.
    #[must_use]
    pub fn callback_of<'a>(&'a self, stage: &'a Stage) -> Option<&'a CallbackPolicy> {
        let policy = stage.callback.as_ref().or(self.callback_policy.as_ref());
        policy.filter(|_| stage.kind == StageKind::Callback)
    }
    /// Every policy of calling back, with its path: that of all, then those of single stages.
    pub(crate) fn callback_policies(&self) -> impl Iterator<Item = (String, &CallbackPolicy)> {
        let all = self.callback_policy.iter().map(|policy| ("callback_policy".to_owned(), policy));
        let own = self.stages.iter().enumerate();
        let own =
            own.filter_map(|(n, stage)| Some((format!("stages[{n}].callback"), stage.callback.as_ref()?)));
        all.chain(own)
    }
    /// The guided forms of its channels.
    pub fn guided_forms(&self) -> impl Iterator<Item = &GuidedForm> {
        self.channels.iter().filter_map(|channel| channel.guided.as_ref())
    }
    /// The form with this key.
    #[must_use]
    pub fn form(&self, key: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.key.as_str() == key)
    }
    /// The reward or penalty with this key.
    #[must_use]
    pub fn incentive(&self, key: &str) -> Option<&Incentive> {
        self.incentives.iter().find(|incentive| incentive.key.as_str() == key)
    }
    /// The category with this key.
    #[must_use]
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.key.as_str() == key)
    }
}
