//! Reviews: agreed or objected to by the owner of the stage, before somebody else decides; no limit applies.

use contracts::messages::review_recorded::Verdict;
use contracts::messages::round_closed::{RoundClosed, Voided};
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::results::ReviewResult;

use super::*;
use crate::state::{Said, SeatStanding};
use corekit::whats;

/// A visit to a stage of kind review whose owner is a director, in a playbook whose matrix gives everything to the gm.
fn to_review() -> StageEntered {
    let mut stage = entered(always(json!([step("gm")])));
    stage.kind = StageKind::Review;
    stage.brief["kind"] = json!("review");
    stage.brief["owner"] =
        json!({"role": "director", "label": {"zh": "部长", "en": "Director"}, "department": "hq"});
    stage.brief["secondary"] = json!("assistant");
    stage.brief["outcomes"] = json!(["agreed", "objected"]);
    stage.results = vec![as_result(&made(500, 1, 900_000, "store"))];
    stage
}

fn open_review() -> (Bench, RoundId, WorkRequested) {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, to_review());
    let (round, work) = (opened(&said).round, asked(&said).remove(0));
    (bench, round, work)
}

/// The same with Zhou, a director, in its seat.
fn held() -> (Bench, RoundId) {
    let (mut bench, round, work) = open_review();
    assert!(give(&mut bench, &work, "zhou").is_empty());
    (bench, round)
}

fn body(round: RoundId, verdict: &str) -> Value {
    json!({"visit": visit(1), "epoch": 1, "round": round, "verdict": verdict, "reason": "依据不足"})
}

fn review(
    bench: &mut Bench,
    who: (&str, &str),
    round: RoundId,
    verdict: &str,
) -> Result<Vec<Event>, Problem> {
    bench.order(staff(who.0, &[who.1]), "review", body(round, verdict))
}

fn withdrawn() -> StageWithdrawn {
    StageWithdrawn { visit: visit(1), reason: "merged".to_owned() }
}

fn moved() -> StageChanged {
    StageChanged {
        visit: visit(1),
        epoch: 2,
        department: "logistics".to_owned().try_into().unwrap(),
        because: None,
    }
}

fn closed(events: &[Event]) -> &RoundClosed {
    let found = events.iter().find_map(|event| match event {
        Event::RoundClosed(closed) => Some(closed),
        _ => None,
    });
    found.unwrap()
}

fn completed(events: &[Event]) -> (&StageCompleted, ReviewResult) {
    let found = events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = found.unwrap();
    (completed, serde_json::from_value(completed.results.clone()).unwrap())
}

#[test]
fn the_owner_is_asked_whatever_the_amount_and_no_amount_counts() {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, to_review());
    assert_eq!(whats(&said), ["round.opened", "work.requested"]);
    let round = opened(&said);
    assert_eq!((round.purpose, round.version, round.total), (Purpose::Review, 1, Fen(900_000)));
    let work = &asked(&said)[0];
    assert_eq!((work.task.as_str(), work.role.as_str()), ("review", "director"));
    assert_eq!(work.secondary.as_ref().map(ToString::to_string).as_deref(), Some("assistant"));
    for excluded in ["wang", "li", "qian", "sun"] {
        assert!(work.barred.contains(&person(excluded)), "{excluded}");
    }
    give(&mut bench, work, "zhou");
    review(&mut bench, ("zhou", "director"), round.round, "agree").unwrap();
    assert!(bench.memory.entries.is_empty(), "nothing is reserved and nothing settled");
}

#[test]
fn what_is_agreed_to_is_not_approved_and_goes_on() {
    let (mut bench, round) = held();
    let mut order = body(round, "agree");
    order["reason"] = json!(null);
    let said = bench.order(staff("zhou", &["director"]), "review", order).unwrap();
    assert_eq!(whats(&said), ["review.recorded", "round.closed", "stage.completed", "work.withdrawn"]);
    let Event::ReviewRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!((recorded.verdict, recorded.reason.as_ref()), (Verdict::Agree, None));
    let end = closed(&said);
    assert_eq!((end.approved, end.agreed, end.voided), (false, Some(true), None));
    let (completed, result) = completed(&said);
    assert_eq!(completed.outcome.as_str(), "agreed");
    assert!(completed.facts.is_empty(), "that it is approved is not for a review to say");
    assert_eq!((result.agreed, result.version, result.agreeing), (true, 1, vec![person("zhou")]));
    assert!(bench.words.is_empty());
}

