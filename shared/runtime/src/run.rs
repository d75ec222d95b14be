//! Starting a service: migrate, connect, make its stream, and run shell, relay, listeners, requests and background.
//!
//! Nothing here is global, so several services can run in one process; they share its [`Process`]: one telemetry, one
//! listener for health and metrics, one stop. Every task is in a stage of that stop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError};
use contracts::ServiceName;
use futures::future::BoxFuture;
use jiff::Timestamp;
use sqlx::PgPool;
use tokio::time::timeout;
use tracing::Instrument as _;
use vault::{KeyRing, VaultError};

use crate::clock::BusinessClock;
use crate::config::RuntimeConfig;
use crate::connect::{self, ConnectError};
use crate::definition::{Count, Definition, Surroundings, Task};
use crate::housekeeping::Housekeeping;
use crate::listen::Listening;
use crate::process::Process;
use crate::recover::{Recovery, Suspicion};
use crate::rehearsal::{self, Look, Moved, Rehearsable, Standing};
use crate::relay::Relay;
use crate::requests::builtin::{Builtin, Status};
use crate::requests::{Queries, Serving};
use crate::sampler::Sampler;
use crate::service::Service;
use crate::shell::{Inlet, Shell, ShellHandle, ShellParts, Store};
use crate::shutdown::{Stage, StopError};
use crate::submit_stream;

/// How long the connections to PostgreSQL may take to be closed.
const CLOSING_MOST: Duration = Duration::from_secs(3);

/// Why a service was not started, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The keys of the vault.
    #[error("the keys cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Keys(Vec<VaultError>),
    /// PostgreSQL or NATS.
    #[error("{service} is not connected")]
    Connect {
        /// Which service.
        service: ServiceName,
        /// Why.
        source: ConnectError,
    },
    /// Its stream or its requests.
    #[error("{service} cannot take its place on the bus")]
    Bus {
        /// Which service.
        service: ServiceName,
        /// Why.
        source: BusError,
    },
    /// The stop.
    #[error("it did not end well")]
    Stop(#[from] StopError),
}

/// A service that was started.
#[derive(Debug, Clone)]
pub struct Running {
    /// What its queries and background work use, too.
    pub surroundings: Surroundings,
    /// How its shell is looked at and nudged.
    pub shell: ShellHandle,
}

/// Starts a service and runs it until the process is to stop.
///
/// # Errors
/// [`RunError`].
pub async fn run<S: Service, W: Store<S>, Q: Queries>(
    definition: Definition<S, W, Q>,
    config: &RuntimeConfig,
    process: &Process,
) -> Result<(), RunError> {
    if let Err(error) = start(definition, config, process).await {
        process.shutdown.ask();
        // What was begun ends in order; why it was not started is what matters.
        process.finish().await.ok();
        return Err(error);
    }
    Ok(process.finish().await?)
}

/// Starts a service in `process`. It runs until the process stops ([`Process::finish`]).
///
/// # Errors
/// [`RunError`]; tasks that had been started then still run until the stop.
pub async fn start<S: Service, W: Store<S>, Q: Queries>(
    definition: Definition<S, W, Q>,
    config: &RuntimeConfig,
    process: &Process,
) -> Result<Running, RunError> {
    let name = definition.service.name();
    let span = tracing::info_span!("service", service = name.as_str());
    Box::pin(Starting { name, config, process }.start(definition)).instrument(span).await
}

struct Starting<'a> {
    name: ServiceName,
    config: &'a RuntimeConfig,
    process: &'a Process,
}

