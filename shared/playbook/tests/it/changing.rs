//! One change at a time to a playbook of the repository, and what is said about it.

use playbook::{Code, load};

use crate::{file, lines};

/// What is found in the playbook at `path` after replacing `from` by `to`, with the path of each finding, in the order
/// of the text. Each is told with its line and column.
pub(crate) fn found_after(path: &str, from: &str, to: &str) -> Vec<(Code, String)> {
    let text = file(path);
    assert!(text.contains(from), "{path} no longer says: {from}");
    match load(&text.replacen(from, to, 1)) {
        Ok(_) => Vec::new(),
        Err(findings) => {
            let placed = findings.iter().all(|finding| finding.line > 0 && finding.column > 0);
            assert!(placed, "{}", lines(&findings));
            findings.into_iter().map(|finding| (finding.code, finding.path)).collect()
        }
    }
}

/// One finding.
pub(crate) fn one(code: Code, path: &str) -> Vec<(Code, String)> {
    vec![(code, path.to_owned())]
}
