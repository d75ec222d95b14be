//! Contact and callback: reached or not, how often, by whom, and how it ends.

use contracts::facts::key;
use contracts::{FactValue, ProblemCode};

use super::*;

fn call(reached: bool, satisfaction: Option<&str>) -> Value {
    json!({"visit": visit(1), "epoch": 1, "reached": reached, "satisfaction": satisfaction})
}

fn callback(min: u32, max: Option<u32>) -> Bench {
    bench_with(StageKind::Callback, |event| {
        slice(event)["callback"]["min"] = json!(min);
        slice(event)["callback"]["max"] = json!(max);
    })
}

#[test]
#[allow(clippy::type_complexity, reason = "the table is read row by row")]
fn callbacks_end_by_number_and_last_answer() {
    // (min, max), the calls in order (none: not reached), how the last of them ended the stage
    let table: &[((u32, Option<u32>), &[Option<&str>], Option<&str>)] = &[
        ((1, None), &[Some("5")], Some("satisfied")),
        ((1, None), &[Some("3")], Some("satisfied")),
        ((1, None), &[Some("1")], Some("dissatisfied")),
        ((1, None), &[None, None, None], None),
        ((1, None), &[None, None, Some("5")], Some("satisfied")),
        ((2, None), &[Some("5")], None),
        ((2, None), &[Some("5"), None], None),
        ((2, None), &[Some("5"), None, Some("3")], Some("satisfied")),
        ((2, None), &[Some("5"), Some("1")], Some("dissatisfied")),
        ((3, None), &[Some("1")], Some("dissatisfied")),
        ((1, Some(2)), &[None], None),
        ((1, Some(2)), &[None, None], Some("unreachable")),
        ((2, Some(2)), &[None, Some("5")], Some("satisfied")),
        ((2, Some(3)), &[Some("5"), None, None], Some("satisfied")),
    ];
    for ((min, max), calls, end) in table {
        let mut bench = callback(*min, *max);
        for (n, satisfaction) in calls.iter().enumerate() {
            let said = bench.order(li(), "callback", call(satisfaction.is_some(), *satisfaction)).unwrap();
            let Event::CallbackRecorded(recorded) = &said[0] else { panic!() };
            assert_eq!(recorded.attempt as usize, n + 1);
            let is_last = n + 1 == calls.len();
            assert_eq!(ended(&said), end.filter(|_| is_last), "{min} {max:?} {calls:?} at {n}");
        }
    }
}

///
#[test]
fn a_callback_is_made_by_a_channel_of_the_playbook() {
    let by = |channel: Option<&str>| json!({"visit": visit(1), "epoch": 1, "reached": true, "satisfaction": "5", "channel": channel});
    let bench = |channels: Value| {
        bench_with(StageKind::Callback, |event| slice(event)["callback"]["channels"] = channels)
    };
    for (channel, code) in [(None, ProblemCode::MissingField), (Some("sms"), ProblemCode::InvalidField)] {
        let problem = bench(json!(["phone", "visit"])).order(li(), "callback", by(channel)).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some("/channel")));
        assert_eq!(problem.expected.as_deref(), Some("phone, visit"));
    }
    for (channels, channel) in
        [(json!(["phone", "visit"]), Some("visit")), (json!([]), Some("sms")), (json!([]), None)]
    {
        let said = bench(channels).order(li(), "callback", by(channel)).unwrap();
        let Event::CallbackRecorded(recorded) = &said[0] else { panic!() };
        assert_eq!(recorded.channel.as_ref().map(|channel| channel.as_str()), channel);
    }
    let mut bench = bench(json!(["phone"]));
    let problem = bench.order(Actor::Customer, "callback", by(Some("phone"))).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::NotAllowed, Some("/channel")));
    bench.order(Actor::Customer, "callback", by(None)).unwrap();
}

#[test]
fn a_stage_never_ends_as_the_playbook_does_not_foresee() {
    let mut bench = bench_with(StageKind::Callback, |event| {
        slice(event)["callback"]["max"] = json!(1);
        event.brief["outcomes"] = json!(["satisfied", "dissatisfied"]);
    });
    assert_eq!(ended(&bench.order(li(), "callback", call(false, None)).unwrap()), None);
    assert_eq!(ended(&bench.order(li(), "callback", call(true, Some("5"))).unwrap()), Some("satisfied"));
}

#[test]
fn the_answer_is_the_customers_and_on_the_scale() {
    for (order, code) in [
        (call(true, None), ProblemCode::MissingField),
        (call(true, Some("4")), ProblemCode::InvalidField),
        (call(true, Some("满意")), ProblemCode::InvalidField),
        (call(false, Some("5")), ProblemCode::InvalidField),
    ] {
        let problem = callback(1, None).order(li(), "callback", order).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some("/satisfaction")));
        assert!(code == ProblemCode::InvalidField || problem.expected.as_deref() == Some("5, 3, 1"));
    }
}

#[test]
fn a_call_records_what_became_true() {
    let mut bench = callback(2, None);
    let said = bench.order(li(), "callback", call(true, Some("5"))).unwrap();
    let found = facts(&said);
    assert_eq!(found[&key::satisfaction()], "5".into());
    assert_eq!(found[&key::dissatisfied()], false.into());
    assert_eq!(found[&key::callbacks()], FactValue::Int(1));
    assert_eq!(found[&key::last_contact()], now().into());
    assert_eq!(found[&key::customer_contacted()], now().into(), "nobody reached them before");
    let found = facts(&bench.order(li(), "callback", call(false, None)).unwrap());
    assert_eq!(found, Facts::from([(key::not_reached(), true.into())]));
    let found = facts(&bench.order(li(), "callback", call(true, Some("1"))).unwrap());
    assert_eq!((&found[&key::dissatisfied()], &found[&key::callbacks()]), (&true.into(), &FactValue::Int(2)));
    assert!(!found.contains_key(&key::customer_contacted()), "the first time is the first time");
}

