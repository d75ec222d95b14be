//! Measures: planned, carried out, verified; what of them is refused, and what is heard in between.

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_requested::WorkRequested;
use contracts::{FactValue, MeasureId, Problem, ProblemCode};

use super::*;
use corekit::whats;

const FIRST_DUE: &str = "2030-03-10T10:00:00Z";
const SECOND_DUE: &str = "2030-03-20T10:00:00Z";

/// A stage at which measures are planned; `capa` as the playbook has it.
fn stage(verified: bool) -> StageEntered {
    let mut stage = entered(StageKind::Correct, visit(1));
    let label = json!({"zh": "名", "en": "Name"});
    let verifier = json!({"role": "inspector", "label": label, "department": "inspection"});
    let listed = |keys: &[&str]| -> Vec<Value> {
        keys.iter().filter(|_| verified).map(|key| json!({"key": key, "label": label})).collect()
    };
    stage.brief["slice"]["investigation"]["correct"] = json!({
        "departments": ["quality", "logistics", "inspection"],
        "roles": ["handler", "driver"],
        "methods": listed(&["five_why", "fmea"]),
        "forbidden": listed(&["more_inspection"]),
        "verifier": if verified { verifier } else { json!(null) },
    });
    stage
}

fn measure(text: &str, due: &str) -> Value {
    json!({"measure": text, "due": due})
}

fn two() -> Value {
    let mut second = measure("换用新包装", SECOND_DUE);
    second["kind"] = json!("preventive");
    second["department"] = json!("logistics");
    second["role"] = json!("driver");
    second["person"] = json!("sun");
    json!([measure("修订检验规程", FIRST_DUE), second])
}

fn plan(measures: Value) -> Value {
    json!({"visit": visit(1), "epoch": 1, "measures": measures})
}

fn requested(events: &[Event]) -> Vec<&WorkRequested> {
    let requested = events.iter().filter_map(|event| match event {
        Event::WorkRequested(requested) => Some(requested),
        _ => None,
    });
    requested.collect()
}

fn facts(events: &[Event]) -> Facts {
    let recorded = events.iter().filter_map(|event| match event {
        Event::FactRecorded(FactRecorded { facts, .. }) => Some(facts.clone()),
        _ => None,
    });
    recorded.flatten().collect()
}

fn give(bench: &mut Bench, work: &WorkRequested, to: &str) {
    bench.hear(ServiceName::Routing, assigned(visit(1), (work.work, work.epoch), to));
}

/// A plan of two measures, the first of which Li has and the second Sun.
fn planned(verified: bool) -> (Bench, [MeasureId; 2]) {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, stage(verified));
    let mut measures = two();
    if verified {
        measures[0]["method"] = json!("five_why");
        measures[1]["method"] = json!("fmea");
    }
    let said = bench.order(li(), "correct.plan", plan(measures)).unwrap();
    let [first, second] = requested(&said)[..] else { panic!("{:?}", whats(&said)) };
    give(&mut bench, first, "li");
    give(&mut bench, second, "sun");
    let ids = [first, second].map(|work| work.measure.unwrap());
    (bench, ids)
}

fn done(measure: MeasureId) -> Value {
    json!({"visit": visit(1), "epoch": 1, "measure": measure, "result": "已执行"})
}

fn verify(effective: bool) -> Value {
    json!({"visit": visit(1), "epoch": 1, "effective": effective, "finding": "复查三批"})
}

/// Both measures are carried out; the work of verifying is Zhou's.
fn carried_out(verified: bool) -> Bench {
    let (mut bench, [first, second]) = planned(verified);
    bench.order(li(), "correct.done", done(first)).unwrap();
    let said = bench.order(staff("sun", &[]), "correct.done", done(second)).unwrap();
    give(&mut bench, requested(&said)[0], "zhou");
    bench
}

fn refused(result: Result<Vec<Event>, Problem>) -> (ProblemCode, String) {
    let problem = result.unwrap_err();
    assert_eq!(problem.lacks(), None, "{problem:?}");
    (problem.code, problem.field.unwrap())
}

