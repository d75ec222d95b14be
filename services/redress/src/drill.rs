//! `redress drill`: all the people of an organisation at work on many complaints through the public API, with seeded
//! loops, refusals, dissatisfaction and absence; at the end a reconciliation across all six stores and the streams.

pub mod api;
pub mod balance;
pub mod chance;
pub mod correcting;
pub mod feed;
pub mod generate;
pub mod judging;
pub mod people;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use contracts::messages::directory_changed::Person;
use contracts::{OrganisationId, PersonId};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::operator::Operator;
use api::Caller;
use people::{Player, Tally};

/// How long a drill goes on without any case being closed before it ends with what is open.
const STANDSTILL: Duration = Duration::from_secs(120);

/// Where the complaints come from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Made up from the seed.
    #[default]
    Generated,
    /// Rows of a file, read by a mapping.
    File {
        /// CSV or NDJSON, or such a file compressed by gzip.
        file: PathBuf,
        /// The mapping, YAML.
        mapping: PathBuf,
    },
}

/// What a drill is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The gateway's address.
    pub gateway: String,
    /// The operator's configuration, for the reconciliation.
    pub config: PathBuf,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its people; each signs in by their key.
    pub people: Vec<Person>,
    /// The password that all of them have.
    pub password: String,
    /// The feeder's API key.
    pub feeder_key: String,
    /// How many complaints.
    pub complaints: u32,
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// Where the complaints come from.
    pub source: Source,
}

/// What came of a drill, before the balance is drawn.
pub struct Worked {
    operator: Operator,
    plan: Plan,
    before: balance::Counts,
    /// The receipts that were given, and what was refused.
    pub fed: feed::Fed,
    /// What was done, and what was refused.
    pub tally: Tally,
    /// How many of the complaints are closed.
    pub closed: u64,
    /// How long feeding took, and everything.
    pub took: (Duration, Duration),
}

/// Runs a drill and prints its report.
///
/// # Errors
/// When the system does not answer for long. A drill that does not balance is a report, not an error.
pub async fn run(plan: Plan) -> anyhow::Result<balance::Balance> {
    work(plan).await?.balance().await
}

/// Feeds the complaints and lets everybody work until all are closed or nothing moves any more.
///
/// # Errors
/// When the system does not answer for long.
pub async fn work(plan: Plan) -> anyhow::Result<Worked> {
    let client =
        reqwest::Client::builder().timeout(Duration::from_secs(30)).pool_max_idle_per_host(256).build()?;
    let operator = Operator::connect(Some(&plan.config)).await?;
    let before = balance::counts(&operator, &plan.organisation).await?;
    let feeder = Caller::feeder(&client, &plan.gateway, &plan.feeder_key);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let stop = CancellationToken::new();
    let mut players = sign_in_all(&client, &plan, &tally, &stop).await?;

    let bar = ProgressBar::new(u64::from(plan.complaints) * 2);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed}")?);
    bar.set_message("accepted + closed");
    let begun = Instant::now();
    let feeding = feed::all(&plan, &feeder, &bar);
    let fed = tokio::select! {
        fed = feeding => fed?,
        failed = first_failure(&mut players) => return Err(failed.context("somebody could not go on working")),
    };
    let feeding = begun.elapsed();
    let accepted = fed.receipts.len() as u64;
    let closed = wait_closed(&operator, &plan, &before, accepted, &bar, &mut players).await?;
    bar.finish_and_clear();
    stop.cancel();
    while let Some(ended) = players.join_next().await {
        ended.context("a player panicked")??;
    }
    let tally = std::mem::take(&mut *tally.lock().await);
    Ok(Worked { operator, plan, before, fed, tally, closed, took: (feeding, begun.elapsed()) })
}

impl Worked {
    /// Draws the balance once all listeners are level, and prints the report.
    ///
    /// # Errors
    /// When a service does not answer.
    pub async fn balance(&self) -> anyhow::Result<balance::Balance> {
        let balance = balance::of(&self.operator, &self.plan.organisation, &self.before, &self.fed).await?;
        balance::report(&self.plan, &self.fed, &self.tally, &balance, self.took);
        Ok(balance)
    }
}

async fn sign_in_all(
    client: &reqwest::Client,
    plan: &Plan,
    tally: &Arc<Mutex<Tally>>,
    stop: &CancellationToken,
) -> anyhow::Result<JoinSet<anyhow::Result<()>>> {
    let mut players = JoinSet::new();
    for person in plan.people.iter().filter(|person| person.active) {
        let name = person.id.as_str();
        let organisation = plan.organisation.as_str();
        let caller = Caller::person(client, &plan.gateway, organisation, name, &plan.password).await?;
        let player = Player {
            person: person.id.clone(),
            deputy: deputy_of(person, &plan.people),
            planned: person.absences.clone(),
            caller,
            seed: plan.seed,
            tally: Arc::clone(tally),
        };
        players.spawn(player.work(stop.clone()));
    }
    Ok(players)
}

/// The next colleague of the same department.
fn deputy_of(person: &Person, people: &[Person]) -> Option<PersonId> {
    let after = people.iter().skip_while(|other| other.id != person.id).skip(1);
    let mut round = after.chain(people).filter(|other| other.active && other.department == person.department);
    round.find(|other| other.id != person.id).map(|other| other.id.clone())
}

async fn first_failure(players: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Error {
    loop {
        match players.join_next().await {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(error))) => return error,
            Some(Err(error)) => return error.into(),
            None => std::future::pending().await,
        }
    }
}

/// Waits until every accepted complaint is routed and no case is open any more, or until nothing moves. Gives how many
/// were closed, those that an earlier drill left open among them.
async fn wait_closed(
    operator: &Operator,
    plan: &Plan,
    before: &balance::Counts,
    accepted: u64,
    bar: &ProgressBar,
    players: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<u64> {
    let (mut closed, mut moved) = (0, Instant::now());
    while moved.elapsed() < STANDSTILL {
        tokio::select! {
            failed = first_failure(players) => return Err(failed.context("somebody could not go on working")),
            () = tokio::time::sleep(Duration::from_millis(300)) => {}
        }
        let Ok(now) = balance::counts(operator, &plan.organisation).await else { continue };
        let done = u64::try_from(now.closed - before.closed).unwrap_or(0);
        if done > closed {
            (closed, moved) = (done, Instant::now());
        }
        bar.set_position(accepted + closed);
        if now.open == 0 && i64::try_from(accepted).is_ok_and(|all| all <= now.routed - before.routed) {
            break;
        }
    }
    Ok(closed)
}

/// `redress drill`: against a running stack.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// The data folder of the running `redress up`.
    #[arg(long, default_value = ".data/redress")]
    data: PathBuf,
    /// How many complaints.
    #[arg(long, default_value_t = 200)]
    complaints: u32,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A file of complaints instead of made-up ones.
    #[arg(long, requires = "mapping")]
    file: Option<PathBuf>,
    /// How its rows are read.
    #[arg(long, requires = "file")]
    mapping: Option<PathBuf>,
}

/// Runs a drill against a running stack.
///
/// # Errors
/// As [`run`], and when the data folder is not that of a running stack.
pub async fn ask(ask: Ask) -> anyhow::Result<ExitCode> {
    let mut plan = crate::up::plan_of(&ask.data, ask.complaints, ask.seed)?;
    if let (Some(file), Some(mapping)) = (ask.file, ask.mapping) {
        plan.source = Source::File { file, mapping };
    }
    Ok(run(plan).await?.exit_code())
}
