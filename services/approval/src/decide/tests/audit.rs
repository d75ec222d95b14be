//! Audits of a whole handled case: passed or failed by somebody who had no part in it.

use contracts::messages::audit_recorded::AuditVerdict;
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::round_opened::Purpose;
use contracts::results::AuditResult;

use super::*;
use crate::state::{Said, SeatStanding};
use corekit::whats;

/// An earlier visit that somebody completed.
fn done(n: u128, kind: StageKind, by: &str) -> StageResult {
    StageResult {
        visit: visit(n),
        stage: kind.as_str().to_owned().try_into().unwrap(),
        kind,
        outcome: "done".to_owned().try_into().unwrap(),
        by: staff(by, &[]),
        results: Value::Null,
    }
}

/// A visit to a stage of kind audit whose owner is an auditor, of a case that Chen executed and Bo answered.
fn to_audit() -> StageEntered {
    let mut stage = entered(json!([]));
    stage.kind = StageKind::Audit;
    stage.brief["kind"] = json!("audit");
    stage.brief["owner"] =
        json!({"role": "auditor", "label": {"zh": "审计员", "en": "Auditor"}, "department": "hq"});
    stage.brief["outcomes"] = json!(["passed", "failed"]);
    stage.results = vec![
        done(101, StageKind::Triage, "dispatcher"),
        as_result(&made(500, 1, 900_000, "store")),
        done(102, StageKind::Execute, "chen"),
        done(103, StageKind::Reply, "bo"),
        done(104, StageKind::Audit, "zhou"),
    ];
    stage
}

fn open_audit(stage: StageEntered) -> (Bench, RoundId, WorkRequested) {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, stage);
    let (round, work) = (opened(&said).round, asked(&said).remove(0));
    (bench, round, work)
}

fn audit(bench: &mut Bench, who: &str, round: RoundId, verdict: &str) -> Result<Vec<Event>, Problem> {
    let body = json!({"visit": visit(1), "epoch": 1, "round": round, "verdict": verdict, "reason": "缺照片"});
    bench.order(staff(who, &["auditor"]), "audit", body)
}

fn ends(events: &[Event]) -> (&RoundClosed, String, AuditResult) {
    let closed = events.iter().find_map(|event| match event {
        Event::RoundClosed(closed) => Some(closed),
        _ => None,
    });
    let completed = events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = completed.unwrap();
    assert!(completed.facts.is_empty(), "an audit makes nothing true");
    let result = serde_json::from_value(completed.results.clone()).unwrap();
    (closed.unwrap(), completed.outcome.to_string(), result)
}

#[test]
fn a_case_is_passed_and_nothing_is_approved_by_it() {
    let (mut bench, round, work) = open_audit(to_audit());
    assert_eq!((work.task.as_str(), work.role.as_str()), ("audit", "auditor"));
    give(&mut bench, &work, "zhou");
    let said = audit(&mut bench, "zhou", round, "passed").unwrap();
    assert_eq!(whats(&said), ["audit.recorded", "round.closed", "stage.completed", "work.withdrawn"]);
    let (closed, outcome, result) = ends(&said);
    assert_eq!((closed.approved, closed.agreed, outcome.as_str()), (false, Some(true), "passed"));
    assert_eq!((result.passed, result.auditors), (true, vec![person("zhou")]));
    assert!(bench.memory.entries.is_empty(), "no amount counts");
}

#[test]
fn no_proposal_is_needed() {
    let mut stage = to_audit();
    stage.results.retain(|done| done.kind != StageKind::Propose);
    let (mut bench, round, work) = open_audit(stage);
    give(&mut bench, &work, "zhou");
    audit(&mut bench, "zhou", round, "passed").unwrap();
}

#[test]
fn a_failed_audit_needs_a_reason_that_is_kept_as_a_word() {
    let (mut bench, round, work) = open_audit(to_audit());
    give(&mut bench, &work, "zhou");
    for reason in [json!(null), json!("  ")] {
        let body =
            json!({"visit": visit(1), "epoch": 1, "round": round, "verdict": "failed", "reason": reason});
        let problem = bench.order(staff("zhou", &["auditor"]), "audit", body).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/reason")));
    }
    let said = audit(&mut bench, "zhou", round, "failed").unwrap();
    let Event::AuditRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!(recorded.verdict, AuditVerdict::Failed);
    assert_eq!(recorded.reason.as_ref().map(|word| word.id), Some(bench.words[0].id));
    let (closed, outcome, result) = ends(&said);
    assert_eq!((closed.agreed, outcome.as_str(), result.passed), (Some(false), "failed", false));
    assert_eq!(result.auditors, [person("zhou")]);
    let kept = &bench.state.visits[&visit(1)].rounds[0].steps[0].seats[0];
    assert!(matches!(&kept.standing, SeatStanding::Decided { decision: Said::Fail, .. }), "{kept:?}");
}

