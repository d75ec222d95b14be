//! What whoever speaks with the customer has before them, and what of it has to be done.

use contracts::ProblemCode;
use contracts::messages::case_closed::CaseClosed;

use super::*;
use crate::queries::view;

/// What P38 wants told, with everything known.
fn told_about() -> Value {
    json!({
        "tell": ["acceptor_name", "acceptor_contact", "flow", "time_per_step", "number"],
        "acceptor": {"name": "林月", "contact": "分机 8012"},
        "flow": [{"zh": "处理", "en": "Handle"}, {"zh": "答复", "en": "Reply"}],
        "times": [{"step": {"zh": "处理", "en": "Handle"}, "limit": "3 working days"}],
    })
}

fn contact(reached: bool, told: &[&str]) -> Value {
    json!({"visit": visit(1), "epoch": 1, "reached": reached, "channel": "phone", "told": told})
}

fn bench_that_tells() -> Bench {
    bench_with(StageKind::Contact, |event| slice(event)["contact"] = told_about())
}

fn guide(bench: &Bench) -> Value {
    view(bench.state.conversation().unwrap())["visits"][0]["guide"].clone()
}

#[test]
fn whoever_reaches_the_customer_tells_all_that_the_playbook_says() {
    let all = ["acceptor_name", "acceptor_contact", "flow", "time_per_step", "number"];
    for (order, code, expected) in [
        (contact(true, &all[..4]), ProblemCode::MissingField, "number"),
        (contact(true, &["weather"]), ProblemCode::InvalidField, &*all.join(", ")),
        (
            contact(false, &all[..1]),
            ProblemCode::InvalidField,
            "nothing: nobody was reached, or the playbook wants nothing told",
        ),
    ] {
        let problem = bench_that_tells().order(li(), "contact.record", order).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some("/told")));
        assert_eq!(problem.expected.as_deref(), Some(expected));
    }
    let mut bench = bench_that_tells();
    assert_eq!(ended(&bench.order(li(), "contact.record", contact(false, &[])).unwrap()), None);
    let repeated: Vec<_> = all.iter().chain(&all[..2]).copied().collect();
    let said = bench.order(li(), "contact.record", contact(true, &repeated)).unwrap();
    let Event::ContactRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!((recorded.told.as_slice(), ended(&said)), (&all.map(str::to_owned)[..], Some("contacted")));
    let shown = view(bench.state.conversation().unwrap());
    assert_eq!(shown["visits"][0]["contacts"][1]["told"], json!(all));
}

#[test]
fn what_is_to_be_told_stands_before_whoever_calls() {
    let lines = guide(&bench_that_tells())["tell"]["lines"].clone();
    let expected = [
        "受理人：林月",
        "联系方式：分机 8012",
        "处理流程：处理 → 答复",
        "各环节时限：处理 3个工作日",
        "投诉编号：TS-1",
    ];
    assert_eq!(lines, json!(expected));
    let mut bench = bench_that_tells();
    bench.order(li(), "contact.record", contact(false, &[])).unwrap();
    assert_eq!(guide(&bench)["tell"]["lines"], json!(expected), "for the next attempt as well");
}

#[test]
fn a_message_tells_it_whatever_its_template_says() {
    for (language, parts) in [
        (Language::Zh, ["短信", "受理人：林月", "处理 3个工作日"]),
        (Language::En, ["text", "To be reached at: 分机 8012", "How it goes on: Handle → Reply"]),
    ] {
        let mut bench = Bench::new(Notification);
        let mut event = entered(StageKind::Contact, visit(1));
        (event.language, event.brief["person"]) = (language, json!("not_needed"));
        slice(&mut event)["contact"] = told_about();
        slice(&mut event)["templates"] = json!({"first_contact": {"body": {"zh": "短信", "en": "text"}}});
        let said = bench.hear(ServiceName::Routing, event);
        assert_eq!(ended(&said), Some("contacted"));
        for part in parts {
            assert!(bench.words[0].text.contains(part), "{part}: {}", bench.words[0].text);
        }
    }
}

#[test]
fn what_nobody_knows_is_not_told() {
    let bench = bench_with(StageKind::Contact, |event| {
        let unknown = json!({"tell": ["acceptor_name", "acceptor_contact", "flow", "time_per_step"],
            "acceptor": null, "flow": [], "times": []});
        slice(event)["contact"] = unknown;
    });
    assert_eq!(guide(&bench)["tell"]["lines"], json!(["受理人：客服"]), "the role stands for the person");
}

