//! Everything that is wrong is told at once, each at its line and column.
//!
//! The expected lists stand beside the playbooks; `REDRESS_WRITE_GOLDEN=1` writes them anew, to be read before they
//! are committed.

use playbook::{Code, load};

use crate::{file, lines};

fn tells(name: &str) {
    let findings = load(&file(&format!("tests/data/{name}.yaml"))).unwrap_err();
    let path = format!("tests/data/{name}.txt");
    if std::env::var_os("REDRESS_WRITE_GOLDEN").is_some() {
        std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&path), lines(&findings))
            .unwrap();
    }
    assert_eq!(lines(&findings), file(&path));
    for finding in &findings {
        assert!(finding.line > 0 && finding.column > 0, "{finding}");
        assert!(finding.message_zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{finding}");
    }
}

#[test]
fn a_playbook_of_the_wrong_shape() {
    tells("broken-shape");
}

#[test]
fn a_playbook_of_the_right_shape_that_makes_no_sense() {
    tells("broken-meaning");
}

#[test]
fn a_text_that_is_no_document_at_all() {
    for text in ["", "id: [", "- a\n- b\n", "id: &a p01\n"] {
        let findings = load(text).unwrap_err();
        assert!(!findings.is_empty() && findings.iter().all(|f| f.code != Code::NotYet), "{text}");
    }
}
