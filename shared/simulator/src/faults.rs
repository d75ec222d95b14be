//! What can go wrong, for which inputs, and a ledger of what did: no input may be left out by luck.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use contracts::{OrganisationId, ServiceName};
use rand::Rng;

/// One thing that goes wrong with one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// An event is delivered, an order given, a timer found twice.
    Twice,
    /// An event overtakes another of its organisation or is overtaken, a timer fires before one that was due earlier
    /// or before messages that wait; an order is repeated after all that followed from it.
    OutOfOrder,
    /// A message is lost and later ones of its stream arrive.
    LostMiddle,
    /// A message is lost with all that come after it in its stream.
    LostEnd,
    /// The replica stops when it has decided; the input comes again.
    CrashBeforeCommit,
    /// The replica stops before it acknowledges or answers; the input comes again.
    CrashAfterCommit,
    /// The replica stops before what it said is published; the relay publishes it later, in the journal's order.
    CrashBeforePublish,
    /// Both replicas decide on it before either commits.
    TwoReplicas,
    /// The replica decides on what it remembers and has missed the last change of everything it looks at.
    StaleReplica,
}

/// All faults.
const ALL: [Fault; 9] = [
    Fault::Twice,
    Fault::OutOfOrder,
    Fault::LostMiddle,
    Fault::LostEnd,
    Fault::CrashBeforeCommit,
    Fault::CrashAfterCommit,
    Fault::CrashBeforePublish,
    Fault::TwoReplicas,
    Fault::StaleReplica,
];

/// How often things go wrong. Every member is a chance out of 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// An input is struck by the fault that has struck its like least often.
    pub strike: u32,
    /// Of what waits to be delivered, not the oldest is taken.
    pub shuffle: u32,
}

impl Faults {
    /// Everything goes as it should.
    pub const NONE: Self = Self { strike: 0, shuffle: 0 };
    /// Everything that can go wrong often does.
    pub const ROUGH: Self = Self { strike: 75, shuffle: 30 };

    /// Whether anything may go wrong.
    #[must_use]
    pub const fn any(self) -> bool {
        self.strike > 0 || self.shuffle > 0
    }
}

/// The three sorts of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// An event of another service.
    Event,
    /// An order.
    Command,
    /// A timer that ran out.
    Timer,
}

/// A kind of input of one service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Whose input.
    pub service: ServiceName,
    /// Its sort.
    pub sort: Sort,
    /// The event's name, the verb, or what the timer's key begins with.
    pub name: String,
}

impl Kind {
    /// An event that `service` hears.
    #[must_use]
    pub fn event(service: ServiceName, what: &str) -> Self {
        Self { service, sort: Sort::Event, name: what.to_owned() }
    }
    /// An order that `service` takes.
    #[must_use]
    pub fn command(service: ServiceName, verb: &str) -> Self {
        Self { service, sort: Sort::Command, name: verb.to_owned() }
    }
    /// A timer of `service`, by its key.
    #[must_use]
    pub fn timer(service: ServiceName, key: &str) -> Self {
        let name = key.split_once(':').map_or(key, |(name, _)| name).to_owned();
        Self { service, sort: Sort::Timer, name }
    }

    /// The faults that can strike it. Orders and timers are no messages of a stream: an order that is lost was never
    /// given, and one whose answer is lost is [`Fault::CrashAfterCommit`].
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let settles = contracts::commands::parked::VERBS.contains(&self.name.as_str());
        ALL.into_iter().filter(move |fault| match fault {
            Fault::LostMiddle | Fault::LostEnd => self.sort == Sort::Event,
            // What was parked is looked up by its own id, not in a state that may be remembered; and of a complainant
            // nothing else is ever said that could be remembered, of a handover nothing before it is written.
            Fault::StaleReplica => !settles && !["person.erased", "handover.written"].contains(&&*self.name),
            Fault::Twice
            | Fault::OutOfOrder
            | Fault::CrashBeforeCommit
            | Fault::CrashAfterCommit
            | Fault::CrashBeforePublish
            | Fault::TwoReplicas => true,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = match self.sort {
            Sort::Event => "hears",
            Sort::Command => "takes",
            Sort::Timer => "timer",
        };
        write!(f, "{} {sort} {}", self.service, self.name)
    }
}

/// What a ledger knows of one kind of input.
#[derive(Debug, Clone, Default)]
struct Line {
    /// How often each fault was to strike.
    aimed: BTreeMap<Fault, u32>,
    /// Which faults did strike an input that was then handled.
    met: BTreeSet<Fault>,
    /// Whether something was ever said because of it.
    speaks: bool,
    /// Where it came up.
    places: BTreeSet<OrganisationId>,
}

/// Which inputs came up, where, and what befell them. Handed from run to run, so that each run strikes where the
/// earlier ones did not.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    lines: BTreeMap<Kind, Line>,
}

impl Ledger {
    /// The fault that shall strike the next input of `kind`: one that none of its kind has met, as long as there is
    /// one, else any; of those one that was to strike least often.
    pub(crate) fn aim(&mut self, kind: &Kind, chance: &mut impl Rng) -> Fault {
        let line = self.lines.entry(kind.clone()).or_default();
        let mut choice: Vec<Fault> = kind.faults().filter(|fault| !line.met.contains(fault)).collect();
        // Now and then any, so that one that cannot strike here does not keep all others away.
        if choice.is_empty() || chance.random_range(0..4) == 0 {
            choice = kind.faults().collect();
        }
        let often = |fault: &Fault| line.aimed.get(fault).copied().unwrap_or(0);
        let least = choice.iter().map(often).min().unwrap_or(0);
        choice.retain(|fault| often(fault) == least);
        let fault = choice[chance.random_range(0..choice.len())];
        *line.aimed.entry(fault).or_default() += 1;
        fault
    }

    /// Notes that an input came up, and whether something was said because of it.
    pub(crate) fn came_up(&mut self, kind: &Kind, organisation: &OrganisationId, spoke: bool) {
        if !self.lines.contains_key(kind) {
            self.lines.insert(kind.clone(), Line::default());
        }
        let Some(line) = self.lines.get_mut(kind) else { return };
        line.speaks |= spoke;
        if !line.places.contains(organisation) {
            line.places.insert(organisation.clone());
        }
    }

    /// Notes that a fault struck an input that was handled all the same.
    pub(crate) fn met(&mut self, kind: &Kind, fault: Fault) {
        self.lines.entry(kind.clone()).or_default().met.insert(fault);
    }

    /// Whether an input of `kind` was handled although that struck it.
    pub(crate) fn has_met(&self, kind: &Kind, fault: Fault) -> bool {
        self.lines.get(kind).is_some_and(|line| line.met.contains(&fault))
    }

    /// The kinds of input that came up.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.lines.iter().filter(|(_, line)| !line.places.is_empty()).map(|(kind, _)| kind)
    }

    /// Where inputs of `kind` came up.
    #[must_use]
    pub fn places(&self, kind: &Kind) -> BTreeSet<OrganisationId> {
        self.lines.get(kind).map(|line| line.places.clone()).unwrap_or_default()
    }

    /// The faults that no input of `kind` has met yet. One that never makes its service say anything has nothing to
    /// publish late.
    #[must_use]
    pub fn missing(&self, kind: &Kind) -> Vec<Fault> {
        let line = self.lines.get(kind).cloned().unwrap_or_default();
        let due = |fault: &Fault| *fault != Fault::CrashBeforePublish || line.speaks;
        kind.faults().filter(due).filter(|fault| !line.met.contains(fault)).collect()
    }
}
