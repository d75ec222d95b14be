//! Separation of duty: nobody decides on their own work, in person or by deputy, and nobody twice.

use contracts::messages::proposal_made::LiabilityShare;

use super::*;
use corekit::whats;

fn at_gm() -> (Bench, RoundId, WorkRequested) {
    let (bench, said) = open(always(json!([step("gm")])), 100, "store");
    (bench, opened(&said).round, asked(&said).remove(0))
}

#[test]
fn routing_hears_whom_not_to_ask() {
    let (_, _, work) = at_gm();
    for excluded in ["wang", "li", "qian", "sun"] {
        assert!(work.barred.contains(&person(excluded)), "{excluded}");
    }
}

#[test]
fn neither_proposer_nor_investigator_nor_liable_nor_party_decides() {
    for (who, expected) in [
        ("li", ProblemCode::SeparationOfDuty),
        ("qian", ProblemCode::SeparationOfDuty),
        ("sun", ProblemCode::SeparationOfDuty),
        ("wang", ProblemCode::ConflictOfInterest),
    ] {
        let (mut bench, round, work) = at_gm();
        let said = give(&mut bench, &work, who);
        assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "{who} is replaced at once");
        assert!(asked(&said)[0].barred.contains(&person(who)));
        assert_eq!(code(decide(&mut bench, (who, "gm"), round, "approve")), expected);
        give(&mut bench, &asked(&said)[0], "zhou");
        decide(&mut bench, ("zhou", "gm"), round, "approve").unwrap();
    }
}

/// whoever has a share of the fault decides no more than whoever is named as liable.
#[test]
fn nobody_who_has_a_share_of_the_fault_decides() {
    let share =
        |person: Option<PersonId>, percent| LiabilityShare { liable: "person".to_owned(), person, percent };
    let shares = vec![share(Some(person("qian")), 60), share(Some(person("luo")), 40)];
    let shared = ProposalMade { shares, ..made(500, 1, 1_000, "person") };
    let mut stage = entered(always(json!([step("gm")])));
    stage.results = vec![as_result(&shared)];
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, stage);
    let (round, work) = (opened(&said).round, asked(&said).remove(0));
    assert!(work.barred.contains(&person("luo")));
    give(&mut bench, &work, "luo");
    assert_eq!(code(decide(&mut bench, ("luo", "gm"), round, "approve")), ProblemCode::SeparationOfDuty);
}

#[test]
fn a_deputy_of_one_of_them_does_not_decide_either() {
    for (giver, expected) in
        [("li", ProblemCode::SeparationOfDuty), ("wang", ProblemCode::ConflictOfInterest)]
    {
        let (mut bench, round, mut work) = at_gm();
        // Routing insists: every time the seat is asked for, the same deputy gets it.
        for _ in 0..20 {
            match asked(&give_for(&mut bench, &work, "zhou", Some(giver))).pop() {
                Some(again) => work = again,
                None => break,
            }
        }
        assert_eq!(code(decide(&mut bench, ("zhou", "gm"), round, "approve")), expected);
    }
}

#[test]
fn a_deputy_has_the_authority_of_the_giver_and_nobody_else_has() {
    let (mut bench, round, work) = at_gm();
    give_for(&mut bench, &work, "zhou", Some("zhao"));
    let said = decide(&mut bench, ("zhou", "assistant"), round, "approve").unwrap();
    let Event::DecisionRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!(
        (recorded.by.person(), recorded.instead_of.as_ref()),
        (Some(&person("zhou")), Some(&person("zhao")))
    );

    let (mut bench, round, work) = at_gm();
    give(&mut bench, &work, "zhou");
    assert_eq!(
        code(decide(&mut bench, ("zhou", "assistant"), round, "approve")),
        ProblemCode::BeyondAuthority
    );

    let (mut bench, round, work) = at_gm();
    let lesser = WorkAssigned {
        work: work.work,
        visit: visit(1),
        epoch: 1,
        person: person("zhou"),
        instead_of: None,
        department: work.department,
        role: "leader".to_owned().try_into().unwrap(),
        because: None,
        lacks: Default::default(),
    };
    bench.hear(ServiceName::Routing, lesser);
    assert_eq!(code(decide(&mut bench, ("zhou", "leader"), round, "approve")), ProblemCode::BeyondAuthority);
}

