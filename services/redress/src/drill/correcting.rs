//! What people say about measures: the plan, that one was carried out, whether they worked.

use contracts::queries::routing::WorkItem;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::Act;

/// What somebody says whose work this is, as the case shows it; none for another task, or work that is over.
pub(super) fn corrected(case: &Value, item: &WorkItem, now: Timestamp, chance: &mut Chance) -> Option<Act> {
    let case = &case["investigation"];
    let visit = case["visits"].as_array()?.iter().find(|visit| visit["visit"] == json!(item.visit))?;
    match item.task.as_str() {
        "correct.plan" => Some(planned(&visit["correct"], now, chance)),
        "correct.done" => carried_out(case, visit, item),
        "correct.verify" => Some(verified(&visit["correct"], chance)),
        _ => None,
    }
}

fn planned(brief: &Value, now: Timestamp, chance: &mut Chance) -> Act {
    let due = |hours| now + SignedDuration::from_hours(hours);
    let method = &brief["methods"][0]["key"];
    let mut measures = vec![json!({ "measure": "修订面料检验规程。", "method": method, "due": due(72) })];
    let trained = brief["training"].as_array().is_some_and(|who| !who.is_empty());
    if trained || chance.percent(50) {
        measures.push(json!({ "measure": "培训检验员。", "kind": "training", "due": due(120) }));
    }
    act("measures", json!({ "measures": measures }), "planned")
}

/// Which measure a piece of work is stands at its visit.
fn carried_out(case: &Value, visit: &Value, item: &WorkItem) -> Option<Act> {
    let work = visit["measures"].as_array()?.iter().find(|work| work["work"] == json!(item.work))?;
    let instances = case["instances"].as_array()?.iter();
    let mut measures = instances.filter_map(|instance| instance["measures"].as_array()).flatten();
    let measure = measures.find(|measure| measure["id"] == work["measure"])?;
    let attended = if measure["kind"] == "training" { json!([work["person"]]) } else { json!([]) };
    let body = json!({ "measure": measure["id"], "result": "已完成。", "attended": attended });
    Some(act("measures/done", body, "carried out"))
}

fn verified(brief: &Value, chance: &mut Chance) -> Act {
    let effective = !chance.percent(15);
    let (name, finding) = if effective {
        ("effective", "复查三批，未再出现。")
    } else {
        ("ineffective", "复查仍有同类问题。")
    };
    let document = brief["standardise"].get(0).filter(|_| effective).map(|document| &document["key"]);
    let standardised: Vec<_> =
        document.map(|key| json!({ "document": key, "change": "已按有效措施修订。" })).into_iter().collect();
    let body = json!({ "effective": effective, "finding": finding, "standardised": standardised });
    act("measures/effect", body, name)
}

fn act(path: &'static str, body: Value, name: &str) -> Act {
    Act { path, body, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contracts::commands::investigation::{FinishMeasure, PlanMeasures, VerifyEffect};
    use contracts::messages::measures_planned::MeasureKind;
    use contracts::{MeasureId, VisitId, WorkId};
    use uuid::Uuid;

    use super::*;

    fn now() -> Timestamp {
        "2025-03-07T02:00:00Z".parse().unwrap()
    }

    fn item(work: u128, task: &str) -> WorkItem {
        let label = json!({ "zh": "整改", "en": "Improve" });
        serde_json::from_value(json!({
            "work": WorkId(Uuid::from_u128(work)), "complaint": Uuid::from_u128(1), "number": "TS-1",
            "visit": VisitId(Uuid::from_u128(2)), "epoch": 1, "task": task, "stage": "improve", "label": label,
            "department": "quality", "role": "handler", "secondary": null, "person": "li.na", "instead_of": null,
            "queued": null, "due": null, "level": 1, "category": null, "requested_at": now(), "since": now(),
        }))
        .unwrap()
    }

    fn case() -> Value {
        let (one, two) = (MeasureId(Uuid::from_u128(11)), MeasureId(Uuid::from_u128(12)));
        let works = json!([
            { "measure": one, "work": WorkId(Uuid::from_u128(21)), "person": "li.na" },
            { "measure": two, "work": WorkId(Uuid::from_u128(22)), "person": "wang.wei" },
        ]);
        let measures = json!([{ "id": one, "kind": "corrective" }, { "id": two, "kind": "training" }]);
        let brief = json!({ "methods": [{ "key": "five_why" }], "standardise": [{ "key": "instruction" }], "training": [{}] });
        let visit = json!({ "visit": VisitId(Uuid::from_u128(2)), "correct": brief, "measures": works });
        json!({ "investigation": { "visits": [visit], "instances": [{ "measures": measures }] } })
    }

    fn said<T: serde::de::DeserializeOwned>(work: u128, task: &str, seed: u64) -> (String, T) {
        let mut chance = Chance::at_visit(seed, VisitId(Uuid::from_u128(2)));
        let Act { mut body, name, .. } = corrected(&case(), &item(work, task), now(), &mut chance).unwrap();
        body["visit"] = json!(VisitId(Uuid::from_u128(2)));
        body["epoch"] = json!(1);
        (name, serde_json::from_value(body).unwrap())
    }

    #[test]
    fn what_is_said_are_orders_that_investigation_takes() {
        let mut names = BTreeSet::new();
        for seed in 0..100 {
            let (name, plan) = said::<PlanMeasures>(20, "correct.plan", seed);
            assert!(plan.measures.iter().any(|measure| measure.kind == MeasureKind::Training));
            for measure in plan.measures {
                assert!(measure.due > now());
                assert_eq!(measure.kind == MeasureKind::Training, measure.method.is_none());
            }
            let (verified, effect) = said::<VerifyEffect>(23, "correct.verify", seed);
            assert_eq!(effect.effective, !effect.standardised.is_empty());
            names.extend([name, verified]);
        }
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["effective", "ineffective", "planned"]);
    }

    #[test]
    fn each_measure_is_carried_out_by_the_work_that_asks_for_it() {
        let (_, first) = said::<FinishMeasure>(21, "correct.done", 7);
        assert_eq!((first.measure, first.attended.len()), (MeasureId(Uuid::from_u128(11)), 0));
        let (_, second) = said::<FinishMeasure>(22, "correct.done", 7);
        assert_eq!((second.measure, second.attended.len()), (MeasureId(Uuid::from_u128(12)), 1));
        let mut chance = Chance::at_visit(7, VisitId(Uuid::from_u128(2)));
        assert!(
            corrected(&case(), &item(29, "correct.done"), now(), &mut chance).is_none(),
            "work that is over"
        );
    }
}
