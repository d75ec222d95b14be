//! All services in memory, each as two replicas, joined by a bus that can be told to misbehave.
//!
//! Single-threaded and seeded: the same seed and the same orders give the same history. Orders and timers, which do not
//! come over the bus, are struck in [`striking`].

mod striking;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use contracts::commands::{Answer, Command};
use contracts::{EventId, OrganisationId, ServiceName, SubjectRef};
use jiff::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use runtime::service::Said;

use crate::faults::{Fault, Faults, Kind, Ledger};
use crate::host::{Node, Turn};

/// A message on its way to one service.
struct Delivery {
    to: usize,
    said: Arc<Said>,
    /// Its place among all that was ever published.
    sent: u64,
    /// Held up until something else has overtaken it, if anything else is under way.
    late: bool,
    fault: Option<Fault>,
}

/// How many inputs a replica takes in a row, by the mean. A change of replica costs reading a state from its JSON.
const TURNS: u32 = 8;

/// All services in memory.
pub struct Stack {
    nodes: Vec<Box<dyn Node>>,
    now: Timestamp,
    in_flight: VecDeque<Delivery>,
    sent: u64,
    /// The newest message that reached a service, per organisation and per stream.
    reached: BTreeMap<(usize, OrganisationId), u64>,
    reached_of: BTreeMap<(usize, ServiceName), u64>,
    /// What the bus lost on its way to a service, by its place.
    lost: BTreeMap<(usize, EventId), u64>,
    /// Streams of which nothing more reaches a service until it compares heads.
    cut: BTreeSet<(usize, ServiceName)>,
    /// Services whose relay stopped with its replica and has not started again.
    silent: BTreeSet<usize>,
    /// Of each service the replica that takes its inputs at present.
    at_work: Vec<usize>,
    /// Orders that will be given once more when all that followed from them is done.
    repeats: Vec<(usize, Command, Answer)>,
    /// Subjects about which something was said since their heads were last compared.
    uncompared: BTreeSet<SubjectRef>,
    faults: Faults,
    chance: ChaCha8Rng,
    ledger: Ledger,
    breaches: Vec<String>,
}

