//! What is heard: new versions, twice, late, out of order, unusable, about others.

use contracts::commands::Actor;
use contracts::messages::person_erased::PersonErased;
use contracts::messages::round_closed::Voided;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{ComplaintId, WorkId};

use super::*;
use corekit::whats;

fn changed(epoch: u32) -> StageChanged {
    StageChanged {
        visit: visit(1),
        epoch,
        department: "logistics".to_owned().try_into().unwrap(),
        because: None,
    }
}

fn withdrawn() -> StageWithdrawn {
    StageWithdrawn { visit: visit(1), reason: "merged".to_owned() }
}

#[test]
fn a_new_version_voids_the_round_and_all_that_was_decided_in_it() {
    let (mut bench, said) = open(always(json!([step("leader"), step("gm")])), 100, "store");
    let old = opened(&said).round;
    give(&mut bench, &asked(&said)[0], "zhao");
    decide(&mut bench, ("zhao", "leader"), old, "approve").unwrap();
    let said = bench.hear(ServiceName::Investigation, made(500, 2, 200, "store"));
    assert_eq!(whats(&said), ["round.closed", "work.withdrawn", "round.opened", "work.requested"]);
    let Event::RoundClosed(closed) = &said[0] else { panic!() };
    assert_eq!((closed.approved, closed.voided), (false, Some(Voided::NewVersion)));
    let new = opened(&said);
    assert_eq!((new.version, new.total), (2, Fen(200)));
    assert_ne!(new.round, old);
    assert_eq!(asked(&said)[0].role.as_str(), "leader", "it begins again at the first step");
    assert!(!asked(&said)[0].barred.contains(&person("zhao")), "a voided decision is no decision");
    assert_eq!(code(decide(&mut bench, ("zhao", "leader"), old, "approve")), ProblemCode::StaleVersion);
    give(&mut bench, &asked(&said)[0], "zhao");
    decide(&mut bench, ("zhao", "leader"), new.round, "approve").unwrap();
    let kept = &bench.state.visits[&visit(1)].rounds[0];
    assert_eq!(kept.id, old, "the voided round stays on record with its decision");
}

#[test]
fn whichever_stream_is_ahead_the_round_is_over_the_right_version() {
    let heard_first = made(500, 1, 100, "store");
    let mut a = Bench::new(Approval::default());
    a.hear(ServiceName::Investigation, heard_first.clone());
    let mut b = Bench::new(Approval::default());
    let stage = StageEntered { results: vec![as_result(&heard_first)], ..entered(p26()) };
    let (in_order, ahead) =
        (a.hear(ServiceName::Routing, stage.clone()), b.hear(ServiceName::Routing, stage));
    assert_eq!(opened(&in_order).proposal, opened(&ahead).proposal);
    assert!(b.hear(ServiceName::Investigation, heard_first).is_empty(), "known already: nothing is voided");
    assert!(b.hear(ServiceName::Investigation, made(500, 1, 100, "store")).is_empty());

    let mut c = Bench::new(Approval::default());
    c.hear(ServiceName::Investigation, made(500, 2, 300, "store"));
    let stale = StageEntered { results: vec![as_result(&made(500, 1, 100, "store"))], ..entered(p26()) };
    assert_eq!(opened(&c.hear(ServiceName::Routing, stale)).version, 2, "an older result does not win");
}

#[test]
fn a_round_without_a_proposal_is_over_what_is_on_record_until_one_is_made() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(p26());
    stage.facts.insert(key::remedy_amount(), 2_001.into());
    stage.facts.insert(key::liable(), "supplier".into());
    let said = bench.hear(ServiceName::Routing, stage);
    assert_eq!((opened(&said).proposal, asked(&said)[0].role.as_str()), (None, "shift_chief"));
    let said = bench.hear(ServiceName::Investigation, made(500, 1, 100, "supplier"));
    assert_eq!((opened(&said).version, asked(&said)[0].role.as_str()), (1, "clerk"));
}

#[test]
fn a_version_after_the_end_changes_nothing_here() {
    let (mut bench, said) = open(p26(), 100, "store");
    give(&mut bench, &asked(&said)[0], "zhou");
    decide(&mut bench, ("zhou", "cs_deputy_director"), opened(&said).round, "approve").unwrap();
    assert!(bench.hear(ServiceName::Investigation, made(500, 2, 900, "store")).is_empty());
}

#[test]
fn an_approval_of_something_older_is_taken_back_first() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(p26());
    stage.facts.insert(key::approved(), true.into());
    let said = bench.hear(ServiceName::Routing, stage);
    let Event::FactRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!(recorded.facts[&key::approved()], false.into());
}

