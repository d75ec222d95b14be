//! Whether a playbook of the right shape makes sense. Every check tells all it finds; none stops another.

mod accountability;
mod authority;
mod correcting;
mod faults;
mod forms;
mod graph;
mod guided;
mod privacy;
mod references;
mod reports;
mod requires;
mod rules;
mod rulings;
mod samples;
mod sheets;
mod standards;
mod values;
mod voice;
mod ways;

use crate::finding::Finding;
use crate::model::Playbook;

/// Everything that is wrong, in no particular order and without places.
pub(crate) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = references::check(playbook);
    findings.extend(values::check(playbook));
    findings.extend(voice::check(playbook));
    findings.extend(reports::check(playbook));
    findings.extend(requires::check(playbook));
    findings.extend(rulings::check(playbook));
    findings.extend(forms::check(playbook));
    findings.extend(privacy::check(playbook));
    findings.extend(authority::check(playbook));
    findings.extend(accountability::check(playbook));
    findings.extend(correcting::check(playbook));
    findings.extend(sheets::check(playbook));
    findings.extend(faults::check(playbook));
    findings.extend(standards::check(playbook));
    findings.extend(guided::check(playbook));
    findings.extend(graph::check(playbook));
    findings.extend(rules::check(playbook));
    findings
}
