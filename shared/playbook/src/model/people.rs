//! Roles, where they are looked for, and who must keep out of a case.

use contracts::{DepartmentId, RoleKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{Key, words};

/// A role that the playbook names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What people read.
    pub label: Text,
    /// Where people with this role are looked for, unless a step says otherwise.
    pub department: DepartmentRef,
}

/// A department as a playbook speaks of it: by its part in the case, or by name.
///
/// Written as one word: `responsible`, `complained_of`, `receiving`, or the key of a declared department.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DepartmentRef {
    /// The department that triage made responsible for the case.
    Responsible,
    /// The department that the customer complains of.
    ComplainedOf,
    /// The department that took the complaint in.
    Receiving,
    /// This department.
    Named(DepartmentId),
}

impl DepartmentRef {
    /// The words that stand for a part in the case; no department may have them as its key.
    pub const PARTS: [&'static str; 3] = ["responsible", "complained_of", "receiving"];

    /// As it stands in a playbook.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Responsible => Self::PARTS[0],
            Self::ComplainedOf => Self::PARTS[1],
            Self::Receiving => Self::PARTS[2],
            Self::Named(id) => id.as_str(),
        }
    }
}

impl TryFrom<String> for DepartmentRef {
    type Error = contracts::NotASlug;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(match text.as_str() {
            "responsible" => Self::Responsible,
            "complained_of" => Self::ComplainedOf,
            "receiving" => Self::Receiving,
            _ => Self::Named(DepartmentId::new(text)?),
        })
    }
}

impl From<DepartmentRef> for String {
    fn from(department: DepartmentRef) -> String {
        department.as_str().to_owned()
    }
}

impl std::fmt::Display for DepartmentRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for DepartmentRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DepartmentRef".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A department by its part in the case (responsible, complained_of, receiving) or by its key.",
            "type": "string",
            "examples": Self::PARTS,
            "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$"
        })
    }
}

/// Who does something: a role, in the department of that role unless another is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// The role.
    pub role: RoleKey,
    /// Where, if not where the role usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentRef>,
}

/// Who takes over when the owner is absent or barred. Written as `automatic` or as a role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(try_from = "String", into = "String")]
pub enum Secondary {
    /// The deputy that the directory names, then whoever holds the same role.
    #[default]
    Automatic,
    /// Somebody with this role, in the department of the owner.
    Role(RoleKey),
}

impl TryFrom<String> for Secondary {
    type Error = contracts::NotASlug;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "automatic" { Ok(Self::Automatic) } else { RoleKey::new(text).map(Self::Role) }
    }
}

impl From<Secondary> for String {
    fn from(secondary: Secondary) -> String {
        match secondary {
            Secondary::Automatic => "automatic".to_owned(),
            Secondary::Role(role) => role.into(),
        }
    }
}

impl JsonSchema for Secondary {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secondary".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Who takes over: `automatic` (the deputy in the directory) or a role.",
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$"
        })
    }
}

/// A skill that whoever does something must have, as the directory says it of them.
///
/// Written as one word: `after_sales`, or `after_sales:2` for at least that level. Without a level any will do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SkillNeed {
    /// The skill, declared under `skills`.
    pub skill: Key,
    /// At least this level, from 1.
    pub level: u32,
}

impl TryFrom<String> for SkillNeed {
    type Error = contracts::NotASlug;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (skill, level) = text.split_once(':').unwrap_or((&text, "1"));
        let level = level.parse().ok().filter(|level| (1..=9).contains(level));
        let level = level.ok_or_else(|| contracts::NotASlug { given: text.clone() })?;
        Ok(Self { skill: Key::new(skill)?, level })
    }
}

impl From<SkillNeed> for String {
    fn from(need: SkillNeed) -> String {
        need.to_string()
    }
}

impl std::fmt::Display for SkillNeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level {
            0 | 1 => write!(f, "{}", self.skill),
            level => write!(f, "{}:{level}", self.skill),
        }
    }
}

impl JsonSchema for SkillNeed {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SkillNeed".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A declared skill, with `:2` to `:9` for at least that level.",
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}(:[1-9])?$"
        })
    }
}

/// Who must keep out of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConflictOfInterest {
    /// Whether the person complained of keeps out, or the whole department.
    pub scope: ConflictScope,
    /// From which duties the department keeps out; for that scope alone. Whoever is a party keeps out of every duty in
    /// any case, and so do those who handled it of calling back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles_barred: Vec<Duty>,
    /// From which duties those are barred who handled an earlier instance of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub barred_at_reopen: Vec<Duty>,
}

words! {
    /// A lane of a queue: simple business does not wait behind complex business.
    Lane {
        /// Done quickly.
        Simple = "simple",
        /// Takes its time.
        Complex = "complex",
    }
}

words! {
    /// How far a conflict of interest reaches.
    ConflictScope {
        /// The person who is party to the matter.
        Person = "person",
        /// Everybody of that person's department.
        Department = "department",
    }
}

words! {
    /// What a person does on a case.
    Duty {
        /// Handles it: proposes, executes, investigates, inspects, corrects.
        Handler = "handler",
        /// Judges whether it stands.
        Verifier = "verifier",
        /// Decides on a proposal, reviews or audits it.
        Approver = "approver",
        /// Answers the customer.
        Replier = "replier",
        /// Asks the customer afterwards.
        CallerBack = "caller_back",
    }
}
