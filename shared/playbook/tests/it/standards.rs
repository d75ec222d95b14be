//! Handling standards of categories, and what is given for whose fault, one change to P03 at a time.

use playbook::Code;

use crate::changing::{found_after, one};

const PLAYBOOK: &str = "../../deploy/playbooks/p03-receive-classify-approve.yaml";

fn after(from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(PLAYBOOK, from, to)
}

fn with_standard(standard: &str) -> Vec<(Code, String)> {
    let reason = "reason: {zh: 按标准, en: By the standard}";
    let category = "categories: # not in the document\n";
    let own = "{key: spoilt, label: {zh: 变质, en: Spoilt}, parent: quality, standard: ";
    after(category, &format!("categories:\n  - {own}{{{standard}, {reason}}}}}\n"))
}

#[test]
fn a_standard_gives_at_once_what_may_be_given() {
    let at = |key: &str| one(Code::Value, &format!("categories[0].standard.{key}"));
    assert_eq!(with_standard("liable: company, remedies: [{remedy: refund, amount: 20}]"), []);
    assert_eq!(with_standard("liable: company, remedies: []"), at("remedies"));
    assert_eq!(with_standard("liable: person, remedies: [{remedy: refund}]"), at("liable"));
    assert_eq!(with_standard("liable: company, remedies: [{remedy: recall}]"), at("remedies[0].remedy"));
    assert_eq!(
        with_standard("liable: company, when: \"facts.amount > 1\", remedies: [{remedy: refund}]"),
        one(Code::RuleFails, "categories[0].standard.when")
    );
}

#[test]
fn nothing_comes_before_what_a_standard_gives_and_a_fault_is_made_good() {
    let remedies = "remedies: # not in the document\n";
    let category = "  - {key: spoilt, label: {zh: 变质, en: Spoilt}, parent: quality, standard: {liable: company, \
                    remedies: [{remedy: refund}], reason: {zh: 按标准, en: By the standard}}}\n";
    let given = |more: &str| {
        let text = crate::file(PLAYBOOK)
            .replace("categories: # not in the document\n", &format!("categories:\n{category}"));
        let text = text.replace(remedies, &format!("remedies:\n{more}"));
        let found = playbook::load(&text).err().unwrap_or_default();
        found.into_iter().map(|finding| (finding.code, finding.path)).collect::<Vec<_>>()
    };
    assert_eq!(given("  order: [refund, exchange]\n"), []);
    assert_eq!(
        given("  order: [exchange, refund]\n"),
        one(Code::Value, "categories[0].standard.remedies[0].remedy")
    );
    assert_eq!(given("  by_liable: {company: {must: [refund]}}\n"), []);
    assert_eq!(
        given("  by_liable: {company: {must: [exchange]}}\n"),
        one(Code::Value, "categories[0].standard.remedies")
    );
    assert_eq!(
        given("  by_liable: {company: {may: [exchange]}}\n"),
        one(Code::Value, "categories[0].standard.remedies[0].remedy")
    );
    assert_eq!(
        given("  by_liable: {customer: {may: [recall]}}\n"),
        one(Code::Value, "remedies.by_liable.customer.may[0]")
    );
    // What the order lets nobody give first, and what a category leaves nothing of.
    assert_eq!(
        given("  order: [exchange, refund]\n  by_liable: {customer: {may: [refund]}}\n")[1..],
        one(Code::Value, "remedies.by_liable.customer.may[0]")
    );
    assert_eq!(
        given("  order: [exchange, refund]\n  by_liable: {external: {must: [refund]}}\n")[1..],
        one(Code::Value, "remedies.by_liable.external.must")
    );
    assert_eq!(
        given("  order: [refund, exchange]\n  by_liable: {external: {must: [refund, exchange]}}\n"),
        []
    );
    assert_eq!(
        given("  by_category: {quality: [refund]}\n  by_liable: {customer: {may: [exchange]}}\n"),
        one(Code::Value, "remedies.by_category.quality")
    );
    assert_eq!(
        given("  by_liable: {customer: {may: [exchange], must: [refund]}}\n"),
        one(Code::Value, "remedies.by_liable.customer.must[0]")
    );
}