impl Starting<'_> {
    async fn start<S: Service, W: Store<S>, Q: Queries>(
        &self,
        definition: Definition<S, W, Q>,
    ) -> Result<Running, RunError> {
        let Self { name, config, process } = *self;
        let keys = Arc::new(KeyRing::from_config(&config.vault).map_err(RunError::Keys)?);
        let (pool, bus) =
            self.connect(definition.migrations).await.map_err(|source| self.unconnected(source))?;
        self.make_streams(&bus).await.map_err(|source| self.off_the_bus(source))?;

        let BusinessClock { clock, movable } = BusinessClock::of(&config.clock);
        let service = Arc::new(definition.service);
        let (verbs, sources) = (service.verbs(), service.sources());
        let shell = Shell::new(ShellParts {
            service,
            store: definition.store,
            pool: pool.clone(),
            clock: clock.clone(),
            ring: keys.clone(),
            options: config.shell.options(),
        });
        let (inlet, handle) = (shell.inlet(), shell.handle());
        let until = process.shutdown.token(Stage::Taking);
        let (suspicion, recovery) =
            Recovery::new(name, sources, pool.clone(), bus.clone(), inlet.clone(), config.listen.clone());
        let surroundings = Surroundings {
            service: name,
            pool: pool.clone(),
            inlet: inlet.clone(),
            bus: bus.clone(),
            clock: clock.clone(),
            keys,
            suspicion: suspicion.clone(),
            until: until.clone(),
        };
        let builtin = Builtin {
            service: name,
            sources: sources.to_vec(),
            pool: pool.clone(),
            bus: bus.clone(),
            clock: clock.clone(),
            shell: handle.clone(),
        };

        let stop = process.shutdown.token(Stage::InFlight);
        self.spawn(Stage::InFlight, "shell", async move {
            shell.run(stop).await;
            Ok::<_, Infallible>(())
        });
        self.relay(&pool, &bus, &handle).map_err(|source| self.unconnected(source))?;
        self.spawn(Stage::Taking, "recovery", recovery.run(until.clone()));
        self.listen(sources, &bus, &inlet, &suspicion);
        if name == ServiceName::Intake {
            let kept = submit_stream::keep(bus.clone(), config.nats.stream_limits(), until.clone());
            self.spawn(Stage::Taking, "submission stream", kept);
        }
        let rehearsed = movable.clone().map(|clock| (clock, look(builtin.clone(), definition.outstanding)));
        let serving = Serving {
            service: name,
            version: definition.version,
            description: definition.description,
            verbs,
            bus: bus.clone(),
            inlet,
            builtin,
            queries: Rehearsable { own: (definition.queries)(&surroundings), rehearsal: rehearsed },
            options: definition.serving,
        };
        let answering = serving.begin(until.clone()).await.map_err(|source| self.off_the_bus(source))?;
        self.spawn(Stage::Taking, "requests", answering);
        self.background(definition.background, &surroundings);
        let housekeeping = Housekeeping {
            service: name,
            pool: pool.clone(),
            clock: clock.clone(),
            config: config.housekeeping,
        };
        self.spawn(Stage::Taking, "housekeeping", housekeeping.run(until.clone()));
        if let Some(movable) = movable {
            let nudge = handle.clone();
            let moved: Moved = Arc::new(move || nudge.look_for_timers());
            let following = rehearsal::follow(&bus, name, movable, moved, until).await;
            let following = following.map_err(|source| self.off_the_bus(source))?;
            self.spawn(Stage::Taking, "rehearsal", following);
        }
        self.watch(Sampler { service: name, pool, bus, clock, sources });
        tracing::info!(service = %name, "takes messages");
        Ok(Running { surroundings, shell: handle })
    }

    fn unconnected(&self, source: ConnectError) -> RunError {
        RunError::Connect { service: self.name, source }
    }

    fn off_the_bus(&self, source: BusError) -> RunError {
        RunError::Bus { service: self.name, source }
    }

    fn spawn<E: std::fmt::Display>(
        &self,
        stage: Stage,
        task: &str,
        future: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.process.shutdown.spawn(stage, format!("{} {task}", self.name), future);
    }

    async fn connect(&self, own: &'static journal::Migrator) -> Result<(PgPool, Bus), ConnectError> {
        let (postgres, part) = (&self.config.postgres, self.name.as_str());
        connect::migrate(postgres, part, own).await?;
        let pool = connect::postgres(postgres, part).await?;
        let bus = connect::nats(self.config).await?;
        Ok((pool, bus))
    }

    async fn make_streams(&self, bus: &Bus) -> Result<(), BusError> {
        let limits = self.config.nats.stream_limits();
        bus.ensure_event_stream(self.name, limits).await?;
        if self.name == ServiceName::Intake {
            bus.ensure_submit_stream(limits).await?;
        }
        Ok(())
    }

    fn relay(&self, pool: &PgPool, bus: &Bus, handle: &ShellHandle) -> Result<(), ConnectError> {
        let postgres = &self.config.postgres;
        let relay = Relay {
            service: self.name,
            pool: pool.clone(),
            // A leader is heard every few seconds: the server takes the lead from one that is not.
            leader: connect::postgres_options(postgres, &postgres.url, &format!("{} relay", self.name))?
                .options([("idle_session_timeout", "10s")]),
            bus: bus.clone(),
            limits: self.config.nats.stream_limits(),
            config: self.config.relay.clone(),
            said: handle.said(),
        };
        self.spawn(Stage::Outbox, "relay", relay.run(self.process.shutdown.token(Stage::Outbox)));
        Ok(())
    }

    fn listen(&self, sources: &'static [ServiceName], bus: &Bus, inlet: &Inlet, suspicion: &Suspicion) {
        let until = self.process.shutdown.token(Stage::Taking);
        let config = &self.config.listen;
        for source in sources {
            let listening = Listening {
                service: self.name,
                source: *source,
                bus: bus.clone(),
                inlet: inlet.clone(),
                suspicion: suspicion.clone(),
                config: config.clone(),
            };
            self.spawn(Stage::Taking, &format!("hearing {source}"), listening.run(until.clone()));
        }
    }

    fn background(&self, tasks: Vec<(&'static str, Task)>, surroundings: &Surroundings) {
        for (task, begin) in tasks {
            let working = begin(surroundings.clone());
            self.spawn(Stage::Taking, task, working);
        }
    }

    /// Health, gauges, and the end of the connections once nobody needs them.
    fn watch(&self, sampler: Sampler) {
        let Self { name, config, process } = *self;
        let (pool, bus) = (sampler.pool.clone(), sampler.bus.clone());
        process.health.watch(name.as_str(), "postgres", connect::postgres_check(pool.clone()));
        process.health.watch(name.as_str(), "nats", connect::nats_check(bus.clone()));
        let sampling = sampler.run(config.telemetry.gauges_every, process.shutdown.token(Stage::Http));
        self.spawn(Stage::Http, "gauges", sampling);
        let end = process.shutdown.token(Stage::Telemetry);
        self.spawn(Stage::Telemetry, "connections", async move {
            end.cancelled().await;
            // A connection that was lost needs no closing, and one that is deaf is never given back.
            bus.close().await.ok();
            timeout(CLOSING_MOST, pool.close()).await.ok();
            Ok::<_, Infallible>(())
        });
    }
}

