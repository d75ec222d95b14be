//! P02 and P03 walk as their documents say.

use playbook::{CompiledPlaybook, Env, EvaluationError, LoopKey, Next, PersonNeed, Slice, load};

use crate::{file, lines};

fn shipped(name: &str) -> CompiledPlaybook {
    load(&file(&format!("../../deploy/playbooks/{name}")))
        .unwrap_or_else(|findings| panic!("{}", lines(&findings)))
}

fn p02() -> CompiledPlaybook {
    shipped("p02-verify-with-department.yaml")
}

fn p03() -> CompiledPlaybook {
    shipped("p03-receive-classify-approve.yaml")
}

/// Where the case goes from `stage` after `outcome`, as `stage` or `stage via loop`.
fn then(playbook: &CompiledPlaybook, stage: &str, outcome: &str, env: &Env) -> String {
    let env = Env { outcome: Some(outcome.parse().unwrap()), ..env.clone() };
    match playbook.next(&stage.parse().unwrap(), &env).unwrap() {
        Next::To { stage, via: Some(via), .. } => format!("{stage} via {via}"),
        Next::To { stage, via: None, .. } => stage.to_string(),
        Next::End => "end".to_owned(),
    }
}

#[test]
fn p03_goes_from_the_department_over_the_leader_to_the_customer() {
    let (playbook, env) = (p03(), Env::default());
    assert_eq!(playbook.entry().unwrap().key.as_str(), "receive");
    for (stage, outcome, expected) in [
        ("receive", "registered", "classify"),
        ("classify", "routed", "handle"),
        ("handle", "proposed", "approve"),
        ("handle", "no_measure", "approve"),
        ("approve", "refused", "handle via refused_by_leader"),
        ("approve", "approved", "reply"),
        ("reply", "told", "callback"),
        ("reply", "unreachable", "callback"),
        ("callback", "dissatisfied", "handle via dissatisfied"),
        ("callback", "satisfied", "archive"),
        ("callback", "unreachable", "archive"),
        ("archive", "archived", "end"),
    ] {
        assert_eq!(then(&playbook, stage, outcome, &env), expected, "{stage} {outcome}");
    }
}

#[test]
fn p03_takes_the_department_from_the_category_and_asks_a_person_where_there_is_none() {
    let playbook = p03();
    let department =
        |category: &str| playbook.department_for(&category.parse().unwrap()).map(ToString::to_string);
    assert_eq!(department("quality").as_deref(), Some("quality_management"));
    assert_eq!(department("damage").as_deref(), Some("logistics"), "inherited from delivery");
    assert_eq!(department("other"), None);

    let mut env = Env::default();
    let person = |env: &Env| playbook.brief(&"classify".parse().unwrap(), env).unwrap().person;
    assert_eq!(person(&env), PersonNeed::Needed);
    env.case.department = "logistics".to_owned();
    assert_eq!(person(&env), PersonNeed::NotNeeded);
}

#[test]
fn p03_has_every_plan_approved_by_the_leader_of_the_responsible_department() {
    let playbook = p03();
    for fen in [0, 1, 10_000_000] {
        let row = playbook.matrix_row(None, contracts::Fen(fen), 1, None).unwrap();
        assert_eq!((row.steps.len(), row.steps[0].role.as_str()), (1, "leader"));
    }
    let brief = playbook.brief(&"approve".parse().unwrap(), &Env::default()).unwrap();
    let Slice::Approval(slice) = brief.slice else { panic!("an approval slice") };
    assert_eq!(slice.roles["leader"].department, playbook::DepartmentRef::Responsible);
}

#[test]
fn p03_refuses_an_outcome_that_it_does_not_use() {
    let env = Env { outcome: Some("amended".parse().unwrap()), ..Env::default() };
    let refused = p03().next(&"approve".parse().unwrap(), &env);
    assert!(matches!(refused, Err(EvaluationError::NotAnOutcome { .. })), "{refused:?}");
}

#[test]
fn p02_explains_what_does_not_stand_and_lets_the_department_handle_what_does() {
    let playbook = p02();
    let handled = Env { visits: [("handle".parse().unwrap(), 1)].into(), ..Env::default() };
    for (stage, outcome, expected) in [
        ("receive", "registered", "verify"),
        ("receive", "settled", "callback"),
        ("verify", "unsubstantiated", "explain"),
        ("explain", "told", "archive"),
        ("verify", "substantiated", "handle"),
        ("handle", "done", "callback"),
        ("callback", "dissatisfied", "handle via dissatisfied"),
        ("callback", "satisfied", "archive"),
    ] {
        assert_eq!(then(&playbook, stage, outcome, &handled), expected, "{stage} {outcome}");
    }
    assert_eq!(then(&playbook, "callback", "dissatisfied", &Env::default()), "verify via settled_in_vain");
}

#[test]
fn p02_handles_again_as_often_as_it_takes() {
    let mut env = Env { visits: [("handle".parse().unwrap(), 99)].into(), ..Env::default() };
    env.loops.insert(LoopKey::new("dissatisfied").unwrap(), 98);
    assert_eq!(then(&p02(), "callback", "dissatisfied", &env), "handle via dissatisfied");
}

#[test]
fn p02_lets_the_receiver_settle_what_costs_nothing() {
    let (playbook, env) = (p02(), Env::default());
    let may =
        |role: &str, fen| playbook.may_settle(&role.parse().unwrap(), contracts::Fen(fen), &env).unwrap();
    assert!(may("receiver", 0));
    assert!(!may("receiver", 1));
    assert!(!may("handler", 0));
}

#[test]
fn a_playbook_survives_the_journey_as_json() {
    for playbook in [p02(), p03()] {
        let document = serde_json::to_value(playbook.playbook()).unwrap();
        let back = load(&document.to_string()).unwrap_or_else(|findings| panic!("{}", lines(&findings)));
        assert_eq!(back.playbook(), playbook.playbook());
        let read: playbook::Playbook = serde_json::from_value(document).unwrap();
        assert_eq!(&read, playbook.playbook());
    }
}

#[test]
fn a_brief_survives_the_journey_as_json() {
    for playbook in [p02(), p03()] {
        for stage in &playbook.playbook().stages {
            let brief = playbook.brief(&stage.key, &Env::default()).unwrap();
            let json = serde_json::to_value(&brief).unwrap();
            assert_eq!(serde_json::from_value::<playbook::StageBrief>(json).unwrap(), brief);
        }
    }
}
