//! Who gets the work when people are away, barred or gone.

use contracts::commands::routing::{ClaimWork, HandBackWork, ReassignWork, TransferStage};
use contracts::messages::stage_completed::StageCompleted;
use contracts::{Facts, ServiceName, SubjectRef};
use routing::state::WorkState;
use serde_json::{Value, json};

use crate::world::{World, administrator, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn quality() -> World {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    world
}

#[test]
fn when_an_absence_begins_the_deputy_gets_the_work_and_the_deadline_stays() {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.absent("qm.a", "2025-03-08T00:00:00Z", "2025-03-12T00:00:00Z", Some("qm.lead"));
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    assert_eq!(world.holder("handle"), "qm.a");
    world.advance_to("2025-03-08T00:00:00Z");
    assert_eq!(world.holder("handle"), "qm.lead");
    let (_, work) = world.work("handle");
    assert!(
        matches!(&work.state, WorkState::Held { instead_of: Some(giver), .. } if giver.as_str() == "qm.a")
    );
    world.replay();
}

#[test]
fn an_absence_recorded_later_moves_open_work_too() {
    let mut world = quality();
    world.absent("qm.a", "2025-03-07T00:00:00Z", "2025-03-12T00:00:00Z", None);
    assert_eq!(world.holder("handle"), "qm.b");
    world.absent("qm.b", "2025-03-07T00:00:00Z", "2025-03-11T00:00:00Z", None);
    assert_eq!(world.holder("handle"), "qm.lead", "the duty manager");
    world.replay();
}

#[test]
fn where_nobody_is_there_the_work_waits_and_goes_to_the_first_who_returns() {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    for (who, until) in [("lo.a", "2025-03-12T00:00:00Z"), ("boss", "2025-03-10T00:00:00Z")] {
        world.absent(who, "2025-03-07T00:00:00Z", until, None);
    }
    world.register(|said| said.category = Some("delivery".parse().unwrap()));
    assert_eq!(world.holder("handle"), "-");
    assert!(world.whats().contains(&"work.queued"));
    world.advance_to("2025-03-10T00:00:00Z");
    assert_eq!(world.holder("handle"), "boss");
    world.replay();
}

#[test]
fn the_least_loaded_gets_the_work() {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.burden("qm.a", 3);
    world.burden("qm.b", 2);
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    assert_eq!(world.holder("handle"), "qm.b");
}

#[test]
fn the_leader_gives_work_to_somebody_of_the_role() {
    let mut world = quality();
    let (work, _) = world.work("handle");
    let order = ReassignWork { work, person: "qm.b".parse().unwrap(), reason: "熟悉此客户".into() };
    world.order(&order, person("qm.lead")).unwrap();
    assert_eq!(world.holder("handle"), "qm.b");
}

#[test]
fn work_is_given_to_nobody_who_is_barred_away_unknown_or_of_another_role() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.absent("qm.b", "2025-03-09T00:00:00Z", "2025-03-12T00:00:00Z", None);
    world.register(|said| {
        said.complained_of = Some("quality_management".parse().unwrap());
        said.complained_of_person = Some("qm.a".parse().unwrap());
    });
    let (work, _) = world.work("verify");
    let mut give = |to: &str, actor| {
        let order = ReassignWork { work, person: to.parse().unwrap(), reason: "换人".into() };
        world.order(&order, actor).map_or_else(|refused| refused.code.as_str(), |_| "done")
    };
    assert_eq!(give("qm.a", person("qm.lead")), "conflict-of-interest");
    assert_eq!(give("nobody", person("qm.lead")), "unknown-person");
    assert_eq!(give("agent.a", person("qm.lead")), "invalid-field");
    assert_eq!(give("qm.lead", person("agent.a")), "not-the-holder");
    assert_eq!(give("qm.lead", person("qm.lead")), "done");
}

