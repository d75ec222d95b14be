//! Accountability: what the playbook proposes, for whom, within which bounds, and that nobody decides on their own.

use contracts::messages::accountability_decided::Accounted;
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::round_closed::Voided;
use contracts::messages::round_opened::ProposedIncentive;
use contracts::messages::stage_completed::StageCompleted;
use contracts::results::AccountResult;
use contracts::{ClockId, SubjectRef};

use super::*;
use crate::State;
use crate::state::Member;
use corekit::whats;

pub(super) fn incentive(key: &str, subject: &str, on: Value, form: &str, bounds: Value) -> Value {
    let mut incentive = json!({
        "key": key, "label": {"zh": "奖惩", "en": "Incentive"}, "subject": subject, "on": on, "form": form,
    });
    incentive.as_object_mut().unwrap().extend(bounds.as_object().unwrap().clone());
    incentive
}

fn all() -> Value {
    let approved = || json!({"left": "propose"});
    json!([
        incentive(
            "late",
            "step_owner",
            json!({"missed": "first_contact"}),
            "fine",
            json!({"amount_from": 30, "amount_to": 30})
        ),
        incentive("false_record", "person", approved(), "fine", json!({"amount_from": 50, "amount_to": 100})),
        incentive("share", "person", approved(), "compensation", json!({"percent": 10})),
        incentive("head", "department_head", approved(), "compensation", json!({"percent": 5})),
        incentive("credit", "step_owner", approved(), "points", json!({"points": 3})),
        incentive("red", "team", approved(), "red_mark", json!({})),
        incentive("injured", "person", json!({"fact": "injury"}), "demerit", json!({})),
        incentive("never", "person", json!({"event": "closed"}), "warning", json!({})),
    ])
}

/// A visit to a stage of kind account that a manager owns.
pub(super) fn to_account(incentives: Value) -> StageEntered {
    let mut stage = entered(json!([]));
    stage.kind = StageKind::Account;
    stage.brief["kind"] = json!("account");
    stage.brief["owner"] =
        json!({"role": "manager", "label": {"zh": "经理", "en": "Manager"}, "department": "hq"});
    stage.brief["outcomes"] = json!(["decided", "dropped"]);
    stage.brief["slice"]["approval"]["incentives"] = incentives;
    stage.brief["slice"]["approval"]["responsible"] = json!("workshop");
    stage.results = vec![as_result(&made(500, 1, 100, "person"))];
    stage
}

/// A bench whose directory has Qian, the liable person, with Fan at the head.
pub(super) fn bench() -> Bench {
    let member = |manager: Option<&str>| Member {
        department: "workshop".to_owned().try_into().unwrap(),
        roles: std::collections::BTreeSet::new(),
        manager: manager.map(person),
    };
    let people = [("qian", Some("fan")), ("fan", None), ("li", Some("fan")), ("zhou", None)];
    let people = people.into_iter().map(|(id, manager)| (person(id), member(manager))).collect();
    let mut bench = Bench::new(Approval::default());
    let subject = SubjectRef::directory(&bench.subject.organisation);
    bench.memory.others.insert(subject, std::sync::Arc::new(State { people, ..State::default() }));
    bench
}

pub(super) fn missed(key: &str, person: Option<&str>) -> ClockMissed {
    ClockMissed {
        clock: ClockId(Uuid::from_u128(1)),
        key: key.to_owned().try_into().unwrap(),
        due: corekit::now(),
        hard: true,
        visit: None,
        owner: Some("service".to_owned().try_into().unwrap()),
        person: person.map(super::person),
    }
}

/// The round over everything, with Zhou in the seat of the manager.
fn held() -> (Bench, RoundId, Vec<ProposedIncentive>) {
    let mut bench = bench();
    bench.hear(ServiceName::Routing, missed("first_contact", Some("bo")));
    let said = bench.hear(ServiceName::Routing, to_account(all()));
    let round = opened(&said);
    give(&mut bench, &asked(&said)[0], "zhou");
    (bench, round.round, round.incentives)
}

