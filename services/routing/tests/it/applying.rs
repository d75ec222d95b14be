//! Versions of calendars and playbooks that are applied to open cases: what moves, what stays, and that what was
//! previewed is what is done.

use calendar::Calendar;
use contracts::commands::Actor;
use contracts::commands::routing::{
    ApplyCalendar, ApplyPlaybook, ChangeCase, MoveClocks, PauseClock, PublishCalendar, ResumeClock,
};
use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ClockId, Event, Problem};
use playbook::CompiledPlaybook;
use proptest::prelude::*;
use routing::applying::{ClockMove, onto_calendar};
use routing::state::CaseClock;
use serde_json::{Value, json};

use crate::properties::{Step, step, take};
use crate::world::{World, person, ts};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";
const SATURDAY: &str = "2025-03-08";
const MONDAY: &str = "2025-03-10";

/// Weekdays without hours, with these holidays and make-up days.
fn document(version: u32, holidays: &[&str], make_up: &[&str]) -> Value {
    let weekly = json!({"monday": "all day", "tuesday": "all day", "wednesday": "all day", "thursday": "all day",
        "friday": "all day"});
    let holiday = |date: &&str| json!({"first": date, "name_zh": "放假", "name_en": "Holiday"});
    let make_up_day =
        |date: &&str| json!({"date": date, "like": "monday", "name_zh": "调休", "name_en": "Make-up"});
    json!({"id": "cn", "version": version, "zone": "Asia/Shanghai", "weekly": weekly,
        "holidays": holidays.iter().map(holiday).collect::<Vec<_>>(),
        "make_up_days": make_up.iter().map(make_up_day).collect::<Vec<_>>()})
}

fn publish(world: &mut World, document: Value) {
    world.settle(&PublishCalendar { document }).unwrap();
}

fn cn(version: u32) -> CalendarRef {
    CalendarRef { id: "cn".parse().unwrap(), version }
}

fn apply(world: &mut World, version: u32) -> Result<Value, Problem> {
    world.settle(&ApplyCalendar { calendar: cn(version), reason: "国务院公布了调休安排".into() })
}

/// A case that runs on version 1 of the organisation's calendar.
fn on_version_1() -> World {
    let mut world = World::rich(FRIDAY);
    publish(&mut world, document(1, &[], &[]));
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.registered_by = person("s.agent");
    });
    world
}

fn clock<'w>(world: &'w World, key: &str) -> (ClockId, &'w CaseClock) {
    let mut own = world.case().clocks.iter().filter(|(_, clock)| clock.key.as_str() == key);
    own.next_back().map(|(id, clock)| (*id, clock)).unwrap()
}

fn count(world: &World, what: &str) -> usize {
    world.whats().iter().filter(|said| **said == what).count()
}

///
#[test]
fn the_clocks_of_open_cases_move_once_to_the_version_that_is_applied() {
    let mut world = on_version_1();
    assert_eq!(clock(&world, "first_contact").1.due, Some(ts("2025-03-11T00:00:00+08:00")));
    publish(&mut world, document(2, &[], &[SATURDAY]));
    assert_eq!(clock(&world, "first_contact").1.calendar, cn(1), "publishing moves nothing");
    apply(&mut world, 2).unwrap();
    let moved = clock(&world, "first_contact").1.clone();
    assert_eq!((moved.due, &moved.calendar), (Some(ts("2025-03-09T00:00:00+08:00")), &cn(2)));
    assert_eq!(clock(&world, "dept_answer").1.due, Some(ts("2025-03-12T00:00:00+08:00")));
    assert_eq!(moved.moves[0].reason, "calendar:cn@2");
    assert_eq!(moved.moves[0].by.person().unwrap().as_str(), "admin");
    let Some(Event::CalendarApplied(said)) =
        world.said.iter().find(|event| event.what() == "calendar.applied")
    else {
        panic!("not said")
    };
    assert_eq!((&said.calendar, said.from.as_slice()), (&cn(2), [0, 1].as_slice()));
    let before = world.said.len();
    world.order(&MoveClocks { calendar: cn(2) }, Actor::System).unwrap();
    assert_eq!(world.said.len(), before, "it was moved already");
    world.replay();
}

#[test]
fn what_was_missed_stays_said_and_the_new_due_time_can_be_missed_again() {
    let mut world = on_version_1();
    world.advance_to("2025-03-11T12:00:00+08:00");
    assert!(clock(&world, "first_contact").1.was_missed());
    publish(&mut world, document(2, &[MONDAY, "2025-03-11"], &[]));
    apply(&mut world, 2).unwrap();
    let moved = clock(&world, "first_contact").1;
    assert_eq!((moved.due, moved.missed), (Some(ts("2025-03-13T00:00:00+08:00")), None));
    assert!(moved.moves[0].missed, "it is told that it had run out");
    assert_eq!(count(&world, "clock.missed"), 1);
    let reminded = count(&world, "case.escalated");
    world.advance_to("2025-03-13T00:00:00+08:00");
    assert_eq!(count(&world, "clock.missed"), 2);
    assert!(count(&world, "case.escalated") > reminded, "its rungs stand anew");
    world.replay();
}

