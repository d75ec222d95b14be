//! What a scenario file may say. A complaints manager reads and writes these.
//!
//! ```yaml
//! title: { zh: 领导批准后才能答复, en: Told only after approval }
//! playbook: p03
//! steps:
//!   - at: 2025-03-03 09:00
//!     by: lin.agent
//!     complaint: { channel: phone, category: quality, narrative: 毛衣起球 }
//!   - expect: { stage: handle, department: quality, person: zhao.handler }
//!   - at: +1h
//!     by: zhao.handler
//!     do: propose
//!     with: { remedies: [{ remedy: refund, amount: 12050 }], liable: company, reason: 面料问题 }
//! ```

use std::collections::BTreeMap;

use contracts::{ProblemCode, Text};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub title: Text,
    /// The playbook: `p03` finds `p03-….yaml` in the folder above the scenarios.
    pub playbook: String,
    /// The calendar, by file name; plain weekdays when absent.
    #[serde(default = "plain_weekdays")]
    pub calendar: String,
    /// The people, by file name; the cast when absent.
    #[serde(default = "cast")]
    pub people: String,
    /// What happens and what is then true, in order.
    pub steps: Vec<Step>,
}

fn plain_weekdays() -> String {
    "plain-weekdays".into()
}

fn cast() -> String {
    "cast".into()
}

/// One step: somebody does something, time passes, or something is expected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// When, in the organisation's local time: `2025-03-03 09:00`, `09:00` (the same day), `+2h`, `+30m`, `+1d`.
    /// The time of the step before when absent.
    pub at: Option<String>,
    /// Who: a person, `customer`, or `feeder`.
    pub by: Option<String>,
    /// A complaint is registered; members as in `complaint.register`.
    pub complaint: Option<Value>,
    /// The name of the complaint, when a scenario has several; `case` when absent.
    pub case: Option<String>,
    /// A verb: `verify`, `propose`, `decide`, `reply`, `callback`, `archive`, …
    #[serde(rename = "do")]
    pub act: Option<String>,
    /// The body of the verb. `visit`, `epoch`, `work`, `round` and `clock` are filled in when absent; a stage in
    /// place of a visit is the latest visit to it, the key of a running clock stands for the clock.
    pub with: BTreeMap<String, Value>,
    /// The refusal that must come.
    pub refused: Option<ProblemCode>,
    /// The field that the refusal must name.
    pub field: Option<String>,
    /// What must then be true.
    pub expect: Option<Expect>,
}

/// What must be true of a case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The main stage; `none` when the case is at no stage.
    pub stage: Option<String>,
    /// The department whose work it is.
    pub department: Option<String>,
    /// Who holds the work of the main stage; `nobody` when it lies in the queue; several are divided by a comma.
    pub person: Option<String>,
    /// The level.
    pub level: Option<u32>,
    /// Which handling it is.
    pub instance: Option<u32>,
    /// Whether the case is closed.
    pub closed: Option<bool>,
    /// How the case was closed.
    pub outcome: Option<String>,
    /// Due times of running clocks, in local time; `none` for a clock that must not run, `open` for one whose due
    /// time is not known, such as a paused one.
    pub due: BTreeMap<String, String>,
    /// Clocks that ran out; exactly these.
    pub missed: Option<Vec<String>>,
    /// Templates of the messages to the customer so far; exactly these, in order.
    pub messages: Option<Vec<String>>,
    /// Staff who were told something so far; exactly these, in any order.
    pub notified: Option<Vec<String>>,
    /// The total of the latest proposal in fen.
    pub proposal: Option<i64>,
    /// How many versions of a proposal were made.
    pub proposals: Option<usize>,
    /// Facts and their values.
    pub facts: BTreeMap<String, Value>,
    /// How often each loop was taken.
    pub loops: BTreeMap<String, u32>,
    /// The stages visited after registering, in order, the present one included.
    pub path: Option<Vec<String>>,
    /// The name of the case that it repeats; `none` when it repeats none.
    pub repeats: Option<String>,
    /// The number people use.
    pub number: Option<String>,
    /// Messages that could not be handled, anywhere.
    pub parked: Option<usize>,
}

