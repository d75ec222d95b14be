//! Plays a history in the simulator: sets the organisation up, lets everything happen, looks at every quiet moment, and
//! in the end lets everybody do well until all cases are closed ([`ending`]).

mod ending;

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::Calendar;
use contracts::commands::intake::complaint_for;
use contracts::commands::routing::PutDirectory;
use contracts::commands::{Actor, Answer, Command};
use contracts::{CommandId, Event, OrganisationId, PersonId, ServiceName, SubjectRef, WorkId};
use jiff::{SignedDuration, Timestamp};
use routing::state::Work;
use serde_json::{Value, json};
use simulator::scenario::Simulated;
use simulator::{Faults, Ledger};

use super::deeds::deed;
use super::invariants::{self, Finding};
use super::life::{Complaint, Life, Move};
use super::seen::Seen;
use super::shape::Shape;
use super::{book, people};

/// A Monday morning.
const START: &str = "2025-03-03T09:30:00+08:00";
/// How many rounds of work everybody gets to bring all cases to their end.
const ROUNDS: usize = 60;

/// The organisation in the simulator.
pub(super) struct World {
    simulated: Simulated,
    organisation: OrganisationId,
    /// Everybody, as the directory has them.
    staff: PutDirectory,
    orders: u32,
    customers: u32,
    pub(super) seen: Seen,
    /// What was ordered and done; what was refused, with the codes.
    pub(super) done: BTreeSet<String>,
    pub(super) refused: Vec<String>,
}

impl World {
    /// The organisation of a shape, at work.
    pub(super) fn open(shape: &Shape, faults: Faults, seed: u64) -> Self {
        let (text, compiled) = book::playbook(shape);
        let compiled = compiled.unwrap_or_else(|findings| {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            panic!("not a valid playbook:\n{}\n{text}", lines.join("\n"))
        });
        let calendar = people::calendar(shape);
        let start: Timestamp = START.parse().unwrap();
        let mut world = Self {
            simulated: Simulated::begin(start, faults, seed, Ledger::default()).unwrap(),
            organisation: "random".parse().unwrap(),
            staff: people::directory(shape),
            orders: 0,
            customers: 0,
            seen: Seen::new(Arc::new(compiled), calendar.clone()),
            done: BTreeSet::new(),
            refused: Vec::new(),
        };
        world.set_up(&text, &calendar);
        world
    }

    fn set_up(&mut self, text: &str, calendar: &Calendar) {
        let whole = SubjectRef::organisation(&self.organisation);
        let directory = SubjectRef::directory(&self.organisation);
        let own = SubjectRef::playbook(&self.organisation, &book::KEY.parse().unwrap());
        let people = serde_json::to_value(&self.staff).unwrap();
        let reference = json!({ "id": book::KEY, "version": 1 });
        for (subject, verb, body) in [
            (&whole, "calendar.publish", json!({ "document": serde_json::to_value(calendar).unwrap() })),
            (&directory, "directory.put", people),
            (&own, "playbook.publish", json!({ "text": text })),
            (&whole, "playbook.activate", json!({ "playbook": reference, "scope": {} })),
        ] {
            let answer = self.order(ServiceName::Routing, subject, Actor::System, verb, body);
            assert!(matches!(answer, Answer::Done { .. }), "{verb}: {answer:?}");
        }
        self.simulated.stack_mut().settle();
        self.look();
    }

    /// Lets everything of a life happen, then everybody do well until all cases are closed; gives the first thing that
    /// must never be.
    pub(super) fn live(&mut self, life: &Life) -> Result<(), Vec<Finding>> {
        self.begin(life)?;
        self.finish(ROUNDS)
    }

    /// Lets everything of a life happen and looks each time.
    pub(super) fn begin(&mut self, life: &Life) -> Result<(), Vec<Finding>> {
        for complaint in &life.complaints {
            self.register(complaint);
            self.quiet()?;
        }
        for happens in &life.moves {
            self.happen(happens);
            if !matches!(happens, Move::Act { hastily: true, .. }) {
                self.quiet()?;
            }
        }
        self.quiet()
    }

