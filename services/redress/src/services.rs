//! Starting services: one a process, for those who scale them one by one, or all of them in one.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use contracts::ServiceName;
use runtime::config::{NoSettings, RuntimeConfig, Section, ServiceConfig, load};
use runtime::process::Process;
use runtime::run;

use crate::player::Simulator;

/// What a service is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Start {
    /// The configuration file; without one, defaults and the environment hold.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Start {
    fn load<T: Section>(&self, part: &str) -> anyhow::Result<ServiceConfig<T>> {
        Ok(load(part, self.config.as_deref())?)
    }
}

impl Start {
    /// What the process itself is told: where it answers health and metrics, its telemetry, its deadline.
    fn runtime_of(&self, part: Part) -> anyhow::Result<RuntimeConfig> {
        let name = part.name();
        Ok(match part {
            Part::Service(ServiceName::Intake) => self.load::<intake::config::IntakeConfig>(name)?.runtime,
            Part::Service(ServiceName::Approval) => self.load::<approval::Config>(name)?.runtime,
            Part::Service(ServiceName::Notification) => {
                self.load::<notification::config::NotificationConfig>(name)?.runtime
            }
            Part::Gateway => self.load::<gateway::config::GatewayConfig>(name)?.runtime,
            Part::Service(ServiceName::Routing | ServiceName::Investigation | ServiceName::Analytics)
            | Part::All => self.load::<NoSettings>(name)?.runtime,
        })
    }
}

/// What can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// One service.
    Service(ServiceName),
    /// The HTTP edge.
    Gateway,
    /// Everything in one process.
    All,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Service(service) => service.as_str(),
            Self::Gateway => "gateway",
            Self::All => "all",
        }
    }
}

/// Runs a part until it is asked to stop.
///
/// # Errors
/// What kept it from starting, or from ending well.
pub async fn run(part: Part, start: &Start) -> anyhow::Result<ExitCode> {
    let config = start.runtime_of(part)?;
    let process = Process::start(&config, part.name(), env!("CARGO_PKG_VERSION")).await?;
    let started = match part {
        Part::Service(service) => begin(service, start, &process).await,
        Part::Gateway => begin_gateway(start, &process).await,
        Part::All => begin_all(start, &process).await,
    };
    if let Err(error) = started {
        process.shutdown.ask();
        // What was begun ends in order; why it did not start is what matters.
        process.finish().await.ok();
        return Err(error);
    }
    process.finish().await?;
    Ok(ExitCode::SUCCESS)
}

async fn begin_all(start: &Start, process: &Process) -> anyhow::Result<()> {
    // Ready is only who has everything: until then a service that is not begun yet would not be missed.
    let begun = Arc::new(AtomicBool::new(false));
    let all = Arc::clone(&begun);
    process.health.watch(
        "all",
        "every service begun",
        Arc::new(move || {
            let begun = all.load(Ordering::Acquire);
            Box::pin(std::future::ready(if begun {
                Ok(())
            } else {
                Err("some are still starting".to_owned())
            }))
        }),
    );
    for service in ServiceName::ALL {
        begin(*service, start, process).await?;
    }
    begin_gateway(start, process).await?;
    begun.store(true, Ordering::Release);
    Ok(())
}

async fn begin(service: ServiceName, start: &Start, process: &Process) -> anyhow::Result<()> {
    let part = service.as_str();
    match service {
        ServiceName::Intake => {
            let config = start.load::<intake::config::IntakeConfig>(part)?;
            let definition = intake::definition(config.service, keys(&config.runtime)?)
                .map_err(|errors| listed(&errors))?;
            run::start(definition, &config.runtime, process).await?;
        }
        ServiceName::Routing => {
            let config = start.load::<NoSettings>(part)?;
            run::start(routing::definition(), &config.runtime, process).await?;
        }
        ServiceName::Investigation => {
            let config = start.load::<NoSettings>(part)?;
            run::start(investigation::definition(), &config.runtime, process).await?;
        }
        ServiceName::Approval => {
            let config = start.load::<approval::Config>(part)?;
            run::start(approval::definition(config.service), &config.runtime, process).await?;
        }
        ServiceName::Notification => {
            let config = start.load::<notification::config::NotificationConfig>(part)?;
            run::start(notification::definition(config.service), &config.runtime, process).await?;
        }
        ServiceName::Analytics => {
            let config = start.load::<NoSettings>(part)?;
            run::start(analytics::definition(), &config.runtime, process).await?;
        }
    }
    Ok(())
}

async fn begin_gateway(start: &Start, process: &Process) -> anyhow::Result<()> {
    let config = start.load::<gateway::config::GatewayConfig>("gateway")?;
    gateway::start(&config, process, Arc::new(Simulator)).await?;
    Ok(())
}

fn keys(config: &RuntimeConfig) -> anyhow::Result<Arc<vault::KeyRing>> {
    Ok(Arc::new(vault::KeyRing::from_config(&config.vault).map_err(|errors| listed(&errors))?))
}

fn listed<E: std::fmt::Display>(errors: &[E]) -> anyhow::Error {
    anyhow::anyhow!(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
