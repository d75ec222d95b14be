//! Mistakes are all found at once, and nothing secret is shown.

use std::io::Write as _;

use super::*;

const KEY: &str = "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a501";
const INDEX: &str = "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a502";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    greeting: String,
    tries: u8,
    quiet: Quiet,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Quiet {
    hours: Vec<String>,
}

impl Section for Own {
    const DEFAULTS: &'static str = "# What is said first.\ngreeting = \"hello\"\n# How often.\ntries = 3\n[quiet]\n# When.\nhours = []\n";
    fn check(&self, findings: &mut Findings) {
        findings.require(self.tries > 0, "tries", self.tries, "at least 1");
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn whole() -> String {
    format!(
        "[postgres]\nurl = \"postgres://a:b@127.0.0.1/c\"\n[vault]\nindex = \"{INDEX}\"\nkeys = {{1 = \"{KEY}\"}}\n"
    )
}

fn with(text: &str, environment: &[(&str, &str)]) -> Result<ServiceConfig<Own>, ConfigErrors> {
    let file = file(text);
    let environment =
        environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    load_from("routing", Sources { file: Some(file.path()), environment: Some(&environment) })
}

#[test]
fn the_documented_defaults_can_be_read_and_fit_their_own_rules() {
    let config = RuntimeConfig::documented().unwrap();
    let mut out = Vec::new();
    config.check(false, &mut out);
    assert_eq!(out, []);
    let whole: toml::Value = toml::from_str(&documented::<Own>("routing")).unwrap();
    assert_eq!(whole["routing"]["quiet"]["hours"].as_array().map(Vec::len), Some(0));
}

#[test]
fn every_key_of_the_defaults_is_documented() {
    let mut documented = false;
    for line in DEFAULTS.lines() {
        // A comment may stand for the keys right beneath it; an empty line ends that.
        match line.chars().next() {
            Some('#') => documented = true,
            Some('[') => {}
            Some(_) => assert!(documented, "{line} is not documented"),
            None => documented = false,
        }
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_service_over_all() {
    let text = format!(
        "{}max_connections = 1\n[shell]\nbatch_max = 10\n[routing]\ntries = 5\n[routing.shell]\nbatch_max = 20\n\
         [intake]\nanything = true\n",
        ""
    )
    .replace("max_connections = 1\n", &whole());
    let config = with(
        &text,
        &[
            ("REDRESS__SHELL__QUEUE_MAX", "5000"),
            ("REDRESS__NATS__PASSWORD", "007"),
            ("REDRESS__ROUTING__QUIET__HOURS", "22:00, 07:00"),
            ("REDRESS__CLOCK__REHEARSAL", "true"),
            ("REDRESS_NATS_BIN", "/elsewhere"),
        ],
    )
    .unwrap();
    assert_eq!((config.runtime.shell.batch_max, config.runtime.shell.queue_max), (20, 5000));
    assert_eq!(config.runtime.nats.password.expose_secret(), "007", "digits stay a text");
    assert_eq!(config.runtime.nats.user, "routing");
    assert_eq!((config.service.tries, config.service.quiet.hours.len()), (5, 2));
    assert!(config.runtime.clock.rehearsal);
}

#[test]
fn all_mistakes_are_found_at_once_with_their_paths() {
    let text = "[postgres]\nurl = \"mysql://root:hunter2@h/d\"\nmax_connections = \"many\"\n[clock]\nmode = \"virtual\"\n\
                [telemetry]\nformat = \"xml\"\nsample = 2.0\n[shell]\nbatch_maximum = 3\n[relay]\npoll = \"soon\"\n\
                [vault]\nindex = \"hunter2\"\n[routing]\ntries = 0\ngreeting = [1]\n[routing.shutdown]\n\
                deadline = \"1h\"\n[surprise]\n";
    let error = with(text, &[]).unwrap_err();
    let paths: Vec<_> = error.findings().iter().map(|finding| finding.path.as_str()).collect();
    for path in [
        "postgres.max_connections",
        "shell.batch_maximum",
        "surprise",
        "telemetry.format",
        "relay.poll",
        "routing.greeting",
        "postgres.url",
        "telemetry.sample",
        "clock.mode",
        "vault.keys",
        "shutdown.deadline",
        "routing.tries",
    ] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(error.to_string().contains("found \"xml\", expected"), "{error}");
}

#[test]
fn a_virtual_clock_is_refused_outside_a_rehearsal() {
    let refused = with(&format!("{}[clock]\nmode = \"virtual\"\n", whole()), &[]).unwrap_err();
    assert_eq!(refused.findings().len(), 1);
    let taken = with(&format!("{}[clock]\nmode = \"virtual\"\nrehearsal = true\n", whole()), &[]).unwrap();
    assert_eq!(taken.runtime.clock.starts_at().unwrap().to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn a_missing_or_broken_file_is_named() {
    let missing = load::<Own>("routing", Some(Path::new("/nowhere/redress.toml"))).unwrap_err();
    assert!(missing.to_string().contains("/nowhere/redress.toml"));
    let broken = with("[postgres\n", &[]).unwrap_err();
    assert!(matches!(broken, ConfigErrors::File { .. }));
}

#[test]
fn other_parts_need_neither_database_nor_keys() {
    let none = HashMap::new();
    let sources = Sources { file: None, environment: Some(&none) };
    load_from::<NoSettings>("gateway", sources).unwrap();
    let lacking = load_from::<NoSettings>("routing", sources).unwrap_err();
    assert!(lacking.findings().iter().any(|finding| finding.path == "postgres.url"));
}
