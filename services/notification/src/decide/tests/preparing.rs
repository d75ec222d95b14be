//! The sheet that is filled in before the customer is contacted.

use contracts::ProblemCode;

use super::*;
use corekit::whats;

/// A contact that is prepared, held by Li.
fn bench() -> Bench {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    let mut stage = entered(StageKind::Contact, visit(1));
    let point = |key: &str| json!({"key": key, "label": {"zh": "要点", "en": "Point"}});
    slice(&mut stage)["prepare"] = json!([point("facts"), point("limit")]);
    enter(&mut bench, stage);
    bench
}

fn sheet(points: &[(&str, &str)]) -> Value {
    let points: Vec<_> = points.iter().map(|(point, text)| json!({"point": point, "text": text})).collect();
    json!({"visit": visit(1), "epoch": 1, "points": points})
}

fn contact() -> Value {
    json!({"visit": visit(1), "epoch": 1, "reached": true, "channel": "phone"})
}

#[test]
fn nobody_talks_with_the_customer_before_the_sheet_is_filled_in() {
    let mut bench = bench();
    let problem = bench.order(li(), "contact.record", contact()).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/visit")));
    assert!(problem.expected.unwrap().ends_with("facts, limit"));
    let said =
        bench.order(li(), "contact.prepare", sheet(&[("limit", "两百元"), ("facts", "发错货")])).unwrap();
    assert_eq!(whats(&said), ["contact.prepared"]);
    let kept: Vec<_> = bench.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(kept[kept.len() - 2..], ["两百元", "发错货"]);
    bench.order(li(), "contact.prepare", sheet(&[("facts", "少发一件"), ("limit", "三百元")])).unwrap();
    let said = bench.order(li(), "contact.record", contact()).unwrap();
    assert!(whats(&said).contains(&"stage.completed"));
}

#[test]
fn a_sheet_has_every_point_once_and_is_its_holders() {
    let mut bench = bench();
    let mut refused = |points: &[(&str, &str)]| {
        let problem = bench.order(li(), "contact.prepare", sheet(points)).unwrap_err();
        (problem.code, problem.field.unwrap())
    };
    assert_eq!(refused(&[("facts", "发错货")]), (ProblemCode::MissingField, "/points".to_owned()));
    let all = [("facts", "发错货"), ("limit", "两百元")];
    for (extra, field) in [("facts", "/points/2/point"), ("tea", "/points/2/point")] {
        let more = [&all[..], &[(extra, "再来")]].concat();
        assert_eq!(refused(&more), (ProblemCode::InvalidField, field.to_owned()));
    }
    let empty = [("facts", " "), ("limit", "两百元")];
    assert_eq!(refused(&empty), (ProblemCode::MissingField, "/points/0/text".to_owned()));
    let other = bench.order(staff("zhao", &["agent"]), "contact.prepare", sheet(&all)).unwrap_err();
    assert_eq!(other.code, ProblemCode::NotTheHolder);
}

#[test]
fn where_no_preparation_is_asked_for_none_is_taken() {
    let mut bench = Bench::new(Notification);
    bench.hear(ServiceName::Intake, registered("phone", Language::Zh));
    enter(&mut bench, entered(StageKind::Contact, visit(1)));
    assert_eq!(bench.order(li(), "contact.prepare", sheet(&[])).unwrap_err().code, ProblemCode::WrongStage);
    bench.order(li(), "contact.record", contact()).unwrap();
}