/// A time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a time: expected 2025-03-03 09:00, 09:00, +2h, +30m, +1d")]
pub struct NotATime(pub String);

/// Reads a local time of `zone`; `before` is the time of the step before.
///
/// # Errors
/// [`NotATime`].
pub fn local_time(text: &str, before: Timestamp, zone: &TimeZone) -> Result<Timestamp, NotATime> {
    let bad = || NotATime(text.to_owned());
    if let Some(span) = text.strip_prefix('+') {
        let (number, unit) = span.split_at(span.len().saturating_sub(1));
        let number: i64 = number.parse().map_err(|_| bad())?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(bad()),
        };
        return before.checked_add(jiff::SignedDuration::from_secs(number * seconds)).map_err(|_| bad());
    }
    let (date, time) = match text.split_once(' ') {
        Some((date, time)) => (date.parse::<civil::Date>().map_err(|_| bad())?, time),
        None => (before.to_zoned(zone.clone()).date(), text),
    };
    let (date, time) = if time == "24:00" {
        (date.tomorrow().map_err(|_| bad())?, civil::Time::midnight())
    } else {
        (
            date,
            civil::Time::strptime(if time.len() > 5 { "%H:%M:%S" } else { "%H:%M" }, time)
                .map_err(|_| bad())?,
        )
    };
    let zoned = date.to_datetime(time).to_zoned(zone.clone()).map_err(|_| bad())?;
    Ok(zoned.timestamp())
}

/// What is known of a case across the services, in the words of [`Expect`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseView {
    /// The number people use.
    pub number: Option<String>,
    /// The main stage, while there is one.
    pub stage: Option<String>,
    /// The main visit.
    pub visit: Option<String>,
    /// Its epoch.
    pub epoch: u32,
    /// The department whose work it is.
    pub department: Option<String>,
    /// Who holds the work.
    pub person: Option<String>,
    /// The work of the main visit.
    pub work: Option<String>,
    /// The level.
    pub level: u32,
    /// The instance.
    pub instance: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// How it was closed.
    pub outcome: Option<String>,
    /// Running clocks with their due times; the value is the clock's id and due time.
    pub clocks: BTreeMap<String, ClockView>,
    /// Clocks that ran out, in order.
    pub missed: Vec<String>,
    /// The stages visited, in order.
    pub path: Vec<String>,
    /// The latest visit to each stage, by the stage.
    pub visits: BTreeMap<String, String>,
    /// Loops taken.
    pub loops: BTreeMap<String, u32>,
    /// Facts.
    pub facts: BTreeMap<String, Value>,
    /// Templates of messages to the customer, in order.
    pub messages: Vec<String>,
    /// Staff who were told something.
    pub notified: Vec<String>,
    /// Totals of the proposals, oldest first.
    pub proposals: Vec<i64>,
    /// The open approval round, else the last one.
    pub round: Option<String>,
    /// The complaint it repeats.
    pub repeats: Option<String>,
}

/// One running clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockView {
    /// Its id.
    pub id: String,
    /// When it is due, if that can be computed.
    pub due: Option<Timestamp>,
}

