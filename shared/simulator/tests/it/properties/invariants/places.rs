//! Where a case stands, and who is responsible there.

use contracts::messages::stage_entered::Place;
use contracts::{StageKind, VisitId};
use playbook::Next;
use routing::state::{Main, Visit, Work, WorkState};

use super::{Looking, ONE_PLACE, RESPONSIBLE};

pub(super) fn look(looking: &mut Looking<'_>) {
    one_place(looking);
    let of = looking.of;
    for (id, visit) in &of.case.visits {
        responsible(looking, *id, visit);
    }
}

fn one_place(looking: &mut Looking<'_>) {
    let of = looking.of;
    let case = &of.case;
    let mains: Vec<_> = case.visits.iter().filter(|(_, visit)| visit.place == Place::Main).collect();
    let wrong = match &case.main {
        Main::Visit { visit } => (mains.len() != 1 || mains.first().is_none_or(|(id, _)| *id != visit))
            .then(|| format!("it is at {visit}, and its main visits are {mains:?}")),
        Main::Between { .. } if !mains.is_empty() => {
            Some(format!("it stands between stages and at {mains:?}"))
        }
        Main::Between { held: true, .. } => None,
        Main::Between { .. } => without_reason(looking),
        Main::Closed { .. } => {
            let runs = case.clocks.values().any(routing::state::CaseClock::is_running);
            (!case.visits.is_empty() || !case.works.is_empty() || runs)
                .then(|| "it is closed, and something of it is open".to_owned())
        }
    };
    if let Some(wrong) = wrong {
        looking.say(ONE_PLACE, wrong);
    }
}

/// Why a case that stands between two stages has no reason to; none when it has one.
fn without_reason(looking: &Looking<'_>) -> Option<String> {
    let (case, book) = (&looking.of.case, &looking.seen.book);
    let Main::Between { after, .. } = &case.main else { return None };
    let after = after.clone().or_else(|| book.entry().map(|stage| stage.key.clone()))?;
    let env = routing::env_of(case, book);
    let next = match book.next(&after, &env) {
        Ok(Next::To { stage, .. }) => book.stage(&stage).ok()?,
        other => return Some(format!("it stands after {after}, and the way on is {other:?}")),
    };
    let waits = book.callback_waits(next, &env).unwrap_or(false);
    let joins = next
        .join
        .as_ref()
        .is_some_and(|join| case.visits.values().any(|visit| join.sides.contains(&visit.stage)));
    (!waits && !joins).then(|| format!("it stands before {}, which waits for nothing", next.key))
}

fn responsible(looking: &mut Looking<'_>, id: VisitId, visit: &Visit) {
    let of = looking.of;
    let works: Vec<_> = of.case.works.values().filter(|work| work.visit == id).collect();
    let by_authority = matches!(
        visit.kind,
        StageKind::Approve | StageKind::Review | StageKind::Meet | StageKind::Audit | StageKind::Account
    );
    let expected = usize::from(visit.kind != StageKind::Wait);
    let enough = if by_authority { works.len() >= expected } else { works.len() == expected };
    if !enough {
        let kind = visit.kind;
        looking
            .say(RESPONSIBLE, format!("{} of kind {kind} has {} pieces of work", visit.stage, works.len()));
    }
    let mut held: Vec<_> = works.iter().filter_map(|work| work.holder()).collect();
    held.sort();
    if held.windows(2).any(|pair| pair[0] == pair[1]) {
        looking.say(RESPONSIBLE, format!("{}: one person has two seats of {held:?}", visit.stage));
    }
    for work in works {
        if work.epoch != visit.epoch {
            looking.say(RESPONSIBLE, format!("{}: work of epoch {} is open", visit.stage, work.epoch));
        }
        if let Some(wrong) = not_there(looking, visit, work) {
            looking.say(RESPONSIBLE, format!("{}: {wrong}", visit.stage));
        }
    }
}

/// What is wrong with who has a piece of work.
fn not_there(looking: &Looking<'_>, visit: &Visit, work: &Work) -> Option<String> {
    let (people, now) = (&looking.seen.directory, looking.seen.now);
    match &work.state {
        WorkState::Held { person, .. } => {
            (!people.is_present(person, now)).then(|| format!("{person}, who has it, is not there"))
        }
        WorkState::Queued { reason, .. } if reason == "handed_back" => None,
        WorkState::Queued { reason, .. } if reason == "nobody_available" => {
            let party = &looking.of.case.origin.complained_of_person;
            let seats = looking.of.case.works.values().filter(|seat| seat.visit == work.visit);
            // Whoever gave a seat of the round back is there, and is not asked for another of its seats.
            let given_back = |seat: &Work| matches!(&seat.state, WorkState::Queued { reason, .. } if reason == "handed_back");
            if seats.clone().any(given_back) {
                return None;
            }
            // Whoever has had their say in the round has no second seat in it.
            let visits = &looking.of.approval.visits;
            let round = visits.get(&work.visit).and_then(|at| at.open()?.round.as_ref());
            let heard = round.into_iter().flat_map(|round| &round.steps).flat_map(|step| &step.seats);
            let heard = heard.filter_map(|seat| Some(&seat.holder()?.person));
            let sitting: Vec<_> = seats.filter_map(Work::holder).chain(heard).collect();
            let mut free =
                people.holders(&work.role, &work.department).map(|person| &person.id).filter(|id| {
                    let barred =
                        visit.barred.contains(id) || work.barred.contains(id) || party.as_ref() == Some(id);
                    !barred && people.is_present(id, now) && !sitting.contains(id)
                });
            free.next().map(|free| format!("nobody has it although {free} is there"))
        }
        WorkState::Queued { reason, .. } => Some(format!("it waits because of “{reason}”")),
    }
}
