//! Whole cases along the shipped playbooks.

use contracts::commands::routing::{Archive, Triage};
use contracts::commands::{Actor, PointText};
use contracts::messages::stage_completed::StageCompleted;
use contracts::{Event, Facts};
use routing::state::Main;

use crate::world::{World, facts, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn p03() -> World {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| said.category = Some("damage".parse().unwrap()));
    world
}

#[test]
fn p03_goes_from_category_to_archive_with_the_leader_before_the_customer() {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    assert_eq!((world.stage(), world.holder("handle")), ("handle", "qm.a"));
    world.complete_with("handle", "proposed", facts([("remedy_amount", 50_000.into())]));
    assert_eq!((world.stage(), world.holder("approve")), ("approve", "qm.lead"));
    world.complete("approve", "refused");
    assert_eq!(world.stage(), "handle");
    assert_eq!(world.entered().last().unwrap().via.as_deref(), Some("refused_by_leader"));
    world.complete("handle", "proposed");
    world.complete_with("approve", "approved", facts([("approved", true.into())]));
    assert_eq!((world.stage(), world.holder("reply")), ("reply", "agent.a"));
    world.complete("reply", "told");
    world.complete("callback", "satisfied");
    assert!(matches!(&world.case().main, Main::Closed { outcome, .. } if outcome.as_str() == "satisfied"));
    assert_eq!(world.whats().last(), Some(&"case.closed"));
    assert_eq!(world.case().results.len(), 8, "classify and archive were automatic");
    world.replay();
}

#[test]
fn a_subcategory_finds_the_department_of_the_broader_one() {
    let world = p03();
    assert_eq!(world.entered().last().unwrap().department.as_str(), "logistics");
    assert_eq!(world.holder("handle"), "lo.a");
}

#[test]
fn where_the_category_has_no_department_a_dispatcher_triages() {
    let mut world = World::shipped("p03-receive-classify-approve", FRIDAY);
    world.register(|said| said.category = Some("other".parse().unwrap()));
    assert_eq!((world.stage(), world.holder("classify")), ("classify", "agent.a"));
    let (visit, epoch) = world.visit("classify");
    let mut order =
        Triage { visit, epoch, category: None, department: None, complained_of: None, level: None };
    let refused = world.order(&order, person("agent.a")).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("missing-field", Some("/department")));
    order.department = Some("nowhere".parse().unwrap());
    assert_eq!(world.order(&order, person("agent.a")).unwrap_err().code.as_str(), "unknown-department");
    order.department = Some("sales".parse().unwrap());
    assert_eq!(world.order(&order, person("agent.b")).unwrap_err().code.as_str(), "not-the-holder");
    world.order(&order, person("agent.a")).unwrap();
    assert_eq!(world.stage(), "handle");
    assert_eq!(world.entered().last().unwrap().department.as_str(), "sales");
    assert_eq!(world.holder("handle"), "boss", "sales has nobody: the duty manager above it");
    assert_eq!(world.order(&order, person("agent.a")).unwrap_err().code.as_str(), "visit-left");
    world.replay();
}

#[test]
fn p02_unsubstantiated_is_explained_and_ends() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| {
        said.complained_of = Some("quality_management".parse().unwrap());
        said.complained_of_person = Some("qm.a".parse().unwrap());
    });
    assert_eq!((world.stage(), world.holder("verify")), ("verify", "qm.b"), "not the person complained of");
    world.complete("verify", "unsubstantiated");
    world.complete("explain", "told");
    assert!(world.case().is_closed());
    assert!(world.case().loops.is_empty());
    world.replay();
}

#[test]
fn p02_substantiated_is_handled_and_called_back_until_satisfied() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| said.complained_of = Some("quality_management".parse().unwrap()));
    world.complete("verify", "substantiated");
    for _ in 0..3 {
        world.complete("handle", "done");
        world.complete("callback", "dissatisfied");
    }
    world.complete("handle", "done");
    world.complete("callback", "satisfied");
    assert_eq!(world.case().loops.values().collect::<Vec<_>>(), [&3]);
    let told = world.entered().last().unwrap().results.clone();
    let stages: Vec<_> = told.iter().map(|result| result.stage.as_str()).collect();
    assert_eq!(stages, ["verify", "handle", "callback"], "an event does not grow with every loop");
    assert_eq!(told[2].outcome.as_str(), "satisfied");
    assert!(world.case().is_closed());
    world.replay();
}

#[test]
fn settled_on_the_spot_goes_straight_to_the_callback_and_back_to_verification_in_vain() {
    let mut world = World::shipped("p02-verify-with-department", FRIDAY);
    world.register(|said| {
        said.complained_of = Some("quality_management".parse().unwrap());
        said.facts = facts([("settled_on_the_spot", true.into())]);
    });
    assert_eq!(world.stage(), "callback");
    world.complete("callback", "dissatisfied");
    assert_eq!(world.stage(), "verify");
    assert_eq!(world.entered().last().unwrap().via.as_deref(), Some("settled_in_vain"));
}

