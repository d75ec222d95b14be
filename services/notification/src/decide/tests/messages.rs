//! Messages: the playbook's own templates and the built-in ones, in both languages; faults are known early.

use std::sync::Arc;

use contracts::SubjectRef;
use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::notice_requested::NoticeRequested;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::queries::notification::TRACKING_CODE;

use super::*;
use crate::state::State;

fn published(templates: Value) -> PlaybookPublished {
    PlaybookPublished {
        playbook: playbook(),
        document: json!({ "templates": templates, "scripts": {"thanks": {
            "label": {"zh": "致谢", "en": "Thanks"}, "say": [{"zh": "感谢您告诉我们。", "en": "Thank you."}],
        }}}),
        sha256: String::new(),
        scenarios_sha256: None,
        by: Actor::System,
    }
}

/// What notification knows of a playbook after it was published with `templates`.
fn known(templates: Value) -> State {
    let mut bench = Bench::new(Notification);
    bench.subject = subject();
    assert!(bench.hear(ServiceName::Routing, published(templates)).is_empty());
    bench.state
}

fn subject() -> SubjectRef {
    SubjectRef::playbook(&"huarun".parse().unwrap(), &playbook().id)
}

pub(super) fn bench_knowing(templates: Value) -> Bench {
    let mut bench = Bench::new(Notification);
    bench.memory.others.insert(subject(), Arc::new(known(templates)));
    bench
}

fn notices(events: &[Event]) -> Vec<&NoticeRequested> {
    let notices = events.iter().filter_map(|event| match event {
        Event::NoticeRequested(notice) => Some(notice),
        _ => None,
    });
    notices.collect()
}

#[test]
fn the_acknowledgement_is_in_the_customers_language_and_carries_no_secret() {
    for (language, part) in
        [(Language::Zh, "已受理，编号 TS-1"), (Language::En, "on record under number TS-1")]
    {
        let mut bench = Bench::new(Notification);
        let said = bench.hear(ServiceName::Intake, registered("email", language));
        let [notice] = notices(&said)[..] else { panic!() };
        assert_eq!((notice.template.as_str(), notice.template_version), ("acknowledgement", 0));
        assert_eq!(notice.language, language);
        assert!(bench.words[0].text.contains(part), "{}", bench.words[0].text);
        assert!(bench.words[0].text.contains(TRACKING_CODE), "put in when it is sent");
    }
}

#[test]
fn a_playbooks_own_acknowledgement_is_used_and_a_broken_one_keeps_nobody_waiting() {
    let own = json!({"acknowledgement": {"body": {"zh": "已登记 {{ number }}", "en": "{{ nummer }}"}}});
    let mut bench = bench_knowing(own.clone());
    let said = bench.hear(ServiceName::Intake, registered("email", Language::Zh));
    assert_eq!((notices(&said)[0].template_version, bench.words[0].text.as_str()), (2, "已登记 TS-1"));
    let mut bench = bench_knowing(own);
    let said = bench.hear(ServiceName::Intake, registered("email", Language::En));
    assert_eq!(notices(&said)[0].template_version, 0, "the built-in text stands in");
}

/// whatever is checked with the scripts of the playbook is written with them, to staff too.
#[test]
fn every_message_may_take_in_what_a_script_says() {
    let body = || json!({"body": {"zh": "{{ scripts.thanks }}{{ number }}", "en": "{{ scripts.thanks }} {{ number }}"}});
    let mut bench = bench_knowing(json!({"acknowledgement": body(), "escalation": body(), "report": body()}));
    bench.hear(ServiceName::Intake, registered("email", Language::En));
    let report = json!({"label": {"zh": "专报", "en": "Report"}});
    let escalated: CaseEscalated =
        serde_json::from_value(json!({"rung": "late", "clock": null, "level": 1, "actions": [
            {"action": "notified", "people": ["gao"], "template": null},
            {"action": "notified", "people": ["zhou"], "template": "report", "report": report},
        ]}))
        .unwrap();
    bench.hear(ServiceName::Routing, escalated);
    let texts: Vec<_> = bench.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["Thank you. TS-1", "感谢您告诉我们。TS-1", "感谢您告诉我们。TS-1"]);
}

#[test]
fn templates_of_another_version_are_not_used() {
    let mut bench = bench_knowing(json!({"acknowledgement": {"body": {"zh": "新", "en": "new"}}}));
    let mut pinned = registered("email", Language::Zh);
    pinned.playbook.version = 1;
    assert_eq!(notices(&bench.hear(ServiceName::Intake, pinned))[0].template_version, 0);
}

