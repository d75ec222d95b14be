//! `decide`: somebody approves or refuses at their seat; unalterable, with dissent on record.

use contracts::commands::approval::Decide;
use contracts::commands::{Command, check_text};
use contracts::messages::decision_recorded::{Decided, DecisionRecorded};
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{ComplaintId, PersonId, Problem, ProblemCode, ServiceName, SubjectRef, WordId, WordRef};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::Outcome;
use super::close_round::{self, Ending};
use super::seats::{self, Asked, excluded, secondary};
use crate::Row;
use crate::config::{Config, REASON};
use crate::ledger::{self, Ledger};
use crate::state::{Held, Open, Round, Seat, SeatStanding, Standing, State, Step, Visit};

/// An order to decide, and all that it is decided with.
struct Turn<'a, 'c> {
    config: &'a Config,
    context: &'a Context<'c, State>,
    state: &'a State,
    command: &'a Command,
    order: &'a Decide,
    place: Place<'a>,
}

/// Where the actor sits: everything about it was checked.
struct Place<'a> {
    visit: &'a Visit,
    open: &'a Open,
    round: &'a Round,
    at: usize,
    seat: &'a Seat,
    held: &'a Held,
}

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Outcome {
    let order: Decide = command.read()?;
    let Some(person) = command.actor.person() else {
        return Err(Problem::new(ProblemCode::NotAllowed, "only staff may do this")
            .at("/actor")
            .expected("a member of staff"));
    };
    let complaint = command.subject.complaint_id();
    let complaint =
        complaint.ok_or_else(|| Problem::new(ProblemCode::NotFound, "this is not a complaint"))?;
    let place = take(context, state, command, &order, person)?;
    let turn = Turn { config, context, state, command, order: &order, place };

    let mut decision = Decision::nothing();
    let recorded = DecisionRecorded {
        visit: order.visit,
        round: order.round,
        step: u32::try_from(turn.place.at).unwrap_or(u32::MAX),
        decision: order.decision,
        reason: turn.reason(&mut decision, complaint)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    let mut after = turn.place.round.clone();
    after.decided(&recorded, context.now());
    decision.say(recorded);
    let standing = turn.go_on(&mut decision, &after)?;
    decision.answer_with(&json!({ "round": order.round, "step": turn.place.at, "standing": standing }))
}

/// The seat of the actor.
///
/// # Errors
/// In this order: `wrong-stage`, `visit-left`, `stale-epoch`, `stale-version` (a voided round), `not-found`,
/// `conflict-of-interest`, `separation-of-duty`, `already-exists` (decided before), `not-the-holder`, `not-allowed`,
/// `beyond-authority`.
fn take<'a>(
    context: &Context<'_, State>,
    state: &'a State,
    command: &Command,
    order: &Decide,
    person: &PersonId,
) -> Result<Place<'a>, Problem> {
    let visit = state.visits.get(&order.visit).ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "the case is not at such a visit")
            .at("/visit")
            .expected("the open visit to a stage of kind approve")
    })?;
    let left = |how: String| {
        Problem::new(ProblemCode::VisitLeft, how).at("/visit").expected("a visit that is still open")
    };
    let open = match &visit.standing {
        Standing::Open(open) => open,
        Standing::Completed(outcome) => return Err(left(format!("the visit ended with “{outcome}”"))),
        Standing::Withdrawn => return Err(left("the visit was withdrawn".to_owned())),
    };
    if order.epoch != visit.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(visit.epoch.to_string()));
    }
    let round = current_round(visit, open, order)?;
    let (at, step) = round.current().ok_or_else(|| left("the round is over".to_owned()))?;
    let mine = step.seats.iter().find_map(|seat| match &seat.standing {
        SeatStanding::Held(held) if held.person == *person => Some((seat, held)),
        SeatStanding::Vacant | SeatStanding::Asked | SeatStanding::Held(_) | SeatStanding::Decided { .. } => {
            None
        }
    });
    check_duty(state, visit, open, person, mine.map(|(_, held)| held))?;
    let (seat, held) = mine.ok_or_else(|| not_theirs(command, open, round, step, person))?;
    check_alone(round, seat, held)?;
    check_authority(context, command, open, step, held)?;
    Ok(Place { visit, open, round, at, seat, held })
}