impl Expect {
    /// What of this does not hold of `view`; one sentence each.
    #[must_use]
    pub fn differences(
        &self,
        view: &CaseView,
        zone: &TimeZone,
        names: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let mut same = |what: &str, expected: Option<String>, actual: Option<String>| {
            if let Some(expected) = expected.filter(|expected| Some(expected) != actual.as_ref()) {
                found.push(format!(
                    "{what}: expected {expected}, found {}",
                    actual.unwrap_or_else(|| "none".into())
                ));
            }
        };
        let none = || Some("none".to_owned());
        same("stage", self.stage.clone(), view.stage.clone().or_else(none));
        same("department", self.department.clone(), view.department.clone());
        let person = view.person.clone().or_else(|| Some("nobody".into()));
        same("person", self.person.clone(), person);
        same("level", self.level.map(|n| n.to_string()), Some(view.level.to_string()));
        same("instance", self.instance.map(|n| n.to_string()), Some(view.instance.to_string()));
        same("closed", self.closed.map(|b| b.to_string()), Some(view.closed.to_string()));
        same("outcome", self.outcome.clone(), view.outcome.clone());
        for (clock, due) in &self.due {
            same(&format!("due {clock}"), Some(self.due_text(due, zone)), Some(view.due_text(clock, zone)));
        }
        let list = |items: &Vec<String>| format!("[{}]", items.join(", "));
        let sorted = |items: &Vec<String>| {
            let mut items = items.clone();
            items.sort();
            items
        };
        same("missed", self.missed.as_ref().map(|m| list(&sorted(m))), Some(list(&sorted(&view.missed))));
        same("messages", self.messages.as_ref().map(list), Some(list(&view.messages)));
        same(
            "notified",
            self.notified.as_ref().map(|n| list(&sorted(n))),
            Some(list(&sorted(&view.notified))),
        );
        same(
            "proposal",
            self.proposal.map(|n| n.to_string()),
            view.proposals.last().map(ToString::to_string),
        );
        same("proposals", self.proposals.map(|n| n.to_string()), Some(view.proposals.len().to_string()));
        same("path", self.path.as_ref().map(list), Some(list(&view.path)));
        for (key, value) in &self.facts {
            same(
                &format!("fact {key}"),
                Some(value.to_string()),
                view.facts.get(key).map(ToString::to_string),
            );
        }
        for (key, times) in &self.loops {
            let taken = view.loops.get(key).copied().unwrap_or(0);
            same(&format!("loop {key}"), Some(times.to_string()), Some(taken.to_string()));
        }
        let repeated =
            self.repeats.as_ref().map(|name| names.get(name).cloned().unwrap_or_else(|| name.clone()));
        same("repeats", repeated, view.repeats.clone().or_else(none));
        same("number", self.number.clone(), view.number.clone());
        found
    }

    fn due_text(&self, due: &str, zone: &TimeZone) -> String {
        if due == "none" || due == "open" {
            return due.to_owned();
        }
        local_time(due, Timestamp::UNIX_EPOCH, zone)
            .map_or_else(|error| error.to_string(), |at| show(at, zone))
    }
}

impl CaseView {
    fn due_text(&self, clock: &str, zone: &TimeZone) -> String {
        self.clocks.get(clock).map_or_else(
            || "none".to_owned(),
            |clock| clock.due.map_or_else(|| "open".to_owned(), |due| show(due, zone)),
        )
    }
}

/// A time as the report shows it.
#[must_use]
pub fn show(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_in_the_organisations_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let nine = local_time("2025-03-03 09:00", Timestamp::UNIX_EPOCH, &zone).unwrap();
        assert_eq!(nine.to_string(), "2025-03-03T01:00:00Z");
        assert_eq!(show(local_time("+2h", nine, &zone).unwrap(), &zone), "2025-03-03 11:00");
        assert_eq!(show(local_time("08:30", nine, &zone).unwrap(), &zone), "2025-03-03 08:30");
        assert_eq!(show(local_time("2025-03-03 24:00", nine, &zone).unwrap(), &zone), "2025-03-04 00:00");
        assert!(local_time("soon", nine, &zone).is_err());
    }

    #[test]
    fn every_difference_is_named() {
        let zone = TimeZone::UTC;
        let expect = Expect { stage: Some("reply".into()), level: Some(2), ..Expect::default() };
        let view = CaseView { stage: Some("approve".into()), level: 1, ..CaseView::default() };
        let found = expect.differences(&view, &zone, &BTreeMap::new());
        assert_eq!(found, ["stage: expected reply, found approve", "level: expected 2, found 1"]);
    }
}
