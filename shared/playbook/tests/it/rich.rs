//! Clocks, ladder, matrix, levels, loops with an end and side branches, on a playbook made for it.

use contracts::{FactValue, Fen, facts::key};
use playbook::{
    Acting, CaseEvent, CompiledPlaybook, Env, Liable, LoopKey, Next, PersonNeed, ReplyForm, Slice, StepMode,
    Trigger, load, load_as,
};

use crate::{file, lines};

fn rich() -> CompiledPlaybook {
    let read = load_as(&file("tests/data/rich.yaml"), Acting::WholeVocabulary);
    read.unwrap_or_else(|findings| panic!("{}", lines(&findings)))
}

#[test]
fn what_does_not_act_yet_is_refused_key_by_key() {
    let findings = load(&file("tests/data/rich.yaml")).unwrap_err();
    let told: Vec<String> = findings.iter().map(|f| format!("{}:{} {}", f.line, f.path, f.code)).collect();
    let golden = file("tests/data/rich.not_yet.txt");
    assert_eq!(told.join("\n"), golden.trim_end());
}

#[test]
fn the_matrix_decides_to_the_fen_with_inclusive_upper_bounds() {
    let playbook = rich();
    let decides = |liable, fen, category: Option<&str>| {
        let category = category.map(|key| key.parse().unwrap());
        playbook
            .matrix_row(Some(liable), Fen(fen), 1, category.as_ref())
            .map(|row| row.key.to_string())
            .unwrap()
    };
    for (liable, fen, row) in [
        (Liable::Supplier, 0, "supplier_20"),
        (Liable::Supplier, 2_000, "supplier_20"),
        (Liable::Supplier, 2_001, "supplier_100"),
        (Liable::Supplier, 10_000, "supplier_100"),
        (Liable::Supplier, 10_001, "supplier_more"),
        (Liable::Store, 50_000, "store_500"),
        (Liable::Store, 50_001, "store_5000"),
        (Liable::Store, 500_000, "store_5000"),
        (Liable::Store, 500_001, "store_more"),
    ] {
        assert_eq!(decides(liable, fen, None), row, "{liable} {fen}");
        assert_eq!(decides(liable, fen, Some("quality")), row, "{liable} {fen}");
    }
    assert_eq!(
        decides(Liable::Store, 5_001, Some("food")),
        "food_store",
        "the narrower category stands first"
    );
    assert_eq!(decides(Liable::Store, 5_000, Some("food")), "store_500");
    assert_eq!(playbook.matrix_row(Some(Liable::Customer), Fen(1), 1, None), None);
    let steps = &playbook.matrix_row(Some(Liable::Store), Fen(60_000), 1, None).unwrap().steps;
    assert_eq!(steps[0].mode, StepMode::Quorum(2));
}

#[test]
fn the_highest_level_whose_rule_holds_is_taken() {
    let playbook = rich();
    let level = |facts: &[contracts::FactKey]| {
        let facts = facts.iter().map(|key| (key.clone(), FactValue::Bool(true))).collect();
        playbook.level(&Env { facts, ..Env::default() }).unwrap()
    };
    assert_eq!(level(&[]), 1);
    assert_eq!(level(&[key::repeat()]), 2);
    assert_eq!(level(&[key::repeat(), key::injury()]), 3);
    assert_eq!(level(&[contracts::FactKey::signal("newspaper").unwrap()]), 3);
    assert_eq!(playbook.highest_level(), 3);
}

#[test]
fn a_loop_ends_at_its_max_and_one_that_declines_leaves_the_next_move() {
    let playbook = rich();
    let then = |stage: &str, outcome: &str, env: Env| {
        let env = Env { outcome: Some(outcome.parse().unwrap()), ..env };
        playbook.next(&stage.parse().unwrap(), &env).unwrap()
    };
    let taken =
        |key: &str, times| Env { loops: [(LoopKey::new(key).unwrap(), times)].into(), ..Env::default() };
    let refused = Some(LoopKey::new("refused").unwrap());
    let to = |stage: &str, via: Option<LoopKey>, exhausted: Option<LoopKey>| Next::To {
        stage: stage.parse().unwrap(),
        via,
        exhausted,
    };
    assert_eq!(then("approve", "refused", taken("refused", 1)), to("handle", refused.clone(), None));
    assert_eq!(then("approve", "refused", taken("refused", 2)), to("meet", None, refused));
    assert_eq!(then("callback", "dissatisfied", taken("upgraded", 5)), to("meet", None, None));
    let top = Env { level: 3, ..Env::default() };
    assert_eq!(then("callback", "dissatisfied", top), to("meet", None, None));
}

