//! Meetings: whoever convened writes the opinion down, and each participant signs it or does not.

use contracts::messages::round_closed::Voided;
use contracts::messages::stage_changed::StageChanged;
use contracts::results::MeetResult;

use super::*;
use corekit::whats;

fn holder(role: &str, department: &str) -> Value {
    json!({"role": role, "label": {"zh": "角色", "en": "Role"}, "department": department})
}

/// A meeting that a director convenes with the customer manager and the head of the department that must answer.
fn to_meet() -> StageEntered {
    let mut stage = entered(always(json!([step("gm")])));
    stage.kind = StageKind::Meet;
    stage.brief["kind"] = json!("meet");
    stage.brief["owner"] = holder("director", "hq");
    stage.brief["outcomes"] = json!(["agreed", "not_agreed"]);
    let slice = &mut stage.brief["slice"]["approval"];
    slice["participants"] = json!([holder("manager", "service"), holder("head", "responsible")]);
    slice["responsible"] = json!("workshop");
    stage.results = vec![as_result(&made(500, 1, 900_000, "store"))];
    stage
}

/// The meeting with Zhou, a director, in the seat of whoever convenes.
fn convened() -> (Bench, RoundId) {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, to_meet());
    assert_eq!(
        whats(&said),
        ["round.opened", "work.requested"],
        "participants come once there is an opinion"
    );
    let (round, work) = (opened(&said), asked(&said).remove(0));
    assert_eq!((work.task.as_str(), work.role.as_str(), round.steps.len()), ("meet", "director", 3));
    give(&mut bench, &work, "zhou");
    (bench, round.round)
}

fn meet(bench: &mut Bench, who: (&str, &str), round: RoundId, said: Value) -> Result<Vec<Event>, Problem> {
    let mut body = json!({"visit": visit(1), "epoch": 1, "round": round});
    body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    bench.order(staff(who.0, &[who.1]), "meet", body)
}

fn opinion() -> Value {
    json!({"opinion": "退还工时费"})
}

/// The meeting with its opinion, and He and Fan to sign it.
fn to_sign() -> (Bench, RoundId) {
    let (mut bench, round) = convened();
    let said = meet(&mut bench, ("zhou", "director"), round, opinion()).unwrap();
    assert_eq!(whats(&said), ["opinion.recorded", "work.withdrawn", "work.requested", "work.requested"]);
    let works = asked(&said);
    let roles: Vec<_> = works.iter().map(|work| (work.role.as_str(), work.department.as_str())).collect();
    assert_eq!(roles, [("manager", "service"), ("head", "workshop")], "all at the same time");
    for (work, who) in works.iter().zip(["he", "fan"]) {
        assert!(work.barred.contains(&person("zhou")), "whoever convened has signed already");
        assert!(give(&mut bench, work, who).is_empty());
    }
    (bench, round)
}

fn result(events: &[Event]) -> (String, MeetResult) {
    let completed = events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = completed.unwrap();
    assert!(completed.facts.is_empty(), "a meeting allows no money");
    (completed.outcome.to_string(), serde_json::from_value(completed.results.clone()).unwrap())
}

#[test]
fn what_everybody_signs_is_agreed_and_approves_nothing() {
    let (mut bench, round) = to_sign();
    let said = meet(&mut bench, ("fan", "head"), round, json!({"signature": "agree"})).unwrap();
    assert_eq!(whats(&said), ["opinion.signed", "work.withdrawn"], "in any order, and the others still sign");
    let Event::OpinionSigned(signed) = &said[0] else { panic!() };
    assert_eq!((signed.step, signed.opinion.as_ref().map(|word| word.id)), (2, Some(bench.words[0].id)));
    let said = meet(&mut bench, ("he", "manager"), round, json!({"signature": "agree"})).unwrap();
    assert_eq!(whats(&said), ["opinion.signed", "round.closed", "stage.completed", "work.withdrawn"]);
    let Event::RoundClosed(closed) = &said[1] else { panic!() };
    assert_eq!((closed.approved, closed.agreed), (false, Some(true)));
    let (outcome, result) = result(&said);
    assert_eq!((outcome.as_str(), result.agreed), ("agreed", true));
    assert_eq!(result.signed, [person("zhou"), person("he"), person("fan")]);
    assert_eq!(result.opinion.map(|word| word.id), Some(bench.words[0].id));
    assert!(bench.memory.entries.is_empty(), "nothing is reserved and nothing settled");
}

#[test]
fn one_refusal_with_a_reason_ends_it_and_the_others_are_let_go() {
    let (mut bench, round) = to_sign();
    let problem = meet(&mut bench, ("he", "manager"), round, json!({"signature": "refuse"})).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/reason")));
    let refused = json!({"signature": "refuse", "reason": "配件有缺陷"});
    let said = meet(&mut bench, ("he", "manager"), round, refused).unwrap();
    let withdrawn = said.iter().filter(|event| matches!(event, Event::WorkWithdrawn(_))).count();
    assert_eq!(withdrawn, 2, "their own work and that of whoever had not signed yet");
    let (outcome, result) = result(&said);
    assert_eq!((outcome.as_str(), result.agreed), ("not_agreed", false));
    assert_eq!((result.signed, result.refused), (vec![person("zhou")], vec![person("he")]));
    let late = meet(&mut bench, ("fan", "head"), round, json!({"signature": "agree"}));
    assert_eq!(code(late), ProblemCode::VisitLeft);
}

