//! The table of requirements: which scenario or test shows each of them. Nothing is claimed by hand: a scenario names
//! what it shows in `covers`, a test in its documentation, one in the browser in its title, and the table is written
//! from these.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use syn::visit::{self, Visit};

use super::{files, root};

/// One requirement.
#[derive(Deserialize)]
struct Requirement {
    /// What shall be true.
    says: String,
    /// The procedures that demand it.
    #[serde(rename = "for")]
    demanded_by: Vec<String>,
}

/// Of a scenario, what the table needs.
#[derive(Deserialize)]
struct Scenario {
    #[serde(default)]
    covers: BTreeSet<String>,
}

/// What shows a requirement, as it is found in the repository, by requirement.
type Shown = BTreeMap<String, BTreeSet<String>>;

/// The numbers of requirements in a text.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    let after = text.split("R-").skip(1);
    let digits = after.filter_map(|rest| rest.get(..3).filter(|n| n.bytes().all(|b| b.is_ascii_digit())));
    digits.map(|number| format!("R-{number}"))
}

/// The tests of one file whose documentation names requirements.
struct Tests<'a> {
    file: &'a str,
    shown: &'a mut Shown,
}

impl<'ast> Visit<'ast> for Tests<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let is = |attribute: &syn::Attribute, name: &str| {
            attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
        };
        if function.attrs.iter().any(|attribute| is(attribute, "test")) {
            for attribute in function.attrs.iter().filter(|attribute| is(attribute, "doc")) {
                let syn::Meta::NameValue(doc) = &attribute.meta else { continue };
                let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &doc.value else {
                    continue;
                };
                for number in numbers(&text.value()) {
                    let here = format!("`{}` {}", self.file, function.sig.ident);
                    self.shown.entry(number).or_default().insert(here);
                }
            }
        }
        visit::visit_item_fn(self, function);
    }
}

fn tests(shown: &mut Shown) {
    for folder in ["services", "shared", "tests"] {
        for path in files(&root().join(folder), "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains("R-") {
                let file = path.strip_prefix(root()).unwrap().display().to_string();
                Tests { file: &file, shown }.visit_file(&syn::parse_file(&text).unwrap());
            }
        }
    }
}

/// The tests in the browser whose titles name requirements.
fn browser_tests(shown: &mut Shown) {
    let folder = root().join("tests/browser");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "mjs") {
            continue;
        }
        let (text, file) =
            (std::fs::read_to_string(&path).unwrap(), path.strip_prefix(root()).unwrap().display());
        for title in text.lines().filter_map(|line| line.strip_prefix("test(\"")?.split_once('"')) {
            for number in numbers(title.0) {
                shown.entry(number).or_default().insert(format!("`{file}` {}", title.0));
            }
        }
    }
}

fn scenarios(shown: &mut Shown) {
    let folder = root().join("deploy/playbooks/scenarios");
    for path in files(&folder, "yaml") {
        let text = std::fs::read_to_string(&path).unwrap();
        if !text.contains("\ncovers:") {
            continue; // people and calendars, and scenarios that show something of their own
        }
        let scenario: Scenario = serde_saphyr::from_str(&text).unwrap();
        let name = path.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        for number in scenario.covers {
            shown.entry(number).or_default().insert(name.clone());
        }
    }
}

fn requirements() -> BTreeMap<String, Requirement> {
    let text = std::fs::read_to_string(root().join("tests/requirements.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn table(requirements: &BTreeMap<String, Requirement>, shown: &Shown) -> String {
    let mut table = String::from(
        "# Requirements, and what shows them\n\n\
         Written by the test `requirements` from what scenarios (`covers`) and the documentation of tests name; \
         do not edit it.\n由测试生成，请勿手工修改。\n\n",
    );
    let count = requirements.keys().filter(|number| shown.contains_key(*number)).count();
    writeln!(table, "{count} of {} are shown.\n", requirements.len()).unwrap();
    table.push_str("| Requirement | Demanded by | Shown by |\n|---|---|---|\n");
    for (number, requirement) in requirements {
        let Some(by) = shown.get(number) else { continue };
        let by = by.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        writeln!(
            table,
            "| **{number}** {} | {} | {by} |",
            requirement.says,
            requirement.demanded_by.join(" ")
        )
        .unwrap();
    }
    table.push_str("\n## Not shown yet\n\n");
    for (number, requirement) in requirements.iter().filter(|(number, _)| !shown.contains_key(*number)) {
        writeln!(table, "- **{number}** {}", requirement.says).unwrap();
    }
    table
}

/// With `REDRESS_WRITE_REQUIREMENTS=1` the table is written instead of compared.
#[test]
fn every_requirement_that_is_claimed_is_shown_by_a_scenario_or_a_test() {
    let (requirements, mut shown) = (requirements(), Shown::new());
    scenarios(&mut shown);
    tests(&mut shown);
    browser_tests(&mut shown);
    let unknown: Vec<_> = shown.iter().filter(|(number, _)| !requirements.contains_key(*number)).collect();
    assert!(unknown.is_empty(), "named as shown, but there are no such requirements: {unknown:?}");
    let (path, table) = (root().join("tests/requirements.md"), table(&requirements, &shown));
    if std::env::var_os("REDRESS_WRITE_REQUIREMENTS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(Path::new(&path)).unwrap_or_default();
    assert!(
        written == table,
        "tests/requirements.md is not what scenarios and tests say; write it anew with REDRESS_WRITE_REQUIREMENTS=1"
    );
}

#[test]
fn numbers_are_found_in_a_text() {
    let found: Vec<_> = numbers("what R-092 and P14 say (R-1, R-263).").collect();
    assert_eq!(found, ["R-092", "R-263"]);
}
