//! Visits to a `clarify`: what is missing is taken down, the claim restated and confirmed.

use contracts::commands::Actor;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_queued::{QueueCause, WorkQueued};
use contracts::{
    ComplainantId, Event, FactValue, Facts, FileId, Language, ProblemCode, StageKind, SubjectRef, VisitId,
    WorkId,
};
use intake::Row;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{World, clerk, good};

pub(crate) fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

pub(crate) fn clarify_entered(n: u128) -> StageEntered {
    let brief = json!({
        "stage": "ask", "kind": "clarify", "label": {"zh": "澄清", "en": "Clarify"},
        "owner": {"role": "clerk", "label": {"zh": "接待员", "en": "Clerk"}, "department": "receiving"},
        "secondary": "automatic", "person": "needed", "requires": {}, "outcomes": ["clarified", "unreachable"],
        "conflict_of_interest": null, "slice": "nothing",
    });
    StageEntered {
        visit: visit(n),
        epoch: 1,
        stage: "ask".parse().unwrap(),
        kind: StageKind::Clarify,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p01".parse().unwrap(), version: 1 },
        brief,
        number: "TS202503070001".into(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "service".parse().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: vec!["zhao".parse().unwrap()],
        heard: None,
    }
}

pub(crate) fn to_wang(n: u128, work: WorkId) -> WorkAssigned {
    WorkAssigned {
        lacks: Default::default(),
        work,
        visit: visit(n),
        epoch: 1,
        person: "wang".parse().unwrap(),
        instead_of: None,
        department: "service".parse().unwrap(),
        role: "clerk".parse().unwrap(),
        because: None,
    }
}

fn subject() -> SubjectRef {
    World::complaint("k1")
}

/// Wang holds the work of visit 1, whose brief `change` edits.
fn begun(change: impl FnOnce(&mut StageEntered)) -> World {
    let mut world = World::new();
    world.register("k1", clerk(), good()).unwrap();
    let mut entered = clarify_entered(1);
    change(&mut entered);
    world.hear(subject(), entered).unwrap();
    let work = work_of(&world);
    world.hear(subject(), to_wang(1, work)).unwrap();
    world
}

fn work_of(world: &World) -> WorkId {
    let asked = world.said.iter().rev().find_map(|(_, event)| match event {
        Event::WorkRequested(asked) => Some(asked.work),
        _ => None,
    });
    asked.unwrap()
}

fn whats(world: &World, since: usize) -> Vec<&'static str> {
    world.said[since..].iter().map(|(_, event)| event.what()).collect()
}

fn facts(world: &World) -> Facts {
    let recorded = world.said.iter().filter_map(|(_, event)| match event {
        Event::FactRecorded(recorded) => Some(recorded.facts.clone()),
        _ => None,
    });
    recorded.flatten().collect()
}

fn clarify(world: &mut World, actor: Actor, with: Value) -> Result<Value, (ProblemCode, String)> {
    let mut body = json!({ "visit": visit(1), "epoch": 1 });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    let key = format!("c{}", world.said.len());
    world
        .order(subject(), "clarify", &key, actor, body)
        .map_err(|problem| (problem.code, problem.field.unwrap_or_default()))
}

fn refused(code: ProblemCode, field: &str) -> Result<Value, (ProblemCode, String)> {
    Err((code, field.to_owned()))
}

#[test]
fn the_claim_is_restated_and_ends_with_the_customers_confirmation() {
    let mut world = begun(|_| {});
    let before = world.said.len();
    let restated = json!({ "restated": "三次报修无人上门，要求换新", "said": "师傅受伤了没来" });
    assert_eq!(clarify(&mut world, clerk(), restated).unwrap()["outcome"], Value::Null);
    assert_eq!(whats(&world, before), ["claim.clarified", "fact.recorded"]);
    assert_eq!(facts(&world)[&"injury".to_owned().try_into().unwrap()], FactValue::Bool(true), "heard");
    let texts: Vec<_> = world.words.iter().rev().take(2).map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["师傅受伤了没来", "三次报修无人上门，要求换新"]);

    let before = world.said.len();
    let answer = clarify(&mut world, clerk(), json!({ "confirmed_by_customer": true })).unwrap();
    assert_eq!(answer["outcome"], json!("clarified"));
    assert_eq!(
        whats(&world, before),
        ["claim.clarified", "fact.recorded", "stage.completed", "work.withdrawn"]
    );
    let Some((_, Event::StageCompleted(ended))) = world.said.get(before + 2) else { panic!() };
    assert_eq!(ended.results["confirmed"], json!(true));
    assert_eq!(ended.results["supplied"], json!(["said"]));
    assert!(ended.results["restated"]["sha256"].is_string(), "a reference, no words");
    let again = clarify(&mut world, clerk(), json!({ "said": "还有" }));
    assert_eq!(again, refused(ProblemCode::VisitLeft, "/visit"));
}