#[test]
fn a_clock_that_is_overdue_at_once_is_missed_at_once_and_one_that_was_is_not_missed_twice() {
    let mut world = on_version_1();
    world.advance_to("2025-03-10T12:00:00+08:00");
    publish(&mut world, document(2, &[], &[SATURDAY]));
    apply(&mut world, 2).unwrap();
    world.advance_to("2025-03-10T12:00:00+08:00");
    assert_eq!(count(&world, "clock.missed"), 1, "due on Saturday night");
    publish(&mut world, document(3, &[], &[SATURDAY, "2025-03-09"]));
    apply(&mut world, 3).unwrap();
    publish(&mut world, document(4, &[], &["2025-03-09"]));
    apply(&mut world, 4).unwrap();
    world.advance_to("2025-03-10T12:00:00+08:00");
    assert_eq!(clock(&world, "first_contact").1.due, Some(ts("2025-03-10T00:00:00+08:00")));
    assert_eq!(count(&world, "clock.missed"), 1, "it was missed all along");
    world.replay();
}

#[test]
fn a_clock_that_stands_still_goes_on_by_the_new_calendar() {
    let mut world = on_version_1();
    let (id, holder) = (clock(&world, "dept_answer").0, world.holder("handle").to_owned());
    let pause = PauseClock { clock: id, reason: "waiting_for_customer".into() };
    world.order(&pause, person(&holder)).unwrap();
    publish(&mut world, document(2, &[], &[SATURDAY]));
    apply(&mut world, 2).unwrap();
    let moved = clock(&world, "dept_answer").1;
    assert_eq!((moved.due, &moved.calendar, moved.moves.len()), (None, &cn(2), 0));
    world.order(&ResumeClock { clock: id }, person(&holder)).unwrap();
    assert_eq!(clock(&world, "dept_answer").1.due, Some(ts("2025-03-12T00:00:00+08:00")));
    world.replay();
}

#[test]
fn what_ran_on_the_built_in_weekdays_moves_to_the_first_calendar_that_is_applied() {
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    publish(&mut world, document(1, &[MONDAY], &[]));
    apply(&mut world, 1).unwrap();
    assert_eq!(clock(&world, "first_contact").1.due, Some(ts("2025-03-12T00:00:00+08:00")));
    world.replay();
}

#[test]
fn a_version_is_applied_by_an_administrator_with_a_reason_once_and_forward_only() {
    let mut world = on_version_1();
    publish(&mut world, document(2, &[], &[SATURDAY]));
    let code = |refused: Result<Value, Problem>| {
        let problem = refused.unwrap_err();
        assert_eq!(problem.lacks(), None, "{problem:?}");
        (problem.code.to_string(), problem.field.unwrap_or_default())
    };
    let says = |code: &str, field: &str| (code.to_owned(), field.to_owned());
    assert_eq!(code(apply(&mut world, 3)), says("not-found", "/calendar"));
    let blank = ApplyCalendar { calendar: cn(2), reason: " ".into() };
    assert_eq!(code(world.settle(&blank)), says("missing-field", "/reason"));
    let subject = contracts::SubjectRef::organisation(&crate::world::organisation());
    let body = json!({"calendar": {"id": "cn", "version": 2}, "reason": "调休"});
    let refused = world.command(subject, "calendar.apply", body, person("s.agent"));
    assert_eq!(code(refused), says("not-allowed", "/actor"));
    let order = MoveClocks { calendar: cn(2) };
    assert_eq!(code(world.order(&order, Actor::System)), says("not-found", "/calendar"), "nobody applied it");
    assert_eq!(code(world.order(&order, person("s.agent"))), says("not-allowed", "/actor"));
    apply(&mut world, 2).unwrap();
    assert_eq!(code(apply(&mut world, 2)), says("already-exists", "/calendar/version"));
    assert_eq!(code(apply(&mut world, 1)), says("already-exists", "/calendar/version"));
}

