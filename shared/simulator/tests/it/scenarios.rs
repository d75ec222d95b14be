//! The shipped scenarios hold, whatever happens to the messages.

use std::path::PathBuf;

use simulator::Faults;
use simulator::scenario::{Prepared, Report, load, simulate};

fn shipped() -> Vec<Prepared> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks/scenarios");
    load(&[folder]).unwrap_or_else(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn every_shipped_scenario_holds() {
    let all = shipped();
    let began = std::time::Instant::now();
    let (verdicts, _) = simulate(&all, Faults::NONE, 0).unwrap();
    let report = Report::new(&all, verdicts, began.elapsed());
    assert_eq!(report.failed(), 0, "\n{report}");
}
