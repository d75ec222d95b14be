//! `redress reconcile`: did everybody hear everything that was said, is every chain whole, and do the streams hold what
//! the journals have?

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use contracts::ServiceName;
use runtime::reconcile::{Report, reconcile};

use crate::operator::Operator;

/// How it is asked for.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// The configuration file, with a section `[operator]`.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Seconds that what is behind has to become level.
    #[arg(long, default_value_t = 60)]
    patience: u64,
}

/// Compares all stores and streams; exit code 1 when they differ.
///
/// # Errors
/// When a service does not answer or a stream cannot be read.
#[expect(clippy::print_stdout, reason = "the report is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let operator = Operator::connect(ask.config.as_deref()).await?;
    let report = all(&operator, Duration::from_secs(ask.patience)).await?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Compares all six stores and their streams.
///
/// # Errors
/// When a service does not answer or a stream cannot be read.
pub async fn all(operator: &Operator, patience: Duration) -> anyhow::Result<Report> {
    Ok(reconcile(operator.bus(), &hears(), patience).await?)
}

/// Who hears whom.
fn hears() -> Vec<(ServiceName, &'static [ServiceName])> {
    ServiceName::ALL.iter().map(|service| (*service, runtime::permissions::heard_by(*service))).collect()
}

#[cfg(test)]
mod tests {
    use runtime::service::Service as _;

    use super::*;

    #[test]
    fn services_hear_whom_they_are_permitted_to_hear() {
        let own = [
            (ServiceName::Routing, routing::Routing::default().sources()),
            (ServiceName::Investigation, investigation::Investigation.sources()),
            (ServiceName::Approval, approval::Approval::default().sources()),
            (ServiceName::Notification, notification::Notification.sources()),
            (ServiceName::Analytics, analytics::Analytics.sources()),
        ];
        for (service, sources) in own {
            assert_eq!(sources, runtime::permissions::heard_by(service), "{service}");
        }
    }
}
