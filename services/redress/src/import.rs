//! `redress import`: the rows of a file become complaints. Running it again changes nothing: keys come from the rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use contracts::commands::intake::{RegisterComplaint, complaint_for};
use contracts::commands::{Actor, Answer, Command, Verb as _};
use contracts::{OrganisationId, ServiceName, SubjectRef};
use intake::import::{Mapping, Row, Submission, csv, ndjson};

use crate::operator::Operator;

/// Orders in one request.
const BATCH: usize = 100;

/// What is imported.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// CSV, or NDJSON (`.ndjson`, `.jsonl`); either may be compressed (`.gz`).
    file: PathBuf,
    /// How rows are read, YAML; not needed for NDJSON whose lines are orders already.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// The organisation.
    #[arg(long)]
    organisation: OrganisationId,
    /// The configuration file, with a section `[operator]`.
    #[arg(long)]
    config: Option<PathBuf>,
    /// At most so many rows.
    #[arg(long)]
    limit: Option<usize>,
    /// Only reads and checks the file.
    #[arg(long)]
    dry_run: bool,
}

/// Imports; exit code 1 when a row could not be read or was refused.
///
/// # Errors
/// When the file or its mapping cannot be read, or intake is out of reach.
#[expect(clippy::print_stdout, reason = "the account is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let (mut read, mut wrong) = (Vec::new(), 0_u64);
    each(&ask.file, ask.mapping.as_deref(), &mut |row| {
        match row {
            Ok(submission) => read.push(submission),
            Err(errors) => {
                wrong += 1;
                for error in errors {
                    println!("{error}");
                }
            }
        }
        ask.limit.is_none_or(|limit| read.len() < limit)
    })?;
    println!("{} rows read, {wrong} could not be read", read.len());
    if ask.dry_run {
        return Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let operator = Operator::connect(ask.config.as_deref()).await?;
    let (mut registered, mut repeated, mut refused) = (0_u64, 0_u64, 0_u64);
    for batch in read.chunks(BATCH) {
        let orders =
            batch.iter().map(|row| order(&ask.organisation, row)).collect::<anyhow::Result<Vec<_>>>()?;
        let answers = operator.orders(ServiceName::Intake, RegisterComplaint::VERB, &orders).await?;
        for (row, answer) in batch.iter().zip(answers) {
            match answer {
                Answer::Done { repeated: true, .. } => repeated += 1,
                Answer::Done { .. } => registered += 1,
                Answer::Refused { problem } => {
                    refused += 1;
                    println!("line {}: {problem}", row.line);
                }
            }
        }
    }
    println!("{registered} registered, {repeated} were there already, {refused} refused");
    Ok(if wrong + refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn order(organisation: &OrganisationId, row: &Submission) -> anyhow::Result<Command> {
    Ok(Command {
        id: row.key.clone(),
        subject: SubjectRef::complaint(organisation, complaint_for(organisation, &row.key)),
        verb: RegisterComplaint::VERB.to_owned(),
        actor: Actor::Feeder { name: "import".to_owned() },
        expected_version: None,
        traceparent: None,
        body: serde_json::to_value(&row.complaint)?,
    })
}

/// Reads the rows of `file` one by one, as long as `take` wants more.
///
/// # Errors
/// When the file or its mapping cannot be read; a row that cannot be read is given to `take`.
pub fn each(file: &Path, mapping: Option<&Path>, take: &mut dyn FnMut(Row) -> bool) -> anyhow::Result<()> {
    let mapping = match mapping {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            Some(Mapping::from_yaml(&text).with_context(|| format!("reading {}", path.display()))?)
        }
        None => None,
    };
    let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let compressed = name.ends_with(".gz");
    let input: Box<dyn Read> =
        if compressed { Box::new(flate2::read::MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    let input: Box<dyn BufRead> = Box::new(BufReader::new(input));
    let stem = name.trim_end_matches(".gz");
    if stem.ends_with(".ndjson") || stem.ends_with(".jsonl") {
        for row in ndjson(mapping.as_ref(), input) {
            if !take(row) {
                break;
            }
        }
        return Ok(());
    }
    let mapping = mapping.context("a CSV file needs --mapping")?;
    for row in csv(&mapping, input)? {
        if !take(row) {
            break;
        }
    }
    Ok(())
}
