//! Each invariant can fail: what was seen is broken on purpose, and the rule that it breaks tells so.

use contracts::messages::directory_changed::Absence;
use contracts::messages::stage_entered::Place;
use contracts::{Event, Fen};
use jiff::{SignedDuration, Timestamp};
use routing::state::{Main, Pause, Stopped, WorkState};
use simulator::Faults;

use super::invariants::{
    self, APPROVED_FIRST, AUTHORITY, BARRED, CLOCKS, COUNTED, ENDS, Finding, JOINED, ONE_PLACE, RESPONSIBLE,
    WHOLE,
};
use super::life::{Complaint, Life, Move};
use super::seen::{Logged, Seen, SeenCase};
use super::shape::{Calls, Clock, Conflict, Matrix, On, Piece, Shape, Side, Staff, Way};
use super::world::World;

/// A plain procedure with everything that rules look at: a proposal, its approval, what may only follow it, a callback
/// that may send the case back, a side that the archive waits for, a clock over the whole case.
fn plain() -> Shape {
    let again = || Some(Way::Back { far: 4, anew: false, level_up: 0, max: None });
    let piece =
        |kind| Piece { kind, badly: if kind == "callback" { again() } else { None }, at_first_level: false };
    let refused = Way::Back { far: 1, anew: false, level_up: 0, max: None };
    let mut line: Vec<_> = ["propose", "approve", "execute", "reply", "callback"].map(piece).into();
    line[1].badly = Some(refused);
    Shape {
        line,
        sides: vec![Side { kind: "contact", start: On::Registered, joined_at: Some(5), need: "all" }],
        clocks: vec![Clock {
            start: On::Received,
            stop: On::Closed,
            limit: "3 working days",
            scope: "case",
            repeats: false,
            pausable: true,
            capped: false,
            hard: true,
        }],
        rungs: Vec::new(),
        matrix: Matrix {
            bounds: vec![100],
            steps: vec![vec![("leader", "any")], vec![("boss", "any")]],
            by_liable: false,
            by_level: false,
        },
        levels: 1,
        conflict: Conflict { stated: false, scope: "person", barred: Vec::new(), at_reopen: Vec::new() },
        calls: Calls {
            min: 1,
            more: None,
            only_marked: false,
            paused_while_difficult: false,
            answers: false,
        },
        before: vec!["reply", "execute", "archive"],
        closing: vec!["satisfied"],
        filed_by_hand: true,
        staff: Staff { each: 2, double: false, hours: false },
    }
}

/// One complaint after so many acts at the first open piece of work, all of them done well.
fn after(acts: usize) -> World {
    let complaint = Complaint { category: "goods", of_person: None, told_before: 0, same_customer: false };
    let act = Move::Act { which: 0, how: 0, amount: 50, hastily: false };
    let life = Life { complaints: vec![complaint], moves: vec![act; acts] };
    let mut world = World::open(&plain(), Faults::NONE, 0);
    world.begin(&life).unwrap();
    world
}

fn closed() -> World {
    let mut world = after(0);
    world.finish(60).unwrap();
    world
}

/// Breaks what is seen and expects that `rule` is among what is found, which it gives.
fn breaks(rule: &str, world: &World, at: impl FnOnce(&mut Seen)) -> Vec<Finding> {
    assert_eq!(invariants::all(&world.seen), [], "nothing is wrong before");
    let mut seen = world.seen.clone();
    at(&mut seen);
    let found = invariants::all(&seen);
    assert!(found.iter().any(|finding| finding.rule == rule), "{rule} was not found broken: {found:?}");
    found
}

fn case(seen: &mut Seen) -> &mut SeenCase {
    seen.cases.values_mut().next().unwrap()
}

/// Forgets what was said of this kind.
fn unsay(seen: &mut Seen, what: impl Fn(&Event) -> bool) {
    let log = &mut case(seen).log;
    let before = log.len();
    log.retain(|logged| !what(&logged.event));
    assert!(log.len() < before, "nothing of that kind was said");
}

