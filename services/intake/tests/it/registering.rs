//! `complaint.register`: what is taken, how it is numbered, which playbook it follows, repeats, references.

use contracts::commands::Actor;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::playbook_activated::ActivationScope;
use contracts::{ChannelKey, Event, FactKey, FactValue, ProblemCode};
use intake::Row;
use jiff::Span;
use serde_json::{Value, json};

use crate::world::{World, clerk, gates_passed, good, guided_form, playbook};

/// The longest narrative where the playbook has no shorter limit, in characters.
const NARRATIVE: usize = 20_000;

fn registered(world: &World) -> &ComplaintRegistered {
    world
        .said
        .iter()
        .rev()
        .find_map(|(_, event)| if let Event::ComplaintRegistered(said) = event { Some(said) } else { None })
        .unwrap()
}

fn fact(world: &World, key: &str) -> Option<FactValue> {
    registered(world).facts.get(&FactKey::new(key).unwrap()).cloned()
}

/// The number is given at registration, and words are kept.
#[test]
fn a_complaint_is_numbered_acknowledged_and_its_words_kept() {
    let mut world = World::new();
    let receipt = world.register("k1", clerk(), good()).unwrap();
    assert_eq!(receipt.number, "TS202503070001");
    assert_eq!(receipt.tracking_code.len(), 11);
    assert_eq!((receipt.received_at, receipt.registered_at), (world.now, world.now));
    assert!(receipt.warnings.is_empty(), "{:?}", receipt.warnings);
    let said = registered(&world);
    assert_eq!(said.number, receipt.number);
    assert_eq!((said.kind.as_str(), said.customer_type.as_str()), ("complaint", "consumer"));
    assert_eq!(said.unit.as_ref().map(|unit| unit.as_str()), Some("service"));
    assert_eq!(said.registered_by.person().map(|person| person.as_str()), Some("wang"));
    let kept: Vec<_> = world.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(kept, ["空调坏了三次，没人来修", "换一台新的"]);
    let published = serde_json::to_string(&said).unwrap();
    for private in ["张三", "5678", "空调", "换一台"] {
        assert!(!published.contains(private), "{private} is in the event");
    }
    assert!(matches!(world.state(&World::complaint("k1")), Some(intake::State::Complaint(_))));
}

///
#[test]
fn numbers_follow_the_day_of_the_organisation_and_are_never_used_twice() {
    let mut world = World::new();
    let mut numbers = Vec::new();
    // 15:59:30Z and 16:00:30Z lie on two days in Shanghai.
    world.now = "2025-03-07T15:59:30Z".parse().unwrap();
    for key in ["a", "b", "c"] {
        numbers.push(world.register(key, clerk(), good()).unwrap().number);
        world.now = world.now.checked_add(Span::new().seconds(30)).unwrap();
    }
    assert_eq!(numbers, ["TS202503070001", "TS202503080001", "TS202503080002"]);
}

#[test]
fn two_playbooks_never_give_the_same_number() {
    let mut world = World::new();
    let narrow = |channel: &str| ActivationScope {
        channel: Some(ChannelKey::new(channel).unwrap()),
        ..ActivationScope::default()
    };
    for (id, channel, pattern, reset) in [
        ("p02", "web", "TS{yyyy}{mm}{dd}{serial:6}", "day"),
        ("p03", "letter", "TS2025{serial:8}", "never"),
        ("p04", "fax", "8D{yyyy}{mm}{dd}{serial:3}", "day"),
    ] {
        world.publish(playbook(id, |document| {
            document["intake"]["numbering"] =
                json!({ "pattern": pattern, "reset": reset, "scope": "playbook" });
        }));
        world.activate(id, 1, narrow(channel));
    }
    let mut register = |key: &str, channel: &str| {
        let mut body = good();
        body["channel"] = json!(channel);
        world.register(key, clerk(), body).map(|receipt| receipt.number)
    };
    let numbers: Vec<_> = [("a", "phone"), ("b", "web"), ("c", "phone"), ("d", "fax")]
        .map(|(key, channel)| register(key, channel).unwrap())
        .into();
    assert_eq!(numbers, ["TS202503070001", "TS20250307000002", "TS202503070003", "8D20250307001"]);
    let problem = register("e", "letter").unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::BrokenPlaybook, Some("/playbook")));
}

