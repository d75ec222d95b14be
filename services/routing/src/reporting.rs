//! When a report falls due and what it covers: pure answers in the zone of the organisation's calendar.
//!
//! A report falls due at 00:00 of its day and covers what is over then. A day of the month that is its end (31) is due
//! when the month has ended, so at 00:00 of the first.

use calendar::Calendar;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use playbook::{Cadence, Report};
use serde::{Deserialize, Serialize};

/// Days in which any report falls due at least once.
const LONGEST: usize = 100;
/// The day that stands for the end of a month.
const MONTH_END: u8 = 31;

/// One making of a report. It is kept with its timer: what falls due is what was meant when the timer was set, also when
/// the organisation moved to another zone since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// When it falls due.
    pub at: Timestamp,
    /// What it covers: from here.
    pub from: Timestamp,
    /// To here, exclusive.
    pub to: Timestamp,
    /// The period as people say it.
    pub period: String,
}

/// Whether two versions of a report fall due at the same times.
pub(crate) fn is_alike(one: &Report, other: &Report) -> bool {
    (&one.key, one.cadence, &one.days) == (&other.key, other.cadence, &other.days)
}

/// The next making after `after`; none for one that is made at once.
pub(crate) fn next(report: &Report, after: Timestamp, calendar: &Calendar) -> Option<Turn> {
    let first = calendar.date_of(after);
    let dates = std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(LONGEST);
    let mut due = dates.filter(|date| is_due(report, *date) && calendar.start_of(*date) > after);
    turn(report, due.next()?, calendar)
}

/// The making that falls due at `at`, if one does.
pub(crate) fn at(report: &Report, at: Timestamp, calendar: &Calendar) -> Option<Turn> {
    let date = calendar.date_of(at);
    let fits = is_due(report, date) && calendar.start_of(date) == at;
    if fits { turn(report, date, calendar) } else { None }
}

fn is_due(report: &Report, date: Date) -> bool {
    let on = |fits: &dyn Fn(u8) -> bool| {
        if report.days.is_empty() { fits(1) } else { report.days.iter().any(|day| fits(*day)) }
    };
    let of_month = |day: u8| {
        let first_after_end = day == MONTH_END && date.day() == 1;
        first_after_end || (day < MONTH_END && i16::from(date.day()) == i16::from(day))
    };
    match report.cadence {
        Cadence::Daily => true,
        Cadence::Weekly => on(&|day| i16::from(date.weekday().to_monday_one_offset()) == i16::from(day)),
        Cadence::Monthly => on(&of_month),
        Cadence::Quarterly => date.month() % 3 == 1 && on(&of_month),
        Cadence::AtOnce => false,
    }
}

fn turn(report: &Report, date: Date, calendar: &Calendar) -> Option<Turn> {
    let (first, end) = covered(report, date)?;
    let last = end.yesterday().ok()?;
    let period = if first == last { first.to_string() } else { format!("{first} – {last}") };
    Some(Turn {
        at: calendar.start_of(date),
        from: calendar.start_of(first),
        to: calendar.start_of(end),
        period,
    })
}

/// The first day that is covered, and the first that is not any more.
fn covered(report: &Report, date: Date) -> Option<(Date, Date)> {
    let month = date.first_of_month();
    match report.cadence {
        Cadence::Daily => Some((date.yesterday().ok()?, date)),
        Cadence::Weekly => {
            let before = std::iter::successors(date.yesterday().ok(), |day| day.yesterday().ok()).take(7);
            before.into_iter().find(|day| is_due(report, *day)).map(|day| (day, date))
        }
        Cadence::Monthly => Some((month.checked_sub(Span::new().months(1)).ok()?, month)),
        Cadence::Quarterly => Some((month.checked_sub(Span::new().months(3)).ok()?, month)),
        Cadence::AtOnce => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(cadence: &str, days: &[u8]) -> Report {
        serde_json::from_value(serde_json::json!({
            "key": "r", "label": {"zh": "报告", "en": "Report"}, "cadence": cadence, "days": days,
            "from": {"role": "agent"}, "to": [{"role": "leader"}],
        }))
        .unwrap()
    }

    /// The makings after a local date, as `due: period`.
    fn turns(report: &Report, after: &str, many: usize) -> Vec<String> {
        let calendar = Calendar::plain_weekdays();
        let mut at = calendar.start_of(after.parse().unwrap());
        let mut told = Vec::new();
        for _ in 0..many {
            let turn = next(report, at, &calendar).unwrap();
            assert_eq!(super::at(report, turn.at, &calendar).as_ref(), Some(&turn));
            assert!(turn.to <= turn.at && turn.from < turn.to, "{turn:?}");
            told.push(format!("{}: {}", calendar.date_of(turn.at), turn.period));
            at = turn.at;
        }
        told
    }

    #[test]
    fn a_weekly_report_covers_the_time_since_the_one_before() {
        let tuesdays = ["2025-03-04: 2025-02-25 – 2025-03-03", "2025-03-11: 2025-03-04 – 2025-03-10"];
        assert_eq!(turns(&report("weekly", &[2]), "2025-03-03", 2), tuesdays);
        assert_eq!(turns(&report("weekly", &[]), "2025-03-03", 1), ["2025-03-10: 2025-03-03 – 2025-03-09"]);
        let twice = ["2025-03-04: 2025-02-28 – 2025-03-03", "2025-03-07: 2025-03-04 – 2025-03-06"];
        assert_eq!(turns(&report("weekly", &[2, 5]), "2025-03-03", 2), twice);
    }

    #[test]
    fn a_monthly_report_covers_the_last_whole_month() {
        let second = ["2025-03-02: 2025-02-01 – 2025-02-28", "2025-04-02: 2025-03-01 – 2025-03-31"];
        assert_eq!(turns(&report("monthly", &[2]), "2025-03-01", 2), second);
        let end = ["2025-03-01: 2025-02-01 – 2025-02-28", "2025-04-01: 2025-03-01 – 2025-03-31"];
        assert_eq!(turns(&report("monthly", &[31]), "2025-02-15", 2), end);
    }

    #[test]
    fn a_daily_and_a_quarterly_one_cover_the_last_day_and_quarter() {
        assert_eq!(turns(&report("daily", &[]), "2025-03-03", 1), ["2025-03-04: 2025-03-03"]);
        let quarters = ["2025-04-05: 2025-01-01 – 2025-03-31", "2025-07-05: 2025-04-01 – 2025-06-30"];
        assert_eq!(turns(&report("quarterly", &[5]), "2025-01-06", 2), quarters);
    }

    #[test]
    fn what_is_made_at_once_never_falls_due() {
        let calendar = Calendar::plain_weekdays();
        assert_eq!(next(&report("at_once", &[]), Timestamp::UNIX_EPOCH, &calendar), None);
        let tuesday = calendar.start_of("2025-03-04".parse().unwrap());
        assert_eq!(at(&report("weekly", &[1]), tuesday, &calendar), None, "its day was changed meanwhile");
    }
}