#[test]
fn what_the_playbook_asks_must_be_known_before_it_ends() {
    let mut world = begun(|entered| {
        entered.brief["requires"] =
            json!({ "fields": ["category", "evidence"], "facts": ["identity_verified"] });
    });
    let confirm = json!({ "restated": "要求换新", "confirmed_by_customer": true });
    let fields = ["/category", "/facts/identity_verified", "/files"];
    let given = [json!({ "category": "quality" }), json!({ "identity_verified": true })];
    assert_eq!(clarify(&mut world, clerk(), confirm.clone()), refused(ProblemCode::MissingField, fields[0]));
    for (given, field) in given.into_iter().zip(&fields[1..]) {
        clarify(&mut world, clerk(), given).unwrap();
        let outcome = clarify(&mut world, clerk(), confirm.clone());
        assert_eq!(outcome, refused(ProblemCode::MissingField, field));
    }
    let denied = json!({ "identity_verified": false });
    clarify(&mut world, clerk(), denied).unwrap();
    let amended = world.rows.iter().any(|row| matches!(row, Row::Amended(row) if row.category.is_some()));
    assert!(amended, "look-ups know the category");
}

#[test]
fn customers_supply_and_confirm_and_staff_do_the_rest() {
    let mut world = begun(|entered| {
        entered.brief["requires"] = json!({ "facts": ["identity_verified"] });
    });
    for (field, with) in [
        ("/reached", json!({ "reached": false })),
        ("/restated", json!({ "restated": "赔一万" })),
        ("/identity_verified", json!({ "identity_verified": true })),
        ("/complainant", json!({ "complainant": { "phone": "13900000000" } })),
    ] {
        assert_eq!(clarify(&mut world, Actor::Customer, with), refused(ProblemCode::NotAllowed, field));
    }
    let nothing = clarify(&mut world, Actor::Customer, json!({ "said": "  " }));
    assert_eq!(nothing, refused(ProblemCode::MissingField, "/said"));
    let early = clarify(&mut world, Actor::Customer, json!({ "confirmed_by_customer": true }));
    assert_eq!(early, refused(ProblemCode::MissingField, "/restated"));
    clarify(&mut world, clerk(), json!({ "restated": "要求换新" })).unwrap();
    let confirmed = clarify(&mut world, Actor::Customer, json!({ "confirmed_by_customer": true })).unwrap();
    assert_eq!(confirmed["outcome"], Value::Null, "identity is not verified yet");
    assert!(facts(&world).contains_key(&"customer_understood".to_owned().try_into().unwrap()));
    let rest = json!({ "identity_verified": true, "confirmed_by_customer": true });
    assert_eq!(clarify(&mut world, clerk(), rest).unwrap()["outcome"], json!("clarified"));
}

#[test]
fn contact_data_stay_with_intake_and_do_not_bring_anybody_back() {
    let mut world = begun(|_| {});
    let before = world.said.len();
    let person = json!({ "complainant": { "phone": "13900001111", "address": "人民路 1 号" } });
    clarify(&mut world, clerk(), person.clone()).unwrap();
    let said = serde_json::to_string(&world.said[before..]).unwrap();
    assert!(!said.contains("13900001111") && !said.contains("人民路"), "{said}");
    assert!(said.contains("phone") && said.contains("address"), "which fields is said: {said}");
    let Some(Row::Complainant(row)) = world.rows.last() else { panic!() };
    let complainant = row.complainant;
    let mut again = good();
    again["complainant"] = json!({ "name": "张三", "phone": "139 0000 1111" });
    world.register("k2", clerk(), again).unwrap();
    let Some(Row::Complainant(row)) = world.rows.iter().rev().find(|row| matches!(row, Row::Complainant(_)))
    else {
        panic!()
    };
    assert_eq!(row.complainant, complainant, "the new number leads to the same person");

    let erase = SubjectRef::person(&crate::world::organisation(), complainant);
    world
        .order(erase, "person.erase", "e1", crate::world::officer(), json!({ "reason": "本人要求" }))
        .unwrap();
    assert_eq!(clarify(&mut world, clerk(), person), refused(ProblemCode::NotFound, "/complainant"));
}