#[test]
fn facts_and_stages_start_and_stop_clocks_and_fire_rungs() {
    let playbook = rich();
    let started = |trigger: Trigger| {
        playbook.clocks_started_by(&trigger).map(|clock| clock.key.to_string()).collect::<Vec<_>>()
    };
    let stopped = |trigger: Trigger| {
        playbook.clocks_stopped_by(&trigger).map(|clock| clock.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(started(Trigger::Event(CaseEvent::Received)), ["first_contact"]);
    assert_eq!(started(Trigger::Entered("handle".parse().unwrap())), ["dept_answer"]);
    assert_eq!(stopped(Trigger::Left("handle".parse().unwrap())), ["dept_answer"]);
    assert_eq!(stopped(Trigger::Fact(key::customer_contacted())), ["first_contact"]);
    let rungs: Vec<_> = playbook.rungs_of_clock(&"dept_answer".parse().unwrap()).collect();
    assert_eq!(rungs.iter().map(|rung| rung.key.as_str()).collect::<Vec<_>>(), ["remind", "overdue"]);
    assert!(playbook.rung_holds(rungs[1], &Env::default()).unwrap());
    assert_eq!(playbook.rungs_on_fact(&key::injury()).count(), 1);
}

#[test]
fn a_side_branch_begins_only_where_its_condition_holds() {
    let (playbook, registered) = (rich(), Trigger::Event(CaseEvent::Registered));
    let mut env = Env::default();
    assert_eq!(playbook.sides_started_by(&registered, &env).unwrap()[0].key.as_str(), "contact");
    env.case.channel = "letter".to_owned();
    assert!(playbook.sides_started_by(&registered, &env).unwrap().is_empty());
}

#[test]
fn a_brief_carries_answers_instead_of_rules() {
    let playbook = rich();
    let mut env = Env::default();
    env.case.channel = "letter".to_owned();
    let slice = |stage: &str, env: &Env| match playbook.brief(&stage.parse().unwrap(), env).unwrap().slice {
        Slice::Notification(slice) => *slice,
        other => panic!("{other:?}"),
    };
    assert_eq!(slice("reply", &env).reply.unwrap().form, ReplyForm::FormalLetter);
    assert_eq!(slice("callback", &env).callback.unwrap().person, PersonNeed::NotNeeded);
    env.level = 2;
    assert_eq!(slice("callback", &env).callback.unwrap().person, PersonNeed::Needed);
}

#[test]
fn the_narrowest_category_says_how_often_is_called_back() {
    let playbook = rich();
    let calls = |category: &str| {
        let mut env = Env::default();
        env.case.category = category.to_owned();
        let Slice::Notification(slice) = playbook.brief(&"callback".parse().unwrap(), &env).unwrap().slice
        else {
            panic!()
        };
        let call = slice.callback.unwrap();
        (call.min, call.max)
    };
    assert_eq!(calls("food"), (3, Some(4)));
    assert_eq!(calls("quality"), (2, None));
    assert_eq!(calls("nothing declared"), (1, Some(2)));
}

#[test]
fn only_a_callback_waits_for_what_is_open() {
    let playbook = rich();
    let waits = |stage: &str, batch| {
        let env = Env { facts: [(key::batch(), FactValue::Bool(batch))].into(), ..Env::default() };
        playbook.callback_waits(playbook.stage(&stage.parse().unwrap()).unwrap(), &env).unwrap()
    };
    assert!(waits("callback", true) && !waits("callback", false) && !waits("reply", true));
}

#[test]
fn a_contact_knows_the_steps_and_how_long_they_take() {
    let playbook = rich();
    let brief = playbook.brief(&"contact".parse().unwrap(), &Env::default()).unwrap();
    let Slice::Notification(slice) = brief.slice else { panic!() };
    let contact = slice.contact.unwrap();
    let flow: Vec<_> = contact.flow.iter().map(|step| step.en.as_str()).collect();
    assert_eq!(flow, ["Handle", "Approve", "Execute", "Reply", "Callback", "Meeting"], "not the side");
    let times: Vec<_> = contact.times.iter().map(|one| format!("{} {}", one.step.en, one.limit)).collect();
    assert_eq!(times, ["Handle 3 working days"]);
    assert_eq!(contact.acceptor, None, "a playbook knows nobody");
}

#[test]
fn the_receiver_settles_up_to_and_including_the_amount_when_liability_is_clear() {
    let playbook = rich();
    let clear = Env { facts: [(key::liability_clear(), true.into())].into(), ..Env::default() };
    let may = |fen, env: &Env| playbook.may_settle(&"clerk".parse().unwrap(), Fen(fen), env).unwrap();
    assert!(may(2_000, &clear));
    assert!(!may(2_001, &clear));
    assert!(!may(2_000, &Env::default()));
}
