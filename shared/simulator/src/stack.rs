//! All services in memory, joined by a bus that can be told to misbehave.
//!
//! Single-threaded and seeded: the same seed and the same orders give the same history.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use contracts::commands::{Answer, Command};
use contracts::{Problem, ProblemCode, ServiceName, SubjectRef};
use jiff::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use runtime::service::Said;

use crate::host::Node;

/// How the bus misbehaves. Every member is a chance out of 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// A delivery overtakes earlier ones.
    pub reorder: u32,
    /// A delivery is made twice.
    pub duplicate: u32,
    /// A delivery is lost and only found by comparing heads.
    pub lose: u32,
    /// The receiver crashes before its commit and gets the delivery again.
    pub crash: u32,
}

impl Faults {
    /// Everything goes as it should.
    pub const NONE: Self = Self { reorder: 0, duplicate: 0, lose: 0, crash: 0 };
    /// Everything that can go wrong often does.
    pub const ROUGH: Self = Self { reorder: 40, duplicate: 20, lose: 15, crash: 20 };
}

/// All services in memory.
pub struct Stack {
    nodes: Vec<Box<dyn Node>>,
    now: Timestamp,
    in_flight: VecDeque<(usize, Arc<Said>)>,
    /// Subjects about which something was said since their heads were last compared.
    uncompared: BTreeSet<SubjectRef>,
    faults: Faults,
    chance: ChaCha8Rng,
}

impl Stack {
    /// Joins `nodes`; business time begins at `start`.
    #[must_use]
    pub fn new(nodes: Vec<Box<dyn Node>>, start: Timestamp, faults: Faults, seed: u64) -> Self {
        Self {
            nodes,
            now: start,
            in_flight: VecDeque::new(),
            uncompared: BTreeSet::new(),
            faults,
            chance: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Business time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The node of `service`.
    #[must_use]
    pub fn node(&self, service: ServiceName) -> Option<&dyn Node> {
        self.nodes.iter().find(|node| node.name() == service).map(AsRef::as_ref)
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = &dyn Node> {
        self.nodes.iter().map(AsRef::as_ref)
    }

    /// Gives `service` an order at the present time, and lets nothing else happen.
    pub fn order(&mut self, service: ServiceName, command: &Command) -> Answer {
        let crash = self.happens(self.faults.crash);
        let Some(at) = self.nodes.iter().position(|node| node.name() == service) else {
            let problem = Problem::new(ProblemCode::Unavailable, format!("no {service} in this stack"));
            return Answer::Refused { problem };
        };
        if crash {
            self.nodes[at].crash_before_commit();
        }
        let answer = self.nodes[at].order(self.now, command);
        self.publish(at);
        answer
    }

    /// Lets everything settle at the present time: deliveries, then timers that are due, until nothing moves.
    pub fn settle(&mut self) {
        loop {
            while self.deliver_one() {}
            if self.faults.lose > 0 && self.find_lost() {
                continue;
            }
            if !self.fire_one() {
                return;
            }
        }
    }

    /// Moves business time to `target`, stopping at every timer on the way; everything settles at each stop.
    pub fn advance_to(&mut self, target: Timestamp) {
        self.settle();
        while let Some(due) =
            self.nodes.iter().filter_map(|node| node.earliest()).min().filter(|due| *due <= target)
        {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = self.now.max(target);
    }

    fn happens(&mut self, percent: u32) -> bool {
        percent > 0 && self.chance.random_range(0..100) < percent
    }

    fn publish(&mut self, from: usize) {
        let source = self.nodes[from].name();
        for said in self.nodes[from].take_fresh() {
            self.uncompared.insert(said.envelope.subject.clone());
            for at in 0..self.nodes.len() {
                if self.nodes[at].sources().contains(&source) && !self.happens(self.faults.lose) {
                    self.in_flight.push_back((at, Arc::clone(&said)));
                }
            }
        }
    }

    fn deliver_one(&mut self) -> bool {
        if self.in_flight.is_empty() {
            return false;
        }
        let pick = if self.happens(self.faults.reorder) {
            self.chance.random_range(0..self.in_flight.len())
        } else {
            0
        };
        let Some((at, said)) = self.in_flight.remove(pick) else { return false };
        if self.happens(self.faults.duplicate) {
            self.in_flight.push_back((at, Arc::clone(&said)));
        }
        if self.happens(self.faults.crash) {
            self.nodes[at].crash_before_commit();
        }
        self.nodes[at].hear(self.now, &said);
        self.publish(at);
        true
    }

    /// Compares heads with cursors, as each service does at start, hourly and after a gap, and delivers what is missing.
    fn find_lost(&mut self) -> bool {
        let mut missing = Vec::new();
        for source in &self.nodes {
            for (at, node) in self.nodes.iter().enumerate() {
                if !node.sources().contains(&source.name()) {
                    continue;
                }
                let journal = source.journal();
                let uncompared = self.uncompared.iter().filter_map(|subject| journal.get_key_value(subject));
                for (subject, said) in uncompared {
                    let blocked = node.parked().iter().any(|parked| {
                        parked.said.envelope.subject == *subject
                            && parked.said.envelope.source == source.name()
                    });
                    let heard = node.heard_up_to(subject, source.name());
                    if !blocked {
                        missing.extend(
                            said.iter()
                                .filter(|said| said.envelope.sequence > heard)
                                .map(|said| (at, Arc::clone(said))),
                        );
                    }
                }
            }
        }
        let found = !missing.is_empty();
        if !found {
            self.uncompared.clear();
        }
        self.in_flight.extend(missing);
        found
    }

    fn fire_one(&mut self) -> bool {
        let now = self.now;
        let due = |node: &dyn Node| node.earliest().filter(|due| *due <= now);
        let first =
            (0..self.nodes.len()).filter_map(|at| due(self.nodes[at].as_ref()).map(|due| (due, at))).min();
        let Some((_, at)) = first else { return false };
        let fired = self.nodes[at].fire(now);
        self.publish(at);
        fired
    }
}
