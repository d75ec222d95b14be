//! `ruling.give` → `ruling.given`, and what follows from it: the visit moves, the clock is due later, the level rises.
//! Whoever holds the ruling gives it, once; never whoever asked or whose work it is about.

use contracts::commands::routing::GiveRuling;
use contracts::commands::{Command, check_text};
use contracts::messages::clock_changed::ClockChange;
use contracts::messages::ruling_given::RulingAnswer;
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::messages::work_assigned::Because;
use contracts::{ClockId, PersonId, Problem, ProblemCode, WorkId};
use jiff::Timestamp;

use super::stage_transfer::move_visit;
use super::triage::{known_department, level_given};
use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, clock_pause, open_work, staff, unbarred};
use crate::draft::Draft;
use crate::state::Ruling;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: GiveRuling = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let person = staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let ruling = may_rule(&draft, order.work, person)?;
    let answer = answer(&draft, &order, &ruling.question)?;
    let because = draft.because(&command.actor, &order.reason);
    draft.rule(order.work, &ruling, answer.clone(), because.clone());
    let level = if let RulingAnswer::Said { level } = answer { level } else { None };
    draft.tell_ruled(&ruling, level)?;
    follow(&mut draft, &ruling.question, order.work, &answer, because, command)?;
    draft.finish()
}

/// The open ruling that somebody holds and may give.
fn may_rule(draft: &Draft<'_>, id: WorkId, person: &PersonId) -> Result<Ruling, Problem> {
    let work = open_work(draft, id)?;
    let ruling = draft.case.rulings.get(&id).cloned().ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "nothing is to be ruled on there")
            .at("/work")
            .expected("a piece of work with the task rule")
    })?;
    if ruling.asker() == Some(person) {
        let problem =
            Problem::new(ProblemCode::SeparationOfDuty, "nobody rules on what they asked themselves");
        return Err(problem.at("/actor").expected("somebody else"));
    }
    unbarred(draft, id, &work, person).map_err(|problem| problem.at("/actor"))?;
    if work.holder() != Some(person) {
        let problem = Problem::new(ProblemCode::NotTheHolder, "somebody else was asked to rule").at("/work");
        return Err(problem.expected("a ruling that you hold"));
    }
    Ok(ruling)
}

fn answer(draft: &Draft<'_>, order: &GiveRuling, question: &RulingQuestion) -> Result<RulingAnswer, Problem> {
    match question {
        RulingQuestion::Dispute { department: disputed, .. } => {
            nothing_but(order, &["/department"])?;
            let department = order.department.clone().ok_or_else(|| {
                Problem::new(ProblemCode::MissingField, "which department is responsible?")
                    .at("/department")
                    .expected("a department of the directory")
            })?;
            known_department(draft, &department, "/department")?;
            let stays = department == *disputed;
            Ok(if stays { RulingAnswer::Stays { department } } else { RulingAnswer::Moves { department } })
        }
        RulingQuestion::Extension { clock, due, until, .. } => {
            nothing_but(order, &["/grant", "/until"])?;
            granted(draft, order, (*clock, *due, *until))
        }
        RulingQuestion::Rung { .. } => {
            nothing_but(order, &["/level"])?;
            let level = order.level.map(|level| level_given(draft, level)).transpose()?;
            Ok(RulingAnswer::Said { level })
        }
    }
}

/// Refuses what the question does not ask for.
fn nothing_but(order: &GiveRuling, asked: &[&str]) -> Result<(), Problem> {
    let given = [
        ("/department", order.department.is_some()),
        ("/grant", order.grant.is_some()),
        ("/until", order.until.is_some()),
        ("/level", order.level.is_some()),
    ];
    match given.into_iter().find(|(field, is_given)| *is_given && !asked.contains(field)) {
        Some((field, _)) => {
            let problem = Problem::new(ProblemCode::InvalidField, "this question does not ask for it");
            Err(problem.at(field).expected(asked.join(", ")))
        }
        None => Ok(()),
    }
}

/// All that was asked for, or less; but some time ahead that there was not before.
fn granted(
    draft: &Draft<'_>,
    order: &GiveRuling,
    (clock, due, asked): (ClockId, Timestamp, Timestamp),
) -> Result<RulingAnswer, Problem> {
    let grant = order.grant.ok_or_else(|| {
        Problem::new(ProblemCode::MissingField, "is it granted?").at("/grant").expected("true or false")
    })?;
    if !grant {
        return match order.until {
            None => Ok(RulingAnswer::Refused),
            Some(_) => {
                let problem = Problem::new(ProblemCode::InvalidField, "what is refused has no time");
                Err(problem.at("/until").expected("nothing, or grant: true"))
            }
        };
    }
    let until = order.until.unwrap_or(asked);
    let earliest = due_of(draft, clock, due).max(draft.context.now());
    if until <= earliest || until > asked {
        let problem = Problem::new(ProblemCode::InvalidField, "that is no time to grant").at("/until");
        return Err(problem.expected(format!("later than {earliest}, at most {asked}")));
    }
    Ok(RulingAnswer::Granted { until })
}

/// When a clock is due now; when it was asked about where it stands still.
fn due_of(draft: &Draft<'_>, clock: ClockId, due: Timestamp) -> Timestamp {
    draft.case.clocks.get(&clock).and_then(|clock| clock.due).unwrap_or(due)
}

fn follow(
    draft: &mut Draft<'_>,
    question: &RulingQuestion,
    ruling: WorkId,
    answer: &RulingAnswer,
    because: Option<Because>,
    command: &Command,
) -> Result<(), Problem> {
    match (question, answer) {
        (RulingQuestion::Dispute { visit, epoch, .. }, RulingAnswer::Moves { department }) => {
            let current = draft.current(*visit, *epoch)?;
            move_visit(draft, (*visit, &current), department, because, &command.actor)
        }
        (RulingQuestion::Extension { clock: id, due, .. }, RulingAnswer::Granted { until }) => {
            let Some(clock) = draft.case.clocks.get(id).cloned() else { return Ok(()) };
            let change = ClockChange::Extended { ruling, from: due_of(draft, *id, *due), until: *until };
            clock_pause::change(draft, (*id, clock), change, EXTENDED.to_owned(), command)
        }
        (
            RulingQuestion::Dispute { .. } | RulingQuestion::Extension { .. } | RulingQuestion::Rung { .. },
            RulingAnswer::Stays { .. }
            | RulingAnswer::Moves { .. }
            | RulingAnswer::Granted { .. }
            | RulingAnswer::Refused
            | RulingAnswer::Said { .. },
        ) => Ok(()),
    }
}

/// Why a clock was extended, as a key; the words are those of the ruling.
const EXTENDED: &str = "ruling";
