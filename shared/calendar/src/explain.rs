//! A due time explained line by line, for the person who has to meet it.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, DayKind};
use crate::limit::{Due, Limit, Measure};
use crate::pauses::is_accepted;
use crate::segments::{ClockPolicy, Segment, SegmentKind, due_at, own_due};

/// One line of an explanation. The lines follow each other without a gap from
/// the start to the due time; remarks at the start and the end have no length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainLine {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it; `None` when it is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// How much of it counted against the limit.
    pub counted: SignedDuration,
    /// What happened, in Chinese.
    pub note_zh: String,
    /// What happened, in English.
    pub note_en: String,
}

impl ExplainLine {
    fn new(from: Timestamp, to: Option<Timestamp>, counted: SignedDuration, note: Note) -> Self {
        Self { from, to, counted, note_zh: note.zh, note_en: note.en }
    }

    fn remark(at: Timestamp, note: Note) -> Self {
        Self::new(at, Some(at), SignedDuration::ZERO, note)
    }
}

/// A note in both languages of the product.
struct Note {
    zh: String,
    en: String,
}

fn note(zh: impl Into<String>, en: impl Into<String>) -> Note {
    Note { zh: zh.into(), en: en.into() }
}

/// Explains [`due_at`] for the same arguments.
///
/// For limits in days there is a line for each local day and pause, for others
/// one for each stretch between pauses. The `counted` times add up to the time
/// that the limit took.
pub fn explain(
    policy: &ClockPolicy,
    start: Timestamp,
    segments: &[Segment],
    cal: &Calendar,
) -> Vec<ExplainLine> {
    let due = due_at(policy, start, segments, cal);
    let end = match due {
        Due::At { at } => at,
        Due::Paused { since, .. } => since,
        Due::AwaitingAgreement => start,
    };
    let cuts = cuts(policy, start, end, segments, cal);
    let mut lines = vec![ExplainLine::remark(start, note("开始计时", "The time starts to run"))];
    lines.extend(cuts.windows(2).map(|pair| {
        let (counted, note) = describe(policy, start, segments, (pair[0], pair[1]), cal);
        ExplainLine::new(pair[0], Some(pair[1]), counted, note)
    }));
    lines.extend(remarks(policy, start, segments, due, end, cal));
    lines
}

/// Where lines begin and end: pauses, extensions, the end of the day of receipt
/// and, where days matter, midnights.
fn cuts(
    policy: &ClockPolicy,
    start: Timestamp,
    end: Timestamp,
    segments: &[Segment],
    cal: &Calendar,
) -> Vec<Timestamp> {
    let mut cuts = vec![start, end, policy.limit.counts_from(start, cal)];
    cuts.extend(policy.extensions.iter().map(|more| more.from));
    for segment in segments.iter().filter(|segment| segment.kind == SegmentKind::Paused) {
        cuts.push(segment.from);
        cuts.extend(segment.to);
    }
    if policy.limit.is_in_days() || policy.limit.measure() == Measure::WorkingTime {
        let mut midnight = cal.end_of(cal.date_of(start));
        while midnight < end {
            cuts.push(midnight);
            midnight = cal.end_of(cal.date_of(midnight)).max(midnight);
        }
    }
    cuts.retain(|cut| (start..=end).contains(cut));
    cuts.sort();
    cuts.dedup();
    cuts
}

fn describe(
    policy: &ClockPolicy,
    start: Timestamp,
    segments: &[Segment],
    (from, to): (Timestamp, Timestamp),
    cal: &Calendar,
) -> (SignedDuration, Note) {
    let (limit, measure) = (&policy.limit, policy.limit.measure());
    if from < limit.counts_from(start, cal) {
        return (SignedDuration::ZERO, note("收到当天不计", "The day of receipt is not counted"));
    }
    let counted = measure.between(from, to, cal);
    let mut pauses = segments.iter().filter(|segment| {
        segment.kind == SegmentKind::Paused && segment.from <= from && segment.to.is_none_or(|end| end > from)
    });
    // An accepted pause wins over a refused one at the same time.
    let refused = pauses.clone().next();
    let accepted = pauses.find(|segment| is_accepted(policy, segment));
    match (accepted, refused) {
        (Some(pause), _) if measure != Measure::Date => {
            let (reason, by) = (pause.reason.as_deref().unwrap_or_default(), &pause.by);
            let text = note(format!("暂停（{reason}），操作人 {by}"), format!("Paused ({reason}) by {by}"));
            (SignedDuration::ZERO, text)
        }
        (_, Some(pause)) => {
            let reason = pause.reason.as_deref().unwrap_or_default();
            let text = note(
                format!("照常计时：“{reason}”不能暂停本时限"),
                format!("Counted: \"{reason}\" does not pause this limit"),
            );
            (counted, text)
        }
        (_, None) => {
            let running = running_note(limit, from, counted, cal);
            let is_more = policy.extensions.first().is_some_and(|more| from >= more.from);
            let more = |note: Note| Note {
                zh: format!("延长期：{}", note.zh),
                en: format!("More time: {}", note.en),
            };
            (counted, if is_more { more(running) } else { running })
        }
    }
}

