//! Names in a scenario that its playbook and people do not have: a misspelt stage would otherwise only show as an
//! expectation that fails, and a misspelt person as a refusal.

use contracts::commands::routing::PutDirectory;
use jiff::{Timestamp, tz::TimeZone};
use playbook::Playbook;

use super::expect::Expect;
use super::model::{Scenario, Step, local_time};
use super::orders::service_of;

/// A finding: the step from 0, Chinese, English.
pub(super) type Found = (usize, String, String);

/// Who acts without being in the directory.
const OUTSIDERS: [&str; 2] = ["customer", "feeder"];

/// Everything that a scenario names and nobody knows.
pub(super) fn check(scenario: &Scenario, playbook: &Playbook, people: &PutDirectory) -> Vec<Found> {
    let mut found = Vec::new();
    let mut cases: Vec<&str> = Vec::new();
    if scenario.steps.is_empty() {
        found.push((0, "场景没有步骤".to_owned(), "the scenario has no steps".to_owned()));
    }
    for number in scenario.covers.iter().filter(|number| !is_requirement(number)) {
        found.push((
            0,
            format!("“{number}”不是需求编号"),
            format!("“{number}” is no number of a requirement"),
        ));
    }
    for (at, step) in scenario.steps.iter().enumerate() {
        let mut say = |(zh, en): (String, String)| found.push((at, zh, en));
        actor(step, people, &mut say);
        deed(step, &cases, &mut say);
        if step.complaint.is_some() && step.refused.is_none() {
            cases.push(step.case.as_deref().unwrap_or("case"));
        }
        if let Some(expect) = &step.expect {
            expected(expect, playbook, people, &mut say);
        }
    }
    found
}

/// Whether a text is a number such as `R-076`.
fn is_requirement(text: &str) -> bool {
    text.strip_prefix("R-").is_some_and(|n| n.len() == 3 && n.bytes().all(|byte| byte.is_ascii_digit()))
}

fn actor(step: &Step, people: &PutDirectory, say: &mut impl FnMut((String, String))) {
    let Some(by) = step.by.as_deref() else { return };
    if !OUTSIDERS.contains(&by) && !people.people.iter().any(|person| person.id.as_str() == by) {
        say((format!("没有人叫“{by}”"), format!("nobody is called “{by}”")));
    }
}

fn deed(step: &Step, cases: &[&str], say: &mut impl FnMut((String, String))) {
    if step.complaint.is_some() && step.act.is_some() {
        let zh = "一步只能登记投诉或做一件事，不能同时".to_owned();
        say((zh, "one step registers a complaint or does something, not both".to_owned()));
    }
    let acts = step.complaint.is_some() || step.act.is_some();
    if !acts && step.refused.is_some() {
        say(("没有行为可被拒绝".to_owned(), "there is nothing that could be refused".to_owned()));
    }
    if step.field.is_some() && step.refused.is_none() {
        say(("写了 field 就要写 refused".to_owned(), "field needs refused".to_owned()));
    }
    if !acts && step.expect.is_none() && step.at.is_none() {
        say(("这一步什么也没有".to_owned(), "this step says nothing".to_owned()));
    }
    if let Some(verb) = step.act.as_deref().filter(|verb| service_of(verb).is_none()) {
        say((format!("没有“{verb}”这个动作"), format!("there is no verb “{verb}”")));
    }
    let needs_case = step.complaint.is_none() && (step.act.is_some() || step.expect.is_some());
    if let Some(case) = step.case.as_deref().filter(|case| needs_case && !cases.contains(case)) {
        say((format!("此前没有登记“{case}”"), format!("no complaint “{case}” was registered before")));
    }
}

fn expected(
    expect: &Expect,
    playbook: &Playbook,
    people: &PutDirectory,
    say: &mut impl FnMut((String, String)),
) {
    let mut known = |zh: &str, en: &str, key: &str, is_known: bool| {
        if !is_known {
            say((format!("没有{zh}“{key}”"), format!("there is no {en} “{key}”")));
        }
    };
    let sides = || expect.sides.iter().flatten();
    for stage in
        expect.stage.iter().chain(expect.path.iter().flatten()).chain(sides().map(|(stage, _)| stage))
    {
        known("阶段", "stage", stage, stage == "none" || playbook.stage(stage).is_some());
    }
    if let Some(unit) = &expect.department {
        known("部门", "department", unit, people.departments.iter().any(|one| one.id.as_str() == unit));
    }
    let rulings = || expect.rulings.iter().flatten();
    for about in rulings().map(|(about, _)| about).chain(expect.rulings_due.keys()) {
        let clock = playbook.clocks.iter().any(|one| one.key.as_str() == about);
        let rung = playbook.ladder.iter().any(|one| one.key.as_str() == about);
        known("裁定事项", "ruling", about, about == "dispute" || clock || rung);
    }
    let holders = expect.person.iter().chain(sides().chain(rulings()).map(|(_, person)| person));
    let holders = holders.flat_map(|several| several.split(", ")).filter(|person| *person != "nobody");
    let staff = expect.notified.iter().flatten().map(String::as_str).chain(holders);
    for person in staff {
        known("人员", "person", person, people.people.iter().any(|one| one.id.as_str() == person));
    }
    for clock in expect.due.keys().chain(expect.missed.iter().flatten()) {
        known("时钟", "clock", clock, playbook.clocks.iter().any(|one| one.key.as_str() == clock));
    }
    for due in expect
        .due
        .values()
        .chain(expect.rulings_due.values())
        .filter(|due| !["none", "open"].contains(&due.as_str()))
    {
        let is_time = local_time(due, Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_ok();
        known("时间", "time", due, is_time && due.len() > 10);
    }
    for line in expect.measures.iter().flatten() {
        let (word, person) = line.split_once(' ').unwrap_or((line, ""));
        known("措施状态", "standing of a measure", word, ["open", "done", "late"].contains(&word));
        let is_known = person == "nobody" || people.people.iter().any(|one| one.id.as_str() == person);
        known("人员", "person", person, is_known);
    }
    for said in expect.incentives.iter().chain(&expect.accounted).flatten() {
        let key = said.split(' ').next().unwrap_or_default();
        known("奖惩事项", "incentive", key, playbook.incentive(key).is_some());
    }
    for (team, of_team) in &expect.teams {
        known("小组", "team", team, playbook.teams.iter().any(|one| one.key.as_str() == team));
        for person in of_team.split(", ").filter(|person| *person != "none") {
            known("人员", "person", person, people.people.iter().any(|one| one.id.as_str() == person));
        }
    }
    for need in expect.lacks.iter().flatten() {
        let skill = need.split(':').next().unwrap_or_default();
        known("技能", "skill", skill, playbook.skills.keys().any(|key| key.as_str() == skill));
    }
    for turn in expect.loops.keys() {
        known("回路", "loop", turn, playbook.loops.iter().any(|one| one.key.as_str() == turn));
    }
    for fact in expect.facts.keys() {
        known("事实", "fact", fact, contracts::FactKey::new(fact.as_str()).is_ok());
    }
}
