//! Reports: what is counted, when they are made, and that they stay as they were made.

use analytics::reports::{Asked, MAKE};
use contracts::messages::report_due::ReportDue;
use contracts::{ServiceName, SubjectRef};
use serde_json::{Value, json};

use super::bench::{Bench, Journals, Message, complaint, organisation};
use super::story::{Saying, at, registered, story};

/// A report of the whole story's playbook.
pub(crate) fn weekly() -> ReportDue {
    serde_json::from_value(json!({
        "report": "weekly", "playbook": registered("TS-1", false).playbook,
        "label": {"zh": "投诉周报", "en": "Weekly report"}, "from": at(-600), "to": at(100_000), "due": at(100_000),
        "period": "2025-03-04 – 2025-03-10", "made_by": ["lin.agent"], "receivers": ["guo"], "channel": null,
        "contents": [{"zh": "类型", "en": "Types"}],
    }))
    .unwrap()
}

fn say(journals: &mut Journals, subject: &SubjectRef, due: ReportDue) -> Message {
    journals.say(subject, &Saying { source: ServiceName::Routing, at: due.due, event: due.into() })
}

async fn make(bench: &Bench) -> bool {
    Asked::read(&bench.pool).await.unwrap().unwrap().make(&bench.pool).await.unwrap()
}

async fn only(bench: &Bench) -> Value {
    let page = bench.ask("reports", json!({})).await;
    let [report] = &page["reports"].as_array().unwrap()[..] else { panic!("{page}") };
    report.clone()
}

#[tokio::test]
async fn a_report_is_frozen_once_it_is_made() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for saying in story().iter().flatten() {
        journals.say(&complaint(1), saying);
    }
    bench.hear(&journals.said).await;
    assert!(Asked::read(&bench.pool).await.unwrap().is_none(), "nobody asked");
    let message = say(&mut journals, &SubjectRef::organisation(&organisation()), weekly());
    bench.hear(std::slice::from_ref(&message)).await;
    let report = only(&bench).await;
    assert!(report["figures"].is_null() && report["as_of"].is_null(), "it is asked for: {report}");
    assert!(make(&bench).await);
    let report = only(&bench).await;
    assert_eq!((&report["figures"]["registered"], &report["figures"]["closed"]), (&json!(1), &json!(1)));
    assert!(report["as_of"].is_string() && report["cases"].is_null());
    // A case that comes later changes nothing, nor does the same event again.
    let mut later = registered("TS-2", false);
    later.registered_at = at(50);
    let saying = Saying { source: ServiceName::Intake, at: at(50), event: later.into() };
    bench.hear(&[journals.say(&complaint(2), &saying), message]).await;
    assert!(Asked::read(&bench.pool).await.unwrap().is_none());
    let whole = bench.ask("report", json!({"report": report["report"]})).await;
    assert_eq!(whole["figures"], report["figures"]);
    assert_eq!(whole["cases"].as_array().unwrap().len(), 1);
    for (person, found) in [("guo", 1), ("lin.agent", 1), ("sun", 0)] {
        let page = bench.ask("reports", json!({"key": "weekly", "person": person})).await;
        assert_eq!(page["reports"].as_array().unwrap().len(), found, "{person}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_report_that_falls_due_while_the_ledger_is_built_anew_waits_for_it() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 1..=3 {
        for saying in story().iter().flatten() {
            journals.say(&complaint(n), saying);
        }
    }
    bench.hear(&journals.said).await;
    let message = say(&mut journals, &SubjectRef::organisation(&organisation()), weekly());
    bench.hear(std::slice::from_ref(&message)).await;
    // The ledger was level; before the report is made it is begun anew.
    let asked = Asked::read(&bench.pool).await.unwrap().unwrap();
    analytics::rebuild::begin(&bench.pool).await.unwrap();
    assert!(!asked.make(&bench.pool).await.unwrap(), "it would count nothing");
    assert!(only(&bench).await["figures"].is_null());
    bench.hear(&journals.said).await;
    assert!(make(&bench).await);
    assert_eq!(only(&bench).await["figures"]["registered"], json!(3));
    // What is made stays, also when everything is forgotten and heard again.
    let made = only(&bench).await;
    analytics::rebuild::begin(&bench.pool).await.unwrap();
    bench.hear(&journals.said).await;
    assert!(Asked::read(&bench.pool).await.unwrap().is_none());
    assert_eq!(only(&bench).await, made);
    bench.stop().await;
}

