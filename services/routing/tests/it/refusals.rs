//! What is refused, and with which words.

use contracts::commands::Actor;
use contracts::{Event, Problem, SubjectRef};
use serde_json::{Value, json};

use crate::world::{World, administrator, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn text(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read_to_string(format!("{root}/../../deploy/playbooks/{name}.yaml")).unwrap()
}

fn publish(world: &mut World, text: &str, id: &str, actor: Actor) -> Result<Value, Problem> {
    let subject = SubjectRef::playbook(&organisation(), &id.parse().unwrap());
    world.command(subject, "playbook.publish", json!({ "text": text }), actor)
}

#[test]
fn a_playbook_is_published_whole_in_a_higher_version_and_by_an_administrator() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    let p03 = text("p03-receive-classify-approve");
    assert_eq!(publish(&mut world, &p03, "p03", person("agent.a")).unwrap_err().code.as_str(), "not-allowed");
    let answer = publish(&mut world, &p03, "p03", administrator()).unwrap();
    assert_eq!(answer, json!({"id": "p03", "version": 1}));
    assert_eq!(
        publish(&mut world, &p03, "p03", administrator()).unwrap_err().code.as_str(),
        "already-exists"
    );
    let elsewhere = publish(&mut world, &p03, "p04", administrator()).unwrap_err();
    assert_eq!(elsewhere.field.as_deref(), Some("/text/id"));
    let Some(Event::PlaybookPublished(said)) = world.said.last() else { panic!("not said") };
    assert_eq!(said.document["id"], "p03");
    world.replay();
}

#[test]
fn a_broken_playbook_is_refused_with_every_finding_in_its_place() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    let broken = text("p03-receive-classify-approve")
        .replace("to: classify", "to: nowhere")
        .replace("role: leader", "role: ledaer");
    let problem = publish(&mut world, &broken, "p03", administrator()).unwrap_err();
    assert_eq!(problem.code.as_str(), "broken-playbook");
    assert!(problem.errors.len() >= 2, "{problem:#?}");
    for finding in &problem.errors {
        let (line, _) = finding.detail.split_once(':').unwrap();
        assert!(line.parse::<u32>().unwrap() > 0, "{}", finding.detail);
        assert!(finding.field.is_some() && finding.expected.is_some());
    }
}

#[test]
fn a_playbook_is_activated_once_its_departments_are_there() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    let subject = SubjectRef::organisation(&organisation());
    let mut activate = |version: u32| {
        let body = json!({"playbook": {"id": "p02", "version": version}, "scope": {"channel": "phone"}});
        world.command(subject.clone(), "playbook.activate", body, administrator())
    };
    assert_eq!(activate(2).unwrap_err().code.as_str(), "unknown-playbook");
    activate(1).unwrap();
    assert_eq!(world.whats().last(), Some(&"playbook.activated"));
    world.replay();
}

#[test]
fn a_calendar_has_a_higher_version_and_names_all_its_problems() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    let subject = SubjectRef::organisation(&organisation());
    let calendar = |version: u32, zone: &str| json!({"document": {"id": "ours", "version": version, "zone": zone, "weekly": {"monday": "all day"}}});
    let mut publish = |body| world.command(subject.clone(), "calendar.publish", body, administrator());
    publish(calendar(1, "Asia/Shanghai")).unwrap();
    assert_eq!(publish(calendar(1, "Asia/Shanghai")).unwrap_err().code.as_str(), "already-exists");
    assert!(publish(calendar(2, "Asia/Peking")).unwrap_err().detail.contains("Asia/Peking"));
}

#[test]
fn a_directory_that_does_not_fit_is_refused_with_everything() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    let body = json!({
        "departments": [{"id": "a", "name": {"zh": "甲", "en": "A"}, "parent": "b", "duty_manager": "x"}],
        "people": [{"id": "y", "name": "乙", "department": "c", "absences": [
            {"from": "2025-03-09T00:00:00Z", "until": "2025-03-08T00:00:00Z", "deputy": "y"},
        ]}],
    });
    let subject = SubjectRef::directory(&organisation());
    let problem = world.command(subject, "directory.put", body, administrator()).unwrap_err();
    assert_eq!(problem.errors.len(), 5, "{problem:#?}");
}

#[test]
fn only_redress_orders_work_to_be_looked_at_again() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| said.complained_of = Some("quality_management".parse().unwrap()));
    let (work, _) = world.work("verify");
    let order = contracts::commands::routing::ReconsiderWork { work };
    assert_eq!(world.order(&order, administrator()).unwrap_err().code.as_str(), "not-allowed");
    assert!(world.order(&order, Actor::System).is_ok());
}

#[test]
fn no_order_takes_a_field_it_does_not_know_or_lacks_one() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| said.complained_of = Some("quality_management".parse().unwrap()));
    for verb in contracts::commands::routing::VERBS {
        let mut refused = |body: Value| {
            let problem = world.command(crate::world::complaint(), verb, body, administrator()).unwrap_err();
            assert_eq!(problem.lacks(), None, "{verb}: {problem:?}");
            (problem.code.to_string(), problem.field.clone().unwrap_or_else(|| panic!("{verb}: {problem:?}")))
        };
        assert_eq!(refused(json!({"colour": "red"})), ("unknown-field".into(), "/colour".into()), "{verb}");
        assert_eq!(refused(json!({"colour\0": "red"})).0, "invalid-field", "{verb}");
        if !["directory.put", "handover.acknowledge"].contains(verb) {
            assert_eq!(refused(json!({})).0, "missing-field", "{verb}");
        }
        assert_eq!(refused(json!("x")), ("invalid-field".into(), String::new()), "{verb}");
    }
}
