//! What could not be handled, and how a person settles it: handled again, or skipped for good.

use std::sync::Arc;

use contracts::commands::parked::{REPLAY, SettleParked};
use contracts::commands::{Actor, Command, check_text};
use contracts::messages::parked_settled::{ParkedOutcome, ParkedSettled};
use contracts::{Problem, ProblemCode};
use jiff::Timestamp;
use runtime::service::{Input, Said, Service};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Host, Turn, heard};
use crate::faults::{Fault, Kind};

/// A message that could not be handled; it blocks its subject and source.
#[derive(Debug, Clone)]
pub struct Parked {
    /// The message.
    pub said: Arc<Said>,
    /// Why.
    pub problem: Problem,
}

impl Parked {
    /// Its id, as the shell makes it.
    #[must_use]
    pub fn id(&self) -> Uuid {
        Uuid::new_v5(&self.said.envelope.id.0, &self.said.hash)
    }
}

impl<S: Service<State: PartialEq>> Host<S> {
    /// Carries out an order to settle what is parked, and takes up what waited behind it.
    pub(super) fn settle(&mut self, now: Timestamp, command: &Command, turn: Turn) -> Result<Value, Problem> {
        let kind = Kind::command(self.core().name(), &command.verb);
        if turn.fault == Some(Fault::CrashBeforeCommit) {
            self.settleable(command)?;
            super::Node::start_again(self, turn.replica);
        }
        let (asked, parked) = self.settleable(command)?;
        let (subject, source) = (&command.subject, parked.said.envelope.source);
        let outcome = if command.verb == REPLAY { ParkedOutcome::Replayed } else { ParkedOutcome::Dropped };
        // It blocks its successors until the commit, but not itself.
        if outcome == ParkedOutcome::Replayed {
            self.take(now, &heard(&parked.said), turn)
                .map_err(|problem| Problem::new(ProblemCode::ReplayFailed, problem.to_string()))?;
        }
        self.store.parked.retain(|one| one.id() != asked.id);
        let said = ParkedSettled {
            event: parked.said.envelope.id,
            source,
            sequence: parked.said.envelope.sequence,
            outcome,
            by: command.actor.plain(),
            reason: asked.reason,
        };
        let mut state = self.state(subject).cloned().unwrap_or_default();
        self.say(now, &Input::Command(Box::new(command.clone())), &mut state, said.into())?;
        let head = self.store.heads.entry(subject.clone()).or_default();
        head.cursors.insert(source, parked.said.envelope.sequence);
        let old = std::mem::replace(&mut head.state, Arc::new(state));
        if outcome == ParkedOutcome::Dropped {
            head.before = Some((head.version, old));
            head.version += 1;
        }
        let (version, state) = (head.version, Arc::clone(&head.state));
        self.replicas[turn.replica].remember(subject, version, &state);
        self.noticed.struck.extend(turn.fault.map(|fault| (kind, fault)));
        self.take_up(now, subject, source, Turn::of(turn.replica));
        Ok(json!({ "outcome": outcome }))
    }

    fn settleable(&self, command: &Command) -> Result<(SettleParked, Parked), Problem> {
        match command.actor {
            Actor::Staff { .. } | Actor::System => {}
            Actor::Customer | Actor::Feeder { .. } => {
                let problem = Problem::new(ProblemCode::NotAllowed, "only staff may settle what was parked");
                return Err(problem.at("/actor").expected("a member of staff"));
            }
        }
        let asked: SettleParked = command.read()?;
        check_text("/reason", &asked.reason, 500)?;
        let found = self.store.parked.iter().find(|parked| parked.id() == asked.id);
        let parked = found.filter(|parked| parked.said.envelope.subject == command.subject);
        let none = "nothing of that id is parked for this subject";
        let parked = parked.ok_or_else(|| Problem::new(ProblemCode::NotFound, none).at("/id"))?;
        Ok((asked, parked.clone()))
    }
}
