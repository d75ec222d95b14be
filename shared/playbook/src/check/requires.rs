//! What a stage asks for before it ends: only what somebody really asks for there. A service takes what its orders carry
//! and looks at the facts that it waits for; anything else would be read by nobody.

use contracts::StageKind;

use super::values::value;
use crate::finding::Finding;
use crate::model::{Playbook, ResultField};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, stage) in playbook.stages.iter().enumerate() {
        let asked = asked_at(stage.kind);
        for (which, field) in stage.requires.fields.iter().enumerate() {
            if !asked.contains(field) {
                let path = format!("stages[{number}].requires.fields[{which}]");
                findings.push(not_asked(path, stage.kind, *field, asked));
            }
        }
        if !stage.requires.facts.is_empty() && decides(stage.kind) {
            let en = format!("a {} stage does not wait for a fact; require it one stage earlier", stage.kind);
            let zh = format!("{} 环节不等待事实；请在前一环节要求", stage.kind);
            findings.push(value(format!("stages[{number}].requires.facts"), &en, &zh));
        }
    }
    findings
}

/// What is asked of whoever ends a stage of this kind: by the order itself, whatever the playbook says, or because the
/// playbook says so (category, level, evidence, summary).
const fn asked_at(kind: StageKind) -> &'static [ResultField] {
    match kind {
        StageKind::Clarify => &[ResultField::Category, ResultField::Evidence],
        StageKind::Triage => &[ResultField::Category, ResultField::Department, ResultField::Level],
        StageKind::Archive => &[ResultField::Summary],
        StageKind::Verify => &[ResultField::Reason, ResultField::Finding],
        StageKind::Investigate => &[ResultField::Finding],
        StageKind::Propose => &[ResultField::Reason, ResultField::Liable],
        StageKind::Execute => &[ResultField::Done],
        StageKind::Correct => &[ResultField::Measures],
        StageKind::Contact => &[ResultField::Channel],
        StageKind::Reply => &[ResultField::Channel, ResultField::ReplyText],
        StageKind::Callback => &[ResultField::Satisfaction],
        StageKind::Register
        | StageKind::Wait
        | StageKind::Inspect
        | StageKind::Approve
        | StageKind::Review
        | StageKind::Meet
        | StageKind::Audit
        | StageKind::Account => &[],
    }
}

/// The kinds of approval: what a round decides is decided, whatever is on record.
const fn decides(kind: StageKind) -> bool {
    matches!(
        kind,
        StageKind::Approve | StageKind::Review | StageKind::Meet | StageKind::Audit | StageKind::Account
    )
}

/// What says the same where it can be said, if anything does.
const fn instead(kind: StageKind, field: ResultField) -> Option<(&'static str, &'static str)> {
    match (kind, field) {
        (StageKind::Investigate, ResultField::Cause) => Some((
            "whoever ends it says whether the cause is established: for one that must be, outcomes: [established]",
            "结束时即说明原因是否查明：必须查明的，请写 outcomes: [established]",
        )),
        (StageKind::Propose, ResultField::Remedies) => Some((
            "for a proposal that must give something, outcomes: [proposed]",
            "必须给出补救措施的，请写 outcomes: [proposed]",
        )),
        (StageKind::Register, _) => Some(("see intake.required", "请填 intake.required")),
        _ => None,
    }
}

fn not_asked(path: String, kind: StageKind, field: ResultField, asked: &[ResultField]) -> Finding {
    let words = |comma: &str| asked.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(comma);
    let (also_en, also_zh) =
        instead(kind, field).map_or_else(Default::default, |(en, zh)| (format!("; {en}"), format!("；{zh}")));
    let (rest_en, rest_zh) = if asked.is_empty() {
        ("leave it out".to_owned(), "请删去".to_owned())
    } else {
        (format!("what is asked there: {}", words(", ")), format!("此处可要求：{}", words("、")))
    };
    let en = format!("nobody asks for “{field}” at a {kind} stage{also_en}; {rest_en}");
    let zh = format!("{kind} 环节不要求填写“{field}”{also_zh}；{rest_zh}");
    value(path, &en, &zh)
}
