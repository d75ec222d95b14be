//! What may be promised to the customer: the remedies of the approved proposal, and nothing else.
//!
//! Earlier visits hand on what they found ([`contracts::results`]); a proposal counts as approved when the last round
//! about *this* version of it said so. Without any round it counts only where the playbook asks for none before the
//! reply. Amounts are the proposal's; a person who writes a reply need not, and a template cannot, change them.

use contracts::messages::proposal_made::Remedy;
use contracts::messages::stage_entered::StageEntered;
use contracts::results::{ApprovalResult, ProposalResult};
use contracts::{Fen, Language, StageKind};
use playbook::{ApproveBefore, RemedyKind, Slice, StageBrief};
use serde::de::DeserializeOwned;

use crate::templates::RemedyLine;

/// How the proposal of a handling stands when a visit begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal {
    /// The remedies that may be named.
    pub promised: Vec<Remedy>,
    /// There is a proposal, its approval is asked for before the reply, and it has none.
    pub awaits_approval: bool,
}

/// Reads how the proposal of the present handling stands.
#[must_use]
pub fn read(entered: &StageEntered, brief: &StageBrief) -> Proposal {
    let made: Option<ProposalResult> =
        last(entered, StageKind::Propose, |made: &ProposalResult| made.instance == entered.instance);
    let Some(made) = made else { return Proposal::default() };
    let decided: Option<ApprovalResult> =
        last(entered, StageKind::Approve, |decided: &ApprovalResult| decided.proposal == Some(made.proposal));
    let asked_for = match &brief.slice {
        Slice::Notification(slice) => slice.approve_before.contains(&ApproveBefore::Reply),
        Slice::Nothing | Slice::Triage(_) | Slice::Investigation(_) | Slice::Approval(_) => false,
    };
    // What was approved for less is the next version of what was proposed, and takes its place.
    let less = |decided: &ApprovalResult| {
        let amended = decided.amended.clone().filter(|one| decided.approved && one.version > made.version);
        amended.map(|one| one.remedies)
    };
    let less = decided.as_ref().and_then(less);
    let approved = match decided {
        Some(decided) => decided.approved && (decided.version == made.version || less.is_some()),
        None => !asked_for,
    };
    Proposal {
        promised: if approved { less.unwrap_or(made.remedies) } else { Vec::new() },
        awaits_approval: asked_for && !approved,
    }
}

/// The last result of `kind` that `fits`.
fn last<T: DeserializeOwned>(
    entered: &StageEntered,
    kind: StageKind,
    fits: impl Fn(&T) -> bool,
) -> Option<T> {
    let of_kind = entered.results.iter().rev().filter(|result| result.kind == kind);
    of_kind.filter_map(|result| serde_json::from_value(result.results.clone()).ok()).find(|found| fits(found))
}

/// The remedies as lines of a message in `language`.
#[must_use]
pub fn lines(remedies: &[Remedy], language: Language) -> Vec<RemedyLine> {
    let line = |remedy: &Remedy| RemedyLine {
        label: label(&remedy.remedy, language).to_owned(),
        yuan: if remedy.amount == Fen(0) { String::new() } else { remedy.amount.to_string() },
    };
    remedies.iter().map(line).collect()
}

/// What people read for a remedy; the key itself for one that no version of this program knows.
fn label(remedy: &str, language: Language) -> &str {
    let Some(kind) = RemedyKind::ALL.iter().find(|kind| kind.as_str() == remedy) else { return remedy };
    let (zh, en) = labels(*kind);
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

const fn labels(kind: RemedyKind) -> (&'static str, &'static str) {
    match kind {
        RemedyKind::Explanation => ("解释说明", "an explanation"),
        RemedyKind::Apology => ("致歉", "an apology"),
        RemedyKind::Refund => ("退款", "a refund"),
        RemedyKind::Exchange => ("换货", "an exchange"),
        RemedyKind::Repair => ("维修", "a repair"),
        RemedyKind::Return => ("退货", "taking the goods back"),
        RemedyKind::MakeUpQuantity => ("补足数量", "delivery of what was short"),
        RemedyKind::PriceReduction => ("降价", "a price reduction"),
        RemedyKind::PriceDifference => ("补差价", "the difference in price"),
        RemedyKind::Compensation => ("赔偿", "compensation"),
        RemedyKind::Voucher => ("优惠券", "a voucher"),
        RemedyKind::SmallGift => ("小礼品", "a small gift"),
        RemedyKind::ServiceImprovement => ("改进服务", "an improved service"),
        RemedyKind::FreeInspection => ("免费检测", "a free inspection"),
        RemedyKind::LabourReduction => ("减免工时费", "a reduction of labour charges"),
        RemedyKind::RepackagingCost => ("承担重新包装费", "the cost of repackaging"),
        RemedyKind::Recall => ("召回", "a recall"),
        RemedyKind::Resend => ("补发", "sending it again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remedy_has_words_in_both_languages() {
        for kind in RemedyKind::ALL {
            let (zh, en) = (label(kind.as_str(), Language::Zh), label(kind.as_str(), Language::En));
            assert!(
                zh.chars().all(|c| !c.is_ascii()) && en.is_ascii() && en.contains(' ')
                    || en == "compensation"
            );
        }
        assert_eq!(label("dance", Language::Zh), "dance");
    }

    #[test]
    fn amounts_are_in_yuan_and_nothing_costs_nothing() {
        let remedies = [
            Remedy { remedy: "refund".into(), amount: Fen(12_050) },
            Remedy { remedy: "apology".into(), amount: Fen(0) },
        ];
        let lines = lines(&remedies, Language::Zh);
        assert_eq!((lines[0].label.as_str(), lines[0].yuan.as_str()), ("退款", "120.50"));
        assert_eq!((lines[1].label.as_str(), lines[1].yuan.as_str()), ("致歉", ""));
    }
}
