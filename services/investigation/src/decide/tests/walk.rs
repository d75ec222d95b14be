//! Every standing of a visit with every order.

use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{Event, ProblemCode, ServiceName, StageKind};
use serde_json::json;

use super::*;
use corekit::whats;

const VERBS: [&str; 4] = ["verify", "finding.add", "propose", "execute"];
const KINDS: [StageKind; 4] =
    [StageKind::Verify, StageKind::Investigate, StageKind::Propose, StageKind::Execute];

/// The standings a visit can have, and how a bench gets there. The visit is 1.
const STANDINGS: [&str; 7] = ["unknown", "asked", "held", "queued", "reassigned", "completed", "withdrawn"];

fn bench_at(kind: StageKind, standing: &str) -> Bench {
    let mut bench = Bench::new(Investigation);
    if standing == "unknown" {
        return bench;
    }
    let mut stage = entered(kind, visit(1));
    stage.brief["slice"]["investigation"]["approve_before"] = json!([]);
    let work = asked(&bench.hear(ServiceName::Routing, stage)).unwrap();
    if standing == "asked" {
        return bench;
    }
    bench.hear(ServiceName::Routing, assigned(visit(1), work, "li"));
    match standing {
        "queued" => {
            let given_back = contracts::messages::work_queued::WorkQueued {
                work: work.0,
                visit: visit(1),
                epoch: 1,
                department: "quality".to_owned().try_into().unwrap(),
                role: "handler".to_owned().try_into().unwrap(),
                cause: contracts::messages::work_queued::QueueCause::HandedBack,
                because: None,
                lacks: Default::default(),
            };
            bench.hear(ServiceName::Routing, given_back);
        }
        "reassigned" => {
            let changed = StageChanged {
                visit: visit(1),
                epoch: 2,
                department: "logistics".to_owned().try_into().unwrap(),
                because: None,
            };
            bench.hear(ServiceName::Routing, changed);
        }
        "completed" => {
            let verb = verb_of(kind);
            let mut order = body(verb, visit(1), 1);
            if kind == StageKind::Investigate {
                order["established"] = json!(true);
            }
            bench.order(li(), verb, order).unwrap();
        }
        "withdrawn" => {
            let withdrawn = StageWithdrawn { visit: visit(1), reason: "merged".to_owned() };
            bench.hear(ServiceName::Routing, withdrawn);
        }
        _ => {}
    }
    bench
}

fn verb_of(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Verify => "verify",
        StageKind::Investigate => "finding.add",
        StageKind::Propose => "propose",
        _ => "execute",
    }
}

fn expected(kind: StageKind, standing: &str, verb: &str) -> Result<(), ProblemCode> {
    let taken_here = verb == "finding.add" || verb == verb_of(kind);
    match standing {
        "unknown" => Err(ProblemCode::WrongStage),
        _ if !taken_here => Err(ProblemCode::WrongStage),
        "asked" | "queued" => Err(ProblemCode::NotTheHolder),
        "reassigned" => Err(ProblemCode::StaleEpoch),
        "completed" | "withdrawn" => Err(ProblemCode::VisitLeft),
        _ => Ok(()),
    }
}

#[test]
fn every_standing_answers_every_order_as_the_table_says() {
    for kind in KINDS {
        for standing in STANDINGS {
            for verb in VERBS {
                let mut bench = bench_at(kind, standing);
                let outcome = bench.order(li(), verb, body(verb, visit(1), 1));
                let code = outcome.map(|_| ()).map_err(|problem| problem.code);
                assert_eq!(code, expected(kind, standing, verb), "{kind} {standing} {verb}");
            }
        }
    }
}

#[test]
fn only_the_holder_acts_whatever_role_others_have() {
    let cases = [
        (staff("zhao", &["handler"]), ProblemCode::NotTheHolder),
        (staff("zhao", &["deputy_handler"]), ProblemCode::NotTheHolder),
        (staff("zhao", &["cashier"]), ProblemCode::NotAllowed),
        (staff("wang", &["handler"]), ProblemCode::ConflictOfInterest),
        (Actor::Customer, ProblemCode::NotAllowed),
        (Actor::System, ProblemCode::NotAllowed),
    ];
    for kind in KINDS {
        for (actor, code) in &cases {
            let mut bench = bench_at(kind, "held");
            let verb = verb_of(kind);
            let problem = bench.order(actor.clone(), verb, body(verb, visit(1), 1)).unwrap_err();
            assert_eq!(problem.code, *code, "{kind} {actor:?}");
        }
    }
}

