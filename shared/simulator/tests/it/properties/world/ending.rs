//! How every history ends: everybody does well, whoever is missing is hired, and no case may go on for ever.

use contracts::commands::Actor;
use contracts::{Event, PersonId, ServiceName, SubjectRef, WorkId};
use routing::state::Work;
use serde_json::json;

use super::World;
use crate::properties::invariants::{self, Finding};
use crate::properties::seen::SeenCase;

impl World {
    /// Everybody is there and does well, the customer is content and what is waited for comes: every case ends.
    pub(in crate::properties) fn finish(&mut self, rounds: usize) -> Result<(), Vec<Finding>> {
        for whom in 0..self.staff.people.len() {
            if self
                .seen
                .directory
                .people
                .get(&self.person(whom).id)
                .is_some_and(|one| !one.absences.is_empty())
            {
                self.absent(whom, json!([]));
            }
        }
        for which in 0..self.seen.cases.len() {
            let facts = json!({ "difficult": false, "goods_arrived": self.seen.now });
            self.fact(which, Actor::System, facts);
        }
        self.quiet()?;
        for round in 0..rounds {
            if self.seen.cases.values().all(|seen| seen.case.is_closed()) {
                return Ok(());
            }
            self.work_well(round);
            self.quiet()?;
        }
        let open = self.seen.cases.iter().filter(|(_, seen)| !seen.case.is_closed());
        let ring = |(subject, seen): (&SubjectRef, &SeenCase)| {
            let shown = routing::view::view(&seen.case);
            let last: Vec<_> = self.refused.iter().rev().take(4).collect();
            Finding::new(
                invariants::ENDS,
                subject,
                format!("goes on for ever; refused last: {last:?}; {shown}"),
            )
        };
        Err(open.map(ring).collect())
    }

    fn work_well(&mut self, round: usize) {
        for (subject, id, work) in self.works() {
            if work.holder().is_none() {
                self.take_on(&subject, id, &work, round);
            } else if self.is_told(&subject, &work) {
                let body = json!({ "visit": work.visit, "accepted": true });
                self.order(ServiceName::Notification, &subject, Actor::Customer, "answer.record", body);
            } else {
                let refused = self.refused.len();
                self.act(&subject, id, &work, (0, 10));
                if self.refused[refused..].iter().any(|what| what.ends_with(" beyond-authority")) {
                    self.hand_on(&subject, id, &work, round);
                }
            }
            self.simulated.stack_mut().settle();
        }
    }

    /// Whether the customer was told the result at the visit of `work`, and has yet to answer.
    fn is_told(&self, subject: &SubjectRef, work: &Work) -> bool {
        let here = |event: &Event| matches!(event, Event::ReplyTold(told) if told.visit == work.visit);
        self.seen.cases[subject].said().any(|(_, event)| here(event))
    }

    /// Somebody new is hired who may do it, when nobody there can; work that was given back they take.
    fn take_on(&mut self, subject: &SubjectRef, id: WorkId, work: &Work, round: usize) {
        let person = self.hire(work, round);
        let actor = self.actor(&person);
        self.order(ServiceName::Routing, subject, actor, "work.claim", json!({ "work": id }));
    }

    /// Whoever only stands in and may not decide has it given to somebody new who may.
    fn hand_on(&mut self, subject: &SubjectRef, id: WorkId, work: &Work, round: usize) {
        let person = self.hire(work, round);
        let leader = self.actor(&"office.boss1".parse().unwrap());
        let body = json!({ "work": id, "person": person, "reason": "调整" });
        self.order(ServiceName::Routing, subject, leader, "work.reassign", body);
    }

    /// Hires somebody for a piece of work.
    fn hire(&mut self, work: &Work, round: usize) -> PersonId {
        let person: PersonId =
            format!("new.{}{round}.{}", self.staff.people.len(), work.role).parse().unwrap();
        let hired = json!({
            "id": person, "name": person, "department": work.department, "roles": [work.role],
        });
        self.staff.people.push(serde_json::from_value(hired.clone()).unwrap());
        let directory = SubjectRef::directory(&self.organisation);
        let body = json!({ "departments": [], "people": [hired] });
        self.order(ServiceName::Routing, &directory, Actor::System, "directory.put", body);
        self.simulated.stack_mut().settle();
        person
    }
}
