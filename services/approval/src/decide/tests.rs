//! The core walked through approvals: who decides on what, and who may not.

mod account;
mod audit;
mod authority;
mod causes;
mod duty;
mod heard;
mod ledger;
mod less;
mod meet;
mod reports;
mod review;
mod walk;

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::proposal_made::{ProposalMade, Remedy};
use contracts::messages::round_opened::RoundOpened;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_requested::WorkRequested;
use contracts::results::ProposalResult;
use contracts::{
    ComplainantId, Event, Facts, Fen, Language, PersonId, Problem, ProblemCode, ProposalId, RoundId,
    ServiceName, StageKind, VisitId, WordId, WordRef,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Approval;
use corekit::{World, staff};

type Bench = World<Approval>;

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn step(role: &str) -> Value {
    json!({"role": role, "department": "hq"})
}

/// The table of P26: 20 and 100 when the supplier pays, 500 and 5000 when the store pays, bounds inclusive.
fn p26() -> Value {
    json!([
        {"key": "a1", "liable": "supplier", "amount_up_to": 20, "steps": [step("clerk")]},
        {"key": "a2", "liable": "supplier", "amount_over": 20, "amount_up_to": 100, "steps": [step("shift_chief")]},
        {"key": "a3", "liable": "supplier", "amount_over": 100, "steps": [step("cs_manager")]},
        {"key": "b1", "liable": "store", "amount_up_to": 500, "steps": [step("cs_deputy_director")]},
        {"key": "b2", "liable": "store", "amount_over": 500, "amount_up_to": 5000, "steps": [step("hr_director")]},
        {"key": "b3", "liable": "store", "amount_over": 5000, "steps": [step("gm")]}
    ])
}

/// One row that holds for everything, with these steps.
fn always(steps: Value) -> Value {
    json!([{"key": "all", "steps": steps}])
}

fn brief(rows: Value) -> Value {
    json!({
        "stage": "approve", "kind": "approve", "label": {"zh": "审批", "en": "Approve"},
        "owner": {"role": "leader", "label": {"zh": "领导", "en": "Leader"}, "department": "hq"},
        "secondary": "automatic", "person": "needed", "requires": {},
        "outcomes": ["approved", "refused"], "conflict_of_interest": null,
        "slice": {"approval": {"rows": rows, "roles": {}, "approve_before": ["execute"], "remedies": null}}
    })
}

fn entered(rows: Value) -> StageEntered {
    StageEntered {
        visit: visit(1),
        epoch: 1,
        stage: "approve".to_owned().try_into().unwrap(),
        kind: StageKind::Approve,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p26".to_owned().try_into().unwrap(), version: 1 },
        brief: brief(rows),
        number: "TS-1".to_owned(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "quality".to_owned().try_into().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: vec![person("wang")],
        heard: None,
    }
}

fn words() -> WordRef {
    WordRef::to(ServiceName::Investigation, WordId(Uuid::from_u128(3)), "因为")
}

/// Version `version` of proposal `n`: `fen` by Li, the store or supplier liable.
fn made(n: u128, version: u32, fen: i64, liable: &str) -> ProposalMade {
    ProposalMade {
        visit: visit(100),
        proposal: ProposalId(Uuid::from_u128(n)),
        version,
        instance: 1,
        remedies: vec![Remedy { remedy: "refund".to_owned(), amount: Fen(fen) }],
        liable: liable.to_owned(),
        liable_person: Some(person("qian")),
        total: Fen(fen),
        reason: words(),
        declined: Vec::new(),
        shares: Vec::new(),
        by: staff("li", &[]),
    }
}

/// The same as the result that routing hands on.
fn as_result(made: &ProposalMade) -> StageResult {
    let result = ProposalResult {
        proposal: made.proposal,
        version: made.version,
        instance: made.instance,
        remedies: made.remedies.clone(),
        total: made.total,
        liable: made.liable.clone(),
        liable_person: made.liable_person.clone(),
        shares: made.shares.clone(),
        proposer: made.by.person().cloned(),
        investigators: vec![person("sun")],
        reason: made.reason.clone(),
    };
    StageResult {
        visit: made.visit,
        stage: "propose".to_owned().try_into().unwrap(),
        kind: StageKind::Propose,
        outcome: "proposed".to_owned().try_into().unwrap(),
        by: made.by.clone(),
        results: serde_json::to_value(result).unwrap(),
    }
}

/// A bench where a round is open over a proposal of `fen` for which `liable` pays.
fn open(rows: Value, fen: i64, liable: &str) -> (Bench, Vec<Event>) {
    let mut bench = Bench::new(Approval::default());
    let said = enter(&mut bench, rows, fen, liable);
    (bench, said)
}

fn enter(bench: &mut Bench, rows: Value, fen: i64, liable: &str) -> Vec<Event> {
    let mut stage = entered(rows);
    stage.results = vec![as_result(&made(500, 1, fen, liable))];
    bench.hear(ServiceName::Routing, stage)
}

fn opened(events: &[Event]) -> RoundOpened {
    let found = events.iter().find_map(|event| match event {
        Event::RoundOpened(opened) => Some(opened.clone()),
        _ => None,
    });
    found.unwrap()
}

fn asked(events: &[Event]) -> Vec<WorkRequested> {
    let requested = |event: &Event| match event {
        Event::WorkRequested(requested) => Some(requested.clone()),
        _ => None,
    };
    events.iter().filter_map(requested).collect()
}

fn give(bench: &mut Bench, work: &WorkRequested, to: &str) -> Vec<Event> {
    give_for(bench, work, to, None)
}

fn give_for(bench: &mut Bench, work: &WorkRequested, to: &str, instead_of: Option<&str>) -> Vec<Event> {
    let assigned = WorkAssigned {
        work: work.work,
        visit: work.visit,
        epoch: work.epoch,
        person: person(to),
        instead_of: instead_of.map(person),
        department: work.department.clone(),
        role: work.role.clone(),
        because: None,
        lacks: Default::default(),
    };
    bench.hear(ServiceName::Routing, assigned)
}

fn order(round: RoundId, decision: &str) -> Value {
    json!({"visit": visit(1), "epoch": 1, "round": round, "decision": decision, "reason": "按规定"})
}

fn decide(
    bench: &mut Bench,
    who: (&str, &str),
    round: RoundId,
    decision: &str,
) -> Result<Vec<Event>, Problem> {
    bench.order(staff(who.0, &[who.1]), "decide", order(round, decision))
}

/// How the visit ended, when it did.
fn ended(events: &[Event]) -> Option<(String, bool)> {
    events.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => {
            let approved = completed.facts[&key::approved()].as_bool().unwrap();
            Some((completed.outcome.to_string(), approved))
        }
        _ => None,
    })
}

fn code(outcome: Result<Vec<Event>, Problem>) -> ProblemCode {
    outcome.unwrap_err().code
}
