//! What is summed before anybody asks says what cases, visits and breaches say, whatever came in which order.

use analytics::queries::{CLOSED, OWNERSHIP, RAN_OUT, REGISTERED};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::bench::{Bench, Journals, complaint};
use super::figures::{explain, reads};
use super::story::{at, story};

const HOUR: i64 = 60;

/// The figures of `from` to `to`, counted case by case, visit by visit and breach by breach.
fn counted(from: Timestamp, to: Timestamp, department: Option<&str>) -> String {
    let within = |at: &str| format!("{at} >= '{from}' and {at} < '{to}'");
    let of = department.map_or("true".to_owned(), |department| format!("department = '{department}'"));
    let day = |at: &str| {
        format!("to_char(({at} at time zone 'Asia/Shanghai')::date - 1, 'YYYY-MM-DD\"T16:00:00Z\"')")
    };
    format!(
        "with cases as (select * from case_fact where {of}),
         days as (
             select {registered_day} as at, 1 as came, 0 as went, 0 as late from cases where {registered}
             union all select {closed_day}, 0, 1, 0 from cases where {closed}
             union all select {due_day}, 0, 0, 1 from breach b where {due}
                 and exists (select from cases c where c.complaint = b.complaint))
         select jsonb_build_object(
             'volume', (select coalesce(jsonb_agg(one order by one ->> 'at'), '[]') from (
                 select jsonb_build_object('at', at, 'registered', sum(came), 'closed', sum(went),
                     'breaches', sum(late)) as one from days group by at) all_days),
             'totals', (select jsonb_build_object('registered', count(*), 'repeats', count(*) filter (where repeats),
                 'breached', count(*) filter (where breaches > 0),
                 'escalated', count(*) filter (where escalations > 0),
                 'still_open', count(*) filter (where closed_at is null)) from cases where {registered}),
             'satisfaction', (select coalesce(jsonb_agg(one order by one ->> 'answer'), '[]') from (
                 select jsonb_build_object('answer', satisfaction, 'cases', count(*),
                     'proposed_fen', coalesce(sum(proposed_fen), 0),
                     'executed_fen', coalesce(sum(executed_fen), 0)) as one
                 from cases where {closed} group by satisfaction) answers),
             'ownership', (select coalesce(jsonb_agg(one order by one ->> 'department'), '[]') from (
                 select jsonb_build_object('department', department, 'visits', count(*),
                     'seconds', sum(extract(epoch from left_at - entered_at))::bigint) as one
                 from stage_time where {of} and entered_at is not null and {left} group by department) owners),
             'open_by_place', (select coalesce(jsonb_agg(one order by one ->> 'department', one ->> 'stage'), '[]')
                 from (select jsonb_build_object('department', department, 'stage', stage, 'open', count(*)) as one
                     from cases where closed_at is null group by department, stage) places))",
        registered = within("registered_at"),
        closed = within("closed_at"),
        due = within("b.due"),
        left = within("left_at"),
        registered_day = day("registered_at"),
        closed_day = day("closed_at"),
        due_day = day("b.due"),
    )
}

/// The story of sixty cases, seven hours apart; of each the sources are heard in an order of their own, and of every
/// third only the beginning.
async fn sixty_cases() -> Bench {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 0..60_usize {
        let mut sources = story();
        let turn = n % sources.len();
        sources.rotate_left(turn);
        let all: Vec<_> = sources.into_iter().flatten().collect();
        let heard = if n % 3 == 0 { all.len() / 3 } else { all.len() };
        for mut saying in all.into_iter().take(heard) {
            saying.at += i64::try_from(n * 7).unwrap().hours();
            let message = journals.say(&complaint(n as u128 + 1), &saying);
            // Half of them one by one, so that each case is written as it stood at every event.
            if n % 2 == 0 {
                bench.hear(&[message]).await;
            }
        }
    }
    bench.hear(&journals.said).await;
    bench
}

