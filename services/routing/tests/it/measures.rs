//! The report of measures, told from the proposal, and what holds of it when the next handling begins.

use contracts::messages::fact_recorded::FactRecorded;
use contracts::{FactKey, FactValue, ServiceName};
use serde_json::Value;

use crate::world::{World, facts};

/// A case where measures go on beside the main line, with the proposal approved.
fn world() -> World {
    let path = format!(
        "{}/../../deploy/playbooks/scenarios/records/report-rehearsal.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap().replace("workshop", "quality_management");
    let mut world = World::with(&text, "2025-03-03T02:00:00Z");
    world.register(|said| said.category = Some("repair".parse().unwrap()));
    world.complete("handle", "proposed");
    world.complete_with("approve", "approved", facts([("approved", true.into())]));
    world
}

fn done(world: &mut World) {
    let facts = facts([("measures_done", true.into())]);
    let by = contracts::commands::Actor::System;
    world.hear(ServiceName::Investigation, FactRecorded { facts, at: world.now, by, visit: None });
}

fn known(world: &World, key: &str) -> Option<bool> {
    world.case().facts.get(&FactKey::new(key).unwrap()).and_then(FactValue::as_bool)
}

/// Whether the round at the newest visit to a stage is about the report alone.
fn is_of_report(world: &World, stage: &str) -> bool {
    let entered = world.entered();
    let newest = entered.iter().rev().find(|entered| entered.stage.as_str() == stage).unwrap();
    newest.brief["slice"]["approval"]["report"] == Value::Bool(true)
}

/// Whoever hears of the first stage of a handling hears with it that the measures of the one before are none of its own.
#[test]
fn an_unapproved_report_has_lapsed_before_the_next_handling_begins() {
    let mut world = world();
    done(&mut world);
    assert_eq!(known(&world, "report_approved"), Some(false), "there is a report, and nobody approved it");
    world.complete("reply", "rejected");
    let entered = world.entered();
    let first = entered.last().unwrap();
    assert_eq!((first.stage.as_str(), first.instance), ("again", 2));
    assert_eq!(first.facts[&FactKey::new("measures_done").unwrap()], FactValue::from(false));
}

#[test]
fn the_round_about_a_report_is_told_so_and_makes_a_fact_of_its_own() {
    let mut world = world();
    assert!(!is_of_report(&world, "approve"));
    done(&mut world);
    world.complete("improve", "effective");
    assert!(is_of_report(&world, "approve_report"));
    world.complete("approve_report", "approved");
    assert_eq!((known(&world, "report_approved"), known(&world, "approved")), (Some(true), Some(true)));
}

#[test]
fn a_report_that_is_refused_leaves_the_approval_of_the_proposal() {
    let mut world = world();
    done(&mut world);
    world.complete("improve", "effective");
    world.complete("approve_report", "refused");
    assert_eq!((known(&world, "report_approved"), known(&world, "approved")), (Some(false), Some(true)));
}

/// A round that was open when the rule changed: what had ended before it began is told by the clock.
#[test]
fn a_round_from_before_visits_were_counted_approves_its_report() {
    let mut world = world();
    done(&mut world);
    world.complete("improve", "effective");
    world.rewrite(|case| {
        for visit in case["visits"].as_object_mut().unwrap().values_mut() {
            visit.as_object_mut().unwrap().remove("ended_before").unwrap();
        }
        case["facts"].as_object_mut().unwrap().remove("report_approved").unwrap();
    });
    world.complete("approve_report", "approved");
    assert_eq!(known(&world, "report_approved"), Some(true));
}