#[test]
fn an_objection_needs_a_reason_that_is_kept_as_a_word() {
    let (mut bench, round) = held();
    for reason in [json!(null), json!("  ")] {
        let mut order = body(round, "object");
        order["reason"] = reason;
        let problem = bench.order(staff("zhou", &["director"]), "review", order).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/reason")));
        assert_eq!(problem.lacks(), None, "{problem:?}");
    }
    for (reason, expected) in
        [("长".repeat(2_001), ProblemCode::FieldTooLong), ("a\0b".to_owned(), ProblemCode::InvalidField)]
    {
        let mut order = body(round, "object");
        order["reason"] = json!(reason);
        assert_eq!(code(bench.order(staff("zhou", &["director"]), "review", order)), expected);
    }
    let said = review(&mut bench, ("zhou", "director"), round, "object").unwrap();
    let Event::ReviewRecorded(recorded) = &said[0] else { panic!() };
    assert_eq!(recorded.verdict, Verdict::Object);
    assert_eq!(bench.words[0].text, "依据不足");
    assert_eq!(recorded.reason.as_ref().map(|word| word.id), Some(bench.words[0].id));
    assert_eq!((closed(&said).approved, closed(&said).agreed), (false, Some(false)));
    let (completed, result) = completed(&said);
    assert_eq!(completed.outcome.as_str(), "objected");
    assert_eq!((result.agreed, result.objecting), (false, vec![person("zhou")]));
    let kept = &bench.state.visits[&visit(1)].rounds[0].steps[0].seats[0];
    assert!(matches!(&kept.standing, SeatStanding::Decided { decision: Said::Object, .. }), "{kept:?}");
}

#[test]
fn what_is_no_verdict_is_refused_with_its_field() {
    let (mut bench, round) = held();
    for (verdict, expected) in
        [(Some("approve"), ProblemCode::InvalidField), (None, ProblemCode::MissingField)]
    {
        let mut order = body(round, "agree");
        match verdict {
            Some(verdict) => order["verdict"] = json!(verdict),
            None => drop(order.as_object_mut().unwrap().remove("verdict")),
        }
        let problem = bench.order(staff("zhou", &["director"]), "review", order).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (expected, Some("/verdict")), "{problem:?}");
    }
}

#[test]
fn a_review_is_no_decision_and_a_decision_no_review() {
    let (mut bench, round) = held();
    let problem = decide(&mut bench, ("zhou", "director"), round, "approve").unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::WrongStage, Some("/visit")));
    assert_eq!(problem.lacks(), None, "{problem:?}");
    let (mut bench, said) = open(always(json!([step("gm")])), 100, "store");
    give(&mut bench, &asked(&said)[0], "zhou");
    let outcome = review(&mut bench, ("zhou", "gm"), opened(&said).round, "agree");
    assert_eq!(code(outcome), ProblemCode::WrongStage);
}

#[test]
fn neither_proposer_nor_investigator_nor_liable_nor_party_reviews() {
    for (who, expected) in [
        ("li", ProblemCode::SeparationOfDuty),
        ("qian", ProblemCode::SeparationOfDuty),
        ("sun", ProblemCode::SeparationOfDuty),
        ("wang", ProblemCode::ConflictOfInterest),
    ] {
        let (mut bench, round, work) = open_review();
        let said = give(&mut bench, &work, who);
        assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "{who} is replaced at once");
        assert_eq!(asked(&said)[0].task, "review");
        let problem = review(&mut bench, (who, "director"), round, "agree").unwrap_err();
        assert_eq!((problem.code, problem.lacks()), (expected, None));
        // Nor does somebody in their name, however often routing gives it to them.
        let mut work = asked(&said).remove(0);
        for _ in 0..20 {
            match asked(&give_for(&mut bench, &work, "zhou", Some(who))).pop() {
                Some(again) => work = again,
                None => break,
            }
        }
        assert_eq!(code(review(&mut bench, ("zhou", "director"), round, "agree")), expected, "{who}");
    }
}

#[test]
fn secondary_and_deputy_review_and_nobody_else() {
    for (who, role, instead_of, expected) in [
        ("gu", "assistant", None, Ok(())),
        ("zhou", "clerk", Some("zhao"), Ok(())),
        ("zhou", "clerk", None, Err(ProblemCode::BeyondAuthority)),
        ("zhou", "gm", None, Err(ProblemCode::BeyondAuthority)),
    ] {
        let (mut bench, round, work) = open_review();
        give_for(&mut bench, &work, who, instead_of);
        let outcome = review(&mut bench, (who, role), round, "agree");
        assert_eq!(outcome.map(|_| ()).map_err(|problem| problem.code), expected, "{who} {role}");
    }
    let (mut bench, round) = held();
    assert_eq!(code(review(&mut bench, ("zhao", "director"), round, "agree")), ProblemCode::NotTheHolder);
    assert_eq!(code(review(&mut bench, ("zhao", "clerk"), round, "agree")), ProblemCode::NotAllowed);
    let problem = bench.order(Actor::Customer, "review", body(round, "agree")).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::NotAllowed, Some("/actor")));
}

