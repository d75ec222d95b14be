//! Settling a parked input by order of a person: it is handled again or skipped, and what waited behind it goes on.

use std::sync::Arc;

use contracts::commands::parked::{REPLAY, SettleParked};
use contracts::commands::{Actor, Command, check_text};
use contracts::messages::parked_settled::{ParkedOutcome, ParkedSettled};
use contracts::{Event, EventId, Problem, ProblemCode};
use journal::parked::{Parked, ParkedWhat, Settled};
use journal::timer::Timer;
use serde_json::{Value, json};

use super::round::{Interrupted, Round, Saying, Verdict};
use super::task::{Message, Order};
use crate::service::{Input, Service};

/// What a settlement gave: the answer or a refusal.
type Answered = Result<Value, Problem>;

impl<S: Service> Round<'_, S> {
    /// Settles a parked input of a locked subject.
    pub(crate) fn settle(&mut self, order: &Order) -> Result<Answered, Interrupted> {
        let command = order.command();
        let (asked, parked) = match self.settleable(command) {
            Ok(found) => found,
            Err(problem) => return Ok(Err(problem)),
        };
        let outcome = if command.verb == REPLAY { ParkedOutcome::Replayed } else { ParkedOutcome::Dropped };
        let settled = match &parked.what {
            ParkedWhat::Event { .. } => self.settle_event(&parked, outcome)?,
            ParkedWhat::Timer { key, due } => self.settle_timer(&parked, key, *due, outcome)?,
            ParkedWhat::Unreadable => self.settle_unreadable(&parked, outcome),
        };
        let (source, sequence, event) = match settled {
            Ok(named) => named,
            Err(problem) => return Ok(Err(problem)),
        };
        let by = command.actor.plain();
        let said =
            ParkedSettled { event, source, sequence, outcome, by: by.clone(), reason: asked.reason.clone() };
        self.say_settled(order, said.into())?;
        self.count_change(&command.subject);
        let settled = Settled { at: self.now, outcome, by, reason: asked.reason };
        self.effects.settled.push((parked.subject.organisation.clone(), parked.id, settled));
        if let ParkedWhat::Event { source, .. } = parked.what {
            self.handled += 1;
            self.take_up(&command.subject, source)?;
        }
        Ok(Ok(json!({ "outcome": outcome })))
    }

    fn settleable(&self, command: &Command) -> Result<(SettleParked, Parked), Problem> {
        match command.actor {
            Actor::Staff { .. } | Actor::System => {}
            Actor::Customer | Actor::Feeder { .. } => {
                return Err(Problem::new(ProblemCode::NotAllowed, "only staff may settle what was parked")
                    .at("/actor")
                    .expected("a member of staff"));
            }
        }
        let asked: SettleParked = command.read()?;
        check_text("/reason", &asked.reason, 500)?;
        let found = self.known.parked.get(&(command.organisation().clone(), asked.id));
        let parked = found.filter(|parked| parked.subject == command.subject).cloned();
        let parked = parked.ok_or_else(|| {
            Problem::new(ProblemCode::NotFound, "nothing of that id is parked for this subject").at("/id")
        })?;
        let now_settled = self.effects.settled.iter().any(|(.., id, _)| *id == parked.id);
        if parked.settled.is_some() || now_settled {
            return Err(Problem::new(ProblemCode::WrongStage, "it was settled already")
                .at("/id")
                .expected("a parked message that is not settled"));
        }
        Ok((asked, parked))
    }

    fn settle_event(&mut self, parked: &Parked, outcome: ParkedOutcome) -> Result<Named, Interrupted> {
        let message = match Message::read(parked.headers.clone(), parked.body.clone()) {
            Ok(message) => message,
            Err(unreadable) => return Ok(Err(still(&unreadable.error.to_string()))),
        };
        let (subject, envelope) = (&parked.subject, &message.envelope);
        let cursor = self.cursor(subject, envelope.source);
        if cursor.parked != Some(envelope.sequence) {
            return Ok(Err(Problem::new(ProblemCode::WrongStage, "the source has moved on")
                .at("/id")
                .expected("a parked message that still holds its subject up")));
        }
        let named = (envelope.source, envelope.sequence, envelope.id);
        if outcome == ParkedOutcome::Replayed {
            let input = match &message.input {
                Ok(input) => Arc::clone(input),
                Err(problem) => return Ok(Err(still(&problem.detail))),
            };
            match self.decide(subject, &input) {
                Verdict::Missed => return Err(Interrupted),
                Verdict::Refused(problem) => return Ok(Err(still_for(problem))),
                Verdict::Decided(decision) => self.apply(subject, &input, decision)?,
            }
        }
        self.advance(&message);
        Ok(Ok(named))
    }

    fn settle_timer(
        &mut self,
        parked: &Parked,
        key: &str,
        due: jiff::Timestamp,
        outcome: ParkedOutcome,
    ) -> Result<Named, Interrupted> {
        let payload = serde_json::from_slice(&parked.body).unwrap_or(Value::Null);
        let (subject, key) = (parked.subject.clone(), key.to_owned());
        // It is the person's order that fires it now.
        let timer = Timer { subject, key, due, payload, traceparent: None };
        let input = Arc::new(Input::Due(super::due_of(&timer)));
        if outcome == ParkedOutcome::Replayed {
            match self.decide(&parked.subject, &input) {
                Verdict::Missed => return Err(Interrupted),
                Verdict::Refused(problem) => return Ok(Err(still_for(problem))),
                Verdict::Decided(decision) => self.apply(&parked.subject, &input, decision)?,
            }
        }
        Ok(Ok((self.service.name(), 0, EventId(input.root()))))
    }

    /// A message that was unreadable and can be read now is held for its own subject, and taken up from there.
    fn settle_unreadable(&mut self, parked: &Parked, outcome: ParkedOutcome) -> Named {
        let read = Message::read(parked.headers.clone(), parked.body.clone());
        match (outcome, read) {
            (ParkedOutcome::Dropped, _) => Ok((self.service.name(), 0, EventId(parked.id))),
            (ParkedOutcome::Replayed, Err(unreadable)) => Err(still(&unreadable.error.to_string())),
            (ParkedOutcome::Replayed, Ok(message)) => {
                let envelope = &message.envelope;
                let (source, sequence, event) = (envelope.source, envelope.sequence, envelope.id);
                let subject = envelope.subject.clone();
                self.effects.to_take_up.insert((subject.clone(), source));
                self.effects.held.insert((subject, source, sequence), Arc::new(message));
                Ok((source, sequence, event))
            }
        }
    }

    fn say_settled(&mut self, order: &Order, event: Event) -> Result<(), Interrupted> {
        self.evolve(&order.command().subject, &order.input, std::slice::from_ref(&event))?;
        self.effects.said.push(Saying { input: Arc::clone(&order.input), event, nth: 0 });
        Ok(())
    }
}

/// What a settled input is called in the event: source, sequence, id.
type Named = Result<(contracts::ServiceName, u64, EventId), Problem>;

fn still(why: &str) -> Problem {
    Problem::new(ProblemCode::ReplayFailed, why)
}

fn still_for(problem: Problem) -> Problem {
    Problem { errors: vec![problem.clone()], ..still(&problem.to_string()) }
}
