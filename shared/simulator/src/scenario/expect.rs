//! What a scenario expects of a case, and what of it does not hold.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;

use super::failure::Difference;
use super::model::{CaseView, local_time, show};

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
    /// The skills that whoever holds the work of the main stage lacks, or for want of which it waits; exactly these.
    pub lacks: Option<Vec<String>>,
    /// Open sides and who holds the work of each: exactly these; `nobody` when it lies in the queue.
    pub sides: Option<BTreeMap<String, String>>,
    /// Rulings that wait for their answer and who holds each, by what they are about: `dispute`, a clock, a rung; exactly
    /// these; `nobody` when one lies in the queue.
    pub rulings: Option<BTreeMap<String, String>>,
    /// When rulings that wait for their answer are due, in local time; `open` for one without a limit.
    pub rulings_due: BTreeMap<String, String>,
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
    /// The rewards and penalties that open rounds propose, as `late_contact lin.agent 3000` (fen); exactly these.
    pub incentives: Option<Vec<String>>,
    /// Those that were decided so far; exactly these, in the order of the visits.
    pub accounted: Option<Vec<String>>,
    /// How it stands in ledgers: `pending`, `kept`, `settled`; `none` for one that it never went into.
    pub ledgers: BTreeMap<String, String>,
    /// The measures of the latest plan: how each stands and whose it is, as `open wu.handler`, `done wu.handler`,
    /// `late wu.handler`; exactly these, in the order of the plan.
    pub measures: Option<Vec<String>>,
    /// Facts and their values; `null` for one that must not be on record.
    pub facts: BTreeMap<String, Value>,
    /// How often each loop was taken.
    pub loops: BTreeMap<String, u32>,
    /// The stages visited after registering, in order, the present one included.
    pub path: Option<Vec<String>>,
    /// The name of the case that it repeats; `none` when it repeats none.
    pub repeats: Option<String>,
    /// The number people use.
    pub number: Option<String>,
    /// When each report of the playbook was last due, in local time, or was made at once about this case; `none` for one
    /// that was not made yet.
    pub reports: BTreeMap<String, String>,
    /// The people of each team that was called, as `leader, deputy, members`; `none` for one that was not.
    pub teams: BTreeMap<String, String>,
    /// How many entries of the shift-handover log wait to be acknowledged.
    pub handovers: Option<usize>,
    /// Messages that could not be handled, anywhere.
    pub parked: Option<usize>,
}

