//! What is asked of the ledger: pages, filters, counts, and that each question finds its index.

use analytics::queries::{MISSED, SEARCHED};
use contracts::commands::Actor;
use contracts::{ProblemCode, ServiceName};
use serde_json::{Value, json};

use super::bench::{Bench, Journals, complaint};
use super::story::{Saying, at, registered, story};

/// `cases` complaints on record, one a minute; the first is the whole story, the others are open.
async fn bench_with(cases: u128) -> Bench {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let mut messages = Vec::new();
    for saying in story().iter().flatten() {
        messages.push(journals.say(&complaint(1), saying));
    }
    for n in 2..=cases {
        let mut case = registered(&format!("TS-{n}"), false);
        case.registered_at = at(i64::try_from(n / 2).unwrap());
        let saying = Saying { source: ServiceName::Intake, at: case.registered_at, event: case.into() };
        messages.push(journals.say(&complaint(n), &saying));
    }
    bench.hear(&messages).await;
    bench
}

async fn all_pages(bench: &Bench, name: &str, rows: &str, mut asked: Value) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let page = bench.ask(name, asked.clone()).await;
        all.extend(page[rows].as_array().unwrap().clone());
        if page["next"].is_null() {
            return all;
        }
        asked["after"] = page["next"].clone();
    }
}

