//! Scenarios of one text, with an organisation's own people and calendar.

use std::path::PathBuf;
use std::sync::Arc;

use calendar::Calendar;
use contracts::commands::routing::PutDirectory;
use simulator::Faults;
use simulator::scenario::{Own, Written, load, simulate, written};

fn file(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn nobody() -> Own {
    let directory = PutDirectory { departments: Vec::new(), people: Vec::new(), shifts: Vec::new() };
    Own { calendar: Calendar::plain_weekdays().as_ref().clone(), directory }
}

fn of_p03(scenarios: &str) -> Result<Vec<Written>, Vec<String>> {
    let text = file("p03-receive-classify-approve.yaml");
    let book = Arc::new(playbook::load(&text).unwrap());
    let found = written((&text, book), scenarios, &nobody());
    found.map_err(|all| all.iter().map(|one| format!("{}: {}", one.line, one.en)).collect())
}

/// with people of their own in the same text, the shipped scenarios hold as they do in files.
#[test]
fn the_shipped_scenarios_hold_in_one_text_too() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks/scenarios/p03");
    let shipped = load(std::slice::from_ref(&folder)).unwrap();
    let mut text = file("scenarios/people/cast.yaml");
    for one in shipped.iter().filter(|one| one.scenario.people == "cast") {
        text += &format!("\n---\n{}", std::fs::read_to_string(&one.file).unwrap());
    }
    let all = of_p03(&text).unwrap();
    assert!(all.len() >= 6, "{}", all.len());
    for one in &all {
        assert_eq!(text.lines().nth(one.line as usize - 1).unwrap().split(':').next(), Some("title"));
        let (verdicts, _) = simulate(std::slice::from_ref(&one.prepared), Faults::NONE, 0).unwrap();
        assert_eq!(verdicts[0].failures, [], "{}", one.prepared.scenario.title.en);
    }
}

#[test]
fn mistakes_have_the_lines_of_the_whole_text() {
    let people = "people:\n  - {id: li.na, name: 李娜, department: customer_service, roles: [agent]}\n";
    let scenario = "title: {zh: 一, en: One}\nplaybook: p03\nsteps:\n  - {at: 2026-03-02 09:00, by: li.na, do: propsoe}\n";
    let other = "title: {zh: 二, en: Two}\nplaybook: p38\nsteps:\n  - {at: 2026-03-02 09:00}\n";
    let long = "title: {zh: 三, en: Three}\nplaybook: p03\nsteps:\n  - {at: 2026-03-02 09:00}\n  - {at: 2056-03-02 09:00}\n";
    let text = format!("{people}---\n{scenario}---\n{other}---\n{long}---\nhello: world\n");
    assert_eq!(
        of_p03(&text).unwrap_err(),
        [
            "7: there is no verb “propsoe”",
            "9: it is about the playbook “p38”, and the text is of “p03”",
            "14: it is too long: at most 500 steps, and three years",
            "20: this document is no scenario (steps), and neither people nor a calendar (weekly)",
        ]
    );
    assert_eq!(of_p03("").unwrap().len(), 0);
}