#[test]
fn a_reassigned_visit_keeps_its_decisions_and_asks_again() {
    let both = always(json!([{"role": "gm", "department": "responsible", "mode": {"quorum": 2}}]));
    let (mut bench, said) = open(both, 100, "store");
    let round = opened(&said).round;
    let seats = asked(&said);
    assert_eq!(seats[0].department.as_str(), "quality");
    give(&mut bench, &seats[0], "zhao");
    give(&mut bench, &seats[1], "zhou");
    decide(&mut bench, ("zhao", "gm"), round, "approve").unwrap();
    let said = bench.hear(ServiceName::Routing, changed(2));
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "the decided seat stays");
    let again = &asked(&said)[0];
    assert_eq!((again.epoch, again.department.as_str()), (2, "logistics"));
    assert!(again.barred.contains(&person("zhao")));
    assert_eq!(code(decide(&mut bench, ("zhou", "gm"), round, "approve")), ProblemCode::StaleEpoch);
    give(&mut bench, again, "wu");
    let mut body = order(round, "approve");
    body["epoch"] = json!(2);
    let said = bench.order(staff("wu", &["gm"]), "decide", body).unwrap();
    assert_eq!(ended(&said), Some(("approved".to_owned(), true)));
}

#[test]
fn hearing_it_twice_changes_nothing() {
    let (mut bench, said) = open(p26(), 100, "store");
    give(&mut bench, &asked(&said)[0], "zhou");
    let before = bench.state.clone();
    assert!(enter(&mut bench, p26(), 100, "store").is_empty());
    assert!(give(&mut bench, &asked(&said)[0], "zhou").is_empty());
    assert_eq!(bench.state, before);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["work.withdrawn", "work.requested"]);
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, changed(1)).is_empty());
    let said = bench.hear(ServiceName::Routing, withdrawn());
    assert_eq!(whats(&said), ["round.closed", "work.withdrawn"]);
    let Event::RoundClosed(closed) = &said[0] else { panic!() };
    assert_eq!(closed.voided, Some(Voided::StageWithdrawn));
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
}

#[test]
fn what_comes_after_the_end_is_recorded_as_late() {
    let (mut bench, said) = open(p26(), 100, "store");
    let work = asked(&said).remove(0);
    give(&mut bench, &work, "zhou");
    decide(&mut bench, ("zhou", "cs_deputy_director"), opened(&said).round, "approve").unwrap();
    let before = bench.state.clone();
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["act.late"]);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn())), ["act.late"]);
    assert_eq!(whats(&give(&mut bench, &work, "zhao")), ["act.late"]);
    assert_eq!(bench.state, before);
}

#[test]
fn an_assignment_of_an_older_epoch_gives_nobody_a_seat() {
    let (mut bench, said) = open(p26(), 100, "store");
    let old = asked(&said).remove(0);
    bench.hear(ServiceName::Routing, changed(2));
    assert_eq!(whats(&give(&mut bench, &old, "zhou")), ["act.late"]);
}

#[test]
fn stages_of_others_and_unknown_visits_are_passed_over() {
    let mut bench = Bench::new(Approval::default());
    for kind in StageKind::ALL {
        if crate::needs::purpose_of(*kind).is_none() {
            assert!(
                bench.hear(ServiceName::Routing, StageEntered { kind: *kind, ..entered(p26()) }).is_empty()
            );
        }
    }
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
    let stray = WorkAssigned {
        work: WorkId(Uuid::from_u128(1)),
        visit: visit(3),
        epoch: 1,
        person: person("zhou"),
        instead_of: None,
        department: "hq".to_owned().try_into().unwrap(),
        role: "gm".to_owned().try_into().unwrap(),
        because: None,
        lacks: Default::default(),
    };
    assert!(bench.hear(ServiceName::Routing, stray).is_empty());
    assert!(bench.state.visits.is_empty());
}

#[test]
fn an_unusable_brief_is_parked() {
    let mut bench = Bench::new(Approval::default());
    for broken in [json!({}), json!(null)] {
        let stage = StageEntered { brief: broken, ..entered(p26()) };
        assert_eq!(bench.try_hear(ServiceName::Routing, stage).unwrap_err().code, ProblemCode::Internal);
    }
}

#[test]
fn forgetting_a_person_shreds_the_words_of_their_complaints() {
    let mut bench = Bench::new(Approval::default());
    let complaints = vec![ComplaintId(Uuid::from_u128(7))];
    let erased = PersonErased {
        complainant: ComplainantId(Uuid::from_u128(70)),
        complaints: complaints.clone(),
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    assert!(bench.hear(ServiceName::Intake, erased).is_empty());
    assert_eq!(bench.shredded, complaints);
}