#[test]
fn a_formal_letter_goes_by_letter() {
    let formal = |event: &mut StageEntered| {
        slice(event)["reply"]["form"] = json!("formal_letter");
        event.results = vec![proposed(1, 1), decided(1, 1, true)];
    };
    let by = |channel: &str| json!({"visit": visit(1), "epoch": 1, "channel": channel});
    let mut bench = bench_with(StageKind::Reply, formal);
    let problem = bench.order(li(), "reply", by("phone")).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/channel")));
    assert_eq!(guide(&bench)["form"], json!("formal_letter"));
    let said = bench.order(li(), "reply", by("letter")).unwrap();
    assert!(bench.words[0].text.contains("正式函复"), "{}", bench.words[0].text);
    assert!(bench.words[0].text.contains("退款 120.50 元"), "{}", bench.words[0].text);
    let completed = said.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(&completed.results),
        _ => None,
    });
    assert_eq!(completed.unwrap(), &json!({"channel": "letter", "formal_letter": true}));
    // Without a person it is the post where the customer's own channel carries no letter.
    let mut event = entered(StageKind::Reply, visit(1));
    formal(&mut event);
    event.brief["person"] = json!("not_needed");
    let said = Bench::new(Notification).hear(ServiceName::Routing, event);
    let told = said.iter().find_map(|event| match event {
        Event::NoticeRequested(notice) => Some((notice.channel.as_str(), notice.template.as_str())),
        _ => None,
    });
    assert_eq!(told, Some(("letter", "formal_letter")));
}

#[test]
fn words_to_avoid_are_warned_of_and_stop_nothing() {
    let mut bench = bench_with(StageKind::Reply, |event| {
        slice(event)["scripts"] = json!({"taboos": {"label": {"zh": "禁语", "en": "Taboos"},
            "avoid": [{"words": {"zh": "不可能", "en": "impossible"}, "better": null}]}});
    });
    let order = json!({"visit": visit(1), "epoch": 1, "channel": "phone", "text": "退款不可能"});
    assert_eq!(ended(&bench.order(li(), "reply", order).unwrap()), Some("told"));
    let warned = &bench.answer["warnings"];
    assert_eq!((&warned[0]["from"], &warned[0]["to"]), (&json!(2), &json!(5)));
}

#[test]
fn notes_for_the_caller_are_shown_before_the_call() {
    let mut bench = bench_with(StageKind::Callback, |event| {
        slice(event)["callback"]["notes"] = json!([{"zh": "先致谢", "en": "Thank them first"}]);
    });
    let note = json!({"note": "由主管陪同回访"});
    let said = bench.order(staff("zhou", &["director"]), "callback.note", note.clone()).unwrap();
    let Event::CallbackNoted(noted) = &said[0] else { panic!() };
    assert_eq!((bench.words[0].text.as_str(), said.len()), ("由主管陪同回访", 1));
    let shown = view(bench.state.conversation().unwrap());
    assert_eq!(shown["caller_notes"][0]["note"], json!(noted.note));
    assert_eq!(shown["caller_notes"][0]["by"]["person"], json!("zhou"));
    assert_eq!(guide(&bench)["notes"][0]["zh"], json!("先致谢"));
    assert_eq!(guide(&bench)["calls"], json!({"min": 1, "max": null}));
    for (actor, code) in [
        (staff("wang", &["director"]), ProblemCode::ConflictOfInterest),
        (Actor::Customer, ProblemCode::NotAllowed),
    ] {
        assert_eq!(bench.order(actor, "callback.note", note.clone()).unwrap_err().code, code);
    }
    let problem = bench.order(li(), "callback.note", json!({"note": " "})).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/note"));
}

