//! What people say whose authority is asked for and who decide on no proposal: reviewers, auditors, those who meet, those
//! who hold others to account.

use contracts::RoundId;
use contracts::messages::round_opened::ProposedIncentive;
use contracts::queries::routing::WorkItem;
use serde_json::{Value, json};

use super::chance::Chance;
use super::people::Act;

/// The tasks of people whose authority is asked for; nobody hands them back in a drill.
pub(super) const BY_AUTHORITY: [&str; 5] = ["decide", "review", "audit", "meet", "account"];

/// A round that is open, as the case shows it.
pub(super) struct Round {
    /// Its id.
    pub(super) id: RoundId,
    /// The rewards and penalties that it proposes.
    incentives: Vec<ProposedIncentive>,
    /// Whether the work is that of whoever convenes a meeting.
    convenes: bool,
}

impl Round {
    /// The open round of the visit that a piece of work belongs to; none once its seat is decided: a list that is read
    /// late may still show the work.
    pub(super) fn of(case: &Value, item: &WorkItem) -> Option<Self> {
        let visits = case["approval"]["visits"].as_array()?;
        let own = visits.iter().find(|visit| visit["visit"] == json!(item.visit))?;
        let round = &own["round"];
        let first = round["steps"][0]["seats"].as_array()?;
        let mut seats =
            round["steps"].as_array()?.iter().filter_map(|step| step["seats"].as_array()).flatten();
        if seats.any(|seat| seat["work"] == json!(item.work) && !seat["standing"]["decided"].is_null()) {
            return None;
        }
        Some(Self {
            id: serde_json::from_value(round["id"].clone()).ok()?,
            incentives: serde_json::from_value(round["incentives"].clone()).unwrap_or_default(),
            convenes: first.iter().any(|seat| seat["work"] == json!(item.work)),
        })
    }
}

/// What somebody says whose task this is; none for another task.
pub(super) fn judged(task: &str, round: &Round, chance: &mut Chance) -> Option<Act> {
    let id = round.id;
    Some(match task {
        "review" => {
            let (verdict, reason, name) = if chance.percent(20) {
                ("object", Some("责任认定依据不足，请补充。"), "objected")
            } else {
                ("agree", None, "agreed")
            };
            act("review", json!({ "round": id, "verdict": verdict, "reason": reason }), name)
        }
        "audit" => {
            let (verdict, reason, name) = if chance.percent(15) {
                ("failed", Some("处理记录不完整，请补齐。"), "failed")
            } else {
                ("passed", None, "passed")
            };
            act("audit", json!({ "round": id, "verdict": verdict, "reason": reason }), name)
        }
        "meet" if round.convenes => {
            act("meet", json!({ "round": id, "opinion": "经会议讨论，按规定处理并致歉。" }), "convened")
        }
        "meet" if chance.percent(10) => {
            let body = json!({ "round": id, "signature": "refuse", "reason": "责任划分不同意。" });
            act("meet", body, "not signed")
        }
        "meet" => act("meet", json!({ "round": id, "signature": "agree" }), "signed"),
        "account" => accounted(round, chance),
        _ => return None,
    })
}

/// Every proposal is decided for whom the case names, at its least amount; the rest is dropped.
fn accounted(round: &Round, chance: &mut Chance) -> Act {
    let dropped = chance.percent(20);
    let is_clear = |one: &&ProposedIncentive| !dropped && (one.person.is_some() || one.subject == "team");
    let decisions: Vec<Value> = round
        .incentives
        .iter()
        .filter(is_clear)
        .map(|one| {
            json!({
                "incentive": one.incentive,
                "person": one.person,
                "amount": one.amount_from,
                "percent": one.percent,
                "points": one.points,
            })
        })
        .collect();
    let name = if decisions.is_empty() { "dropped" } else { "decided" };
    act("account", json!({ "round": round.id, "decisions": decisions, "reason": "按考核规定办理。" }), name)
}

