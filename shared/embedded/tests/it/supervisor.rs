use std::time::{Duration, Instant};

use embedded::{Ended, Program, ProgramState, Restart, Supervisor, temporary_folder};

use crate::{eventually, runs};

fn shell(name: &str, script: &str) -> Program {
    Program::new(name, "/bin/sh").arg("-c").arg(script)
}

fn pid_of(supervisor: &Supervisor, name: &str) -> Option<u32> {
    let status = supervisor.status().into_iter().find(|status| status.name == name)?;
    match status.state {
        ProgramState::Running { pid } => Some(pid),
        ProgramState::Waiting | ProgramState::Ended { .. } => None,
    }
}

#[tokio::test]
async fn a_program_that_crashes_is_started_again_and_its_output_is_kept() {
    let folder = temporary_folder().unwrap();
    let mut supervisor = Supervisor::open(folder.path()).await.unwrap();
    supervisor.start(shell("crashing", "echo run by $WHO; exit 3").env("WHO", "tests")).await.unwrap();
    supervisor.wait_for("crashing", |status| status.restarts >= 2).await.unwrap();
    supervisor.start(shell("done", "exit 0")).await.unwrap();
    let done = supervisor.wait_for("done", |status| matches!(status.state, ProgramState::Ended { .. })).await;
    assert_eq!(done.unwrap().state, ProgramState::Ended { code: Some(0) });
    supervisor.stop(Duration::from_secs(5)).await;
    let log = std::fs::read_to_string(folder.path().join("crashing.log")).unwrap();
    assert!(log.matches("run by tests").count() >= 3, "{log}");
}

#[tokio::test]
async fn a_killed_program_comes_back_and_a_restarted_one_is_asked_politely() {
    let folder = temporary_folder().unwrap();
    let mut supervisor = Supervisor::open(folder.path()).await.unwrap();
    let polite = "trap 'echo asked; exit 0' TERM; echo listening; while :; do sleep 0.05; done";
    supervisor.start(shell("service", polite)).await.unwrap();
    let log = || std::fs::read_to_string(folder.path().join("service.log")).unwrap();
    eventually("it listens", || log().contains("listening")).await;
    let first = pid_of(&supervisor, "service").unwrap();
    supervisor.kill("service").await.unwrap();
    supervisor.wait_for("service", |status| status.restarts == 1).await.unwrap();
    eventually("running again", || pid_of(&supervisor, "service").is_some()).await;
    assert!(!runs(first));
    eventually("it listens again", || log().matches("listening").count() == 2).await;
    supervisor.restart("service").await.unwrap();
    supervisor.wait_for("service", |status| status.restarts == 2).await.unwrap();
    assert_eq!(log().matches("asked").count(), 1, "{}", log());
    supervisor.stop_one("service", Duration::from_secs(5)).await.unwrap();
    assert!(supervisor.status().is_empty());
}

#[tokio::test]
async fn all_stop_in_reverse_order_within_one_deadline_and_stubborn_ones_by_force() {
    let folder = temporary_folder().unwrap();
    let mut supervisor = Supervisor::open(folder.path()).await.unwrap();
    let polite = "trap 'exit 0' TERM; echo listening; while :; do sleep 0.05; done";
    let stubborn = "trap '' TERM; echo listening; while :; do sleep 0.05; done";
    supervisor.start(shell("first", polite)).await.unwrap();
    supervisor.start(shell("stubborn", stubborn)).await.unwrap();
    supervisor.start(shell("last", polite)).await.unwrap();
    let pids: Vec<u32> =
        supervisor.status().iter().filter_map(|one| pid_of(&supervisor, &one.name)).collect();
    for name in ["first", "stubborn", "last"] {
        let log = folder.path().join(format!("{name}.log"));
        let listens = || std::fs::read_to_string(&log).is_ok_and(|said| said.contains("listening"));
        eventually("it listens", listens).await;
    }

    let begun = Instant::now();
    let report = supervisor.stop(Duration::from_secs(2)).await;
    assert!(begun.elapsed() < Duration::from_secs(4));
    let names: Vec<&str> = report.programs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["last", "stubborn", "first"]);
    assert_eq!(report.programs[0].1, Ended::InTime);
    assert_eq!(report.programs[1].1, Ended::ByForce);
    assert!(pids.len() == 3 && pids.iter().all(|pid| !runs(*pid)));
}

#[tokio::test]
async fn a_name_is_used_once_and_a_missing_program_is_an_error() {
    let folder = temporary_folder().unwrap();
    let mut supervisor = Supervisor::open(folder.path()).await.unwrap();
    supervisor.start(shell("one", "sleep 60")).await.unwrap();
    assert!(supervisor.start(shell("one", "sleep 60")).await.is_err());
    assert!(supervisor.start(shell("../one", "sleep 60")).await.is_err());
    let missing = Program { restart: Restart::Always, ..Program::new("missing", "/no/such/program") };
    assert!(supervisor.start(missing).await.unwrap_err().to_string().contains("missing cannot be started"));
    let pid = pid_of(&supervisor, "one").unwrap();
    drop(supervisor);
    eventually("dropping kills", || !runs(pid)).await;
}
