//! Properties: whatever a playbook says and whatever people do by it, some things always hold. Random valid playbooks,
//! random histories of absences, deputies, refusals, pauses, erasures and time, and in half of the runs every fault of
//! the simulator.

mod book;
mod broken;
mod deeds;
mod invariants;
mod life;
mod people;
mod seen;
mod shape;
mod world;

use std::cell::RefCell;
use std::collections::BTreeSet;

use contracts::StageKind;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use simulator::Faults;

use invariants::Finding;
use life::{Life, life};
use shape::{Shape, shape};
use world::World;

/// How many playbooks each test makes up and lives by; the variable raises it. The other chooses which ones.
const CASES: (&str, u32) = ("REDRESS_PROPERTY_CASES", 20);
const SEED: (&str, u64) = ("REDRESS_PROPERTY_SEED", 1);
/// For how many milliseconds a failure is made smaller, at most.
const SHRINKING: u32 = 60_000;
/// How many things happen in one history, at most.
const MOVES: usize = 40;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |given| given.parse().unwrap())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: u32::try_from(number(CASES.0, u64::from(cases))).unwrap(),
        rng_seed: RngSeed::Fixed(number(SEED.0, SEED.1)),
        failure_persistence: None,
        max_shrink_iters: 400,
        max_shrink_time: SHRINKING,
        ..ProptestConfig::default()
    })
}

/// Lives a life by a playbook; what must never be fails the test, with the playbook's text.
fn lives(shape: &Shape, life: &Life, faults: Faults, seed: u64) -> Result<World, TestCaseError> {
    let mut world = World::open(shape, faults, seed);
    match world.live(life) {
        Ok(()) => Ok(world),
        Err(findings) => {
            let lines: Vec<_> = findings.iter().map(Finding::to_string).collect();
            let (text, _) = book::playbook(shape);
            Err(TestCaseError::fail(format!("{}\nseed {seed}, by this playbook:\n{text}", lines.join("\n"))))
        }
    }
}

/// What was met in all lives of a test: without it, a property that looks at nothing would hold.
#[derive(Default)]
struct Met {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
    closed: usize,
    looped: usize,
}

impl Met {
    fn meet(&mut self, world: &World) {
        self.done.extend(world.done.iter().cloned());
        self.refused.extend(world.refused.iter().cloned());
        self.closed += world.seen.cases.len();
        self.looped += world.seen.cases.values().filter(|seen| !seen.case.loops.is_empty()).count();
    }

    /// People did nearly all that there is to do, were refused something, and cases went back.
    fn is_enough(&self) {
        assert!(self.done.len() >= VERBS, "only {:?} were done; refused: {:?}", self.done, self.refused);
        assert!(self.looped > 0 && !self.refused.is_empty(), "{} cases, {} loops", self.closed, self.looped);
    }
}

/// So many different orders are carried out in every run of the default number of cases, of about thirty.
const VERBS: usize = 20;

#[test]
fn what_must_always_hold_does_by_any_playbook_in_any_history() {
    let met = RefCell::new(Met::default());
    let result = runner(CASES.1).run(&(shape(), life(MOVES)), |(shape, life)| {
        lives(&shape, &life, Faults::NONE, 0).map(|world| met.borrow_mut().meet(&world))
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    met.borrow().is_enough();
}

#[test]
fn and_whatever_befalls_messages_orders_timers_and_replicas() {
    let result = runner(CASES.1).run(&(shape(), life(MOVES / 2), 0_u64..1_000), |(shape, life, seed)| {
        lives(&shape, &life, Faults::ROUGH, seed).map(drop)
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn random_playbooks_are_valid_and_of_all_sorts() {
    let (kinds, keys) = (RefCell::new(BTreeSet::new()), RefCell::new(BTreeSet::new()));
    let result = runner(3 * CASES.1).run(&shape(), |shape| {
        let (text, book) = book::playbook(&shape);
        let book = book.map_err(|findings| {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            TestCaseError::fail(format!("{}\n{text}", lines.join("\n")))
        })?;
        let book = book.playbook();
        kinds.borrow_mut().extend(book.stages.iter().map(|stage| stage.kind));
        let asked = book.approve_before.iter().map(|what| format!("before {what}"));
        let needs =
            book.closure_rule.iter().flat_map(|rule| &rule.requires).map(|need| format!("closed {need}"));
        let turns = book.loops.iter().map(|turn| format!("loop {:?} {}", turn.new_form, turn.max.is_some()));
        let joins = book.stages.iter().filter_map(|stage| stage.join.as_ref());
        let joins = joins.map(|join| format!("join {:?}", join.need));
        keys.borrow_mut().extend(asked.chain(needs).chain(turns).chain(joins));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let later = [StageKind::Clarify, StageKind::Inspect, StageKind::Correct];
    let lacking: Vec<_> = StageKind::ALL
        .iter()
        .filter(|kind| !later.contains(kind) && !kinds.borrow().contains(kind))
        .collect();
    assert!(lacking.is_empty(), "never any {lacking:?}");
    assert!(keys.borrow().len() >= 10, "only {:?}", keys.borrow());
}
