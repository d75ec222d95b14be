//! What was, is and will be in force, as it is shown.

use std::collections::HashMap;

use contracts::queries::routing::{ActivationShown, Activations, VersionApplied};
use jiff::Timestamp;

use crate::state::{Applied, Organisation};

/// How much of what held before is shown.
const PAST: usize = 100;

pub(super) fn shown(organisation: Option<&Organisation>, now: Timestamp) -> Activations {
    let Some(organisation) = organisation else { return Activations::default() };
    let mut all = Vec::new();
    let mut followed = HashMap::new();
    for one in organisation.activations.all().rev() {
        let until = followed.insert(&one.scope, one.begins());
        let (playbook, scope, by) = (one.playbook.clone(), one.scope.clone(), one.by.clone());
        all.push(ActivationShown { playbook, scope, from: one.begins(), until, by, at: one.at });
    }
    let (mut coming, begun): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.from > now);
    let (past, mut standing): (Vec<_>, Vec<_>) =
        begun.into_iter().partition(|one| one.until.is_some_and(|until| until <= now));
    coming.reverse();
    standing.reverse();
    let applied =
        |one: &Applied| VersionApplied { by: one.by.clone(), reason: one.reason.clone(), at: one.at };
    Activations {
        activations: standing,
        coming,
        past: past.into_iter().take(PAST).collect(),
        applied: organisation
            .applied_playbooks
            .iter()
            .map(|(id, versions)| {
                (id.clone(), versions.iter().map(|(version, one)| (*version, applied(one))).collect())
            })
            .collect(),
    }
}
