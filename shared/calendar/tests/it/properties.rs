//! What holds of every limit, calendar and pause.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use calendar::{
    Calendar, ClockPolicy, Due, Elapsed, Extension, Limit, MonthDay, Segment, due_at, elapsed, explain,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const REASON: &str = "customer_away";

/// Zones with and without clock changes, hours split, none, into the night and
/// across the hour that is skipped or shown twice.
static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let split = r#"["09:00-12:00", "13:30-18:00"]"#;
    let early = r#"["01:00-02:30", "02:30-03:30", "22:00-24:00"]"#;
    [("Asia/Shanghai", split), ("Europe/Berlin", split), ("Europe/Berlin", early), ("America/New_York", early),
     ("America/New_York", "\"all day\""), ("Asia/Shanghai", "\"all day\"")]
    .iter()
    .map(|(zone, hours)| {
        let text = format!(
            r#"{{ "id": "t", "version": 1, "zone": "{zone}",
            "weekly": {{ "monday": {hours}, "tuesday": {hours}, "thursday": {hours}, "friday": {hours},
                         "sunday": ["00:30-03:30"] }},
            "holidays": [
                {{ "first": "2025-03-31", "last": "2025-04-03", "name_zh": "假", "name_en": "Closed" }},
                {{ "first": "2025-10-27", "name_zh": "假", "name_en": "Closed" }} ],
            "make_up_days": [
                {{ "date": "2025-03-29", "name_zh": "班", "name_en": "Make-up", "like": "monday" }},
                {{ "date": "2025-11-01", "name_zh": "班", "name_en": "Make-up", "hours": ["10:00-11:00"] }} ] }}"#
        );
        serde_json::from_str(&text).unwrap()
    })
    .collect()
});

fn cal() -> impl Strategy<Value = &'static Calendar> {
    (0..CALENDARS.len()).prop_map(|n| &CALENDARS[n])
}

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

/// Instants of 2025, half of them close to a change of the clocks.
fn instant() -> impl Strategy<Value = Timestamp> {
    let around = |text: &str| second(text) - 4 * 86_400..second(text) + 4 * 86_400;
    prop_oneof![
        4 => second("2025-01-01T00:00Z")..second("2026-01-01T00:00Z"),
        1 => around("2025-03-30T01:00Z"),
        1 => around("2025-10-26T01:00Z"),
        1 => around("2025-03-09T07:00Z"),
        1 => around("2025-11-02T06:00Z"),
    ]
    .prop_map(|second| Timestamp::from_second(second).unwrap())
}

type Unit = fn(NonZeroU32) -> Limit;

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![
        Limit::Seconds as Unit,
        Limit::Minutes,
        Limit::Hours,
        Limit::WorkingHours,
        Limit::CalendarDays,
        Limit::WorkingDays,
        Limit::Weeks,
    ])
}

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        6 => (unit(), 1..40u32).prop_map(|(unit, n)| unit(NonZeroU32::new(n).unwrap())),
        1 => (1..=31u32).prop_map(|day| Limit::DayOfMonth(MonthDay::new(day).unwrap())),
        1 => (1..=31u32).prop_map(|day| Limit::DayOfNextMonth(MonthDay::new(day).unwrap())),
        1 => Just(Limit::SameDay),
    ]
}

/// Pauses that begin up to a month after `start` and last up to five days.
fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((-86_400..30 * 86_400i64, 0..5 * 86_400i64), 0..5)
}

fn segments(start: Timestamp, pauses: &[(i64, i64)]) -> Vec<Segment> {
    let after = |seconds| start + SignedDuration::from_secs(seconds);
    pauses
        .iter()
        .map(|(begin, length)| Segment::paused(after(*begin), Some(after(begin + length)), REASON, "u1"))
        .collect()
}

fn pausable(limit: Limit) -> ClockPolicy {
    ClockPolicy::new(limit).pausable([REASON])
}