fn running_note(limit: &Limit, from: Timestamp, counted: SignedDuration, cal: &Calendar) -> Note {
    match limit.measure() {
        Measure::Date if *limit == Limit::Agreed => {
            note("以与客户约定的时间为限", "Until the time agreed with the customer")
        }
        Measure::Date => note("时限为固定日期", "The limit names a date"),
        Measure::ClockTime if limit.is_in_days() => note("自然日", "Calendar day"),
        Measure::ClockTime => note("按自然时间计", "Every hour of the clock counts"),
        Measure::WorkingTime => match cal.day_kind(cal.date_of(from)) {
            DayKind::Holiday { name_zh, name_en } => {
                note(format!("节假日：{name_zh}"), format!("Holiday: {name_en}"))
            }
            DayKind::Weekend => note("非工作日", "Not a working day"),
            DayKind::Working | DayKind::MakeUp { .. } if counted.is_zero() => {
                note("非工作时间", "Outside working hours")
            }
            DayKind::Working => with_hours(note("工作日", "Working day"), from, cal),
            DayKind::MakeUp { name_zh, name_en } => {
                let note = note(format!("调休工作日：{name_zh}"), format!("Make-up working day: {name_en}"));
                with_hours(note, from, cal)
            }
        },
    }
}

/// Says which hours of a working day count; nothing more where it is worked without hours.
fn with_hours(note: Note, day: Timestamp, cal: &Calendar) -> Note {
    let date = cal.date_of(day);
    let open = cal.open_intervals(date);
    if open.iter().any(|open| open.from == cal.start_of(date) && open.to == cal.end_of(date)) {
        return note;
    }
    let time = |at: Timestamp| {
        let is_midnight = at == cal.end_of(date);
        if is_midnight {
            "24:00".to_owned()
        } else {
            at.to_zoned(cal.zone().clone()).strftime("%H:%M").to_string()
        }
    };
    let hours: Vec<_> = open.iter().map(|open| format!("{}-{}", time(open.from), time(open.to))).collect();
    Note {
        zh: format!("{}（{}计时，其余时间不计）", note.zh, hours.join("、")),
        en: format!("{} ({} count, other hours do not)", note.en, hours.join(", ")),
    }
}

