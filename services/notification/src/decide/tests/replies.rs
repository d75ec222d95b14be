//! The reply: approved, promised, in the customer's language, and the customer's answer to it.

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::file_added::FileAdded;
use contracts::messages::notice_requested::NoticeRequested;
use contracts::{FileId, ProblemCode};

use super::*;
use corekit::whats;

fn by(channel: &str, text: Option<&str>) -> Value {
    json!({"visit": visit(1), "epoch": 1, "channel": channel, "text": text})
}

fn notice(events: &[Event]) -> Option<&NoticeRequested> {
    events.iter().find_map(|event| match event {
        Event::NoticeRequested(notice) => Some(notice),
        _ => None,
    })
}

/// Approval is asked for before the reply; `results` are what came before.
fn guarded(results: Vec<StageResult>, approved: Option<bool>) -> impl FnOnce(&mut StageEntered) {
    move |event| {
        slice(event)["approve_before"] = json!(["reply"]);
        event.results = results;
        event.facts.extend(approved.map(|approved| (key::approved(), approved.into())));
    }
}

#[test]
fn nothing_is_told_before_the_round_is_approved() {
    let refused = [
        guarded(vec![], None),
        guarded(vec![], Some(false)),
        guarded(vec![proposed(1, 1)], Some(true)),
        guarded(vec![proposed(1, 1), decided(1, 1, false)], Some(true)),
        guarded(vec![proposed(1, 1), decided(1, 1, true), proposed(1, 2)], Some(true)),
        guarded(vec![proposed(1, 1), decided(1, 1, true)], Some(false)),
    ];
    for (n, change) in refused.into_iter().enumerate() {
        let mut bench = bench_with(StageKind::Reply, change);
        for text in [None, Some("退您一万元")] {
            let problem = bench.order(li(), "reply", by("phone", text)).unwrap_err();
            assert_eq!(problem.code, ProblemCode::NotApproved, "{n}");
        }
    }
    let history = vec![proposed(1, 1), decided(1, 1, false), proposed(1, 2), decided(1, 2, true)];
    let mut bench = bench_with(StageKind::Reply, guarded(history, Some(true)));
    assert_eq!(ended(&bench.order(li(), "reply", by("phone", None)).unwrap()), Some("told"));
}

#[test]
fn that_a_complaint_does_not_stand_is_explained_without_a_round() {
    let unfounded = |results| {
        let change = guarded(results, None);
        let mut bench = bench_with(StageKind::Reply, |event| {
            change(event);
            event.facts.insert(key::substantiated(), false.into());
        });
        bench.order(li(), "reply", by("phone", None)).map(|events| ended(&events).map(str::to_owned))
    };
    assert_eq!(unfounded(vec![]).unwrap().as_deref(), Some("told"));
    // What was proposed all the same is decided first.
    assert_eq!(unfounded(vec![proposed(1, 1)]).unwrap_err().code, ProblemCode::NotApproved);
}

#[test]
fn the_template_names_what_was_approved_and_nothing_else() {
    let told = |language, change: Box<dyn FnOnce(&mut StageEntered)>| {
        let mut bench = bench_with(StageKind::Reply, |event| {
            event.language = language;
            change(event);
        });
        bench.order(li(), "reply", by("email", None)).unwrap();
        bench.words[0].text.clone()
    };
    let with = |results: Vec<StageResult>| -> Box<dyn FnOnce(&mut StageEntered)> {
        Box::new(move |event| event.results = results)
    };
    let approved = || with(vec![proposed(1, 1), decided(1, 1, true)]);
    assert!(told(Language::Zh, approved()).contains("退款 120.50 元；致歉；"));
    assert!(told(Language::En, approved()).contains("a refund CNY 120.50; an apology;"));
    // What was approved for less is told as it was approved.
    let less = || {
        let mut less = decided(1, 2, true);
        let remedies = json!([{"remedy": "refund", "amount": 9_000}, {"remedy": "apology", "amount": 0}]);
        less.results["amended"] = json!({"version": 2, "remedies": remedies, "total": 9_000});
        less
    };
    assert!(told(Language::Zh, with(vec![proposed(1, 1), less()])).contains("退款 90.00 元；致歉；"));
    assert!(!told(Language::Zh, with(vec![proposed(1, 1), less(), proposed(1, 3)])).contains("退款"));
    // The playbook asks for no round before the reply: the proposal is within the department's own authority.
    assert!(told(Language::Zh, with(vec![proposed(1, 1)])).contains("退款 120.50 元"));
    for (why, results) in [
        ("refused", vec![proposed(1, 1), decided(1, 1, false)]),
        ("a later version", vec![proposed(1, 1), decided(1, 1, true), proposed(1, 2)]),
        ("nothing proposed", vec![]),
        ("another handling", vec![proposed(2, 1), decided(2, 1, true)]),
    ] {
        assert!(!told(Language::Zh, with(results)).contains("退款"), "{why}");
    }
}