/// How a service stands in a rehearsal.
fn look(builtin: Builtin, outstanding: Vec<(&'static str, Count)>) -> Look {
    let outstanding = Arc::new(outstanding);
    Arc::new(move |now: Timestamp| -> BoxFuture<'static, Result<Standing, String>> {
        let (builtin, outstanding) = (builtin.clone(), outstanding.clone());
        Box::pin(async move {
            let before = builtin.shell.handled();
            let status = builtin.status().await.map_err(|problem| problem.to_string())?;
            let mut standing = standing(&status, now);
            for (what, count) in outstanding.iter() {
                let left = count(builtin.pool.clone()).await.map_err(|error| error.to_string())?;
                if left > 0 {
                    standing.busy.push(format!("{left} {what}"));
                }
            }
            // What was seen before and after does not belong together, and nobody may add it up.
            standing.handled = builtin.shell.handled();
            if standing.handled != before {
                standing.busy.push("inputs were handled during the look".to_owned());
            }
            Ok(standing)
        })
    })
}

/// What of a status keeps a rehearsal from being quiet. Parked inputs do not: they wait for a person.
fn standing(status: &Status, now: Timestamp) -> Standing {
    let counts = [
        (status.under_way, "inputs under way"),
        (status.unpublished, "events not yet published"),
        (status.held, "events waiting for their predecessor"),
    ];
    let counted = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut busy: Vec<String> = counted.map(|(count, what)| format!("{count} {what}")).collect();
    for source in &status.sources {
        if source.unknown {
            busy.push(format!("how far {} is ahead is not known", source.source));
            continue;
        }
        let behind = source.pending.unwrap_or(0) + source.unacknowledged.unwrap_or(0);
        if behind > 0 {
            busy.push(format!("{behind} messages of {} not yet handled", source.source));
        }
    }
    if status.earliest_timer.is_some_and(|due| due <= now) {
        busy.push("timers are due".to_owned());
    }
    Standing { busy, earliest_due: status.earliest_timer, handled: status.handled }
}

#[cfg(test)]
mod tests {
    use crate::requests::builtin::SourceStatus;

    use super::*;

    #[test]
    fn a_service_is_not_quiet_as_long_as_it_is_not_known_what_waits_for_it() {
        let source = |unknown, pending| SourceStatus {
            source: ServiceName::Intake,
            pending,
            unacknowledged: pending,
            oldest: None,
            unknown,
        };
        let status = |source| Status {
            service: ServiceName::Routing,
            now: Timestamp::UNIX_EPOCH,
            unpublished: 0,
            oldest_unpublished_seconds: 0,
            held: 0,
            parked: 3,
            timers_late: 0,
            earliest_timer: Some(Timestamp::MAX),
            under_way: 0,
            handled: 7,
            sources: vec![source],
        };
        let busy = |source| standing(&status(source), Timestamp::UNIX_EPOCH).busy.len();
        assert_eq!(busy(source(false, None)), 0, "without a stream nothing waits");
        assert_eq!(busy(source(false, Some(0))), 0);
        assert_eq!(busy(source(false, Some(1))), 1);
        assert_eq!(busy(source(true, None)), 1);
    }
}