fn at(due: Due) -> Timestamp {
    due.at().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn due_never_gets_earlier_when_the_start_gets_later(
        cal in cal(), limit in limit(), one in instant(), other in instant(),
    ) {
        let (first, second) = (one.min(other), one.max(other));
        let due = at(limit.due(first, cal, None));
        prop_assert!(due <= at(limit.due(second, cal, None)));
        prop_assert!(due > first);
    }

    #[test]
    fn due_gets_later_when_the_amount_grows(
        cal in cal(), unit in unit(), amount in 1..40u32, more in 1..9u32, start in instant(),
    ) {
        let due = |n| at(unit(NonZeroU32::new(n).unwrap()).due(start, cal, None));
        prop_assert!(due(amount) < due(amount + more));
    }

    #[test]
    fn offsets_lie_on_their_side_of_the_due_time(cal in cal(), unit in unit(), amount in 1..40u32, due in instant()) {
        let offset = unit(NonZeroU32::new(amount).unwrap());
        prop_assert!(offset.before(due, cal).unwrap() < due);
        prop_assert!(offset.after(due, cal).unwrap() > due);
    }

    #[test]
    fn limits_are_read_as_they_are_written(limit in limit()) {
        prop_assert_eq!(limit.to_string().parse::<Limit>().unwrap(), limit);
    }

    #[test]
    fn open_time_is_counted_once_and_added_back(
        cal in cal(), a in instant(), b in instant(), c in instant(),
    ) {
        let mut sorted = [a, b, c];
        sorted.sort();
        let [a, b, c] = sorted;
        let whole = cal.working_time_between(a, c);
        prop_assert_eq!(cal.working_time_between(a, b) + cal.working_time_between(b, c), whole);
        prop_assert!(whole <= c.duration_since(a));
        let end = cal.add_working_time(a, whole);
        prop_assert!(end <= c);
        prop_assert_eq!(cal.working_time_between(a, end), whole);
        let begin = cal.subtract_working_time(c, whole);
        prop_assert!(begin >= a);
        prop_assert_eq!(cal.working_time_between(begin, c), whole);
    }

    #[test]
    fn days_lie_end_to_end_and_hold_their_intervals(cal in cal(), instant in instant()) {
        let day = cal.date_of(instant);
        let (start, end) = (cal.start_of(day), cal.end_of(day));
        prop_assert!(start <= instant && instant < end);
        prop_assert_eq!(end, cal.start_of(day.tomorrow().unwrap()));
        let mut last = start;
        for open in cal.open_intervals(day) {
            prop_assert!(last <= open.from && open.from < open.to && open.to <= end);
            last = open.to;
        }
        prop_assert_eq!(cal.is_working_day(day), cal.closing_of(day).is_some());
    }

    #[test]
    fn pauses_add_exactly_the_counted_time_they_take(
        cal in cal(), limit in limit(), start in instant(), pauses in pauses(),
    ) {
        let (policy, segments) = (pausable(limit), segments(start, &pauses));
        let nominal = at(limit.due(start, cal, None));
        let due = at(due_at(&policy, start, &segments, cal));
        let spent = elapsed(&policy, start, &segments, due, cal);
        prop_assert!(due >= nominal);
        prop_assert_eq!(limit.measure().between(nominal, due, cal), spent.paused);
        let budget = limit.measure().between(limit.counts_from(start, cal), nominal, cal);
        prop_assert_eq!(spent.running, budget);
    }

    #[test]
    fn a_pause_wholly_outside_hours_adds_nothing_to_working_units(
        cal in cal(), amount in 1..40u32, start in instant(), near in instant(), part in 0..=100i32,
    ) {
        // From the next closing some way to the next opening.
        let open = cal.open_intervals(cal.date_of(near)).into_iter().find(|open| open.from <= near && near < open.to);
        let from = open.map_or(near, |open| open.to);
        let tick = SignedDuration::from_nanos(1);
        let opening = cal.add_working_time(from, tick) - tick;
        let to = from + opening.duration_since(from) * part / 100;
        prop_assert!(cal.working_time_between(from, to).is_zero());
        let pause = [Segment::paused(from, Some(to), REASON, "u1")];
        for unit in [Limit::WorkingDays as Unit, Limit::WorkingHours] {
            let policy = pausable(unit(NonZeroU32::new(amount).unwrap()));
            prop_assert_eq!(due_at(&policy, start, &pause, cal), due_at(&policy, start, &[], cal));
        }
    }

    #[test]
    fn time_spent_adds_up(
        cal in cal(), limit in limit(), start in instant(), until in instant(), pauses in pauses(),
    ) {
        let (policy, segments) = (pausable(limit), segments(start, &pauses));
        let Elapsed { running, paused, uncounted } = elapsed(&policy, start, &segments, until, cal);
        prop_assert!(!running.is_negative() && !paused.is_negative() && !uncounted.is_negative());
        prop_assert_eq!(running + paused + uncounted, until.max(start).duration_since(start));
        let counted = limit.measure().between(limit.counts_from(start, cal), until, cal);
        prop_assert_eq!(running + paused, counted);
    }

    #[test]
    fn refused_pauses_and_caps_never_give_more_time(
        cal in cal(), limit in limit(), cap in limit(), start in instant(), pauses in pauses(),
    ) {
        let segments = segments(start, &pauses);
        let unpaused = limit.due(start, cal, None);
        prop_assert_eq!(due_at(&ClockPolicy::new(limit), start, &segments, cal), unpaused);
        let capped = at(due_at(&pausable(limit).capped(cap), start, &segments, cal));
        let own = at(due_at(&pausable(limit), start, &segments, cal));
        prop_assert_eq!(capped, own.min(at(cap.due(start, cal, None))));
    }

    #[test]
    fn what_was_granted_is_never_cut_short_and_is_explained(
        cal in cal(), limit in limit(), start in instant(), pauses in pauses(), more in 1..20 * 86_400i64,
    ) {
        let extended = |from: Timestamp| {
            let until = from + SignedDuration::from_secs(more);
            let granted = Extension { from, until, by: "m1".to_owned() };
            (until, ClockPolicy { extensions: vec![granted], ..pausable(limit) })
        };
        let (until, policy) = extended(at(limit.due(start, cal, None)));
        prop_assert_eq!(at(due_at(&policy, start, &[], cal)), until);
        let segments = segments(start, &pauses);
        let (until, policy) = extended(at(due_at(&pausable(limit), start, &segments, cal)));
        let due = at(due_at(&policy, start, &segments, cal));
        prop_assert!(due >= until);
        prop_assert_eq!(explain(&policy, start, &segments, cal).last().unwrap().to, Some(due));
    }

    #[test]
    fn an_explanation_covers_the_time_to_the_due_time_and_counts_the_budget(
        cal in cal(), limit in limit(), start in instant(), pauses in pauses(),
    ) {
        let (policy, segments) = (pausable(limit), segments(start, &pauses));
        let due = at(due_at(&policy, start, &segments, cal));
        let lines = explain(&policy, start, &segments, cal);
        let mut reached = start;
        let mut counted = SignedDuration::ZERO;
        for line in &lines {
            prop_assert_eq!(line.from, reached);
            reached = line.to.unwrap();
            counted += line.counted;
        }
        prop_assert_eq!(reached, due);
        prop_assert_eq!(counted, elapsed(&policy, start, &segments, due, cal).running);
    }
}