#[test]
fn nobody_audits_what_they_had_a_part_in() {
    for (who, expected) in [
        ("li", ProblemCode::SeparationOfDuty),   // proposed
        ("sun", ProblemCode::SeparationOfDuty),  // investigated
        ("qian", ProblemCode::SeparationOfDuty), // is liable
        ("chen", ProblemCode::SeparationOfDuty), // carried it out
        ("bo", ProblemCode::SeparationOfDuty),   // answered the customer
        ("wang", ProblemCode::ConflictOfInterest),
    ] {
        let (mut bench, round, work) = open_audit(to_audit());
        assert!(work.barred.contains(&person(who)), "routing hears of {who}");
        let said = give(&mut bench, &work, who);
        assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "{who} is replaced at once");
        assert_eq!(code(audit(&mut bench, who, round, "passed")), expected, "{who}");
    }
    let (_, _, work) = open_audit(to_audit());
    for free in ["dispatcher", "zhou"] {
        assert!(!work.barred.contains(&person(free)), "{free} neither handled nor judged it");
    }
}

#[test]
fn whoever_decided_on_it_does_not_audit_it() {
    let (mut bench, said) = open(always(json!([step("gm")])), 100, "store");
    give_for(&mut bench, &asked(&said)[0], "zhou", Some("zhao"));
    decide(&mut bench, ("zhou", "gm"), opened(&said).round, "approve").unwrap();
    let said = bench.hear(ServiceName::Routing, StageEntered { visit: visit(2), ..to_audit() });
    for judge in ["zhou", "zhao"] {
        assert!(asked(&said)[0].barred.contains(&person(judge)), "{judge}");
    }
}

#[test]
fn whoever_decides_on_it_while_they_are_to_audit_it_is_replaced_at_once() {
    let (mut bench, said) = open(always(json!([step("gm")])), 100, "store");
    let (round, to_decide) = (opened(&said).round, asked(&said).remove(0));
    let said = bench.hear(ServiceName::Routing, StageEntered { visit: visit(2), ..to_audit() });
    let to_audit = asked(&said).remove(0);
    give(&mut bench, &to_audit, "zhou");
    give(&mut bench, &to_decide, "zhou");
    let said = decide(&mut bench, ("zhou", "gm"), round, "approve").unwrap();
    assert_eq!(whats(&said)[4..], ["work.withdrawn", "work.requested"], "{said:?}");
    let again = asked(&said).remove(0);
    assert_eq!((again.visit, again.task.as_str()), (visit(2), "audit"));
    assert!(again.barred.contains(&person("zhou")));
}

#[test]
fn whoever_handled_an_earlier_handling_may_audit_the_next() {
    let mut bench = Bench::new(Approval::default());
    bench.hear(ServiceName::Routing, to_audit());
    let mut next = StageEntered { visit: visit(2), instance: 2, ..to_audit() };
    let before = bench.hear(ServiceName::Routing, next.clone());
    assert!(!asked(&before)[0].barred.contains(&person("chen")));
    next.visit = visit(3);
    next.results.push(done(105, StageKind::Execute, "hua"));
    let barred = asked(&bench.hear(ServiceName::Routing, next)).remove(0).barred;
    assert!(barred.contains(&person("hua")) && !barred.contains(&person("chen")), "{barred:?}");
}

#[test]
fn whoever_settled_it_on_the_spot_does_not_audit_it() {
    for (settled, barred) in [(true, true), (false, false)] {
        let mut bench = Bench::new(Approval::default());
        let registered: ComplaintRegistered = serde_json::from_value(registered(settled)).unwrap();
        bench.hear(ServiceName::Intake, registered);
        let said = bench.hear(ServiceName::Routing, to_audit());
        assert_eq!(asked(&said)[0].barred.contains(&person("li.na")), barred);
    }
}

/// The golden sample of a registration, settled on the spot or not.
fn registered(settled: bool) -> Value {
    let path = "../../shared/contracts/samples/complaint.registered/v1-full.json";
    let text = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut registered: Value = serde_json::from_slice(&text).unwrap();
    registered["facts"] = json!({"settled_on_the_spot": settled});
    registered["registered_by"] = json!(staff("li.na", &["clerk"]));
    registered
}

#[test]
fn an_audit_is_no_review_and_no_decision() {
    let (mut bench, round, work) = open_audit(to_audit());
    give(&mut bench, &work, "zhou");
    assert_eq!(opened_purpose(&bench), Purpose::Audit);
    let body = json!({"visit": visit(1), "epoch": 1, "round": round, "verdict": "agree"});
    assert_eq!(code(bench.order(staff("zhou", &["auditor"]), "review", body)), ProblemCode::WrongStage);
    assert_eq!(code(decide(&mut bench, ("zhou", "auditor"), round, "approve")), ProblemCode::WrongStage);
}

fn opened_purpose(bench: &Bench) -> Purpose {
    bench.state.visits[&visit(1)].open().and_then(|open| open.round.as_ref()).unwrap().purpose
}
