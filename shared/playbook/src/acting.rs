//! Which keys of the vocabulary act. This table is the only place that decides it.
//!
//! A playbook can say more than the product does today. What does not act yet is refused, never ignored: an
//! organisation must not believe that a rule is kept which nobody keeps. When a service learns a key, its line here
//! changes from `Later` to `Now`, together with the tests of that service.

use crate::finding::{Code, Finding};
use crate::shape::join;
use crate::source::{Content, Node};

/// Whether a key acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acts {
    /// It does, with everything below it that has no line of its own.
    Now,
    /// Not yet.
    Later,
}

/// Against what a playbook is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acting {
    /// Only what acts today may be said. The only choice for playbooks that are put to work.
    #[default]
    Today,
    /// The whole vocabulary may be said: for playbooks written ahead, and for the tests of this crate.
    WholeVocabulary,
}

/// The keys in the order of the model. `[]` stands for any item of a list; `=` names a single value of a key.
/// Every key at the top of a playbook has a line (a test sees to it); deeper lines say what differs from above.
pub const KEYS: &[(&str, Acts)] = &[
    ("id", Acts::Now),
    ("version", Acts::Now),
    ("title", Acts::Now),
    ("source", Acts::Now),
    ("industry", Acts::Now),
    ("document_control", Acts::Now),
    ("rule_packs", Acts::Now),
    ("kinds", Acts::Now),
    ("customer_types", Acts::Now),
    ("channels", Acts::Now),
    ("channels[].guided", Acts::Now),
    ("categories", Acts::Now),
    ("categories[].standard", Acts::Now),
    ("intake", Acts::Now),
    ("routing_flags", Acts::Now),
    ("severity_levels", Acts::Now),
    ("departments", Acts::Now),
    ("roles", Acts::Now),
    ("skills", Acts::Now),
    ("conflict_of_interest", Acts::Now),
    ("stages", Acts::Now),
    ("stages[].kind=clarify", Acts::Now),
    ("stages[].kind=inspect", Acts::Later),
    ("stages[].kind=correct", Acts::Now),
    ("stages[].kind=review", Acts::Now),
    ("stages[].kind=meet", Acts::Now),
    ("stages[].kind=audit", Acts::Now),
    ("stages[].kind=account", Acts::Now),
    ("loops", Acts::Now),
    ("clocks", Acts::Now),
    ("pause_reasons", Acts::Now),
    ("ladder", Acts::Now),
    ("ladder[].actions[].open_ruling_task", Acts::Now),
    ("rulings", Acts::Now),
    ("liability_kinds", Acts::Now),
    ("remedies", Acts::Now),
    ("remedies.order", Acts::Now),
    ("remedies.by_liable", Acts::Now),
    ("authority_matrix", Acts::Now),
    ("approve_before", Acts::Now),
    ("approve_several_up_to", Acts::Now),
    ("approve_before[]=report_effective", Acts::Now),
    ("reply_policy", Acts::Now),
    ("reply_policy.formal_letter_if", Acts::Now),
    ("reply_policy.evidence_attachments", Acts::Now),
    ("contact_policy", Acts::Now),
    ("callback_policy", Acts::Now),
    ("satisfaction", Acts::Now),
    ("closure_rule", Acts::Now),
    ("templates", Acts::Now),
    ("scripts", Acts::Now),
    ("checklists", Acts::Now),
    ("forms", Acts::Now),
    ("teams", Acts::Now),
    ("reports", Acts::Now),
    ("incentives", Acts::Now),
    ("return_policy", Acts::Later),
    ("capa", Acts::Now),
    ("capa.standardise", Acts::Now),
    ("capa.training", Acts::Now),
    ("ledger", Acts::Now),
    ("queue", Acts::Later),
    ("team_plan", Acts::Later),
    ("privacy", Acts::Now),
];

/// Every key of the document that does not act yet, each once, where it stands.
pub(crate) fn check(root: &Node, acting: Acting) -> Vec<Finding> {
    let mut findings = Vec::new();
    match acting {
        Acting::Today => walk(root, "", "", &mut findings),
        Acting::WholeVocabulary => {}
    }
    findings
}

fn walk(node: &Node, path: &str, pattern: &str, findings: &mut Vec<Finding>) {
    match &node.value {
        Content::Map(entries) => {
            for entry in entries {
                let (path, pattern) = (join(path, &entry.key), join(pattern, &entry.key));
                if is_later(&pattern) {
                    let place = entry.key_place;
                    findings.push(Finding {
                        line: place.line,
                        column: place.column,
                        ..not_yet(&path, &entry.key)
                    });
                } else {
                    walk(&entry.value, &path, &pattern, findings);
                }
            }
        }
        Content::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{index}]"), &format!("{pattern}[]"), findings);
            }
        }
        Content::Scalar { text, .. } => {
            if is_later(&format!("{pattern}={text}")) {
                let key = pattern.rsplit('.').next().unwrap_or(pattern).trim_end_matches("[]");
                let finding = not_yet(path, &format!("{key}: {text}"));
                findings.push(Finding { line: node.place.line, column: node.place.column, ..finding });
            }
        }
    }
}

fn is_later(pattern: &str) -> bool {
    KEYS.iter().any(|(key, acts)| *key == pattern && *acts == Acts::Later)
}

fn not_yet(path: &str, key: &str) -> Finding {
    let en = format!("“{key}” does not act yet (it comes later); leave it out until it does");
    Finding::new(path, Code::NotYet, en, format!("“{key}”目前尚未生效（以后提供）；在此之前请勿填写"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_at_the_top_of_a_playbook_has_a_line() {
        let schema = serde_json::to_value(crate::schema()).unwrap();
        for key in schema["properties"].as_object().unwrap().keys() {
            assert!(KEYS.iter().any(|(line, _)| line == key), "{key} has no line in acting::KEYS");
        }
    }

    #[test]
    fn every_line_names_a_key_that_the_schema_has() {
        let schema = serde_json::to_value(crate::schema()).unwrap();
        for (line, _) in KEYS {
            let key = line.split('=').next().unwrap();
            let word = key.rsplit('.').next().unwrap().trim_end_matches("[]");
            assert!(schema.to_string().contains(&format!("\"{word}\":")), "{line}");
        }
    }
}
