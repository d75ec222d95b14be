//! Commands: orders a service takes over request-reply, and its answers.
//!
//! A request carries a *batch* of commands (`Vec<Command>`) and is answered by as many [`Answer`]s in the same
//! order. The same command id gives the first answer again; the same id with another body is refused
//! (`idempotency-key-reused`).

pub mod approval;
pub mod intake;
pub mod investigation;
pub mod notification;
pub mod parked;
pub mod routing;

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CommandId, DepartmentId, OrganisationId, PersonId, RoleKey};
use crate::problem::{Problem, ProblemCode};
use crate::subject::SubjectRef;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A member of staff, as signed in; roles and department as the directory of users has them.
    Staff {
        /// Who.
        person: PersonId,
        /// The roles they hold.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        roles: BTreeSet<RoleKey>,
        /// Their department.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<DepartmentId>,
    },
    /// The customer themselves, by tracking code or one-time link.
    Customer,
    /// A feeding system, by API key.
    Feeder {
        /// The name of the key.
        name: String,
    },
    /// Redress itself.
    System,
}

impl Actor {
    /// The member of staff, if it is one.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        if let Self::Staff { person, .. } = self { Some(person) } else { None }
    }
    /// Whether they hold `role`.
    #[must_use]
    pub fn holds(&self, role: &str) -> bool {
        matches!(self, Self::Staff { roles, .. } if roles.contains(role))
    }
    /// The same actor without roles and department, as events record it.
    #[must_use]
    pub fn plain(&self) -> Self {
        match self {
            Self::Staff { person, .. } => {
                Self::Staff { person: person.clone(), roles: BTreeSet::new(), department: None }
            }
            other => other.clone(),
        }
    }
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The idempotency key.
    pub id: CommandId,
    /// What it acts on. For `complaint.register` it is derived from the key: [`intake::complaint_for`].
    pub subject: SubjectRef,
    /// The verb, as in the request subject.
    pub verb: String,
    /// Who orders it.
    pub actor: Actor,
    /// The version the actor read (`If-Match`), where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<u64>,
    /// W3C trace context of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The body: one of the verb's own type.
    pub body: serde_json::Value,
}

impl Command {
    /// Whose it is.
    #[must_use]
    pub fn organisation(&self) -> &OrganisationId {
        &self.subject.organisation
    }
    /// Reads the body as the verb's type.
    ///
    /// # Errors
    /// A problem that names the field.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        check_nul("", &self.body)?;
        Problem::read(self.body.clone())
    }
}

/// One point of a sheet that the playbook asks for, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointText {
    /// Its key in the playbook.
    pub point: String,
    /// What there is to say; at most 5,000 characters.
    pub text: String,
}

/// The answer to one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Answer {
    /// It is done and on record.
    Done {
        /// The version of the subject afterwards (`ETag`).
        version: u64,
        /// Whether this is the first answer given again.
        #[serde(default)]
        repeated: bool,
        /// What there is to say.
        body: serde_json::Value,
    },
    /// It was refused and changed nothing.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// The verbs a service takes.
pub trait Verb: Serialize + serde::de::DeserializeOwned + JsonSchema {
    /// The verb.
    const VERB: &'static str;
    /// The service that takes it.
    const SERVICE: crate::service::ServiceName;
}

macro_rules! verbs {
    ($service:ident: $($name:ident = $verb:literal),+ $(,)?) => {
        $(impl crate::commands::Verb for $name {
            const VERB: &'static str = $verb;
            const SERVICE: crate::service::ServiceName = crate::service::ServiceName::$service;
        })+
        /// Every verb of this service.
        pub const VERBS: &[&str] = &[$($verb),+];
    };
}
pub(crate) use verbs;

/// Refuses U+0000 in any text or name of `value`, which stands at `place`: no text of PostgreSQL holds it.
///
/// # Errors
/// `invalid-field` with the JSON pointer of the text.
pub fn check_nul(place: &str, value: &serde_json::Value) -> Result<(), Problem> {
    let Some(steps) = to_nul(value) else { return Ok(()) };
    let steps = steps.iter().rev().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")));
    let place = steps.fold(place.to_owned(), |place, step| place + &step);
    let problem = Problem::new(ProblemCode::InvalidField, "the text contains U+0000");
    Err(problem.at(place).expected("text without U+0000"))
}

/// The steps to the first U+0000, the last one first. Every order is looked through: nothing is written down unless
/// there is one.
fn to_nul(value: &serde_json::Value) -> Option<Vec<String>> {
    use serde_json::Value;
    let within = |step: &dyn Fn() -> String, part: &Value| {
        to_nul(part).map(|mut steps| {
            steps.push(step());
            steps
        })
    };
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| within(&|| at.to_string(), item))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let named = || name.contains('\0').then(|| vec![name.clone()]);
            within(&|| name.clone(), member).or_else(named)
        }),
        Value::Number(_) | Value::Bool(_) | Value::Null => None,
    }
}

/// Refuses text with U+0000 or beyond `max` characters, or empty when it must say something.
///
/// # Errors
/// A problem that names `field`.
pub fn check_text(field: &str, text: &str, max: usize) -> Result<(), Problem> {
    if text.contains('\0') {
        return Err(Problem::new(ProblemCode::InvalidField, "the text contains U+0000")
            .at(field)
            .expected("text without U+0000"));
    }
    if text.trim().is_empty() {
        return Err(Problem::new(ProblemCode::MissingField, "the text is empty")
            .at(field)
            .expected("some text"));
    }
    if text.chars().nth(max).is_some() {
        return Err(Problem::new(ProblemCode::FieldTooLong, "the text is too long")
            .at(field)
            .expected(format!("at most {max} characters")));
    }
    Ok(())
}

/// Refuses a time outside 2000–2100: the impossible dates that parse.
///
/// # Errors
/// A problem that names `field`.
pub fn check_time(field: &str, time: Timestamp, not_after: Timestamp) -> Result<(), Problem> {
    let year_2000 = Timestamp::from_second(946_684_800).unwrap_or(Timestamp::UNIX_EPOCH);
    if time < year_2000 || time > not_after {
        return Err(Problem::new(ProblemCode::InvalidField, "the time is not possible")
            .at(field)
            .expected(format!("an instant from 2000-01-01T00:00:00Z to {not_after}")));
    }
    Ok(())
}