#[test]
fn the_narrowest_active_playbook_is_followed_and_named_ones_win() {
    let mut world = World::new();
    world.publish(playbook("p38", |_| {}));
    let scope = ActivationScope { customer_type: Some("buyer".into()), ..ActivationScope::default() };
    world.activate("p38", 1, scope);
    let mut body = good();
    body["customer_type"] = json!("buyer");
    assert_eq!(world.register("k1", clerk(), body.clone()).unwrap().playbook.id.as_str(), "p38");
    body["playbook"] = json!("p01");
    assert_eq!(world.register("k2", clerk(), body).unwrap().playbook.id.as_str(), "p01");
}

#[test]
fn hostile_text_is_kept_as_it_is() {
    let hostile = "'); drop table complaint; -- <script>alert(1)</script> {{7*7}} \u{202e}\u{feff}😡 “引号” \\ \r\n\t%00";
    let mut world = World::new();
    let mut body = good();
    body["narrative"] = json!(hostile);
    body["complainant"]["name"] = json!("Robert'); drop table");
    world.register("k", clerk(), body).unwrap();
    assert_eq!(world.words[0].text, hostile);
}

///
#[test]
fn an_unlisted_channel_is_taken_and_said() {
    let mut world = World::new();
    let mut body = good();
    body["channel"] = json!("carrier_pigeon");
    let receipt = world.register("k", clerk(), body).unwrap();
    assert!(receipt.warnings[0].starts_with("channel-unlisted"));
    assert_eq!(fact(&world, "channel_unlisted"), Some(true.into()));
}

#[test]
fn received_and_registered_are_two_times_and_a_fast_clock_is_forgiven() {
    let mut world = World::new();
    let mut body = good();
    body["received_at"] = json!("2025-03-07T01:00:00Z");
    let receipt = world.register("k1", clerk(), body.clone()).unwrap();
    assert_eq!(receipt.registered_at.duration_since(receipt.received_at).as_secs(), 3600);
    body["received_at"] = json!("2025-03-07T02:03:00Z");
    assert_eq!(world.register("k2", clerk(), body).unwrap().received_at, world.now);
}

#[test]
fn words_of_the_playbook_become_facts() {
    let mut world = World::new();
    let mut body = good();
    body["narrative"] = json!("老人当场受伤，I called my Lawyer");
    world.register("k", clerk(), body).unwrap();
    assert_eq!(fact(&world, "injury"), Some(true.into()));
    assert_eq!(fact(&world, "signal_lawyer"), Some(true.into()));
    let mut body = good();
    body["narrative"] = json!("lawyerly words only");
    world.register("k2", clerk(), body).unwrap();
    assert_eq!(fact(&world, "signal_lawyer"), None);
}

#[test]
fn the_same_person_and_matter_within_the_window_is_a_repeat() {
    let mut world = World::new();
    let first = world.register("k1", clerk(), good()).unwrap();
    assert_eq!((first.repeats, fact(&world, "repeat")), (None, None));
    let mut body = good();
    body["complainant"]["phone"] = json!("+86 138-1234-5678");
    let second = world.register("k2", clerk(), body.clone()).unwrap();
    assert_eq!(second.repeats, Some(first.complaint));
    assert_eq!(fact(&world, "repeat_count"), Some(FactValue::Int(1)));
    let third = world.register("k3", clerk(), body.clone()).unwrap();
    assert_eq!(
        (third.repeats, fact(&world, "repeat_count")),
        (Some(second.complaint), Some(FactValue::Int(2)))
    );
    body["complainant"]["phone"] = json!("13900000000");
    assert_eq!(world.register("k4", clerk(), body.clone()).unwrap().repeats, None);
    world.now = world.now.checked_add(Span::new().hours(24 * 40)).unwrap();
    assert_eq!(world.register("k5", clerk(), good()).unwrap().repeats, None);
}

#[test]
fn a_complainant_is_found_again_by_telephone_or_mail() {
    let mut world = World::new();
    let mut body = good();
    body["complainant"]["email"] = json!("zhang@example.com");
    world.register("k1", clerk(), body).unwrap();
    let first = registered(&world).complainant;
    let mut body = good();
    body["complainant"] = json!({ "name": "张先生", "email": "zhang@EXAMPLE.com" });
    world.register("k2", clerk(), body).unwrap();
    assert_eq!(registered(&world).complainant, first);
    let mut body = good();
    body["complainant"] = json!({ "name": "张三", "address": "某路 1 号" });
    world.register("k3", clerk(), body).unwrap();
    assert_ne!(registered(&world).complainant, first);
    let rows = world.rows.iter().filter(|row| matches!(row, Row::Complainant(_))).count();
    assert_eq!(rows, 3);
    assert!(!format!("{:?}", world.rows).contains("zhang@"));
}

