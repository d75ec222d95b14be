//! The shape of the workspace: who may depend on whom, how things are named, how long a file may be.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod problems;
mod requirements;
mod scripts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every crate with its folder and manifest.
fn crates() -> BTreeMap<String, (PathBuf, toml::Table)> {
    let mut found = BTreeMap::new();
    let groups = ["shared", "services"].map(|group| std::fs::read_dir(root().join(group)).unwrap());
    let folders = groups.into_iter().flatten().map(|entry| entry.unwrap().path());
    for folder in folders.chain([root().join("tests")]) {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        found.insert(manifest["package"]["name"].as_str().unwrap().to_owned(), (folder, manifest));
    }
    found
}

/// The package of these tests: they may see everything.
const TESTS: &str = "product-tests";

fn dependencies(manifest: &toml::Table, section: &str) -> Vec<String> {
    manifest
        .get(section)
        .and_then(toml::Value::as_table)
        .map(|t| t.keys().cloned().collect())
        .unwrap_or_default()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

const SERVICES: &[&str] = &["intake", "routing", "investigation", "approval", "notification", "analytics"];

/// What a shared crate may depend on among ours.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "contracts" | "calendar" | "vault" => &[],
        "embedded" => &["vault"], // its randomness, which has one place
        "playbook" => &["contracts", "calendar"],
        "journal" | "bus" => &["contracts"],
        "runtime" => &["bus", "journal", "contracts", "calendar", "vault"],
        "testkit" => &["contracts", "embedded"],
        "corekit" => &["contracts", "runtime"],
        other => panic!("{other} is a shared crate without a rule; write one"),
    }
}

#[test]
fn dependencies_point_one_way() {
    let all = crates();
    for (name, (folder, manifest)) in &all {
        let of = |section| -> Vec<String> {
            dependencies(manifest, section).into_iter().filter(|d| all.contains_key(d)).collect()
        };
        let (ours, for_tests) = (of("dependencies"), of("dev-dependencies"));
        assert!(!ours.iter().chain(&for_tests).any(|d| d == TESTS), "{name} depends on {TESTS}");
        if matches!(name.as_str(), "simulator" | "redress" | TESTS) {
            continue; // these see every service
        }
        // Tests may use real servers, and what the crate itself may use; another service never.
        for dependency in &for_tests {
            let service = SERVICES.contains(&dependency.as_str()) || dependency == "gateway";
            assert!(!service, "the tests of {name} depend on the service {dependency}");
            if !folder.parent().unwrap().ends_with("services") {
                let servers = matches!(dependency.as_str(), "testkit" | "embedded");
                let own = servers || allowed(name).contains(&dependency.as_str());
                assert!(own, "the tests of {name} may not depend on {dependency}");
            }
        }
        if folder.parent().unwrap().ends_with("services") {
            for dependency in &ours {
                let service = SERVICES.contains(&dependency.as_str()) || dependency == "gateway";
                assert!(!service, "{name} depends on the service {dependency}");
                let for_tests = matches!(dependency.as_str(), "testkit" | "corekit");
                assert!(!for_tests, "{name} depends on the {dependency} outside its tests");
            }
        } else {
            for dependency in &ours {
                assert!(
                    allowed(name).contains(&dependency.as_str()),
                    "{name} may not depend on {dependency}"
                );
            }
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints_and_has_a_page() {
    for (name, (folder, manifest)) in crates() {
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{name} has lints of its own");
        let page = name == TESTS || folder.join("README.md").exists();
        assert!(page, "{name} has no README.md");
    }
}

#[test]
fn every_version_stands_in_one_table() {
    for (name, (_, manifest)) in crates() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (dependency, value) in
                manifest.get(section).and_then(toml::Value::as_table).into_iter().flatten()
            {
                let inherited = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                assert!(inherited, "{name} pins {dependency} itself");
            }
        }
    }
}

#[test]
fn only_those_who_may_touch_the_store_and_the_bus_do() {
    let mut store = vec!["journal", "runtime", "testkit", "gateway", "redress", TESTS];
    store.extend(SERVICES);
    for (name, (_, manifest)) in crates() {
        let mut own = dependencies(&manifest, "dependencies");
        own.extend(dependencies(&manifest, "dev-dependencies"));
        own.extend(dependencies(&manifest, "build-dependencies"));
        assert!(!own.iter().any(|d| d == "sqlx") || store.contains(&name.as_str()), "{name} uses sqlx");
        let bus = matches!(name.as_str(), "bus" | "testkit");
        assert!(!own.iter().any(|d| d == "async-nats") || bus, "{name} uses async-nats");
    }
}

#[test]
fn rooms_are_named_for_what_is_in_them() {
    let forbidden =
        ["common", "core", "utils", "util", "helpers", "helper", "misc", "types", "base", "manager"];
    for group in ["shared", "services", "tests"] {
        for path in files(&root().join(group), "rs") {
            let names = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
            for name in names {
                let stem = name.trim_end_matches(".rs");
                assert!(!forbidden.contains(&stem), "{} is named for nothing", path.display());
            }
        }
    }
}

#[test]
fn files_stay_readable() {
    for group in ["shared", "services", "tests"] {
        for path in files(&root().join(group), "rs") {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 450, "{} has {lines} lines; split it by subject", path.display());
        }
    }
}

#[test]
fn subjects_are_built_in_one_place() {
    for group in ["shared", "services"] {
        for path in files(&root().join(group), "rs") {
            let shown = path.to_string_lossy().into_owned();
            if shown.contains("/contracts/") || shown.contains("/tests/") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let outside_tests = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
            for (n, line) in outside_tests.enumerate() {
                let code = line.split("//").next().unwrap_or("");
                let literal = ["\"redress.cmd.", "\"redress.event.", "\"redress.submit.", "\"redress.query."]
                    .iter()
                    .any(|start| code.contains(start) && !code.contains(".>\""));
                assert!(!literal, "{shown}:{} spells a subject out", n + 1);
            }
        }
    }
}