#[test]
fn each_says_what_is_theirs_to_say() {
    let (mut bench, round) = convened();
    let zhou = ("zhou", "director");
    for (said, expected, field) in [
        (json!({}), ProblemCode::MissingField, "/opinion"),
        (json!({"opinion": "  "}), ProblemCode::MissingField, "/opinion"),
        (json!({"opinion": "长".repeat(4_001)}), ProblemCode::FieldTooLong, "/opinion"),
        (json!({"opinion": "同意", "signature": "agree"}), ProblemCode::InvalidField, "/signature"),
        (json!({"opinion": "同意", "reason": "好"}), ProblemCode::InvalidField, "/reason"),
        (json!({"opinion": "同意", "minutes": "无"}), ProblemCode::UnknownField, "/minutes"),
    ] {
        let problem = meet(&mut bench, zhou, round, said).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (expected, Some(field)), "{problem:?}");
    }
    assert_eq!(code(meet(&mut bench, ("he", "manager"), round, opinion())), ProblemCode::NotAllowed);
    let (mut bench, round) = to_sign();
    for (said, expected, field) in [
        (json!({}), ProblemCode::MissingField, "/signature"),
        (json!({"signature": "perhaps"}), ProblemCode::InvalidField, "/signature"),
        (json!({"signature": "agree", "opinion": "另写"}), ProblemCode::InvalidField, "/opinion"),
    ] {
        let problem = meet(&mut bench, ("he", "manager"), round, said).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (expected, Some(field)), "{problem:?}");
    }
    assert_eq!(code(meet(&mut bench, zhou, round, opinion())), ProblemCode::AlreadyExists);
}

#[test]
fn proposers_sign_but_do_not_convene_and_the_liable_do_neither() {
    let mut bench = Bench::new(Approval::default());
    let said = bench.hear(ServiceName::Routing, to_meet());
    for excluded in ["wang", "li", "qian", "sun"] {
        assert!(asked(&said)[0].barred.contains(&person(excluded)), "{excluded}");
    }
    let (mut bench, round) = convened();
    let works = asked(&meet(&mut bench, ("zhou", "director"), round, opinion()).unwrap());
    assert!(give(&mut bench, &works[0], "li").is_empty(), "who proposed is one of those who meet");
    meet(&mut bench, ("li", "manager"), round, json!({"signature": "agree"})).unwrap();
    for (who, expected) in
        [("qian", ProblemCode::SeparationOfDuty), ("wang", ProblemCode::ConflictOfInterest)]
    {
        let mut bench = bench_to_sign(&works[1], who);
        let signed = meet(&mut bench, (who, "head"), round, json!({"signature": "agree"}));
        assert_eq!(code(signed), expected, "{who}");
    }
}

/// A meeting that waits for signatures, where routing gives `work` to somebody who may not sign.
fn bench_to_sign(work: &WorkRequested, who: &str) -> Bench {
    let (mut bench, round) = convened();
    meet(&mut bench, ("zhou", "director"), round, opinion()).unwrap();
    let said = give(&mut bench, work, who);
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "{who} is replaced at once");
    assert_eq!(asked(&said)[0].role, work.role);
    bench
}

#[test]
fn a_deputy_signs_and_nobody_signs_twice() {
    let (mut bench, round) = convened();
    let works = asked(&meet(&mut bench, ("zhou", "director"), round, opinion()).unwrap());
    give_for(&mut bench, &works[0], "gu", Some("he"));
    let said = meet(&mut bench, ("gu", "clerk"), round, json!({"signature": "agree"})).unwrap();
    let Event::OpinionSigned(signed) = &said[0] else { panic!() };
    assert_eq!(signed.instead_of, Some(person("he")));
    let said = give(&mut bench, &works[1], "he");
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"], "He has signed by deputy");
    let again = meet(&mut bench, ("gu", "clerk"), round, json!({"signature": "agree"}));
    assert_eq!(code(again), ProblemCode::AlreadyExists);
}

#[test]
fn a_meeting_that_moves_asks_again_whoever_has_not_signed() {
    let (mut bench, round) = to_sign();
    meet(&mut bench, ("he", "manager"), round, json!({"signature": "agree"})).unwrap();
    let moved = StageChanged {
        visit: visit(1),
        epoch: 2,
        department: "logistics".to_owned().try_into().unwrap(),
        because: None,
    };
    let said = bench.hear(ServiceName::Routing, moved);
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"]);
    let again = asked(&said).remove(0);
    assert_eq!((again.role.as_str(), again.department.as_str(), again.epoch), ("head", "workshop", 2));
    give(&mut bench, &again, "fan");
    let body = json!({"visit": visit(1), "epoch": 2, "round": round, "signature": "agree"});
    let said = bench.order(staff("fan", &["head"]), "meet", body).unwrap();
    assert_eq!(result(&said).0, "agreed");
}

#[test]
fn a_new_version_voids_the_opinion_and_its_signatures() {
    let (mut bench, old) = to_sign();
    let said = bench.hear(ServiceName::Investigation, made(500, 2, 1_000, "store"));
    let Event::RoundClosed(closed) = &said[0] else { panic!() };
    assert_eq!((closed.round, closed.voided, closed.agreed), (old, Some(Voided::NewVersion), None));
    assert_eq!(asked(&said).len(), 1, "it begins with an opinion again");
    let signed = meet(&mut bench, ("he", "manager"), old, json!({"signature": "agree"}));
    assert_eq!(code(signed), ProblemCode::StaleVersion);
}
