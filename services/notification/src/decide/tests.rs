//! The core walked through one conversation: every kind of visit with every order, and what may go wrong in between.

mod callbacks;
mod guides;
mod heard;
mod messages;
mod orders;
mod preparing;
mod refusals;
mod replies;
mod reported;
mod walk;

use contracts::commands::Actor;
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{
    ComplainantId, Event, Facts, Language, PersonId, ServiceName, StageKind, VisitId, WordId, WordRef, WorkId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Notification;
use corekit::{World, now, staff};

type Bench = World<Notification>;

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

/// The holder of every visit in these tests.
fn li() -> Actor {
    staff("li", &["agent"])
}

fn playbook() -> PlaybookRef {
    PlaybookRef { id: "p03".to_owned().try_into().unwrap(), version: 2 }
}

/// A brief as `playbook` makes it, for a stage of `kind`.
fn brief(kind: StageKind) -> Value {
    let agent = json!({"role": "agent", "label": {"zh": "客服", "en": "Agent"}, "department": "responsible"});
    json!({
        "stage": "s", "kind": kind, "label": {"zh": "答复", "en": "Reply"},
        "owner": agent, "secondary": "deputy_agent", "person": "needed", "requires": {},
        "outcomes": playbook::outcomes_of(kind), "conflict_of_interest": null,
        "slice": {"notification": {
            "reply": {"replier": agent, "preferred_channel": null, "form": "by_channel",
                "evidence_attachments": []},
            "contact": null,
            "callback": {"by": agent, "min": 1, "max": null, "person": "needed",
                "notes": [], "channels": []},
            "satisfaction": {"best": "5", "scale": [
                {"key": "5", "label": {"zh": "满意", "en": "Satisfied"}, "positive": true},
                {"key": "3", "label": {"zh": "一般", "en": "So so"}, "positive": true},
                {"key": "1", "label": {"zh": "不满意", "en": "Not satisfied"}, "positive": false}]},
            "approve_before": [], "templates": {}, "scripts": {}, "checklists": {}
        }}
    })
}

/// The part of a brief that is notification's.
fn slice(entered: &mut StageEntered) -> &mut Value {
    &mut entered.brief["slice"]["notification"]
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
        playbook: playbook(),
        brief: brief(kind),
        number: "TS-1".to_owned(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "customer_service".to_owned().try_into().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: vec![person("wang")],
        heard: None,
    }
}

fn registered(channel: &str, language: Language) -> ComplaintRegistered {
    ComplaintRegistered {
        number: "TS-1".to_owned(),
        playbook: playbook(),
        channel: channel.to_owned().try_into().unwrap(),
        kind: "complaint".to_owned(),
        customer_type: "consumer".to_owned(),
        category: None,
        complained_of: None,
        complained_of_person: None,
        unit: None,
        received_at: now(),
        registered_at: now(),
        registered_by: Actor::System,
        language,
        complainant: ComplainantId(Uuid::from_u128(70)),
        narrative: WordRef::to(ServiceName::Intake, WordId(Uuid::from_u128(3)), "坏了"),
        demand: None,
        facts: Facts::new(),
        repeats: None,
        external: None,
        files: Vec::new(),
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
        department: "customer_service".to_owned().try_into().unwrap(),
        role: "agent".to_owned().try_into().unwrap(),
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

/// A bench where Li holds visit 1 of `kind`.
fn bench_with(kind: StageKind, change: impl FnOnce(&mut StageEntered)) -> Bench {
    let mut bench = Bench::new(Notification);
    let mut event = entered(kind, visit(1));
    change(&mut event);
    enter(&mut bench, event);
    bench
}

/// A body that each verb takes, for visit 1.
fn body(verb: &str, epoch: u32) -> Value {
    match verb {
        "contact.record" => json!({"visit": visit(1), "epoch": epoch, "reached": true, "channel": "phone"}),
        "reply" => json!({"visit": visit(1), "epoch": epoch, "channel": "phone", "text": "已为您退款"}),
        "answer.record" => json!({"visit": visit(1), "accepted": true}),
        _ => json!({"visit": visit(1), "epoch": epoch, "reached": true, "satisfaction": "5"}),
    }
}

/// With what a visit ended among `events`.
fn ended(events: &[Event]) -> Option<&str> {
    events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed.outcome.as_str()),
        _ => None,
    })
}

/// The facts recorded among `events`.
fn facts(events: &[Event]) -> Facts {
    let recorded = events.iter().filter_map(|event| match event {
        Event::FactRecorded(recorded) => Some(recorded.facts.clone()),
        _ => None,
    });
    recorded.flatten().collect()
}

fn result(kind: StageKind, outcome: &str, results: Value) -> StageResult {
    StageResult {
        visit: visit(100),
        stage: "earlier".to_owned().try_into().unwrap(),
        kind,
        outcome: outcome.to_owned().try_into().unwrap(),
        by: staff("zhao", &[]),
        results,
    }
}

/// A proposal of one handling, of ¥120.50 back and an apology.
fn proposed(instance: u32, version: u32) -> StageResult {
    let word = WordRef::to(ServiceName::Investigation, WordId(Uuid::from_u128(4)), "因为");
    result(
        StageKind::Propose,
        "proposed",
        json!({
            "proposal": Uuid::from_u128(50 + u128::from(instance)), "version": version, "instance": instance,
            "remedies": [{"remedy": "refund", "amount": 12_050}, {"remedy": "apology", "amount": 0}],
            "total": 12_050, "liable": "store", "liable_person": null, "proposer": "zhao", "investigators": [],
            "reason": word,
        }),
    )
}

/// What the round about a version of it said.
fn decided(instance: u32, version: u32, approved: bool) -> StageResult {
    let outcome = if approved { "approved" } else { "refused" };
    result(
        StageKind::Approve,
        outcome,
        json!({
            "round": Uuid::from_u128(60), "proposal": Uuid::from_u128(50 + u128::from(instance)),
            "version": version, "total": 12_050, "approved": approved, "approvers": [], "dissenters": [],
        }),
    )
}
