//! Every standing of a visit with every order.

use contracts::ProblemCode;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_queued::{QueueCause, WorkQueued};

use super::*;

const VERBS: [&str; 4] = ["contact.record", "reply", "answer.record", "callback"];
const KINDS: [StageKind; 3] = [StageKind::Contact, StageKind::Reply, StageKind::Callback];

/// The standings a visit can have; the visit is 1.
const STANDINGS: [&str; 8] =
    ["unknown", "asked", "held", "queued", "reassigned", "told", "completed", "withdrawn"];

fn bench_at(kind: StageKind, standing: &str) -> Bench {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    if standing == "unknown" {
        return bench;
    }
    let mut event = entered(kind, visit(1));
    if standing == "told" {
        event.brief["outcomes"] = json!(["accepted", "rejected"]);
    }
    let work = asked(&bench.hear(ServiceName::Routing, event)).unwrap();
    if standing == "asked" {
        return bench;
    }
    bench.hear(ServiceName::Routing, assigned(visit(1), work, "li"));
    match standing {
        "queued" => drop(bench.hear(ServiceName::Routing, queued(work))),
        "reassigned" => {
            let department = "quality".to_owned().try_into().unwrap();
            let changed = StageChanged { visit: visit(1), epoch: 2, department, because: None };
            let work = asked(&bench.hear(ServiceName::Routing, changed)).unwrap();
            bench.hear(ServiceName::Routing, assigned(visit(1), work, "zhao"));
        }
        "told" if kind == StageKind::Reply => drop(bench.order(li(), "reply", body("reply", 1)).unwrap()),
        "completed" => {
            let verb = match kind {
                StageKind::Contact => "contact.record",
                StageKind::Reply => "reply",
                _ => "callback",
            };
            bench.order(li(), verb, body(verb, 1)).unwrap();
        }
        "withdrawn" => {
            let withdrawn = StageWithdrawn { visit: visit(1), reason: "merged".to_owned() };
            bench.hear(ServiceName::Routing, withdrawn);
        }
        _ => {}
    }
    bench
}

fn queued(work: (WorkId, u32)) -> WorkQueued {
    WorkQueued {
        work: work.0,
        visit: visit(1),
        epoch: work.1,
        department: "customer_service".to_owned().try_into().unwrap(),
        role: "agent".to_owned().try_into().unwrap(),
        cause: QueueCause::HandedBack,
        because: None,
        lacks: Default::default(),
    }
}

/// What each order is answered at each standing of each kind, as the rules say it: `None` is done.
fn expected(kind: StageKind, standing: &str, verb: &str) -> Option<ProblemCode> {
    let takes = match verb {
        "contact.record" => true,
        "reply" | "answer.record" => kind == StageKind::Reply,
        _ => kind == StageKind::Callback,
    };
    match standing {
        "unknown" => Some(ProblemCode::WrongStage),
        _ if !takes => Some(ProblemCode::WrongStage),
        "completed" | "withdrawn" => Some(ProblemCode::VisitLeft),
        "asked" | "queued" => Some(ProblemCode::NotTheHolder),
        // An answer has no epoch: only the holder is asked for.
        "reassigned" if verb == "answer.record" => Some(ProblemCode::NotTheHolder),
        "reassigned" => Some(ProblemCode::StaleEpoch),
        // Nobody answers what was not said.
        "held" if verb == "answer.record" => Some(ProblemCode::WrongStage),
        _ => None,
    }
}

#[test]
fn every_standing_with_every_order() {
    let mut seen = 0;
    for kind in KINDS {
        for standing in STANDINGS {
            for verb in VERBS {
                let mut bench = bench_at(kind, standing);
                let before = bench.state.clone();
                let answer = bench.order(li(), verb, body(verb, 1)).map_err(|problem| problem.code);
                assert_eq!(
                    answer.as_ref().err().copied(),
                    expected(kind, standing, verb),
                    "{kind} {standing} {verb}"
                );
                if answer.is_err() {
                    assert_eq!(bench.state, before, "a refusal changes nothing");
                }
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 3 * 8 * 4);
}

#[test]
fn nothing_can_be_done_about_a_complaint_nobody_knows() {
    for verb in VERBS {
        let mut bench = Bench::new(Notification);
        assert_eq!(bench.order(li(), verb, body(verb, 1)).unwrap_err().code, ProblemCode::NotFound);
    }
}

#[test]
fn work_that_was_given_back_is_nobodys_until_it_is_given_again() {
    let mut bench = Bench::new(Notification);
    let work = asked(&bench.hear(ServiceName::Routing, entered(StageKind::Reply, visit(1)))).unwrap();
    bench.hear(ServiceName::Routing, assigned(visit(1), work, "li"));
    bench.hear(ServiceName::Routing, queued(work));
    let problem = bench.order(li(), "reply", body("reply", 1)).unwrap_err();
    assert_eq!(
        (problem.code, problem.expected.as_deref()),
        (ProblemCode::NotTheHolder, Some("take it first"))
    );
    bench.hear(ServiceName::Routing, assigned(visit(1), work, "zhao"));
    assert_eq!(bench.order(li(), "reply", body("reply", 1)).unwrap_err().code, ProblemCode::NotTheHolder);
    assert_eq!(ended(&bench.order(staff("zhao", &[]), "reply", body("reply", 1)).unwrap()), Some("told"));
}

#[test]
fn a_stage_entered_again_is_another_visit_with_its_own_end() {
    let mut bench = bench_at(StageKind::Callback, "held");
    let bad = json!({"visit": visit(1), "epoch": 1, "reached": true, "satisfaction": "1"});
    assert_eq!(ended(&bench.order(li(), "callback", bad).unwrap()), Some("dissatisfied"));
    let mut again = entered(StageKind::Callback, visit(2));
    again.via = Some("dissatisfied".to_owned());
    enter(&mut bench, again);
    assert_eq!(bench.order(li(), "callback", body("callback", 1)).unwrap_err().code, ProblemCode::VisitLeft);
    let good = json!({"visit": visit(2), "epoch": 1, "reached": true, "satisfaction": "5"});
    assert_eq!(ended(&bench.order(li(), "callback", good).unwrap()), Some("satisfied"));
}
