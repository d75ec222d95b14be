//! What somebody can do who holds a piece of work: the order, and its outcome as the history chose it.

use contracts::{ServiceName, VisitId, WorkId};
use routing::state::Work;
use serde_json::{Value, json};

use super::seen::SeenCase;

/// An order on a visit, without the visit and its epoch.
pub(super) struct Deed {
    pub(super) service: ServiceName,
    pub(super) verb: &'static str,
    pub(super) body: Value,
}

/// Below this, whoever acts says what leads on to the end of the case.
pub(super) const WELL: u8 = 128;

/// What the holder of `work` does: well when `how` is below [`WELL`], badly otherwise; `amount` is in yuan.
pub(super) fn deed(seen: &SeenCase, id: WorkId, work: &Work, how: u8, amount: u32) -> Option<Deed> {
    use ServiceName::{Approval, Investigation, Notification, Routing};
    let well = how < WELL;
    let (service, verb, mut body) = match work.task.as_str() {
        "triage" => {
            let unit = super::book::UNITS[usize::from(how % 2)];
            (Routing, "triage", json!({ "category": "other", "department": unit }))
        }
        "verify" => (Investigation, "verify", json!({ "substantiated": well, "finding": "核实" })),
        "investigate" => {
            let body = json!({ "finding": "查明", "source": "photo", "established": well });
            (Investigation, "finding.add", body)
        }
        "propose" => (Investigation, "propose", proposal(seen, how, amount)),
        "execute" => (Investigation, "execute", json!({ "account": "已办" })),
        "decide" => {
            let decision = if well { "approve" } else { "refuse" };
            (Approval, "decide", json!({ "decision": decision, "reason": "理由" }))
        }
        "review" => (
            Approval,
            "review",
            json!({ "verdict": if well { "agree" } else { "object" }, "reason": "理由" }),
        ),
        "audit" => (
            Approval,
            "audit",
            json!({ "verdict": if well { "passed" } else { "failed" }, "reason": "理由" }),
        ),
        "meet" if convenes(seen, id, work.visit) => (Approval, "meet", json!({ "opinion": "会议意见" })),
        "meet" => {
            let signature = if well { "agree" } else { "refuse" };
            (Approval, "meet", json!({ "signature": signature, "reason": "理由" }))
        }
        "account" => {
            (Approval, "account", json!({ "decisions": accounted(seen, work.visit, well), "reason": "理由" }))
        }
        "contact" => {
            let mut body = json!({ "reached": well, "channel": "phone" });
            if how > 220 {
                body["give_up"] = json!(true);
            }
            (Notification, "contact.record", body)
        }
        "reply" => {
            (Notification, "reply", json!({ "channel": if well { "phone" } else { "web" }, "text": "答复" }))
        }
        "callback" => {
            let answer = if how < 64 { "good" } else { "fair" };
            let body = match how {
                ..WELL => json!({ "reached": true, "satisfaction": answer }),
                WELL..200 => json!({ "reached": true, "satisfaction": "bad" }),
                _ => json!({ "reached": false }),
            };
            (Notification, "callback", body)
        }
        "archive" => (Routing, "archive", json!({ "summary": "办结" })),
        _ => return None,
    };
    if service == Approval {
        body["round"] = json!(seen.approval.visits.get(&work.visit)?.open()?.round.as_ref()?.id);
    }
    Some(Deed { service, verb, body })
}

fn proposal(seen: &SeenCase, how: u8, amount: u32) -> Value {
    // A complaint that does not stand gets no remedy.
    let substantiated = contracts::facts::key::substantiated();
    let stands =
        seen.case.facts.get(&substantiated).and_then(contracts::facts::FactValue::as_bool) != Some(false);
    let remedies = if how < WELL && stands {
        json!([{ "remedy": "apology", "amount": 0 }, { "remedy": "refund", "amount": amount * 100 }])
    } else {
        json!([])
    };
    match how % 3 {
        0 => json!({ "remedies": remedies, "liable": "company", "reason": "理由" }),
        1 => json!({ "remedies": remedies, "liable": "customer", "reason": "理由" }),
        _ => {
            json!({ "remedies": remedies, "liable": "person", "liable_person": "goods.leader1", "reason": "理由" })
        }
    }
}

fn convenes(seen: &SeenCase, id: WorkId, visit: VisitId) -> bool {
    let round = seen.approval.visits.get(&visit).and_then(|at| at.open()?.round.as_ref());
    round
        .and_then(|round| round.steps.first())
        .is_some_and(|step| step.seats.iter().any(|seat| seat.work == id))
}

fn accounted(seen: &SeenCase, visit: VisitId, well: bool) -> Vec<Value> {
    let round = seen.approval.visits.get(&visit).and_then(|at| at.open()?.round.as_ref());
    let proposed = round.into_iter().flat_map(|round| &round.incentives).filter(|_| well);
    let named = proposed.filter(|one| one.person.is_some());
    named
        .map(|one| json!({ "incentive": one.incentive, "person": one.person, "amount": one.amount_from }))
        .collect()
}