impl Expect {
    /// What of this does not hold of `view`.
    #[must_use]
    pub fn differences(
        &self,
        view: &CaseView,
        zone: &TimeZone,
        names: &BTreeMap<String, String>,
    ) -> Vec<Difference> {
        let mut differ = Vec::new();
        let mut of =
            |what: &'static str, of: Option<&str>, expected: Option<String>, actual: Option<String>| {
                if let Some(expected) = expected.filter(|expected| Some(expected) != actual.as_ref()) {
                    let found = actual.unwrap_or_else(|| "none".into());
                    differ.push(Difference { what, of: of.map(str::to_owned), expected, found });
                }
            };
        let none = || Some("none".to_owned());
        of("stage", None, self.stage.clone(), view.stage.clone().or_else(none));
        of("department", None, self.department.clone(), view.department.clone());
        let person = view.person.clone().or_else(|| Some("nobody".into()));
        of("person", None, self.person.clone(), person);
        of("sides", None, self.sides.as_ref().map(sides_text), Some(sides_text(&view.open_sides())));
        of("rulings", None, self.rulings.as_ref().map(sides_text), Some(sides_text(&view.open_rulings())));
        for (key, due) in &self.rulings_due {
            let found = view
                .rulings
                .get(key)
                .map_or_else(|| "none".to_owned(), |ruling| due_or_open(ruling.due, zone));
            of("ruling due", Some(key), Some(self.due_text(due, zone)), Some(found));
        }
        of("level", None, self.level.map(|n| n.to_string()), Some(view.level.to_string()));
        of("instance", None, self.instance.map(|n| n.to_string()), Some(view.instance.to_string()));
        of("closed", None, self.closed.map(|b| b.to_string()), Some(view.closed.to_string()));
        of("outcome", None, self.outcome.clone(), view.outcome.clone());
        for (clock, due) in &self.due {
            of("due", Some(clock), Some(self.due_text(due, zone)), Some(view.due_text(clock, zone)));
        }
        for (report, due) in &self.reports {
            let made = view.reports.get(report).map_or_else(|| "none".to_owned(), |at| show(*at, zone));
            of("report", Some(report), Some(self.due_text(due, zone)), Some(made));
        }
        for (team, people) in &self.teams {
            of("team", Some(team), Some(people.clone()), view.teams.get(team).cloned().or_else(none));
        }
        let list = |items: &Vec<String>| format!("[{}]", items.join(", "));
        let sorted = |items: &Vec<String>| {
            let mut items = items.clone();
            items.sort();
            items
        };
        let any_order = |items: &Vec<String>| list(&sorted(items));
        of("lacks", None, self.lacks.as_ref().map(any_order), Some(any_order(&view.lacks)));
        of("missed", None, self.missed.as_ref().map(any_order), Some(any_order(&view.missed)));
        of("messages", None, self.messages.as_ref().map(list), Some(list(&view.messages)));
        of("notified", None, self.notified.as_ref().map(any_order), Some(any_order(&view.notified)));
        of(
            "proposal",
            None,
            self.proposal.map(|n| n.to_string()),
            view.proposals.last().map(ToString::to_string),
        );
        of("proposals", None, self.proposals.map(|n| n.to_string()), Some(view.proposals.len().to_string()));
        of("incentives", None, self.incentives.as_ref().map(any_order), Some(any_order(&view.incentives)));
        of("accounted", None, self.accounted.as_ref().map(any_order), Some(any_order(&view.accounted)));
        let measures = view.measures.iter().map(|measure| measure.line.clone()).collect();
        of("measures", None, self.measures.as_ref().map(list), Some(list(&measures)));
        of("path", None, self.path.as_ref().map(list), Some(list(&view.path)));
        for (key, value) in &self.facts {
            let expected = if value.is_null() { "none".to_owned() } else { value.to_string() };
            let found = view.facts.get(key).map(ToString::to_string).or_else(none);
            of("fact", Some(key), Some(expected), found);
        }
        for (key, listed) in &self.ledgers {
            of("ledger", Some(key), Some(listed.clone()), view.ledgers.get(key).cloned().or_else(none));
        }
        for (key, times) in &self.loops {
            let taken = view.loops.get(key).copied().unwrap_or(0);
            of("loop", Some(key), Some(times.to_string()), Some(taken.to_string()));
        }
        let repeated =
            self.repeats.as_ref().map(|name| names.get(name).cloned().unwrap_or_else(|| name.clone()));
        of("repeats", None, repeated, view.repeats.clone().or_else(none));
        of("number", None, self.number.clone(), view.number.clone());
        differ
    }

    fn due_text(&self, due: &str, zone: &TimeZone) -> String {
        if due == "none" || due == "open" {
            return due.to_owned();
        }
        local_time(due, Timestamp::UNIX_EPOCH, zone)
            .map_or_else(|error| error.to_string(), |at| show(at, zone))
    }
}

fn due_or_open(due: Option<Timestamp>, zone: &TimeZone) -> String {
    due.map_or_else(|| "open".to_owned(), |due| show(due, zone))
}

fn sides_text(sides: &BTreeMap<String, String>) -> String {
    let sides: Vec<String> = sides.iter().map(|(stage, person)| format!("{stage}: {person}")).collect();
    format!("{{{}}}", sides.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_named() {
        let zone = TimeZone::UTC;
        let expect = Expect { stage: Some("reply".into()), level: Some(2), ..Expect::default() };
        let view = CaseView { stage: Some("approve".into()), level: 1, ..CaseView::default() };
        let found = expect.differences(&view, &zone, &BTreeMap::new());
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["stage: expected reply, found approve", "level: expected 2, found 1"]);
    }

    #[test]
    fn a_fact_may_be_expected_not_to_be_on_record() {
        let expect = Expect { facts: [("major".to_owned(), Value::Null)].into(), ..Expect::default() };
        let differences = |facts: BTreeMap<String, Value>| {
            let view = CaseView { facts, ..CaseView::default() };
            let found = expect.differences(&view, &TimeZone::UTC, &BTreeMap::new());
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(differences(BTreeMap::new()), [""; 0]);
        let found = differences([("major".to_owned(), Value::Bool(false))].into());
        assert_eq!(found, ["fact major: expected none, found false"]);
    }
}