pub(crate) fn rich_text() -> String {
    let path = format!("{}/../../shared/playbook/tests/data/rich.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn rich(version: u32) -> PlaybookRef {
    PlaybookRef { id: "rich".parse().unwrap(), version }
}

/// The rich playbook at version 4, with replacements.
pub(crate) fn version_4(replaced: &[(&str, &str)]) -> String {
    let mut text = rich_text().replace("\nversion: 3\n", "\nversion: 4\n");
    for (old, new) in replaced {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    text
}

fn follow(world: &mut World, text: &str) -> Result<Value, Problem> {
    world.shelve(text);
    world.settle(&ApplyPlaybook { playbook: rich(4), reason: "答复时限改为五个工作日".into() })
}

///
#[test]
fn an_open_case_follows_the_playbook_that_is_applied_and_its_clocks_with_it() {
    let mut world = on_version_1();
    let visit = world.visit("handle");
    follow(&mut world, &version_4(&[("limit: 3 working days", "limit: 5 working days")])).unwrap();
    assert_eq!((&world.case().playbook, world.case().followed.as_slice()), (&rich(4), [3].as_slice()));
    let answer = clock(&world, "dept_answer").1;
    assert_eq!(answer.due, Some(ts("2025-03-15T00:00:00+08:00")));
    assert_eq!((answer.moves[0].reason.as_str(), &answer.calendar), ("playbook:rich@4", &cn(1)));
    assert_eq!(clock(&world, "first_contact").1.moves, []);
    assert_eq!(world.visit("handle"), visit, "the visit goes on");
    let before = world.said.len();
    world.order(&ChangeCase { playbook: rich(4) }, Actor::System).unwrap();
    assert_eq!(world.said.len(), before, "it follows it already");
    world.complete("handle", "proposed");
    assert_eq!(world.entered().last().unwrap().playbook, rich(4), "the way on is that of the new version");
    world.replay();
}

#[test]
fn a_clock_that_the_new_version_does_not_have_stops_and_a_new_rung_stands() {
    let mut world = on_version_1();
    let text = without_first_contact();
    follow(&mut world, &text).unwrap();
    let stopped = clock(&world, "first_contact").1;
    assert!(stopped.stopped.is_some_and(|stopped| stopped.met), "{stopped:?}");
    assert!(
        world.case().clocks.values().all(|clock| clock.key.as_str() != "first_word"),
        "nothing starts backwards"
    );
    world.replay();
}

#[test]
fn a_case_that_stands_where_the_new_version_has_no_stage_stays() {
    let mut world = on_version_1();
    let kept = "{handler}";
    let text =
        version_4(&[]).replace("handler", kept).replace("handle", "treat").replace("{treatr}", "handler");
    follow(&mut world, &text).unwrap();
    assert_eq!(world.case().playbook, rich(3));
    assert_eq!(count(&world, "case.changed"), 0);
    world.replay();
}

/// The rich playbook at version 4, without the clock of the first contact.
pub(crate) fn without_first_contact() -> String {
    version_4(&[
        ("  - key: first_contact\n", "  - key: first_word\n"),
        ("alert_before: [2h]", "alert_before: [3h]"),
    ])
    .replace("clock: {key: first_contact", "clock: {key: first_word")
    .replace("missed: first_contact", "missed: first_word")
}

/// What the preview says of the case.
fn previewed(world: &World, book: &CompiledPlaybook, version: u32, document: &Value) -> Vec<ClockMove> {
    let calendar: Calendar = serde_json::from_value(document.clone()).unwrap();
    onto_calendar(world.case(), book, world.settings(), &cn(version), &calendar)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn applying_does_what_the_preview_said(
        steps in prop::collection::vec(step(), 0..30),
        days in prop::collection::vec((0..40i64, any::<bool>()), 0..12),
        again in prop::collection::vec(step(), 0..10),
    ) {
        let book = playbook::load_as(&rich_text(), playbook::Acting::WholeVocabulary).unwrap();
        let mut world = on_version_1();
        let walk = |world: &mut World, steps: &[Step]| steps.iter().for_each(|step| take(world, step));
        walk(&mut world, &steps);
        let first = ts("2025-03-07T00:00:00Z");
        let date = |n: i64| (first + jiff::SignedDuration::from_hours(24 * n)).to_string()[..10].to_owned();
        let all: std::collections::BTreeMap<String, bool> = days.iter().map(|(n, off)| (date(*n), *off)).collect();
        let of = |off: bool| all.iter().filter(|(_, is)| **is == off).map(|(day, _)| day.as_str()).collect::<Vec<_>>();
        let document = document(2, &of(true), &of(false));
        publish(&mut world, document.clone());
        let (before, expected) = (world.case().clone(), previewed(&world, &book, 2, &document));
        apply(&mut world, 2).unwrap();
        for (id, clock) in &world.case().clocks {
            let old = &before.clocks[id];
            match expected.iter().find(|one| one.clock == *id) {
                Some(one) => {
                    prop_assert_eq!((clock.due, &clock.calendar), (one.due, &cn(2)));
                    prop_assert!(old.is_running());
                }
                None => prop_assert_eq!(clock, old),
            }
        }
        prop_assert!(previewed(&world, &book, 2, &document).is_empty(), "nothing is left to be moved");
        let now = world.now;
        world.advance_to(&now.to_string());
        for one in &expected {
            let clock = &world.case().clocks[&one.clock];
            let is_over = one.due.is_some_and(|due| due <= now);
            prop_assert_eq!(clock.is_running() && clock.missed.is_some(), clock.is_running() && is_over);
        }
        walk(&mut world, &again);
        world.replay();
    }
}
