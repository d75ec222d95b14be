//! Who sits where: whether the actor of an order may have their say at a seat, in the same order of questions whatever
//! they are asked for.

use contracts::commands::Command;
use contracts::messages::round_opened::Purpose;
use contracts::{PersonId, Problem, ProblemCode, RoleKey, RoundId, SubjectRef, VisitId};
use runtime::service::Context;

use super::seats::secondary;
use crate::needs::kind_of;
use crate::state::{Held, Open, Round, Seat, SeatStanding, Standing, State, Step, Visit};

/// What somebody wants to have a say in.
pub(super) struct Claim {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch, as they hold it.
    pub(super) epoch: u32,
    /// The round.
    pub(super) round: RoundId,
    /// What they want to do there.
    pub(super) purpose: Purpose,
}

/// Where the actor sits: everything about it was checked.
pub(super) struct Place<'a> {
    /// The visit.
    pub(super) visit: &'a Visit,
    /// What is open of it.
    pub(super) open: &'a Open,
    /// Its round.
    pub(super) round: &'a Round,
    /// The number of the step.
    pub(super) at: usize,
    /// The seat.
    pub(super) seat: &'a Seat,
    /// The actor as its holder.
    pub(super) held: &'a Held,
}

/// The seat of the actor.
///
/// # Errors
/// In this order: `wrong-stage`, `visit-left`, `stale-epoch`, `stale-version` (a voided round), `not-found`,
/// `conflict-of-interest`, `separation-of-duty`, `already-exists` (decided before), `not-the-holder`, `not-allowed`,
/// `beyond-authority`.
pub(super) fn take<'a>(
    context: &Context<'_, State>,
    state: &'a State,
    command: &Command,
    claim: &Claim,
    person: &PersonId,
) -> Result<Place<'a>, Problem> {
    let fits = |visit: &&Visit| visit.purpose == claim.purpose;
    let visit = state.visits.get(&claim.visit).filter(fits).ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "the case is not at such a visit")
            .at("/visit")
            .expected(format!("the open visit to a stage of kind {}", kind_of(claim.purpose)))
    })?;
    let left = |how: String| {
        Problem::new(ProblemCode::VisitLeft, how).at("/visit").expected("a visit that is still open")
    };
    let open = match &visit.standing {
        Standing::Open(open) => open,
        Standing::Completed(outcome) => return Err(left(format!("the visit ended with “{outcome}”"))),
        Standing::Withdrawn => return Err(left("the visit was withdrawn".to_owned())),
    };
    if claim.epoch != visit.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(visit.epoch.to_string()));
    }
    let round = current_round(visit, open, claim)?;
    let (first, _) = round.current().ok_or_else(|| left("the round is over".to_owned()))?;
    let mine = round.at_work().find_map(|(at, step)| {
        let (seat, held) = step.seats.iter().find_map(|seat| theirs(seat, person))?;
        Some((at, step, seat, held))
    });
    let at = mine.map_or(first, |(at, ..)| at);
    check_duty(state, (visit, open), at, person, mine.map(|(.., held)| held))?;
    let (at, step, seat, held) = mine.ok_or_else(|| not_theirs(command, open, round, person))?;
    check_alone(round, seat, held)?;
    check_authority(context, command, (visit.purpose, open), step, held)?;
    Ok(Place { visit, open, round, at, seat, held })
}

fn theirs<'s>(seat: &'s Seat, person: &PersonId) -> Option<(&'s Seat, &'s Held)> {
    match &seat.standing {
        SeatStanding::Held(held) if held.person == *person => Some((seat, held)),
        SeatStanding::Vacant | SeatStanding::Asked | SeatStanding::Held(_) | SeatStanding::Decided { .. } => {
            None
        }
    }
}