#[test]
fn a_complaint_that_does_not_stand_is_explained() {
    let mut bench = bench_with(StageKind::Reply, |event| {
        event.facts.insert(key::substantiated(), false.into());
    });
    let said = bench.order(li(), "reply", by("email", None)).unwrap();
    assert_eq!(notice(&said).unwrap().template.as_str(), "explanation");
}

#[test]
fn a_written_channel_gets_a_message_and_a_spoken_one_none() {
    for (channel, written) in [("email", true), ("wechat", true), ("phone", false), ("visit", false)] {
        let mut bench = bench_with(StageKind::Reply, |_| {});
        let said = bench.order(li(), "reply", by(channel, Some("已为您退款 ✔"))).unwrap();
        assert_eq!(notice(&said).is_some(), written, "{channel}");
        assert_eq!(bench.rows.len(), usize::from(written));
        let found = facts(&said);
        assert_eq!(found[&key::result_told()], true.into());
        assert_eq!(found.contains_key(&key::customer_contacted()), !written, "spoken with is reached");
        let Event::ReplyTold(told) = &said[0] else { panic!() };
        assert_eq!((told.channel.as_str(), told.by.person()), (channel, Some(&person("li"))));
        assert_eq!(whats(&said).last(), Some(&"work.withdrawn"));
    }
}

#[test]
fn the_playbooks_own_template_is_used_with_its_version_and_subject() {
    let mut bench = bench_with(StageKind::Reply, |event| {
        slice(event)["templates"] = json!({"reply": {
            "subject": {"zh": "关于 {{ number }}", "en": "About {{ number }}"},
            "body": {"zh": "{{ stage }}：{% for r in remedies %}{{ r.label }}{% endfor %}", "en": "x"}}});
        event.results = vec![proposed(1, 1)];
    });
    let said = bench.order(li(), "reply", by("email", None)).unwrap();
    let notice = notice(&said).unwrap();
    assert_eq!((notice.template.as_str(), notice.template_version), ("reply", 2));
    let texts: Vec<_> = bench.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["答复：退款致歉", "答复：退款致歉", "关于 TS-1"]);
    let crate::store::Row::Deliver(delivery) = &bench.rows[0] else { panic!() };
    assert_eq!(delivery.subject, Some(bench.words[2].id));
}

#[test]
fn a_template_that_cannot_be_rendered_refuses_with_its_place() {
    let broken = |event: &mut StageEntered| {
        slice(event)["templates"] = json!({"reply": {"body": {"zh": "您好\n{{ nummer }}", "en": "x"}}});
    };
    let mut bench = bench_with(StageKind::Reply, broken);
    let problem = bench.order(li(), "reply", by("email", None)).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/text")));
    assert!(problem.detail.contains("reply") && problem.detail.contains(":2"), "{}", problem.detail);
    assert_eq!(ended(&bench.order(li(), "reply", by("email", Some("写好的"))).unwrap()), Some("told"));
}

