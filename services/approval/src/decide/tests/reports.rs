//! Rounds about a report of measures: nothing of the proposal changes, whichever way they end.

use corekit::whats;

use super::*;

/// The plan of 600 by the store was approved; now its measures' report is decided on, beside or behind it.
fn about_report(rows: Value) -> StageEntered {
    let mut stage = entered(rows);
    stage.brief["slice"]["approval"]["report"] = json!(true);
    stage.facts = Facts::from([(key::approved(), true.into()), (key::remedy_amount(), 60_000.into())]);
    stage.results = vec![as_result(&made(500, 1, 60_000, "store"))];
    stage
}

#[test]
fn a_round_about_a_report_says_nothing_of_the_proposal() {
    for (decision, outcome) in [("approve", "approved"), ("refuse", "refused")] {
        let mut bench = Bench::new(Approval::default());
        let said = bench.hear(ServiceName::Routing, about_report(p26()));
        assert_eq!(whats(&said), ["round.opened", "work.requested"], "the approval on record stays");
        let round = opened(&said);
        assert_eq!((round.proposal, round.version, round.total), (None, 0, Fen(0)));
        assert_eq!(asked(&said)[0].role.as_str(), "leader", "its owner decides, whatever the proposal costs");
        give(&mut bench, &asked(&said)[0], "zhao");
        let said = decide(&mut bench, ("zhao", "leader"), round.round, decision).unwrap();
        let Some(Event::StageCompleted(completed)) =
            said.iter().find(|event| matches!(event, Event::StageCompleted(_)))
        else {
            panic!()
        };
        assert_eq!(completed.outcome.as_str(), outcome);
        assert_eq!(completed.facts, Facts::new());
        assert_eq!(completed.results["proposal"], Value::Null);
        assert!(bench.memory.entries.is_empty(), "a report counts against no limit");
    }
}

#[test]
fn a_proposal_made_meanwhile_voids_no_round_about_a_report() {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, about_report(p26()));
    let round = opened(&said).round;
    give(&mut bench, &asked(&said)[0], "zhao");
    assert!(bench.hear(ServiceName::Investigation, made(500, 2, 70_000, "store")).is_empty());
    assert!(decide(&mut bench, ("zhao", "leader"), round, "approve").is_ok());
}

/// Whoever proposed or is liable judges no report of it either.
#[test]
fn the_separation_of_duty_holds_for_reports() {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, about_report(p26()));
    let barred = &asked(&said)[0].barred;
    assert!(["li", "qian", "sun", "wang"].into_iter().all(|id| barred.contains(&person(id))), "{barred:?}");
}
