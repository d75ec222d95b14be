//! `redress clock explain`: why each clock of a complaint is due when it is, line by line, as `GET …/clocks` has it.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use calendar::ExplainLine;
use contracts::queries::routing::{CLOCKS, ClockMoved, ClockShown};
use contracts::{ComplaintId, Language, ServiceName};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::language::{Spoken, due, labelled, local, say, zone};
use crate::operator::Operator;
use crate::parked::Whose;

/// What can be asked about clocks.
#[derive(Debug, clap::Subcommand)]
pub enum Ask {
    /// Shows every clock of a complaint, and how its due time came about. 逐行说明各时限的由来。
    Explain {
        /// The complaint: its number, or its id. 投诉编号或标识。
        complaint: String,
        /// Whose, and how they are asked for.
        #[command(flatten)]
        whose: Whose,
        /// In which language.
        #[command(flatten)]
        spoken: Spoken,
    },
}

/// Does it.
///
/// # Errors
/// Routing out of reach, or a complaint that it does not know.
#[expect(clippy::print_stdout, reason = "the answer is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let Ask::Explain { complaint, whose, spoken } = ask;
    let operator = Operator::connect(whose.config.as_deref()).await?;
    let asked = match complaint.parse::<ComplaintId>() {
        Ok(id) => json!({ "complaint": id }),
        Err(_) => json!({ "number": complaint }),
    };
    let clocks = operator.ask(ServiceName::Routing, CLOCKS, &whose.organisation, asked).await?;
    let clocks: Vec<ClockShown> = serde_json::from_value(clocks).context("the clocks cannot be read")?;
    print!("{}", render(&clocks, spoken.language())?);
    Ok(ExitCode::SUCCESS)
}

/// The clocks as people read them.
fn render(clocks: &[ClockShown], language: Language) -> anyhow::Result<String> {
    let mut text = String::new();
    if clocks.is_empty() {
        writeln!(text, "{}", say(language, "没有时限", "no clock was started"))?;
    }
    for clock in clocks {
        let zone = zone(&clock.zone);
        writeln!(text, "{}", headline(clock, &zone, language))?;
        let lines: Vec<ExplainLine> =
            serde_json::from_value(clock.lines.clone()).context("a line cannot be read")?;
        for line in &lines {
            let note = say(language, &line.note_zh, &line.note_en);
            let until = if line.to == Some(line.from) { String::new() } else { due(line.to, &zone) };
            let counted = if line.counted.is_zero() { String::new() } else { hours(line.counted) };
            writeln!(text, "  {:<19}  {until:<19}  {counted:>8}  {note}", local(line.from, &zone))?;
        }
        for moved in &clock.moves {
            writeln!(text, "  {}", move_line(moved, &zone, language))?;
        }
    }
    Ok(text)
}

fn headline(clock: &ClockShown, zone: &TimeZone, language: Language) -> String {
    let label = labelled(language, &clock.label, &clock.key);
    let (state, at, calendar) = (state(&clock.state, language), due(clock.due, zone), &clock.calendar);
    let stopped = clock.stopped_at.map(|at| local(at, zone));
    let stopped = stopped.map(|at| say(language, format!("，{at} 停止"), format!(", stopped {at}")));
    let stopped = stopped.unwrap_or_default();
    let owner = clock
        .owner
        .as_ref()
        .map(|unit| say(language, format!("，责任部门 {unit}"), format!(", owner {unit}")));
    let owner = owner.unwrap_or_default();
    let hard = if clock.hard { String::new() } else { say(language, "，目标", ", a target") };
    say(
        language,
        format!("{label}：{state}{stopped}，到期 {at}，日历 {calendar}{owner}{hard}"),
        format!("{label}: {state}{stopped}, due {at}, calendar {calendar}{owner}{hard}"),
    )
}

fn state(word: &str, language: Language) -> String {
    let (zh, en) = match word {
        "running" => ("计时中", "running"),
        "paused" => ("暂停中", "paused"),
        "missed" => ("已超期", "missed"),
        "met" => ("按时完成", "met"),
        "stopped_late" => ("超期完成", "stopped late"),
        other => (other, other),
    };
    say(language, zh, en)
}

