//! Whose authority it is: the bounds of P26, the modes of a step, what happens without a row or a person.

use contracts::messages::directory_changed::{DirectoryChanged, Person};
use contracts::{ProblemCode, SubjectRef};

use super::*;
use corekit::whats;

#[test]
fn the_bounds_of_p26_are_inclusive_to_the_fen() {
    for (liable, fen, role) in [
        ("supplier", 0, "clerk"),
        ("supplier", 2_000, "clerk"),
        ("supplier", 2_001, "shift_chief"),
        ("supplier", 10_000, "shift_chief"),
        ("supplier", 10_001, "cs_manager"),
        ("store", 50_000, "cs_deputy_director"),
        ("store", 50_001, "hr_director"),
        ("store", 500_000, "hr_director"),
        ("store", 500_001, "gm"),
    ] {
        let (_, said) = open(p26(), fen, liable);
        let work = asked(&said);
        assert_eq!(work.len(), 1);
        assert_eq!(work[0].role.as_str(), role, "{liable} {}", Fen(fen));
        assert_eq!((opened(&said).total, opened(&said).cumulated), (Fen(fen), Fen(fen)));
    }
}

#[test]
fn a_row_for_a_level_holds_at_that_level_alone() {
    let rows = json!([
        {"key": "l1", "level": 1, "steps": [step("leader")]},
        {"key": "l2", "level": 2, "steps": [step("gm")]}
    ]);
    for (level, role) in [(1, "leader"), (2, "gm")] {
        let mut bench = Bench::new(Approval::default());
        let stage = StageEntered { level, ..entered(rows.clone()) };
        assert_eq!(asked(&bench.hear(ServiceName::Routing, stage))[0].role.as_str(), role);
    }
}

#[test]
fn without_a_row_the_highest_of_that_party_decides() {
    let rows = json!([
        {"key": "s1", "liable": "store", "amount_up_to": 10, "steps": [step("leader")]},
        {"key": "s2", "liable": "store", "amount_over": 10, "amount_up_to": 20, "steps": [step("gm")]},
        {"key": "c", "liable": "supplier", "amount_up_to": 9_999, "steps": [step("clerk")]}
    ]);
    let (_, said) = open(rows.clone(), 9_999, "store");
    assert_eq!(asked(&said)[0].role.as_str(), "gm");
    let (_, said) = open(rows, 100, "customer");
    assert_eq!(asked(&said)[0].role.as_str(), "gm", "no row for the party: the highest of all");
}

#[test]
fn without_a_matrix_the_owner_of_the_stage_decides_or_who_takes_over() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(json!([]));
    stage.brief["secondary"] = json!("deputy_leader");
    let said = bench.hear(ServiceName::Routing, stage);
    let work = asked(&said).remove(0);
    assert_eq!((work.role.as_str(), work.secondary.clone().unwrap().as_str()), ("leader", "deputy_leader"));
    let assigned = WorkAssigned {
        work: work.work,
        visit: visit(1),
        epoch: 1,
        person: person("zhou"),
        instead_of: None,
        department: work.department,
        role: work.role, // routing names the role that was asked for
        because: None,
        lacks: Default::default(),
    };
    bench.hear(ServiceName::Routing, assigned);
    decide(&mut bench, ("zhou", "deputy_leader"), opened(&said).round, "approve").unwrap();
}

#[test]
fn nobody_at_all_who_could_decide_is_parked() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(json!([]));
    stage.brief["owner"] = json!(null);
    stage.brief["person"] = json!("not_needed");
    assert_eq!(bench.try_hear(ServiceName::Routing, stage).unwrap_err().code, ProblemCode::Internal);
}

#[test]
fn where_nobody_has_to_decide_it_is_approved_at_once() {
    let automatic = {
        let mut stage = entered(p26());
        stage.brief["person"] = json!("not_needed");
        stage
    };
    for stage in [automatic, entered(always(json!([])))] {
        let mut bench = Bench::new(Approval::default());
        let said = bench.hear(ServiceName::Routing, stage);
        assert_eq!(whats(&said), ["round.opened", "round.closed", "stage.completed"]);
        assert_eq!(ended(&said), Some(("approved".to_owned(), true)));
    }
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(always(json!([step("gm")])));
    stage.brief["owner"] = json!(null);
    stage.brief["person"] = json!("not_needed");
    let said = bench.hear(ServiceName::Routing, stage);
    assert_eq!(asked(&said).len(), 1, "no owner is needed where the matrix says who decides");
}

#[test]
fn steps_follow_one_another_and_the_last_approval_approves() {
    let (mut bench, said) =
        open(always(json!([step("project_manager"), step("production_manager")])), 100, "store");
    let round = opened(&said).round;
    let first = asked(&said);
    assert_eq!(first.len(), 1, "the second step is not asked for yet");
    give(&mut bench, &first[0], "zhao");
    let said = decide(&mut bench, ("zhao", "project_manager"), round, "approve").unwrap();
    assert_eq!(whats(&said), ["decision.recorded", "work.withdrawn", "work.requested"]);
    let second = asked(&said);
    assert!(second[0].barred.contains(&person("zhao")), "nobody takes two seats");
    give(&mut bench, &second[0], "zhou");
    let said = decide(&mut bench, ("zhou", "production_manager"), round, "approve").unwrap();
    assert_eq!(whats(&said), ["decision.recorded", "round.closed", "stage.completed", "work.withdrawn"]);
    assert_eq!(ended(&said), Some(("approved".to_owned(), true)));
    let Event::StageCompleted(completed) = &said[2] else { panic!() };
    assert_eq!(completed.results["approvers"], json!(["zhao", "zhou"]));
}