fn current_round<'a>(visit: &Visit, open: &'a Open, claim: &Claim) -> Result<&'a Round, Problem> {
    match &open.round {
        Some(round) if round.id == claim.round => Ok(round),
        _ if visit.rounds.iter().any(|ended| ended.id == claim.round) => {
            let detail = "what that round was about has changed since; it says nothing any more";
            let current = open
                .round
                .as_ref()
                .map_or_else(|| "no round is open".to_owned(), |round| round.id.to_string());
            Err(Problem::new(ProblemCode::StaleVersion, detail).at("/round").expected(current))
        }
        Some(_) | None => Err(Problem::new(ProblemCode::NotFound, "there is no such round").at("/round")),
    }
}

/// A party to the matter never has a say; nor does anybody on their own work, nor a deputy in the name of either.
fn check_duty(
    state: &State,
    (visit, open): (&Visit, &Open),
    at: usize,
    person: &PersonId,
    held: Option<&Held>,
) -> Result<(), Problem> {
    let giver = held.and_then(|held| held.instead_of.as_ref());
    let voices = || std::iter::once(person).chain(giver);
    if voices().any(|voice| open.barred.contains(voice)) {
        let detail = match visit.purpose {
            Purpose::Decide => "a party to the matter may not decide on it",
            Purpose::Review => "a party to the matter may not review it",
            Purpose::Audit => "a party to the matter may not audit it",
            Purpose::Meet => "a party to the matter neither convenes nor signs",
            Purpose::Account => "a party to the matter holds nobody to account for it",
        };
        return Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
            .at("/actor")
            .expected("somebody who is no party to the matter"));
    }
    let bound = state.bound(visit, at);
    if voices().any(|voice| bound.contains(voice)) {
        let detail = match (visit.purpose, at) {
            (Purpose::Decide, _) => {
                "nobody decides on what they proposed, investigated or are liable for, in person or by deputy"
            }
            (Purpose::Review, _) => {
                "nobody reviews what they proposed, investigated or are liable for, in person or by deputy"
            }
            (Purpose::Audit, _) => {
                "nobody audits what they handled, proposed, judged or are liable for, in person or by deputy"
            }
            (Purpose::Meet, 0) => {
                "nobody convenes over what they proposed, investigated or are liable for, in person or by deputy"
            }
            (Purpose::Meet, _) => "nobody signs over what they are liable for, in person or by deputy",
            (Purpose::Account, _) => {
                "nobody decides on a reward or penalty of their own, in person or by deputy"
            }
        };
        return Err(Problem::new(ProblemCode::SeparationOfDuty, detail)
            .at("/actor")
            .expected("somebody who had no part in it"));
    }
    Ok(())
}

fn not_theirs(command: &Command, open: &Open, round: &Round, person: &PersonId) -> Problem {
    let decided = |seat: &&Seat| seat.decision().is_some();
    let mut deciders = round.seats().filter(decided).filter_map(Seat::holder);
    if deciders.any(|held| held.person == *person) {
        return Problem::new(ProblemCode::AlreadyExists, "you have decided in this round; it is unalterable")
            .at("/round")
            .expected("one decision of a person in a round");
    }
    let asked: Vec<_> = round.at_work().map(|(_, step)| &step.role).collect();
    let holds = |role: &&RoleKey| {
        let second = secondary(open, role);
        std::iter::once(*role).chain(second.as_ref()).any(|role| command.actor.holds(role.as_str()))
    };
    if asked.iter().any(holds) {
        Problem::new(ProblemCode::NotTheHolder, "you hold no seat of the current step")
            .at("/actor")
            .expected("somebody who was given a seat of the current step")
    } else {
        let mut roles: Vec<_> = asked.iter().map(ToString::to_string).collect();
        roles.dedup();
        Problem::new(ProblemCode::NotAllowed, "the current step is for another role")
            .at("/actor")
            .expected(roles.join(", "))
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
    (purpose, open): (Purpose, &Open),
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
    let detail = match purpose {
        Purpose::Decide => "this amount is for another role to decide",
        Purpose::Review => "this is for another role to review",
        Purpose::Audit => "this is for another role to audit",
        Purpose::Meet => "this is for another role to sign",
        Purpose::Account => "this is for another role to decide",
    };
    Err(Problem::new(ProblemCode::BeyondAuthority, detail).at("/actor").expected(step.role.to_string()))
}