#[test]
fn a_reference_on_record_gives_the_first_receipt_again() {
    let mut world = World::new();
    let mut body = good();
    body["external"] = json!({ "source": "12315", "reference": "A-1" });
    let feeder = Actor::Feeder { name: "portal".into() };
    let first = world.register("k1", feeder.clone(), body.clone()).unwrap();
    let said = world.said.len();
    body["narrative"] = json!("另一段话");
    let again = world.register("k2", feeder.clone(), body.clone()).unwrap();
    assert_eq!(
        (again.complaint, &again.number, &again.tracking_code),
        (first.complaint, &first.number, &first.tracking_code)
    );
    assert!(again.warnings[0].starts_with("repeated") && again.warnings[1].starts_with("narrative-differs"));
    assert_eq!((world.said.len(), world.words.len()), (said, 2));
    body["external"] = json!({ "source": "12345", "reference": "A-1" });
    assert_ne!(world.register("k3", feeder, body).unwrap().complaint, first.complaint);
}

/// The subject of a mail is part of what was told; where the playbook says so, only mail whose subject holds one of its
/// words is a complaint, and other mail is refused and leaves nothing.
#[test]
fn mail_is_a_complaint_by_its_subject() {
    let mut world = World::new();
    let mail = |channel: &str, subject: &str, narrative: &str| {
        let mut body = good();
        body["channel"] = json!(channel);
        body["subject"] = json!(subject);
        body["narrative"] = json!(narrative);
        body
    };
    for subject in ["询价", ""] {
        let problem = world.register("k0", clerk(), mail("mail", subject, "空调坏了，我要投诉")).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::NotAComplaint, Some("/subject")));
        assert_eq!(problem.expected.as_deref(), Some("a subject with 投诉 / complaint"));
        assert!(world.said.is_empty() && world.words.is_empty());
    }
    for (key, subject) in [("k1", "关于空调的投诉"), ("k2", "My ＣＯＭＰＬＡＩＮＴ")] {
        world.register(key, clerk(), mail("mail", subject, "坏了")).unwrap();
        let kept: Vec<_> = world.words.iter().map(|word| word.text.as_str()).collect();
        assert!(kept.contains(&format!("{subject}\n\n坏了").as_str()), "{kept:?}");
    }
    world.register("k3", clerk(), mail("web", "空调", "")).unwrap();
    assert!(world.words.iter().any(|word| word.text == "空调"), "elsewhere every subject will do");
    let mut by_hand = good();
    by_hand["channel"] = json!("mail");
    world.register("k4", clerk(), by_hand.clone()).unwrap();
    let feeder = || Actor::Feeder { name: "mailbox".into() };
    let problem = world.register("k5", feeder(), by_hand).unwrap_err();
    assert_eq!(problem.code, ProblemCode::NotAComplaint, "mail that says nothing in its subject");

    // Subject and narrative have each a limit of their own, though they are kept together.
    world.register("k6", clerk(), mail("mail", "投诉", &"长".repeat(NARRATIVE))).unwrap();
    let problem =
        world.register("k7", clerk(), mail("mail", "投诉", &"长".repeat(NARRATIVE + 1))).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::FieldTooLong, Some("/narrative")));
}

/// What a caller chose in the menu opens a record with the number they call from, before anybody has spoken to them: the
/// menu says the kind, and what was chosen stands for the narrative.
#[test]
fn an_option_of_the_menu_opens_a_record() {
    let mut world = World::with(|document| document["intake"]["required"] = json!(["contact", "narrative"]));
    let call = |option: &str| json!({ "channel": "phone", "menu_option": option, "complainant": { "phone": "13812345678" } });
    let feeder = || Actor::Feeder { name: "exchange".into() };
    world.register("k1", feeder(), call("2")).unwrap();
    assert_eq!(registered(&world).kind, "report");
    assert_eq!(fact(&world, "menu_option"), Some("2".into()));
    assert_eq!(world.words[0].text, "举报");
    let problem = world.register("k2", feeder(), call("9")).unwrap_err();
    assert_eq!(
        (problem.field.as_deref(), problem.expected.as_deref()),
        (Some("/menu_option"), Some("one of 1, 2"))
    );
    let mut other = call("1");
    other["kind"] = json!("report");
    assert_eq!(world.register("k3", feeder(), other).unwrap_err().field.as_deref(), Some("/kind"));
    let mut elsewhere = call("1");
    elsewhere["channel"] = json!("web");
    assert_eq!(world.register("k4", feeder(), elsewhere).unwrap_err().field.as_deref(), Some("/menu_option"));
    let mut unknown = call("1");
    unknown["complainant"] = json!({});
    assert_eq!(world.register("k5", feeder(), unknown).unwrap_err().field.as_deref(), Some("/complainant"));
}