#[test]
fn a_barred_person_acts_neither_as_holder_nor_through_a_deputy() {
    for (holder, instead_of) in [("wang", None), ("sun", Some("wang"))] {
        let mut bench = Bench::new(Investigation);
        let work = asked(&bench.hear(ServiceName::Routing, entered(StageKind::Verify, visit(1)))).unwrap();
        let given = contracts::messages::work_assigned::WorkAssigned {
            instead_of: instead_of.map(person),
            ..assigned(visit(1), work, holder)
        };
        bench.hear(ServiceName::Routing, given);
        let actor = staff(holder, &["handler"]);
        let problem = bench.order(actor, "verify", body("verify", visit(1), 1)).unwrap_err();
        assert_eq!(problem.code, ProblemCode::ConflictOfInterest);
    }
}

#[test]
fn a_verdict_is_said_with_its_facts_and_puts_the_work_away() {
    for (stands, outcome) in [(true, "substantiated"), (false, "unsubstantiated")] {
        let mut bench = bench_at(StageKind::Verify, "held");
        let mut order = body("verify", visit(1), 1);
        order["substantiated"] = json!(stands);
        let said = bench.order(li(), "verify", order).unwrap();
        assert_eq!(whats(&said), ["verification.recorded", "stage.completed", "work.withdrawn"]);
        let Event::StageCompleted(completed) = &said[1] else { panic!() };
        assert_eq!(completed.outcome.as_str(), outcome);
        assert_eq!(completed.facts[&contracts::facts::key::substantiated()], stands.into());
        assert_eq!(bench.words[0].text, "监控显示属实");
    }
}

#[test]
fn an_investigation_gathers_findings_until_one_ends_it() {
    let mut bench = bench_at(StageKind::Investigate, "held");
    assert_eq!(
        whats(&bench.order(li(), "finding.add", body("finding.add", visit(1), 1)).unwrap()),
        ["finding.recorded"]
    );
    let mut last = body("finding.add", visit(1), 1);
    last["established"] = json!(false);
    let said = bench.order(li(), "finding.add", last).unwrap();
    assert_eq!(whats(&said), ["finding.recorded", "stage.completed", "work.withdrawn"]);
    let Event::StageCompleted(completed) = &said[1] else { panic!() };
    assert_eq!(completed.outcome.as_str(), "not_established");
    assert_eq!(completed.results["findings"], 2);
}

#[test]
fn texts_are_text_and_not_too_long() {
    let long = "长".repeat(5_001);
    for (verb, kind, field) in [
        ("verify", StageKind::Verify, "finding"),
        ("finding.add", StageKind::Investigate, "finding"),
        ("propose", StageKind::Propose, "reason"),
        ("execute", StageKind::Execute, "account"),
    ] {
        for (text, code) in [
            (long.as_str(), ProblemCode::FieldTooLong),
            ("  ", ProblemCode::MissingField),
            ("a\0b", ProblemCode::InvalidField),
        ] {
            let mut bench = bench_at(kind, "held");
            let mut order = body(verb, visit(1), 1);
            order[field] = json!(text);
            let problem = bench.order(li(), verb, order).unwrap_err();
            assert_eq!((problem.code, problem.field.as_deref()), (code, Some(format!("/{field}").as_str())));
        }
        let mut bench = bench_at(kind, "held");
        let mut order = body(verb, visit(1), 1);
        order[field] = json!("长".repeat(5_000));
        bench.order(li(), verb, order).unwrap();
    }
}

#[test]
fn evidence_names_where_it_comes_from() {
    let mut bench = bench_at(StageKind::Verify, "held");
    let mut order = body("finding.add", visit(1), 1);
    order["source"] = json!("hearsay");
    let problem = bench.order(li(), "finding.add", order.clone()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/source")));
    order["source"] = json!("photo");
    order["established"] = json!(true);
    let problem = bench.order(li(), "finding.add", order).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/established"));
}

#[test]
fn a_body_with_a_stranger_in_it_is_refused() {
    let mut bench = bench_at(StageKind::Verify, "held");
    let mut order = body("verify", visit(1), 1);
    order["secret"] = json!(1);
    assert_eq!(bench.order(li(), "verify", order).unwrap_err().code, ProblemCode::UnknownField);
    assert_eq!(bench.order(li(), "verify", json!({})).unwrap_err().code, ProblemCode::MissingField);
    assert_eq!(bench.order(li(), "dance", json!({})).unwrap_err().code, ProblemCode::NotFound);
}