fn move_line(moved: &ClockMoved, zone: &TimeZone, language: Language) -> String {
    let (at, before, after) = (local(moved.at, zone), due(moved.before, zone), due(moved.after, zone));
    let reason = why(&moved.reason, language);
    let by = moved.by.person().map_or_else(|| "system".to_owned(), ToString::to_string);
    let missed =
        if moved.missed { say(language, "（此前已超期）", " (missed before)") } else { String::new() };
    say(
        language,
        format!("{at} 到期由 {before} 改为 {after}{missed}：{reason}，操作人 {by}"),
        format!("{at} due moved from {before} to {after}{missed}: {reason}, by {by}"),
    )
}

/// Why a due time moved: a version that was applied, else the fact that moved it.
fn why(reason: &str, language: Language) -> String {
    if let Some(version) = reason.strip_prefix("calendar:") {
        return say(language, format!("适用日历 {version}"), format!("calendar {version} was applied"));
    }
    if let Some(version) = reason.strip_prefix("playbook:") {
        return say(language, format!("适用流程 {version}"), format!("playbook {version} was applied"));
    }
    reason.to_owned()
}

/// Counted time as hours and minutes, with seconds where there are any.
fn hours(counted: SignedDuration) -> String {
    let seconds = counted.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if seconds == 0 { format!("{hours}:{minutes:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Vec<ClockShown> {
        let clock = json!({
            "clock": "0195702c-7b80-7000-8000-000000000001", "key": "answer",
            "label": {"zh": "答复", "en": "Answer"}, "start": "2025-03-07T02:00:00Z", "due": "2025-03-10T16:00:00Z",
            "hard": true, "state": "running", "stopped_at": null, "owner": "logistics", "instance": 1,
            "calendar": "cn@2", "pausable": [], "zone": "Asia/Shanghai",
            "lines": [
                {"from": "2025-03-07T02:00:00Z", "to": "2025-03-07T02:00:00Z", "counted": "PT0S",
                    "note_zh": "开始计时", "note_en": "The time starts to run"},
                {"from": "2025-03-09T16:00:00Z", "to": "2025-03-10T16:00:00Z", "counted": "PT24H",
                    "note_zh": "工作日", "note_en": "Working day"},
            ],
            "moves": [{"at": "2025-03-07T04:00:00Z", "before": "2025-03-09T16:00:00Z", "after": "2025-03-10T16:00:00Z",
                "reason": "calendar:cn@2", "by": {"kind": "staff", "person": "zhou.admin"}, "missed": false}],
        });
        vec![serde_json::from_value(clock).unwrap()]
    }

    #[test]
    fn every_line_is_told_in_the_calendars_zone_in_either_language() {
        let expected = "Answer (answer): running, due 2025-03-11 00:00, calendar cn@2, owner logistics\n\
            \x20 2025-03-07 10:00                                    The time starts to run\n\
            \x20 2025-03-10 00:00     2025-03-11 00:00        24:00  Working day\n\
            \x20 2025-03-07 12:00 due moved from 2025-03-10 00:00 to 2025-03-11 00:00: calendar cn@2 was applied, by zhou.admin\n";
        assert_eq!(render(&shown(), Language::En).unwrap(), expected);
        let zh = render(&shown(), Language::Zh).unwrap();
        assert!(
            zh.starts_with("答复 (answer)：计时中，到期 2025-03-11 00:00，日历 cn@2，责任部门 logistics\n"),
            "{zh}"
        );
        assert!(zh.contains("开始计时") && zh.contains("适用日历 cn@2，操作人 zhou.admin"), "{zh}");
        assert_eq!(render(&[], Language::Zh).unwrap(), "没有时限\n");
    }

    #[test]
    fn counted_time_is_told_in_hours() {
        assert_eq!(hours(SignedDuration::from_mins(510)), "8:30");
        assert_eq!(hours(SignedDuration::from_secs(6)), "0:00:06");
    }
}