fn act(path: &'static str, body: Value, name: &str) -> Act {
    Act { path, body, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contracts::commands::approval::{Account, Audit, Meet, Review};
    use contracts::messages::audit_recorded::AuditVerdict;
    use contracts::messages::opinion_signed::Signature;
    use contracts::messages::review_recorded::Verdict;
    use contracts::{Fen, PersonId, VisitId};
    use serde::de::DeserializeOwned;
    use uuid::Uuid;

    use super::*;

    fn incentive(key: &str, person: Option<&str>) -> ProposedIncentive {
        ProposedIncentive {
            incentive: key.to_owned(),
            form: "fine".to_owned(),
            subject: "step_owner".to_owned(),
            person: person.map(|person| PersonId::new(person).unwrap()),
            department: None,
            amount_from: Some(Fen(3_000)),
            amount_to: Some(Fen(10_000)),
            percent: None,
            points: None,
        }
    }

    /// What is said to a hundred rounds: each is an order that approval takes.
    fn said<T: DeserializeOwned>(task: &str, convenes: bool, check: impl Fn(T)) -> Vec<String> {
        let mut names = BTreeSet::new();
        for n in 0..100 {
            let id = RoundId(Uuid::from_u128(n));
            let incentives = vec![incentive("late", Some("li")), incentive("unknown", None)];
            let round = Round { id, incentives, convenes };
            let Act { path, mut body, name } = judged(task, &round, &mut Chance::at_round(7, id)).unwrap();
            assert_eq!(path, task);
            body["visit"] = json!(VisitId(Uuid::from_u128(1)));
            body["epoch"] = json!(1);
            check(serde_json::from_value(body).unwrap());
            names.insert(name);
        }
        names.into_iter().collect()
    }

    #[test]
    fn whose_seat_is_decided_says_nothing_more_in_the_round() {
        let work = |n| Uuid::from_u128(n);
        let item: WorkItem = serde_json::from_value(json!({
            "work": work(1), "complaint": work(2), "number": "1", "visit": work(3), "epoch": 1, "task": "decide",
            "stage": "approve", "label": { "zh": "审批", "en": "Approve" }, "department": "a", "role": "leader",
            "person": null, "instead_of": null, "queued": null, "due": null, "level": 1, "category": null,
            "requested_at": "2025-03-03T01:00:00Z", "since": "2025-03-03T01:00:00Z",
        }))
        .unwrap();
        let round = |standing: Value| {
            let seats =
                json!([{ "work": work(9), "standing": "vacant" }, { "work": work(1), "standing": standing }]);
            let round = json!({ "id": work(4), "steps": [{ "seats": seats }] });
            Round::of(&json!({ "approval": { "visits": [{ "visit": work(3), "round": round }] } }), &item)
        };
        assert_eq!(round(json!({ "held": {} })).map(|round| round.id), Some(RoundId(work(4))));
        assert!(round(json!({ "decided": {} })).is_none());
    }

    #[test]
    fn what_is_said_are_orders_that_approval_takes_and_a_no_gives_a_reason() {
        let reviewed = said("review", false, |order: Review| {
            assert_eq!(order.verdict == Verdict::Object, order.reason.is_some(), "{order:?}");
        });
        assert_eq!(reviewed, ["agreed", "objected"]);
        let audited = said("audit", false, |order: Audit| {
            assert_eq!(order.verdict == AuditVerdict::Failed, order.reason.is_some(), "{order:?}");
        });
        assert_eq!(audited, ["failed", "passed"]);
        let convened = said("meet", true, |order: Meet| {
            assert_eq!((order.opinion.is_some(), order.signature), (true, None));
        });
        assert_eq!(convened, ["convened"]);
        let signed = said("meet", false, |order: Meet| {
            assert_eq!(order.opinion, None);
            assert_eq!(order.signature == Some(Signature::Refuse), order.reason.is_some(), "{order:?}");
        });
        assert_eq!(signed, ["not signed", "signed"]);
        let accounted = said("account", false, |order: Account| {
            assert!(order.reason.is_some());
            assert!(order.decisions.iter().all(|one| one.incentive == "late"), "{order:?}");
        });
        assert_eq!(accounted, ["decided", "dropped"]);
    }
}
