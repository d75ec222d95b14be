//! A limit cannot be dodged by splitting: one after the other, at the same time, over one order.

use contracts::ComplaintId;
use contracts::SubjectRef;
use contracts::messages::stage_withdrawn::StageWithdrawn;

use super::*;
use crate::Config;
use crate::ledger::SPACE;

/// Another complaint of the same organisation, with what the first left on the tallies.
fn next(bench: Bench, n: u128) -> Bench {
    let mut next = Bench::new(bench.core.clone());
    next.subject = SubjectRef::complaint(&next.subject.organisation, ComplaintId(Uuid::from_u128(n)));
    next.memory.entries = bench.memory.entries;
    next
}

/// A complaint of `customer` about `order`, proposed by `proposer`.
fn claim(bench: &mut Bench, proposal: u128, fen: i64, who: (u128, Option<&str>, &str)) -> Vec<Event> {
    let (customer, order, proposer) = who;
    let by = ProposalMade { by: staff(proposer, &[]), ..made(proposal, 1, fen, "supplier") };
    let mut stage = entered(p26());
    stage.complainant = ComplainantId(Uuid::from_u128(customer));
    stage.results = vec![as_result(&by)];
    if let Some(order) = order {
        stage.facts.insert(key::order_key(), order.into());
    }
    bench.hear(ServiceName::Routing, stage)
}

fn role(said: &[Event]) -> String {
    asked(said)[0].role.to_string()
}

fn approve(bench: &mut Bench, said: &[Event]) {
    let role = role(said);
    give(bench, &asked(said)[0], "zhou");
    decide(bench, ("zhou", &role), opened(said).round, "approve").unwrap();
}

const SAME: (u128, Option<&str>, &str) = (70, None, "li");

#[test]
fn one_claim_after_the_other_counts_together() {
    let mut bench = Bench::new(Approval::default());
    let said = claim(&mut bench, 500, 2_000, SAME);
    assert_eq!(role(&said), "clerk");
    approve(&mut bench, &said);
    let mut bench = next(bench, 8);
    let said = claim(&mut bench, 501, 1, SAME);
    assert_eq!((role(&said).as_str(), opened(&said).cumulated), ("shift_chief", Fen(2_001)));
    approve(&mut bench, &said);
    let mut bench = next(bench, 9);
    assert_eq!(role(&claim(&mut bench, 502, 8_000, SAME)), "cs_manager");
}

#[test]
fn claims_at_the_same_time_count_together() {
    let mut bench = Bench::new(Approval::default());
    let first = claim(&mut bench, 500, 2_000, SAME);
    let second = claim(&mut next(bench, 8), 501, 2_000, SAME);
    assert_eq!((role(&first).as_str(), role(&second).as_str()), ("clerk", "shift_chief"));
}

#[test]
fn the_same_order_counts_together_whoever_claims_and_proposes() {
    let mut bench = Bench::new(Approval::default());
    claim(&mut bench, 500, 2_000, (70, Some("SO-1"), "li"));
    let mut bench = next(bench, 8);
    assert_eq!(role(&claim(&mut bench, 501, 1, (71, Some("SO-1"), "zheng"))), "shift_chief");
    let mut bench = next(bench, 9);
    assert_eq!(role(&claim(&mut bench, 502, 1, (72, Some("SO-2"), "li"))), "clerk");
}

#[test]
fn the_proposer_counts_where_the_organisation_wants_it() {
    for (proposer_days, expected) in [(0, "clerk"), (1, "shift_chief")] {
        let mut bench = Bench::new(Approval { config: Config { proposer_days, ..Config::default() } });
        claim(&mut bench, 500, 2_000, (70, None, "li"));
        assert_eq!(role(&claim(&mut next(bench, 8), 501, 2_000, (71, None, "li"))), expected);
    }
}

#[test]
fn what_was_refused_or_withdrawn_counts_no_more() {
    let mut bench = Bench::new(Approval::default());
    let said = claim(&mut bench, 500, 2_000, SAME);
    give(&mut bench, &asked(&said)[0], "zhou");
    decide(&mut bench, ("zhou", "clerk"), opened(&said).round, "refuse").unwrap();
    assert!(bench.memory.entries.is_empty(), "an empty tally is not kept");
    let mut bench = next(bench, 8);
    claim(&mut bench, 501, 2_000, SAME);
    bench.hear(ServiceName::Routing, StageWithdrawn { visit: visit(1), reason: "merged".to_owned() });
    assert!(bench.memory.entries.is_empty());
}

#[test]
fn versions_of_one_proposal_replace_each_other() {
    let mut bench = Bench::new(Approval::default());
    claim(&mut bench, 500, 2_000, SAME);
    let said = bench.hear(ServiceName::Investigation, made(500, 2, 1_500, "supplier"));
    assert_eq!((opened(&said).cumulated, role(&said).as_str()), (Fen(1_500), "clerk"));
    approve(&mut bench, &said);
    let mut bench = next(bench, 8);
    assert_eq!(opened(&claim(&mut bench, 501, 1, SAME)).cumulated, Fen(1_501));
}

/// What was approved may have been paid: a later, smaller version of the same proposal takes nothing back.
#[test]
fn a_smaller_version_after_an_approved_one_does_not_hide_what_was_approved() {
    let mut bench = Bench::new(Approval::default());
    let said = claim(&mut bench, 500, 2_000, SAME);
    approve(&mut bench, &said);
    let mut second = entered(p26());
    second.visit = visit(2);
    second.results = vec![as_result(&made(500, 2, 1, "supplier"))];
    let said = bench.hear(ServiceName::Routing, second);
    assert_eq!(opened(&said).cumulated, Fen(1), "versions of one proposal are not added up");
    let mut meanwhile = Bench::new(Approval::default());
    meanwhile.memory.entries = bench.memory.entries.clone();
    let other = claim(&mut next(meanwhile, 9), 502, 1, SAME);
    assert_eq!(opened(&other).cumulated, Fen(2_001), "the matter counts once while its new round is open");
    give(&mut bench, &asked(&said)[0], "zhou");
    let mut order = order(opened(&said).round, "approve");
    order["visit"] = json!(visit(2));
    bench.order(staff("zhou", &["clerk"]), "decide", order).unwrap();
    let mut bench = next(bench, 8);
    assert_eq!(opened(&claim(&mut bench, 501, 1, SAME)).cumulated, Fen(2_001));
}

#[test]
fn words_without_money_are_on_no_tally() {
    let mut bench = Bench::new(Approval::default());
    let said = claim(&mut bench, 500, 9_000, SAME);
    approve(&mut bench, &said);
    let mut bench = next(bench, 8);
    let said = claim(&mut bench, 501, 0, SAME);
    assert_eq!((role(&said).as_str(), opened(&said).cumulated), ("clerk", Fen(0)));
}

#[test]
fn what_is_too_long_ago_counts_no_more() {
    let entry = runtime::service::EntryKey { space: SPACE, key: format!("customer:{}", Uuid::from_u128(70)) };
    for (at, expected) in [("2024-03-01T00:00:00Z", "clerk"), ("2024-03-08T00:00:00Z", "shift_chief")] {
        let mut bench = Bench::new(Approval::default());
        let value = json!({"approved": {"p": {"matter": "p", "fen": 2_000, "at": at}}});
        bench.memory.entries.insert(entry.clone(), value);
        assert_eq!(role(&claim(&mut bench, 501, 100, SAME)), expected, "{at}");
    }
}