pub(super) fn account(
    bench: &mut Bench,
    who: &str,
    round: RoundId,
    decisions: Value,
    reason: Value,
) -> Result<Vec<Event>, Problem> {
    let body =
        json!({"visit": visit(1), "epoch": 1, "round": round, "decisions": decisions, "reason": reason});
    bench.order(staff(who, &["manager"]), "account", body)
}

pub(super) fn completed(events: &[Event]) -> (&StageCompleted, AccountResult) {
    let found = events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = found.unwrap();
    (completed, serde_json::from_value(completed.results.clone()).unwrap())
}

#[test]
fn the_playbook_proposes_what_there_is_cause_for_and_names_whom_it_concerns() {
    let (_, _, proposed) = held();
    let told = |one: &ProposedIncentive| {
        (
            one.incentive.clone(),
            one.person.clone().map(String::from),
            one.department.clone().map(String::from),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        ("late", some("bo"), None),
        ("false_record", some("qian"), some("workshop")),
        ("share", some("qian"), some("workshop")),
        ("head", some("fan"), some("workshop")),
        ("credit", some("li"), some("workshop")),
        ("red", None, some("workshop")),
    ];
    let expected: Vec<_> = expected.map(|(key, person, at)| (key.to_owned(), person, at)).into();
    assert_eq!(proposed.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!((proposed[0].amount_from, proposed[0].amount_to), (Some(Fen(3_000)), Some(Fen(3_000))));
}

/// P11, P12: where a department as such is liable, its head is; nobody is picked out where the company is.
#[test]
fn the_head_of_a_liable_department_is_found() {
    let heads = |liable: &str| {
        let mut stage = to_account(all());
        let made = ProposalMade { liable_person: None, ..made(500, 1, 100, liable) };
        stage.results = vec![as_result(&made)];
        let proposed = opened(&bench().hear(ServiceName::Routing, stage)).incentives;
        let head = proposed.into_iter().find(|one| one.incentive == "head").unwrap();
        (head.person.map(String::from), head.department.map(String::from))
    };
    assert_eq!(heads("department"), (Some("fan".to_owned()), Some("workshop".to_owned())));
    assert_eq!(heads("company"), (None, None));
}

#[test]
fn what_is_decided_is_a_record_with_its_reason_and_pays_nothing() {
    let (mut bench, round, _) = held();
    let decisions = json!([
        {"incentive": "late"},
        {"incentive": "false_record", "amount": 5_000},
        {"incentive": "share", "percent": 10, "person": "li"},
        {"incentive": "credit", "points": 3},
        {"incentive": "red"},
    ]);
    let said = account(&mut bench, "zhou", round, decisions, json!("按考核规定")).unwrap();
    assert_eq!(whats(&said), ["accountability.decided", "round.closed", "stage.completed", "work.withdrawn"]);
    let Event::AccountabilityDecided(recorded) = &said[0] else { panic!() };
    assert_eq!(recorded.reason.id, bench.words[0].id);
    let told = |one: &Accounted| (one.person.clone().map(String::from), one.amount, one.percent, one.points);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        recorded.decisions.iter().map(told).collect::<Vec<_>>(),
        [
            (some("bo"), Some(Fen(3_000)), None, None),
            (some("qian"), Some(Fen(5_000)), None, None),
            (some("li"), None, Some(10), None),
            (some("li"), None, None, Some(3)),
            (None, None, None, None),
        ]
    );
    let (completed, result) = completed(&said);
    assert_eq!((completed.outcome.as_str(), result.decisions.len()), ("decided", 5));
    assert!(completed.facts.is_empty() && bench.memory.entries.is_empty());
    assert!(bench.state.missed.is_empty(), "the clock is dealt with");
    assert_eq!(bench.state.visits[&visit(1)].rounds[0].decided.len(), 5);
}

#[test]
fn amounts_shares_and_points_stay_within_the_bounds_which_count_themselves() {
    for (one, expected, field) in [
        (json!({"incentive": "false_record", "amount": 4_900}), Err(ProblemCode::InvalidField), "amount"),
        (json!({"incentive": "false_record", "amount": 5_000}), Ok(()), ""),
        (json!({"incentive": "false_record", "amount": 10_000}), Ok(()), ""),
        (json!({"incentive": "false_record", "amount": 10_100}), Err(ProblemCode::InvalidField), "amount"),
        (json!({"incentive": "false_record", "amount": -5_000}), Err(ProblemCode::InvalidField), "amount"),
        (json!({"incentive": "false_record"}), Err(ProblemCode::MissingField), "amount"),
        (
            json!({"incentive": "false_record", "amount": 5_000, "percent": 1}),
            Err(ProblemCode::InvalidField),
            "percent",
        ),
        (json!({"incentive": "late", "amount": 3_001}), Err(ProblemCode::InvalidField), "amount"),
        (json!({"incentive": "share"}), Err(ProblemCode::MissingField), "percent"),
        (json!({"incentive": "share", "percent": 0}), Err(ProblemCode::InvalidField), "percent"),
        (json!({"incentive": "share", "percent": 1}), Ok(()), ""),
        (json!({"incentive": "share", "percent": 11}), Err(ProblemCode::InvalidField), "percent"),
        (json!({"incentive": "share", "percent": 5, "amount": 1}), Err(ProblemCode::InvalidField), "amount"),
        (json!({"incentive": "credit"}), Err(ProblemCode::MissingField), "points"),
        (json!({"incentive": "credit", "points": 4}), Err(ProblemCode::InvalidField), "points"),
        (json!({"incentive": "red", "points": 1}), Err(ProblemCode::InvalidField), "points"),
        (json!({"incentive": "red", "person": "li"}), Err(ProblemCode::InvalidField), "person"),
        (json!({"incentive": "late", "person": "li"}), Err(ProblemCode::InvalidField), "person"),
        (
            json!({"incentive": "false_record", "person": "nobody", "amount": 5_000}),
            Err(ProblemCode::UnknownPerson),
            "person",
        ),
        (
            json!({"incentive": "false_record", "person": "zhou", "amount": 5_000}),
            Err(ProblemCode::SeparationOfDuty),
            "person",
        ),
        (json!({"incentive": "injured"}), Err(ProblemCode::InvalidField), "incentive"),
        (json!({"incentive": "never"}), Err(ProblemCode::InvalidField), "incentive"),
    ] {
        let (mut bench, round, _) = held();
        let outcome = account(&mut bench, "zhou", round, json!([one]), json!("按规定"));
        let told = outcome.map(|_| ()).map_err(|problem| {
            assert_eq!(problem.field.as_deref(), Some(format!("/decisions/0/{field}").as_str()), "{one}");
            problem.code
        });
        assert_eq!(told, expected, "{one}");
    }
}

#[test]
fn nothing_is_decided_or_dropped_without_a_reason_and_nothing_twice() {
    let (mut bench, round, _) = held();
    for decisions in [json!([]), json!([{"incentive": "late"}])] {
        for reason in [json!(null), json!(" ")] {
            let problem = account(&mut bench, "zhou", round, decisions.clone(), reason).unwrap_err();
            assert_eq!(
                (problem.code, problem.field.as_deref()),
                (ProblemCode::MissingField, Some("/reason"))
            );
        }
    }
    let twice = json!([{"incentive": "late"}, {"incentive": "late"}]);
    let problem = account(&mut bench, "zhou", round, twice, json!("两次")).unwrap_err();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ProblemCode::InvalidField, Some("/decisions/1/incentive"))
    );
    let many: Vec<_> = (0..101).map(|_| json!({"incentive": "late"})).collect();
    assert_eq!(code(account(&mut bench, "zhou", round, json!(many), json!("多"))), ProblemCode::InvalidField);
    let said = account(&mut bench, "zhou", round, json!([]), json!("情有可原")).unwrap();
    let (completed, result) = completed(&said);
    assert_eq!((completed.outcome.as_str(), result.decisions.len()), ("dropped", 0));
    let Event::RoundClosed(closed) = &said[1] else { panic!() };
    assert_eq!((closed.approved, closed.agreed), (false, Some(false)));
    assert!(bench.state.missed.is_empty(), "what was dropped does not come back");
}

