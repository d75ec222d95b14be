//! What a playbook requires before a case is closed.

use contracts::StageKind;
use playbook::{ClosureNeed, CompiledPlaybook};

use crate::state::{Case, Done};

/// What closing still lacks. A playbook whose main line could reach its archive without it is refused when it is
/// checked; what stands beside the main line is only known here.
pub(crate) fn lacks(case: &Case, book: &CompiledPlaybook) -> Vec<ClosureNeed> {
    let needs = book.playbook().closure_rule.iter().flat_map(|rule| &rule.requires);
    needs.copied().filter(|need| !is_met(case, *need)).collect()
}

/// The customer's last answer counts, whenever it was given; an audit is one of the present handling.
fn is_met(case: &Case, need: ClosureNeed) -> bool {
    let last = |kind: StageKind| case.results.iter().rev().find(|done| done.kind == kind);
    let ended = |done: &Done, outcome: &str| done.outcome.as_str() == outcome;
    match need {
        ClosureNeed::Satisfied => last(StageKind::Callback).is_some_and(|done| ended(done, "satisfied")),
        ClosureNeed::Audited => {
            last(StageKind::Audit).is_some_and(|done| done.instance == case.instance && ended(done, "passed"))
        }
        ClosureNeed::Archived => true,
    }
}