#[test]
fn the_customer_accepts_or_rejects_what_they_were_told() {
    for (accepted, outcome) in [(true, "accepted"), (false, "rejected")] {
        for actor in [Actor::Customer, li()] {
            let mut bench = bench_with(StageKind::Reply, |event| {
                event.brief["outcomes"] = json!(["accepted", "rejected", "unreachable"]);
            });
            let answer = json!({"visit": visit(1), "accepted": accepted, "reason": "太少了"});
            let early = bench.order(actor.clone(), "answer.record", answer.clone()).unwrap_err();
            assert_eq!(early.code, ProblemCode::WrongStage, "nobody answers what was not said");
            let said = bench.order(li(), "reply", by("phone", None)).unwrap();
            assert_eq!(ended(&said), None, "the stage waits for the answer");
            let give_up =
                json!({"visit": visit(1), "epoch": 1, "reached": false, "channel": "phone", "give_up": true});
            assert!(bench.order(li(), "contact.record", give_up).is_err(), "they were told already");
            let said = bench.order(actor.clone(), "answer.record", answer).unwrap();
            assert_eq!(ended(&said), Some(outcome));
            let found = facts(&said);
            assert_eq!(found[&key::customer_agreed()], accepted.into());
            assert_eq!(found.contains_key(&key::dissatisfied()), !accepted);
            let Event::CustomerAnswered(answered) = &said[0] else { panic!() };
            assert_eq!((&answered.by, answered.reason.is_some()), (&actor.plain(), true));
            let kept = bench.state.conversation().unwrap().visits[&visit(1)].answered.clone().unwrap();
            assert_eq!((kept.accepted, &kept.reason), (accepted, &answered.reason), "the case shows it");
        }
    }
}

#[test]
fn the_same_order_asks_for_the_same_message() {
    let id = || {
        let mut bench = bench_with(StageKind::Reply, |_| {});
        notice(&bench.order(li(), "reply", by("email", None)).unwrap()).unwrap().notice
    };
    assert_eq!(id(), id(), "event, recipient, channel and template version make the id");
}

#[test]
fn a_reply_that_needs_nobody_is_told_by_its_template_once_it_may() {
    let alone = |event: &mut StageEntered| {
        event.brief["person"] = json!("not_needed");
        event.facts.insert(key::channel(), "email".into());
        guarded(vec![proposed(1, 1), decided(1, 1, true)], Some(true))(event);
    };
    let mut event = entered(StageKind::Reply, visit(1));
    alone(&mut event);
    let mut bench = Bench::new(Notification);
    let said = bench.hear(ServiceName::Routing, event.clone());
    assert_eq!(whats(&said), ["notice.requested", "reply.told", "stage.completed"]);
    assert_eq!(notice(&said).unwrap().channel.as_str(), "email");
    assert!(bench.words[0].text.contains("退款 120.50 元"), "{}", bench.words[0].text);
    assert_eq!(bench.state.conversation().unwrap().notices.len(), 1);

    event.facts.remove(&key::approved());
    let problem = Bench::new(Notification).try_hear(ServiceName::Routing, event).unwrap_err();
    assert_eq!(problem.code, ProblemCode::NotApproved, "parked, where somebody sees it");
}

#[test]
fn a_reply_that_needs_nobody_still_waits_for_the_customers_answer() {
    let mut event = entered(StageKind::Reply, visit(1));
    event.brief["person"] = json!("not_needed");
    event.brief["outcomes"] = json!(["accepted", "rejected"]);
    let mut bench = Bench::new(Notification);
    let said = bench.hear(ServiceName::Routing, event);
    assert_eq!((ended(&said), facts(&said)[&key::result_told()].clone()), (None, true.into()));
    let answer = json!({"visit": visit(1), "accepted": true});
    assert_eq!(
        bench.order(li(), "answer.record", answer.clone()).unwrap_err().code,
        ProblemCode::NotTheHolder
    );
    assert_eq!(ended(&bench.order(Actor::Customer, "answer.record", answer).unwrap()), Some("accepted"));
}

/// Somebody says that the amount is known.
fn amount_known() -> FactRecorded {
    let facts = Facts::from([(key::amount_known(), true.into())]);
    FactRecorded { facts, at: now(), by: li(), visit: None }
}

