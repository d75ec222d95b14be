//! What is wrong with a scenario file is told with its place, and what does not hold is told as it is.

use std::path::PathBuf;

use simulator::Faults;
use simulator::scenario::{load, simulate};

/// A file of this crate's tests, put beside the shipped scenarios' playbooks, calendars and people.
fn placed(name: &str) -> (tempfile::TempDir, PathBuf) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../deploy/playbooks");
    let temporary = tempfile::tempdir().unwrap();
    let beside = temporary.path().join("p03");
    std::fs::create_dir(&beside).unwrap();
    for kind in ["calendars", "people"] {
        std::fs::create_dir(beside.join(kind)).unwrap();
    }
    let copy = |from: &str, to: &str| std::fs::copy(folder.join(from), beside.join(to)).unwrap();
    copy("p03-receive-classify-approve.yaml", "p03-receive-classify-approve.yaml");
    copy("calendars/plain-weekdays.yaml", "calendars/plain-weekdays.yaml");
    copy("scenarios/people/cast.yaml", "people/cast.yaml");
    std::fs::copy(root.join("tests/data").join(name), beside.join(name)).unwrap();
    (temporary, beside.join(name))
}

fn mistakes(name: &str) -> Vec<String> {
    let (_temporary, file) = placed(name);
    let found = load(&[file]).unwrap_err();
    found.iter().map(|one| format!("{}:{} {} [{}]", one.line, one.column, one.en, one.code)).collect()
}

#[test]
fn every_misspelt_name_is_told_with_its_step() {
    assert_eq!(
        mistakes("broken.yaml"),
        [
            "5:5 “R-9” is no number of a requirement [scenario]",
            "5:5 nobody is called “nobody.here” [scenario]",
            "8:5 no complaint “other” was registered before [scenario]",
            "8:5 there is no verb “propsoe” [scenario]",
            "12:5 there is no fact “smell” [scenario]",
            "12:5 there is no person “sun.handlr” [scenario]",
            "12:5 there is no loop “again” [scenario]",
            "12:5 there is no clock “answer” [scenario]",
            "12:5 there is no time “2025-03-04” [scenario]",
            "12:5 there is no stage “handel” [scenario]",
            "13:5 it lies before the step before it [time]",
        ]
    );
}

#[test]
fn a_misspelt_key_is_told_where_it_stands() {
    let found = mistakes("shapeless.yaml");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("5:5 unknown field `bye`"), "{}", found[0]);
}

#[test]
fn a_playbook_that_is_not_there_is_told() {
    let (_temporary, file) = placed("untrue.yaml");
    std::fs::remove_file(file.with_file_name("p03-receive-classify-approve.yaml")).unwrap();
    let found = load(&[file]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].en.contains("“p03” is not found"), "{}", found[0]);
}

#[test]
fn what_does_not_hold_is_told_with_its_step_and_local_time() {
    let (_temporary, file) = placed("untrue.yaml");
    let all = load(&[file]).unwrap();
    let (verdicts, _) = simulate(&all, Faults::NONE, 0).unwrap();
    let told: Vec<_> = verdicts[0].failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "step 1 (2025-03-03 09:00): stage: expected approve, found handle",
            "step 1 (2025-03-03 09:00): person: expected zhao.handler, found sun.handler",
            "step 1 (2025-03-03 09:00): level: expected 3, found 1",
            "step 1 (2025-03-03 09:00): closed: expected true, found false",
            "step 1 (2025-03-03 09:00): messages: expected [], found [acknowledgement]",
            "step 1 (2025-03-03 09:00): fact category: expected \"delivery\", found \"quality\"",
            "step 2 (2025-03-03 10:00): refused: not-the-holder: somebody else holds this work (/actor)",
            "step 3 (2025-03-03 10:30): expected refusal not-the-holder, it was done",
        ]
    );
}
