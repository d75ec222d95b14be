//! What approvers and managers ask: how equal matters were decided, and what a period was like.

use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::proposal_made::{ProposalMade, Remedy};
use contracts::{Event, Facts, Fen, ProposalId, ServiceName, VisitId, WordId, WordRef};
use serde_json::{Value, json};
use uuid::Uuid;

use super::bench::{Bench, Journals, complaint};
use super::story::{Saying, at, li, registered, story};

fn proposal(n: u128, fen: i64) -> ProposalMade {
    ProposalMade {
        visit: VisitId(Uuid::from_u128(3)),
        proposal: ProposalId(Uuid::from_u128(n)),
        version: 1,
        instance: 1,
        remedies: vec![
            Remedy { remedy: "refund".to_owned(), amount: Fen(fen) },
            Remedy { remedy: "apology".to_owned(), amount: Fen(0) },
        ],
        liable: "store".to_owned(),
        liable_person: None,
        total: Fen(fen),
        reason: WordRef::to(ServiceName::Investigation, WordId(Uuid::from_u128(n)), "坏了"),
        declined: Vec::new(),
        shares: Vec::new(),
        by: li(),
    }
}

fn approved(so: bool) -> Event {
    let facts = Facts::from([(key::approved(), so.into())]);
    FactRecorded { facts, at: at(0), by: li(), visit: None }.into()
}

/// Five complaints about the same; the second is approved, the third refused, the fourth approved and proposed anew
/// since, the fifth not yet proposed. Where `turned`, approval is heard before investigation.
async fn bench(turned: bool) -> Bench {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let mut messages = Vec::new();
    for n in 1..=5_i64 {
        let subject = complaint(u128::try_from(n).unwrap());
        let mut said = vec![(ServiceName::Intake, registered(&format!("TS-{n}"), false).into())];
        let proposed =
            (ServiceName::Investigation, Event::from(proposal(u128::try_from(n).unwrap(), n * 1000)));
        let decided: Vec<_> = match n {
            1 | 2 => vec![approved(true)],
            3 => vec![approved(false)],
            4 => vec![approved(true), approved(false)],
            _ => Vec::new(),
        };
        let decided = decided.into_iter().map(|event| (ServiceName::Approval, event));
        if turned {
            said.extend(decided);
            said.extend((n < 5).then_some(proposed));
        } else {
            said.extend((n < 5).then_some(proposed));
            said.extend(decided);
        }
        for (source, event) in said {
            messages.push(journals.say(&subject, &Saying { source, at: at(n), event }));
        }
    }
    bench.hear(&messages).await;
    bench
}

fn numbers(page: &Value) -> Vec<&str> {
    page["cases"].as_array().unwrap().iter().map(|case| case["number"].as_str().unwrap()).collect()
}

/// equal cases are decided alike, so whoever decides sees what was decided before.
#[tokio::test]
async fn precedents_are_decided_cases_of_the_same_matter_latest_first() {
    for turned in [false, true] {
        let bench = bench(turned).await;
        let same = json!({"category": "other", "kind": "complaint"});
        let all = bench.ask("precedents", same.clone()).await;
        assert_eq!(numbers(&all), ["TS-2", "TS-1"], "whatever is heard first");
        let case = &all["cases"][0];
        assert_eq!(
            (&case["remedies"], &case["proposed_fen"], &case["liable"], &case["decided_at"]),
            (
                &json!(["refund", "apology"]),
                &json!(2000),
                &json!("store"),
                &json!("2025-03-07T01:02:00+00:00")
            )
        );
        let mut others = same.clone();
        others["except"] = json!(complaint(2).complaint_id());
        assert_eq!(numbers(&bench.ask("precedents", others).await), ["TS-1"], "not the case itself");
        let mut first = same.clone();
        first["limit"] = json!(1);
        let page = bench.ask("precedents", first.clone()).await;
        first["after"] = page["next"].clone();
        assert_eq!(
            (numbers(&page), numbers(&bench.ask("precedents", first).await)),
            (vec!["TS-2"], vec!["TS-1"])
        );
        for (filter, value) in [("category", "quality"), ("kind", "inquiry")] {
            let mut asked = same.clone();
            asked[filter] = json!(value);
            assert_eq!(numbers(&bench.ask("precedents", asked).await), Vec::<&str>::new(), "{filter}");
        }
        bench.stop().await;
    }
}

#[tokio::test]
async fn a_period_in_figures() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let mut messages: Vec<_> =
        story().iter().flatten().map(|saying| journals.say(&complaint(1), saying)).collect();
    for (n, minute) in [(2_u128, 10), (3, 24 * 60)] {
        let mut case = registered(&format!("TS-{n}"), false);
        case.registered_at = at(minute);
        let saying = Saying { source: ServiceName::Intake, at: case.registered_at, event: case.into() };
        messages.push(journals.say(&complaint(n), &saying));
    }
    bench.hear(&messages).await;
    let two_days =
        |from: i64| json!({"from": at(from), "to": at(2 * 24 * 60), "by": "day", "zone": "Asia/Shanghai"});
    let all = bench.ask("overview", two_days(0)).await;
    // The days are the organisation's: they begin at 16:00 UTC.
    assert_eq!(
        all["volume"],
        json!([
            {"at": "2025-03-06T16:00:00Z", "registered": 2, "closed": 1, "breaches": 1},
            {"at": "2025-03-07T16:00:00Z", "registered": 1, "closed": 0, "breaches": 0},
        ])
    );
    assert_eq!(
        all["totals"],
        json!({"registered": 3, "repeats": 1, "breached": 1, "escalated": 1, "still_open": 2})
    );
    assert_eq!(
        all["satisfaction"],
        json!([{"answer": "5", "cases": 1, "proposed_fen": 12_050, "executed_fen": 12_050}])
    );
    assert_eq!(all["open_by_place"], json!([{"department": null, "stage": null, "open": 2}]));
    let owners: Vec<_> = all["ownership"].as_array().unwrap().iter().map(|one| &one["department"]).collect();
    assert_eq!(owners, [&json!("logistics"), &json!("quality")], "whose time it was");
    assert_eq!(all["ownership"][0]["seconds"], json!(1200));
    assert!(all["as_of"].is_string());
    let mut own = two_days(0);
    own["department"] = json!("logistics");
    let own = bench.ask("overview", own).await;
    assert_eq!((&own["totals"]["registered"], own["volume"].as_array().unwrap().len()), (&json!(1), 1));
    let later = bench.ask("overview", two_days(30)).await;
    assert_eq!(later["totals"]["registered"], json!(1), "nothing of before");
    bench.stop().await;
}
