//! Carrying out a command: repeated or reused keys, the version that was read, the core's decision.

use contracts::commands::{Answer, Command, parked};
use contracts::{Problem, ProblemCode};
use journal::command::Recorded;
use serde_json::Value;

use super::round::{Interrupted, Outcome, Round, Verdict};
use super::task::Order;
use crate::service::Service;

impl<S: Service> Round<'_, S> {
    /// Carries out a command about a locked subject. `in_doubt`: an earlier try may have been committed, so the answer
    /// on record is the first one and no repetition.
    pub(crate) fn obey(&mut self, order: &Order, in_doubt: bool) -> Result<Outcome, Interrupted> {
        let command = order.command();
        if let Some(answer) = self.first_answer(order, in_doubt) {
            return Ok(Outcome::Answered(answer));
        }
        let refusal = self.poisoned(&order.input).or_else(|| self.unacceptable(command));
        let done = match refusal {
            Some(problem) => Err(problem),
            None if parked::VERBS.contains(&command.verb.as_str()) => self.settle(order)?,
            None => self.order(order)?,
        };
        self.handled += 1;
        let answer = match done {
            Ok(body) => {
                let version = self.open(&command.subject).map_or(0, |open| open.version);
                self.record(order, version, body.clone());
                Answer::Done { version, repeated: false, body }
            }
            Err(problem) => Answer::Refused { problem },
        };
        Ok(Outcome::Answered(answer))
    }

    fn first_answer(&self, order: &Order, in_doubt: bool) -> Option<Answer> {
        let command = order.command();
        let key = (command.organisation().clone(), command.id.clone());
        let stored = self.known.commands.get(&key);
        let recorded = self.effects.commands.get(&key).or(stored)?;
        if recorded.body_hash != order.hash {
            let detail = "this key was used for another order; use a new one";
            let problem = Problem::new(ProblemCode::KeyReused, detail)
                .at("/id")
                .expected("the first order again, or a key that was not used");
            return Some(Answer::Refused { problem });
        }
        let repeated = stored.is_none() || !in_doubt;
        Some(Answer::Done { version: recorded.version, repeated, body: recorded.answer.clone() })
    }

    fn unacceptable(&mut self, command: &Command) -> Option<Problem> {
        let verb = command.verb.as_str();
        if !parked::VERBS.contains(&verb) && !self.service.verbs().contains(&verb) {
            return Some(Problem::new(
                ProblemCode::NotFound,
                format!("{} takes no such order", self.service.name()),
            ));
        }
        let version = self.open(&command.subject).map_or(0, |open| open.version);
        let expected = command.expected_version.filter(|expected| *expected != version)?;
        let detail = format!("version {expected} was read, {version} is current");
        Some(
            Problem::new(ProblemCode::StaleVersion, detail)
                .at("/expected_version")
                .expected(version.to_string()),
        )
    }

    fn order(&mut self, order: &Order) -> Result<Result<Value, Problem>, Interrupted> {
        let subject = &order.command().subject;
        let mut decision = match self.decide(subject, &order.input) {
            Verdict::Missed => return Err(Interrupted),
            Verdict::Refused(problem) => return Ok(Err(problem)),
            Verdict::Decided(decision) => decision,
        };
        let answer = std::mem::take(&mut decision.answer);
        let changes = !(decision.events.is_empty()
            && decision.timers.is_empty()
            && decision.words.is_empty()
            && decision.shred.is_empty()
            && decision.entries.is_empty()
            && decision.rows.is_empty());
        if changes {
            self.apply(subject, &order.input, decision)?;
            self.count_change(subject);
        }
        Ok(Ok(answer))
    }

    fn record(&mut self, order: &Order, version: u64, answer: Value) {
        let command = order.command();
        let recorded = Recorded {
            organisation: command.organisation().clone(),
            id: command.id.clone(),
            verb: command.verb.clone(),
            body_hash: order.hash,
            answer,
            version,
            at: self.now,
        };
        self.effects.commands.insert((recorded.organisation.clone(), recorded.id.clone()), recorded);
    }
}