#[test]
fn faults_of_a_playbook_are_known_when_it_is_published_and_hold_nothing_back() {
    let state = known(json!({
        "reply": {"body": {"zh": "您好\n{{ nummer }}", "en": "{{ number }}"}},
        "explanation": {"body": {"zh": "{{ facts.form_store }}", "en": "{{ text }}"}},
    }));
    let State::Playbook(versions) = state else { panic!() };
    let messages = &versions[&2];
    assert_eq!(messages.templates.len(), 2);
    let [fault] = &messages.faults[..] else { panic!("{:?}", messages.faults) };
    assert_eq!((fault.template.as_str(), fault.language), ("reply", Language::Zh));
    assert!(fault.why.contains(":2"), "{}", fault.why);
}

#[test]
fn an_escalation_is_told_by_the_template_that_the_rung_names() {
    let template = json!({"urge": {"body": {"zh": "请抓紧：{{ number }}（{{ text }}）", "en": "x"}}});
    let mut bench = bench_knowing(template);
    bench.hear(ServiceName::Intake, registered("phone", Language::En));
    let rung = |template: &str| CaseEscalated {
        rung: "late".to_owned(),
        clock: None,
        visit: None,
        actions: vec![
            EscalationAction::Notified {
                people: vec![person("sun")],
                template: Some(template.to_owned().try_into().unwrap()),
                report: None,
            },
            EscalationAction::Reassigned { person: person("sun") },
        ],
        level: 1,
        because: None,
    };
    let said = bench.hear(ServiceName::Routing, rung("urge"));
    assert_eq!(notices(&said).len(), 1, "told by name, not again in general");
    assert_eq!(notices(&said)[0].template.as_str(), "urge");
    assert_eq!(bench.words.last().unwrap().text, "请抓紧：TS-1（late）");
    let said = bench.hear(ServiceName::Routing, rung("unheard_of"));
    assert_eq!(notices(&said)[0].template.as_str(), "escalation", "never to nobody");
}

#[test]
fn the_customer_is_asked_by_message_where_the_playbook_has_one_for_it() {
    let mut bench = Bench::new(Notification);
    let mut event = entered(StageKind::Callback, visit(1));
    assert!(notices(&bench.hear(ServiceName::Routing, event.clone())).is_empty());
    event.visit = visit(2);
    event.language = Language::En;
    slice(&mut event)["templates"] = json!({"satisfaction": {"body":
        {"zh": "x", "en": "{{ tracking_code }}: {% for a in answers %}{{ a }} {% endfor %}"}}});
    let said = bench.hear(ServiceName::Routing, event);
    assert_eq!(notices(&said)[0].template.as_str(), "satisfaction");
    assert!(asked(&said).is_some(), "and somebody calls all the same");
    assert_eq!(bench.words[0].text, format!("{TRACKING_CODE}: Satisfied So so Not satisfied "));
}

#[test]
fn a_first_contact_that_needs_nobody_is_a_message() {
    for (language, part) in
        [(Language::Zh, "已有专人负责"), (Language::En, "has taken up your complaint TS-1")]
    {
        let mut bench = Bench::new(Notification);
        let mut event = entered(StageKind::Contact, visit(1));
        (event.language, event.brief["person"]) = (language, json!("not_needed"));
        let said = bench.hear(ServiceName::Routing, event);
        assert_eq!(notices(&said)[0].template.as_str(), "first_contact");
        assert!(bench.words[0].text.contains(part), "{}", bench.words[0].text);
        assert_eq!(ended(&said), Some("contacted"));
    }
}

#[test]
fn a_callback_that_nobody_makes_has_no_answer() {
    let mut event = entered(StageKind::Callback, visit(1));
    slice(&mut event)["callback"]["person"] = json!("not_needed");
    let said = Bench::new(Notification).hear(ServiceName::Routing, event.clone());
    assert_eq!(ended(&said), Some("not_called"));
    event.brief["outcomes"] = json!(["satisfied", "dissatisfied"]);
    let problem = Bench::new(Notification).try_hear(ServiceName::Routing, event).unwrap_err();
    assert_eq!(problem.code, contracts::ProblemCode::BrokenPlaybook, "nor is one made up");
}
