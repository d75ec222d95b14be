//! Rule packs behind a playbook: what they add, and where their mistakes stand.

use playbook::{Code, CompiledPlaybook, Finding, load, load_pack};

use crate::{file, lines};

const PACK: &str = "
rule_pack: tone
version: 2
title: {zh: 语气, en: Tone}
source: {document: 语气}
customer_types:
  - {key: agent, label: {zh: 代理商, en: Agent}}
scripts:
  thanks: {label: {zh: 致谢, en: Thanks}, say: [{zh: 谢谢, en: Thank you}]}
clocks:
  - key: heard
    label: {zh: 首次联系, en: First contact}
    start: [{event: registered}]
    stop: [{fact: customer_contacted}]
    limit: 2h
    scope: case
    strictness: target
";

fn with(packs: &[&str]) -> Result<CompiledPlaybook, Vec<Finding>> {
    let base = file("../../deploy/playbooks/p03-receive-classify-approve.yaml");
    load(&std::iter::once(&*base).chain(packs.iter().copied()).collect::<Vec<_>>().join("\n---\n"))
}

fn found(packs: &[&str]) -> Vec<(Code, String)> {
    let findings = with(packs).map(drop).unwrap_err();
    let base = file("../../deploy/playbooks/p03-receive-classify-approve.yaml").lines().count();
    let placed = findings.iter().all(|one| usize::try_from(one.line).unwrap() > base && one.column > 0);
    assert!(placed, "each stands in the pack: {}", lines(&findings));
    findings.into_iter().map(|one| (one.code, one.path)).collect()
}

/// A pack is attached to a playbook that knows nothing of it.
#[test]
fn a_pack_adds_its_rules_and_is_remembered() {
    let (alone, whole) = (with(&[]).unwrap(), with(&[PACK]).unwrap());
    let (alone, whole) = (alone.playbook(), whole.playbook());
    assert_eq!(whole.stages, alone.stages);
    assert_eq!(whole.clocks.len(), alone.clocks.len() + 1);
    assert!(whole.scripts.keys().any(|key| key.as_str() == "thanks"));
    assert!(whole.customer_types.iter().any(|one| one.key.as_str() == "agent"));
    let attached = &whole.rule_packs[0];
    assert_eq!((attached.id.as_str(), attached.version, attached.title.en.as_str()), ("tone", 2, "Tone"));
    // What is published is the whole, as one document.
    let published = serde_json::to_string(whole).unwrap();
    assert_eq!(load(&published).unwrap().playbook(), whole);
}

#[test]
fn mistakes_stand_where_the_pack_has_them() {
    assert_eq!(
        found(&[&PACK.replace("limit: 2h", "limit: soon")]),
        [(Code::Shape, "clocks[0].limit".to_owned())]
    );
    assert_eq!(
        found(&[&PACK.replace("customer_contacted", "customer_contactd")]),
        [(Code::Shape, "clocks[0].stop[0].fact".to_owned())]
    );
    assert_eq!(
        found(&[&PACK.replace("{fact: customer_contacted}", "{entered: nowhere}")]),
        [(Code::UnknownReference, "clocks[0].stop[0].entered".to_owned())]
    );
    assert_eq!(found(&[&format!("{PACK}stages: []\n")]), [(Code::UnknownKey, "stages".to_owned())]);
}

#[test]
fn nothing_is_said_twice() {
    assert_eq!(found(&[PACK, PACK]), [(Code::Duplicate, "rule_pack".to_owned())]);
    let other = PACK.replace("rule_pack: tone", "rule_pack: manner").replace("key: heard", "key: heard_too");
    assert_eq!(found(&[PACK, &other]), [(Code::Duplicate, "scripts.thanks".to_owned())]);
}

#[test]
fn a_pack_is_judged_by_itself_too() {
    assert_eq!(load_pack(PACK).unwrap().version, 2);
    let findings = load_pack(&PACK.replace("version: 2\n", "")).unwrap_err();
    assert_eq!(findings.len(), 1, "{}", lines(&findings));
}
