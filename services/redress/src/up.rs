//! `redress up`: the whole product on this machine — its own PostgreSQL and nats-server in a data folder, every
//! service as a process of its own (or all in one), the demo organisation, and on wish a drill.
//!
//! What it started it stops: servers and services end with it, in order and with one deadline. A second start goes
//! on with the same data.

pub mod accounts;
pub mod demo;
pub mod programs;
pub mod room;
pub mod secrets;
pub mod servers;
pub mod settings;
pub mod spread;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::drill;
use crate::operator::Operator;

/// What a drill needs to know of a running installation, in its data folder; and of the organisations that work by one
/// playbook each.
const ACCESS: &str = "drill.json";
const ALL_ACCESS: &str = "drill-all.json";
/// How long services may take to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(25);

/// What `redress up` is told.
#[derive(Debug, Clone, clap::Args)]
pub struct UpOptions {
    /// The data folder; made if it is not there.
    #[arg(long, default_value = ".data/redress")]
    data: PathBuf,
    /// Forget what is in the data folder and start over.
    #[arg(long)]
    fresh: bool,
    /// One process with every service in it.
    #[arg(long)]
    all_in_one: bool,
    /// Run a drill with this many complaints once everything is up.
    #[arg(long)]
    drill: Option<u32>,
    /// Make an organisation for every playbook too, and spread the drill over those. 为每个流程各建一个组织，演练分布其间。
    #[arg(long)]
    all_playbooks: bool,
    /// The seed of the drill.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Stop everything after the drill and end with its exit code.
    #[arg(long)]
    exit: bool,
    /// Virtual business time from this instant on: for rehearsals, never for real complaints.
    #[arg(long, value_name = "INSTANT")]
    rehearse_from: Option<String>,
    /// Where playbooks and the demo organisation lie.
    #[arg(long, default_value = "deploy/playbooks")]
    playbooks: PathBuf,
}

/// Runs it.
///
/// # Errors
/// What kept it from starting, after everything that had started was stopped.
#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
pub async fn up(options: UpOptions) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let folder = std::path::absolute(&options.data).context("the data folder has no path")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    if options.fresh {
        servers::forget(&folder).await?;
    }
    println!("data folder   {}", folder.display());
    let secrets = secrets::Secrets::of(&folder, &servers::users())?;
    let mut servers = servers::Servers::start(&folder, &secrets).await?;
    println!("PostgreSQL    {}", servers.postgres_place());
    println!("NATS          {}", servers.nats_place());
    let ports = programs::Ports::of(&folder)?;
    let mut places = servers.settings(&secrets, &ports, options.rehearse_from.clone())?;
    places.organisation = Some(demo::organisation(&options.playbooks)?.to_string());
    let config = settings::write(&folder, &secrets, &places)?;
    room::check(&servers.nats, &config).await?;
    let own = std::env::current_exe().context("this program cannot be found")?;
    let mut programs = programs::Programs::start(&folder, &own, &config, &ports, options.all_in_one).await?;
    programs.wait_ready().await?;
    let operator = Operator::connect(Some(&config)).await?;
    let demo = demo::load(&operator, (&folder, &config), &options.playbooks, &secrets.demo_password).await?;
    let access = demo.plan(ports.gateway, &config, &secrets.demo_password);
    secrets::write_private(&folder.join(ACCESS), &serde_json::to_string_pretty(&access)?)?;
    let mut plans = vec![access.clone()];
    if options.all_playbooks {
        plans = Box::pin(spread::load(&operator, &folder, &options.playbooks, &plans[0])).await?;
        secrets::write_private(&folder.join(ALL_ACCESS), &serde_json::to_string_pretty(&plans)?)?;
    }
    println!("ready after   {:.1} s\n", begun.elapsed().as_secs_f64());
    println!("{}", demo.welcome(ports.gateway, &folder, &secrets.demo_password));

    let code = run(&options, access, plans, &mut servers).await?;
    println!("stopping");
    let late = programs.stop(STOP_PATIENCE).await;
    servers.stop().await?;
    for name in &late {
        println!("{name} did not stop in time and was ended");
    }
    Ok(if late.is_empty() { code } else { ExitCode::FAILURE })
}

/// Runs until Ctrl-C, or with `--exit` until the drill is over. Who stays after a drill finds work on the lists of the
/// demo organisation: a quarter as many complaints again are begun there and left with somebody.
#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
async fn run(
    options: &UpOptions,
    demo: drill::Plan,
    plans: Vec<drill::Plan>,
    servers: &mut servers::Servers,
) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    if let Some(complaints) = options.drill {
        let plans = drill::spread(plans, complaints, options.seed);
        let drilled = async {
            let code = drill::run(plans).await?.exit_code();
            if !options.exit {
                begin(demo, complaints.div_ceil(4), options.seed.wrapping_add(1)).await?;
            }
            anyhow::Ok(code)
        };
        tokio::select! {
            drilled = Box::pin(drilled) => code = drilled?,
            watched = watch(servers) => { watched?; return Ok(ExitCode::FAILURE); }
        }
        if options.exit {
            return Ok(code);
        }
    }
    println!("Ctrl-C stops everything.");
    watch(servers).await?;
    Ok(code)
}

/// Lets people begin so many complaints and leave each with somebody.
#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
async fn begin(demo: drill::Plan, complaints: u32, seed: u64) -> anyhow::Result<()> {
    let begun = drill::work(vec![drill::Plan { complaints, seed, unfinished: true, ..demo }]).await?;
    let begun: usize = begun.places.iter().map(|place| place.fed.receipts.len()).sum();
    println!(
        "\n另有 {begun} 件投诉办到一半，在各人的工作列表上 / {begun} more complaints are begun and on people's lists\n"
    );
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM; a server that ends meanwhile is started again.
async fn watch(servers: &mut servers::Servers) -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    loop {
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => { stopped?; return Ok(()); }
            _ = terminate.recv() => return Ok(()),
            revived = servers.revive() => revived?,
        }
    }
}

/// What a drill needs to know of the installation that runs in `data`.
///
/// # Errors
/// When the folder is not that of a running `redress up`.
pub fn plan_of(data: &Path, complaints: u32, seed: u64) -> anyhow::Result<drill::Plan> {
    let text = noted(&data.join(ACCESS), "redress up")?;
    Ok(drill::Plan { complaints, seed, ..serde_json::from_str(&text)? })
}

/// The same of all organisations that work by one playbook each.
///
/// # Errors
/// When the folder is not that of a running `redress up --all-playbooks`.
pub fn all_plans_of(data: &Path) -> anyhow::Result<Vec<drill::Plan>> {
    Ok(serde_json::from_str(&noted(&data.join(ALL_ACCESS), "redress up --all-playbooks")?)?)
}

fn noted(path: &Path, by: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("reading {}: is `{by}` running there?", path.display()))
}
