//! What a stage requires: only what somebody asks for there.

use playbook::{Finding, load};

use crate::{file, lines};

/// What is found after replacing `from` by `to` in P03.
fn after(from: &str, to: &str) -> Vec<Finding> {
    let text = file("../../deploy/playbooks/p03-receive-classify-approve.yaml");
    assert!(text.contains(from), "P03 no longer says: {from}");
    match load(&text.replacen(from, to, 1)) {
        Ok(_) => Vec::new(),
        Err(findings) => {
            assert!(findings.iter().all(|finding| finding.line > 0), "{}", lines(&findings));
            findings
        }
    }
}

#[test]
fn a_result_that_nobody_asks_for_is_refused_at_its_place_with_what_is_asked_there() {
    let reason = "fields: [reason]";
    assert_eq!(after(reason, "fields: [reason, liable]"), []);
    let found = after(reason, "fields: [reason, cause]");
    let [finding] = found.as_slice() else { panic!("{}", lines(&found)) };
    assert_eq!(finding.path, "stages[2].requires.fields[1]");
    assert_eq!(
        finding.message_en,
        "nobody asks for “cause” at a propose stage; what is asked there: reason, liable"
    );
    let found = after(reason, "fields: [remedies]");
    let [finding] = found.as_slice() else { panic!("{}", lines(&found)) };
    assert!(finding.message_en.contains("outcomes: [proposed]"), "{finding}");
    assert!(finding.message_zh.contains("outcomes: [proposed]"), "{finding}");
}

#[test]
fn whether_a_cause_is_found_is_said_by_how_an_investigation_ends() {
    let from = "fields: [category, department]}\n    next:\n      - to: handle\n";
    let investigate = |fields: &str| {
        let stage = format!(
            "fields: [category, department]}}\n    next:\n      - to: look\n\n  - key: look\n    kind: investigate\n    \
             label: {{zh: 查, en: Look}}\n    owner: {{role: handler}}\n    requires: {{fields: [{fields}]}}\n    \
             next:\n      - to: handle\n"
        );
        after(from, &stage)
    };
    assert_eq!(investigate("finding"), []);
    let found = investigate("cause");
    let [finding] = found.as_slice() else { panic!("{}", lines(&found)) };
    assert!(finding.message_en.contains("outcomes: [established]"), "{finding}");
}

#[test]
fn a_round_waits_for_no_fact() {
    let found = after("    kind: approve\n", "    kind: approve\n    requires: {facts: [amount_known]}\n");
    let [finding] = found.as_slice() else { panic!("{}", lines(&found)) };
    assert_eq!(finding.path, "stages[3].requires.facts");
}
