//! Ledgers: one change at a time to the playbook that rehearses them, and what is said about it.

use playbook::{CaseEvent, Code, Trigger, load};

use crate::changing::{found_after, one};
use crate::{file, lines};

const PLAYBOOK: &str = "../../deploy/playbooks/scenarios/papers/ledger-rehearsal.yaml";

fn after(from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(PLAYBOOK, from, to)
}

#[test]
fn what_names_nothing_that_enters_it_is_entered_when_the_case_is_closed() {
    let book = load(&file(PLAYBOOK)).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
    let [pending, problems] = &book.playbook().ledger[..] else { panic!() };
    let closed = Trigger::Event(CaseEvent::Closed);
    assert!(problems.is_entered_by(&closed) && !pending.is_entered_by(&closed));
    assert!(pending.is_entered_by(&Trigger::Entered("pending".parse().unwrap())));
}

#[test]
fn a_ledger_says_facts_and_waits_for_what_there_is() {
    assert_eq!(after("id: ", "id: "), []);
    let unknown = |path: &str| one(Code::UnknownReference, path);
    assert_eq!(
        after("enter: [{entered: pending}]", "enter: [{entered: later}]"),
        unknown("ledger[0].enter[0].entered")
    );
    assert_eq!(
        after("settle: [{left: pending}]", "settle: [{left: later}]"),
        unknown("ledger[0].settle[0].left")
    );
    assert_eq!(
        after("- {key: vehicle,", "- {key: number,"),
        one(Code::Duplicate, "ledger[0].columns[1].key")
    );
    assert_eq!(after("- {key: vehicle,", "- {key: narrative,"), one(Code::Value, "ledger[0].columns[1].key"));
    assert_eq!(after("- {key: vehicle,", "- {key: course,"), one(Code::Value, "ledger[0].columns[1].key"));
    assert_eq!(after("- key: problems", "- key: pending_matters"), one(Code::Duplicate, "ledger[1].key"));
    let rule = after("when: case.kind == 'complaint'", "when: case.colour == 'red'");
    assert!(rule.iter().all(|(_, path)| path == "ledger[1].when") && !rule.is_empty(), "{rule:?}");
}