#[test]
fn a_case_at_two_places_or_at_none_is_found() {
    breaks(ONE_PLACE, &after(0), |seen| {
        case(seen).case.visits.values_mut().for_each(|visit| visit.place = Place::Main);
    });
    breaks(ONE_PLACE, &after(0), |seen| {
        case(seen).case.visits.retain(|_, visit| visit.place == Place::Side);
    });
    breaks(ONE_PLACE, &after(0), |seen| {
        let of = &mut case(seen).case;
        of.visits.clear();
        of.works.clear();
        of.main = Main::Between { after: None, outcome: "registered".parse().unwrap(), held: false };
    });
    breaks(ONE_PLACE, &after(0), |seen| {
        let outcome = "registered".parse().unwrap();
        case(seen).case.main = Main::Closed { at: Timestamp::default(), outcome };
    });
}

#[test]
fn work_that_nobody_present_has_is_found() {
    breaks(RESPONSIBLE, &after(0), |seen| case(seen).case.works.clear());
    breaks(RESPONSIBLE, &after(0), |seen| {
        let (from, until) = (seen.now, seen.now + SignedDuration::from_hours(1));
        let away = Absence { from, until, deputy: None };
        seen.directory.people.values_mut().for_each(|person| person.absences = vec![away.clone()]);
    });
    breaks(RESPONSIBLE, &after(0), |seen| {
        let since = seen.now;
        let reason = "nobody_available".to_owned();
        let queued = |work: &mut routing::state::Work| {
            work.state = WorkState::Queued { reason: reason.clone(), since };
        };
        case(seen).case.works.values_mut().for_each(queued);
    });
    breaks(RESPONSIBLE, &after(0), |seen| {
        case(seen).case.works.values_mut().for_each(|work| work.epoch += 1);
    });
}

#[test]
fn an_archive_that_did_not_wait_is_found() {
    let closed = closed();
    let contact = closed.seen.cases.values().flat_map(SeenCase::said).find_map(|(_, event)| match event {
        Event::StageEntered(entered) if entered.place == Place::Side => Some(entered.visit),
        _ => None,
    });
    breaks(JOINED, &closed, |seen| {
        unsay(seen, |event| matches!(event, Event::StageCompleted(done) if Some(done.visit) == contact));
    });
    breaks(JOINED, &closed, |seen| {
        let bad = "dissatisfied";
        case(seen).case.results.iter_mut().for_each(|done| done.outcome = bad.parse().unwrap());
    });
}

#[test]
fn time_that_does_not_add_up_is_found() {
    let clock = |seen: &mut Seen, change: &dyn Fn(&mut routing::state::CaseClock, Timestamp)| {
        let now = seen.now;
        case(seen).case.clocks.values_mut().for_each(|clock| change(clock, now));
    };
    let pause = |from, to| Pause { from, to, reason: "awaiting_customer".to_owned(), by: "li".to_owned() };
    breaks(CLOCKS, &after(0), |seen| {
        clock(seen, &|clock, now| clock.due = Some(now + SignedDuration::from_hours(1)));
    });
    breaks(CLOCKS, &after(0), |seen| {
        clock(seen, &|clock, now| clock.pauses = vec![pause(now, None), pause(now, None)]);
    });
    breaks(CLOCKS, &closed(), |seen| {
        clock(seen, &|clock, now| clock.stopped = Some(Stopped { at: now, met: false }));
    });
    breaks(CLOCKS, &closed(), |seen| unsay(seen, |event| matches!(event, Event::ClockStarted(_))));
    breaks(CLOCKS, &after(0), |seen| seen.now += SignedDuration::from_hours(240));
}

#[test]
fn a_barred_person_with_work_or_a_say_is_found() {
    breaks(BARRED, &after(0), |seen| {
        let of = &mut case(seen).case;
        of.origin.complained_of_person = of.works.values().find_map(|work| work.holder().cloned());
    });
    breaks(BARRED, &closed(), |seen| {
        let log = &mut case(seen).log;
        let by = log.iter().find_map(|logged| match &logged.event {
            Event::DecisionRecorded(said) => said.by.person().cloned(),
            _ => None,
        });
        for logged in log {
            if let Event::ProposalMade(made) = &mut logged.event {
                made.liable_person.clone_from(&by);
            }
        }
    });
}

