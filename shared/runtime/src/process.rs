//! What main does around services: one telemetry, one recorder, one listener, one stop, one exit code.

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{ConfigErrors, RuntimeConfig};
use crate::health::{self, Health};
use crate::metrics::{self, Metrics};
use crate::shutdown::{Shutdown, Stage, StopError};
use crate::telemetry::{self, TelemetryError};

/// The exit code for a configuration that was not taken (`EX_CONFIG`).
pub const EXIT_CONFIG: u8 = 78;
/// The exit code for everything else that went wrong.
pub const EXIT_FAILURE: u8 = 1;

/// Why a process could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// Logs or traces.
    #[error("telemetry cannot be installed")]
    Telemetry(#[from] TelemetryError),
    /// The recorder of metrics.
    #[error("metrics cannot be installed")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// The listener for health and metrics.
    #[error("health and metrics cannot be answered on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// SIGTERM and SIGINT.
    #[error("signals cannot be listened to")]
    Signals(#[source] std::io::Error),
}

/// What all services of a process share. Services are started in it with [`crate::run::start`].
#[derive(Debug, Clone)]
pub struct Process {
    /// The one stop.
    pub shutdown: Shutdown,
    /// What the parts say about themselves.
    pub health: Health,
    /// Where health and metrics are answered, if they are.
    pub address: Option<SocketAddr>,
    deadline: Duration,
}

impl Process {
    /// Installs everything that a process has once. `part` is what it runs: a service's name, `all`, `gateway`.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub async fn start(config: &RuntimeConfig, part: &str, version: &str) -> Result<Self, ProcessError> {
        let telemetry = telemetry::install(&config.telemetry, part, version)?;
        install_crypto();
        let metrics = metrics::install(part, version)?;
        let mut process = Self::bare(config);
        process.shutdown.on_signals().map_err(ProcessError::Signals)?;
        process.keep_metrics(metrics.clone());
        if let Some(address) = config.http.address() {
            process.address = Some(process.answer_health(address, Some(metrics)).await?);
        }
        let (token, patience) = (process.shutdown.token(Stage::Telemetry), config.telemetry.export_timeout);
        process.shutdown.spawn(Stage::Telemetry, "telemetry", async move {
            token.cancelled().await;
            telemetry.shut_down(patience).await;
            Ok::<_, std::convert::Infallible>(())
        });
        tracing::info!(part, version, http = ?process.address, "started");
        Ok(process)
    }

    /// One that installs nothing: for tests, and for a service inside another program.
    #[must_use]
    pub fn bare(config: &RuntimeConfig) -> Self {
        let shutdown = Shutdown::new();
        let health = Health::new(shutdown.clone(), config.http.check_timeout);
        Self { shutdown, health, address: None, deadline: config.shutdown.deadline }
    }

    /// Answers health, and metrics if there are any, on `address`; gives the address in use.
    ///
    /// # Errors
    /// [`ProcessError::Listen`].
    pub async fn answer_health(
        &self,
        address: SocketAddr,
        metrics: Option<Metrics>,
    ) -> Result<SocketAddr, ProcessError> {
        let routes = health::routes(self.health.clone(), metrics);
        let listening = health::listen(address, routes, self.shutdown.token(Stage::Http));
        let (address, serving) =
            listening.await.map_err(|source| ProcessError::Listen { address, source })?;
        self.shutdown.spawn(Stage::Http, "health and metrics", serving);
        Ok(address)
    }

    fn keep_metrics(&self, metrics: Metrics) {
        let token = self.shutdown.token(Stage::Http);
        self.shutdown.spawn(Stage::Http, "metrics upkeep", async move {
            let mut every = tokio::time::interval(Duration::from_secs(5));
            while token.run_until_cancelled(every.tick()).await.is_some() {
                metrics.upkeep();
            }
            Ok::<_, std::convert::Infallible>(())
        });
    }

    /// Waits for the stop and sees it through.
    ///
    /// # Errors
    /// What failed or was late.
    pub async fn finish(&self) -> Result<(), StopError> {
        self.shutdown.finish(self.deadline).await
    }
}

/// Makes aws-lc the one provider of cryptography. To be called before anything uses TLS; again does nothing.
pub fn install_crypto() {
    // An error only says that it was installed before.
    let _: Result<(), Arc<_>> = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// The exit code of a program that ended with `error`.
#[must_use]
pub fn exit_code(error: &(dyn Error + 'static)) -> ExitCode {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if current.is::<ConfigErrors>() {
            return ExitCode::from(EXIT_CONFIG);
        }
        cause = current.source();
    }
    ExitCode::from(EXIT_FAILURE)
}

/// An error with its causes, each said once: a cause whose words stand in the line before it is left out.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut lines = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(current) = cause {
        let text = current.to_string();
        if !lines.last().is_some_and(|line| line.contains(&text)) {
            lines.push(text);
        }
        cause = current.source();
    }
    lines.join("\n  because: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    }

    fn layer(text: &'static str, source: Option<Layer>) -> Layer {
        Layer { text, source: source.map(|source| Box::new(source) as _) }
    }

    #[test]
    fn each_cause_is_said_once() {
        let error =
            layer("outer", Some(layer("middle: inner", Some(layer("inner", Some(layer("root", None)))))));
        assert_eq!(chain(&error), "outer\n  because: middle: inner\n  because: root");
    }

    #[test]
    fn a_bad_configuration_has_its_own_exit_code() {
        let bad = ProcessErrorLike(ConfigErrors::Findings(Vec::new()));
        assert_eq!(format!("{:?}", exit_code(&bad)), format!("{:?}", ExitCode::from(78)));
        assert_eq!(format!("{:?}", exit_code(&layer("other", None))), format!("{:?}", ExitCode::from(1)));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct ProcessErrorLike(#[source] ConfigErrors);
}
