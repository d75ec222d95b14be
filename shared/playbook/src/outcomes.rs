//! The closed list of outcomes of each stage kind. Services complete a visit with one of these and no other; a
//! playbook may use fewer, never more.

use contracts::StageKind;

/// With what a stage of this kind can end.
#[must_use]
pub const fn outcomes_of(kind: StageKind) -> &'static [&'static str] {
    match kind {
        StageKind::Register => &["registered", "settled"],
        StageKind::Clarify => &["clarified", "unreachable"],
        StageKind::Triage => &["routed"],
        StageKind::Wait => &["happened"],
        StageKind::Archive => &["archived"],
        StageKind::Verify => &["substantiated", "unsubstantiated"],
        StageKind::Investigate => &["established", "not_established"],
        StageKind::Propose => &["proposed", "no_measure"],
        StageKind::Execute => &["done"],
        StageKind::Inspect | StageKind::Audit => &["passed", "failed"],
        StageKind::Correct => &["effective", "ineffective"],
        StageKind::Approve => &["approved", "refused", "amended"],
        StageKind::Review => &["agreed", "objected"],
        StageKind::Meet => &["agreed", "not_agreed"],
        StageKind::Account => &["decided", "dropped"],
        StageKind::Contact => &["contacted", "unreachable"],
        StageKind::Reply => &["told", "accepted", "rejected", "unreachable"],
        StageKind::Callback => &["satisfied", "dissatisfied", "unreachable", "not_called"],
    }
}