#[test]
fn a_new_version_voids_the_review_and_opens_the_next() {
    let (mut bench, old) = held();
    let said = bench.hear(ServiceName::Investigation, made(500, 2, 1_000, "store"));
    assert_eq!(whats(&said), ["round.closed", "work.withdrawn", "round.opened", "work.requested"]);
    let end = closed(&said);
    assert_eq!((end.round, end.voided, end.agreed), (old, Some(Voided::NewVersion), None));
    let new = opened(&said);
    assert_eq!((new.purpose, new.version), (Purpose::Review, 2));
    assert_eq!(asked(&said)[0].task, "review");
    assert_eq!(code(review(&mut bench, ("zhou", "director"), old, "agree")), ProblemCode::StaleVersion);
    give(&mut bench, &asked(&said)[0], "zhou");
    let said = review(&mut bench, ("zhou", "director"), new.round, "agree").unwrap();
    assert_eq!(completed(&said).1.version, 2);
    assert_eq!(bench.state.visits[&visit(1)].rounds.len(), 2, "the voided round stays on record");
    assert!(bench.memory.entries.is_empty(), "no amount counts here either");
}

#[test]
fn every_standing_answers_a_review_as_the_table_says() {
    let prepare = |standing: &str| {
        let (mut bench, round) = held();
        match standing {
            "agreed" => drop(review(&mut bench, ("zhou", "director"), round, "agree").unwrap()),
            "objected" => drop(review(&mut bench, ("zhou", "director"), round, "object").unwrap()),
            "reassigned" => drop(bench.hear(ServiceName::Routing, moved())),
            "withdrawn" => drop(bench.hear(ServiceName::Routing, withdrawn())),
            _ => {}
        }
        (bench, round)
    };
    for (standing, expected) in [
        ("held", Ok(())),
        ("reassigned", Err(ProblemCode::StaleEpoch)),
        ("agreed", Err(ProblemCode::VisitLeft)),
        ("objected", Err(ProblemCode::VisitLeft)),
        ("withdrawn", Err(ProblemCode::VisitLeft)),
    ] {
        for verdict in ["agree", "object"] {
            let (mut bench, round) = prepare(standing);
            let outcome = review(&mut bench, ("zhou", "director"), round, verdict);
            assert_eq!(outcome.map(|_| ()).map_err(|problem| problem.code), expected, "{standing} {verdict}");
        }
    }
    let mut bench = Bench::new(Approval::default());
    let nowhere = review(&mut bench, ("zhou", "director"), RoundId(Uuid::from_u128(1)), "agree");
    assert_eq!(code(nowhere), ProblemCode::WrongStage);
}

#[test]
fn a_review_moves_and_is_withdrawn_like_a_decision_and_what_comes_later_is_late() {
    let (mut bench, round) = held();
    let said = bench.hear(ServiceName::Routing, moved());
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"]);
    let again = asked(&said).remove(0);
    assert_eq!((again.task.as_str(), again.epoch), ("review", 2));
    let said = bench.hear(ServiceName::Routing, withdrawn());
    assert_eq!(whats(&said), ["round.closed", "work.withdrawn"]);
    let end = closed(&said);
    assert_eq!((end.round, end.voided), (round, Some(Voided::StageWithdrawn)));
    let before = bench.state.visits.clone();
    assert_eq!(whats(&give(&mut bench, &again, "zhou")), ["act.late"]);
    assert!(bench.hear(ServiceName::Routing, withdrawn()).is_empty());
    assert!(bench.hear(ServiceName::Investigation, made(500, 2, 1_000, "store")).is_empty());
    assert_eq!(bench.state.visits, before);
}

#[test]
fn nobody_is_asked_where_a_rule_reviews() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = to_review();
    stage.brief["person"] = json!("not_needed");
    let said = bench.hear(ServiceName::Routing, stage);
    assert_eq!(whats(&said), ["round.opened", "round.closed", "stage.completed"]);
    let (completed, result) = completed(&said);
    assert_eq!((completed.outcome.as_str(), result.agreeing.len()), ("agreed", 0));
    assert_eq!(completed.by, Actor::System);
}

#[test]
fn a_review_without_an_owner_is_parked_though_there_is_a_matrix() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = to_review();
    stage.brief["owner"] = json!(null);
    assert_eq!(bench.try_hear(ServiceName::Routing, stage).unwrap_err().code, ProblemCode::Internal);
}

#[test]
fn a_review_takes_no_older_approval_back() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = to_review();
    stage.facts.insert(key::approved(), true.into());
    assert_eq!(whats(&bench.hear(ServiceName::Routing, stage)), ["round.opened", "work.requested"]);
}

#[test]
fn an_end_that_the_playbook_does_not_foresee_is_refused() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = to_review();
    stage.brief["outcomes"] = json!(["agreed"]);
    let said = bench.hear(ServiceName::Routing, stage);
    give(&mut bench, &asked(&said)[0], "zhou");
    let problem = review(&mut bench, ("zhou", "director"), opened(&said).round, "object").unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::InvalidField, Some("/verdict")));
}