/// Puts a case into the ledger: when it was registered and closed, and what it is about.
async fn case(bench: &Bench, n: i32, (registered, closed): (&str, Option<&str>), category: &str) {
    sqlx::query(
        "insert into case_fact (organisation, complaint, playbook, kind, channel, category, liable, outcome, satisfaction,
             repeats, level, instance, breaches, as_of, registered_at, closed_at)
         values ('huarun', md5($1::text)::uuid, 'p14@2', 'complaint', 'phone', $4, 'company',
             case when $3::text is not null then 'satisfied' end, case when $3::text is not null then '5' end,
             false, 1, 1, 0, now(), $2::text::timestamptz, $3::text::timestamptz)",
    )
    .bind(n)
    .bind(registered)
    .bind(closed)
    .bind(category)
    .execute(&bench.pool)
    .await
    .unwrap();
}

fn of_p14(label: &str) -> ReportDue {
    let mut due = weekly();
    label.clone_into(&mut due.report);
    due.playbook = serde_json::from_value(json!({"id": "p14", "version": 1})).unwrap();
    (due.from, due.to) = ("2025-03-04T00:00:00Z".parse().unwrap(), "2025-03-11T00:00:00Z".parse().unwrap());
    due
}

#[tokio::test]
async fn what_came_in_was_closed_and_is_open_is_counted_by_the_period() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for (n, times, category) in [
        (1, ("2025-02-01T00:00:00Z", Some("2025-03-03T23:59:59Z")), "quality"), // all of it before
        (2, ("2025-03-01T00:00:00Z", Some("2025-03-05T00:00:00Z")), "quality"), // before, closed within
        (3, ("2025-03-04T00:00:00Z", None), "quality"),                         // at the first instant
        (4, ("2025-03-10T23:59:59Z", Some("2025-03-12T00:00:00Z")), "delivery"), // closed after
        (5, ("2025-03-05T00:00:00Z", Some("2025-03-06T00:00:00Z")), "delivery"),
        (6, ("2025-03-11T00:00:00Z", None), "delivery"), // after
    ] {
        case(&bench, n, times, category).await;
    }
    sqlx::query(
        "insert into breach (organisation, complaint, clock, clock_key, due)
         select 'huarun', md5(n::text)::uuid, md5(n::text)::uuid, 'contact',
             '2025-03-03T12:00:00Z'::timestamptz + n * interval '1 day' from generate_series(0, 9) n",
    )
    .execute(&bench.pool)
    .await
    .unwrap();
    let message = say(&mut journals, &SubjectRef::organisation(&organisation()), of_p14("weekly"));
    bench.hear(&[message]).await;
    assert!(make(&bench).await);
    let report = only(&bench).await;
    let figures = &report["figures"];
    let number = |name: &str| figures[name].as_u64().unwrap();
    assert_eq!((number("registered"), number("closed"), number("open")), (3, 2, 2), "{figures}");
    assert_eq!((number("cases"), number("listed"), number("repeats")), (4, 4, 0));
    assert_eq!(figures["by_category"], json!({"quality": 1, "delivery": 2}));
    assert_eq!(figures["by_kind"], json!({"complaint": 3}));
    assert_eq!(figures["by_level"], json!({"1": 3}));
    assert_eq!(figures["by_result"], json!({"satisfied": 2}));
    assert_eq!(figures["by_department"], json!({}), "nobody answers for it yet");
    assert_eq!(figures["breaches"], json!({"contact": 6}), "those of the playbook's own cases");
    let whole = bench.ask("report", json!({"report": report["report"]})).await;
    let case = &whole["cases"][0];
    assert_eq!(
        (&case["outcome"], case.get("organisation"), case.get("came")),
        (&json!("satisfied"), None, None)
    );
    bench.stop().await;
}