#[test]
fn each_measure_becomes_work_of_its_own_with_its_owner_and_due_time() {
    let mut bench = Bench::new(Investigation);
    let said = bench.hear(ServiceName::Routing, stage(false));
    assert_eq!(requested(&said)[0].task, "correct.plan");
    let work = asked(&said).unwrap();
    bench.hear(ServiceName::Routing, assigned(visit(1), work, "li"));
    let said = bench.order(li(), "correct.plan", plan(two())).unwrap();
    assert_eq!(
        whats(&said),
        ["measures.planned", "work.withdrawn", "work.requested", "work.requested", "fact.recorded"]
    );
    let [first, second] = requested(&said)[..] else { panic!() };
    assert_eq!((first.task.as_str(), first.role.as_str()), ("correct.done", "handler"));
    assert_eq!((first.department.as_str(), &first.person), ("quality", &None));
    assert_eq!((second.department.as_str(), second.role.as_str()), ("logistics", "driver"));
    assert_eq!((&second.person, &second.secondary), (&Some(person("sun")), &None));
    assert_eq!(second.due, Some(SECOND_DUE.parse().unwrap()));
    let facts = facts(&said);
    assert_eq!(facts[&key::measure_due()], FactValue::from(FIRST_DUE), "the next that is due");
    assert_eq!(facts[&key::measures_done()], false.into());
    let words: Vec<_> = bench.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["修订检验规程", "换用新包装"]);
}

#[test]
fn a_plan_is_whole_or_refused_with_everything_that_is_wrong() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, stage(true));
    let mut order = |measures: Value| bench.order(li(), "correct.plan", plan(measures));
    assert_eq!(refused(order(json!([]))), (ProblemCode::MissingField, "/measures".to_owned()));
    let many: Vec<_> = (0..51).map(|_| measure("一", FIRST_DUE)).collect();
    assert_eq!(refused(order(json!(many))), (ProblemCode::FieldTooLong, "/measures".to_owned()));
    let good = json!({"measure": "改", "due": FIRST_DUE, "method": "fmea"});
    let with = |field: &str, value: Value| {
        let mut one = good.clone();
        one[field] = value;
        json!([good, one])
    };
    for (field, value, code) in [
        ("measure", json!(" "), ProblemCode::MissingField),
        ("due", json!("2020-01-01T00:00:00Z"), ProblemCode::InvalidField),
        ("method", json!("more_inspection"), ProblemCode::InvalidField),
        ("method", json!("tea_leaves"), ProblemCode::InvalidField),
        ("method", json!(null), ProblemCode::MissingField),
        ("kind", json!("training"), ProblemCode::InvalidField),
        ("department", json!("kitchen"), ProblemCode::UnknownDepartment),
        ("role", json!("cook"), ProblemCode::InvalidField),
        ("person", json!("wang"), ProblemCode::ConflictOfInterest),
    ] {
        let place = if field == "kind" { "method" } else { field };
        let expected = (code, format!("/measures/1/{place}"));
        assert_eq!(refused(order(with(field, value))), expected, "{field}");
    }
    let problem = order(json!([measure(" ", "2020-01-01T00:00:00Z")])).unwrap_err();
    assert_eq!(problem.errors.len(), 3, "{problem:?}");
    order(json!([good])).unwrap();
    assert_eq!(refused(order(json!([good]))), (ProblemCode::AlreadyExists, "/visit".to_owned()));
}

/// A stage whose playbook says who is trained and which documents may be brought up to date.
fn lasting() -> StageEntered {
    let mut stage = stage(false);
    let text = json!({"zh": "名", "en": "Fitters"});
    let correct = &mut stage.brief["slice"]["investigation"]["correct"];
    correct["training"] = json!([text]);
    correct["standardise"] =
        json!([{"key": "instruction", "label": text}, {"key": "drawing", "label": text}]);
    stage
}

/// where the playbook names who is trained, no plan goes without a training.
#[test]
fn a_plan_has_a_training_where_the_playbook_says_who_is_trained() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, lasting());
    let mut training = measure("再教育", SECOND_DUE);
    let expected = (ProblemCode::MissingField, "/measures".to_owned());
    let without = bench.order(li(), "correct.plan", plan(json!([training])));
    assert!(without.as_ref().unwrap_err().expected.as_ref().unwrap().contains("Fitters"));
    assert_eq!(refused(without), expected);
    training["kind"] = json!("training");
    bench.order(li(), "correct.plan", plan(json!([measure("改", FIRST_DUE), training]))).unwrap();
}