#[test]
fn only_whoever_holds_the_work_and_with_words_that_fit() {
    let mut world = begun(|_| {});
    let staff = |person: &str, role: &str| Actor::Staff {
        person: person.parse().unwrap(),
        roles: [role.parse().unwrap()].into_iter().collect(),
        department: None,
    };
    let said = || json!({ "restated": "要求换新" });
    let problems = [
        (staff("zhao", "clerk"), ProblemCode::ConflictOfInterest),
        (staff("sun", "clerk"), ProblemCode::NotTheHolder),
        (staff("sun", "seller"), ProblemCode::NotAllowed),
        (Actor::System, ProblemCode::NotAllowed),
    ];
    for (actor, code) in problems {
        assert_eq!(clarify(&mut world, actor, said()), refused(code, "/actor"));
    }
    let unknown = FileId(Uuid::from_u128(9));
    for (with, code, field) in [
        (json!({ "give_up": true }), ProblemCode::InvalidField, "/give_up"),
        (json!({ "category": "weather" }), ProblemCode::InvalidField, "/category"),
        (json!({ "complained_of": "moon", "said": "x" }), ProblemCode::UnknownDepartment, "/complained_of"),
        (json!({ "amount": -1 }), ProblemCode::InvalidField, "/amount"),
        (json!({ "files": [unknown] }), ProblemCode::NotFound, "/files/0"),
        (json!({ "complainant": { "phone": "12" } }), ProblemCode::InvalidField, "/complainant/phone"),
        (json!({ "restated": "字".repeat(5_001) }), ProblemCode::FieldTooLong, "/restated"),
        (json!({ "facts": { "approved": true } }), ProblemCode::InvalidField, "/facts/approved"),
        (json!({ "colour": "red" }), ProblemCode::UnknownField, "/colour"),
        (json!({ "epoch": 2, "said": "x" }), ProblemCode::StaleEpoch, "/epoch"),
        (json!({ "visit": visit(2), "said": "x" }), ProblemCode::WrongStage, "/visit"),
    ] {
        assert_eq!(clarify(&mut world, clerk(), with), refused(code, field));
    }
    let gone = json!({ "reached": false, "give_up": true });
    assert_eq!(clarify(&mut world, clerk(), gone).unwrap()["outcome"], json!("unreachable"));
}

#[test]
fn a_visit_is_reassigned_queued_and_withdrawn() {
    let mut world = begun(|_| {});
    let work = work_of(&world);
    let queued = WorkQueued {
        lacks: Default::default(),
        work,
        visit: visit(1),
        epoch: 1,
        department: "service".parse().unwrap(),
        role: "clerk".parse().unwrap(),
        cause: QueueCause::NobodyAvailable,
        because: None,
    };
    world.hear(subject(), queued).unwrap();
    let held = clarify(&mut world, clerk(), json!({ "restated": "要求换新" }));
    assert_eq!(held, refused(ProblemCode::NotTheHolder, "/actor"));

    let before = world.said.len();
    let department = "sales".parse().unwrap();
    let changed = StageChanged { visit: visit(1), epoch: 2, department, because: None };
    world.hear(subject(), changed.clone()).unwrap();
    world.hear(subject(), changed).unwrap();
    assert_eq!(whats(&world, before), ["work.withdrawn", "work.requested"]);
    let before = world.said.len();
    world.hear(subject(), to_wang(1, work)).unwrap();
    assert_eq!(whats(&world, before), ["act.late"]);

    let before = world.said.len();
    let reason = "new_instance".to_owned();
    world.hear(subject(), StageWithdrawn { visit: visit(1), reason: reason.clone() }).unwrap();
    assert_eq!(whats(&world, before), ["work.withdrawn"]);
    let left = clarify(&mut world, clerk(), json!({ "epoch": 2, "said": "x" }));
    assert_eq!(left, refused(ProblemCode::VisitLeft, "/visit"));
}

#[test]
fn nobody_is_asked_where_the_playbook_says_that_all_is_clear() {
    let mut world = World::new();
    world.register("k1", clerk(), good()).unwrap();
    let before = world.said.len();
    let mut entered = clarify_entered(1);
    entered.brief["person"] = json!("not_needed");
    world.hear(subject(), entered.clone()).unwrap();
    world.hear(subject(), entered.clone()).unwrap();
    assert_eq!(whats(&world, before), ["stage.completed"]);
    entered.visit = visit(2);
    entered.brief["outcomes"] = json!(["unreachable"]);
    assert_eq!(
        world.hear(subject(), entered).unwrap_err().code,
        ProblemCode::Internal,
        "parked, never guessed"
    );
}
