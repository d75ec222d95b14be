//! Reports: each period once, whatever was down or put into force meanwhile.

use contracts::messages::report_due::ReportDue;
use contracts::{Event, SubjectRef};
use serde_json::json;

use super::world::{World, administrator, organisation};

/// A version of P03 with reports.
fn version(number: u32, reports: &str) -> String {
    let path =
        format!("{}/../../deploy/playbooks/p03-receive-classify-approve.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("\nversion: 1\n"));
    format!("{}\n{reports}\n", text.replace("\nversion: 1\n", &format!("\nversion: {number}\n")))
}

/// A report on one day of the week.
fn each(day: u8) -> String {
    format!(
        "reports:\n  - {{key: weekly, label: {{zh: 周报, en: Weekly}}, cadence: weekly, days: [{day}], \
         from: {{role: agent}}, to: [{{role: leader, department: logistics}}, \
         {{role: leader, department: customer_service}}]}}"
    )
}

/// P03 with a report each Tuesday, in Asia/Shanghai.
fn weekly(start: &str) -> World {
    World::with(&version(1, &each(2)), start)
}

fn activate(world: &mut World) {
    put_into_force(world, 1);
}

fn put_into_force(world: &mut World, version: u32) {
    let body = json!({"playbook": {"id": "p03", "version": version}, "scope": {}});
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

#[test]
fn a_report_that_is_new_in_a_version_begins_with_it() {
    let mut world = World::with(&version(1, ""), "2024-03-03T02:00:00Z");
    activate(&mut world);
    world.advance_to("2025-03-03T02:00:00Z");
    world.shelve(&version(2, &each(2)));
    put_into_force(&mut world, 2);
    // Before it was made for the first time, the next version comes with the same one.
    world.advance_to("2025-03-03T03:00:00Z");
    world.shelve(&version(3, &each(2)));
    put_into_force(&mut world, 3);
    world.advance_to("2025-03-11T00:00:00Z");
    assert_eq!(
        periods(&world),
        ["2025-02-25 – 2025-03-03", "2025-03-04 – 2025-03-10"],
        "and not a year of them"
    );
}

#[test]
fn another_schedule_begins_with_its_version_and_the_same_one_goes_on() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    activate(&mut world);
    world.shelve(&version(2, &each(2)));
    world.shelve(&version(3, &each(5)));
    // Nothing ran for two weeks.
    world.now = "2025-03-12T00:00:00Z".parse().unwrap();
    put_into_force(&mut world, 2);
    world.advance_to("2025-03-12T00:00:00Z");
    assert_eq!(periods(&world), ["2025-02-25 – 2025-03-03", "2025-03-04 – 2025-03-10"]);
    put_into_force(&mut world, 3);
    world.advance_to("2025-03-22T00:00:00Z");
    assert_eq!(periods(&world)[2..], ["2025-03-07 – 2025-03-13", "2025-03-14 – 2025-03-20"]);
}

/// what ends with a version is still reported as it said; what begins with the next begins with it.
#[test]
fn a_version_that_comes_at_midnight_reports_from_then_on_and_the_one_before_until_then() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    activate(&mut world);
    world.shelve(&version(2, &each(5)));
    // From the midnight at which the first week is over.
    let body = json!({"playbook": {"id": "p03", "version": 2}, "scope": {}, "effective_from": "2025-03-03T16:00:00Z"});
    let subject = SubjectRef::organisation(&organisation());
    world.command(subject, "playbook.activate", body, administrator()).unwrap();
    world.advance_to("2025-03-15T00:00:00Z");
    assert_eq!(
        periods(&world),
        ["2025-02-25 – 2025-03-03", "2025-02-28 – 2025-03-06", "2025-03-07 – 2025-03-13"]
    );
    let versions: Vec<_> = made(&world).iter().map(|due| due.playbook.version).collect();
    assert_eq!(versions, [1, 2, 2]);
}

#[test]
fn a_version_that_is_withdrawn_before_it_comes_leaves_the_reports_alone() {
    let mut world = weekly("2025-03-03T02:00:00Z");
    activate(&mut world);
    world.shelve(&version(2, ""));
    let body = json!({"playbook": {"id": "p03", "version": 2}, "scope": {}, "effective_from": "2025-03-05T16:00:00Z"});
    let subject = || SubjectRef::organisation(&organisation());
    world.command(subject(), "playbook.activate", body.clone(), administrator()).unwrap();
    assert_eq!(world.timers.len(), 2);
    world.command(subject(), "activation.withdraw", body, administrator()).unwrap();
    assert_eq!(world.timers.len(), 1);
    world.advance_to("2025-03-12T00:00:00Z");
    assert_eq!(periods(&world), ["2025-02-25 – 2025-03-03", "2025-03-04 – 2025-03-10"]);
    world.replay();
}

#[test]
fn every_week_is_reported_once_when_the_organisation_moves_to_another_zone() {
    for zone in ["Europe/Berlin", "Pacific/Auckland"] {
        let mut world = weekly("2025-03-03T02:00:00Z");
        activate(&mut world);
        let body = json!({"document": {"id": "office", "version": 1, "zone": zone, "weekly": {"monday": "all day"}}});
        let subject = SubjectRef::organisation(&organisation());
        world.command(subject, "calendar.publish", body, administrator()).unwrap();
        world.advance_to("2025-03-18T23:30:00Z");
        let weeks = ["2025-02-25 – 2025-03-03", "2025-03-04 – 2025-03-10", "2025-03-11 – 2025-03-17"];
        assert_eq!(periods(&world), weeks, "{zone}");
    }
}