/// What worked stands in a document from then on; what did not, in none.
#[test]
fn what_worked_becomes_a_standard() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, lasting());
    let mut training = measure("再教育", FIRST_DUE);
    training["kind"] = json!("training");
    let said = bench.order(li(), "correct.plan", plan(json!([training]))).unwrap();
    let work = requested(&said)[0].clone();
    give(&mut bench, &work, "li");
    let mut order = done(work.measure.unwrap());
    order["attended"] = json!(["sun"]);
    let said = bench.order(li(), "correct.done", order).unwrap();
    let work = requested(&said)[0].clone();
    give(&mut bench, &work, "zhou");
    let zhou = || staff("zhou", &[]);
    let mut with = |effective: bool, documents: Value| {
        let mut order = verify(effective);
        order["standardised"] = documents;
        bench.order(zhou(), "correct.verify", order)
    };
    let one = |document: &str| json!({"document": document, "change": "A/1：扭矩 8 N·m"});
    let place = |at: &str| format!("/standardised{at}");
    assert_eq!(refused(with(true, json!([]))), (ProblemCode::MissingField, place("")));
    assert_eq!(refused(with(false, json!([one("drawing")]))), (ProblemCode::InvalidField, place("")));
    let strange = refused(with(true, json!([one("poem")])));
    assert_eq!(strange, (ProblemCode::InvalidField, place("/0/document")));
    let twice = refused(with(true, json!([one("drawing"), one("drawing")])));
    assert_eq!(twice, (ProblemCode::InvalidField, place("/1/document")));
    let empty = refused(with(true, json!([{"document": "drawing", "change": " "}])));
    assert_eq!(empty, (ProblemCode::MissingField, place("/0/change")));
    let many: Vec<_> = (0..51).map(|_| one("drawing")).collect();
    assert_eq!(refused(with(true, json!(many))), (ProblemCode::FieldTooLong, place("")));
    let said = with(true, json!([one("instruction")])).unwrap();
    let Event::EffectVerified(verified) = &said[0] else { panic!("{:?}", whats(&said)) };
    assert_eq!(verified.standardised[0].document, "instruction");
    assert_eq!(bench.state.instances[&1].effects[0].standardised, verified.standardised);
    assert_eq!(bench.words.last().unwrap().text, "A/1：扭矩 8 N·m");
}

#[test]
fn a_training_names_who_attended_and_nothing_else_does() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, stage(true));
    let training = json!({"measure": "再教育", "kind": "training", "due": FIRST_DUE});
    let said = bench.order(li(), "correct.plan", plan(json!([training]))).unwrap();
    let work = requested(&said)[0].clone();
    give(&mut bench, &work, "li");
    let mut order = done(work.measure.unwrap());
    let missing = refused(bench.order(li(), "correct.done", order.clone()));
    assert_eq!(missing, (ProblemCode::MissingField, "/attended".to_owned()));
    order["attended"] = json!(["sun", "zhao"]);
    let said = bench.order(li(), "correct.done", order).unwrap();
    let Event::MeasureDone(recorded) = &said[0] else { panic!() };
    assert_eq!(recorded.attended, [person("sun"), person("zhao")]);

    let (mut bench, [first, _]) = planned(false);
    let mut order = done(first);
    order["attended"] = json!(["sun"]);
    assert_eq!(
        refused(bench.order(li(), "correct.done", order)),
        (ProblemCode::InvalidField, "/attended".to_owned())
    );
}

#[test]
fn whoever_holds_a_measure_carries_it_out_and_the_next_due_time_is_told() {
    let (mut bench, [first, second]) = planned(false);
    let sun = || staff("sun", &["handler"]);
    assert_eq!(refused(bench.order(sun(), "correct.done", done(first))).0, ProblemCode::NotTheHolder);
    assert_eq!(
        refused(bench.order(staff("wang", &[]), "correct.done", done(first))).0,
        ProblemCode::ConflictOfInterest
    );
    let strange = refused(bench.order(li(), "correct.done", done(MeasureId(Uuid::from_u128(99)))));
    assert_eq!(strange, (ProblemCode::InvalidField, "/measure".to_owned()));
    let said = bench.order(li(), "correct.done", done(first)).unwrap();
    assert_eq!(whats(&said), ["measure.done", "work.withdrawn", "fact.recorded"]);
    assert_eq!(facts(&said)[&key::measure_due()], FactValue::from(SECOND_DUE));
    let again = refused(bench.order(li(), "correct.done", done(first)));
    assert_eq!(again, (ProblemCode::AlreadyExists, "/measure".to_owned()));
    assert_eq!(refused(bench.order(li(), "correct.verify", verify(true))).0, ProblemCode::WrongStage);
    let said = bench.order(sun(), "correct.done", done(second)).unwrap();
    assert_eq!(whats(&said), ["measure.done", "work.withdrawn", "fact.recorded", "work.requested"]);
    assert_eq!(facts(&said), Facts::from([(key::measures_done(), true.into())]));
}

#[test]
fn a_later_measure_that_is_done_first_changes_no_due_time() {
    let (mut bench, [_, second]) = planned(false);
    let said = bench.order(staff("sun", &[]), "correct.done", done(second)).unwrap();
    assert_eq!(whats(&said), ["measure.done", "work.withdrawn"]);
}