#[test]
fn nobody_decides_on_their_own_in_person_or_by_deputy() {
    for (who, giver) in [("bo", None), ("fan", None), ("zhou", Some("bo"))] {
        let mut bench = bench();
        bench.hear(ServiceName::Routing, missed("first_contact", Some("bo")));
        let said = bench.hear(ServiceName::Routing, to_account(all()));
        let (round, mut work) = (opened(&said).round, asked(&said).remove(0));
        for concerned in ["bo", "qian", "fan", "li", "wang"] {
            assert!(work.barred.contains(&person(concerned)), "{concerned}");
        }
        for _ in 0..20 {
            match asked(&give_for(&mut bench, &work, who, giver)).pop() {
                Some(again) => work = again,
                None => break,
            }
        }
        let outcome = account(&mut bench, who, round, json!([]), json!("不罚"));
        assert_eq!(code(outcome), ProblemCode::SeparationOfDuty, "{who}");
    }
}

#[test]
fn where_there_is_no_cause_nobody_is_asked_and_the_matter_is_dropped() {
    for incentives in [json!([all()[0]]), json!([all()[6]]), json!([all()[7]])] {
        let mut bench = bench();
        let said = bench.hear(ServiceName::Routing, to_account(incentives));
        assert_eq!(whats(&said), ["round.opened", "round.closed", "stage.completed"]);
        let (completed, result) = completed(&said);
        assert_eq!((completed.outcome.as_str(), &completed.by), ("dropped", &Actor::System));
        assert!(result.decisions.is_empty());
    }
    let mut stage = to_account(all());
    stage.brief["person"] = json!("not_needed");
    let said = bench().hear(ServiceName::Routing, stage);
    assert_eq!(completed(&said).0.outcome.as_str(), "dropped", "nobody is held to account by a rule alone");
}

