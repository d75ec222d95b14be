//! What five services say about one complaint, each in its own order, as a real case has it.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::act_late::ActLate;
use contracts::messages::callback_recorded::CallbackRecorded;
use contracts::messages::case_closed::CaseClosed;
use contracts::messages::case_escalated::CaseEscalated;
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::proposal_made::{ProposalMade, Remedy};
use contracts::messages::remedy_executed::RemedyExecuted;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{
    ClockId, ComplainantId, ComplaintId, Event, FactKey, FactValue, Facts, Fen, FilledPoint, Language,
    PersonId, ProposalId, ServiceName, StageKind, VisitId, WordId, WordRef,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// One saying: who, when, what.
#[derive(Debug, Clone)]
pub(crate) struct Saying {
    pub(crate) source: ServiceName,
    pub(crate) at: Timestamp,
    pub(crate) event: Event,
}

pub(crate) fn at(minute: i64) -> Timestamp {
    "2025-03-07T01:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn word() -> WordRef {
    WordRef::to(ServiceName::Intake, WordId(Uuid::from_u128(3)), "坏了")
}

pub(crate) fn li() -> Actor {
    Actor::Staff { person: PersonId::new("li").unwrap(), roles: Default::default(), department: None }
}

fn one(fact: FactKey, value: impl Into<FactValue>) -> Facts {
    Facts::from([(fact, value.into())])
}

pub(crate) fn registered(number: &str, repeats: bool) -> ComplaintRegistered {
    ComplaintRegistered {
        number: number.to_owned(),
        playbook: PlaybookRef { id: "p03".to_owned().try_into().unwrap(), version: 2 },
        channel: "phone".to_owned().try_into().unwrap(),
        kind: "complaint".to_owned(),
        customer_type: "consumer".to_owned(),
        category: None,
        complained_of: Some("store_1".to_owned().try_into().unwrap()),
        complained_of_person: None,
        unit: None,
        received_at: at(-30),
        registered_at: at(0),
        registered_by: li(),
        language: Language::Zh,
        complainant: ComplainantId(Uuid::from_u128(70)),
        narrative: word(),
        demand: None,
        facts: one(key::category(), "other"),
        repeats: repeats.then(|| ComplaintId(Uuid::from_u128(6))),
        external: None,
        files: Vec::new(),
    }
}

pub(crate) fn entered(n: u128, stage: &str, kind: StageKind, facts: Facts) -> StageEntered {
    StageEntered {
        visit: visit(n),
        epoch: 1,
        stage: stage.to_owned().try_into().unwrap(),
        kind,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p03".to_owned().try_into().unwrap(), version: 2 },
        brief: json!({}),
        number: "TS-1".to_owned(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "quality".to_owned().try_into().unwrap(),
        facts,
        results: Vec::new(),
        barred: Vec::new(),
        heard: None,
    }
}

fn completed(n: u128, epoch: u32, outcome: &str, facts: Facts) -> StageCompleted {
    StageCompleted {
        visit: visit(n),
        epoch,
        outcome: outcome.to_owned().try_into().unwrap(),
        facts,
        results: json!({}),
        by: li(),
    }
}

fn fact(facts: Facts) -> FactRecorded {
    FactRecorded { facts, at: at(0), by: li(), visit: None }
}

fn remedies() -> Vec<Remedy> {
    vec![Remedy { remedy: "refund".to_owned(), amount: Fen(12_050) }]
}

pub(crate) fn missed(n: u128) -> ClockMissed {
    ClockMissed {
        clock: ClockId(Uuid::from_u128(n)),
        key: "settle".to_owned().try_into().unwrap(),
        due: at(i64::try_from(n).unwrap()),
        hard: true,
        visit: None,
        owner: Some("quality".to_owned().try_into().unwrap()),
        person: Some(PersonId::new("li").unwrap()),
    }
}

pub(crate) fn closed() -> CaseClosed {
    CaseClosed {
        outcome: "satisfied".to_owned().try_into().unwrap(),
        instances: 1,
        level: 2,
        summary: Some(WordRef::to(ServiceName::Routing, WordId(Uuid::from_u128(90)), "已办结")),
        points: vec![FilledPoint {
            point: "lessons".to_owned(),
            words: WordRef::to(ServiceName::Routing, WordId(Uuid::from_u128(91)), "先核实"),
        }],
        by: li(),
    }
}

/// Routing's part: triage, an investigation that moves to another department, a callback, the archive.
fn routing() -> Vec<(i64, Event)> {
    let triaged = Facts::from([(key::category(), "quality".into()), (key::responsible(), "quality".into())]);
    let department = "logistics".to_owned().try_into().unwrap();
    let changed = StageChanged { visit: visit(2), epoch: 2, department, because: None };
    let late = ActLate { visit: visit(2), epoch: 1, act: "stage.completed".to_owned(), by: li() };
    let escalated = CaseEscalated {
        rung: "first".to_owned(),
        clock: None,
        visit: None,
        actions: Vec::new(),
        level: 2,
        because: None,
    };
    let stale = Facts::from([(key::category(), "quality".into()), (key::satisfaction(), "1".into())]);
    vec![
        (1, entered(1, "triage", StageKind::Triage, one(key::category(), "other")).into()),
        (5, completed(1, 1, "routed", triaged.clone()).into()),
        (5, entered(2, "verify", StageKind::Verify, triaged).into()),
        (8, changed.into()),
        (9, late.into()),
        (10, fact(one(key::responsible(), "logistics")).into()),
        (20, missed(20).into()),
        (21, escalated.into()),
        (30, entered(3, "propose", StageKind::Propose, Facts::new()).into()),
        (40, entered(4, "callback", StageKind::Callback, Facts::new()).into()),
        (41, entered(6, "progress", StageKind::Contact, Facts::new()).into()),
        // What routing sends along is older than what notification has said meanwhile.
        (60, entered(5, "archive", StageKind::Archive, stale).into()),
        (61, StageWithdrawn { visit: visit(6), reason: "case_closed".to_owned() }.into()),
        (62, completed(5, 1, "archived", Facts::new()).into()),
        (62, closed().into()),
    ]
}

fn investigation() -> Vec<(i64, Event)> {
    let proposal = ProposalMade {
        visit: visit(3),
        proposal: ProposalId(Uuid::from_u128(50)),
        version: 1,
        instance: 1,
        remedies: remedies(),
        liable: "store".to_owned(),
        liable_person: None,
        total: Fen(12_050),
        reason: word(),
        declined: Vec::new(),
        shares: Vec::new(),
        by: li(),
    };
    let executed = RemedyExecuted { visit: visit(3), remedies: remedies(), account: word(), by: li() };
    vec![
        (8, completed(2, 1, "unsubstantiated", one(key::substantiated(), false)).into()),
        (25, completed(2, 2, "substantiated", one(key::substantiated(), true)).into()),
        (35, proposal.into()),
        (36, completed(3, 1, "proposed", Facts::new()).into()),
        (38, executed.into()),
    ]
}

fn notification() -> Vec<(i64, Event)> {
    let call = |satisfaction: &str| CallbackRecorded {
        visit: visit(4),
        attempt: 1,
        reached: true,
        channel: None,
        satisfaction: Some(satisfaction.to_owned()),
        opinion: None,
        by: li(),
    };
    vec![
        (50, call("1").into()),
        (50, fact(one(key::satisfaction(), "1")).into()),
        (58, call("5").into()),
        (58, fact(one(key::satisfaction(), "5")).into()),
        (58, completed(4, 1, "satisfied", Facts::new()).into()),
        (59, completed(6, 1, "contacted", Facts::new()).into()),
    ]
}

/// All of it, source by source, each in its own order.
pub(crate) fn story() -> Vec<Vec<Saying>> {
    let intake = vec![(0, Event::from(registered("TS-1", true))), (3, fact(one(key::repeat(), true)).into())];
    let approval = vec![(34, Event::from(fact(one(key::approved(), true))))];
    let parts = [
        (ServiceName::Intake, intake),
        (ServiceName::Routing, routing()),
        (ServiceName::Investigation, investigation()),
        (ServiceName::Approval, approval),
        (ServiceName::Notification, notification()),
    ];
    let of = |(source, said): (ServiceName, Vec<(i64, Event)>)| {
        said.into_iter().map(|(minute, event)| Saying { source, at: at(minute), event }).collect()
    };
    parts.into_iter().map(of).collect()
}
