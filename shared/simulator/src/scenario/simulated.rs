//! Scenarios against the services' cores in memory.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use analytics::Analytics;
use anyhow::Context as _;
use approval::Approval;
use contracts::commands::routing::{ApplyCalendar, ApplyPlaybook, ImportDirectory, PutAbsence, PutDirectory};
use contracts::commands::{Answer, Command, Verb as _};
use contracts::{Event, OrganisationId, ServiceName, SubjectRef};
use intake::{Intake, IntakeConfig};
use investigation::Investigation;
use jiff::Timestamp;
use notification::Notification;
use routing::{Library, Routing, applying};
use runtime::service::{Said, Service};
use serde_json::Value;
use vault::{KeyRing, VaultConfig};

use super::model::CaseView;
use super::play::{Driver, Prepared, Verdict, play};
use super::view::assemble;
use crate::faults::{Faults, Ledger};
use crate::host::{Host, Node};
use crate::stack::Stack;

/// The secrets of the simulation: fixed, so that the same orders always make the same codes. They protect nothing.
const DATA_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const INDEX_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

/// Orders from which others follow.
const FOLLOWED: [&str; 5] =
    [PutDirectory::VERB, ImportDirectory::VERB, PutAbsence::VERB, ApplyCalendar::VERB, ApplyPlaybook::VERB];
/// What routing has read, for all replicas of all runs: checking a playbook costs more than playing most scenarios.
static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(Arc::default);

/// All services in memory, as a scenario drives them.
pub struct Simulated {
    stack: Stack,
}

/// The services as nodes of a stack, with their default configuration.
///
/// # Errors
/// When intake refuses its own defaults, which would be a defect.
pub fn nodes() -> anyhow::Result<Vec<Box<dyn Node>>> {
    let config: VaultConfig = serde_json::from_value(serde_json::json!({
        "active": 1, "index": INDEX_KEY, "keys": { "1": DATA_KEY },
    }))?;
    let keys =
        KeyRing::from_config(&config).map_err(|errors| anyhow::anyhow!("the fixed keys: {errors:?}"))?;
    let intake = Intake::new(IntakeConfig::default(), Arc::new(keys))
        .map_err(|errors| anyhow::anyhow!("intake's defaults: {errors:?}"))?;
    Ok(vec![
        Box::new(Host::new(move || intake.clone())),
        Box::new(Host::new(|| Routing::sharing(Arc::clone(&LIBRARY)))),
        Box::new(Host::new(|| Investigation)),
        Box::new(Host::new(Approval::default)),
        Box::new(Host::new(|| Notification)),
        Box::new(Host::new(|| Analytics)),
    ])
}

/// Plays `all` in one forward timeline, each in its own organisation.
///
/// # Errors
/// What stops the simulation itself; a scenario that does not hold is a verdict.
pub fn simulate(all: &[Prepared], faults: Faults, seed: u64) -> anyhow::Result<(Vec<Verdict>, Simulated)> {
    simulate_after(all, faults, seed, Ledger::default())
}

/// The same, striking where the runs before, whose ledger it is, did not.
///
/// # Errors
/// As [`simulate`]; also when something came twice, or two replicas disagreed.
pub fn simulate_after(
    all: &[Prepared],
    faults: Faults,
    seed: u64,
    ledger: Ledger,
) -> anyhow::Result<(Vec<Verdict>, Simulated)> {
    let start = all.iter().map(Prepared::start).min().unwrap_or_default();
    let mut driver = Simulated::begin(start, faults, seed, ledger)?;
    let verdicts = at_once(play(all, &mut driver))??;
    let breaches = driver.stack.breaches();
    anyhow::ensure!(breaches.is_empty(), "what must never be:\n{}", breaches.join("\n"));
    Ok((verdicts, driver))
}

/// Runs a future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => anyhow::bail!("the simulation waited for something"),
    }
}

impl Simulated {
    /// All services with nothing on record; business time begins at `start`.
    ///
    /// # Errors
    /// As [`nodes`].
    pub fn begin(start: Timestamp, faults: Faults, seed: u64, ledger: Ledger) -> anyhow::Result<Self> {
        Ok(Self { stack: Stack::new(nodes()?, start, faults, seed, ledger) })
    }

    /// Gives a service an order at the present time, and those that follow from it.
    ///
    /// # Errors
    /// When there is no routing in this stack, which would be a defect.
    pub fn give(&mut self, service: ServiceName, command: &Command) -> anyhow::Result<Answer> {
        let answer = self.stack.order(service, command);
        if FOLLOWED.contains(&command.verb.as_str()) {
            self.follow(command)?;
        }
        Ok(answer)
    }

    /// The stack, to be looked at.
    #[must_use]
    pub const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The stack, to be driven further.
    pub const fn stack_mut(&mut self) -> &mut Stack {
        &mut self.stack
    }

