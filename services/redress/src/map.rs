//! The message map: who says what, and who heeds it. README.md shows it; a test keeps it current.

use std::process::ExitCode;

use contracts::{ServiceName, WHATS};
use runtime::service::{Heeds, Service};

/// What a service says and heeds.
struct Voice {
    name: ServiceName,
    says: &'static [&'static str],
    heeds: Heeds,
    sources: &'static [ServiceName],
}

impl Voice {
    fn of(service: &impl Service) -> Self {
        Self {
            name: service.name(),
            says: service.says(),
            heeds: service.heeds(),
            sources: service.sources(),
        }
    }
}

fn voices() -> Vec<Voice> {
    // Intake's core needs keys to be made; any will do to ask it what it says.
    let keys =
        vault::VaultConfig::generate().ok().and_then(|config| vault::KeyRing::from_config(&config).ok());
    let intake =
        keys.and_then(|keys| intake::Intake::new(intake::config::IntakeConfig::default(), keys.into()).ok());
    let mut voices: Vec<Voice> = intake.iter().map(Voice::of).collect();
    voices.push(Voice::of(&routing::Routing::default()));
    voices.push(Voice::of(&investigation::Investigation));
    voices.push(Voice::of(&approval::Approval::default()));
    voices.push(Voice::of(&notification::Notification));
    voices.push(Voice::of(&analytics::Analytics));
    voices
}

/// The map as a table of Markdown.
#[must_use]
pub fn render() -> String {
    let voices = voices();
    let mut table = String::from("| event | said by | heeded by |\n|---|---|---|\n");
    for (what, _) in WHATS {
        let said: Vec<&Voice> = voices.iter().filter(|voice| voice.says.contains(what)).collect();
        let heeded = voices.iter().filter(|voice| {
            let heard = said.iter().any(|speaker| voice.sources.contains(&speaker.name));
            heard && voice.heeds.holds(what) && voice.name != ServiceName::Analytics
        });
        let names = |list: Vec<&str>| if list.is_empty() { "—".to_owned() } else { list.join(", ") };
        let said_by = if *what == "parked.settled" {
            "any".to_owned()
        } else {
            names(said.iter().map(|v| v.name.as_str()).collect())
        };
        table.push_str(&format!(
            "| `{what}` | {said_by} | {} |\n",
            names(heeded.map(|voice| voice.name.as_str()).collect())
        ));
    }
    table.push_str("\nAnalytics heeds everything.\n");
    table
}

/// Prints the map.
///
/// # Errors
/// None.
#[expect(clippy::print_stdout, reason = "the map is the purpose")]
pub fn print() -> anyhow::Result<ExitCode> {
    println!("{}", render());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `REDRESS_WRITE_MAP=1` writes it.
    #[test]
    fn the_map_in_the_readme_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("<!-- message map -->\n").unwrap();
        let (found, after) = rest.split_once("<!-- end of message map -->").unwrap();
        let made = format!("\n{}\n", render());
        if std::env::var_os("REDRESS_WRITE_MAP").is_some() {
            let text = format!("{before}<!-- message map -->\n{made}<!-- end of message map -->{after}");
            std::fs::write(&path, text).unwrap();
            return;
        }
        assert_eq!(found, made, "the message map in README.md is stale: run with REDRESS_WRITE_MAP=1");
    }

    #[test]
    fn every_event_is_said_by_somebody() {
        for (what, _) in WHATS {
            let said = voices().iter().any(|voice| voice.says.contains(what));
            assert!(said || *what == "parked.settled", "nobody says {what}");
        }
    }
}