#[test]
fn a_fact_gives_cause_and_a_case_that_names_nobody_asks_for_a_name() {
    let mut bench = bench();
    let mut stage = to_account(json!([all()[6]]));
    stage.facts.insert(key::injury(), true.into());
    stage.results.clear();
    let said = bench.hear(ServiceName::Routing, stage);
    let round = opened(&said);
    assert_eq!((round.incentives.len(), &round.incentives[0].person), (1, &None));
    give(&mut bench, &asked(&said)[0], "zhou");
    let problem = account(&mut bench, "zhou", round.round, json!([{"incentive": "injured"}]), json!("伤人"));
    let problem = problem.unwrap_err();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ProblemCode::MissingField, Some("/decisions/0/person"))
    );
    let named = json!([{"incentive": "injured", "person": "li"}]);
    account(&mut bench, "zhou", round.round, named, json!("伤人")).unwrap();
}

#[test]
fn another_missed_clock_joins_the_round_and_each_counts() {
    let (mut bench, old, _) = held();
    assert!(
        bench.hear(ServiceName::Routing, missed("answer", Some("li"))).is_empty(),
        "no matter of this visit"
    );
    let said = bench.hear(ServiceName::Routing, missed("first_contact", Some("bo")));
    assert_eq!(whats(&said), ["round.closed", "work.withdrawn", "round.opened", "work.requested"]);
    let Event::RoundClosed(closed) = &said[0] else { panic!() };
    assert_eq!((closed.round, closed.voided), (old, Some(Voided::NewCause)));
    let stale = account(&mut bench, "zhou", old, json!([]), json!("晚了"));
    assert_eq!(code(stale), ProblemCode::StaleVersion);
    let round = opened(&said);
    assert_eq!(round.incentives.iter().filter(|one| one.incentive == "late").count(), 2);
    give(&mut bench, &asked(&said)[0], "zhou");
    let twice = json!([{"incentive": "late"}, {"incentive": "late"}]);
    let said = account(&mut bench, "zhou", round.round, twice, json!("两次未联系")).unwrap();
    assert_eq!(completed(&said).1.decisions.len(), 2);
    let left: Vec<_> = bench.state.missed.iter().map(|missed| missed.key.to_string()).collect();
    assert_eq!(left, ["answer"], "what another stage is about stays");
}
