//! The ledgers that playbooks declare: entered, searched in both languages, settled.

use contracts::commands::Actor;
use contracts::messages::ledger_entered::{LedgerColumn, LedgerEntered};
use contracts::messages::ledger_settled::LedgerSettled;
use contracts::{Event, ProblemCode, ServiceName, Text};
use serde_json::{Value, json};

use super::bench::{Bench, Journals, complaint};
use super::story::{Saying, at, registered};

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

fn entered(ledger: &str, pending: bool, plate: &str) -> LedgerEntered {
    LedgerEntered {
        ledger: ledger.parse().unwrap(),
        label: text("台账", "Ledger"),
        instance: 1,
        pending,
        columns: vec![
            LedgerColumn {
                key: "vehicle".into(),
                label: text("车牌号", "Plate"),
                value: plate.into(),
                shown: None,
            },
            LedgerColumn {
                key: "category".into(),
                label: text("类别", "About"),
                value: "quality".into(),
                shown: Some(text("维修质量", "Quality of repair")),
            },
        ],
    }
}

async fn bench() -> (Bench, Journals) {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let mut messages = Vec::new();
    for n in 1..=5_i64 {
        let subject = complaint(u128::try_from(n).unwrap());
        let mut say = |source, event: Event| {
            messages.push(journals.say(&subject, &Saying { source, at: at(n), event }));
        };
        say(ServiceName::Intake, registered(&format!("TS-{n}"), false).into());
        say(ServiceName::Routing, entered("pending", true, &format!("沪A{n}")).into());
        say(ServiceName::Routing, entered("problems", false, &format!("沪A{n}")).into());
    }
    bench.hear(&messages).await;
    (bench, journals)
}

async fn numbers(bench: &Bench, asked: Value) -> Vec<String> {
    let page = bench.ask("ledger_entries", asked).await;
    let entries = page["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn entries_are_found_in_both_languages_page_by_page_and_leave_when_they_are_settled() {
    let (bench, mut journals) = bench().await;
    let all = json!({"ledger": "pending"});
    assert_eq!(numbers(&bench, all.clone()).await, ["TS-5", "TS-4", "TS-3", "TS-2", "TS-1"]);
    let first = bench.ask("ledger_entries", json!({"ledger": "pending", "limit": 3})).await;
    let rest = json!({"ledger": "pending", "limit": 3, "after": first["next"]});
    assert_eq!(numbers(&bench, rest).await, ["TS-2", "TS-1"]);
    for (search, found) in [("沪a3", 1), ("维修", 5), ("QUALITY OF", 5), ("ts-2", 1), ("绿色", 0), ("%", 0)]
    {
        let asked = json!({"ledger": "pending", "search": search});
        assert_eq!(numbers(&bench, asked).await.len(), found, "{search}");
    }
    let of_one = json!({"complaints": [complaint(2).complaint_id()], "pending": true});
    assert_eq!(numbers(&bench, of_one.clone()).await, ["TS-2"], "the mark on a customer");
    let settled = LedgerSettled { ledger: "pending".parse().unwrap() };
    let saying = Saying { source: ServiceName::Routing, at: at(60), event: settled.into() };
    bench.hear(&[journals.say(&complaint(2), &saying)]).await;
    assert_eq!(numbers(&bench, of_one).await, Vec::<String>::new(), "the mark is gone");
    assert_eq!(numbers(&bench, all).await, ["TS-5", "TS-4", "TS-3", "TS-1"]);
    assert_eq!(numbers(&bench, json!({"ledger": "pending", "settled": true})).await, ["TS-2"]);
    let kept = json!({"ledger": "problems", "search": "沪A2"});
    assert_eq!(numbers(&bench, kept).await, ["TS-2"], "what is kept stays");
    let entry = &bench.ask("ledger_entries", json!({"ledger": "problems", "limit": 1})).await["entries"][0];
    assert_eq!(entry["columns"][1]["shown"]["zh"], json!("维修质量"));
    assert_eq!(entry.get("search"), None);
    let problem =
        bench.ask_as(Actor::System, "ledger_entries", json!({"search": "字".repeat(201)})).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::FieldTooLong, Some("/search")));
    bench.stop().await;
}