#[tokio::test]
async fn sums_say_what_the_cases_say() {
    let bench = sixty_cases().await;
    let hours = [(0, 40), (0, 700), (3, 12), (3, 30), (15, 39), (23, 47), (23, 95), (95, 200)];
    let mut periods: Vec<_> = hours.iter().map(|(from, to)| (at(from * HOUR), at(to * HOUR))).collect();
    // With an end before the first quarter of an hour, with one after the last, and within one.
    periods.extend(hours.iter().map(|(from, to)| (at(from * HOUR + 4), at(to * HOUR + 7))));
    periods.push((at(HOUR / 2 + 1), at(HOUR / 2 + 9)));
    for (from, to) in periods {
        for department in [None, Some("logistics"), Some("quality")] {
            let period = json!({"from": from, "to": to, "by": "day", "zone": "Asia/Shanghai", "department": department});
            let mut found = bench.ask("overview", period).await;
            assert!(found.as_object_mut().unwrap().remove("as_of").is_some());
            let counted: Value = sqlx::query_scalar(AssertSqlSafe(counted(from, to, department)))
                .fetch_one(&bench.pool)
                .await
                .unwrap();
            assert_eq!(found, counted, "from {from} to {to} of {department:?}");
        }
    }
    let cases: i64 = sqlx::query_scalar(
        "select count(*) from case_fact where closed_at is not null and department is not null",
    )
    .fetch_one(&bench.pool)
    .await
    .unwrap();
    assert!(cases > 10, "there was something to be summed");
    bench.stop().await;
}

#[tokio::test]
async fn an_upgrade_sums_what_is_there_as_it_would_have_been_settled() {
    let bench = sixty_cases().await;
    let settled = bench.tables().await;
    let empty = "truncate ownership_quarter, registered_quarter, closed_quarter, ran_out_quarter, open_place";
    sqlx::query(empty).execute(&bench.pool).await.unwrap();
    assert_ne!(bench.tables().await, settled);
    sqlx::raw_sql(filling()).execute(&bench.pool).await.unwrap();
    assert_eq!(bench.tables().await, settled);
    bench.stop().await;
}

#[tokio::test]
async fn a_period_is_read_from_sums_and_only_its_ends_case_by_case() {
    let bench = Bench::start().await;
    for statement in [
        "insert into case_fact (organisation, complaint, department, stage, repeats, level, instance, breaches, as_of,
             registered_at, closed_at)
         select 'huarun', md5(n::text)::uuid, 'd' || n % 50, 's' || n % 9, false, 1, 1, 0, now(),
             now() - n * interval '1 minute', case when n % 20 > 0 then now() - n * interval '50 seconds' end
         from generate_series(1, 40000) n",
        "insert into stage_time (organisation, complaint, visit, department, entered_at, left_at)
         select organisation, complaint, complaint, department, registered_at, closed_at from case_fact",
        "insert into breach (organisation, complaint, clock, clock_key, due, department)
         select organisation, complaint, complaint, 'k', registered_at, department from case_fact",
        "truncate ownership_quarter, registered_quarter, closed_quarter, ran_out_quarter, open_place",
        filling(),
        "analyze",
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&bench.pool).await.unwrap();
    }
    let ago = |days: u32| format!("(date_trunc('day',now() - interval '{days} days'))");
    let parts = "array[now() - interval '30 days',now() - interval '15 days']";
    let period =
        ["'huarun'", "(now() - interval '20 days')", &ago(19), &ago(2), "(now() - interval '40 hours')"];
    for (statement, sums, ends) in [
        (REGISTERED, "registered_quarter_pkey", "case_fact_pages"),
        (CLOSED, "closed_quarter_organisation_department_quarter_satisfaction_key", "case_fact_closed"),
        (RAN_OUT, "ran_out_quarter_pkey", "breach_pages"),
        (OWNERSHIP, "ownership_quarter_period", "stage_time_by_left"),
    ] {
        let statement = explain(statement, &format!("{}, null, {parts}", period.join(", ")));
        let plan: Value =
            sqlx::query_scalar(AssertSqlSafe(statement.clone())).fetch_one(&bench.pool).await.unwrap();
        let mut found = Vec::new();
        reads(&plan[0]["Plan"], &mut found);
        found.retain(|name| name != "Sort");
        found.sort_by_key(|name| name != sums);
        found.dedup();
        assert_eq!(found, [sums, ends], "{statement}");
    }
    bench.stop().await;
}

/// How the migration fills the tables of sums.
fn filling() -> &'static str {
    let migration = include_str!("../../migrations/1011_sums.sql");
    let (begin, end) =
        (migration.find("insert into ownership_quarter"), migration.find("-- Periods are not read"));
    &migration[begin.unwrap()..end.unwrap()]
}