fn current_round<'a>(visit: &Visit, open: &'a Open, order: &Decide) -> Result<&'a Round, Problem> {
    match &open.round {
        Some(round) if round.id == order.round => Ok(round),
        _ if visit.rounds.iter().any(|ended| ended.id == order.round) => {
            let detail = "a new version of the proposal was made; that round says nothing any more";
            let current = open
                .round
                .as_ref()
                .map_or_else(|| "no round is open".to_owned(), |round| round.id.to_string());
            Err(Problem::new(ProblemCode::StaleVersion, detail).at("/round").expected(current))
        }
        Some(_) | None => Err(Problem::new(ProblemCode::NotFound, "there is no such round").at("/round")),
    }
}

/// A party to the matter never decides; nor does anybody on their own work, nor a deputy in the name of either.
fn check_duty(
    state: &State,
    visit: &Visit,
    open: &Open,
    person: &PersonId,
    held: Option<&Held>,
) -> Result<(), Problem> {
    let giver = held.and_then(|held| held.instead_of.as_ref());
    let voices = || std::iter::once(person).chain(giver);
    if voices().any(|voice| open.barred.contains(voice)) {
        return Err(Problem::new(
            ProblemCode::ConflictOfInterest,
            "a party to the matter may not decide on it",
        )
        .at("/actor")
        .expected("somebody who is no party to the matter"));
    }
    let bound = state.bound(visit.instance);
    if voices().any(|voice| bound.contains(voice)) {
        let detail =
            "nobody decides on what they proposed, investigated or are liable for, in person or by deputy";
        return Err(Problem::new(ProblemCode::SeparationOfDuty, detail)
            .at("/actor")
            .expected("somebody who had no part in it"));
    }
    Ok(())
}

fn not_theirs(command: &Command, open: &Open, round: &Round, step: &Step, person: &PersonId) -> Problem {
    let decided = |seat: &&Seat| seat.decision().is_some();
    let mut deciders = round.seats().filter(decided).filter_map(Seat::holder);
    if deciders.any(|held| held.person == *person) {
        return Problem::new(ProblemCode::AlreadyExists, "you have decided in this round; it is unalterable")
            .at("/round")
            .expected("one decision of a person in a round");
    }
    let second = secondary(open, &step.role);
    let roles = std::iter::once(&step.role).chain(second.as_ref());
    if roles.into_iter().any(|role| command.actor.holds(role.as_str())) {
        Problem::new(ProblemCode::NotTheHolder, "you hold no seat of the current step")
            .at("/actor")
            .expected("somebody who was given a seat of the current step")
    } else {
        Problem::new(ProblemCode::NotAllowed, "the current step is decided by another role")
            .at("/actor")
            .expected(step.role.to_string())
    }
}

/// One person, or one authority through a deputy, has one voice in a round.
fn check_alone(round: &Round, seat: &Seat, held: &Held) -> Result<(), Problem> {
    let others = round.seats().filter(|other| other.work != seat.work && other.decision().is_some());
    let heard: Vec<_> = others.filter_map(Seat::holder).flat_map(Held::voices).collect();
    if held.voices().any(|voice| heard.contains(&voice)) {
        return Err(Problem::new(ProblemCode::SeparationOfDuty, "one person has one voice in a round")
            .at("/actor")
            .expected("somebody who has not decided in this round"));
    }
    Ok(())
}

