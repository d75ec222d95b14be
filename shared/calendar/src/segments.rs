//! A running business clock: what it was, and when it is therefore due.
//!
//! One rule for all units: a limit gives a *budget*, which is the counted time
//! from [`Limit::counts_from`] to the unpaused due time, and the clock is due at
//! the earliest instant by which that much counted time has passed unpaused. A
//! pause thus moves the due time by exactly the time it took: clock time for
//! seconds to hours, calendar days and weeks; open time of the calendar for
//! working hours and working days. Days are not rounded up to whole ones, or a
//! pause of a minute would be worth a day.
//!
//! A pause on the day of receipt costs a limit in days nothing, because that
//! day was never counted; a pause after the due time comes too late to help.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::extensions::{self, Extension};
use crate::limit::{Due, Limit, Measure};
use crate::pauses;

/// What a clock does during a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// It runs.
    Running,
    /// Somebody stopped it, for a reason.
    Paused,
    /// It stands because the calendar is closed. For display: due times take
    /// closed hours from the calendar, never from segments.
    OutsideHours,
}

/// A stretch in the life of a clock, as journalled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// What the clock does meanwhile.
    pub kind: SegmentKind,
    /// Code of the reason, from the playbook; a pause without one counts as running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Id of the person or service that caused it.
    pub by: String,
}

impl Segment {
    /// A segment in which the clock runs.
    pub fn running(from: Timestamp, to: Option<Timestamp>, by: impl Into<String>) -> Self {
        Self { from, to, kind: SegmentKind::Running, reason: None, by: by.into() }
    }

    /// A pause for a reason; whether it is accepted is for the [`ClockPolicy`] to say.
    pub fn paused(
        from: Timestamp,
        to: Option<Timestamp>,
        reason: impl Into<String>,
        by: impl Into<String>,
    ) -> Self {
        Self { from, to, kind: SegmentKind::Paused, reason: Some(reason.into()), by: by.into() }
    }
}

/// The terms on which one clock runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockPolicy {
    /// The limit.
    pub limit: Limit,
    /// The customer's own limit, where he set one: the earlier of the two is
    /// due (P37). It counts from the same start, and our pauses never move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Limit>,
    /// The time that the customer granted, once he has (P15). Read by
    /// [`Limit::Agreed`] alone, in `limit` and in `cap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Timestamp>,
    /// Codes of the reasons that may pause the clock; a legal clock has none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pausable_reasons: BTreeSet<String>,
    /// More time that was granted, in the order in which it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

impl ClockPolicy {
    /// Terms with a limit and nothing else: no cap, no pauses.
    pub fn new(limit: Limit) -> Self {
        Self { limit, cap: None, agreed: None, pausable_reasons: BTreeSet::new(), extensions: Vec::new() }
    }

    /// The same with the customer's own limit.
    #[must_use]
    pub fn capped(self, cap: Limit) -> Self {
        Self { cap: Some(cap), ..self }
    }

    /// The same with reasons that may pause the clock.
    #[must_use]
    pub fn pausable<S: Into<String>>(self, reasons: impl IntoIterator<Item = S>) -> Self {
        Self { pausable_reasons: reasons.into_iter().map(Into::into).collect(), ..self }
    }
}

/// When the clock is due: the limit moved by its pauses, or the customer's own
/// limit where that is earlier (P37).
///
/// [`Due::Paused`] while an accepted pause has no end, unless the cap is known;
/// limits that name a date are not moved by pauses.
pub fn due_at(policy: &ClockPolicy, start: Timestamp, segments: &[Segment], cal: &Calendar) -> Due {
    let own = own_due(policy, start, segments, cal);
    match policy.cap {
        Some(cap) => own.earlier(cap.due(start, cal, policy.agreed)),
        None => own,
    }
}

/// The due time by the clock's own limit, pauses and extensions, without the cap.
pub(crate) fn own_due(policy: &ClockPolicy, start: Timestamp, segments: &[Segment], cal: &Calendar) -> Due {
    let unpaused = policy.limit.due(start, cal, policy.agreed);
    let measure = policy.limit.measure();
    let Due::At { at: nominal } = unpaused else { return unpaused };
    let granted = |at| Due::At { at: extensions::not_before(&policy.extensions, at) };
    if measure == Measure::Date {
        return granted(nominal);
    }
    let mut at = policy.limit.counts_from(start, cal);
    let more = extensions::added(&policy.extensions, measure, cal);
    let mut left = measure.between(at, nominal, cal).saturating_add(more);
    let mut moved = false;
    for pause in pauses::accepted(policy, segments) {
        if pause.to.is_some_and(|to| to <= at) {
            continue;
        }
        let since = pause.from.max(at);
        let run = measure.between(at, since, cal);
        if run >= left {
            break;
        }
        left = left.saturating_sub(run);
        match pause.to {
            Some(to) => at = to,
            None => return Due::Paused { since, left },
        }
        moved = true;
    }
    // Without a pause the limit itself says when it ends; the budget gives the
    // same but for a closing time that the zone skips.
    granted(if moved { measure.add(at, left, cal) } else { nominal })
}

/// How the time since the start was spent, in the measure of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Elapsed {
    /// Time that counted against the limit.
    pub running: SignedDuration,
    /// Time that would have counted, but for accepted pauses.
    pub paused: SignedDuration,
    /// Time that counts for nobody: closed hours, and the rest of the day of
    /// receipt for limits in days.
    pub uncounted: SignedDuration,
}

