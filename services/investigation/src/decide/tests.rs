//! The core walked through one complaint: every task with every order, and what may go wrong in between.

mod correct;
mod heard;
mod in_turn;
mod less;
mod money;
mod standard;
mod walk;

use contracts::commands::Actor;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{Event, Facts, Language, PersonId, ServiceName, StageKind, VisitId, WorkId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Investigation;
use corekit::{World, staff};

type Bench = World<Investigation>;

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

/// The holder of every visit in these tests.
fn li() -> Actor {
    staff("li", &["handler"])
}

/// A brief as `playbook` makes it, for a stage of `kind`.
fn brief(kind: StageKind) -> Value {
    json!({
        "stage": "s", "kind": kind, "label": {"zh": "处理", "en": "Handle"},
        "owner": {"role": "handler", "label": {"zh": "处理人", "en": "Handler"}, "department": "responsible"},
        "secondary": "deputy_handler", "person": "needed", "requires": {},
        "outcomes": playbook::outcomes_of(kind), "conflict_of_interest": null,
        "slice": {"investigation": {
            "remedies": {"allowed": ["apology", "refund", "compensation"]},
            "liability_kinds": ["store", "supplier", "person"],
            "approve_before": ["execute"]
        }}
    })
}

fn entered(kind: StageKind, id: VisitId) -> StageEntered {
    StageEntered {
        visit: id,
        epoch: 1,
        stage: "s".to_owned().try_into().unwrap(),
        kind,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p26".to_owned().try_into().unwrap(), version: 1 },
        brief: brief(kind),
        number: "TS-1".to_owned(),
        complainant: contracts::ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "quality".to_owned().try_into().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: vec![person("wang")],
        heard: None,
    }
}

/// The work that was asked for among `events`.
fn asked(events: &[Event]) -> Option<(WorkId, u32)> {
    events.iter().find_map(|event| match event {
        Event::WorkRequested(requested) => Some((requested.work, requested.epoch)),
        _ => None,
    })
}

fn assigned(id: VisitId, work: (WorkId, u32), to: &str) -> WorkAssigned {
    WorkAssigned {
        work: work.0,
        visit: id,
        epoch: work.1,
        person: person(to),
        instead_of: None,
        department: "quality".to_owned().try_into().unwrap(),
        role: "handler".to_owned().try_into().unwrap(),
        because: None,
        lacks: Default::default(),
    }
}

/// Enters a stage and gives the work to Li.
fn enter(bench: &mut Bench, event: StageEntered) {
    let id = event.visit;
    let work = asked(&bench.hear(ServiceName::Routing, event)).unwrap();
    bench.hear(ServiceName::Routing, assigned(id, work, "li"));
}

/// A body that each verb takes.
fn body(verb: &str, id: VisitId, epoch: u32) -> Value {
    match verb {
        "verify" => json!({"visit": id, "epoch": epoch, "substantiated": true, "finding": "监控显示属实"}),
        "finding.add" => {
            json!({"visit": id, "epoch": epoch, "finding": "seen on the video", "source": "video"})
        }
        "propose" => json!({"visit": id, "epoch": epoch, "liable": "store", "reason": "商品有质量问题",
            "remedies": [{"remedy": "refund", "amount": 12_050}, {"remedy": "apology"}]}),
        _ => json!({"visit": id, "epoch": epoch, "account": "已退款"}),
    }
}

/// The last `stage.completed` of `events`, as the result that routing hands on.
fn result_of(kind: StageKind, events: &[Event]) -> StageResult {
    let completed = events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = completed.unwrap();
    StageResult {
        visit: completed.visit,
        stage: "s".to_owned().try_into().unwrap(),
        kind,
        outcome: completed.outcome.clone(),
        by: completed.by.clone(),
        results: completed.results.clone(),
    }
}
