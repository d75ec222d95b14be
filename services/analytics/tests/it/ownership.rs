//! Whose time it was: days that are summed already say what the visits say, whatever came in which order.

use analytics::queries::OWNERSHIP;
use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::bench::{Bench, Journals, complaint};
use super::figures::{explain, reads};
use super::story::{at, story};

const HOUR: i64 = 60;
/// What visits say of a period: the figures without any that were summed before.
const VISIT_BY_VISIT: &str = "select coalesce(jsonb_agg(one order by one ->> 'department'), '[]') from (
         select jsonb_build_object('department', department, 'visits', count(*),
             'seconds', sum(extract(epoch from left_at - entered_at))::bigint) as one
         from stage_time where entered_at is not null and left_at >= $1::timestamptz and left_at < $2::timestamptz
         group by department) of_departments";

/// The story of forty cases, seven hours apart; of each the sources are heard in an order of their own.
async fn forty_cases() -> Bench {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 0..40_i64 {
        let mut sources = story();
        let turn = usize::try_from(n).unwrap() % sources.len();
        sources.rotate_left(turn);
        for saying in sources.iter().flatten() {
            let mut saying = saying.clone();
            saying.at += (n * 7).hours();
            let message = journals.say(&complaint(u128::try_from(n).unwrap() + 1), &saying);
            // Half of them one by one, so that each visit is written as it stood at every event.
            if n % 2 == 0 {
                bench.hear(&[message]).await;
            }
        }
    }
    bench.hear(&journals.said).await;
    bench
}

#[tokio::test]
async fn days_that_are_summed_say_what_the_visits_say() {
    let bench = forty_cases().await;
    for (from, to) in [(0, 40), (0, 400), (3, 12), (3, 30), (15, 39), (23, 23 + 24), (23, 23 + 72), (95, 200)]
    {
        let (from, to) = (at(from * HOUR), at(to * HOUR));
        let period = json!({"from": from, "to": to, "by": "day", "zone": "Asia/Shanghai"});
        let found = bench.ask("overview", period).await;
        let visits: Value = sqlx::query_scalar(VISIT_BY_VISIT)
            .bind(from.to_string())
            .bind(to.to_string())
            .fetch_one(&bench.pool)
            .await
            .unwrap();
        assert_ne!(visits, json!([]), "something was let go of from {from} to {to}");
        assert_eq!(found["ownership"], visits, "from {from} to {to}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn whole_days_are_not_read_visit_by_visit() {
    let bench = Bench::start().await;
    for statement in [
        "insert into stage_time (organisation, complaint, visit, department, entered_at, left_at)
         select 'huarun', md5(n::text)::uuid, md5(n::text)::uuid, 'd' || n % 50, now() - n * interval '70 seconds',
             now() - n * interval '60 seconds' from generate_series(1, 60000) n",
        "insert into ownership_day (organisation, day, department, visits, seconds)
         select organisation, (left_at at time zone 'UTC')::date, department, count(*),
             sum(extract(epoch from left_at - entered_at)) from stage_time group by 1, 2, 3",
        "vacuum analyze stage_time",
        "vacuum analyze ownership_day",
    ] {
        sqlx::query(statement).execute(&bench.pool).await.unwrap();
    }
    let day = |ago: u32| format!("(date_trunc('day',now() - interval '{ago} days'))");
    let values =
        ["'huarun'", "now() - interval '30 days'", &day(29), &day(1), "now() - interval '20 hours'", "null"];
    let statement = explain(OWNERSHIP, &values.join(", "));
    let plan: Value =
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&bench.pool).await.unwrap();
    let mut found = Vec::new();
    reads(&plan[0]["Plan"], &mut found);
    found.retain(|name| name != "Sort");
    found.sort_unstable();
    let by_left = "stage_time_by_left";
    assert_eq!(found, ["ownership_day_organisation_day_department_key", by_left, by_left]);
    bench.stop().await;
}