/// How the time from `start` to `until` was spent. The three add up to the
/// clock time between the two; all are zero when `until` is not after `start`.
pub fn elapsed(
    policy: &ClockPolicy,
    start: Timestamp,
    segments: &[Segment],
    until: Timestamp,
    cal: &Calendar,
) -> Elapsed {
    let measure = policy.limit.measure();
    let until = until.max(start);
    let from = policy.limit.counts_from(start, cal);
    let counted = measure.between(from, until, cal);
    let mut paused = SignedDuration::ZERO;
    if measure != Measure::Date {
        for pause in pauses::accepted(policy, segments) {
            let end = pause.to.unwrap_or(until).min(until);
            paused = paused.saturating_add(measure.between(pause.from.max(from), end, cal));
        }
    }
    let uncounted = until.duration_since(start).saturating_sub(counted);
    Elapsed { running: counted.saturating_sub(paused), paused, uncounted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shop() -> Calendar {
        let hours = r#"["09:00-12:00", "13:30-18:00"]"#;
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let weekly: Vec<_> = days.iter().map(|day| format!("\"{day}\": {hours}")).collect();
        let weekly = weekly.join(",");
        let text = format!(r#"{{"id": "s", "version": 1, "zone": "Asia/Shanghai", "weekly": {{{weekly}}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn policy(limit: &str) -> ClockPolicy {
        ClockPolicy::new(limit.parse().unwrap()).pausable(["customer_away"])
    }

    fn pause(from: &str, to: &str) -> Segment {
        Segment::paused(ts(from), Some(ts(to)), "customer_away", "u1")
    }

    #[test]
    fn a_pause_moves_working_days_by_the_open_time_it_took() {
        let start = ts("2025-03-03T10:00+08");
        // Tue 10:00 to Wed 10:00 is 2 h + 4.5 h + 1 h; the limit was Wed 18:00.
        let away = [pause("2025-03-04T10:00+08", "2025-03-05T10:00+08")];
        let due = due_at(&policy("2 working days"), start, &away, &shop());
        assert_eq!(due.at(), Some(ts("2025-03-06T18:00+08")));
    }

    #[test]
    fn nights_the_day_of_receipt_and_refused_reasons_cost_nothing() {
        let start = ts("2025-03-03T10:00+08");
        let unpaused = due_at(&policy("2 working days"), start, &[], &shop());
        let idle = [
            pause("2025-03-03T11:00+08", "2025-03-03T17:00+08"),
            pause("2025-03-04T18:00+08", "2025-03-05T09:00+08"),
            pause("2025-03-05T12:00+08", "2025-03-05T13:30+08"),
            pause("2025-03-05T18:00+08", "2025-03-09T18:00+08"),
            Segment::paused(ts("2025-03-04T09:00+08"), None, "clerk_on_leave", "u1"),
        ];
        assert_eq!(due_at(&policy("2 working days"), start, &idle, &shop()), unpaused);
    }

    #[test]
    fn a_pause_moves_hours_by_the_clock_and_dates_not_at_all() {
        let start = ts("2025-03-03T10:00+08");
        let away = [pause("2025-03-03T20:00+08", "2025-03-03T23:00+08")];
        assert_eq!(due_at(&policy("24h"), start, &away, &shop()).at(), Some(ts("2025-03-04T13:00+08")));
        assert_eq!(due_at(&policy("same day"), start, &away, &shop()).at(), Some(ts("2025-03-04T00:00+08")));
    }

    #[test]
    fn an_open_pause_leaves_the_due_time_unknown_unless_the_limit_was_used_up() {
        let start = ts("2025-03-03T10:00+08");
        let away = [Segment::paused(ts("2025-03-03T14:00+08"), None, "customer_away", "u1")];
        let left = SignedDuration::from_hours(20);
        let since = ts("2025-03-03T14:00+08");
        assert_eq!(due_at(&policy("24h"), start, &away, &shop()), Due::Paused { since, left });
        let due = due_at(&policy("4h"), start, &away, &shop());
        assert_eq!(due.at(), Some(since));
    }

    #[test]
    fn the_customers_own_limit_decides_when_it_is_earlier() {
        let start = ts("2025-03-03T08:00+08");
        let urgent = policy("24h").capped("12h".parse().unwrap());
        assert_eq!(due_at(&urgent, start, &[], &shop()).at(), Some(ts("2025-03-03T20:00+08"))); // A-24
        let away = [pause("2025-03-03T09:00+08", "2025-03-03T23:00+08")];
        assert_eq!(due_at(&urgent, start, &away, &shop()).at(), Some(ts("2025-03-03T20:00+08")));
        let generous = policy("24h").capped("48h".parse().unwrap());
        assert_eq!(due_at(&generous, start, &[], &shop()).at(), Some(ts("2025-03-04T08:00+08")));
    }

    #[test]
    fn time_spent_adds_up() {
        let start = ts("2025-03-03T10:00+08");
        let away = [pause("2025-03-04T10:00+08", "2025-03-05T10:00+08")];
        let spent = elapsed(&policy("2 working days"), start, &away, ts("2025-03-05T18:00+08"), &shop());
        assert_eq!(spent.running + spent.paused, SignedDuration::from_hours(15));
        assert_eq!(spent.paused, SignedDuration::from_mins(450));
        assert_eq!(spent.running + spent.paused + spent.uncounted, SignedDuration::from_hours(56));
    }
}