    /// Waits until nothing moves, and looks.
    fn quiet(&mut self) -> Result<(), Vec<Finding>> {
        self.simulated.stack_mut().settle();
        self.look();
        let findings = invariants::all(&self.seen);
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    fn look(&mut self) {
        self.seen.look(&self.simulated, &self.organisation);
    }

    fn order(
        &mut self,
        service: ServiceName,
        subject: &SubjectRef,
        actor: Actor,
        verb: &str,
        body: Value,
    ) -> Answer {
        self.orders += 1;
        let id = CommandId::new(format!("order-{}", self.orders)).unwrap();
        let subject = if verb == "complaint.register" {
            SubjectRef::complaint(&self.organisation, complaint_for(&self.organisation, &id))
        } else {
            subject.clone()
        };
        let verb = verb.to_owned();
        let command = Command { id, subject, verb, actor, expected_version: None, traceparent: None, body };
        let answer = self.simulated.give(service, &command).unwrap();
        match &answer {
            Answer::Done { .. } => drop(self.done.insert(command.verb.clone())),
            Answer::Refused { problem } => self.refused.push(format!("{} {}", command.verb, problem.code)),
        }
        answer
    }

    fn register(&mut self, complaint: &Complaint) {
        if !complaint.same_customer {
            self.customers += 1;
        }
        let person = complaint.of_person.map(|which| self.person(which).id.clone());
        let told = self.seen.now - SignedDuration::from_hours(complaint.told_before);
        let body = json!({
            "channel": "phone", "category": complaint.category, "narrative": "坏了", "received_at": told,
            "complained_of_person": person, "order_number": "A1",
            "complainant": { "name": "王芳", "phone": format!("1380000{:04}", self.customers) },
        });
        let whole = SubjectRef::organisation(&self.organisation);
        let receiver = self.actor(&"service.receiver1".parse().unwrap());
        let answer = self.order(ServiceName::Intake, &whole, receiver, "complaint.register", body);
        assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    }

    fn person(&self, which: usize) -> &contracts::messages::directory_changed::Person {
        &self.staff.people[which % self.staff.people.len()]
    }

    fn actor(&self, person: &PersonId) -> Actor {
        let known = self.staff.people.iter().find(|known| known.id == *person);
        Actor::Staff {
            person: person.clone(),
            roles: known.map(|known| known.roles.clone()).unwrap_or_default(),
            department: known.map(|known| known.department.clone()),
        }
    }

    fn subject(&self, which: usize) -> Option<SubjectRef> {
        let subjects: Vec<_> = self.seen.cases.keys().collect();
        (!subjects.is_empty()).then(|| subjects[which % subjects.len()].clone())
    }

    /// One of the open pieces of work that fit.
    fn work(&self, which: usize, fits: impl Fn(&Work) -> bool) -> Option<(SubjectRef, WorkId, Work)> {
        let all: Vec<_> = self.works().into_iter().filter(|(_, _, work)| fits(work)).collect();
        (!all.is_empty()).then(|| all[which % all.len()].clone())
    }

    fn works(&self) -> Vec<(SubjectRef, WorkId, Work)> {
        let of_case = |(subject, seen): (&SubjectRef, &super::seen::SeenCase)| {
            seen.case.works.iter().map(|(id, work)| (subject.clone(), *id, work.clone())).collect::<Vec<_>>()
        };
        self.seen.cases.iter().flat_map(of_case).collect()
    }

    fn happen(&mut self, happens: &Move) {
        match *happens {
            Move::Act { which, how, amount, .. } => {
                if let Some((subject, id, work)) = self.work(which, |work| work.holder().is_some()) {
                    self.act(&subject, id, &work, (how, amount));
                }
            }
            Move::HandBack { .. } | Move::Claim { .. } | Move::Reassign { .. } | Move::Transfer { .. } => {
                self.shift(happens);
            }
            Move::Pause { which } | Move::Resume { which } => {
                self.clock(which, matches!(happens, Move::Pause { .. }));
            }
            Move::Fact { which, key, value } => self.fact_by_receiver(which, json!({ key: value })),
            Move::Time { which, agreed, hours } => {
                let key = if agreed { "time_agreed" } else { "customer_limit" };
                let at = self.seen.now + SignedDuration::from_hours(hours);
                self.fact_by_receiver(which, json!({ key: at }));
            }
            Move::Answer { which, accepted } => self.answer(which, accepted),
            Move::Leave { whom, deputy, hours } => {
                let (from, deputy) = (self.seen.now, self.person(deputy).id.clone());
                let until = from + SignedDuration::from_hours(hours);
                let absence = json!([{ "from": from, "until": until, "deputy": deputy }]);
                self.absent(whom, absence);
            }
            Move::Return { whom } => self.absent(whom, json!([])),
            Move::Erase { which } => self.erase(which),
            Move::Pass { minutes } => {
                let until = self.seen.now + SignedDuration::from_mins(minutes);
                self.simulated.stack_mut().advance_to(until);
            }
        }
    }

    /// The holder of a piece of work does it.
    fn act(&mut self, subject: &SubjectRef, id: WorkId, work: &Work, (how, amount): (u8, u32)) {
        let Some(person) = work.holder() else { return };
        let Some(deed) = deed(&self.seen.cases[subject], id, work, how, amount) else { return };
        let mut body = deed.body;
        body["visit"] = json!(work.visit);
        body["epoch"] = json!(work.epoch);
        let actor = self.actor(person);
        self.order(deed.service, subject, actor, deed.verb, body);
    }

    /// Work changes hands.
    fn shift(&mut self, happens: &Move) {
        let found = match happens {
            Move::HandBack { which } => self.work(*which, |work| work.holder().is_some()),
            Move::Claim { which, .. } => self.work(*which, |work| work.holder().is_none()),
            Move::Reassign { which, .. } | Move::Transfer { which, .. } => self.work(*which, |_| true),
            _ => None,
        };
        let Some((subject, id, work)) = found else { return };
        let leader = self.actor(&"office.boss1".parse().unwrap());
        let (actor, verb, body) = match happens {
            Move::HandBack { .. } => {
                let Some(holder) = work.holder() else { return };
                (self.actor(holder), "work.hand_back", json!({ "work": id, "reason": "太忙" }))
            }
            Move::Claim { whom, .. } => {
                (self.actor(&self.person(*whom).id), "work.claim", json!({ "work": id }))
            }
            Move::Reassign { whom, .. } => {
                let person = &self.person(*whom).id;
                (leader, "work.reassign", json!({ "work": id, "person": person, "reason": "调整" }))
            }
            Move::Transfer { unit, .. } => {
                let unit = &self.staff.departments[unit % self.staff.departments.len()].id;
                let (visit, epoch) = (work.visit, work.epoch);
                let actor = work.holder().map_or(leader, |holder| self.actor(holder));
                let body =
                    json!({ "visit": visit, "epoch": epoch, "department": unit, "reason": "不归我们" });
                (actor, "stage.transfer", body)
            }
            _ => return,
        };
        self.order(ServiceName::Routing, &subject, actor, verb, body);
    }

    fn clock(&mut self, which: usize, pauses: bool) {
        let clocks = self.seen.cases.iter().flat_map(|(subject, seen)| {
            let running = seen.case.clocks.iter().filter(|(_, clock)| clock.is_running());
            running.filter(|(_, clock)| clock.is_paused() != pauses).map(|(id, _)| (subject.clone(), *id))
        });
        let clocks: Vec<_> = clocks.collect();
        if clocks.is_empty() {
            return;
        }
        let (subject, clock) = clocks[which % clocks.len()].clone();
        let (verb, mut body) = if pauses { ("clock.pause", json!({})) } else { ("clock.resume", json!({})) };
        if pauses {
            body["reason"] = json!("awaiting_customer");
        }
        body["clock"] = json!(clock);
        let actor = self.actor(&"office.boss1".parse().unwrap());
        self.order(ServiceName::Routing, &subject, actor, verb, body);
    }

    /// Refused when it is the receiver whom the customer complains of.
    fn fact_by_receiver(&mut self, which: usize, facts: Value) {
        let receiver = self.actor(&"service.receiver1".parse().unwrap());
        self.fact(which, receiver, facts);
    }

    fn fact(&mut self, which: usize, actor: Actor, facts: Value) {
        if let Some(subject) = self.subject(which) {
            self.order(ServiceName::Intake, &subject, actor, "fact.record", json!({ "facts": facts }));
        }
    }

    /// The customer answers what they were told.
    fn answer(&mut self, which: usize, accepted: bool) {
        let Some((subject, _, work)) = self.work(which, |work| work.task == "reply") else { return };
        let body = json!({ "visit": work.visit, "accepted": accepted });
        self.order(ServiceName::Notification, &subject, Actor::Customer, "answer.record", body);
    }

    fn absent(&mut self, whom: usize, absences: Value) {
        let person = self.person(whom).id.clone();
        let directory = SubjectRef::directory(&self.organisation);
        let body = json!({ "person": person, "absences": absences });
        self.order(ServiceName::Routing, &directory, Actor::System, "absence.put", body);
    }

    fn erase(&mut self, which: usize) {
        let Some(subject) = self.subject(which) else { return };
        let registered = self.seen.cases[&subject].said().find_map(|(_, event)| match event {
            Event::ComplaintRegistered(registered) => Some(registered.complainant),
            _ => None,
        });
        let Some(complainant) = registered else { return };
        let person = SubjectRef::person(&self.organisation, complainant);
        let body = json!({ "reason": "本人要求" });
        self.order(ServiceName::Intake, &person, Actor::System, "person.erase", body);
    }
}