#[test]
fn whoever_had_a_part_in_the_measures_does_not_verify_them() {
    let (mut bench, [first, second]) = planned(true);
    bench.order(li(), "correct.done", done(first)).unwrap();
    let said = bench.order(staff("sun", &[]), "correct.done", done(second)).unwrap();
    let work = requested(&said)[0].clone();
    assert_eq!((work.task.as_str(), work.role.as_str()), ("correct.verify", "inspector"));
    assert_eq!(work.department.as_str(), "inspection");
    assert_eq!(work.barred, [person("li"), person("sun"), person("wang")]);
    for part in ["li", "sun"] {
        give(&mut bench, &work, part);
        let actor = staff(part, &["inspector"]);
        let expected = (ProblemCode::SeparationOfDuty, "/actor".to_owned());
        assert_eq!(refused(bench.order(actor, "correct.verify", verify(true))), expected);
    }
}

#[test]
fn the_visit_ends_with_whether_they_worked() {
    for (verified, effective, outcome) in
        [(true, true, "effective"), (true, false, "ineffective"), (false, true, "effective")]
    {
        let mut bench = carried_out(verified);
        let said = bench.order(staff("zhou", &[]), "correct.verify", verify(effective)).unwrap();
        assert_eq!(whats(&said), ["effect.verified", "stage.completed", "work.withdrawn"]);
        let Event::StageCompleted(completed) = &said[1] else { panic!() };
        assert_eq!(completed.outcome.as_str(), outcome);
        let counted = (&completed.results["measures"], &completed.results["late"]);
        assert_eq!(counted, (&json!(2), &json!(0)));
        let register = &bench.state.instances[&1];
        assert!(register.measures.iter().all(|measure| measure.done.is_some()));
        assert_eq!(register.effects[0].effective, effective);
        let late = refused(bench.order(staff("zhou", &[]), "correct.verify", verify(true)));
        assert_eq!(late.0, ProblemCode::VisitLeft);
    }
}

#[test]
fn the_owner_verifies_where_the_playbook_names_nobody() {
    let (mut bench, [first, second]) = planned(false);
    bench.order(li(), "correct.done", done(first)).unwrap();
    let said = bench.order(staff("sun", &[]), "correct.done", done(second)).unwrap();
    let work = requested(&said)[0].clone();
    assert_eq!((work.role.as_str(), work.department.as_str()), ("handler", "quality"));
    assert_eq!(work.barred, [person("wang")]);
    give(&mut bench, &work, "li");
    bench.order(li(), "correct.verify", verify(true)).unwrap();
}

#[test]
fn another_department_takes_over_what_is_still_to_be_done() {
    let changed = |epoch| StageChanged {
        visit: visit(1),
        epoch,
        department: "sales".to_owned().try_into().unwrap(),
        because: None,
    };
    let (mut bench, [first, second]) = planned(false);
    bench.order(li(), "correct.done", done(first)).unwrap();
    let said = bench.hear(ServiceName::Routing, changed(2));
    assert_eq!(whats(&said), ["work.withdrawn", "work.requested"]);
    let work = requested(&said)[0].clone();
    assert_eq!((work.measure, work.department.as_str(), work.epoch), (Some(second), "logistics", 2));
    give(&mut bench, &work, "sun");
    let stale = refused(bench.order(staff("sun", &[]), "correct.done", done(second)));
    assert_eq!(stale.0, ProblemCode::StaleEpoch);
    let mut order = done(second);
    order["epoch"] = json!(2);
    let said = bench.order(staff("sun", &[]), "correct.done", order).unwrap();
    assert_eq!(requested(&said)[0].department.as_str(), "sales");
    let said = bench.hear(ServiceName::Routing, changed(3));
    assert_eq!(requested(&said)[0].task, "correct.verify");
}

#[test]
fn all_work_goes_with_a_visit_that_is_withdrawn() {
    let (mut bench, _) = planned(false);
    let withdrawn = StageWithdrawn { visit: visit(1), reason: "merged".to_owned() };
    assert_eq!(whats(&bench.hear(ServiceName::Routing, withdrawn)), ["work.withdrawn", "work.withdrawn"]);
    assert_eq!(refused(bench.order(li(), "correct.plan", plan(two()))).0, ProblemCode::VisitLeft);
}

#[test]
fn measures_are_planned_by_people() {
    let mut bench = Bench::new(Investigation);
    let mut nobody = stage(false);
    nobody.brief["person"] = json!("not_needed");
    assert_eq!(bench.try_hear(ServiceName::Routing, nobody).unwrap_err().code, ProblemCode::Internal);
}
