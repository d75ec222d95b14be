//! Golden files stay as they were written: what was said once is read back for ever.
//!
//! `golden.sha256` has one line a file, as `sha256sum` writes and checks it (`sha256sum -c golden.sha256` in the folder
//! of the crate): every sample, and the schema of every version that is no longer written. A current schema may still
//! gain an optional member, and is compared with the code instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use contracts::WHATS;
use sha2::{Digest as _, Sha256};

use crate::folder;

/// What to do with a golden file that is not as it was.
const RULE: &str = "golden samples are never edited or deleted: put it back, and add a new version of the message \
                    (vN.rs with its own schema and sample) beside the old one";

/// The sums by file, as the list has them.
fn listed(list: &str) -> Result<BTreeMap<&str, &str>, String> {
    let mut files = BTreeMap::new();
    for line in list.lines() {
        let (sum, file) =
            line.split_once("  ").ok_or_else(|| format!("not a line of sha256sum: {line:?}"))?;
        if files.insert(file, sum).is_some() {
            return Err(format!("{file} is listed twice; {RULE}"));
        }
    }
    Ok(files)
}

/// What is wrong with the golden files; nothing when they are what they always were.
fn findings(list: &str, found: &BTreeMap<String, String>) -> Vec<String> {
    let listed = match listed(list) {
        Ok(listed) => listed,
        Err(finding) => return vec![finding],
    };
    let old = listed.iter().filter_map(|(file, sum)| match found.get(*file) {
        None => Some(format!("{file} is gone; {RULE}")),
        Some(now) if now != sum => Some(format!("{file} was changed; {RULE}")),
        Some(_) => None,
    });
    let new = found.keys().filter(|file| !listed.contains_key(file.as_str())).map(|file| {
        format!("{file} is not in golden.sha256; REDRESS_WRITE_SCHEMAS=1 cargo test -p contracts appends it")
    });
    old.chain(new).collect()
}

/// The lines to append for files that are not listed. No line that is there is touched.
fn appended(list: &str, found: &BTreeMap<String, String>) -> String {
    let known: BTreeSet<_> =
        list.lines().filter_map(|line| line.split_once("  ")).map(|(_, file)| file).collect();
    let mut lines = String::new();
    for (file, sum) in found.iter().filter(|(file, _)| !known.contains(file.as_str())) {
        writeln!(lines, "{sum}  {file}").unwrap();
    }
    lines
}

/// The golden files with their sums: `samples/…`, and `schemas/…` of versions before the current one.
fn golden() -> BTreeMap<String, String> {
    let current: BTreeMap<_, _> = WHATS.iter().copied().collect();
    let mut files = BTreeMap::new();
    for kind in ["samples", "schemas"] {
        for what in std::fs::read_dir(folder(kind)).unwrap() {
            let what = what.unwrap();
            let name = what.file_name().into_string().unwrap();
            for file in std::fs::read_dir(what.path()).unwrap() {
                let path = file.unwrap().path();
                let is_old = current.get(name.as_str()).is_none_or(|current| version(&path) < *current);
                if kind == "samples" || is_old {
                    let file = path.file_name().unwrap().to_str().unwrap();
                    let sum = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
                    files.insert(format!("{kind}/{name}/{file}"), sum);
                }
            }
        }
    }
    files
}

/// The version that a sample or schema is of: `v1-full.json`, `v2.json`.
pub(crate) fn version(path: &Path) -> u32 {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    stem.split('-').next().unwrap().trim_start_matches('v').parse().unwrap()
}

/// `REDRESS_WRITE_SCHEMAS=1` appends what is new; it changes and removes no line.
#[test]
fn golden_files_are_as_they_were() {
    let path = folder("golden.sha256");
    let found = golden();
    if std::env::var_os("REDRESS_WRITE_SCHEMAS").is_some() {
        let new = appended(&std::fs::read_to_string(&path).unwrap_or_default(), &found);
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(&path).unwrap();
        list.write_all(new.as_bytes()).unwrap();
    }
    let list = std::fs::read_to_string(&path).unwrap_or_default();
    let findings = findings(&list, &found);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_older_version_has_its_schema() {
    for (what, current) in WHATS {
        for version in 1..*current {
            let path = folder("schemas").join(what).join(format!("v{version}.json"));
            assert!(path.is_file(), "{} is missing", path.display());
        }
    }
}

fn files<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
    files.map(|(file, sum)| (file.to_owned(), sum.to_owned())).into()
}

#[test]
fn a_file_that_is_changed_gone_or_new_is_told_apart() {
    let list = "1a  samples/a/v1-full.json\n2b  samples/b/v1-full.json\n";
    let same = files([("samples/a/v1-full.json", "1a"), ("samples/b/v1-full.json", "2b")]);
    assert_eq!(findings(list, &same), Vec::<String>::new());

    let told = findings(list, &files([("samples/a/v1-full.json", "1a"), ("samples/b/v1-full.json", "3c")]));
    assert_eq!(told, [format!("samples/b/v1-full.json was changed; {RULE}")]);

    let told = findings(list, &files([("samples/b/v1-full.json", "2b")]));
    assert_eq!(told, [format!("samples/a/v1-full.json is gone; {RULE}")]);

    let mut more = same;
    more.insert("samples/a/v2-full.json".to_owned(), "4d".to_owned());
    let told = findings(list, &more);
    assert!(told.len() == 1 && told[0].starts_with("samples/a/v2-full.json is not in"), "{told:?}");

    assert!(findings("1a  samples/a\n2b  samples/a\n", &files([("samples/a", "2b")]))[0].contains("twice"));
    assert!(findings("samples/a\n", &files([]))[0].contains("sha256sum"));
}

#[test]
fn only_what_is_new_is_appended() {
    let list = "1a  samples/a/v1-full.json\n";
    // A changed one keeps the line that it is measured by.
    let found = files([("samples/a/v1-full.json", "9f"), ("samples/a/v2-full.json", "2b")]);
    assert_eq!(appended(list, &found), "2b  samples/a/v2-full.json\n");
    assert_eq!(appended("1a  samples/a/v1-full.json\n2b  samples/a/v2-full.json\n", &found), "");
}
