//! Reports: each period once, whatever was down or put into force meanwhile.

use contracts::messages::report_due::ReportDue;
use contracts::{Event, SubjectRef};
use serde_json::json;

use super::world::{World, administrator, organisation};

/// P03 with a report each Tuesday, in Asia/Shanghai.
fn weekly(start: &str) -> World {
    let path =
        format!("{}/../../deploy/playbooks/p03-receive-classify-approve.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    World::with(
        &format!(
            "{text}\nreports:\n  - {{key: weekly, label: {{zh: 周报, en: Weekly}}, cadence: weekly, days: [2], \
             from: {{role: agent}}, to: [{{role: leader, department: logistics}}, \
             {{role: leader, department: customer_service}}]}}\n"
        ),
        start,
    )
}

fn activate(world: &mut World) {
    let body = json!({"playbook": {"id": "p03", "version": 1}, "scope": {}});
    let subject = SubjectRef::organisation(&organisation());
    world.command(subject, "playbook.activate", body, administrator()).unwrap();
}

fn made(world: &World) -> Vec<&ReportDue> {
    let reports = world.said.iter().filter_map(|event| match event {
        Event::ReportDue(due) => Some(due),
        _ => None,
    });
    reports.collect()
}

fn periods(world: &World) -> Vec<&str> {
    made(world).iter().map(|due| due.period.as_str()).collect()
}

#[test]
fn a_report_falls_due_at_the_midnight_of_the_organisation() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    activate(&mut world);
    world.advance_to("2025-03-03T15:59:59Z");
    assert_eq!(made(&world).len(), 0);
    world.advance_to("2025-03-03T16:00:00Z");
    let [due] = made(&world)[..] else { panic!() };
    assert_eq!((due.period.as_str(), due.report.as_str()), ("2025-02-25 – 2025-03-03", "weekly"));
    assert_eq!(
        (due.from.to_string(), due.to.to_string()),
        ("2025-02-24T16:00:00Z".into(), "2025-03-03T16:00:00Z".into())
    );
    let people = |people: &[contracts::PersonId]| people.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(people(&due.made_by), ["agent.a", "agent.b"]);
    assert_eq!(
        people(&due.receivers),
        ["boss", "cs.lead"],
        "logistics has no leader: who is on duty above it"
    );
}

#[test]
fn each_period_is_made_once_and_none_is_left_out_however_late_the_timer_fires() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    activate(&mut world);
    // Nothing ran for weeks: business time is far ahead when the first timer fires, and somebody activates it again.
    world.now = "2025-03-20T00:00:00Z".parse().unwrap();
    activate(&mut world);
    activate(&mut world);
    world.advance_to("2025-03-26T00:00:00Z");
    let expected = [
        "2025-02-25 – 2025-03-03",
        "2025-03-04 – 2025-03-10",
        "2025-03-11 – 2025-03-17",
        "2025-03-18 – 2025-03-24",
    ];
    assert_eq!(periods(&world), expected);
    activate(&mut world);
    world.advance_to("2025-03-26T00:00:00Z");
    assert_eq!(periods(&world), expected, "what was made is not made again");
}

#[test]
fn a_playbook_that_is_not_in_force_reports_nothing() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    assert!(world.timers.is_empty());
    world.advance_to("2025-04-03T00:00:00Z");
    assert_eq!(made(&world).len(), 0);
    activate(&mut world);
    world.advance_to("2025-04-08T00:00:00Z");
    assert_eq!(periods(&world), ["2025-04-01 – 2025-04-07"], "it begins when it comes into force");
}
