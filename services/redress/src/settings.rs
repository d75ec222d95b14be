//! `redress config`: every setting of a part, documented, with its default.

use std::process::ExitCode;

use runtime::config::{NoSettings, documented};

/// Which part.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// intake, routing, investigation, approval, notification, analytics or gateway.
    part: String,
}

/// Prints the settings as TOML.
///
/// # Errors
/// When there is no such part.
#[expect(clippy::print_stdout, reason = "the text is the purpose")]
pub fn run(ask: &Ask) -> anyhow::Result<ExitCode> {
    let part = ask.part.as_str();
    let text = match part {
        "intake" => documented::<intake::config::IntakeConfig>(part),
        "approval" => documented::<approval::Config>(part),
        "notification" => documented::<notification::config::NotificationConfig>(part),
        "gateway" => documented::<gateway::config::GatewayConfig>(part),
        "routing" | "investigation" | "analytics" => documented::<NoSettings>(part),
        other => anyhow::bail!("there is no part {other}"),
    };
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}