#[test]
fn the_customer_answers_once_by_their_own_link() {
    let mut bench = callback(2, None);
    let problem = bench.order(Actor::Customer, "callback", call(false, None)).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/reached")));
    let mut order = call(true, Some("5"));
    order["epoch"] = json!(9); // the customer knows of no epochs
    order["opinion"] = json!("谢谢 🙏");
    let said = bench.order(Actor::Customer, "callback", order).unwrap();
    let Event::CallbackRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!((&recorded.by, recorded.opinion.as_ref().unwrap().characters), (&Actor::Customer, 4));
    assert_eq!(bench.words[0].text, "谢谢 🙏");
    let problem = bench.order(Actor::Customer, "callback", call(true, Some("1"))).unwrap_err();
    assert_eq!(problem.code, ProblemCode::AlreadyExists);
    assert_eq!(ended(&bench.order(li(), "callback", call(true, Some("5"))).unwrap()), Some("satisfied"));
    let problem = bench.order(Actor::Customer, "callback", call(true, Some("1"))).unwrap_err();
    assert_eq!(problem.code, ProblemCode::VisitLeft);
}

#[test]
fn the_customer_may_answer_while_nobody_holds_the_work() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Routing, entered(StageKind::Callback, visit(1)));
    let said = bench.order(Actor::Customer, "callback", call(true, Some("1"))).unwrap();
    assert_eq!(ended(&said), Some("dissatisfied"), "a negative answer acts at once");
    assert!(said.iter().any(|event| event.what() == "work.withdrawn"), "nobody has to call any more");
}

#[test]
fn a_contact_is_on_record_with_channel_and_note() {
    let mut bench = bench_with(StageKind::Contact, |_| {});
    let mut order =
        json!({"visit": visit(1), "epoch": 1, "reached": false, "channel": "phone", "note": "无人接听"});
    let said = bench.order(li(), "contact.record", order.clone()).unwrap();
    let Event::ContactRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!((recorded.reached, recorded.channel.as_str()), (false, "phone"));
    assert_eq!(recorded.note.as_ref().unwrap().id, bench.words[0].id, "the note can be found again");
    assert_eq!(facts(&said), Facts::from([(key::not_reached(), true.into())]));
    assert_eq!(ended(&said), None);
    order["reached"] = json!(true);
    let said = bench.order(li(), "contact.record", order).unwrap();
    assert_eq!(ended(&said), Some("contacted"));
    assert_eq!(facts(&said)[&key::customer_contacted()], now().into());
    let conversation = bench.state.conversation().unwrap();
    let reached: Vec<_> = conversation.visits[&visit(1)].contacts.iter().map(|one| one.reached).collect();
    assert_eq!(reached, [false, true]);
}

#[test]
fn giving_up_ends_only_what_can_end_so() {
    let give_up = |reached: bool| json!({"visit": visit(1), "epoch": 1, "reached": reached, "channel": "phone", "give_up": true});
    for kind in [StageKind::Contact, StageKind::Reply, StageKind::Callback] {
        let said = bench_with(kind, |_| {}).order(li(), "contact.record", give_up(false)).unwrap();
        assert_eq!(ended(&said), Some("unreachable"), "{kind}");
        let problem = bench_with(kind, |_| {}).order(li(), "contact.record", give_up(true)).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/give_up")));
        let no_way =
            |event: &mut StageEntered| event.brief["outcomes"] = json!(["told", "contacted", "satisfied"]);
        let problem = bench_with(kind, no_way).order(li(), "contact.record", give_up(false)).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/give_up")));
    }
}

/// A visit whose playbook identifies the customer by name and telephone number.
fn identifying(kind: StageKind) -> Bench {
    bench_with(kind, |event| slice(event)["identity_check"] = json!(["name", "phone"]))
}

#[test]
fn nobody_is_told_anything_before_they_are_identified() {
    let mut bench = identifying(StageKind::Callback);
    let mut asked = call(true, Some("5"));
    let place = Some("/identity_verified");
    let problem = bench.order(li(), "callback", asked.clone()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, place));
    assert!(problem.expected.unwrap().ends_with("name, phone"));
    asked["identity_verified"] = json!(false);
    let problem = bench.order(li(), "callback", asked.clone()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, place));
    let mut nobody = call(false, None);
    nobody["identity_verified"] = json!(false);
    let said = bench.order(li(), "callback", nobody).unwrap();
    assert_eq!(facts(&said)[&key::identity_verified()], false.into(), "that it was somebody else is known");
    asked["identity_verified"] = json!(true);
    let said = bench.order(li(), "callback", asked).unwrap();
    assert_eq!(facts(&said)[&key::identity_verified()], true.into());
    assert_eq!(ended(&said), Some("satisfied"));
    let contact = json!({"visit": visit(1), "epoch": 1, "reached": true, "channel": "phone"});
    let problem = identifying(StageKind::Contact).order(li(), "contact.record", contact).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, place));
}

#[test]
fn customers_are_identified_by_their_code() {
    let mut own = call(true, Some("5"));
    own["identity_verified"] = json!(true);
    let problem = identifying(StageKind::Callback).order(Actor::Customer, "callback", own).unwrap_err();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ProblemCode::NotAllowed, Some("/identity_verified"))
    );
    let said =
        identifying(StageKind::Callback).order(Actor::Customer, "callback", call(true, Some("5"))).unwrap();
    assert_eq!(ended(&said), Some("satisfied"));
}