#[test]
fn work_that_is_handed_back_waits_until_somebody_of_the_role_takes_it() {
    let mut world = quality();
    let (work, _) = world.work("handle");
    // Whatever they write, it is a person who gave it back, and a person who takes it.
    let back = HandBackWork { work, reason: "nobody_available".into() };
    assert_eq!(world.order(&back, person("qm.b")).unwrap_err().code.as_str(), "not-the-holder");
    world.order(&back, person("qm.a")).unwrap();
    assert_eq!(world.holder("handle"), "-");
    world.absent("agent.a", "2025-03-07T00:00:00Z", "2025-03-08T00:00:00Z", None);
    assert_eq!(world.holder("handle"), "-", "a change of the directory finds nobody for it");
    let claim = ClaimWork { work };
    assert_eq!(world.order(&claim, person("agent.a")).unwrap_err().code.as_str(), "not-allowed");
    world.order(&claim, person("qm.b")).unwrap();
    assert_eq!(world.order(&claim, person("qm.a")).unwrap_err().code.as_str(), "not-the-holder");
    assert_eq!(world.holder("handle"), "qm.b");
    world.replay();
}

#[test]
fn a_transfer_begins_a_new_epoch_and_asks_for_work_anew() {
    let mut world = quality();
    let (visit, epoch) = world.visit("handle");
    let (old, _) = world.work("handle");
    let order =
        TransferStage {
            visit, epoch, department: "logistics".parse().unwrap(), reason: "运输问题".into()
        };
    assert_eq!(world.order(&order, person("agent.b")).unwrap_err().code.as_str(), "not-allowed");
    world.order(&order, person("qm.a")).unwrap();
    assert_eq!((world.holder("handle"), world.visit("handle").1), ("lo.a", 2));
    assert_ne!(world.work("handle").0, old);
    assert_eq!(world.order(&order, person("lo.a")).unwrap_err().code.as_str(), "stale-epoch");
    world.complete("handle", "proposed");
    assert_eq!(world.entered().last().unwrap().department.as_str(), "logistics", "and its leader approves");
    world.replay();
}

#[test]
fn whoever_is_away_claims_nothing() {
    let mut world = quality();
    let (work, _) = world.work("handle");
    world.order(&HandBackWork { work, reason: "太忙".into() }, person("qm.a")).unwrap();
    world.absent("qm.b", "2025-03-07T00:00:00Z", "2025-03-12T00:00:00Z", None);
    let claim = ClaimWork { work };
    assert_eq!(world.order(&claim, person("qm.b")).unwrap_err().code.as_str(), "nobody-available");
    world.order(&claim, person("qm.a")).unwrap();
    world.replay();
}

#[test]
fn what_ended_while_it_was_being_transferred_has_ended() {
    let mut world = quality();
    let (visit, epoch) = world.visit("handle");
    let order =
        TransferStage {
            visit, epoch, department: "logistics".parse().unwrap(), reason: "运输问题".into()
        };
    world.order(&order, person("qm.a")).unwrap();
    // Its service had ended it when it heard of the transfer: nobody there would ever end it again.
    let (outcome, by) = ("proposed".parse().unwrap(), person("qm.a"));
    let completed = StageCompleted { visit, epoch, outcome, facts: Facts::new(), results: Value::Null, by };
    world.hear(ServiceName::Investigation, completed.clone());
    assert_eq!(world.stage(), "approve");
    let before = world.case().clone();
    world.hear(ServiceName::Investigation, completed);
    assert_eq!((world.whats().last(), world.case()), (Some(&"act.late"), &before), "but once");
    world.replay();
}

#[test]
fn somebody_who_leaves_loses_the_work() {
    let mut world = quality();
    let gone = json!({"people": [{"id": "qm.a", "name": "qm.a", "department": "quality_management", "active": false}]});
    world.command(SubjectRef::directory(&organisation()), "directory.put", gone, administrator()).unwrap();
    assert_eq!(world.holder("handle"), "qm.b");
}

#[test]
fn who_handled_never_calls_back() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| said.complained_of = Some("customer_service".parse().unwrap()));
    let both = json!({"people": [
        {"id": "agent.a", "name": "a", "department": "customer_service", "roles": ["agent", "handler", "receiver"]},
    ]});
    world.command(SubjectRef::directory(&organisation()), "directory.put", both, administrator()).unwrap();
    let (work, _) = world.work("verify");
    let order = ReassignWork { work, person: "agent.a".parse().unwrap(), reason: "本人".into() };
    world.order(&order, administrator()).unwrap();
    world.complete("verify", "substantiated");
    world.complete("handle", "done");
    assert_eq!(world.holder("callback"), "agent.b");
}
