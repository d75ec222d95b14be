//! One change at a time to the playbook that rehearses meetings, audits and accountability, and what is said about it.

use playbook::Code;

use crate::changing::{found_after, one};
use crate::file;

const PLAYBOOK: &str = "../../deploy/playbooks/scenarios/accountability/accountability-rehearsal.yaml";

fn after(from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(PLAYBOOK, from, to)
}

#[test]
fn meetings_audits_and_accountability_are_somebodys() {
    assert_eq!(after("id: ", "id: "), []);
    let owned = |stage: &str, role: &str| {
        let text = file(PLAYBOOK);
        let at = text.find(&format!("  - key: {stage}\n")).unwrap();
        let owner = format!("    owner: {{role: {role}}}\n");
        let stated = &text[at..];
        let end = stated.find(&owner).unwrap() + owner.len();
        after(&stated[..end], &stated[..end - owner.len()])
    };
    assert_eq!(owned("meet", "director"), one(Code::Value, "stages[5].key"));
    assert_eq!(owned("audit", "auditor"), one(Code::Value, "stages[9].key"));
    assert_eq!(owned("late", "customer_manager"), one(Code::Value, "stages[2].key"));
}

#[test]
fn a_meeting_has_participants_who_are_people_and_nothing_else_has() {
    let participants = "    participants: [{role: customer_manager}, {role: head}]\n";
    assert_eq!(after(participants, ""), one(Code::Value, "stages[5].key"));
    let unknown = after("participants: [{role: customer_manager}", "participants: [{role: chairman}");
    assert_eq!(unknown, one(Code::UnknownReference, "stages[5].participants[0].role"));
    let automatic = after(participants, &format!("{participants}    automatic: level > 1\n"));
    assert_eq!(automatic, one(Code::Value, "stages[5].automatic"));
    let elsewhere =
        after("    owner: {role: auditor}\n", &format!("    owner: {{role: auditor}}\n{participants}"));
    assert_eq!(elsewhere, one(Code::Value, "stages[9].participants"));
}

#[test]
fn accountability_names_what_it_decides_on_and_everything_is_decided_by_somebody() {
    let named = "    incentives: [late_contact, late_form]\n";
    let unnamed = after(named, "");
    assert_eq!(unnamed[0], (Code::Value, "stages[2].key".to_owned()));
    assert_eq!(unnamed.len(), 3, "and nobody decides on either: {unnamed:?}");
    assert_eq!(
        after("[late_contact, late_form]", "[late_contact, late_form, late_tea]"),
        one(Code::UnknownReference, "stages[2].incentives[2]")
    );
    assert_eq!(
        after("[late_contact, late_form]", "[late_contact, late_form, late_form]"),
        one(Code::Duplicate, "stages[2].incentives[2]")
    );
    assert_eq!(after("[late_contact, late_form]", "[late_contact]"), one(Code::Value, "incentives[1].key"));
    assert_eq!(
        after("    owner: {role: auditor}\n", "    owner: {role: auditor}\n    incentives: [warning]\n"),
        one(Code::Value, "stages[9].incentives")
    );
    assert_eq!(
        after("    approver: {role: customer_manager}", "    approver: {role: director}"),
        one(Code::Value, "stages[2].incentives[0]")
    );
    assert_eq!(
        after("report_to: [{role: general_manager}]", "report_to: [{role: treasurer}]"),
        one(Code::UnknownReference, "incentives[0].report_to[0].role")
    );
}

#[test]
fn amounts_fit_the_form_and_the_order_of_their_bounds() {
    let range = "    amount_from: 50\n    amount_to: 100\n";
    let value = |path: &str| one(Code::Value, path);
    assert_eq!(after(range, "    amount_from: 101\n    amount_to: 100\n"), value("incentives[3].amount_to"));
    assert_eq!(after(range, "    amount_from: 50\n"), value("incentives[3].amount_from"));
    assert_eq!(after(range, "    amount_to: 100\n"), []);
    assert_eq!(after(range, ""), value("incentives[3].form"));
    assert_eq!(after("percent: 10\n", "percent: 0\n"), value("incentives[4].percent"));
    assert_eq!(after("percent: 10\n", "percent: 101\n"), value("incentives[4].percent"));
    assert_eq!(after("form: warning\n", "form: warning\n    amount_to: 30\n"), value("incentives[6].form"));
    assert_eq!(after("form: warning\n", "form: warning\n    points: 1\n"), value("incentives[6].points"));
    assert_eq!(after("form: warning\n", "form: points\n"), value("incentives[6].form"));
    assert_eq!(after("form: warning\n", "form: points\n    points: 3\n"), []);
    assert_eq!(after("form: warning\n", "form: team_reward\n"), value("incentives[6].subject"));
    assert_eq!(after("form: red_mark\n", "form: team_reward\n    amount_to: 500\n"), []);
    assert_eq!(after("form: red_mark\n", "form: whip\n")[0].0, Code::Shape);
}

#[test]
fn a_missed_clock_begins_sides_and_moves_no_clock() {
    assert_eq!(
        after("[{missed: first_contact}, {missed: proposed}]", "[{missed: first_contact}, {missed: tea}]"),
        one(Code::UnknownReference, "stages[2].side.start[1].missed")
    );
    assert_eq!(
        after("on: {missed: proposed}", "on: {missed: tea}"),
        one(Code::UnknownReference, "incentives[1].on.missed")
    );
    assert_eq!(
        after("start: [{entered: enforce}]", "start: [{missed: first_contact}]"),
        one(Code::Value, "clocks[3].start[0].missed")
    );
    assert_eq!(
        after("stop: [{left: enforce}]", "stop: [{left: enforce}, {missed: first_contact}]"),
        one(Code::Value, "clocks[3].stop[1].missed")
    );
}

#[test]
fn what_a_meeting_or_an_audit_agrees_to_is_not_approved() {
    let agreed = "        loop: not_agreed\n      - to: approve\n";
    let told = after(agreed, "        loop: not_agreed\n      - to: reply\n");
    assert_eq!(told, one(Code::ApprovalAvoided, "stages[8].key"));
}
