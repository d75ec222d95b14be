//! Forms: one change at a time to the playbook that rehearses them, and what is said about it.

use contracts::FactKey;
use playbook::{Code, Env, load};

use crate::changing::{found_after, one};
use crate::{file, lines};

const PLAYBOOK: &str = "../../deploy/playbooks/scenarios/papers/forms-rehearsal.yaml";

fn after(from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(PLAYBOOK, from, to)
}

#[test]
fn a_stage_waits_for_its_form_as_for_a_fact() {
    let book = load(&file(PLAYBOOK)).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
    let brief = book.brief(&"handle".parse().unwrap(), &Env::default()).unwrap();
    assert_eq!(brief.requires.facts, [FactKey::completed("feedback").unwrap()]);
}

#[test]
fn fields_signatures_and_forms_that_are_named_are_there_once() {
    assert_eq!(after("id: ", "id: "), []);
    let unknown = |path: &str| one(Code::UnknownReference, path);
    assert_eq!(after("course, summary]", "course, weather]"), unknown("forms[0].required[4]"));
    assert_eq!(
        after("signatures: [agent, leader]", "signatures: [agent, judge]"),
        unknown("forms[1].signatures[1]")
    );
    assert_eq!(
        after("signatures: [agent, leader]", "signatures: [agent, agent]"),
        one(Code::Duplicate, "forms[1].signatures[1]")
    );
    assert_eq!(after("{key: persons,", "{key: course,"), one(Code::Duplicate, "forms[0].fields[7].key"));
    assert_eq!(after("    forms: [feedback]\n", "    forms: [diary]\n"), unknown("stages[1].forms[0]"));
    assert_eq!(
        after("    forms: [feedback]\n", "    forms: [feedback, feedback]\n"),
        one(Code::Duplicate, "stages[1].forms[1]")
    );
    assert_eq!(
        after("{fact: completed_feedback}", "{fact: completed_diary}"),
        unknown("clocks[0].stop[0].fact")
    );
}

#[test]
fn what_must_be_filled_in_can_be_and_a_round_waits_for_no_form() {
    let unasked = after("required: [number, vehicle, name,", "required: [number, vehicle, name, place,");
    assert_eq!(unasked, [], "what is a fact of the case may be missing");
    assert_eq!(
        after(
            "{key: persons, label: {zh: 人员, en: Persons}}\n",
            "{key: address, label: {zh: 地址, en: Address}}\n"
        ),
        [],
        "an address may stay empty"
    );
    let text = file(PLAYBOOK).replace(
        "{key: persons, label: {zh: 人员, en: Persons}}",
        "{key: address, label: {zh: 地址, en: Address}}",
    );
    let findings =
        load(&text.replace("required: [number, vehicle,", "required: [number, address,")).unwrap_err();
    assert_eq!(findings[0].path, "forms[0].required[1]", "intake does not insist on an address");
    let key = after("- key: feedback\n", "- key: feed-back\n");
    assert!(key.contains(&(Code::Value, "forms[0].key".to_owned())), "{key:?}");
    let waits = after("    forms: [disposition]\n", "");
    assert_eq!(waits, []);
    let register =
        after("    outcomes: [registered]\n", "    outcomes: [registered]\n    forms: [feedback]\n");
    assert_eq!(register, one(Code::Value, "stages[0].forms[0]"));
}