/// a category of which many came in, and many more than before, is found without anybody looking for it.
#[tokio::test]
async fn topics_that_grow_hot_are_found() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let cases = [
        ("2025-02-26T00:00:00Z", "quality", 2),  // the week before
        ("2025-02-27T00:00:00Z", "delivery", 3), // … as many as now
        ("2025-02-20T00:00:00Z", "price", 9),    // … and long before
        ("2025-03-05T00:00:00Z", "quality", 4),
        ("2025-03-05T00:00:00Z", "delivery", 5),
        ("2025-03-06T00:00:00Z", "price", 3),
        ("2025-03-06T00:00:00Z", "attitude", 2), // new, and few
    ];
    let each = cases.into_iter().flat_map(|(at, category, n)| std::iter::repeat_n((at, category), n));
    for (n, (at, category)) in (1..).zip(each) {
        case(&bench, n, (at, None), category).await;
    }
    let message = say(&mut journals, &SubjectRef::organisation(&organisation()), of_p14("weekly"));
    bench.hear(&[message]).await;
    assert!(make(&bench).await);
    assert_eq!(
        only(&bench).await["figures"]["hot_topics"],
        json!({"quality": {"now": 4, "before": 2}, "price": {"now": 3, "before": 0}})
    );
    bench.stop().await;
}

#[tokio::test]
async fn a_report_about_a_case_counts_that_case() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 1..=2 {
        for saying in story().iter().flatten() {
            journals.say(&complaint(n), saying);
        }
    }
    let about = weekly();
    let long_after = ReportDue { from: at(90_000), ..about };
    say(&mut journals, &complaint(1), long_after);
    bench.hear(&journals.said).await;
    assert!(make(&bench).await);
    let report = only(&bench).await;
    let figures = &report["figures"];
    assert_eq!(
        (&figures["registered"], &figures["closed"], &figures["cases"]),
        (&json!(1), &json!(1), &json!(1))
    );
    bench.stop().await;
}

#[tokio::test]
async fn a_report_lists_a_thousand_cases_and_finds_them_by_an_index() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for statement in [
        "insert into case_fact (organisation, complaint, playbook, repeats, level, instance, breaches, as_of,
             registered_at, closed_at)
         select 'huarun', md5(n::text)::uuid, 'p' || n % 15 || '@1', false, 1, 1, 0, now(),
             '2025-03-04T00:00:00Z', case when n % 150 > 45 then '2025-03-03T00:00:00Z'::timestamptz end
         from generate_series(1, 60000) n",
        "analyze case_fact",
    ] {
        sqlx::query(statement).execute(&bench.pool).await.unwrap();
    }
    let message = say(&mut journals, &SubjectRef::organisation(&organisation()), of_p14("weekly"));
    bench.hear(&[message]).await;
    let report = only(&bench).await["report"].clone();
    let plan = format!(
        "explain {}",
        MAKE.replace("$1", "'huarun'").replace("$2", &format!("'{}'", report.as_str().unwrap()))
    );
    let plan: Vec<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(plan)).fetch_all(&bench.pool).await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("case_fact_of_playbook") && !plan.contains("Seq Scan on case_fact"), "{plan}");
    assert!(make(&bench).await);
    let whole = bench.ask("report", json!({"report": report})).await;
    let counted = (&whole["figures"]["cases"], &whole["figures"]["listed"]);
    assert_eq!(counted, (&json!(1200), &json!(1000)));
    assert_eq!(whole["cases"].as_array().unwrap().len(), 1_000);
    bench.stop().await;
}
