//! `redress drill`: all the people of an organisation at work on many complaints through the public API, with seeded
//! loops, refusals, dissatisfaction and absence; at the end a reconciliation across all six stores and the streams.
//! Several organisations may be at work at once, each by a procedure of its own.

pub mod api;
pub mod balance;
pub mod by_book;
pub mod chance;
pub mod correcting;
pub mod feed;
pub mod forms;
pub mod generate;
pub mod judging;
pub mod outside;
pub mod people;
pub mod report;
mod unfinished;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use contracts::commands::intake::RegisterComplaint;
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

/// How long a drill goes on without anybody acting and any case being closed before it ends with what is open.
const STANDSTILL: Duration = Duration::from_secs(120);
/// How long nobody may act until all have left what they leave.
const SETTLED: Duration = Duration::from_secs(6);
/// How often one organisation is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Where the complaints come from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Made up from the seed.
    #[default]
    Generated,
    /// Matters that customers have told of, over and over, each time by somebody else.
    Told(Vec<RegisterComplaint>),
    /// Rows of a file, read by a mapping.
    File {
        /// CSV or NDJSON, or such a file compressed by gzip.
        file: PathBuf,
        /// The mapping, YAML.
        mapping: PathBuf,
    },
}

/// What a drill is about in one organisation.
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
    /// The one procedure that they all work by, where there is but one.
    #[serde(default)]
    pub procedure: Option<Box<by_book::Procedure>>,
    /// Whether each case is left with somebody at one step or another, instead of being closed.
    #[serde(default)]
    pub unfinished: bool,
}

/// Spreads so many complaints over all plans as evenly as can be.
#[must_use]
pub fn spread(plans: Vec<Plan>, complaints: u32, seed: u64) -> Vec<Plan> {
    let all = u32::try_from(plans.len()).unwrap_or(u32::MAX).max(1);
    let share = |at: u32| complaints / all + u32::from(at < complaints % all);
    plans.into_iter().zip(0..).map(|(plan, at)| Plan { complaints: share(at), seed, ..plan }).collect()
}

/// What came of a drill, before the balance is drawn.
pub struct Worked {
    operator: Operator,
    /// Each organisation that was at work.
    pub places: Vec<Place>,
    /// What was done, and what was refused.
    pub tally: Tally,
    /// How long feeding took, and everything.
    pub took: (Duration, Duration),
}

/// One organisation of a drill.
pub struct Place {
    /// What it was about there.
    pub plan: Plan,
    before: balance::Counts,
    /// The receipts that were given, and what was refused.
    pub fed: feed::Fed,
}

/// Runs a drill and prints its report.
///
/// # Errors
/// When the system does not answer for long. A drill that does not balance is a report, not an error.
pub async fn run(plans: Vec<Plan>) -> anyhow::Result<balance::Balance> {
    work(plans).await?.balance().await
}

/// Feeds the complaints of all organisations, one after the other, and lets everybody work until all are closed or
/// nothing moves any more.
///
/// # Errors
/// When the system does not answer for long, or there is no plan.
pub async fn work(plans: Vec<Plan>) -> anyhow::Result<Worked> {
    let client =
        reqwest::Client::builder().timeout(Duration::from_secs(30)).pool_max_idle_per_host(256).build()?;
    let config = &plans.first().context("a drill needs a plan")?.config;
    let operator = Arc::new(Operator::connect(Some(config)).await?);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let stop = CancellationToken::new();
    let (mut places, mut players) = (Vec::new(), JoinSet::new());
    let crowd = plans.iter().map(|plan| plan.people.len()).sum();
    for plan in plans {
        let before = balance::counts(&operator, &plan.organisation).await?;
        sign_in_all(&client, &plan, (&tally, crowd), &stop, &mut players).await?;
        places.push(Place { plan, before, fed: feed::Fed::default() });
    }

    let bar = ProgressBar::new(places.iter().map(|place| u64::from(place.plan.complaints) * 2).sum());
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed}")?);
    bar.set_message("accepted + closed");
    let begun = Instant::now();
    for place in &mut places {
        let feeder = Caller::feeder(&client, &place.plan.gateway, &place.plan.feeder_key);
        place.fed = tokio::select! {
            fed = feed::all(&place.plan, &feeder, &bar) => fed?,
            failed = first_failure(&mut players) => return Err(failed.context("somebody could not go on working")),
        };
        if let Some(world) = outside::World::around(&operator, place) {
            players.spawn(world.goes_on(stop.clone()));
        }
    }
    let feeding = begun.elapsed();
    wait_closed(&operator, &places, (&tally, &bar), &mut players).await?;
    bar.finish_and_clear();
    stop.cancel();
    while let Some(ended) = players.join_next().await {
        ended.context("a player panicked")??;
    }
    let tally = std::mem::take(&mut *tally.lock().await);
    let operator = Arc::into_inner(operator).context("somebody has not stopped")?;
    Ok(Worked { operator, places, tally, took: (feeding, begun.elapsed()) })
}

