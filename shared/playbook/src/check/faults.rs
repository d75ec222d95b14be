//! What is given for whose fault: nothing that may not be given at all, nothing that the order of remedies or a narrower
//! category would never let anybody give.

use super::values::value;
use crate::finding::Finding;
use crate::model::{FaultRemedies, Liable, Playbook, Remedies, RemedyKind};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(remedies) = &playbook.remedies else { return findings };
    for (liable, narrower) in &remedies.by_liable {
        let path = format!("remedies.by_liable.{liable}");
        if !may_be_at_fault(playbook, *liable) {
            findings.push(value(
                path.clone(),
                "nobody can be at fault as this here",
                "liability_kinds 中没有该责任方",
            ));
        }
        let strays = strays(remedies, narrower, &path);
        // What is wrong already is not said to contradict the order besides.
        if strays.is_empty() {
            findings.extend(out_of_order(remedies, narrower, &path));
            findings.extend(nothing_first(remedies, (*liable, narrower), &path));
            findings.extend(nothing_left(remedies, (*liable, narrower)));
        }
        findings.extend(strays);
    }
    findings
}

/// What may not be given at all, and what must be given though it may not.
fn strays(remedies: &Remedies, narrower: &FaultRemedies, path: &str) -> Vec<Finding> {
    let may = |remedy: &RemedyKind| remedies.allowed.contains(remedy) && narrower.allows(*remedy);
    let lists = [("may", &narrower.may), ("must", &narrower.must)].into_iter();
    let stray = lists.flat_map(|(which, listed)| {
        let stray = listed.iter().enumerate().filter(|(_, remedy)| !may(remedy));
        stray.map(move |(number, _)| {
            let at = format!("{path}.{which}[{number}]");
            value(at, "this may not be given for this fault", "该责任方不得给予这种补救措施")
        })
    });
    stray.collect()
}

/// What may be given, but only once something was tried that may not.
fn out_of_order(remedies: &Remedies, narrower: &FaultRemedies, path: &str) -> Vec<Finding> {
    let listed = narrower.may.iter().enumerate();
    let blocked = listed.filter_map(|(number, remedy)| {
        let mut before = earlier(&remedies.order, *remedy).iter();
        let first =
            before.find(|earlier| remedies.allowed.contains(earlier) && !narrower.allows(**earlier))?;
        let en = format!(
            "“{first}” comes before this one (remedies.order) and may not be given for this fault: let it be given too, \
             or put this one before it"
        );
        let zh = format!("按 remedies.order 须先采取“{first}”，而该责任方不得给予它：请一并允许，或调整 order");
        Some(value(format!("{path}.may[{number}]"), &en, &zh))
    });
    blocked.collect()
}

/// A fault that must be made good by something that no first proposal may give.
fn nothing_first(
    remedies: &Remedies,
    (liable, narrower): (Liable, &FaultRemedies),
    path: &str,
) -> Option<Finding> {
    let given: Vec<_> = remedies.given_by(liable).collect();
    let later = |remedy: &RemedyKind| comes_later(&remedies.order, &given, *remedy);
    if narrower.must.is_empty() || !narrower.must.iter().all(later) {
        return None;
    }
    let first = remedies.order.iter().find(|remedy| given.contains(remedy))?;
    let en = format!(
        "no first proposal may give any of these, as others come before them (remedies.order): name “{first}” too"
    );
    let zh = format!("按 remedies.order，首次方案不能给予其中任何一项：请同时列入“{first}”");
    Some(value(format!("{path}.must"), &en, &zh))
}

/// A category that leaves nothing of what may be given for a fault.
fn nothing_left(remedies: &Remedies, (liable, narrower): (Liable, &FaultRemedies)) -> Vec<Finding> {
    let nothing = |listed: &&Vec<RemedyKind>| !listed.iter().any(|remedy| narrower.allows(*remedy));
    let empty = remedies.by_category.iter().filter(|(_, listed)| nothing(listed));
    let told = empty.map(|(category, _)| {
        let (en, zh) = (
            format!(
                "of this nothing may be given where the fault is that of “{liable}”: add what its “may” lists"
            ),
            format!("责任方为“{liable}”时，其中没有可以给予的措施：请加入其 may 所列的一项"),
        );
        value(format!("remedies.by_category.{category}"), &en, &zh)
    });
    told.collect()
}

/// Whether a playbook knows a party that may be at fault.
pub(super) fn may_be_at_fault(playbook: &Playbook, liable: Liable) -> bool {
    playbook.liability_kinds.is_empty() || playbook.liability_kinds.contains(&liable)
}

/// What stands before a remedy in the order.
fn earlier(order: &[RemedyKind], remedy: RemedyKind) -> &[RemedyKind] {
    let place = order.iter().position(|listed| *listed == remedy).unwrap_or_default();
    &order[..place]
}

/// Whether something that may be given stands before a remedy in the order.
pub(super) fn comes_later(order: &[RemedyKind], allowed: &[RemedyKind], remedy: RemedyKind) -> bool {
    earlier(order, remedy).iter().any(|earlier| allowed.contains(earlier))
}
