//! Who is refused, and what.

use contracts::ProblemCode;
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;

use super::*;

fn refused(outcome: Result<Vec<Event>, contracts::Problem>) -> (ProblemCode, Option<String>) {
    let problem = outcome.unwrap_err();
    (problem.code, problem.field)
}

#[test]
fn only_the_holder_of_the_work_speaks() {
    for (actor, code) in [
        (staff("zhao", &["agent"]), ProblemCode::NotTheHolder),
        (staff("zhao", &["deputy_agent"]), ProblemCode::NotTheHolder),
        (staff("zhao", &["handler"]), ProblemCode::NotAllowed),
        (staff("wang", &["agent"]), ProblemCode::ConflictOfInterest),
        (Actor::Customer, ProblemCode::NotAllowed),
        (Actor::Feeder { name: "shop".to_owned() }, ProblemCode::NotAllowed),
        (Actor::System, ProblemCode::NotAllowed),
    ] {
        let mut bench = bench_with(StageKind::Reply, |_| {});
        assert_eq!(refused(bench.order(actor.clone(), "reply", body("reply", 1))).0, code, "{actor:?}");
    }
}

#[test]
fn whoever_stands_in_for_a_party_may_no_more_than_the_party() {
    let mut bench = Bench::new(Notification);
    let work = asked(&bench.hear(ServiceName::Routing, entered(StageKind::Reply, visit(1)))).unwrap();
    let mut given = assigned(visit(1), work, "li");
    given.instead_of = Some(person("wang"));
    bench.hear(ServiceName::Routing, given);
    assert_eq!(refused(bench.order(li(), "reply", body("reply", 1))).0, ProblemCode::ConflictOfInterest);
}

#[test]
fn whoever_handled_the_case_never_calls_back() {
    for kind in StageKind::ALL {
        let mut bench = Bench::new(Notification);
        let mut event = entered(StageKind::Callback, visit(1));
        let mut handled = result(*kind, "done", json!({}));
        handled.by = li();
        event.results = vec![handled];
        let said = bench.hear(ServiceName::Routing, event);
        let Event::WorkRequested(requested) = &said[0] else { panic!() };
        let keeps_out = kind.service() == ServiceName::Investigation;
        assert_eq!(requested.barred.contains(&person("li")), keeps_out, "{kind}");
        bench.hear(ServiceName::Routing, assigned(visit(1), (requested.work, 1), "li"));
        let answer = bench.order(li(), "callback", body("callback", 1)).map_err(|problem| problem.code);
        assert_eq!(answer.is_err(), keeps_out);
        if keeps_out {
            assert_eq!(answer, Err(ProblemCode::ConflictOfInterest), "{kind}");
        }
    }
}

#[test]
fn texts_are_bounded_and_without_nul_in_both_languages() {
    for (kind, verb, field, most) in [
        (StageKind::Contact, "contact.record", "note", 5_000),
        (StageKind::Reply, "reply", "text", 5_000),
        (StageKind::Callback, "callback", "opinion", 5_000),
    ] {
        for (text, code) in [
            ("长".repeat(most + 1), ProblemCode::FieldTooLong),
            ("l".repeat(most + 1), ProblemCode::FieldTooLong),
            ("a\0b".to_owned(), ProblemCode::InvalidField),
            (" ".to_owned(), ProblemCode::MissingField),
        ] {
            let mut bench = bench_with(kind, |_| {});
            let mut order = body(verb, 1);
            order[field] = json!(text);
            let at = Some(format!("/{field}"));
            assert_eq!(refused(bench.order(li(), verb, order)), (code, at), "{verb}");
        }
        let mut bench = bench_with(kind, |_| {});
        let mut order = body(verb, 1);
        order[field] = json!("长".repeat(most));
        bench.order(li(), verb, order).unwrap();
        assert_eq!(bench.words[0].text.chars().count(), most);
    }
    let mut bench = asked_for_an_answer();
    let order = json!({"visit": visit(1), "accepted": false, "reason": "长".repeat(2_001)});
    let found = refused(bench.order(li(), "answer.record", order));
    assert_eq!(found, (ProblemCode::FieldTooLong, Some("/reason".to_owned())));
}

fn asked_for_an_answer() -> Bench {
    let mut bench =
        bench_with(StageKind::Reply, |event| event.brief["outcomes"] = json!(["accepted", "rejected"]));
    bench.order(li(), "reply", body("reply", 1)).unwrap();
    bench
}

#[test]
fn a_body_with_a_stranger_in_it_is_refused() {
    let mut bench = bench_with(StageKind::Reply, |_| {});
    let mut order = body("reply", 1);
    order["promise"] = json!("a car");
    assert_eq!(refused(bench.order(li(), "reply", order)).0, ProblemCode::UnknownField);
    assert_eq!(refused(bench.order(li(), "reply", json!({}))).0, ProblemCode::MissingField);
    assert_eq!(refused(bench.order(li(), "dance", json!({}))).0, ProblemCode::NotFound);
}

#[test]
fn only_the_sender_says_how_a_message_ended() {
    let mut bench = Bench::new(Notification);
    let said = bench.hear(ServiceName::Intake, registered("email", Language::Zh));
    let Event::NoticeRequested(notice) = &said[0] else { panic!() };
    let order = json!({"notice": notice.notice, "outcome": "delivered", "attempts": 1});
    assert_eq!(refused(bench.order(li(), "notice.settle", order.clone())).0, ProblemCode::NotAllowed);
    let stranger = json!({"notice": Uuid::from_u128(1), "outcome": "delivered", "attempts": 1});
    assert_eq!(refused(bench.order(Actor::System, "notice.settle", stranger)).0, ProblemCode::NotFound);
    assert_eq!(bench.order(Actor::System, "notice.settle", order.clone()).unwrap().len(), 1);
    assert!(bench.order(Actor::System, "notice.settle", order).unwrap().is_empty(), "once is enough");
}

#[test]
fn a_stage_does_not_end_before_what_the_playbook_requires_is_on_record() {
    let needs_consent =
        |event: &mut StageEntered| event.brief["requires"] = json!({"facts": ["customer_understood"]});
    let mut bench = bench_with(StageKind::Reply, needs_consent);
    let found = refused(bench.order(li(), "reply", body("reply", 1)));
    assert_eq!(found, (ProblemCode::MissingField, Some("/facts/customer_understood".to_owned())));
    for (understood, ends) in [(false, false), (true, true)] {
        let learnt = FactRecorded {
            facts: Facts::from([(key::customer_understood(), understood.into())]),
            at: now(),
            by: Actor::System,
            visit: None,
        };
        bench.hear(ServiceName::Intake, learnt);
        assert_eq!(bench.order(li(), "reply", body("reply", 1)).is_ok(), ends);
    }
    // What the order itself makes true counts.
    let mut bench =
        bench_with(StageKind::Reply, |event| event.brief["requires"] = json!({"facts": ["result_told"]}));
    assert_eq!(ended(&bench.order(li(), "reply", body("reply", 1)).unwrap()), Some("told"));
}