#[test]
fn a_late_completion_is_recorded_and_moves_nothing() {
    let mut world = p03();
    let (visit, epoch) = world.visit("handle");
    world.complete("handle", "proposed");
    let before = world.case().clone();
    let (outcome, by) = ("proposed".parse().unwrap(), person("lo.a"));
    let facts = facts([("injury", true.into())]);
    let results = serde_json::Value::Null;
    let late =
        contracts::messages::stage_completed::StageCompleted { visit, epoch, outcome, facts, results, by };
    world.hear(contracts::ServiceName::Investigation, late);
    assert_eq!(world.whats().last(), Some(&"act.late"));
    assert_eq!(*world.case(), before);
    world.replay();
}

#[test]
fn an_outcome_without_a_way_on_holds_the_case_visibly() {
    let mut world = p03();
    world.complete("handle", "done"); // no outcome of a proposal: only a broken service says so
    assert!(matches!(world.case().main, Main::Between { held: true, .. }));
    let Some(Event::CaseEscalated(said)) =
        world.said.iter().rev().find(|event| event.what() == "case.escalated")
    else {
        panic!("nobody was told")
    };
    assert_eq!(said.rung, "no_way_on");
    world.fact("important", true);
    let told = world.whats().iter().filter(|what| **what == "case.escalated").count();
    assert_eq!(told, 1, "it is told once");
    world.replay();
}

#[test]
fn what_goes_round_with_nobody_at_work_is_held_and_moves_on_with_what_becomes_known() {
    let mut world = p03();
    let alone = |world: &mut World| {
        let (stage, outcome) = match world.stage() {
            "handle" => ("handle", "proposed"),
            "approve" => ("approve", "refused"), // it leads back without a limit
            _ => return false,
        };
        let (visit, epoch) = world.visit(stage);
        let service = world.case().visits[&visit].kind.service();
        let (outcome, facts, by) = (outcome.parse().unwrap(), Facts::new(), Actor::System);
        let results = serde_json::Value::Null;
        world.hear(service, StageCompleted { visit, epoch, outcome, facts, results, by });
        true
    };
    let turns = (0..200).take_while(|_| alone(&mut world)).count();
    assert!(turns < 100 && matches!(world.case().main, Main::Between { held: true, .. }), "{turns} turns");
    let told = |world: &World| world.whats().iter().filter(|what| **what == "case.escalated").count();
    assert_eq!(told(&world), 1);
    world.fact("important", true);
    assert!(alone(&mut world) && !alone(&mut world) && told(&world) == 2, "one stage further");
    world.fact("important", false);
    let stage = world.stage().to_owned();
    world.complete(&stage, if stage == "handle" { "proposed" } else { "refused" });
    assert!(alone(&mut world), "somebody worked at it");
    world.replay();
}

#[test]
fn the_archive_by_a_person_keeps_a_summary() {
    let text = std::fs::read_to_string(format!(
        "{}/../../deploy/playbooks/p02-verify-with-department.yaml",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let owner = "label: {zh: 存档, en: File}\n    owner: {role: agent}\n    requires: {fields: [summary]}\n    \
                 summary: [{key: lessons, label: {zh: 经验教训, en: Lessons}}]";
    let mut world = World::with(&text.replace("label: {zh: 存档, en: File}", owner), FRIDAY);
    world.register(|said| said.complained_of = Some("quality_management".parse().unwrap()));
    world.complete("verify", "unsubstantiated");
    world.complete("explain", "told");
    let (visit, epoch) = world.visit("archive");
    let holder = world.holder("archive").to_owned();
    let point = |point: &str, text: &str| PointText { point: point.to_owned(), text: text.to_owned() };
    let order =
        |summary: Option<&str>, points| Archive { visit, epoch, summary: summary.map(str::to_owned), points };
    let lessons = || point("lessons", "先核实再答复");
    for (wrong, field) in [
        (order(None, vec![lessons()]), "/summary"),
        (order(Some("已解释"), vec![]), "/points"),
        (order(Some("已解释"), vec![lessons(), point("tea", "红茶")]), "/points/1/point"),
        (order(Some("已解释"), vec![lessons(), lessons()]), "/points/1/point"),
        (order(Some("已解释"), vec![point("lessons", " ")]), "/points/0/text"),
    ] {
        let refused = world.order(&wrong, person(&holder)).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field));
    }
    world.order(&order(Some("已解释"), vec![lessons()]), person(&holder)).unwrap();
    let Some(Event::CaseClosed(closed)) = world.said.last() else { panic!("not closed") };
    assert_eq!(closed.summary.as_ref().unwrap().characters, 3);
    assert_eq!((closed.points[0].point.as_str(), closed.points[0].words.characters), ("lessons", 6));
    assert_eq!(closed.by, person(&holder));
    world.replay();
}
