//! One change to P03 at a time, and what is said about it.

use playbook::{Code, load};

use crate::changing::found_after;
use crate::{file, lines};

const PLAYBOOK: &str = "../../deploy/playbooks/p03-receive-classify-approve.yaml";

fn after(from: &str, to: &str) -> Vec<Code> {
    found_after(PLAYBOOK, from, to).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn a_way_around_the_leader_is_found() {
    // The department sends it straight to the customer: nobody approves, nobody reaches the leader.
    assert_eq!(after("- to: approve", "- to: reply"), [Code::Unreachable, Code::ApprovalAvoided]);
    // What the leader refused is told all the same.
    let told = "- when: outcome == 'refused'\n        to: reply";
    let refused = "- when: outcome == 'refused'\n        to: handle\n        loop: refused_by_leader";
    assert_eq!(after(refused, told), [Code::ApprovalAvoided, Code::Value]);
    // What the leader refused once may be told the second time.
    let loops = "    from: approve\n    to: handle\n";
    let twice = |then: &str| format!("{loops}    max: 1\n    on_max: {then}\n");
    assert_eq!(after(loops, &twice("reply")), [Code::ApprovalAvoided]);
    assert_eq!(after(loops, &twice("archive")), []);
    assert_eq!(after("approve_before: [reply]", "approve_before: [archive]"), []);
    assert_eq!(after("kind: approve", "kind: propose").first(), Some(&Code::UnknownOutcome));
}

#[test]
fn a_reply_before_anything_is_proposed_is_found() {
    let classified = "fields: [category, department]}\n    next:\n      - to: handle\n";
    let early = |kind: &str, more: &str, next: &str| {
        let role = if kind == "verify" { "handler" } else { "agent" };
        let stage = format!(
            "  - key: early\n    kind: {kind}\n    label: {{zh: 先行, en: Early}}\n    owner: {{role: {role}}}\n    \
             next:\n{next}      - to: handle\n{more}"
        );
        after(classified, &format!("{}\n{stage}", classified.replace("to: handle", "to: early")))
    };
    assert_eq!(early("reply", "", ""), [Code::ApprovalAvoided], "no round ever decided on it");
    assert_eq!(early("contact", "", ""), []);
    // That a complaint does not stand is explained without a round.
    let verified = |outcome: &str| {
        let explained = "\n  - key: explain\n    kind: reply\n    label: {zh: 解释, en: Explain}\n    \
                         owner: {role: agent}\n    next:\n      - to: archive\n";
        early("verify", explained, &format!("      - when: outcome == '{outcome}'\n        to: explain\n"))
    };
    assert_eq!(verified("unsubstantiated"), []);
    assert_eq!(verified("substantiated"), [Code::ApprovalAvoided]);
}

#[test]
fn from_what_a_party_keeps_out_is_not_the_playbooks_to_say() {
    let from = "  scope: person\n";
    assert_eq!(after(from, "  scope: person\n  roles_barred: [handler, approver]\n"), [Code::Value]);
    assert_eq!(after(from, "  scope: department\n"), [Code::Value]);
    assert_eq!(after(from, "  scope: department\n  roles_barred: [handler, approver]\n"), []);
}

#[test]
fn a_way_back_must_be_declared() {
    assert_eq!(after("\n        loop: refused_by_leader", ""), [Code::UndeclaredLoop, Code::Value]);
}

#[test]
fn an_outcome_without_a_way_is_found() {
    assert_eq!(
        after("      - to: archive", "      - when: outcome == 'satisfied'\n        to: archive"),
        [Code::NoWayOut]
    );
    let both = "      - when: outcome in ['satisfied', 'unreachable', 'not_called']\n        to: archive";
    assert_eq!(after("      - to: archive", both), []);
    assert_eq!(after("outcomes: [approved, refused]", "outcomes: [approved]"), [Code::UnknownOutcome]);
}

#[test]
fn a_review_stands_before_the_leader_and_is_somebodys() {
    let reviewed = |owner: &str, next: &str| {
        let from = "      - to: approve\n\n";
        let review = "  - key: review\n    kind: review\n    label: {zh: 复核, en: Review}\n";
        after(from, &format!("      - to: review\n\n{review}{owner}    next:\n{next}\n"))
    };
    let (owner, on) = ("    owner: {role: leader}\n", "      - to: approve\n");
    assert_eq!(reviewed(owner, on), []);
    assert_eq!(reviewed("", on), [Code::Value], "the matrix does not say who reviews");
    assert_eq!(reviewed("    automatic: level > 1\n", on), [Code::Value]);
    let objected = |to: &str| format!("      - when: outcome == 'objected'\n        to: {to}\n{on}");
    assert_eq!(reviewed(owner, &objected("handle")), [Code::UndeclaredLoop]);
    assert_eq!(reviewed(owner, &objected("approve")), []);
    // What a review agrees to is not approved.
    assert_eq!(reviewed(owner, &objected("reply")), [Code::ApprovalAvoided]);
    let refused = "      - when: outcome == 'refused'\n        to: approve\n";
    assert_eq!(reviewed(owner, &format!("{refused}{on}")), [Code::UnknownOutcome]);
}

#[test]
fn a_rule_may_hang_on_facts_when_it_asks_for_them_first() {
    let archive = "      - to: archive\n";
    let with = |rule: &str| format!("      - when: {rule}\n        to: archive\n{archive}");
    assert_eq!(after(archive, &with("has(facts.amount) && facts.amount > 10000")), []);
    assert_eq!(after(archive, &with("facts.amount > 10000")), [Code::RuleFails]);
    assert_eq!(after(archive, &with("has(facts.amount) && facts.amount > 'much'")), [Code::RuleFails]);
    assert_eq!(
        after(archive, &with("case.channel == 'phone' || visits.handle > 3 || loops.dissatisfied > 2")),
        []
    );
    assert_eq!(after(archive, &with("visits.nowhere > 3")), [Code::UnknownReference]);
}

#[test]
fn the_customer_hears_one_voice_and_is_asked_by_somebody_else() {
    assert_eq!(after("replier: {role: agent}", "replier: {role: leader}"), [Code::Value]);
    assert_eq!(after("by: {role: agent}", "by: {role: handler}"), [Code::Value, Code::SelfCallback]);
    assert_eq!(after("reply_policy:\n  replier: {role: agent}\n", ""), [Code::Value]);
}

#[test]
fn amounts_that_nobody_decides_are_found() {
    assert_eq!(after("    steps:\n", "    amount_up_to: 5000\n    steps:\n"), [Code::MatrixGap]);
    assert_eq!(
        after("    steps:\n", "    amount_over: 0\n    steps:\n"),
        [Code::MatrixGap],
        "a plan that costs nothing"
    );
}

#[test]
fn a_category_may_narrow_the_remedies_but_not_widen_them() {
    let remedies = "remedies: # not in the document\n";
    let narrowed = |category: &str, remedy: &str| {
        after(remedies, &format!("remedies:\n  by_category: {{{category}: [{remedy}]}}\n"))
    };
    assert_eq!(narrowed("quality", "refund"), []);
    assert_eq!(narrowed("quality", "recall"), [Code::Value]);
    assert_eq!(narrowed("weather", "refund"), [Code::UnknownReference]);
}

/// Who answers for a channel is a role of the playbook; its menu opens kinds that there are, each by a key of its
/// own; a word for the subject is a word.
#[test]
fn a_channel_names_what_there_is() {
    let channel = |more: &str| {
        let label = "label: {zh: 热线, en: Hotline}";
        after(
            "channels: # not in the document\n",
            &format!("channels:\n  - {{key: hotline, {label}, {more}}}\n"),
        )
    };
    let option = |key: &str, kind: &str| {
        format!("{{key: \"{key}\", label: {{zh: 投诉, en: Complaint}}, kind: {kind}}}")
    };
    assert_eq!(channel("answerable: {role: agent}"), []);
    assert_eq!(
        channel("answerable: {role: leader}"),
        [Code::Value],
        "of whichever department answers for a case"
    );
    assert_eq!(channel("answerable: {role: leader, department: sales}"), []);
    assert_eq!(channel("answerable: {role: nobody}"), [Code::UnknownReference]);
    assert_eq!(channel(&format!("menu: [{}]", option("1", "complaint"))), []);
    assert_eq!(channel(&format!("menu: [{}]", option("1", "weather"))), [Code::UnknownReference]);
    let twice = format!("menu: [{}, {}]", option("1", "complaint"), option("1", "complaint"));
    assert_eq!(channel(&twice), [Code::Duplicate]);
    assert_eq!(channel("subject_has: [投诉]"), []);
    assert_eq!(channel("subject_has: [' ']"), [Code::Value]);
}

/// Every gate of a guided form can be passed, and whatever must be given is asked behind them.
#[test]
fn a_guided_form_leads_somewhere() {
    let form = |provinces: &str, companies: &str, consumer: &str, business: &str| {
        let notice = "notice: {version: 1, text: {zh: 请如实填写, en: Tell the truth}}";
        let form = format!(
            "{{{notice}, provinces: [{provinces}], companies: [{companies}], consumer: [{consumer}], business: [{business}]}}"
        );
        let channel = format!("  - {{key: portal, label: {{zh: 门户, en: Portal}}, guided: {form}}}\n");
        after("channels: # not in the document\n", &format!("channels:\n{channel}"))
    };
    let province = |key: &str| format!("{{key: {key}, label: {{zh: 省, en: Province}}}}");
    let company = |key: &str, province: &str| {
        format!("{{key: {key}, label: {{zh: 企业, en: Company}}, provinces: [{province}]}}")
    };
    let (north, ruian) = (province("north"), company("ruian", "north"));
    let (who, what) = ("name, phone", "narrative, demand");
    assert_eq!(form(&north, &ruian, who, what), []);
    assert_eq!(form("", "", who, what), [Code::Value], "nobody gets past a choice of nothing");
    assert_eq!(
        form(&format!("{north}, {}", province("south")), &ruian, who, what),
        [Code::Value],
        "a dead end"
    );
    assert_eq!(form(&format!("{north}, {north}"), &ruian, who, what), [Code::Duplicate]);
    assert_eq!(form(&north, &format!("{ruian}, {ruian}"), who, what), [Code::Duplicate]);
    assert_eq!(form(&north, &company("ruian", "north, west"), who, what), [Code::UnknownReference]);
    assert_eq!(form(&north, &format!("{ruian}, {}", company("jiahe", "")), who, what), [Code::Value]);
    assert_eq!(form(&north, &ruian, "name, phone, demand", what), [Code::Duplicate]);
    assert_eq!(form(&north, &ruian, "name, phone, contact", what), [Code::Value], "by which way?");
    assert_eq!(form(&north, &ruian, "name, phone, told_at", what), [Code::Value]);
    assert_eq!(form(&north, &ruian, "name", what), [Code::Value], "they cannot be reached");
    assert_eq!(form(&north, &ruian, who, "demand"), [Code::Value], "nothing is told");
    assert_eq!(form(&north, &ruian, who, "").len(), 2);
}

#[test]
fn marks_are_facts_that_are_true_or_false() {
    let flags = |fact: &str, when: &str| {
        let flag = format!("{{fact: {fact}, label: {{zh: 重大, en: Major}}, when: \"{when}\"}}");
        after("intake:\n", &format!("routing_flags: [{flag}]\nintake:\n"))
    };
    assert_eq!(flags("major", "has(facts.injury) && facts.injury"), []);
    assert_eq!(flags("amount", "true"), [Code::Value]);
    assert_eq!(flags("major", "facts.injury"), [Code::RuleFails]);
}

#[test]
fn what_comes_later_is_refused_by_name() {
    // Besides, nothing is proposed any more.
    assert!(after("kind: propose", "kind: inspect").contains(&Code::NotYet));
    assert_eq!(
        after("approve_before: [reply]", "approve_before: [reply]\nreturn_policy: {}"),
        [Code::NotYet]
    );
}

/// What is found after adding `keys` at the end of P03, besides what is replaced.
fn with(keys: &str, from: &str, to: &str) -> Vec<Code> {
    let text = file(PLAYBOOK);
    assert!(text.contains(from), "P03 no longer says: {from}");
    match load(&format!("{}\n{keys}\n", text.replacen(from, to, 1))) {
        Ok(_) => Vec::new(),
        Err(findings) => {
            assert!(
                findings.iter().all(|finding| finding.line > 0 && finding.column > 0),
                "{}",
                lines(&findings)
            );
            findings.iter().map(|finding| finding.code).collect()
        }
    }
}

#[test]
fn what_closing_requires_cannot_be_avoided() {
    let satisfied = "closure_rule: {requires: [satisfied]}";
    let kind = "    kind: callback\n";
    assert_eq!(
        with(satisfied, kind, kind),
        [Code::ClosureAvoided],
        "who was not reached is filed all the same"
    );
    let asked = "    kind: callback\n    outcomes: [satisfied, dissatisfied]\n";
    assert_eq!(with(satisfied, kind, asked), []);
    assert_eq!(with("closure_rule: {requires: [archived]}", kind, kind), []);
    assert_eq!(
        with("closure_rule: {requires: [audited]}", kind, kind),
        [Code::ClosureAvoided],
        "no stage audits it"
    );
}

#[test]
fn callbacks_that_make_no_sense_are_found() {
    let by = "  by: {role: agent}\n";
    let policy = |more: &str| with("", by, &format!("{by}{more}"));
    assert_eq!(policy("  only_if: level > 1\n  pause_while_open: has(facts.batch) && facts.batch\n"), []);
    assert_eq!(policy("  by_category: [{category: quality, min: 2}]\n"), []);
    assert_eq!(policy("  by_category: [{category: quality, min: 2, max: 1}]\n"), [Code::Value]);
    assert_eq!(policy("  by_category: [{category: nowhere, min: 2}]\n"), [Code::UnknownReference]);
    let twice = "  by_category: [{category: quality}, {category: quality}]\n";
    assert_eq!(policy(twice), [Code::Duplicate]);
    assert_eq!(policy("  within: 24h\n"), [Code::UnknownKey], "a limit is a clock");
    let listed = with(
        "",
        "    kind: callback\n",
        "    kind: callback\n    automatic: level > 1\n    outcomes: [satisfied, dissatisfied, unreachable]\n",
    );
    assert_eq!(listed, [Code::Value], "a callback that is left out ends as not_called");
}

#[test]
fn what_is_told_is_told_somewhere_and_scripts_say_something() {
    let none = |keys: &str| with(keys, "id: p03", "id: p03");
    assert_eq!(none("contact_policy: {tell: [number]}"), [Code::Value], "no stage is of kind contact");
    assert_eq!(none("contact_policy: {first_contact: 2h, tell: [number]}"), [Code::UnknownKey]);
    assert_eq!(none("contact_policy: {tell: [weather]}"), [Code::Shape]);
    let script =
        |text: &str| none(&format!("scripts:\n  taboos:\n    label: {{zh: 禁语, en: Taboos}}\n{text}"));
    assert_eq!(script("    avoid: [{words: {zh: 不可能, en: impossible}}]"), []);
    assert_eq!(script("    avoid: [{words: {zh: 不可能, en: ''}}]"), [Code::Value]);
    assert_eq!(script(""), [Code::Value]);
}

#[test]
fn reports_that_make_no_sense_are_found() {
    let report = |text: &str| {
        let to = "from: {role: agent}, to: [{role: leader, department: sales}]";
        let head = "key: r, label: {zh: 报告, en: Report}";
        with(&format!("reports:\n  - {{{head}, {}}}", text.replace("TO", to)), "id: p03", "id: p03")
    };
    assert_eq!(report("cadence: weekly, days: [2], TO"), []);
    assert_eq!(report("cadence: weekly, days: [2, 5], TO"), []);
    assert_eq!(report("cadence: monthly, days: [31], TO"), []);
    for cadence in ["monthly", "quarterly"] {
        let twice = report(&format!("cadence: {cadence}, days: [2, 31], TO"));
        assert_eq!(twice, [Code::Value], "the same {cadence} period twice");
    }
    assert_eq!(report("cadence: weekly, days: [0], TO"), [Code::Value]);
    assert_eq!(report("cadence: monthly, days: [30], TO"), [Code::Value], "not every month has one");
    assert_eq!(report("cadence: daily, days: [1], TO"), [Code::Value]);
    assert_eq!(report("cadence: at_once, TO"), [Code::Value], "nothing asks for it");
    assert_eq!(report("cadence: weekly, from: {role: agent}, to: []"), [Code::Value]);
    assert_eq!(
        report("cadence: weekly, from: {role: handler}, to: [{role: agent}]"),
        [Code::Value],
        "whose department is responsible in no case?"
    );
    assert_eq!(
        report("cadence: weekly, from: {role: agent}, to: [{role: nobody}]"),
        [Code::UnknownReference]
    );
}

#[test]
fn skills_and_teams_are_declared() {
    let asks = |declared: &str| {
        let from = "stages:\n";
        after(from, &format!("{declared}{from}"))
    };
    let team = |leader: &str| {
        format!(
            "teams:\n  - {{key: force, label: {{zh: 小组, en: Team}}, leader: {{role: {leader}}}, when: level > 1}}\n"
        )
    };
    assert_eq!(asks(&team("leader")), []);
    assert_eq!(asks(&team("general")), [Code::UnknownReference]);
    let owner = "    owner: {role: handler}\n";
    assert_eq!(after(owner, &format!("{owner}    skills: [after_sales]\n")), [Code::UnknownReference]);
    assert_eq!(after(owner, &format!("{owner}    team: force\n")), [Code::UnknownReference]);
    let leader = "    owner: {role: leader}\n";
    let team_decides = format!("{leader}    team: force\n");
    assert_eq!(
        after(leader, &team_decides),
        [Code::UnknownReference, Code::Value],
        "authority is a person's"
    );
    assert_eq!(asks("skills: {after_sales: {zh: 售后, en: After-sales}}\n"), []);
}

#[test]
fn rulings_that_make_no_sense_are_found() {
    let rulings = |text: &str| with(&format!("rulings: {{{text}}}"), "id: p03", "id: p03");
    let by = "by: {role: leader, department: customer_service}";
    assert_eq!(
        rulings(&format!("dispute: {{{by}, limit: 4h}}, limit: 1 working day, alert_before: [2h]")),
        []
    );
    assert_eq!(rulings("dispute: {by: {role: leader}}"), [Code::Value], "a party rules");
    assert_eq!(rulings("dispute: {by: {role: judge, department: sales}}"), [Code::UnknownReference]);
    assert_eq!(rulings("secondary: judge"), [Code::UnknownReference]);
    assert_eq!(rulings("limit: agreed with customer"), [Code::Value]);
    assert_eq!(rulings("limit: 4h, alert_before: [same day]"), [Code::Value]);
    let clock = |limit: &str, extension: &str| {
        let clock = "key: c, label: {zh: 时限, en: Limit}, start: [{event: received}], stop: [{event: closed}], \
                     scope: case, strictness: hard";
        with(
            &format!("clocks: [{{{clock}, limit: {limit}, extension: {{{extension}}}}}]"),
            "id: p03",
            "id: p03",
        )
    };
    let by = "by: {role: leader}";
    assert_eq!(clock("24h", &format!("{by}, at_most: 2 working days, times: 2, limit: 4h")), []);
    assert_eq!(clock("24h", &format!("{by}, at_most: day 4 of month")), [Code::Value]);
    assert_eq!(clock("24h", &format!("{by}, at_most: 24h, times: 0")), [Code::Shape]);
    assert_eq!(clock("24h", "by: {role: judge}, at_most: 24h"), [Code::UnknownReference]);
    assert_eq!(clock("agreed with customer", &format!("{by}, at_most: 24h")), [Code::Value]);
}