#[tokio::test]
async fn the_ledger_is_read_page_by_page_each_case_once_newest_first() {
    let bench = bench_with(23).await;
    for limit in [1, 2, 7, 23, 200] {
        let cases = all_pages(&bench, "ledger", "cases", json!({"limit": limit})).await;
        let mut numbers: Vec<_> = cases.iter().map(|case| case["number"].as_str().unwrap()).collect();
        let times: Vec<_> = cases.iter().map(|case| case["registered_at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!((cases.len(), numbers.len()), (23, 23), "pages of {limit}, though pairs have one time");
    }
    bench.stop().await;
}

#[tokio::test]
async fn the_ledger_is_filtered() {
    let bench = bench_with(5).await;
    for (filter, found) in [
        (json!({"open": true}), 4),
        (json!({"open": false}), 1),
        (json!({"closing": "lessons"}), 1),
        (json!({"closing": "summary"}), 1),
        (json!({"closing": "tea"}), 0),
        (json!({"department": "logistics"}), 1),
        (json!({"category": "other"}), 4),
        (json!({"category": "quality", "open": true}), 0),
        (json!({"number": "TS-3"}), 1),
        (json!({"stage": "archive"}), 0),
        (json!({"repeats": true}), 1),
        (json!({"breached": true, "escalated": true}), 1),
        (json!({"breached": false}), 4),
        (json!({"satisfaction": "5"}), 1),
        (json!({"satisfaction": "1"}), 0),
        (json!({"complaints": [complaint(2).complaint_id(), complaint(3).complaint_id()]}), 2),
        (json!({"search": "ts-3"}), 1),
        (json!({"registered": {"from": at(0), "to": at(1)}}), 1),
        (json!({"registered": {"from": at(2)}}), 2),
        (json!({"closed": {"from": at(60), "to": at(70)}}), 1),
        (json!({"closed": {"to": at(60)}}), 0),
        (json!({"missed": {"from": at(19), "to": at(21)}}), 1),
        (json!({"missed": {"from": at(21)}}), 0),
        (json!({"visited_by": "logistics"}), 1),
        (json!({"visited_by": "logistics", "visited": {"from": at(26)}}), 0),
        (Value::Null, 5),
    ] {
        let page = bench.ask("ledger", filter.clone()).await;
        assert_eq!(page["cases"].as_array().unwrap().len(), found, "{filter}");
        assert!(page["as_of"].is_string(), "how fresh it is");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_is_refused_and_says_why() {
    let bench = Bench::start().await;
    let invalid = ProblemCode::InvalidField;
    for (name, asked, code, field) in [
        ("ledger", json!({"colour": 1}), ProblemCode::UnknownField, "/colour"),
        ("ledger", json!({"department": "no such; --"}), invalid, "/department"),
        ("ledger", json!({"department": "a\0"}), invalid, "/department"),
        ("ledger", json!({"category": "质量"}), invalid, "/category"),
        ("ledger", json!({"stage": 1}), invalid, "/stage"),
        ("ledger", json!({"number": "TS\0"}), invalid, "/number"),
        ("ledger", json!({"number": "1".repeat(65)}), ProblemCode::FieldTooLong, "/number"),
        ("ledger", json!({"open": "perhaps"}), invalid, "/open"),
        (
            "ledger",
            json!({"after": {"complaint": complaint(1).id}}),
            ProblemCode::MissingField,
            "/after/registered_at",
        ),
        ("ledger", json!({"search": "字".repeat(201)}), ProblemCode::FieldTooLong, "/search"),
        ("ledger", json!({"registered": {"from": "yesterday"}}), invalid, "/registered/from"),
        ("precedents", json!({"category": "quality"}), ProblemCode::MissingField, "/kind"),
        (
            "overview",
            json!({"from": at(0), "to": at(0), "by": "day", "zone": "Asia/Shanghai"}),
            invalid,
            "/to",
        ),
        (
            "overview",
            json!({"from": at(0), "to": at(1), "by": "day", "zone": "Asia/Nowhere"}),
            invalid,
            "/zone",
        ),
        ("overview", json!({"from": at(0), "to": at(1), "by": "hour", "zone": "UTC"}), invalid, "/by"),
        ("counts", json!({"department": ""}), invalid, "/department"),
        ("stage_times", json!({"from": "yesterday"}), invalid, "/from"),
        ("stage_times", json!({"to": "-009999-01-02T00:00:00Z"}), invalid, "/to"),
        (
            "breaches",
            json!({"after": {"due": "2025-02-30T00:00:00Z", "clock": complaint(1).id}}),
            invalid,
            "/after/due",
        ),
    ] {
        let refused = bench.ask_as(super::story::li(), name, asked.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)), "{asked} {refused}");
        assert_eq!(refused.lacks(), None, "{asked}");
    }
    for actor in [Actor::Customer, Actor::Feeder { name: "shop".to_owned() }] {
        let refused = bench.ask_as(actor, "counts", Value::Null).await.unwrap_err();
        assert_eq!((refused.code, refused.lacks()), (ProblemCode::NotAllowed, None));
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_case_that_is_not_registered_yet_is_in_no_page() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let stage = journals.say(&complaint(1), &story()[1][0]);
    bench.hear(&[stage]).await;
    assert_eq!(bench.ask("ledger", Value::Null).await["cases"], json!([]));
    let record = journals.say(&complaint(1), &story()[0][0]);
    bench.hear(&[record]).await;
    let case = &bench.ask("ledger", Value::Null).await["cases"][0];
    assert_eq!((&case["number"], &case["stage"]), (&json!("TS-1"), &json!("triage")));
    bench.stop().await;
}

#[tokio::test]
async fn counts_money_satisfaction_and_places() {
    let bench = bench_with(4).await;
    let counts = bench.ask("counts", Value::Null).await;
    assert_eq!(
        counts["totals"],
        json!({"registered": 4, "open": 3, "closed": 1, "repeats": 1, "breached": 1, "escalated": 1,
            "proposed_fen": 12_050, "executed_fen": 12_050})
    );
    assert_eq!(counts["satisfaction"], json!([{"answer": "5", "cases": 1}]));
    let own = bench.ask("counts", json!({"department": "logistics"})).await;
    assert_eq!((&own["totals"]["registered"], &own["totals"]["closed"]), (&json!(1), &json!(1)));
    assert_eq!((&own["satisfaction"], &own["open_by_place"]), (&counts["satisfaction"], &json!([])));
    let nobodys = bench.ask("counts", json!({"department": "sales"})).await;
    assert_eq!((&nobodys["totals"]["registered"], &nobodys["satisfaction"]), (&json!(0), &json!([])));
    assert_eq!(counts["open_by_place"], json!([{"department": null, "stage": null, "open": 3}]));
    let case = bench.ask("ledger", json!({"open": false})).await["cases"][0].clone();
    assert_eq!(
        (&case["repeats"], &case["escalations"], &case["outcome"]),
        (&json!(true), &json!(1), &json!("satisfied"))
    );
    bench.stop().await;
}

#[tokio::test]
async fn how_long_stages_took_and_which_clocks_ran_out() {
    let bench = bench_with(1).await;
    let times = bench.ask("stage_times", Value::Null).await;
    let stages = times["stages"].as_array().unwrap();
    let verify = stages.iter().find(|row| row["stage"] == "verify").unwrap();
    assert_eq!(verify["department"], "logistics", "whose it was in the end");
    assert_eq!((&verify["visits"], verify["median_seconds"].as_f64()), (&json!(1), Some(1200.0)));
    let revoked = stages.iter().find(|row| row["stage"] == "progress").unwrap();
    assert_eq!((&revoked["visits"], &revoked["withdrawn"]), (&json!(0), &json!(1)), "it was never completed");
    assert!(revoked["median_seconds"].is_null(), "and tells nothing of how long the work takes");
    let none = bench.ask("stage_times", json!({"from": at(100)})).await;
    assert_eq!(none["stages"], json!([]));
    let own = bench.ask("stage_times", json!({"department": "logistics"})).await;
    assert_eq!(own["stages"], json!([verify]));
    let some = bench.ask("stage_times", json!({"from": at(0), "to": at(6)})).await;
    assert_eq!(some["stages"].as_array().unwrap().len(), 1);
    let breaches =
        all_pages(&bench, "breaches", "breaches", json!({"department": "quality", "limit": 1})).await;
    assert_eq!(breaches.len(), 1);
    assert_eq!((&breaches[0]["clock_key"], &breaches[0]["person"]), (&json!("settle"), &json!("li")));
    bench.stop().await;
}

#[tokio::test]
async fn a_limit_that_was_moved_and_missed_again_is_one_breach_with_its_last_limit() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for (minute, due) in [(20, 20), (50, 48)] {
        let mut missed = super::story::missed(20);
        missed.due = at(due);
        let saying = Saying { source: ServiceName::Routing, at: at(minute), event: missed.into() };
        let message = journals.say(&complaint(1), &saying);
        bench.hear(&[message]).await;
    }
    let now = bench.tables().await;
    let page = bench.ask("breaches", Value::Null).await;
    assert_eq!(page["breaches"].as_array().unwrap().len(), 1);
    assert_eq!(page["breaches"][0]["due"], "2025-03-07T01:48:00+00:00");
    analytics::rebuild::begin(&bench.pool).await.unwrap();
    bench.hear(&journals.said).await;
    assert_eq!(bench.tables().await, now, "however the events are batched");
    bench.stop().await;
}

#[tokio::test]
async fn writing_what_is_known_changes_no_row() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let messages: Vec<_> =
        story().iter().flatten().map(|saying| journals.say(&complaint(1), saying)).collect();
    bench.hear(&messages).await;
    let before = bench.tables().await;
    let versions = "select array_agg(xmin::text order by visit) from stage_time";
    let rows: Vec<String> = sqlx::query_scalar(versions).fetch_one(&bench.pool).await.unwrap();
    bench.hear(&messages).await;
    assert_eq!(bench.tables().await, before, "duplicates");
    let known = Saying { source: ServiceName::Approval, at: at(70), event: story()[3][0].event.clone() };
    let message = journals.say(&complaint(1), &known);
    bench.hear(&[message]).await;
    let after: Vec<String> = sqlx::query_scalar(versions).fetch_one(&bench.pool).await.unwrap();
    assert_eq!(after, rows, "an event that concerns no visit writes none");
    assert_eq!(bench.ask("counts", Value::Null).await["as_of"], json!("2025-03-07T02:10:00+00:00"));
    bench.stop().await;
}

/// The indexes that the plan of a statement reads, and whether it reads a table from end to end.
pub(crate) fn reads(plan: &Value, found: &mut Vec<String>) {
    if let Some(name) = plan["Index Name"].as_str() {
        found.push(name.to_owned());
    }
    if plan["Node Type"] == "Seq Scan" || plan["Node Type"] == "Sort" {
        found.push(plan["Node Type"].as_str().unwrap().to_owned());
    }
    for part in plan["Plans"].as_array().into_iter().flatten() {
        reads(part, found);
    }
}

#[tokio::test]
async fn every_question_finds_its_index() {
    let bench = Bench::start().await;
    for statement in [
        "insert into case_fact (organisation, complaint, number, department, category, stage, repeats, level, instance,
             breaches, as_of, registered_at, closed_at, closing, kind, decided_at)
         select 'huarun', md5(n::text)::uuid, 'TS-' || n, 'd' || n % 50, 'c' || n % 40, 's' || n % 9, false, 1, 1, 0,
             now(), now() - n * interval '1 minute', case when n % 20 > 0 then now() - n * interval '50 seconds' end,
             case when n % 20 = 1 then array['lessons'] else '{}' end, 'complaint',
             case when n % 3 = 0 then now() - n * interval '55 seconds' end
         from generate_series(1, 20000) n",
        "insert into ledger_entry (organisation, ledger, complaint, label, instance, pending, columns, entered_at, search)
         select 'huarun', 'problems', md5(n::text)::uuid, '{}', 1, false, '[]', now(), '维修质量 quality of repair' || case when n % 999 = 0 then '京a' || n else '' end
         from generate_series(1, 20000) n",
        "insert into breach (organisation, complaint, clock, clock_key, due, department)
         select 'huarun', md5(n::text)::uuid, md5(n::text)::uuid, 'k', now() - n * interval '1 minute', 'd' || n % 50
         from generate_series(1, 20000) n",
        "analyze case_fact",
        "analyze breach",
        "analyze ledger_entry",
    ] {
        sqlx::query(statement).execute(&bench.pool).await.unwrap();
    }
    let after = "(now() - interval '9 days'), '00000000-0000-0000-0000-000000000000'";
    let of_all = |department: &str, category: &str, number: &str, open: &str, after: &str| {
        let values = ["'huarun'", department, category, "null", number, open, after, "50", "null"];
        ledger_plan(&[], &values.join(", "), "")
    };
    let ledger = |department: &str, category: &str, number: &str, after: &str| {
        of_all(department, category, number, "null", after)
    };
    let breaches = |department: &str, after: &str| {
        explain(analytics::queries::BREACHES_PAGE, &["'huarun'", department, after, "50"].join(", "))
    };
    let summed_up = "'huarun', null, null, null, null, null, null, null, 50, 'lessons'";
    let all = "'huarun', null, null, null, null, null, null, null, 50, null";
    let others = "null, null, null, null, null";
    let search = format!("{others}, '京a12', null, null");
    // So few ran out in it that they are looked up one by one.
    let an_hour = "(now() - interval '9 days'), (now() - interval '8 days 23 hours')";
    let precedents = |after: &str| {
        let values = ["'huarun'", "'c3'", "'complaint'", "null", "null", after, "20"];
        explain(analytics::queries::PRECEDENTS_PAGE, &values.join(", "))
    };
    for (statement, index) in [
        (ledger("null", "null", "null", "null, null"), "case_fact_pages"),
        (ledger("null", "null", "null", after), "case_fact_pages"),
        (of_all("null", "null", "null", "true", "null, null"), "case_fact_open_pages"),
        (of_all("null", "null", "null", "true", after), "case_fact_open_pages"),
        (ledger_plan(&[], summed_up, ""), "case_fact_summed_up"),
        (ledger_plan(&[SEARCHED], all, &search), "ledger_entry_pairs case_fact_pkey"),
        (
            ledger_plan(&[MISSED], all, &format!("{others}, null, null, null, null, null, {an_hour}")),
            "breach_pages case_fact_pkey",
        ),
        (precedents("null, null"), "case_fact_decided"),
        (precedents(after), "case_fact_decided"),
        (ledger("'d7'", "null", "null", "null, null"), "case_fact_of_department"),
        (ledger("null", "'c3'", "null", "null, null"), "case_fact_of_category"),
        (ledger("null", "null", "'TS-9'", "null, null"), "case_fact_by_number"),
        (breaches("null", "null, null"), "breach_pages"),
        (breaches("'d7'", after), "breach_of_department"),
    ] {
        let plan: Value =
            sqlx::query_scalar(sqlx::AssertSqlSafe(statement.clone())).fetch_one(&bench.pool).await.unwrap();
        let mut found = Vec::new();
        reads(&plan[0]["Plan"], &mut found);
        // So few that they are sorted.
        let pages =
            ["case_fact_pages", "case_fact_open_pages", "case_fact_of", "breach_of", "case_fact_decided"];
        let few = !pages.iter().any(|page| index.starts_with(page)) && index != "breach_pages"
            || index.contains(' ');
        found.retain(|name| !few || name != "Sort");
        found.sort_by_key(|name| index.split(' ').position(|one| one == name));
        assert_eq!(found.join(" "), index, "{statement}");
    }
    bench.stop().await;
}

/// The plan of a page of the ledger: the first ten values, and those that follow; null where fewer are given.
fn ledger_plan(besides: &[&str], first: &str, rest: &str) -> String {
    let mut values: Vec<_> =
        first.split(", ").chain(rest.split(", ").filter(|one| !one.is_empty())).collect();
    values.resize(25, "null");
    explain(&analytics::queries::ledger_page(besides), &values.join(", "))
}

/// The statement as it is planned for these values, which is how a statement that is not kept prepared is planned.
pub(crate) fn explain(statement: &str, values: &str) -> String {
    let mut text = statement.to_owned();
    for (n, value) in values.split(", ").enumerate().collect::<Vec<_>>().into_iter().rev() {
        text = text.replace(&format!("${}", n + 1), value);
    }
    format!("explain (format json) {text}")
}
