//! The table of decisions: every input of intake, and the file that decides on it.

mod clarify;
mod erase;
mod fact;
mod file;
mod heard;
mod reading;
pub(crate) mod register;

use contracts::commands::Verb as _;
use contracts::commands::intake::{
    BeginFile, Clarify, ErasePerson, FileChunk, FinishFile, RecordFacts, RegisterComplaint,
};
use contracts::commands::{Actor, Command};
use contracts::{Problem, ProblemCode};
use runtime::service::{Context, Decision, Input};

use crate::Intake;
use crate::rows::Row;
use crate::state::State;

/// What every decision of intake is.
pub(crate) type Decided = Result<Decision<Row>, Problem>;

/// The names of the look-up entries.
pub(crate) mod space {
    /// Serial numbers: key = who shares the counter, pattern, period; value = the last serial drawn.
    pub(crate) const COUNTER: &str = "counter";
    /// Number patterns in use, as one list.
    pub(crate) const PATTERNS: &str = "patterns";
    /// Feeders' references: key = SHA-256 of source and reference; value = complaint.
    pub(crate) const EXTERNAL: &str = "external";
    /// Blind indexes of ways to reach somebody: value = complainant.
    pub(crate) const COMPLAINANT: &str = "complainant";
    /// Complainants: value = their complaints and the entries that lead to them.
    pub(crate) const PERSON: &str = "person";
    /// Keyed hashes of what counts as the same matter: value = the last complaint of it.
    pub(crate) const REPEAT: &str = "repeat";
    /// Settlements on the spot by customer and by order: value = the recent ones.
    pub(crate) const SPOT: &str = "spot";
    /// Uploads that are not finished: key = file.
    pub(crate) const UPLOAD: &str = "upload";
}

/// Decides on one input.
pub(crate) fn decide(intake: &Intake, context: &Context<'_, State>, state: &State, input: &Input) -> Decided {
    match input {
        Input::Command(command) => order(intake, context, state, command),
        Input::Heard(heard) => heard::decide(intake, context, state, &heard.event),
        Input::Due(due) => Ok(file::give_up(context, state, due)),
    }
}

fn order(intake: &Intake, context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    match command.verb.as_str() {
        RegisterComplaint::VERB => register::decide(intake, context, state, command),
        BeginFile::VERB => file::begin(intake, context, state, command),
        FileChunk::VERB => file::chunk(context, command),
        FinishFile::VERB => file::finish(context, command),
        RecordFacts::VERB => fact::decide(context, state, command),
        Clarify::VERB => clarify::decide(intake, context, state, command),
        ErasePerson::VERB => erase::decide(intake, context, state, command),
        other => Err(Problem::new(ProblemCode::NotFound, format!("intake takes no order “{other}”"))),
    }
}

/// The complaint that the command names by its subject.
fn complaint_of(command: &Command) -> Result<contracts::ComplaintId, Problem> {
    command.subject.complaint_id().ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "the subject is not a complaint")
            .at("/subject")
            .expected("complaint/<id>")
    })
}

fn not_on_record() -> Problem {
    Problem::new(ProblemCode::NotFound, "there is no such complaint on record")
}

fn not_the_customers(actor: &Actor, what: &str) -> Result<(), Problem> {
    match actor {
        Actor::Staff { .. } | Actor::Feeder { .. } | Actor::System => Ok(()),
        Actor::Customer => Err(Problem::new(ProblemCode::NotAllowed, format!("a customer cannot {what}"))
            .at("/actor")
            .expected("a member of staff or a feeding system")),
    }
}
