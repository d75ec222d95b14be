//! What is heard: twice, late, out of order, unusable, about others.

use contracts::facts::key;
use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::notice_requested::Recipient;
use contracts::messages::person_erased::PersonErased;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{ComplaintId, ProblemCode};

use super::*;
use crate::state::State;
use corekit::whats;

fn changed(epoch: u32) -> StageChanged {
    let department = "quality".to_owned().try_into().unwrap();
    StageChanged { visit: visit(1), epoch, department, because: None }
}

fn withdrawn() -> StageWithdrawn {
    StageWithdrawn { visit: visit(1), reason: "merged".to_owned() }
}

fn escalated(people: &[&str]) -> CaseEscalated {
    CaseEscalated {
        rung: "first".to_owned(),
        clock: Some("first_contact".to_owned().try_into().unwrap()),
        visit: None,
        actions: vec![
            EscalationAction::Notified {
                people: people.iter().map(|id| person(id)).collect(),
                template: None,
                report: None,
            },
            EscalationAction::Watched { person: person("qian") },
            EscalationAction::LevelRaised { level: 2 },
        ],
        level: 2,
        because: None,
    }
}

fn told(events: &[Event]) -> Vec<String> {
    let people = events.iter().filter_map(|event| match event {
        Event::NoticeRequested(notice) => Some(&notice.to),
        _ => None,
    });
    let person = |to: &Recipient| match to {
        Recipient::Staff { person } => person.to_string(),
        Recipient::Complainant { .. } => "customer".to_owned(),
    };
    people.map(person).collect()
}

#[test]
fn entering_asks_for_the_one_voice_where_the_work_is() {
    for (kind, task) in
        [(StageKind::Contact, "contact"), (StageKind::Reply, "reply"), (StageKind::Callback, "callback")]
    {
        let said = Bench::new(Notification).hear(ServiceName::Routing, entered(kind, visit(1)));
        let Event::WorkRequested(requested) = &said[0] else { panic!() };
        assert_eq!((requested.task.as_str(), requested.role.as_str()), (task, "agent"));
        assert_eq!(requested.department.as_str(), "customer_service");
        assert_eq!(requested.secondary.as_ref().unwrap().as_str(), "deputy_agent");
        assert_eq!(requested.barred, vec![person("wang")]);
    }
}

#[test]
fn stages_of_others_are_left_to_them() {
    let mut bench = Bench::new(Notification);
    for kind in StageKind::ALL.iter().filter(|kind| kind.service() != ServiceName::Notification) {
        assert!(bench.hear(ServiceName::Routing, entered(*kind, visit(9))).is_empty(), "{kind}");
    }
    assert_eq!(bench.state, State::Unknown);
}

#[test]
fn hearing_it_twice_changes_nothing() {
    let mut bench = bench_with(StageKind::Reply, |_| {});
    let before = bench.state.clone();
    assert!(bench.hear(ServiceName::Routing, entered(StageKind::Reply, visit(1))).is_empty());
    assert_eq!(bench.state, before);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["work.withdrawn", "work.requested"]);
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, changed(1)).is_empty(), "an older epoch never comes back");
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn())), ["work.withdrawn"]);
}

#[test]
fn what_comes_after_the_end_is_recorded_as_late() {
    let mut bench = bench_with(StageKind::Reply, |_| {});
    bench.order(li(), "reply", body("reply", 1)).unwrap();
    let before = bench.state.clone();
    assert_eq!(whats(&bench.hear(ServiceName::Routing, changed(2))), ["act.late"]);
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn())), ["act.late"]);
    let late = assigned(visit(1), (WorkId(Uuid::from_u128(5)), 1), "zhao");
    let said = bench.hear(ServiceName::Routing, late);
    let Event::ActLate(act) = &said[0] else { panic!() };
    assert_eq!((act.by.person(), act.act.as_str()), (Some(&person("zhao")), "work.assigned"));
    assert_eq!(bench.state, before);
}

#[test]
fn an_assignment_of_an_older_epoch_gives_nobody_anything() {
    let mut bench = Bench::new(Notification);
    let old = asked(&bench.hear(ServiceName::Routing, entered(StageKind::Reply, visit(1)))).unwrap();
    let new = asked(&bench.hear(ServiceName::Routing, changed(2))).unwrap();
    assert_eq!(whats(&bench.hear(ServiceName::Routing, assigned(visit(1), old, "li"))), ["act.late"]);
    assert_eq!(bench.order(li(), "reply", body("reply", 2)).unwrap_err().code, ProblemCode::NotTheHolder);
    assert!(bench.hear(ServiceName::Routing, assigned(visit(1), new, "li")).is_empty());
    let stale = bench.order(li(), "reply", body("reply", 1)).unwrap_err();
    assert_eq!((stale.code, stale.expected.as_deref()), (ProblemCode::StaleEpoch, Some("2")));
    bench.order(li(), "reply", body("reply", 2)).unwrap();
}

