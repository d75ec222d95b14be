//! Reports: the figures of a period or of one case, frozen in a table of their own when `report.due` is heard.
//!
//! What is counted is what the ledger knows at that moment, and the report says its "as of". A report is made once: the
//! same event again, also after a rebuilding, leaves it as it is.

use std::collections::BTreeMap;

use contracts::messages::report_due::ReportDue;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::store::ReportRow;

/// Cases that a report lists; the rest are counted and stand in the ledger.
const MOST_LISTED: usize = 1_000;

/// What a report counts of a case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Counted {
    registered_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    kind: Option<String>,
    category: Option<String>,
    channel: Option<String>,
    department: Option<String>,
    level: u32,
    liable: Option<String>,
    outcome: Option<String>,
    satisfaction: Option<String>,
    repeats: bool,
}

/// The cases of a playbook that were open at some time of the period, or the one that the report is about.
const CASES: &str = "select to_jsonb(c) - 'organisation' from case_fact c
     where organisation = $1 and registered_at is not null
       and case when $5::uuid is not null then complaint = $5::uuid
           else split_part(playbook, '@', 1) = $2 and registered_at < $4
               and (closed_at is null or closed_at >= $3) end
     order by registered_at, complaint";

/// The clocks that ran out in the period, by their key.
const BREACHES: &str =
    "select b.clock_key, count(*) from breach b join case_fact c using (organisation, complaint)
     where b.organisation = $1
       and case when $5::uuid is not null then b.complaint = $5::uuid
           else split_part(c.playbook, '@', 1) = $2 and b.due >= $3 and b.due < $4 end
     group by b.clock_key";

/// Makes a report, unless it was made before.
///
/// # Errors
/// What PostgreSQL says.
pub(crate) async fn freeze(connection: &mut PgConnection, row: &ReportRow) -> Result<(), sqlx::Error> {
    let made: Option<(i32,)> = sqlx::query_as("select 1 from report where organisation = $1 and report = $2")
        .bind(row.organisation.as_str())
        .bind(row.id)
        .fetch_optional(&mut *connection)
        .await?;
    if made.is_some() {
        return Ok(());
    }
    let cases: Vec<(Value,)> = sqlx::query_as(CASES)
        .bind(row.organisation.as_str())
        .bind(row.due.playbook.id.as_str())
        .bind(row.due.from.to_sqlx())
        .bind(row.due.to.to_sqlx())
        .bind(row.complaint.map(|complaint| complaint.0))
        .fetch_all(&mut *connection)
        .await?;
    let cases: Vec<Value> = cases.into_iter().map(|(case,)| case).collect();
    let breaches: Vec<(String, i64)> = sqlx::query_as(BREACHES)
        .bind(row.organisation.as_str())
        .bind(row.due.playbook.id.as_str())
        .bind(row.due.from.to_sqlx())
        .bind(row.due.to.to_sqlx())
        .bind(row.complaint.map(|complaint| complaint.0))
        .fetch_all(&mut *connection)
        .await?;
    let figures = figures(&cases, row.complaint.is_some(), &row.due, breaches.into_iter().collect());
    insert(connection, row, figures, cases).await
}

async fn insert(
    connection: &mut PgConnection,
    row: &ReportRow,
    figures: Value,
    mut cases: Vec<Value>,
) -> Result<(), sqlx::Error> {
    cases.truncate(MOST_LISTED);
    let due = &row.due;
    sqlx::query(
        "insert into report (organisation, report, playbook, version, key, label, complaint, period, from_at, to_at,
             due, made_by, receivers, channel, contents, figures, cases, as_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             (select as_of from ledger_as_of where organisation = $1))
         on conflict (organisation, report) do nothing",
    )
    .bind(row.organisation.as_str())
    .bind(row.id)
    .bind(due.playbook.id.as_str())
    .bind(i32::try_from(due.playbook.version).unwrap_or(i32::MAX))
    .bind(&due.report)
    .bind(json!(due.label))
    .bind(row.complaint.map(|complaint| complaint.0))
    .bind(&due.period)
    .bind(due.from.to_sqlx())
    .bind(due.to.to_sqlx())
    .bind(due.due.to_sqlx())
    .bind(due.made_by.iter().map(ToString::to_string).collect::<Vec<_>>())
    .bind(due.receivers.iter().map(ToString::to_string).collect::<Vec<_>>())
    .bind(due.channel.as_ref().map(ToString::to_string))
    .bind(json!(due.contents))
    .bind(figures)
    .bind(Value::Array(cases))
    .execute(connection)
    .await?;
    Ok(())
}

