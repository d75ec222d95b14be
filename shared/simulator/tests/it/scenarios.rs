//! The shipped scenarios hold, whatever happens to the messages.

use std::path::PathBuf;

use simulator::scenario::{Prepared, Report, Simulated, load, simulate};
use simulator::{Faults, Node};

pub(crate) fn shipped() -> Vec<Prepared> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks/scenarios");
    load(&[folder]).unwrap_or_else(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn play(all: &[Prepared], faults: Faults, seed: u64) -> (Report, Simulated) {
    let began = std::time::Instant::now();
    let (verdicts, simulated) = simulate(all, faults, seed).unwrap();
    (Report::new(all, verdicts, began.elapsed()), simulated)
}

#[test]
fn every_shipped_scenario_holds() {
    let (report, simulated) = play(&shipped(), Faults::NONE, 0);
    assert_eq!(report.failed(), 0, "\n{report}");
    let cases = simulated.cases().len();
    assert!(cases > 50, "only {cases} cases");
    whole(&simulated);
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let all: Vec<_> = shipped().into_iter().step_by(4).collect();
    let history = |seed| {
        let (_, simulated) = play(&all, Faults::ROUGH, seed);
        let last = |node: &dyn Node| -> Vec<_> {
            node.journal().values().filter_map(|said| said.last().map(|last| last.hash)).collect()
        };
        simulated.stack().nodes().map(last).collect::<Vec<_>>()
    };
    assert_eq!(history(7), history(7));
}

/// Every chain is whole, nobody waits for a predecessor, nothing is parked, every open case has one main place.
pub(crate) fn whole(simulated: &Simulated) {
    for node in simulated.stack().nodes() {
        assert_eq!(node.held(), 0, "{} still holds messages", node.name());
        let parked: Vec<_> = node.parked().iter().map(|parked| parked.problem.to_string()).collect();
        assert!(parked.is_empty(), "{} parked {parked:?}", node.name());
        for (subject, said) in node.journal() {
            let mut before = [0; 32];
            for (at, said) in said.iter().enumerate() {
                assert_eq!(said.envelope.sequence, at as u64 + 1, "{subject} at {}", node.name());
                assert_eq!(said.envelope.previous_hash, before, "{subject} at {}", node.name());
                assert_eq!(said.hash, said.envelope.hash(&said.body), "{subject} at {}", node.name());
                before = said.hash;
            }
        }
    }
    let cases = simulated.cases();
    for complaint in cases {
        let views = simulated.views(&complaint);
        let case = &views[&contracts::ServiceName::Routing];
        let mains =
            case["visits"].as_array().unwrap().iter().filter(|visit| visit["place"] == "main").count();
        match case["place"].as_str().unwrap() {
            "at_stage" => assert_eq!(mains, 1, "{complaint}: {case}"),
            "closed" => assert_eq!(mains, 0, "{complaint}: {case}"),
            // Its main line is over, and closing waits for a side.
            "between" if !case["visits"].as_array().unwrap().is_empty() => {
                assert_eq!(mains, 0, "{complaint}: {case}");
            }
            other => panic!("{complaint} stands {other}: {case}"),
        }
    }
}