/// What comes by a channel with a guided form has passed its gates one after the other, whoever hands it in: the first that
/// was not passed is told, and nothing behind it is looked at. What was agreed to and chosen is on record as facts.
#[test]
fn the_gates_of_a_guided_form_are_passed_in_their_order() {
    let mut world = World::with(|document| document["channels"][1]["guided"] = guided_form());
    let body = |guided: Value| {
        let mut body = good();
        (body["channel"], body["guided"]) = (json!("web"), guided);
        body
    };
    let told = |world: &mut World, key: &str, body: Value| {
        let problem = world.register(key, Actor::Customer, body).unwrap_err();
        assert_eq!(problem.lacks(), None, "{problem:?}");
        (problem.code, problem.field.unwrap())
    };
    let without = |change: &dyn Fn(&mut Value)| {
        let mut guided = gates_passed();
        change(&mut guided);
        body(guided)
    };
    let missing = |field: &str| (ProblemCode::MissingField, format!("/guided/{field}"));
    let wrong = |field: &str| (ProblemCode::InvalidField, format!("/guided/{field}"));
    let mut ungated = good();
    ungated["channel"] = json!("web");
    // Nothing behind a gate is looked at: not even that there is no word in it.
    ungated["narrative"] = json!("");
    assert_eq!(told(&mut world, "k1", ungated), missing("notice"));
    for (n, gate) in ["notice", "province", "company", "confirmed"].into_iter().enumerate() {
        let body = without(&|guided| drop(guided.as_object_mut().unwrap().remove(gate)));
        assert_eq!(told(&mut world, &format!("m{n}"), body), missing(gate));
    }
    assert_eq!(told(&mut world, "k2", without(&|guided| guided["notice"] = json!(2))), wrong("notice"));
    assert_eq!(
        told(&mut world, "k3", without(&|guided| guided["province"] = json!("west"))),
        wrong("province")
    );
    assert_eq!(
        told(&mut world, "k4", without(&|guided| guided["province"] = json!("south"))),
        wrong("company")
    );
    let early = without(&|guided| guided["confirmed_at"] = json!("2025-03-07T00:57:00Z"));
    assert_eq!(told(&mut world, "k5", early), wrong("confirmed_at"));
    let late = without(&|guided| guided["agreed_at"] = json!("2031-03-07T00:57:00Z"));
    assert_eq!(told(&mut world, "k6", late), wrong("agreed_at"));
    let feeder = Actor::Feeder { name: "portal".into() };
    for (key, actor) in [("k7", feeder), ("k8", clerk())] {
        let problem = world.register(key, actor, body(json!({}))).unwrap_err();
        assert_eq!(problem.field.as_deref(), Some("/guided/notice"), "whoever hands it in");
    }
    let mut elsewhere = good();
    elsewhere["guided"] = gates_passed();
    assert_eq!(told(&mut world, "k9", elsewhere), (ProblemCode::InvalidField, "/guided".to_owned()));
    let mut declared = body(gates_passed());
    declared["facts"] = json!({ "company": "jiahe" });
    let problem = world.register("k10", clerk(), declared).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/facts/company"), "it is chosen, not declared");

    world.register("k11", Actor::Customer, body(gates_passed())).unwrap();
    let on_record = ["notice_version", "notice_agreed", "province", "company", "company_confirmed"];
    let expected: [FactValue; 5] = [
        3.into(),
        "2025-03-07T00:58:00Z".into(),
        "north".into(),
        "ruian".into(),
        "2025-03-07T00:59:00Z".into(),
    ];
    for (key, value) in on_record.into_iter().zip(expected) {
        assert_eq!(fact(&world, key), Some(value), "{key}");
    }
    // Who does not say when did it now.
    let at_once = without(&|guided| guided.as_object_mut().unwrap().retain(|key, _| !key.ends_with("_at")));
    world.register("k12", Actor::Customer, at_once).unwrap();
    assert_eq!(fact(&world, "company_confirmed"), Some(world.now.into()));
}