#[test]
fn what_the_playbook_requires_is_on_record_before_the_customer_is_told() {
    let requires = |event: &mut StageEntered| {
        event.brief["outcomes"] = json!(["accepted", "rejected"]);
        event.brief["requires"] = json!({"facts": ["amount_known", "customer_agreed", "result_told"]});
    };
    let mut bench = bench_with(StageKind::Reply, requires);
    let problem = bench.order(li(), "reply", by("phone", None)).unwrap_err();
    assert_eq!(problem.code, ProblemCode::MissingField);
    assert_eq!(problem.field.as_deref(), Some("/facts/amount_known"), "not only when the customer answers");
    bench.hear(ServiceName::Intake, amount_known());
    bench.order(li(), "reply", by("phone", None)).unwrap();
    let answer = |accepted: bool| json!({"visit": visit(1), "accepted": accepted});
    let problem = bench.order(li(), "answer.record", answer(false)).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/facts/customer_agreed"));
    assert_eq!(ended(&bench.order(li(), "answer.record", answer(true)).unwrap()), Some("accepted"));
}

#[test]
fn a_message_alone_tells_nothing_either_before_what_is_required() {
    let mut stage = entered(StageKind::Reply, visit(1));
    stage.brief["person"] = json!("not_needed");
    stage.brief["requires"] = json!({"facts": ["amount_known"]});
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    let problem = bench.try_hear(ServiceName::Routing, stage.clone()).unwrap_err();
    assert_eq!(problem.code, ProblemCode::MissingField, "parked, where somebody sees it");
    bench.hear(ServiceName::Intake, amount_known());
    assert_eq!(ended(&bench.hear(ServiceName::Routing, stage)), Some("told"), "replayed as it was");
}

/// A stage whose reply goes with a test report and a photograph.
fn with_evidence() -> StageEntered {
    let mut stage = entered(StageKind::Reply, visit(1));
    let kind = |key: &str| json!({"key": key, "label": {"zh": "证据", "en": "Evidence"}});
    slice(&mut stage)["reply"]["evidence_attachments"] = json!([kind("test_report"), kind("photo")]);
    stage
}

fn added(n: u128) -> FileAdded {
    FileAdded {
        file: FileId(Uuid::from_u128(n)),
        media_type: "text/plain".to_owned(),
        bytes: 5,
        sha256: "00".repeat(32),
        by: Actor::System,
    }
}

#[test]
fn no_reply_is_told_without_the_evidence_that_the_playbook_demands() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    bench.hear(ServiceName::Intake, added(8));
    bench.hear(ServiceName::Intake, added(9));
    enter(&mut bench, with_evidence());
    let mut order = |attachments: Value| {
        let body = json!({"visit": visit(1), "epoch": 1, "channel": "phone", "text": "检测合格",
            "attachments": attachments});
        bench.order(li(), "reply", body)
    };
    let file = |evidence: &str, n: u128| json!({"evidence": evidence, "file": FileId(Uuid::from_u128(n))});
    for (attachments, code, field) in [
        (json!([]), ProblemCode::MissingField, "/attachments"),
        (json!([file("photo", 9)]), ProblemCode::MissingField, "/attachments"),
        (json!([file("photo", 9), file("gossip", 9)]), ProblemCode::InvalidField, "/attachments/1/evidence"),
        (json!([file("photo", 7), file("test_report", 9)]), ProblemCode::InvalidField, "/attachments/0/file"),
    ] {
        let problem = order(attachments).unwrap_err();
        let mut all = std::iter::once(&problem).chain(&problem.errors);
        let found = all.any(|one| (one.code, one.field.as_deref()) == (code, Some(field)));
        assert!(found, "{problem:?}");
    }
    let said = order(json!([file("photo", 8), file("test_report", 9)])).unwrap();
    let Event::ReplyTold(told) = &said[0] else { panic!() };
    assert_eq!(told.attachments.len(), 2);
}

#[test]
fn where_no_evidence_is_demanded_none_is_attached() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    bench.hear(ServiceName::Intake, added(9));
    enter(&mut bench, entered(StageKind::Reply, visit(1)));
    let body = json!({"visit": visit(1), "epoch": 1, "channel": "phone", "text": "好",
        "attachments": [{"evidence": "photo", "file": FileId(Uuid::from_u128(9))}]});
    let problem = bench.order(li(), "reply", body).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/attachments/0/evidence"));
}

#[test]
fn a_message_alone_never_goes_with_evidence() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    let mut stage = with_evidence();
    stage.brief["person"] = json!("not_needed");
    let problem = bench.try_hear(ServiceName::Routing, stage).unwrap_err();
    assert_eq!(problem.code, ProblemCode::BrokenPlaybook);
}