    /// The complaints on record.
    #[must_use]
    pub fn cases(&self) -> Vec<SubjectRef> {
        let node = self.stack.node(ServiceName::Routing);
        let host = node.and_then(|node| node.as_any().downcast_ref::<Host<Routing>>());
        let cases = host.into_iter().flat_map(Host::states).filter(|(_, state)| state.case().is_some());
        cases.map(|(subject, _)| subject.clone()).collect()
    }

    /// What each service says of a complaint.
    #[must_use]
    pub fn views(&self, complaint: &SubjectRef) -> BTreeMap<ServiceName, Value> {
        let routing = self.state::<Routing>(ServiceName::Routing, complaint);
        let investigation = self.state::<Investigation>(ServiceName::Investigation, complaint);
        let approval = self.state::<Approval>(ServiceName::Approval, complaint);
        let notification = self.state::<Notification>(ServiceName::Notification, complaint);
        [
            (ServiceName::Routing, routing.and_then(routing::State::case).map(routing::view::view)),
            (ServiceName::Investigation, investigation.map(investigation::view::view)),
            (ServiceName::Approval, approval.map(approval::view::view)),
            (
                ServiceName::Notification,
                notification.and_then(notification::State::conversation).map(notification::queries::view),
            ),
        ]
        .into_iter()
        .filter_map(|(service, view)| Some((service, view?)))
        .collect()
    }

    /// What a service has of a subject, if it has anything.
    #[must_use]
    pub fn state<S: Service>(&self, service: ServiceName, subject: &SubjectRef) -> Option<&S::State> {
        self.stack.node(service)?.as_any().downcast_ref::<Host<S>>()?.state(subject)
    }

    /// A change of the directory is followed by commands to look at open work again, a version that is applied by
    /// commands to move open cases: the live system gives them from routing's own task, the simulation here, by the
    /// same functions.
    ///
    /// # Errors
    /// When the stack has no routing.
    pub fn follow(&mut self, command: &Command) -> anyhow::Result<()> {
        for order in self.following(command)? {
            if let Answer::Refused { problem } = self.stack.order(ServiceName::Routing, &order) {
                tracing::warn!(%problem, "a change was not followed");
            }
        }
        Ok(())
    }

    fn following(&self, command: &Command) -> anyhow::Result<Vec<Command>> {
        let node = self.stack.node(ServiceName::Routing).context("no routing in this stack")?;
        let host = node.as_any().downcast_ref::<Host<Routing>>().context("routing is not routing")?;
        let journal = node.journal().get(&command.subject).into_iter().flatten();
        let said = journal.filter(|said| said.envelope.causation == command.id.as_str());
        let here =
            || host.states().filter(|(subject, _)| subject.organisation == command.subject.organisation);
        let follows = |said: &Arc<Said>| {
            let cause = said.envelope.id.0;
            if let Event::DirectoryChanged(changed) = &said.event {
                let open = here().flat_map(|(subject, state)| routing::open_works(subject, state));
                return routing::affected_commands(cause, changed, open);
            }
            let version = applying::applied_in(&said.event);
            let open = here().filter_map(|(subject, state)| applying::open_case(subject, state));
            version.map_or_else(Vec::new, |version| applying::spread(cause, &version, open))
        };
        Ok(said.flat_map(follows).collect())
    }
}

impl Driver for Simulated {
    async fn order(&mut self, service: ServiceName, command: Command) -> anyhow::Result<Answer> {
        self.give(service, &command)
    }

    async fn advance_to(&mut self, target: Timestamp) -> anyhow::Result<()> {
        self.stack.advance_to(target);
        Ok(())
    }

    async fn view(&mut self, complaint: &SubjectRef) -> anyhow::Result<CaseView> {
        Ok(assemble(&self.views(complaint)))
    }

    async fn reports(
        &mut self,
        organisation: &OrganisationId,
    ) -> anyhow::Result<BTreeMap<String, Timestamp>> {
        let settings = SubjectRef::organisation(organisation);
        let state = self.state::<Routing>(ServiceName::Routing, &settings);
        Ok(state.and_then(routing::State::organisation).map(|all| all.reports.clone()).unwrap_or_default())
    }

    async fn handovers(&mut self, organisation: &OrganisationId) -> anyhow::Result<usize> {
        let node = self.stack.node(ServiceName::Routing);
        let host = node.and_then(|node| node.as_any().downcast_ref::<Host<Routing>>());
        let own = host
            .into_iter()
            .flat_map(Host::states)
            .filter(|(subject, _)| subject.organisation == *organisation);
        let handovers = own.filter_map(|(_, state)| state.handover());
        Ok(handovers.filter(|handover| handover.acknowledged.is_none()).count())
    }

    async fn parked(&mut self, organisation: &OrganisationId) -> anyhow::Result<usize> {
        let of = |parked: &&crate::host::Parked| parked.said.envelope.subject.organisation == *organisation;
        Ok(self.stack.nodes().map(|node| node.parked().iter().filter(of).count()).sum())
    }
}
