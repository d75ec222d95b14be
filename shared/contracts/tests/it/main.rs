//! The wire stays readable: schemas are current, and every sample ever written is still read.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod golden;
mod upgrading;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use contracts::{Event, WHATS};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// `REDRESS_WRITE_SCHEMAS=1` writes them; a committed schema of an old version is never written again.
#[test]
fn schemas_are_current() {
    for (what, version, schema) in contracts::event::schemas() {
        let path = folder("schemas").join(what).join(format!("v{version}.json"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("REDRESS_WRITE_SCHEMAS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, text, "{} is not the schema of the code", path.display());
    }
}

#[test]
fn every_sample_is_read_back_and_none_is_missing() {
    let mut seen = BTreeSet::new();
    for what in std::fs::read_dir(folder("samples")).unwrap() {
        let what = what.unwrap();
        for sample in std::fs::read_dir(what.path()).unwrap() {
            let path = sample.unwrap().path();
            let name = what.file_name().into_string().unwrap();
            let version = golden::version(&path);
            let body = std::fs::read(&path).unwrap();
            let event =
                Event::read(&name, version, &body).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
            if version == event.version() {
                let written: serde_json::Value = serde_json::from_slice(&event.body().unwrap()).unwrap();
                let sample: serde_json::Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(written, sample, "{} is written otherwise than it is read", path.display());
            }
            seen.insert((name, version));
        }
    }
    for (what, version) in WHATS {
        for version in 1..=*version {
            assert!(seen.contains(&((*what).to_owned(), version)), "{what} v{version} has no sample");
        }
    }
}