#[test]
fn an_unusable_brief_is_parked() {
    for broken in [json!({}), json!(null)] {
        let stage = StageEntered { brief: broken, ..entered(StageKind::Reply, visit(1)) };
        let problem = Bench::new(Notification).try_hear(ServiceName::Routing, stage).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Internal);
    }
    let mut of_others = entered(StageKind::Reply, visit(1));
    of_others.brief["slice"] = json!("nothing");
    assert!(Bench::new(Notification).try_hear(ServiceName::Routing, of_others).is_err());
    let mut nobody = entered(StageKind::Contact, visit(1));
    nobody.brief["owner"] = json!(null);
    let problem = Bench::new(Notification).try_hear(ServiceName::Routing, nobody).unwrap_err();
    assert_eq!(problem.code, ProblemCode::BrokenPlaybook);
}

#[test]
fn what_is_unknown_is_passed_over() {
    let mut bench = Bench::new(Notification);
    assert!(bench.hear(ServiceName::Routing, changed(2)).is_empty());
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
    let stray = assigned(visit(3), (WorkId(Uuid::from_u128(5)), 1), "li");
    assert!(bench.hear(ServiceName::Routing, stray).is_empty());
    assert_eq!(bench.state, State::Unknown);
}

#[test]
fn the_stage_may_come_before_the_registration() {
    let (mut early, mut usual) = (Bench::new(Notification), Bench::new(Notification));
    let routing = ServiceName::Routing;
    let work = asked(&early.hear(routing, entered(StageKind::Reply, visit(1)))).unwrap();
    early.hear(routing, assigned(visit(1), work, "li"));
    let said = early.hear(ServiceName::Intake, registered("email", Language::Zh));
    assert_eq!(told(&said), ["customer"], "the acknowledgement is only late");
    usual.hear(ServiceName::Intake, registered("email", Language::Zh));
    enter(&mut usual, entered(StageKind::Reply, visit(1)));
    for bench in [&mut early, &mut usual] {
        let conversation = bench.state.conversation().unwrap();
        assert_eq!((conversation.number.as_str(), conversation.channel.as_str()), ("TS-1", "email"));
        assert_eq!(ended(&bench.order(li(), "reply", body("reply", 1)).unwrap()), Some("told"));
    }
}

#[test]
fn a_fact_that_overtakes_the_stage_it_is_required_for_counts() {
    let understood = |is: bool| FactRecorded {
        facts: Facts::from([(key::customer_understood(), is.into())]),
        at: now(),
        by: Actor::System,
        visit: None,
    };
    let mut event = entered(StageKind::Reply, visit(1));
    event.brief["requires"] = json!({"facts": ["customer_understood"]});
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    bench.hear(ServiceName::Intake, understood(true));
    enter(&mut bench, event.clone());
    assert_eq!(ended(&bench.order(li(), "reply", body("reply", 1)).unwrap()), Some("told"));

    // What routing knows of it holds: it hears everybody.
    event.facts = understood(false).facts;
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    bench.hear(ServiceName::Intake, understood(true));
    enter(&mut bench, event);
    let problem = bench.order(li(), "reply", body("reply", 1)).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/facts/customer_understood"));
}

#[test]
fn the_first_contact_is_the_first_though_routing_has_not_heard_of_it_yet() {
    let mut bench = bench_with(StageKind::Contact, |_| {});
    let said = bench.order(li(), "contact.record", body("contact.record", 1)).unwrap();
    assert!(facts(&said).contains_key(&key::customer_contacted()));
    let mut event = entered(StageKind::Reply, visit(2));
    event.visit = visit(2);
    enter(&mut bench, event);
    let mut order = body("reply", 1);
    order["visit"] = json!(visit(2));
    let found = facts(&bench.order(li(), "reply", order).unwrap());
    assert!(found.contains_key(&key::last_contact()) && !found.contains_key(&key::customer_contacted()));
}

#[test]
fn an_escalation_that_overtakes_the_complaint_waits_for_its_number() {
    let mut bench = Bench::new(Notification);
    assert!(bench.hear(ServiceName::Routing, escalated(&["sun"])).is_empty());
    assert!(bench.hear(ServiceName::Routing, escalated(&["zhou"])).is_empty());
    let said = bench.hear(ServiceName::Intake, registered("email", Language::Zh));
    assert_eq!(told(&said), ["customer", "qian", "sun", "qian", "zhou"]);
    assert!(bench.words[1].text.contains("TS-1") && bench.words[1].text.contains("first_contact"));
    let said = bench.hear(ServiceName::Routing, escalated(&["sun", "sun"]));
    assert_eq!(told(&said), ["qian", "sun"], "each once");
}

#[test]
fn forgetting_a_person_shreds_the_words_of_their_complaints() {
    let mut bench = Bench::new(Notification);
    let complaints = vec![ComplaintId(Uuid::from_u128(7)), ComplaintId(Uuid::from_u128(8))];
    let erased = PersonErased {
        complainant: ComplainantId(Uuid::from_u128(70)),
        complaints: complaints.clone(),
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    assert!(bench.hear(ServiceName::Intake, erased).is_empty());
    assert_eq!(bench.shredded, complaints);
}

#[test]
fn what_is_over_keeps_no_brief() {
    let mut bench = bench_with(StageKind::Reply, |_| {});
    bench.order(li(), "reply", body("reply", 1)).unwrap();
    let visit = &bench.state.conversation().unwrap().visits[&visit(1)];
    assert!(visit.slice().is_none() && visit.told.is_some());
}
