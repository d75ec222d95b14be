//! Every input of every service meets every fault, and the scenarios hold all the same.

use std::collections::BTreeSet;

use contracts::ServiceName;
use contracts::commands::{approval, intake, investigation, notification, parked, routing};
use runtime::service::Heeds;
use simulator::faults::{Kind, Sort};
use simulator::scenario::simulated::nodes;
use simulator::scenario::{Prepared, Report, simulate_after};
use simulator::{Fault, Faults, Ledger};

use super::histories::{PLAYED_IN, play_on};
use super::scenarios::{shipped, whole};

/// How often scenarios are played, each time in another way; this variable raises it: 6 plays each of them.
const RUNS: (&str, u64) = ("REDRESS_FAULT_SEEDS", 1);
/// Each run plays P02, P03 and the rehearsals of each mechanism, which together have every input, and one part of the
/// other playbooks' scenarios: all of them take minutes in a debug build.
const PARTS: u64 = 6;
/// How often those scenarios are played again in which something has not met every fault yet.
const FURTHER_RUNS: u64 = 40;

/// In how many places an input is sought again each time.
const FEW: usize = 3;

/// The timers that services set, by what their keys begin with.
const TIMERS: &[(ServiceName, &[&str])] = &[
    (ServiceName::Intake, &["upload"]),
    (ServiceName::Routing, &["absent", "report", "clock", "return", "ruling", "rung", "version"]),
];

/// What is ordered by the contracts' table of commands.
const VERBS: &[(ServiceName, &[&str])] = &[
    (ServiceName::Intake, intake::VERBS),
    (ServiceName::Routing, routing::VERBS),
    (ServiceName::Investigation, investigation::VERBS),
    (ServiceName::Approval, approval::VERBS),
    (ServiceName::Notification, notification::VERBS),
    (ServiceName::Analytics, &[]),
];

/// Every input there is: each verb, each event that is heeded, each timer.
fn inputs() -> BTreeSet<Kind> {
    let nodes = nodes().unwrap();
    let mut inputs = BTreeSet::new();
    for node in &nodes {
        let name = node.name();
        let (_, verbs) = VERBS.iter().find(|(service, _)| *service == name).unwrap();
        // What it takes beside those it takes of itself, such as what became of a message.
        let own = node.verbs();
        assert!(verbs.iter().all(|verb| own.contains(verb)), "{name} takes what the contracts say");
        inputs.extend(own.iter().chain(parked::VERBS).map(|verb| Kind::command(name, verb)));
        let heard = nodes.iter().filter(|source| node.sources().contains(&source.name()));
        let said = heard.flat_map(|source| source.says()).chain(&["parked.settled"]);
        match node.heeds() {
            Heeds::All => inputs.extend(said.map(|what| Kind::event(name, what))),
            Heeds::These(names) => inputs.extend(names.iter().map(|what| Kind::event(name, what))),
        }
    }
    for (service, keys) in TIMERS {
        inputs.extend(keys.iter().map(|key| Kind::timer(*service, key)));
    }
    inputs
}

fn missing(ledger: &Ledger) -> Vec<(Kind, Vec<Fault>)> {
    let missing = inputs().into_iter().map(|kind| (kind.clone(), ledger.missing(&kind)));
    missing.filter(|(_, faults)| !faults.is_empty()).collect()
}

/// Plays under faults; gives the ledger back.
fn play(all: &[Prepared], seed: u64, ledger: Ledger) -> Ledger {
    let began = std::time::Instant::now();
    let (verdicts, mut simulated) = simulate_after(all, Faults::ROUGH, seed, ledger).unwrap();
    let report = Report::new(all, verdicts, began.elapsed());
    assert_eq!(report.failed(), 0, "seed {seed}\n{report}");
    play_on(&mut simulated, all);
    let breaches = simulated.stack().breaches();
    assert!(breaches.is_empty(), "seed {seed}\n{}", breaches.join("\n"));
    whole(&simulated);
    simulated.stack().ledger().clone()
}

#[test]
fn the_same_verdicts_whatever_befalls_any_input_of_any_service() {
    let all = shipped();
    let (variable, least) = RUNS;
    let runs = std::env::var(variable).map_or(least, |more| more.parse().unwrap());
    let mut ledger = (1..=runs).fold(Ledger::default(), |ledger, seed| play(&part(&all, seed), seed, ledger));
    for kind in ledger.kinds().filter(|kind| kind.sort == Sort::Timer) {
        assert!(inputs().contains(kind), "{kind} is not in the table of timers");
    }
    for seed in runs + 1..=runs + FURTHER_RUNS {
        let missing = missing(&ledger);
        if missing.is_empty() {
            return;
        }
        let places: BTreeSet<_> = missing.iter().flat_map(|(kind, _)| few(&ledger, kind, seed)).collect();
        let some: Vec<_> = all
            .iter()
            .filter(|one| PLAYED_IN.contains(&one.name.as_str()) || places.contains(&one.organisation))
            .cloned()
            .collect();
        ledger = play(&some, seed, ledger);
    }
    let lines: Vec<_> = missing(&ledger)
        .into_iter()
        .map(|(kind, faults)| format!("{kind}: never {faults:?}; it came up in {:?}", ledger.places(&kind)))
        .collect();
    assert!(lines.is_empty(), "not every input has met every fault:\n{}", lines.join("\n"));
}

/// What is played in the run of this seed.
fn part(all: &[Prepared], seed: u64) -> Vec<Prepared> {
    let is_of_playbook = |name: &str| {
        name.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_always =
        |name: &str| !is_of_playbook(name) || name.starts_with("p02/") || name.starts_with("p03/");
    let is_its = |(at, one): &(usize, &Prepared)| is_always(&one.name) || *at as u64 % PARTS == seed % PARTS;
    all.iter().enumerate().filter(is_its).map(|(_, one)| one.clone()).collect()
}

/// A few of the organisations in which an input came up, others each time: not every fault fits everywhere.
fn few(ledger: &Ledger, kind: &Kind, seed: u64) -> Vec<contracts::OrganisationId> {
    let mut places: Vec<_> = ledger.places(kind).into_iter().collect();
    let first = usize::try_from(seed).unwrap_or(0) * FEW % places.len().max(1);
    places.rotate_left(first);
    places.truncate(FEW);
    places
}
