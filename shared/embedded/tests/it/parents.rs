//! What happens to servers whose parent is killed: a second process plays the parent.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use embedded::{
    Nats, NatsOptions, Orphans, Postgres, PostgresOptions, Program, ProgramState, Supervisor,
    temporary_folder,
};

use crate::{CONFIG, eventually, runs, start_nats, start_postgres};

const FOLDER: &str = "EMBEDDED_TEST_PARENT_FOLDER";
const ORPHANS: &str = "EMBEDDED_TEST_PARENT_ORPHANS";

/// Not a test by itself: started by the tests below as a parent that is going to be killed.
#[tokio::test]
async fn the_parent() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let leave = std::env::var_os(ORPHANS).is_some();
    let orphans = if leave { Orphans::LeaveRunning } else { Orphans::EndWithParent };
    let postgres =
        PostgresOptions { orphans, durable: false, ..PostgresOptions::new(folder.join("postgres")) };
    let postgres = Postgres::start(postgres).await.unwrap();
    let nats = NatsOptions { orphans, ..NatsOptions::new(folder.join("nats"), CONFIG) };
    let nats = Nats::start(nats).await.unwrap();
    let mut supervisor = Supervisor::open(folder.join("programs")).await.unwrap();
    let program = Program { orphans, ..Program::new("sleeper", "/bin/sleep").arg("600") };
    supervisor.start(program).await.unwrap();
    let ProgramState::Running { pid } = supervisor.status()[0].state else { panic!("not running") };
    let pids = [postgres.pid().unwrap(), nats.pid().unwrap(), pid].map(|pid| pid.to_string());
    std::fs::write(folder.join("pids.new"), pids.join(" ")).unwrap();
    std::fs::rename(folder.join("pids.new"), folder.join("pids")).unwrap();
    std::future::pending::<()>().await;
}

fn start_parent(folder: &Path, leave: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "parents::the_parent", "--nocapture"]).env(FOLDER, folder);
    command.stdout(Stdio::null());
    if leave {
        command.env(ORPHANS, "1");
    }
    command.spawn().unwrap()
}

async fn kill_parent(folder: &Path, leave: bool) -> Vec<u32> {
    let mut parent = start_parent(folder, leave);
    eventually("the parent's servers run", || folder.join("pids").exists()).await;
    let text = std::fs::read_to_string(folder.join("pids")).unwrap();
    let pids: Vec<u32> = text.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| runs(*pid)));
    parent.kill().unwrap();
    parent.wait().unwrap();
    pids
}

#[tokio::test]
async fn servers_end_when_their_parent_is_killed() {
    let folder = temporary_folder().unwrap();
    let pids = kill_parent(folder.path(), false).await;
    eventually("all ended", || pids.iter().all(|pid| !runs(*pid))).await;
    start_postgres(&folder.path().join("postgres")).await;
    start_nats(&folder.path().join("nats")).await;
}

#[tokio::test]
async fn servers_left_running_by_a_killed_parent_are_found_and_replaced() {
    let folder = temporary_folder().unwrap();
    let pids = kill_parent(folder.path(), true).await;
    assert!(pids.iter().all(|pid| runs(*pid)), "they were to go on");
    let mut postgres = start_postgres(&folder.path().join("postgres")).await;
    let mut nats = start_nats(&folder.path().join("nats")).await;
    Supervisor::open(folder.path().join("programs")).await.unwrap();
    assert!(pids.iter().all(|pid| !runs(*pid)), "leftovers were to be stopped");
    assert!(postgres.is_running() && nats.is_running());
}
