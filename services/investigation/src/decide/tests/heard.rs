//! What is heard: twice, late, out of order, unusable, about others.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::person_erased::PersonErased;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{ComplaintId, Event, ProblemCode, ServiceName, StageKind};
use serde_json::json;

use super::*;
use corekit::{now, whats};

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
fn entering_asks_for_the_owner_where_the_work_is() {
    let mut bench = Bench::new(Investigation);
    let said = bench.hear(ServiceName::Routing, entered(StageKind::Verify, visit(1)));
    let Event::WorkRequested(requested) = &said[0] else { panic!() };
    assert_eq!((requested.task.as_str(), requested.role.as_str()), ("verify", "handler"));
    assert_eq!(requested.department.as_str(), "quality");
    assert_eq!(requested.secondary.as_ref().unwrap().as_str(), "deputy_handler");
    assert_eq!(requested.barred, vec![person("wang")]);
}

#[test]
fn stages_of_others_are_left_to_them() {
    let mut bench = Bench::new(Investigation);
    for kind in StageKind::ALL {
        if crate::state::Task::of(*kind).is_none() {
            assert!(bench.hear(ServiceName::Routing, entered(*kind, visit(9))).is_empty(), "{kind}");
        }
    }
    assert!(bench.state.visits.is_empty());
}

#[test]
fn hearing_it_twice_changes_nothing() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Verify, visit(1)));
    let before = bench.state.clone();
    assert!(bench.hear(ServiceName::Routing, entered(StageKind::Verify, visit(1))).is_empty());
    assert_eq!(bench.state, before);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["work.withdrawn", "work.requested"]);
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, changed(1)).is_empty(), "an older epoch never comes back");
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn())), ["work.withdrawn"]);
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
}

#[test]
fn an_unusable_brief_is_parked() {
    let mut bench = Bench::new(Investigation);
    for broken in [json!({}), json!(null)] {
        let stage = StageEntered { brief: broken, ..entered(StageKind::Verify, visit(1)) };
        let problem = bench.try_hear(ServiceName::Routing, stage).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Internal);
    }
    let mut nobody = entered(StageKind::Verify, visit(1));
    nobody.brief["owner"] = json!(null);
    assert!(bench.try_hear(ServiceName::Routing, nobody).is_err());
}

#[test]
fn what_comes_after_the_end_is_recorded_as_late() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Verify, visit(1)));
    bench.order(li(), "verify", body("verify", visit(1), 1)).unwrap();
    let before = bench.state.clone();
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["act.late"]);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn())), ["act.late"]);
    let late = assigned(visit(1), (WorkId(Uuid::from_u128(5)), 1), "zhao");
    let said = bench.hear(ServiceName::Routing, late);
    let Event::ActLate(act) = &said[0] else { panic!() };
    assert_eq!(act.by.person(), Some(&person("zhao")), "the person is told");
    assert_eq!(bench.state, before);
}

#[test]
fn an_assignment_of_an_older_epoch_gives_nobody_anything() {
    let mut bench = Bench::new(Investigation);
    let old = asked(&bench.hear(ServiceName::Routing, entered(StageKind::Verify, visit(1)))).unwrap();
    let new = asked(&bench.hear(ServiceName::Routing, changed(2))).unwrap();
    assert_eq!(whats(&bench.hear(ServiceName::Routing, assigned(visit(1), old, "li"))), ["act.late"]);
    let code = |outcome: Result<_, contracts::Problem>| outcome.map(|_: Vec<Event>| ()).map_err(|p| p.code);
    assert_eq!(
        code(bench.order(li(), "verify", body("verify", visit(1), 2))),
        Err(ProblemCode::NotTheHolder)
    );
    assert!(bench.hear(ServiceName::Routing, assigned(visit(1), new, "li")).is_empty());
    assert_eq!(code(bench.order(li(), "verify", body("verify", visit(1), 1))), Err(ProblemCode::StaleEpoch));
    assert_eq!(code(bench.order(li(), "verify", body("verify", visit(1), 2))), Ok(()));
}

#[test]
fn what_is_unknown_is_passed_over() {
    let mut bench = Bench::new(Investigation);
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
    let stray = assigned(visit(3), (WorkId(Uuid::from_u128(5)), 1), "li");
    assert!(bench.hear(ServiceName::Routing, stray).is_empty());
    assert_eq!(bench.state, crate::State::default());
}

#[test]
fn forgetting_a_person_shreds_the_words_of_their_complaints() {
    let mut bench = Bench::new(Investigation);
    let complaints = vec![ComplaintId(Uuid::from_u128(7)), ComplaintId(Uuid::from_u128(8))];
    let erased = PersonErased {
        complainant: contracts::ComplainantId(Uuid::from_u128(70)),
        complaints: complaints.clone(),
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    assert!(bench.hear(ServiceName::Intake, erased).is_empty());
    assert_eq!(bench.shredded, complaints);
}

#[test]
fn where_no_person_is_needed_the_visit_ends_by_itself() {
    for (kind, outcome) in [
        (StageKind::Verify, "substantiated"),
        (StageKind::Investigate, "established"),
        (StageKind::Propose, "no_measure"),
        (StageKind::Execute, "done"),
    ] {
        let mut bench = Bench::new(Investigation);
        let mut stage = entered(kind, visit(1));
        stage.brief["person"] = json!("not_needed");
        let said = bench.hear(ServiceName::Routing, stage);
        let Event::StageCompleted(completed) = &said[0] else { panic!() };
        assert_eq!((completed.outcome.as_str(), &completed.by), (outcome, &Actor::System));
        let problem = bench.order(li(), "verify", body("verify", visit(1), 1)).unwrap_err();
        let ended = if kind == StageKind::Verify { ProblemCode::VisitLeft } else { ProblemCode::WrongStage };
        assert_eq!(problem.code, ended);
    }
}

#[test]
fn a_required_fact_has_to_be_on_record_first() {
    let mut bench = Bench::new(Investigation);
    let mut stage = entered(StageKind::Execute, visit(1));
    stage.brief["requires"] = json!({"facts": ["customer_agreed"]});
    stage.brief["slice"]["investigation"]["approve_before"] = json!([]);
    enter(&mut bench, stage);
    let problem = bench.order(li(), "execute", body("execute", visit(1), 1)).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/facts/customer_agreed"));
    for (agreed, allowed) in [(false, false), (true, true)] {
        let told = FactRecorded {
            facts: Facts::from([(key::customer_agreed(), agreed.into())]),
            at: now(),
            by: Actor::System,
            visit: None,
        };
        bench.hear(ServiceName::Notification, told);
        assert_eq!(bench.order(li(), "execute", body("execute", visit(1), 1)).is_ok(), allowed);
    }
}
