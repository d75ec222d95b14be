//! Forms of a case: filled in by the case and by people, signed, anew for each handling, and shown.

use contracts::commands::routing::{FillForm, SignForm};
use contracts::commands::{Actor, Answer, Verb};
use contracts::{Event, ProblemCode, SubjectRef};
use serde_json::{Value, json};

use crate::served::{Example, Served};
use crate::world::{World, complaint, organisation, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

/// P03 with a form that its case fills in part, which an agent and the head of the department sign.
pub(crate) fn with_form() -> String {
    let path =
        format!("{}/../../deploy/playbooks/p03-receive-classify-approve.yaml", env!("CARGO_MANIFEST_DIR"));
    let forms = "\nforms:
  - key: handling
    label: {zh: 投诉处理单, en: Handling form}
    fields:
      - {key: number, label: {zh: 编号, en: Number}}
      - {key: category, label: {zh: 类别, en: Category}}
      - {key: narrative, label: {zh: 投诉内容, en: What was told}}
      - {key: course, label: {zh: 事情经过, en: Course of events}}
    required: [number, category, narrative, course]
    signatures: [agent]
    copies: 2
";
    std::fs::read_to_string(path).unwrap() + forms
}

/// A case that waits for triage by agent.a.
pub(crate) fn at_triage() -> World {
    let mut world = World::with(&with_form(), FRIDAY);
    world.register(|said| said.category = Some("other".parse().unwrap()));
    world
}

fn fill(course: &str) -> FillForm {
    let fields = [("course".to_owned(), course.to_owned())].into();
    FillForm { form: "handling".parse().unwrap(), fields, seen: std::collections::BTreeMap::new() }
}

fn sign() -> SignForm {
    SignForm { form: "handling".parse().unwrap(), role: None }
}

fn completed(world: &World) -> Option<bool> {
    world
        .case()
        .facts
        .get(&"completed_handling".to_owned().try_into().unwrap())
        .and_then(|fact| fact.as_bool())
}

#[test]
fn a_form_is_complete_once_it_is_filled_in_and_signed() {
    let mut world = at_triage();
    assert_eq!(completed(&world), None, "nothing is said of what never was");
    let early = world.order(&sign(), person("agent.a")).unwrap_err();
    assert_eq!((early.code, early.field.as_deref()), (ProblemCode::MissingField, Some("/fields/course")));
    let stranger = world.order(&fill("经过"), person("lo.a")).unwrap_err();
    assert_eq!(stranger.code, ProblemCode::NotAllowed);
    let answer = world.order(&fill("保养后出现"), person("agent.a")).unwrap();
    assert_eq!((&answer["missing"], &answer["unsigned"]), (&json!([]), &json!(["agent"])));
    assert_eq!(completed(&world), None, "it is not signed yet");
    let answer = world.order(&sign(), person("agent.b")).unwrap();
    assert_eq!(answer["complete"], json!(true));
    assert_eq!(completed(&world), Some(true));
    let signed = world.said.iter().find_map(|event| match event {
        Event::FormSigned(signed) => Some(signed.known.clone()),
        _ => None,
    });
    assert_eq!(signed.unwrap()["category"], "other".into(), "what the case filled in is signed too");
    let late = world.order(&fill("改一下"), person("agent.a")).unwrap_err();
    assert_eq!((late.code, late.field.as_deref()), (ProblemCode::AlreadyExists, Some("/form")));
}

/// who writes says what they saw; what a colleague wrote meanwhile is not written over unseen, and may be emptied.
#[test]
fn what_somebody_else_wrote_meanwhile_is_not_written_over_unseen() {
    let mut world = at_triage();
    let written = |world: &World| {
        let form = world.case().forms.values().next()?.values().next()?;
        Some(form.written.get("course")?.text.id)
    };
    let having_seen = |text: &str, seen: Option<contracts::WordId>| {
        let seen = [("course".to_owned(), seen)].into();
        FillForm { seen, ..fill(text) }
    };
    world.order(&having_seen("保养后出现", None), person("agent.a")).unwrap();
    let first = written(&world);
    assert!(first.is_some());
    let late = world.order(&having_seen("别的经过", None), person("agent.a")).unwrap_err();
    assert_eq!((late.code, late.field.as_deref()), (ProblemCode::StaleVersion, Some("/fields/course")));
    assert!(late.expected.is_some());
    world.order(&having_seen("两人的经过", first), person("agent.a")).unwrap();
    let second = written(&world);
    assert_ne!(second, first);
    let answer = world.order(&having_seen(" ", second), person("agent.a")).unwrap();
    assert_eq!((written(&world), &answer["missing"]), (None, &json!(["course"])));
    let nothing = world.order(&having_seen("", None), person("agent.a")).unwrap_err();
    assert_eq!((nothing.code, nothing.field.as_deref()), (ProblemCode::MissingField, Some("/fields/course")));
}

#[tokio::test]
async fn a_form_is_shown_with_labels_and_what_was_written_but_not_to_the_person_complained_of() {
    let served = Served::start().await;
    let subject = complaint();
    served.put(&at_triage().written(), &subject).await;
    let body = json!({"form": "handling", "fields": {"course": "保养后出现"}});
    let example = Example { subject: subject.clone(), actor: person("agent.a"), body };
    let answer = served.order("fill".to_owned(), FillForm::VERB, example).await;
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    let asked = |instance: Option<u32>| json!({"complaint": subject.complaint_id(), "form": "handling", "instance": instance});
    let shown = served.ask(person("agent.b"), "form", asked(None)).await.unwrap();
    assert_eq!((&shown["label"]["zh"], &shown["copies"]), (&json!("投诉处理单"), &json!(2)));
    let field = |key: &str| {
        let fields = shown["fields"].as_array().unwrap();
        fields.iter().find(|field| field["key"] == key).unwrap().clone()
    };
    assert_eq!(
        (&field("course")["value"], &field("course")["by"]),
        (&json!("保养后出现"), &json!("agent.a"))
    );
    let seen = &field("course")["text"];
    assert!(
        seen.is_string() && field("number").get("text").is_none(),
        "by which a writer says what they saw"
    );
    assert_eq!(field("category")["value"]["zh"], json!("其他"), "what a key is called");
    assert_eq!((&field("narrative")["from"], &field("narrative")["value"]), (&json!("intake"), &Value::Null));
    assert_eq!((&shown["missing"], &shown["complete"]), (&json!([]), &json!(false)));
    assert_eq!(shown["signatures"][0]["label"]["zh"], json!("客服专员"));
    let case =
        served.ask(person("agent.b"), "case", json!({"complaint": subject.complaint_id()})).await.unwrap();
    assert_eq!(case["forms"][0]["unsigned"], json!(["agent"]));
    let odd = served.ask(person("agent.b"), "form", asked(Some(2))).await.unwrap_err();
    assert_eq!((odd.code, odd.field.as_deref()), (ProblemCode::InvalidField, Some("/instance")));
    let outsider = served.ask(Actor::Customer, "form", asked(None)).await.unwrap_err();
    assert_eq!(outsider.code, ProblemCode::NotAllowed);
    let other = SubjectRef::complaint(&organisation(), contracts::ComplaintId(uuid::Uuid::from_u128(99)));
    let mut world = World::with(&with_form(), FRIDAY);
    world.register(|said| {
        said.category = Some("other".parse().unwrap());
        said.complained_of_person = Some("qm.a".parse().unwrap());
    });
    served.put(&world.written(), &other).await;
    let asked = json!({"complaint": other.complaint_id(), "form": "handling"});
    let party = served.ask(person("qm.a"), "form", asked).await.unwrap_err();
    assert_eq!(party.code, ProblemCode::ConflictOfInterest);
}
