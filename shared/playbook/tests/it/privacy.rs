//! Privacy: one change at a time to the playbook that rehearses it, and what is said about it.

use playbook::{Code, Env, IntakeField, Slice, load};

use crate::changing::{found_after, one};
use crate::{file, lines};

const PLAYBOOK: &str = "../../deploy/playbooks/scenarios/papers/privacy-rehearsal.yaml";

fn after(from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(PLAYBOOK, from, to)
}

#[test]
fn whoever_speaks_with_the_customer_knows_what_to_ask() {
    let book = load(&file(PLAYBOOK)).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
    let brief = book.brief(&"callback".parse().unwrap(), &Env::default()).unwrap();
    let Slice::Notification(slice) = brief.slice else { panic!() };
    assert_eq!(slice.identity_check, [IntakeField::Name, IntakeField::Phone]);
}

#[test]
fn what_identifies_is_asked_and_what_is_masked_is_kept_by_intake_alone() {
    assert_eq!(after("id: ", "id: "), []);
    let identity = |to: &str| after("identity_check: [name, phone]", &format!("identity_check: [{to}]"));
    assert_eq!(identity("name, order"), one(Code::Value, "privacy.identity_check[1]"));
    assert_eq!(identity("name, name"), one(Code::Duplicate, "privacy.identity_check[1]"));
    let masking = |to: &str| after("masking: [phone, address, order]", &format!("masking: [{to}]"));
    assert_eq!(masking("phone, vehicle"), one(Code::Value, "privacy.masking[1]"));
    assert_eq!(masking("evidence"), one(Code::Value, "privacy.masking[0]"));
    let roles = |to: &str| after("roles: [agent]\n", &format!("roles: [{to}]\n"));
    assert_eq!(roles("judge"), one(Code::UnknownReference, "privacy.roles[0]"));
    assert_eq!(roles("agent, agent"), one(Code::Duplicate, "privacy.roles[1]"));
}