#[test]
fn a_superior_of_the_role_may_decide_where_routing_turns_to_the_line() {
    let gm = |manager: Option<&str>| crate::state::Member {
        department: "hq".to_owned().try_into().unwrap(),
        roles: ["gm".to_owned().try_into().unwrap()].into(),
        manager: manager.map(person),
    };
    let chair = crate::state::Member { roles: std::collections::BTreeSet::new(), ..gm(None) };
    let directory = crate::State {
        people: [(person("zhao"), gm(Some("chair"))), (person("chair"), chair)].into(),
        ..crate::State::default()
    };
    for (who, expected) in [("chair", Ok(())), ("duty", Err(ProblemCode::BeyondAuthority))] {
        let (mut bench, round, work) = at_gm();
        let subject = contracts::SubjectRef::directory(&bench.subject.organisation);
        bench.memory.others.insert(subject, std::sync::Arc::new(directory.clone()));
        give(&mut bench, &work, who);
        let outcome = decide(&mut bench, (who, "chairman"), round, "approve");
        assert_eq!(outcome.map(|_| ()).map_err(|problem| problem.code), expected);
    }
}

#[test]
fn one_person_takes_no_second_seat_in_person_or_by_deputy() {
    let steps = always(json!([step("leader"), step("gm")]));
    for (second, instead_of) in [("zhao", None), ("zhou", Some("zhao"))] {
        let (mut bench, said) = open(steps.clone(), 100, "store");
        let round = opened(&said).round;
        give(&mut bench, &asked(&said)[0], "zhao");
        let said = decide(&mut bench, ("zhao", "leader"), round, "approve").unwrap();
        let mut work = asked(&said).remove(0);
        for _ in 0..20 {
            match asked(&give_for(&mut bench, &work, second, instead_of)).pop() {
                Some(again) => work = again,
                None => break,
            }
        }
        assert_eq!(code(decide(&mut bench, (second, "gm"), round, "approve")), ProblemCode::SeparationOfDuty);
    }
}

#[test]
fn two_seats_of_one_step_given_to_one_person_are_given_apart() {
    let both = always(json!([{"role": "gm", "department": "hq", "mode": {"quorum": 2}}]));
    let (mut bench, said) = open(both, 100, "store");
    let seats = asked(&said);
    assert!(give(&mut bench, &seats[0], "zhao").is_empty());
    let said = give(&mut bench, &seats[1], "zhao");
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"]);
    assert!(give(&mut bench, &asked(&said)[0], "zhou").is_empty());
}

#[test]
fn whoever_investigates_while_the_round_is_open_is_out() {
    let (mut bench, round, work) = at_gm();
    give(&mut bench, &work, "zhou");
    let found = contracts::messages::finding_recorded::FindingRecorded {
        visit: visit(9),
        finding: words(),
        source: "video".to_owned(),
        by: staff("zhou", &[]),
    };
    let said = bench.hear(ServiceName::Investigation, found.clone());
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "somebody else is asked at once");
    assert_eq!(code(decide(&mut bench, ("zhou", "gm"), round, "approve")), ProblemCode::SeparationOfDuty);
    let work = asked(&said).remove(0);
    assert!(work.barred.contains(&person("zhou")));
    assert!(bench.hear(ServiceName::Investigation, found).is_empty(), "once");
    give(&mut bench, &work, "zhao");
    decide(&mut bench, ("zhao", "gm"), round, "approve").unwrap();
}

#[test]
fn earlier_handlings_bind_only_where_the_playbook_bars() {
    let (mut bench, _, _) = at_gm();
    let stage = StageEntered {
        visit: visit(2),
        instance: 2,
        barred: Vec::new(),
        ..entered(always(json!([step("gm")])))
    };
    let said = bench.hear(ServiceName::Routing, stage);
    assert!(asked(&said)[0].barred.is_empty());
    assert_eq!(opened(&said).proposal, None, "the proposal of the first handling is not decided on again");
}