impl Worked {
    /// Draws the balance once all listeners are level, and prints the report.
    ///
    /// # Errors
    /// When a service does not answer.
    pub async fn balance(&self) -> anyhow::Result<balance::Balance> {
        let balance = balance::of(&self.operator, &self.places).await?;
        report::print(self, &balance);
        Ok(balance)
    }
}

/// Signs in all people of an organisation and sends them to work; `crowd` is how many there are in all organisations.
async fn sign_in_all(
    client: &reqwest::Client,
    plan: &Plan,
    (tally, crowd): (&Arc<Mutex<Tally>>, usize),
    stop: &CancellationToken,
    players: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
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
            procedure: plan.procedure.clone().map(Arc::from),
            idle_most: people::idle_most(crowd),
            unfinished: plan.unfinished,
        };
        players.spawn(player.work(stop.clone()));
    }
    Ok(())
}

/// The next colleague of the same department, best one who holds a role in common: whoever stands in handles the case,
/// and must keep out of what others shall do about it.
fn deputy_of(person: &Person, people: &[Person]) -> Option<PersonId> {
    let after = people.iter().skip_while(|other| other.id != person.id).skip(1);
    let round = after.chain(people).filter(|other| other.active && other.department == person.department);
    let colleagues: Vec<_> = round.filter(|other| other.id != person.id).collect();
    let alike = colleagues.iter().find(|other| !other.roles.is_disjoint(&person.roles));
    alike.or(colleagues.first()).map(|other| other.id.clone())
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

/// Waits until every accepted complaint is routed and no case is open any more, or until nothing moves; those that an
/// earlier drill left open count too.
async fn wait_closed(
    operator: &Operator,
    places: &[Place],
    (tally, bar): (&Mutex<Tally>, &ProgressBar),
    players: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let accepted: u64 = places.iter().map(|place| place.fed.receipts.len() as u64).sum();
    let look_every = LOOK_EVERY * u32::try_from(places.len()).unwrap_or(1).max(1);
    let (mut last, mut moved) = ((0, 0), Instant::now());
    let patience = if places.iter().all(|place| place.plan.unfinished) { SETTLED } else { STANDSTILL };
    while moved.elapsed() < patience {
        tokio::select! {
            failed = first_failure(players) => return Err(failed.context("somebody could not go on working")),
            () = tokio::time::sleep(look_every.min(LOOK_EVERY * 10)) => {}
        }
        let Ok(now) = balance::changes(operator, places).await else { continue };
        let done = u64::try_from(now.closed).unwrap_or(0);
        // With many cases abreast it is long before the first is closed: whoever acts moves them.
        let progress = (done, tally.lock().await.acts());
        if progress != last {
            (last, moved) = (progress, Instant::now());
        }
        bar.set_position(accepted + done);
        if now.still_open == 0 && i64::try_from(accepted).is_ok_and(|all| all <= now.routed) {
            break;
        }
    }
    Ok(())
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
    /// Spread over the organisations that `redress up --all-playbooks` has made, one for each playbook. 分布于全部流程。
    #[arg(long, conflicts_with = "file")]
    all_playbooks: bool,
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
    if ask.all_playbooks {
        let plans = spread(crate::up::all_plans_of(&ask.data)?, ask.complaints, ask.seed);
        return Ok(run(plans).await?.exit_code());
    }
    let mut plan = crate::up::plan_of(&ask.data, ask.complaints, ask.seed)?;
    if let (Some(file), Some(mapping)) = (ask.file, ask.mapping) {
        plan.source = Source::File { file, mapping };
    }
    Ok(run(vec![plan]).await?.exit_code())
}