/// A bench whose directory has these people as `board` of the head office.
fn with_board(people: &[&str]) -> Bench {
    let mut directory = World::new(Approval::default());
    directory.subject = SubjectRef::directory(&directory.subject.organisation);
    let everybody = people.iter().map(|id| Person {
        id: person(id),
        name: (*id).to_owned(),
        department: "hq".to_owned().try_into().unwrap(),
        roles: ["board".to_owned().try_into().unwrap()].into(),
        manager: None,
        contact: None,
        email: None,
        phone: None,
        shift: None,
        roster: Vec::new(),
        skills: std::collections::BTreeSet::new(),
        absences: Vec::new(),
        active: true,
    });
    let changed = DirectoryChanged {
        departments: Vec::new(),
        people: everybody.collect(),
        shifts: Vec::new(),
        by: Actor::System,
    };
    directory.hear(ServiceName::Routing, changed);
    let mut bench = Bench::new(Approval::default());
    bench.memory.others.insert(directory.subject, std::sync::Arc::new(directory.state));
    bench
}

fn mode(mode: Value) -> Value {
    always(json!([{"role": "board", "department": "hq", "mode": mode}]))
}

/// Gives the seats to `voters` in order; gives how each vote ended the visit.
fn vote(bench: &mut Bench, said: &[Event], votes: &[(&str, &str)]) -> Vec<Option<bool>> {
    let round = opened(said).round;
    let work = asked(said);
    for ((voter, _), seat) in votes.iter().zip(&work) {
        assert!(give(bench, seat, voter).is_empty());
    }
    let decide = |(voter, how): &(&str, &str)| {
        ended(&decide(bench, (voter, "board"), round, how).unwrap()).map(|(_, approved)| approved)
    };
    votes.iter().map(decide).collect()
}

#[test]
fn any_is_whoever_answers() {
    for (how, approved) in [("approve", true), ("refuse", false)] {
        let mut bench = with_board(&["a", "b", "c"]);
        let said = enter(&mut bench, mode(json!("any")), 100, "store");
        assert_eq!(asked(&said).len(), 1);
        assert_eq!(vote(&mut bench, &said, &[("a", how)]), [Some(approved)]);
    }
}

#[test]
fn all_is_everybody_who_holds_the_role_and_may_decide() {
    // Li proposed, Wang is barred: they are not asked.
    let people = ["a", "b", "c", "li", "wang"];
    let mut bench = with_board(&people);
    let said = enter(&mut bench, mode(json!("all")), 100, "store");
    assert_eq!((asked(&said).len(), opened(&said).steps[0].needed), (3, 3));
    let yes = |who| (who, "approve");
    assert_eq!(vote(&mut bench, &said, &[yes("a"), yes("b"), yes("c")]), [None, None, Some(true)]);
    let mut bench = with_board(&people);
    let said = enter(&mut bench, mode(json!("all")), 100, "store");
    assert_eq!(vote(&mut bench, &said, &[yes("a"), ("b", "refuse")]), [None, Some(false)]);
}

#[test]
fn a_quorum_is_reached_against_dissent_or_lost() {
    let people = ["a", "b", "c", "d", "e"];
    let quorum = || mode(json!({"quorum": 3}));
    let mut bench = with_board(&people);
    let said = enter(&mut bench, quorum(), 100, "store");
    assert_eq!((asked(&said).len(), opened(&said).steps[0].needed), (5, 3));
    let votes = [("a", "approve"), ("b", "refuse"), ("c", "refuse"), ("d", "approve"), ("e", "approve")];
    assert_eq!(vote(&mut bench, &said, &votes), [None, None, None, None, Some(true)]);
    let round = &bench.state.visits[&visit(1)].rounds[0];
    assert_eq!(round.voters(false), vec![person("b"), person("c")], "dissent stays on record");

    let mut bench = with_board(&people);
    let said = enter(&mut bench, quorum(), 100, "store");
    let votes = [("a", "approve"), ("b", "refuse"), ("c", "refuse"), ("d", "refuse")];
    assert_eq!(vote(&mut bench, &said, &votes), [None, None, None, Some(false)]);

    let mut bench = with_board(&people);
    let said = enter(&mut bench, mode(json!({"quorum": 2})), 100, "store");
    let round = opened(&said).round;
    let work = asked(&said);
    give(&mut bench, &work[0], "a");
    give(&mut bench, &work[1], "b");
    decide(&mut bench, ("a", "board"), round, "approve").unwrap();
    let last = decide(&mut bench, ("b", "board"), round, "approve").unwrap();
    let withdrawn = last.iter().filter(|event| event.what() == "work.withdrawn").count();
    assert_eq!(withdrawn, 4, "its own work and the three seats that nobody needs any more");
}

#[test]
fn a_quorum_asks_for_as_many_as_it_needs_even_when_the_directory_is_not_known() {
    let (_, said) = open(mode(json!({"quorum": 2})), 100, "store");
    assert_eq!(asked(&said).len(), 2);
    let (_, said) = open(mode(json!("all")), 100, "store");
    assert_eq!(asked(&said).len(), 1);
}