impl Stack {
    /// Joins `nodes`; business time begins at `start`. What `ledger` has of earlier runs says where to strike next.
    #[must_use]
    pub fn new(
        nodes: Vec<Box<dyn Node>>,
        start: Timestamp,
        faults: Faults,
        seed: u64,
        ledger: Ledger,
    ) -> Self {
        Self {
            at_work: vec![0; nodes.len()],
            nodes,
            now: start,
            in_flight: VecDeque::new(),
            sent: 0,
            reached: BTreeMap::new(),
            reached_of: BTreeMap::new(),
            lost: BTreeMap::new(),
            cut: BTreeSet::new(),
            silent: BTreeSet::new(),
            repeats: Vec::new(),
            uncompared: BTreeSet::new(),
            faults,
            chance: ChaCha8Rng::seed_from_u64(seed),
            ledger,
            breaches: Vec::new(),
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

    /// What befell which input.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What must never be and was: an effect that came twice, another answer to the same order, replicas that disagree.
    #[must_use]
    pub fn breaches(&self) -> &[String] {
        &self.breaches
    }

    /// The next event of this name that `service` is to apply is not understood there, and parked.
    pub fn misunderstand(&mut self, service: ServiceName, what: &str) {
        if let Some(node) = self.nodes.iter_mut().find(|node| node.name() == service) {
            node.misunderstand(what);
        }
    }

    /// Lets everything settle at the present time: deliveries, then timers that are due, until nothing moves.
    pub fn settle(&mut self) {
        loop {
            while !self.in_flight.is_empty() {
                // A timer does not wait for the messages.
                let early = self.happens(self.faults.shuffle / 3) && self.fire_one();
                if !early {
                    self.deliver_one();
                }
            }
            if self.start_relays() || self.faults.any() && self.find_lost() {
                continue;
            }
            if !self.fire_one() && !self.repeat_orders() {
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

    /// What strikes the next input of `kind`, if anything does.
    fn strike(&mut self, kind: &Kind) -> Option<Fault> {
        let struck = self.happens(self.faults.strike);
        struck.then(|| self.ledger.aim(kind, &mut self.chance))
    }

    /// The turn in which a service takes an input: by the replica that took the last one, now and then by the other,
    /// which then reads what it has not seen; under those faults that are the host's.
    fn turn(&mut self, at: usize, fault: Option<Fault>) -> Turn {
        let within = [Fault::CrashBeforeCommit, Fault::TwoReplicas, Fault::StaleReplica];
        if self.faults.any() && self.chance.random_ratio(1, TURNS) {
            self.at_work[at] = 1 - self.at_work[at];
        }
        Turn { replica: self.at_work[at], fault: fault.filter(|fault| within.contains(fault)) }
    }

    /// Takes over what a node noticed.
    fn notice(&mut self, at: usize) {
        let noticed = self.nodes[at].noticed();
        noticed.struck.iter().for_each(|(kind, fault)| self.ledger.met(kind, *fault));
        self.breaches.extend(noticed.breaches);
    }

    fn publish(&mut self, from: usize) {
        if self.silent.contains(&from) {
            return;
        }
        let source = self.nodes[from].name();
        for said in self.nodes[from].publish() {
            self.sent += 1;
            if self.faults.any() {
                self.uncompared.insert(said.envelope.subject.clone());
            }
            for to in 0..self.nodes.len() {
                if self.nodes[to].sources().contains(&source) {
                    self.send(to, &said);
                }
            }
        }
    }

    fn send(&mut self, to: usize, said: &Arc<Said>) {
        let (source, sent) = (said.envelope.source, self.sent);
        let cut = self.cut.contains(&(to, source));
        let fault = if self.faults.strike == 0 || cut {
            None
        } else {
            self.strike(&Kind::event(self.nodes[to].name(), said.event.what()))
        };
        if fault == Some(Fault::LostEnd) {
            self.cut.insert((to, source));
        }
        if cut || matches!(fault, Some(Fault::LostMiddle | Fault::LostEnd)) {
            self.lost.insert((to, said.envelope.id), sent);
            return;
        }
        let late = fault == Some(Fault::OutOfOrder);
        self.in_flight.push_back(Delivery { to, said: Arc::clone(said), sent, late, fault });
        if fault == Some(Fault::Twice) {
            let again = Delivery { to, said: Arc::clone(said), sent, late: true, fault: None };
            self.in_flight.push_back(again);
        }
    }

    fn deliver_one(&mut self) {
        let mut pick = 0;
        if self.happens(self.faults.shuffle) {
            pick = self.chance.random_range(0..self.in_flight.len());
        }
        if self.in_flight[pick].late {
            pick = self.in_flight.iter().position(|delivery| !delivery.late).unwrap_or(pick);
        }
        let Some(Delivery { to, said, sent, fault, .. }) = self.in_flight.remove(pick) else { return };
        let kind = Kind::event(self.nodes[to].name(), said.event.what());
        let (subject, source) = (&said.envelope.subject, said.envelope.source);
        let before = self.nodes[to].heard_up_to(subject, source);
        if said.envelope.sequence <= before {
            self.ledger.met(&kind, Fault::Twice);
        }
        self.note_order(&kind, to, &said, sent);
        let turn = self.turn(to, fault);
        let unpublished = self.nodes[to].unpublished();
        self.nodes[to].hear(self.now, &said, turn);
        let heard = self.nodes[to].heard_up_to(subject, source);
        let applied = before < said.envelope.sequence && heard >= said.envelope.sequence;
        // What was held behind it may have been taken up too, and then it is not known which of them spoke.
        let alone = heard == said.envelope.sequence;
        let spoke = alone && self.nodes[to].unpublished() > unpublished;
        if applied {
            self.ledger.came_up(&kind, &subject.organisation, spoke);
            self.stop_after(to, turn, fault, &kind, spoke);
            if matches!(fault, Some(Fault::CrashAfterCommit | Fault::TwoReplicas)) {
                self.once_more(to, &kind, |node, now, turn| node.hear(now, &said, turn), turn);
            }
        }
        self.notice(to);
        self.publish(to);
    }

    /// Notes a message that was overtaken, or overtakes one of its organisation, on its way to a service. Without faults
    /// they come in their order.
    fn note_order(&mut self, kind: &Kind, to: usize, said: &Said, sent: u64) {
        if !self.faults.any() {
            return;
        }
        let organisation = &said.envelope.subject.organisation;
        let newest = self.reached.entry((to, organisation.clone())).or_default();
        let overtaken = sent < *newest;
        *newest = sent.max(*newest);
        let of_stream = self.reached_of.entry((to, said.envelope.source)).or_default();
        *of_stream = sent.max(*of_stream);
        let same = |other: &Delivery| other.said.envelope.subject.organisation == *organisation;
        let overtakes =
            || self.in_flight.iter().any(|other| other.to == to && other.sent < sent && same(other));
        if !self.ledger.has_met(kind, Fault::OutOfOrder) && (overtaken || overtakes()) {
            self.ledger.met(kind, Fault::OutOfOrder);
        }
    }

    /// Compares heads with cursors, as each service does at start, hourly and after a gap, and delivers what is missing.
    fn find_lost(&mut self) -> bool {
        let (mut missing, mut blocked) = (Vec::new(), BTreeSet::new());
        for source in &self.nodes {
            for (at, node) in self.nodes.iter().enumerate() {
                if !node.sources().contains(&source.name()) {
                    continue;
                }
                let journal = source.journal();
                let uncompared = self.uncompared.iter().filter_map(|subject| journal.get_key_value(subject));
                for (subject, said) in uncompared {
                    let is_blocked = node.parked().iter().any(|parked| {
                        parked.said.envelope.subject == *subject
                            && parked.said.envelope.source == source.name()
                    });
                    if is_blocked {
                        blocked.insert(subject.clone());
                        continue;
                    }
                    let heard = node.heard_up_to(subject, source.name());
                    let unheard = said.iter().filter(|said| said.envelope.sequence > heard);
                    missing.extend(unheard.map(|said| (at, Arc::clone(said))));
                }
            }
        }
        self.cut.clear();
        if missing.is_empty() {
            self.uncompared = blocked;
            return false;
        }
        for (to, said) in missing {
            let id = (to, said.envelope.id);
            let Some(sent) = self.lost.remove(&id) else {
                let sent = self.sent;
                self.in_flight.push_back(Delivery { to, said, sent, late: false, fault: None });
                continue;
            };
            let reached = self.reached_of.get(&(to, said.envelope.source)).copied().unwrap_or(0);
            let fault = if sent < reached { Fault::LostMiddle } else { Fault::LostEnd };
            self.ledger.met(&Kind::event(self.nodes[to].name(), said.event.what()), fault);
            self.in_flight.push_back(Delivery { to, said, sent, late: false, fault: None });
        }
        true
    }
}
