//! One change at a time to the playbooks that rehearse records, and what is said about it.

use contracts::StageKind;
use playbook::{Code, DepartmentRef, Env, Slice, load};

use crate::changing::{found_after, one};
use crate::{file, lines};

const MEASURES: &str = "measures-rehearsal";

fn path(playbook: &str) -> String {
    format!("../../deploy/playbooks/scenarios/records/{playbook}.yaml")
}

fn text(playbook: &str) -> String {
    file(&path(playbook))
}

fn after(playbook: &str, from: &str, to: &str) -> Vec<(Code, String)> {
    found_after(&path(playbook), from, to)
}

#[test]
fn measures_are_somebodys_and_an_overdue_one_is_seen() {
    assert_eq!(after(MEASURES, "id: ", "id: "), []);
    assert_eq!(after(MEASURES, "    owner: {role: tracker}\n", ""), one(Code::Value, "stages[2].key"));
    let owner = "    owner: {role: tracker}\n";
    let automatic = after(MEASURES, owner, &format!("{owner}    automatic: level > 1\n"));
    assert_eq!(automatic, one(Code::Value, "stages[2].automatic"));
    assert_eq!(after(MEASURES, "    cap: measure_due\n", ""), one(Code::Value, "stages[2].key"));
}

#[test]
fn what_counts_as_a_measure_is_said_once_and_for_a_stage() {
    assert_eq!(after(MEASURES, "key: audit,", "key: fmea,"), one(Code::Value, "capa.forbidden[1].key"));
    assert_eq!(
        after(MEASURES, "key: audit,", "key: more_inspection,"),
        one(Code::Duplicate, "capa.forbidden[1].key")
    );
    assert_eq!(after(MEASURES, "key: fmea,", "key: five_why,"), one(Code::Duplicate, "capa.methods[1].key"));
    let nobody = after(MEASURES, "  verify: {role: inspector}", "  verify: {role: sage}");
    assert_eq!(nobody, one(Code::UnknownReference, "capa.verify.role"));
    let document = "{key: instruction, label: {zh: 作业指导书, en: Work instruction}}";
    let twice = format!("  verify: {{role: inspector}}\n  standardise: [{document}, {document}]");
    assert_eq!(
        after(MEASURES, "  verify: {role: inspector}", &twice),
        one(Code::Duplicate, "capa.standardise[1].key")
    );
    let text = text(MEASURES).replace("kind: correct", "kind: execute").replace("'ineffective'", "'done'");
    let findings: Vec<_> = load(&text).unwrap_err().into_iter().map(|finding| finding.path).collect();
    assert!(findings.contains(&"capa".to_owned()), "{findings:?}");
}

#[test]
fn a_brief_names_methods_departments_and_who_verifies_where_measures_are_planned() {
    let playbook = load(&text(MEASURES)).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
    for stage in &playbook.playbook().stages {
        let brief = playbook.brief(&stage.key, &Env::default()).unwrap();
        let Slice::Investigation(slice) = brief.slice else { continue };
        assert_eq!(slice.correct.is_some(), stage.kind == StageKind::Correct, "{}", stage.key);
        let Some(correct) = slice.correct else { continue };
        assert_eq!(correct.methods.len() + correct.forbidden.len() + correct.departments.len(), 8);
        assert_eq!(correct.roles.len(), 5);
        let verifier = correct.verifier.unwrap();
        assert_eq!(verifier.role.as_str(), "inspector");
        assert_eq!(verifier.department, DepartmentRef::Named("quality".parse().unwrap()));
    }
}

/// a report of measures has effect as it is told or filed, and is approved before.
#[test]
fn no_report_of_measures_is_told_or_filed_without_its_approval() {
    assert_eq!(after("effective-rehearsal", "id: ", "id: "), []);
    let around = after(
        "effective-rehearsal",
        "      - to: report\n",
        "      - when: level > 1\n        to: reply\n      - to: report\n",
    );
    assert_eq!(
        around,
        [
            (Code::ApprovalAvoided, "stages[5].key".to_owned()),
            (Code::ApprovalAvoided, "stages[6].key".to_owned())
        ]
    );
    let before = "reply_policy:\n";
    let asked = after("evidence-rehearsal", before, &format!("approve_before: [report_effective]\n{before}"));
    assert_eq!(asked, one(Code::ApprovalAvoided, "approve_before"));
    let none =
        after("refund-rehearsal", "approve_before: [execute, reply]", "approve_before: [report_effective]");
    assert_eq!(none, one(Code::ApprovalAvoided, "approve_before"), "no measures, no report");
}

#[test]
fn what_comes_before_what_may_be_given_at_all_and_stands_there_once() {
    let order = "order: [repair, exchange, refund]";
    let now = |to: &str| after("refund-rehearsal", order, to);
    assert_eq!(now(order), []);
    assert_eq!(now("order: [repair, voucher, refund]"), one(Code::Value, "remedies.order[1]"));
    assert_eq!(now("order: [repair, repair, refund]"), one(Code::Duplicate, "remedies.order[1]"));
}

#[test]
fn a_reply_that_goes_with_evidence_is_somebodys() {
    let now = |from: &str, to: &str| after("evidence-rehearsal", from, to);
    let owner = "    label: {zh: 答复, en: Reply}\n    owner: {role: agent}\n";
    assert_eq!(now(owner, owner), []);
    assert_eq!(now("    owner: {role: agent}\n", ""), one(Code::Value, "stages[2].key"));
    let automatic = now(owner, &format!("{owner}    automatic: level > 1\n"));
    assert_eq!(automatic, one(Code::Value, "stages[2].key"));
    assert_eq!(
        now("key: photo,", "key: test_report,"),
        one(Code::Duplicate, "reply_policy.evidence_attachments[1].key")
    );
}

#[test]
fn a_closing_summary_is_written_by_somebody_at_the_archive() {
    let now = |from: &str, to: &str| after("summary-rehearsal", from, to);
    let owner = "    owner: {role: tracker}\n";
    assert_eq!(now(owner, owner), []);
    assert_eq!(now(owner, ""), one(Code::Value, "stages[2].summary"));
    let automatic = now(owner, &format!("{owner}    automatic: level > 1\n"));
    assert_eq!(automatic, one(Code::Value, "stages[2].summary"));
    let handler = "    owner: {role: handler}\n";
    let elsewhere =
        now(handler, &format!("{handler}    summary: [{{key: tea, label: {{zh: 茶, en: Tea}}}}]\n"));
    assert_eq!(elsewhere, one(Code::Value, "stages[1].summary"));
    assert_eq!(now("key: evaluation,", "key: lessons,"), one(Code::Duplicate, "stages[2].summary[1].key"));
}

#[test]
fn whoever_contacts_the_customer_prepares_for_it() {
    let now = |from: &str, to: &str| after("preparation-rehearsal", from, to);
    let owner = "    owner: {role: agent}\n";
    assert_eq!(now(owner, owner), []);
    assert_eq!(
        now(owner, &format!("{owner}    automatic: level > 1\n")),
        one(Code::Value, "stages[1].prepare")
    );
    let handler = "    owner: {role: handler}\n";
    let elsewhere =
        now(handler, &format!("{handler}    prepare: [{{key: tea, label: {{zh: 茶, en: Tea}}}}]\n"));
    assert_eq!(elsewhere, one(Code::Value, "stages[2].prepare"));
    assert_eq!(now("key: limit,", "key: facts,"), one(Code::Duplicate, "stages[1].prepare[3].key"));
}
