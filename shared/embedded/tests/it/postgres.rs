use std::os::unix::fs::PermissionsExt;

use embedded::{Postgres, PostgresOptions, StopMode, temporary_folder};

use crate::{runs, start_postgres};

#[tokio::test]
async fn a_server_starts_in_an_empty_folder_and_comes_back_with_its_data_and_port() {
    let folder = temporary_folder().unwrap();
    let data = folder.path().join("a folder with spaces");
    let mut postgres = start_postgres(&data).await;
    let port = postgres.port();
    postgres.sql("postgres", "create table kept (n int); insert into kept values (7);").await.unwrap();
    assert_eq!(postgres.sql("postgres", "show server_encoding").await.unwrap(), "UTF8");
    assert_eq!(postgres.sql("postgres", "show listen_addresses").await.unwrap(), "127.0.0.1");
    let password = std::fs::metadata(data.join("superuser-password")).unwrap();
    assert_eq!(password.permissions().mode() & 0o777, 0o600);

    postgres.stop(StopMode::Fast).await.unwrap();
    assert!(!postgres.is_running());
    drop(postgres);

    let postgres = start_postgres(&data).await;
    assert_eq!(postgres.port(), port);
    assert_eq!(postgres.sql("postgres", "select n from kept").await.unwrap(), "7");
    postgres.delete().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_leaves_no_process_and_recovers_what_was_committed() {
    let folder = temporary_folder().unwrap();
    let mut postgres = start_postgres(folder.path()).await;
    postgres.sql("postgres", "create table kept (n int); insert into kept values (1), (2);").await.unwrap();
    let head = postgres.pid().unwrap();
    let port = postgres.port();

    postgres.kill().await.unwrap();
    assert!(!runs(head) && !postgres.is_running());
    assert!(postgres.cluster_dir().join("postmaster.pid").exists(), "a kill leaves the stale pid file");

    postgres.restart().await.unwrap();
    assert_eq!(postgres.port(), port);
    assert_eq!(postgres.sql("postgres", "select count(*) from kept").await.unwrap(), "2");
    postgres.stop(StopMode::Immediate).await.unwrap();
    postgres.restart().await.unwrap();
    postgres.restart().await.unwrap();
    assert_eq!(postgres.sql("postgres", "select count(*) from kept").await.unwrap(), "2");
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_does_not_keep_the_server_from_starting() {
    let folder = temporary_folder().unwrap();
    let mut postgres = start_postgres(folder.path()).await;
    postgres.kill().await.unwrap();
    let pid_file = postgres.cluster_dir().join("postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    postgres.restart().await.unwrap();
    assert_eq!(postgres.sql("postgres", "select 1").await.unwrap(), "1");
}

#[tokio::test]
async fn two_servers_do_not_collide_and_one_folder_has_one_owner() {
    let folder = temporary_folder().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let (one, other) = tokio::join!(start_postgres(&one), start_postgres(&other));
    assert_ne!(one.port(), other.port());
    assert_eq!(one.sql("postgres", "select 1").await.unwrap(), "1");
    assert_eq!(other.sql("postgres", "select 1").await.unwrap(), "1");

    let refusal = Postgres::start(PostgresOptions::new(folder.path().join("one"))).await.unwrap_err();
    assert!(refusal.to_string().contains("is in use by process"), "{refusal}");
}

#[tokio::test]
async fn a_noted_port_that_was_taken_is_changed_and_a_wanted_one_is_refused() {
    let folder = temporary_folder().unwrap();
    let mut postgres = start_postgres(folder.path()).await;
    let port = postgres.port();
    postgres.stop(StopMode::Fast).await.unwrap();
    drop(postgres);
    let _stranger = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();

    let postgres = start_postgres(folder.path()).await;
    assert_ne!(postgres.port(), port);
    drop(postgres);

    let options = PostgresOptions { port: Some(port), ..PostgresOptions::new(folder.path()) };
    let refusal = Postgres::start(options).await.unwrap_err().to_string();
    assert!(refusal.contains("taken by another program"), "{refusal}");
}

#[tokio::test]
async fn as_root_a_folder_closed_to_the_servers_user_gets_a_place_of_its_own() {
    let closed = temporary_folder().unwrap();
    std::fs::set_permissions(closed.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let folder = closed.path().join("data");
    let postgres = start_postgres(&folder).await;
    assert_eq!(postgres.sql("postgres", "select 1").await.unwrap(), "1");
    let pointer = folder.join("cluster-location");
    let cluster = postgres.cluster_dir();
    if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        let home = std::fs::read_to_string(&pointer).unwrap();
        assert_eq!(cluster, std::path::Path::new(home.trim()).join("cluster"));
        assert!(!cluster.starts_with(closed.path()));
    } else {
        assert!(cluster.starts_with(closed.path().canonicalize().unwrap()));
    }
    drop(postgres);
    std::fs::remove_dir_all(&folder).unwrap();
    let postgres = start_postgres(&folder).await;
    assert_eq!(postgres.cluster_dir(), cluster, "a folder made anew gets a new cluster");
    postgres.delete().await.unwrap();
    assert!(!cluster.exists() && !pointer.exists());
    if let Some(home) = cluster.parent().filter(|home| home.starts_with("/var/lib/redress")) {
        std::fs::remove_dir_all(home.with_extension("forgotten")).unwrap();
    }
}