/// A deputy has exactly the authority of the person deputised for, anybody else that of their own roles. A
/// superior of somebody with the role has that authority too: routing turns to the line where nobody else is there.
fn check_authority(
    context: &Context<'_, State>,
    command: &Command,
    open: &Open,
    step: &Step,
    held: &Held,
) -> Result<(), Problem> {
    let second = secondary(open, &step.role);
    let mut roles = std::iter::once(&step.role).chain(second.as_ref());
    let directory = || context.peek(&SubjectRef::directory(context.organisation()));
    let is_superior =
        || directory().is_some_and(|people| people.is_above(&held.person, &step.role, &step.department));
    let deputises = held.instead_of.is_some() && held.role == step.role;
    if deputises || roles.any(|role| command.actor.holds(role.as_str())) || is_superior() {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::BeyondAuthority, "this amount is for another role to decide")
        .at("/actor")
        .expected(step.role.to_string()))
}

impl Turn<'_, '_> {
    fn reason(
        &self,
        decision: &mut Decision<Row>,
        complaint: ComplaintId,
    ) -> Result<Option<WordRef>, Problem> {
        let given = self.order.reason.as_deref().filter(|reason| !reason.trim().is_empty());
        let Some(text) = given else {
            return match self.order.decision {
                Decided::Approve => Ok(None),
                Decided::Refuse => Err(Problem::new(ProblemCode::MissingField, "a refusal needs a reason")
                    .at("/reason")
                    .expected("why it is refused")),
            };
        };
        check_text("/reason", text, REASON)?;
        let id = WordId(self.context.next_id());
        Ok(Some(decision.keep(id, ServiceName::Approval, complaint, text)))
    }

    /// What follows: the round closes, the next step begins, or the step goes on. `after` is the round with the
    /// decision in it.
    fn go_on(&self, decision: &mut Decision<Row>, after: &Round) -> Result<&'static str, Problem> {
        let step = after.steps.get(self.place.at).ok_or_else(|| {
            Problem::new(ProblemCode::Internal, "the step that was decided on is not in the round")
        })?;
        let (refused, passed) = (step.is_lost(), step.is_passed());
        let next = after.current().map(|(_, next)| next).filter(|_| !refused);
        match next {
            None => {
                self.close(decision, after, !refused)?;
                Ok(if refused { "refused" } else { "approved" })
            }
            Some(next) => {
                self.put_away(decision);
                if passed {
                    seats::withdraw(decision, self.order.visit, after, "step_passed");
                    self.begin(decision, after, next);
                }
                Ok("open")
            }
        }
    }

    fn close(&self, decision: &mut Decision<Row>, after: &Round, approved: bool) -> Result<(), Problem> {
        let Place { visit, open, .. } = self.place;
        let proposal = self.state.proposal_of(visit.instance);
        let on_tally: &[_] = if ledger::is_counted(after) { &[proposal] } else { &[] };
        let mut ledger = Ledger::load(self.context, self.config, open, on_tally)?;
        let ending = Ending { visit: self.order.visit, epoch: visit.epoch, open, round: after, approved };
        close_round::close(decision, &ending, self.command.actor.plain(), &mut ledger)?;
        decision.entries = ledger.changes()?;
        self.put_away(decision);
        seats::withdraw(decision, self.order.visit, after, "round_closed");
        Ok(())
    }

    /// Asks for the people of the next step; nobody who has decided sits again.
    fn begin(&self, decision: &mut Decision<Row>, after: &Round, next: &Step) {
        let Place { visit, open, .. } = self.place;
        let voices = after.seats().filter_map(Seat::holder).flat_map(Held::voices).cloned();
        let barred = excluded(self.state, visit, open).into_iter().chain(voices).collect();
        let asked = Asked {
            visit: self.order.visit,
            epoch: visit.epoch,
            role: &next.role,
            department: &next.department,
            secondary: secondary(open, &next.role),
            barred: &barred,
        };
        for seat in &next.seats {
            asked.ask(decision, seat.work);
        }
    }

    fn put_away(&self, decision: &mut Decision<Row>) {
        decision.say(WorkWithdrawn {
            work: self.place.seat.work,
            visit: self.order.visit,
            reason: "done".to_owned(),
            because: None,
        });
    }
}