/// The figures: what came in, by what it was about; what was closed, by how; what was open at the end; what ran out.
/// Of one case it counts that case.
fn figures(cases: &[Value], is_one: bool, due: &ReportDue, breaches: BTreeMap<String, i64>) -> Value {
    let read = |case: &Value| serde_json::from_value::<Counted>(case.clone()).unwrap_or_default();
    let all: Vec<Counted> = cases.iter().map(read).collect();
    let within = |at: Option<Timestamp>| at.is_some_and(|at| is_one || (due.from <= at && at < due.to));
    let came: Vec<_> = all.iter().filter(|case| within(case.registered_at)).collect();
    let closed: Vec<_> = all.iter().filter(|case| within(case.closed_at)).collect();
    let is_open = |case: &&Counted| case.closed_at.is_none_or(|at| at >= due.to);
    json!({
        "registered": came.len(),
        "closed": closed.len(),
        "open": all.iter().filter(is_open).count(),
        "repeats": came.iter().filter(|case| case.repeats).count(),
        "by_kind": counts(&came, |case| case.kind.clone()),
        "by_category": counts(&came, |case| case.category.clone()),
        "by_channel": counts(&came, |case| case.channel.clone()),
        "by_department": counts(&came, |case| case.department.clone()),
        "by_level": counts(&came, |case| Some(case.level.to_string())),
        "by_cause": counts(&came, |case| case.liable.clone()),
        "by_result": counts(&closed, |case| case.outcome.clone()),
        "by_satisfaction": counts(&closed, |case| case.satisfaction.clone()),
        "breaches": breaches,
        "cases": cases.len(),
        "listed": cases.len().min(MOST_LISTED),
    })
}

/// How many cases have each value; those without one are not counted.
fn counts(cases: &[&Counted], of: impl Fn(&Counted) -> Option<String>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for value in cases.iter().filter_map(|case| of(case)) {
        *counted.entry(value).or_insert(0) += 1;
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due() -> ReportDue {
        serde_json::from_value(json!({
            "report": "weekly", "playbook": {"id": "p14", "version": 1}, "label": {"zh": "周报", "en": "Weekly"},
            "from": "2025-03-04T00:00:00Z", "to": "2025-03-11T00:00:00Z", "due": "2025-03-11T00:00:00Z",
            "period": "2025-03-04 – 2025-03-10", "made_by": [], "receivers": [], "channel": null, "contents": [],
        }))
        .unwrap()
    }

    fn case(registered: &str, closed: Option<&str>, category: &str) -> Value {
        json!({"registered_at": registered, "closed_at": closed, "category": category, "level": 1, "kind": "complaint",
            "channel": "phone", "outcome": closed.map(|_| "satisfied"), "satisfaction": closed.map(|_| "5"),
            "liable": "company", "repeats": false, "department": null})
    }

    #[test]
    fn what_came_in_was_closed_and_is_open_is_counted_by_the_period() {
        let cases = [
            case("2025-03-01T00:00:00Z", Some("2025-03-05T00:00:00Z"), "quality"), // before, closed within
            case("2025-03-04T00:00:00Z", None, "quality"),                         // at the first instant
            case("2025-03-10T23:59:59Z", Some("2025-03-12T00:00:00Z"), "delivery"), // closed after
            case("2025-03-05T00:00:00Z", Some("2025-03-06T00:00:00Z"), "delivery"),
        ];
        let found = figures(&cases, false, &due(), BTreeMap::from([("contact".to_owned(), 2)]));
        let number = |name: &str| found[name].as_u64().unwrap();
        assert_eq!((number("registered"), number("closed"), number("open")), (3, 2, 2));
        assert_eq!(found["by_category"], json!({"quality": 1, "delivery": 2}));
        assert_eq!(found["by_result"], json!({"satisfied": 2}));
        assert_eq!(found["by_department"], json!({}), "nobody answers for it yet");
        assert_eq!(found["breaches"], json!({"contact": 2}));
    }

    #[test]
    fn a_report_about_a_case_counts_that_case() {
        let cases = [case("2025-01-01T00:00:00Z", None, "quality")];
        let found = figures(&cases, true, &due(), BTreeMap::new());
        assert_eq!(
            (&found["registered"], &found["open"], &found["cases"]),
            (&json!(1), &json!(1), &json!(1))
        );
    }
}
