//! `person.erase`: a complainant is forgotten. The record of their complaints stays, what they said and how they can be
//! reached goes, in every service.

use std::collections::BTreeMap;

use contracts::commands::intake::ErasePerson;
use contracts::commands::{Actor, Command, check_text};
use contracts::messages::person_erased::PersonErased;
use contracts::{ComplainantId, ComplaintId, Problem, ProblemCode, SubjectKind};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reading::{Shape, read};
use super::{Decided, space};
use crate::Intake;
use crate::rows::Row;
use crate::state::State;

const SHAPE: Shape = Shape { required: &[("reason", "\"x\"")], optional: &[] };
const LONGEST_REASON: usize = 500;

/// What the entry of a complainant holds: all that leads to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Trail {
    /// Their complaints, oldest first.
    pub(crate) complaints: Vec<ComplaintId>,
    /// Blind indexes that name them.
    pub(crate) indexes: Vec<String>,
    /// Keyed hashes of settlements on the spot for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spots: Vec<String>,
    /// Keyed hashes of matters of theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) matters: Vec<String>,
}

impl Trail {
    pub(crate) fn read(value: Option<Value>) -> Option<Self> {
        serde_json::from_value(value?).ok()
    }

    fn entries(&self) -> impl Iterator<Item = EntryKey> {
        let of = |space: &'static str, keys: &[String]| {
            keys.iter().map(move |key| EntryKey { space, key: key.clone() }).collect::<Vec<_>>()
        };
        of(space::COMPLAINANT, &self.indexes)
            .into_iter()
            .chain(of(space::SPOT, &self.spots))
            .chain(of(space::REPEAT, &self.matters))
    }
}

pub(super) fn decide(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Decided {
    may_erase(intake, &command.actor)?;
    let complainant = complainant_of(command)?;
    let body: ErasePerson = read(command, &SHAPE)?;
    check_text("/reason", &body.reason, LONGEST_REASON)?;
    if let State::Person(person) = state {
        return Decision::nothing().answer_with(&BTreeMap::from([("complaints", person.complaints)]));
    }
    let trail = Trail::read(context.entry(space::PERSON, complainant.to_string()))
        .ok_or_else(|| Problem::new(ProblemCode::NotFound, "there is no such complainant"))?;
    let mut decision = Decision::nothing();
    for entry in trail.entries() {
        // Locked before it goes, so that a registration under way does not bring the person back.
        let _ = context.entry(entry.space, entry.key.clone());
        decision.entries.push(EntryChange::Remove { entry });
    }
    let own = EntryKey { space: space::PERSON, key: complainant.to_string() };
    decision.entries.push(EntryChange::Remove { entry: own });
    decision.shred.clone_from(&trail.complaints);
    decision.rows.push(Row::Erased { complainant, complaints: trail.complaints.clone() });
    let answer = BTreeMap::from([("complaints", trail.complaints.len())]);
    decision.say(PersonErased {
        complainant,
        complaints: trail.complaints,
        by: command.actor.plain(),
        reason: body.reason,
    });
    decision.answer_with(&answer)
}

fn complainant_of(command: &Command) -> Result<ComplainantId, Problem> {
    let id = (command.subject.kind == SubjectKind::Person).then(|| command.subject.id.parse().ok()).flatten();
    id.ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "the subject is not a complainant")
            .at("/subject")
            .expected("person/<id>")
    })
}

fn may_erase(intake: &Intake, actor: &Actor) -> Result<(), Problem> {
    let allowed = match actor {
        Actor::System => true,
        Actor::Staff { roles, .. } => intake.config().erasure_roles.iter().any(|role| roles.contains(role)),
        Actor::Customer | Actor::Feeder { .. } => false,
    };
    if allowed {
        return Ok(());
    }
    let roles: Vec<_> = intake.config().erasure_roles.iter().map(|role| role.as_str()).collect();
    Err(Problem::new(ProblemCode::NotAllowed, "this role cannot order that a complainant be forgotten")
        .at("/actor")
        .expected(format!("one of the roles {}", roles.join(", "))))
}