#[test]
fn a_party_notes_nothing_for_the_caller_whether_a_visit_is_open_or_not() {
    let note = || json!({"note": "由主管陪同回访"});
    let refused = |bench: &mut Bench, who: &str| {
        bench.order(staff(who, &["director"]), "callback.note", note()).err().map(|problem| problem.code)
    };
    // The person complained of, before any visit of ours.
    let mut bench = Bench::new(Notification);
    let mut event = registered("phone", Language::Zh);
    event.complained_of_person = Some(person("sun"));
    bench.hear(ServiceName::Intake, event.clone());
    assert_eq!(refused(&mut bench, "sun"), Some(ProblemCode::ConflictOfInterest));
    assert_eq!(refused(&mut bench, "wang"), None);
    // Whom a visit kept out, after it; the registration may come late.
    let mut bench = bench_with(StageKind::Contact, |_| {});
    bench.order(li(), "contact.record", contact(true, &[])).unwrap();
    bench.hear(ServiceName::Intake, event);
    for party in ["wang", "sun"] {
        assert_eq!(refused(&mut bench, party), Some(ProblemCode::ConflictOfInterest), "{party}");
    }
    // Who handled it is kept out of the callback alone.
    let mut bench = bench_with(StageKind::Callback, |event| event.barred = vec![person("zhao")]);
    assert_eq!(refused(&mut bench, "zhao"), Some(ProblemCode::ConflictOfInterest));
    let call = json!({"visit": visit(1), "epoch": 1, "reached": true, "satisfaction": "5"});
    bench.order(li(), "callback", call).unwrap();
    assert_eq!(refused(&mut bench, "zhao"), None);
}

#[test]
fn a_case_takes_so_many_notes_for_the_caller_and_none_once_it_is_closed() {
    let mut bench = bench_with(StageKind::Callback, |_| {});
    let note = || json!({"note": "由主管陪同回访"});
    for _ in 0..50 {
        bench.order(li(), "callback.note", note()).unwrap();
    }
    let problem = bench.order(li(), "callback.note", note()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/note")));
    assert_eq!(problem.expected.as_deref(), Some("at most 50 notes of a case"));
    let mut bench = bench_with(StageKind::Callback, |_| {});
    let closed = CaseClosed {
        points: Vec::new(),
        outcome: "satisfied".to_owned().try_into().unwrap(),
        instances: 1,
        level: 1,
        summary: None,
        by: Actor::System,
    };
    bench.hear(ServiceName::Routing, closed);
    let problem = bench.order(li(), "callback.note", note()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::WrongStage, Some("/note")));
}

/// A reply thanks, apologises and explains in the words of the playbook's scripts: its template takes them in, and whoever
/// speaks has them before them.
#[test]
fn a_reply_is_said_with_the_scripts_of_the_playbook() {
    let say = |zh: &str, en: &str| json!({"label": {"zh": zh, "en": en}, "say": [{"zh": zh, "en": en}]});
    for (language, expected) in [
        (Language::Zh, "感谢您告诉我们。很抱歉。拉链已更换。编号 TS-1"),
        (Language::En, "Thank you. We are sorry. The zip was replaced. No. TS-1"),
    ] {
        let mut bench = bench_with(StageKind::Reply, |event| {
            event.language = language;
            slice(event)["scripts"] = json!({
                "thanks": say("感谢您告诉我们。", "Thank you."),
                "apology": say("很抱歉。", "We are sorry."),
                "cause": say("拉链已更换。", "The zip was replaced."),
            });
            slice(event)["templates"] = json!({"reply": {"body": {
                "zh": "{{ scripts.thanks }}{{ scripts.apology }}{{ scripts.cause }}编号 {{ number }}",
                "en": "{{ scripts.thanks }} {{ scripts.apology }} {{ scripts.cause }} No. {{ number }}",
            }}});
        });
        assert_eq!(guide(&bench)["scripts"]["apology"]["say"][0]["zh"], json!("很抱歉。"));
        bench.order(li(), "reply", json!({"visit": visit(1), "epoch": 1, "channel": "email"})).unwrap();
        assert_eq!(bench.words[0].text, expected);
    }
}

///
#[test]
fn a_talk_about_the_result_ends_with_the_closing_question() {
    let closing = |own: Value| {
        let bench = bench_with(StageKind::Callback, |event| slice(event)["scripts"] = own);
        guide(&bench)["closing_question"]["zh"].clone()
    };
    assert_eq!(closing(json!({})), json!("请问您觉得这样处理可以了吗？您还有别的问题吗？"));
    let own = json!({"closing_question": {"label": {"zh": "结束语", "en": "Closing"},
        "say": [{"zh": "还有什么可以帮您？", "en": "Anything else?"}]}});
    assert_eq!(closing(own), json!("还有什么可以帮您？"));
    let mut bench = bench_with(StageKind::Callback, |_| {});
    let call = json!({"visit": visit(1), "epoch": 1, "reached": true, "satisfaction": "5"});
    bench.order(li(), "callback", call).unwrap();
    assert_eq!(guide(&bench), Value::Null, "what is over needs no guide");
}
