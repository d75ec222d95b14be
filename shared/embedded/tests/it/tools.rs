use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use embedded::{MachineServers, ToolSearch, find_nats_server, find_postgres, temporary_folder};

fn fake(path: &Path, says: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn search(folder: &Path) -> ToolSearch {
    ToolSearch {
        postgres_bin: None,
        nats_bin: None,
        machine: MachineServers::Used,
        folders: vec![folder.join("tools")],
        path: folder.join("path").into_os_string(),
    }
}

#[tokio::test]
async fn an_old_nats_server_is_passed_over_and_the_sentence_says_what_to_run() {
    let folder = temporary_folder().unwrap();
    let search = search(folder.path());
    fake(&folder.path().join("path/nats-server"), "nats-server: v2.9.10");
    let refusal = find_nats_server(&search).await.unwrap_err().to_string();
    assert!(refusal.contains("nats-server 2.9.10") && refusal.contains("run deploy/install"), "{refusal}");

    fake(&folder.path().join("tools/nats-server"), "nats-server: v2.15.1");
    assert_eq!(find_nats_server(&search).await.unwrap().version.to_string(), "2.15.1");
    fake(&folder.path().join("path/nats-server"), "nats-server: v2.12.8");
    assert_eq!(find_nats_server(&search).await.unwrap().version.to_string(), "2.15.1");
    fake(&folder.path().join("path/nats-server"), "nats-server: v2.14.6");
    assert_eq!(find_nats_server(&search).await.unwrap().version.to_string(), "2.14.6");

    let ignoring = ToolSearch { machine: MachineServers::Ignored, ..search };
    assert_eq!(find_nats_server(&ignoring).await.unwrap().version.to_string(), "2.15.1");
}

#[tokio::test]
async fn the_newest_postgresql_of_a_tools_folder_is_taken_or_the_one_that_made_the_cluster() {
    let folder = temporary_folder().unwrap();
    for version in ["14.9", "16.2", "18.6"] {
        for program in ["postgres", "initdb", "psql"] {
            let path = folder.path().join(format!("tools/postgresql-{version}/bin/{program}"));
            fake(&path, &format!("{program} (PostgreSQL) {version}"));
        }
    }
    let search = ToolSearch { machine: MachineServers::Ignored, ..search(folder.path()) };
    assert_eq!(find_postgres(&search, None).await.unwrap().version.major, 18);
    assert_eq!(find_postgres(&search, Some(16)).await.unwrap().version.major, 16);
    let refusal = find_postgres(&search, Some(17)).await.unwrap_err().to_string();
    assert!(refusal.contains("PostgreSQL 17 was not found"), "{refusal}");

    let named = folder.path().join("tools/postgresql-14.9/bin");
    let refusal = find_postgres(&ToolSearch { postgres_bin: Some(named), ..search }, None).await.unwrap_err();
    assert!(refusal.to_string().contains("15 is needed"), "{refusal}");
}