#[test]
fn less_authority_than_the_matrix_has_is_found() {
    let rounds = |seen: &mut Seen, change: &dyn Fn(&mut contracts::messages::round_opened::RoundOpened)| {
        for logged in &mut case(seen).log {
            if let Event::RoundOpened(round) = &mut logged.event {
                change(round);
            }
        }
    };
    breaks(AUTHORITY, &closed(), |seen| rounds(seen, &|round| round.steps.clear()));
    breaks(AUTHORITY, &closed(), |seen| rounds(seen, &|round| round.cumulated = Fen(10_001)));
    breaks(AUTHORITY, &closed(), |seen| rounds(seen, &|round| round.cumulated = Fen(1)));
    breaks(AUTHORITY, &closed(), |seen| {
        seen.directory.people.values_mut().for_each(|person| person.roles.clear());
    });
    breaks(AUTHORITY, &closed(), |seen| unsay(seen, |event| matches!(event, Event::DecisionRecorded(_))));
}

#[test]
fn a_bound_of_the_matrix_belongs_to_the_row_below_it() {
    let rounds = closed();
    breaks(AUTHORITY, &rounds, |seen| {
        for logged in &mut case(seen).log {
            match &mut logged.event {
                // At the bound the leader decides, and the boss was asked.
                Event::RoundOpened(round) => {
                    round.cumulated = Fen(10_000);
                    round.steps.iter_mut().for_each(|step| step.role = "boss".parse().unwrap());
                }
                Event::DecisionRecorded(said) => said.by = contracts::commands::Actor::System,
                _ => {}
            }
        }
    });
}

#[test]
fn what_came_before_its_approval_is_found() {
    let found =
        breaks(APPROVED_FIRST, &closed(), |seen| unsay(seen, |event| matches!(event, Event::RoundClosed(_))));
    for early in ["the customer was told", "carried out", "archived"] {
        assert!(found.iter().any(|finding| finding.what.contains(early)), "{early}: {found:?}");
    }
    breaks(APPROVED_FIRST, &closed(), |seen| {
        for logged in &mut case(seen).log {
            if let Event::RemedyExecuted(paid) = &mut logged.event {
                paid.remedies.iter_mut().for_each(|remedy| remedy.amount = Fen(1_000_000));
            }
        }
    });
    breaks(APPROVED_FIRST, &closed(), |seen| {
        for logged in &mut case(seen).log {
            if let Event::RoundOpened(round) = &mut logged.event {
                round.version += 1;
            }
        }
    });
}

#[test]
fn a_way_back_that_is_not_counted_is_found() {
    let plain = after(0);
    let turn = plain.seen.book.playbook().loops[0].key.clone();
    breaks(COUNTED, &plain, |seen| {
        case(seen).case.loops.insert(turn, 1);
    });
    breaks(COUNTED, &closed(), |seen| {
        let log = &mut case(seen).log;
        let on_the_line = |logged: &&Logged| matches!(&logged.event, Event::StageEntered(entered) if entered.place == Place::Main);
        let again = log.iter().find(on_the_line).cloned();
        log.extend(again);
    });
}

#[test]
fn a_case_that_never_ends_is_found() {
    let found = after(1).finish(0).unwrap_err();
    assert!(found.iter().all(|finding| finding.rule == ENDS) && !found.is_empty(), "{found:?}");
}

#[test]
fn what_is_lost_parked_or_done_twice_is_found() {
    breaks(WHOLE, &after(0), |seen| seen.held = 1);
    breaks(WHOLE, &after(0), |seen| seen.parked.push("a message".to_owned()));
    breaks(WHOLE, &after(0), |seen| seen.breaches.push("came twice".to_owned()));
}
