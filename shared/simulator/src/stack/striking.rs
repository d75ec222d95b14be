//! Orders and timers, and what befalls them; and what a service that stopped does when its input comes again.

use contracts::commands::{Answer, Command};
use contracts::{Problem, ProblemCode, ServiceName};
use jiff::Timestamp;
use rand::Rng;

use super::Stack;
use crate::faults::{Fault, Kind};
use crate::host::{Found, Node, Turn};

impl Stack {
    /// Gives `service` an order at the present time, and lets nothing else happen.
    pub fn order(&mut self, service: ServiceName, command: &Command) -> Answer {
        let Some(at) = self.nodes.iter().position(|node| node.name() == service) else {
            let problem = Problem::new(ProblemCode::Unavailable, format!("no {service} in this stack"));
            return Answer::Refused { problem };
        };
        let kind = Kind::command(service, &command.verb);
        let fault = self.strike(&kind);
        let turn = self.turn(at, fault);
        let before = self.nodes[at].unpublished();
        let answer = self.nodes[at].order(self.now, command, turn);
        let spoke = self.nodes[at].unpublished() > before;
        let done = matches!(answer, Answer::Done { .. });
        if done {
            self.ledger.came_up(&kind, command.organisation(), spoke);
            self.stop_after(at, turn, fault, &kind, spoke);
        }
        match fault {
            Some(Fault::Twice | Fault::CrashAfterCommit | Fault::TwoReplicas) => {
                self.order_again(at, command, &answer, turn);
                if done && fault == Some(Fault::Twice) {
                    self.ledger.met(&kind, Fault::Twice);
                }
            }
            // What was refused may be done at another time: only what is on record is answered for ever.
            Some(Fault::OutOfOrder) if done => self.repeats.push((at, command.clone(), answer.clone())),
            Some(_) | None => {}
        }
        self.notice(at);
        self.publish(at);
        answer
    }

    /// Gives an order again under the same id: the first answer, and nothing more is said.
    fn order_again(&mut self, at: usize, command: &Command, first: &Answer, turn: Turn) {
        let kind = Kind::command(self.nodes[at].name(), &command.verb);
        let mut again = None;
        let order = |node: &mut dyn Node, now: Timestamp, turn: Turn| {
            again = Some(node.order(now, command, turn));
        };
        self.once_more(at, &kind, order, turn);
        let same = match (first, &again) {
            (
                Answer::Done { version, body, .. },
                Some(Answer::Done { version: v, body: b, repeated: true }),
            ) => version == v && body == b,
            (Answer::Refused { problem }, Some(Answer::Refused { problem: p })) => problem == p,
            _ => false,
        };
        if !same {
            self.breaches.push(format!("{kind} {}: first {first:?}, then {again:?}", command.id));
        }
    }

    /// Repeats orders long after they were carried out.
    pub(super) fn repeat_orders(&mut self) -> bool {
        let repeats = std::mem::take(&mut self.repeats);
        for (at, command, first) in &repeats {
            let turn = self.turn(*at, None);
            self.order_again(*at, command, first, turn);
            self.ledger.met(&Kind::command(self.nodes[*at].name(), &command.verb), Fault::OutOfOrder);
        }
        !repeats.is_empty()
    }

    /// An input was committed: its replica stops before it can say so, or before the relay has published anything.
    pub(super) fn stop_after(
        &mut self,
        at: usize,
        turn: Turn,
        fault: Option<Fault>,
        kind: &Kind,
        spoke: bool,
    ) {
        match fault {
            Some(Fault::CrashAfterCommit) => {
                self.nodes[at].start_again(turn.replica);
                self.ledger.met(kind, Fault::CrashAfterCommit);
            }
            Some(Fault::CrashBeforePublish) => {
                self.nodes[at].start_again(turn.replica);
                if spoke {
                    self.silent.insert(at);
                    self.ledger.met(kind, Fault::CrashBeforePublish);
                }
            }
            Some(_) | None => {}
        }
    }

    /// An input that was handled comes once more, to the other replica: nothing may come of it.
    pub(super) fn once_more(
        &mut self,
        at: usize,
        kind: &Kind,
        input: impl FnOnce(&mut dyn Node, Timestamp, Turn),
        first: Turn,
    ) {
        let before = self.nodes[at].unpublished();
        input(self.nodes[at].as_mut(), self.now, Turn::of(1 - first.replica));
        if self.nodes[at].unpublished() != before {
            self.breaches.push(format!("{kind} came twice and had an effect twice"));
        }
    }

    /// Starts the relays that stopped: they publish what the journals hold, in order.
    pub(super) fn start_relays(&mut self) -> bool {
        let silent = std::mem::take(&mut self.silent);
        silent.iter().for_each(|at| self.publish(*at));
        !silent.is_empty()
    }

    /// Fires one timer that is due, if there is one.
    pub(super) fn fire_one(&mut self) -> bool {
        let now = self.now;
        let is_due = |node: &dyn Node| node.earliest().is_some_and(|due| due <= now);
        let mut due: Vec<(Found, usize)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| is_due(node.as_ref())) {
            due.extend(node.due(now).into_iter().map(|found| (found, at)));
        }
        due.sort_by(|(one, at), (two, of)| (one.due, at, one).cmp(&(two.due, of, two)));
        let Some((found, at)) = due.first().cloned() else { return false };
        let kind = Kind::timer(self.nodes[at].name(), &found.key);
        match self.strike(&kind) {
            Some(Fault::OutOfOrder) if due.len() > 1 => {
                let (other, of) = due[self.chance.random_range(1..due.len())].clone();
                let overtaking = Kind::timer(self.nodes[of].name(), &other.key);
                self.ledger.met(&kind, Fault::OutOfOrder);
                self.ledger.met(&overtaking, Fault::OutOfOrder);
                self.fire(of, &other, &overtaking, None);
            }
            fault => self.fire(at, &found, &kind, fault),
        }
        true
    }

    fn fire(&mut self, at: usize, found: &Found, kind: &Kind, fault: Option<Fault>) {
        if self.in_flight.iter().any(|delivery| delivery.to == at) {
            self.ledger.met(kind, Fault::OutOfOrder);
        }
        let turn = self.turn(at, fault);
        let before = self.nodes[at].unpublished();
        self.nodes[at].fire(self.now, found, turn);
        let spoke = self.nodes[at].unpublished() > before;
        self.ledger.came_up(kind, &found.subject.organisation, spoke);
        self.stop_after(at, turn, fault, kind, spoke);
        if let Some(Fault::Twice | Fault::CrashAfterCommit | Fault::TwoReplicas) = fault {
            let mut fired = false;
            self.once_more(at, kind, |node, now, turn| fired = node.fire(now, found, turn), turn);
            if fired {
                self.breaches.push(format!("{kind} fired twice"));
            }
            if fault == Some(Fault::Twice) {
                self.ledger.met(kind, Fault::Twice);
            }
        }
        self.notice(at);
        self.publish(at);
    }
}
