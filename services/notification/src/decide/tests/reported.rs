//! A report of the organisation: who gets it is told, and how the message ended is on record.

use contracts::SubjectRef;
use contracts::messages::notice_requested::{NoticeRequested, Recipient};
use contracts::messages::report_due::ReportDue;

use super::messages::bench_knowing;
use super::*;
use crate::decide::SETTLE_VERB;
use crate::state::State;

fn due() -> ReportDue {
    serde_json::from_value(json!({
        "report": "weekly", "playbook": {"id": "p03", "version": 2}, "label": {"zh": "投诉周报", "en": "Weekly report"},
        "from": now(), "to": now(), "due": now(), "period": "2025-03-04 – 2025-03-10",
        "made_by": ["li"], "receivers": ["gao", "zhou"], "channel": null, "contents": [],
    }))
    .unwrap()
}

fn organisation() -> Bench {
    let mut bench = Bench::new(Notification);
    bench.subject = SubjectRef::organisation(&"huarun".parse().unwrap());
    bench
}

fn notices(said: &[Event]) -> Vec<&NoticeRequested> {
    let notices = said.iter().filter_map(|event| match event {
        Event::NoticeRequested(notice) => Some(notice),
        _ => None,
    });
    notices.collect()
}

#[test]
fn each_who_gets_a_report_is_told_once() {
    let mut bench = organisation();
    let said = bench.hear(ServiceName::Routing, due());
    let told = notices(&said);
    let to: Vec<_> = told.iter().map(|notice| notice.to.clone()).collect();
    assert_eq!(to, ["gao", "zhou"].map(|who| Recipient::Staff { person: person(who) }));
    assert!(
        told.iter().all(|notice| notice.channel.as_str() == "web" && notice.template.as_str() == "report")
    );
    assert_eq!(bench.words[0].text, "报告已生成，请查阅：投诉周报（2025-03-04 – 2025-03-10）");
}

#[test]
fn how_a_message_about_a_report_ended_is_on_record_once() {
    let mut bench = organisation();
    let said = bench.hear(ServiceName::Routing, due());
    let settle = json!({"notice": notices(&said)[0].notice, "outcome": "listed", "attempts": 1});
    assert!(bench.order(li(), SETTLE_VERB, settle.clone()).is_err(), "only the sender says it");
    assert_eq!(bench.order(Actor::System, SETTLE_VERB, settle.clone()).unwrap()[0].what(), "notice.settled");
    assert_eq!(bench.order(Actor::System, SETTLE_VERB, settle).unwrap(), []);
    let State::Reports(open) = &bench.state else { panic!() };
    assert_eq!(open.len(), 1, "the other is under way");
}

#[test]
fn one_about_a_case_is_told_by_the_escalation_that_asked_for_it() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    assert!(bench.hear(ServiceName::Routing, due()).is_empty());
    let escalated = contracts::messages::case_escalated::CaseEscalated {
        rung: "grave".to_owned(),
        clock: None,
        visit: None,
        actions: vec![contracts::messages::case_escalated::EscalationAction::Notified {
            people: vec![person("gao")],
            template: Some("report".parse().unwrap()),
            report: None,
        }],
        level: 1,
        because: None,
    };
    let said = bench.hear(ServiceName::Routing, escalated);
    assert_eq!(notices(&said)[0].template.as_str(), "report", "built in where the playbook has none");
}

/// The plan and what is known of the complaint go by mail to the departments that the playbook lists.
#[test]
fn one_about_a_case_says_what_the_playbook_wants_said_of_it() {
    let body =
        json!({"zh": "{{ text }} {{ number }}：{{ facts.form_plan }}，{{ facts.form_product }}", "en": "x"});
    let mut bench =
        bench_knowing(json!({"report": {"subject": {"zh": "{{ number }}", "en": "x"}, "body": body}}));
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    let facts = json!({"form_plan": "三月五日上门更换", "form_product": "割草机"});
    let report = json!({"label": {"zh": "售后处理计划", "en": "Plan"}, "channel": "email", "facts": facts});
    let escalated: contracts::messages::case_escalated::CaseEscalated = serde_json::from_value(json!({
        "rung": "planned", "clock": null, "level": 1,
        "actions": [{"action": "notified", "people": ["gao", "zhou"], "template": "report", "report": report}],
    }))
    .unwrap();
    let said = bench.hear(ServiceName::Routing, escalated);
    let told = notices(&said);
    assert_eq!(told.iter().map(|notice| notice.channel.as_str()).collect::<Vec<_>>(), ["email", "email"]);
    for word in bench.words.iter().filter(|word| told.iter().any(|notice| notice.text.id == word.id)) {
        assert!(word.text.ends_with("售后处理计划 TS-1：三月五日上门更换，割草机"), "{}", word.text);
    }
}

#[test]
fn one_about_a_case_is_told_by_its_own_name_and_channel() {
    let told = |zh: &str, channel: Option<&str>| {
        let report = json!({"label": {"zh": zh, "en": "Report"}, "channel": channel});
        json!({"action": "notified", "people": ["gao"], "template": "report", "report": report})
    };
    let escalated: contracts::messages::case_escalated::CaseEscalated = serde_json::from_value(json!({
        "rung": "grave", "clock": null, "level": 1,
        "actions": [told("重大投诉专报", Some("email")), told("日报", None), {"action": "watched", "person": "gao"}],
    }))
    .unwrap();
    // The rung may be heard of before the complaint.
    for early in [false, true] {
        let mut bench = Bench::new(Notification);
        let case = registered("phone", Language::Zh);
        let said = if early {
            assert!(bench.hear(ServiceName::Routing, escalated.clone()).is_empty());
            bench.hear(ServiceName::Intake, case)
        } else {
            bench.hear(ServiceName::Intake, case);
            bench.hear(ServiceName::Routing, escalated.clone())
        };
        let notices: Vec<_> =
            notices(&said).into_iter().filter(|notice| notice.template.as_str() == "report").collect();
        let by: Vec<_> = notices.iter().map(|notice| notice.channel.as_str()).collect();
        assert_eq!(by, ["email", "web"], "early: {early}");
        let text = |notice: &NoticeRequested| {
            bench.words.iter().find(|word| word.id == notice.text.id).unwrap().text.clone()
        };
        assert_eq!(text(notices[0]), "报告已生成，请查阅：重大投诉专报（TS-1）");
        assert_eq!(text(notices[1]), "报告已生成，请查阅：日报（TS-1）");
    }
}