fn remarks(
    policy: &ClockPolicy,
    start: Timestamp,
    segments: &[Segment],
    due: Due,
    end: Timestamp,
    cal: &Calendar,
) -> Vec<ExplainLine> {
    let mut lines = Vec::new();
    if policy.limit.measure() == Measure::WorkingTime && !cal.is_known(cal.date_of(end)) {
        let text = note("此处的节假日安排尚未公布", "The holidays of this time are not published yet");
        lines.push(ExplainLine::remark(end, text));
    }
    for more in &policy.extensions {
        let ((from, until), by) = (more.shown(cal.zone()), &more.by);
        let zh = format!("由 {from} 延长至 {until}，批准人 {by}");
        let text = note(zh, format!("Extended from {from} to {until} by {by}"));
        lines.push(ExplainLine::remark(end, text));
    }
    match due {
        Due::Paused { since, .. } => {
            let text = note("暂停中，恢复后继续计时", "Paused; goes on when resumed");
            lines.push(ExplainLine::new(since, None, SignedDuration::ZERO, text));
        }
        Due::AwaitingAgreement => {
            let text = note("等待与客户约定时间", "Waiting for a time to be agreed with the customer");
            lines.push(ExplainLine::new(end, None, SignedDuration::ZERO, text));
        }
        Due::At { at } if own_due(policy, start, segments, cal) != due => {
            let text = note("到期：客户自己的时限更早", "Due: the customer's own limit is earlier");
            lines.push(ExplainLine::remark(at, text));
        }
        Due::At { at } => {
            let limit = policy.limit;
            if limit == Limit::Agreed {
                let text = note("到期：与客户约定的时间", "Due: the time agreed with the customer");
                lines.push(ExplainLine::remark(at, text));
                return lines;
            }
            let (zh, en) =
                if policy.extensions.is_empty() { ("", "") } else { ("，已延长", ", extended") };
            let text = note(format!("到期（{limit}{zh}）"), format!("Due ({limit}{en})"));
            lines.push(ExplainLine::remark(at, text));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shop() -> Calendar {
        let text = r#"{
            "id": "s", "version": 1, "zone": "Asia/Shanghai", "known_through": "2025-03-10",
            "weekly": { "monday": ["09:00-12:00", "13:30-18:00"], "friday": ["09:00-17:00"] },
            "holidays": [{ "first": "2025-03-08", "name_zh": "妇女节", "name_en": "Women's Day" }],
            "make_up_days": [{ "date": "2025-03-09", "name_zh": "调休", "name_en": "Make-up", "hours": ["10:00-11:00"] }]
        }"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_stretch_of_a_working_day_limit_is_explained() {
        let policy = ClockPolicy::new("2wd".parse().unwrap()).pausable(["customer_away"]);
        let pauses = [
            Segment::paused(
                ts("2025-03-10T10:00+08"),
                Some(ts("2025-03-10T11:00+08")),
                "customer_away",
                "u7",
            ),
            Segment::paused(ts("2025-03-09T10:30+08"), Some(ts("2025-03-09T12:00+08")), "busy", "u7"),
        ];
        let lines = explain(&policy, ts("2025-03-07T10:00+08"), &pauses, &shop());
        let notes: Vec<_> = lines.iter().map(|line| line.note_en.as_str()).collect();
        let monday = "Working day (09:00-12:00, 13:30-18:00 count, other hours do not)";
        let expected = [
            "The time starts to run",
            "The day of receipt is not counted",
            "Holiday: Women's Day",
            "Make-up working day: Make-up (10:00-11:00 count, other hours do not)",
            "Counted: \"busy\" does not pause this limit",
            "Outside working hours",
            monday,
            "Paused (customer_away) by u7",
            monday,
            "Not a working day",
            "Not a working day",
            "Not a working day",
            "Working day (09:00-17:00 count, other hours do not)",
            "The holidays of this time are not published yet",
            "Due (2 working days)",
        ];
        assert_eq!(notes, expected);
        let counted: SignedDuration = lines.iter().map(|line| line.counted).sum();
        assert_eq!(counted, SignedDuration::from_mins(60 + 450));
        assert_eq!(lines.last().unwrap().to, Some(ts("2025-03-14T10:00+08")));
    }

    #[test]
    fn caps_open_pauses_and_missing_agreements_are_said() {
        let start = ts("2025-03-07T10:00+08");
        let last = |policy: &ClockPolicy, segments: &[Segment]| {
            explain(policy, start, segments, &shop()).pop().unwrap()
        };
        let capped = ClockPolicy::new("24h".parse().unwrap()).capped("12h".parse().unwrap());
        assert_eq!(last(&capped, &[]).note_en, "Due: the customer's own limit is earlier");
        let away = [Segment::paused(ts("2025-03-07T11:00+08"), None, "away", "u1")];
        let paused = last(&ClockPolicy::new("24h".parse().unwrap()).pausable(["away"]), &away);
        assert_eq!((paused.from, paused.to), (ts("2025-03-07T11:00+08"), None));
        assert_eq!(last(&ClockPolicy::new(Limit::Agreed), &[]).note_zh, "等待与客户约定时间");
        let agreed =
            ClockPolicy { agreed: Some(ts("2025-03-08T10:00+08")), ..ClockPolicy::new(Limit::Agreed) };
        let lines = explain(&agreed, start, &[], &shop());
        let notes: Vec<_> = lines.iter().map(|line| line.note_en.as_str()).collect();
        let expected = [
            "The time starts to run",
            "Until the time agreed with the customer",
            "Due: the time agreed with the customer",
        ];
        assert_eq!(notes, expected);
    }
}
