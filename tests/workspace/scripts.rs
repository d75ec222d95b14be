//! The scripts in `deploy/` where something is missing: programs of a folder of their own stand before those of the
//! machine, so that nothing is installed or built.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use super::root;

/// A folder whose programs come first, and which is the tools folder and the target folder as well.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a program of shell statements there.
    fn program(self, name: &str, statements: &str) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{statements}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let path = std::env::var("PATH").unwrap();
        Command::new(root().join("deploy").join(script))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.path().display()))
            .env("REDRESS_TOOLS", self.path().join("tools"))
            .env("CARGO_TARGET_DIR", self.path().join("target"))
            .env("NOTES", self.path().join("notes"))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    fn notes(&self) -> Vec<String> {
        let notes = std::fs::read_to_string(self.path().join("notes")).unwrap_or_default();
        notes.lines().map(str::to_owned).collect()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn install_finds_out_that_python_makes_no_virtual_environments() {
    let bench = Bench::new().program("python3", "case \"$*\" in *ensurepip*) exit 1 ;; esac");
    let asked = bench.run("install", &["--for-tests"]);
    assert_eq!(asked.status.code(), Some(2), "{}", said(&asked));
    assert!(said(&asked).contains("python3-venv"), "{}", said(&asked));
    let bench = Bench::new().program("python3", "exit 0");
    assert!(!said(&bench.run("install", &["--for-tests"])).contains("python3-venv"));
}

#[test]
fn without_nextest_the_tests_of_the_whole_product_run_one_by_one() {
    let bench = Bench::new().program("cargo", "[ \"$1\" = nextest ] && exit 1; echo \"$*\" >>\"$NOTES\"");
    let tested = bench.run("test", &["--only", "tests"]);
    assert!(tested.status.success(), "{}", said(&tested));
    let notes = bench.notes();
    for whole in ["faults", "journeys"] {
        let runs: Vec<_> = notes
            .iter()
            .filter(|line| line.contains(&format!("--test {whole}")) || !line.contains("product-tests"))
            .collect();
        assert_eq!(runs.len(), 1, "{whole} runs in {runs:?}");
        assert!(runs[0].ends_with("-- --test-threads 1"), "{}", runs[0]);
    }
    assert!(notes.iter().any(|line| line.contains("--workspace --exclude product-tests")), "{notes:?}");
}

#[test]
fn scenarios_that_take_a_minute_fail() {
    for (last, passes) in [
        ("262 个场景，0 个不符，59.98 秒 / 262 scenarios, 0 failed, 59.98 s", true),
        ("262 个场景，0 个不符，60.00 秒 / 262 scenarios, 0 failed, 60.00 s", false),
        ("nothing that says how long it took", false),
    ] {
        let bench = Bench::new().program("cargo", "exit 0").program(
            "target/debug/redress",
            &format!("case \"$*\" in --help) echo '  playbook  rehearses' ;; *test*) echo '{last}' ;; esac"),
        );
        let tested = bench.run("test", &["--only", "playbooks"]);
        assert_eq!(tested.status.success(), passes, "{last}: {}", said(&tested));
    }
}

#[test]
fn licences_that_nobody_checked_are_told_loudly_and_the_total_stands_at_the_end() {
    let bench = Bench::new().program("cargo", "exit 1").program("python3", "exit 1");
    let tested = bench.run("test", &["--only", "licences"]);
    let said = said(&tested);
    assert!(said.contains("not run: LICENCES, BANS AND SOURCES ARE UNCHECKED"), "{said}");
    let last = said.trim_end().lines().last().unwrap();
    assert!(last.starts_with("total") && last.ends_with("0 passed, 0 failed, 1 not run"), "{last}");
}
