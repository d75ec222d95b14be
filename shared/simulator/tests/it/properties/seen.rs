//! What can be seen of the cases at a quiet moment: the services' states, and all that was said of each case so far.
//! Plain data, so that the invariants are functions of it, and a test can break it on purpose.

use std::collections::BTreeMap;
use std::sync::Arc;

use approval::Approval;
use calendar::Calendar;
use contracts::{Event, OrganisationId, ServiceName, SubjectRef};
use jiff::Timestamp;
use playbook::CompiledPlaybook;
use routing::Routing;
use routing::state::{Case, Directory};
use simulator::scenario::Simulated;

/// Everything at a quiet moment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) book: Arc<CompiledPlaybook>,
    pub(super) calendar: Calendar,
    pub(super) now: Timestamp,
    pub(super) directory: Directory,
    pub(super) cases: BTreeMap<SubjectRef, SeenCase>,
    /// What waits for an ordinary user, and for a predecessor.
    pub(super) parked: Vec<String>,
    pub(super) held: usize,
    /// What the simulator saw that must never be: an effect that came twice, replicas that disagree.
    pub(super) breaches: Vec<String>,
    /// How many quiet moments there were.
    step: usize,
    read: BTreeMap<(ServiceName, SubjectRef), usize>,
}

/// One case.
#[derive(Debug, Clone)]
pub(super) struct SeenCase {
    pub(super) case: Case,
    pub(super) approval: approval::State,
    /// What was said of it: each service's own in its order, all by the quiet moments between which they fell.
    pub(super) log: Vec<Logged>,
}

/// Something that was said.
#[derive(Debug, Clone)]
pub(super) struct Logged {
    /// Before which quiet moment: of two in one step it is not known which came first, unless one service said both.
    pub(super) step: usize,
    pub(super) event: Event,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn new(book: Arc<CompiledPlaybook>, calendar: Calendar) -> Self {
        Self {
            book,
            calendar,
            now: Timestamp::default(),
            directory: Directory::default(),
            cases: BTreeMap::new(),
            parked: Vec::new(),
            held: 0,
            breaches: Vec::new(),
            step: 0,
            read: BTreeMap::new(),
        }
    }

    /// Looks at what was said and how things stand since the last quiet moment.
    pub(super) fn look(&mut self, simulated: &Simulated, organisation: &OrganisationId) {
        let stack = simulated.stack();
        self.step += 1;
        self.now = stack.now();
        self.breaches = stack.breaches().to_vec();
        self.held = stack.nodes().map(simulator::Node::held).sum();
        let parked = stack.nodes().flat_map(simulator::Node::parked);
        self.parked = parked.map(|one| format!("{}: {}", one.said.envelope.subject, one.problem)).collect();
        let directory = SubjectRef::directory(organisation);
        if let Some(known) = simulated.state::<Routing>(ServiceName::Routing, &directory) {
            self.directory = known.directory().cloned().unwrap_or_default();
        }
        for subject in simulated.cases() {
            let case =
                simulated.state::<Routing>(ServiceName::Routing, &subject).and_then(routing::State::case);
            let Some(case) = case.cloned() else { continue };
            let approval =
                simulated.state::<Approval>(ServiceName::Approval, &subject).cloned().unwrap_or_default();
            let log = self.cases.remove(&subject).map(|seen| seen.log).unwrap_or_default();
            self.cases.insert(subject.clone(), SeenCase { case, approval, log });
            self.listen(simulated, &subject);
        }
    }

    fn listen(&mut self, simulated: &Simulated, subject: &SubjectRef) {
        for node in simulated.stack().nodes() {
            let Some(said) = node.journal().get(subject) else { continue };
            let read = self.read.entry((node.name(), subject.clone())).or_default();
            let new =
                said.iter().skip(*read).map(|said| Logged { step: self.step, event: said.event.clone() });
            if let Some(seen) = self.cases.get_mut(subject) {
                seen.log.extend(new);
            }
            *read = said.len();
        }
    }
}

impl SeenCase {
    /// What was said, with its step.
    pub(super) fn said(&self) -> impl Iterator<Item = (usize, &Event)> {
        self.log.iter().map(|logged| (logged.step, &logged.event))
    }
}
