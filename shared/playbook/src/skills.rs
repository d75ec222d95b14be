//! Which skills a step asks for, and who has them.

use std::collections::BTreeSet;

use contracts::{CategoryKey, StageKind};

use crate::compiled::CompiledPlaybook;
use crate::model::{SkillNeed, Stage};

impl CompiledPlaybook {
    /// What a stage asks of its owner: its own skills and, where somebody verifies or handles, those of the narrowest
    /// category that names some.
    #[must_use]
    pub fn skills_asked(&self, stage: &Stage, category: Option<&CategoryKey>) -> BTreeSet<SkillNeed> {
        let mut line =
            category.filter(|_| handles(stage.kind)).into_iter().flat_map(|key| self.category_line(key));
        let of_category = line.find(|category| !category.skills.is_empty());
        let of_category = of_category.into_iter().flat_map(|category| &category.skills);
        stage.skills.iter().chain(of_category).cloned().collect()
    }

    /// Whether somebody with these skills, as the directory has them, meets a need. A skill is written there by its key or
    /// by a label, and may have a level: `after_sales`, `售后:2`.
    #[must_use]
    pub fn is_met(&self, need: &SkillNeed, skills: &BTreeSet<String>) -> bool {
        let label = self.playbook().skills.get(&need.skill);
        let is_called = |name: &str| {
            name == need.skill.as_str() || label.is_some_and(|label| name == label.zh || name == label.en)
        };
        skills.iter().map(|text| level_of(text)).any(|(name, level)| is_called(name) && level >= need.level)
    }
}

/// A skill and its level; 1 where none is written.
fn level_of(text: &str) -> (&str, u32) {
    let written = text.rsplit_once([':', '：']);
    let level = written.and_then(|(name, level)| Some((name.trim(), level.trim().parse().ok()?)));
    level.unwrap_or((text.trim(), 1))
}

/// Whether somebody verifies or handles the matter itself at a stage of this kind.
pub(crate) const fn handles(kind: StageKind) -> bool {
    match kind {
        StageKind::Verify
        | StageKind::Investigate
        | StageKind::Propose
        | StageKind::Execute
        | StageKind::Inspect
        | StageKind::Correct => true,
        StageKind::Register
        | StageKind::Clarify
        | StageKind::Triage
        | StageKind::Wait
        | StageKind::Archive
        | StageKind::Approve
        | StageKind::Review
        | StageKind::Meet
        | StageKind::Audit
        | StageKind::Account
        | StageKind::Contact
        | StageKind::Reply
        | StageKind::Callback => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_stands_behind_the_skill() {
        assert_eq!(level_of("after_sales"), ("after_sales", 1));
        assert_eq!(level_of("售后：3"), ("售后", 3));
        assert_eq!(level_of("a: b"), ("a: b", 1), "no number, no level");
    }

    #[test]
    fn a_need_is_a_key_with_a_level_from_one_to_nine() {
        let read = |text: &str| SkillNeed::try_from(text.to_owned());
        assert_eq!(read("after_sales:2").unwrap().to_string(), "after_sales:2");
        assert_eq!(read("after_sales").unwrap().level, 1);
        assert!(read("after_sales:0").is_err() && read("售后").is_err() && read("a:b").is_err());
    }
}
