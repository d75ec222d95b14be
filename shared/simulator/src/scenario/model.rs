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

use std::collections::{BTreeMap, BTreeSet};

use contracts::{ProblemCode, Text};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expect::Expect;

/// One scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub title: Text,
    /// The playbook: `p03` finds `p03-….yaml` in the folder above the scenarios.
    pub playbook: String,
    /// The rule packs that are attached to it, found as the playbook is (R-262).
    #[serde(default)]
    pub rule_packs: Vec<String>,
    /// The calendar, by file name; plain weekdays when absent.
    #[serde(default = "plain_weekdays")]
    pub calendar: String,
    /// The people, by file name; the cast when absent.
    #[serde(default = "cast")]
    pub people: String,
    /// The requirements that it shows, such as `R-076`; a table of all of them is kept from it.
    #[serde(default)]
    pub covers: BTreeSet<String>,
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
    /// The body of the verb. `visit`, `epoch`, `work`, `round` and `clock` are filled in when absent, those of the
    /// main visit; a stage in place of a visit or a work is the latest visit to it, the key of a running clock stands
    /// for the clock, what a ruling is about (`key`) for the ruling, the number of a measure in the latest plan, from 1, for
    /// the measure.
    pub with: BTreeMap<String, Value>,
    /// The refusal that must come.
    pub refused: Option<ProblemCode>,
    /// The field that the refusal must name.
    pub field: Option<String>,
    /// What must then be true.
    pub expect: Option<Expect>,
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
    /// The skills that are lacking there.
    pub lacks: Vec<String>,
    /// The people of each team that was called: leader, deputy, members.
    pub teams: BTreeMap<String, String>,
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
    pub visits: BTreeMap<String, VisitView>,
    /// Loops taken.
    pub loops: BTreeMap<String, u32>,
    /// The rulings that wait for their answer, by what they are about: `dispute`, a clock, a rung.
    pub rulings: BTreeMap<String, RulingView>,
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
    /// The rewards and penalties that open rounds propose, as `late_contact lin.agent 3000`.
    pub incentives: Vec<String>,
    /// Those that were decided so far.
    pub accounted: Vec<String>,
    /// The ledgers that it went into, and how it stands there: `pending`, `kept`, `settled`.
    pub ledgers: BTreeMap<String, String>,
    /// The measures of the latest plan, in its order.
    pub measures: Vec<MeasureView>,
    /// The complaint it repeats.
    pub repeats: Option<String>,
    /// When each report of the organisation was last due, and when those about this case were made at once, by its key.
    pub reports: BTreeMap<String, Timestamp>,
}

/// One visit to a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitView {
    /// The visit.
    pub visit: String,
    /// Its epoch, while it is open.
    pub epoch: Option<u32>,
    /// Whether it is a side that is open.
    pub open_side: bool,
    /// Who holds its work; several are divided by a comma.
    pub person: Option<String>,
    /// Its work, while it is open.
    pub work: Option<String>,
    /// Its round at approval: the open one, else the last.
    pub round: Option<String>,
}

/// One ruling that waits for its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulingView {
    /// The piece of work.
    pub work: String,
    /// Who holds it.
    pub person: Option<String>,
    /// When it is due.
    pub due: Option<Timestamp>,
}

/// One measure of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureView {
    /// Its id.
    pub id: String,
    /// How it stands and whose it is: `open wu.handler`, `done wu.handler`, `late wu.handler`.
    pub line: String,
}

/// One running clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockView {
    /// Its id.
    pub id: String,
    /// When it is due, if that can be computed.
    pub due: Option<Timestamp>,
}

impl CaseView {
    /// The sides that are open, and who holds the work of each.
    pub(super) fn open_sides(&self) -> BTreeMap<String, String> {
        let open = self.visits.iter().filter(|(_, visit)| visit.open_side);
        let person = |visit: &VisitView| visit.person.clone().unwrap_or_else(|| "nobody".to_owned());
        open.map(|(stage, visit)| (stage.clone(), person(visit))).collect()
    }

    /// The open rulings and who holds each.
    pub(super) fn open_rulings(&self) -> BTreeMap<String, String> {
        let person = |ruling: &RulingView| ruling.person.clone().unwrap_or_else(|| "nobody".to_owned());
        self.rulings.iter().map(|(key, ruling)| (key.clone(), person(ruling))).collect()
    }

    pub(super) fn due_text(&self, clock: &str, zone: &TimeZone) -> String {
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
}
