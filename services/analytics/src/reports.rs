//! Reports: the figures of a period or of one case, frozen in a table of their own.
//!
//! `report.due` asks for a report; it is made by [`follow`] as soon as everything is in the ledger that the sources had
//! said until then. So one that falls due while the ledger is built anew or catches up counts no half-filled ledger: it
//! has no figures yet. What is counted is what the ledger knows when it is made, and the report says its "as of". It is
//! made once: the same event again, also after a rebuilding, leaves it as it is.

use std::time::Duration;

use contracts::ServiceName;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use runtime::connect::in_time;
use runtime::definition::Surroundings;
use runtime::permissions::heard_by;
use runtime::recover::asking::AskError;
use runtime::recover::level::{LevelError, is_level};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use tokio::time::sleep;
use uuid::Uuid;

use crate::store::ReportRow;

/// How often it is looked whether a report is asked for.
const EVERY: Duration = Duration::from_millis(500);
/// How long after the ledger was not level, or could not be compared, it is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How much further back than the last time it was level it is compared: clocks of machines differ.
const MARGIN: Duration = Duration::from_secs(120);

/// Makes a report that is asked for: the cases of its playbook that were open at some time of its period, or the case
/// that it is about.
///
/// What came in is counted by what it was about, what was closed by how; besides, what was open at the end, and the
/// clocks that ran out, and the topics that grow hot: categories of which at least three came in, and at least twice
/// as many as in the time before of the same length. Of one case that case is counted. At most a thousand cases are listed; the rest stand in the
/// ledger.
pub const MAKE: &str = "
    with asked as (
        select * from report where organisation = $1 and report = $2 and figures is null for update),
    found as (
        select c.* from asked a join case_fact c on c.organisation = a.organisation and c.complaint = a.complaint
        union all
        select c.* from asked a join case_fact c
            on a.complaint is null and c.organisation = a.organisation
            and split_part(c.playbook, '@', 1) = a.playbook
            and coalesce(c.closed_at, 'infinity'::timestamptz) >= a.from_at and c.registered_at < a.to_at),
    counted as (
        select c.*,
            a.complaint is not null or (c.registered_at >= a.from_at and c.registered_at < a.to_at) as came,
            c.closed_at is not null
                and (a.complaint is not null or (c.closed_at >= a.from_at and c.closed_at < a.to_at)) as went,
            c.closed_at is null or c.closed_at >= a.to_at as stays
        from found c cross join asked a where c.registered_at is not null),
    groups as (
        select name, jsonb_object_agg(value, n) as counts from (
            select name, value, count(*) as n
            from counted c cross join lateral (values
                ('by_kind', c.kind, came), ('by_category', c.category, came), ('by_channel', c.channel, came),
                ('by_department', c.department, came), ('by_level', c.level::text, came),
                ('by_cause', c.liable, came), ('by_result', c.outcome, went),
                ('by_satisfaction', c.satisfaction, went)) as v (name, value, counts)
            where counts and value is not null group by name, value) valued
        group by name),
    before as (
        select c.category, count(*) as n from asked a join case_fact c
            on a.complaint is null and c.organisation = a.organisation
            and c.registered_at >= a.from_at - (a.to_at - a.from_at) and c.registered_at < a.from_at
            and split_part(c.playbook, '@', 1) = a.playbook
        where c.category is not null group by c.category),
    hot as (
        select coalesce(jsonb_object_agg(t.category,
                jsonb_build_object('now', t.n, 'before', coalesce(b.n, 0))), '{}') as topics
        from (select category, count(*) as n from counted where came and category is not null group by category) t
        left join before b on b.category = t.category
        where exists (select from asked where complaint is null)
            and t.n >= 3 and t.n >= 2 * coalesce(b.n, 0)),
    ran_out as (
        select b.clock_key from asked a join breach b
            on b.organisation = a.organisation and b.complaint = a.complaint
        union all
        select b.clock_key from asked a join breach b
            on a.complaint is null and b.organisation = a.organisation and b.due >= a.from_at and b.due < a.to_at
        join case_fact c on c.organisation = b.organisation and c.complaint = b.complaint
            and split_part(c.playbook, '@', 1) = a.playbook),
    breaches as (
        select coalesce(jsonb_object_agg(clock_key, n), '{}') as counts
        from (select clock_key, count(*) as n from ran_out group by clock_key) keyed),
    listed as (
        select * from counted order by registered_at, complaint limit 1000),
    list as (
        select coalesce(jsonb_agg(to_jsonb(l) - array['organisation', 'came', 'went', 'stays']
            order by registered_at, complaint), '[]') as cases, count(*) as n
        from listed l)
    update report r set
        figures = (
            select jsonb_build_object(
                'registered', count(*) filter (where came), 'closed', count(*) filter (where went),
                'open', count(*) filter (where stays), 'repeats', count(*) filter (where came and repeats),
                'cases', count(*), 'listed', (select n from list),
                'breaches', (select counts from breaches), 'hot_topics', (select topics from hot),
                'by_kind', '{}'::jsonb, 'by_category', '{}'::jsonb, 'by_channel', '{}'::jsonb,
                'by_department', '{}'::jsonb, 'by_level', '{}'::jsonb, 'by_cause', '{}'::jsonb,
                'by_result', '{}'::jsonb, 'by_satisfaction', '{}'::jsonb)
            from counted)
            || coalesce((select jsonb_object_agg(name, counts) from groups), '{}'),
        cases = (select cases from list),
        as_of = (select as_of from ledger_as_of where organisation = $1)
    from asked where r.organisation = asked.organisation and r.report = asked.report";

/// Asks for reports, unless they were asked for before.
///
/// # Errors
/// What PostgreSQL says.
pub(crate) async fn ask_for(connection: &mut PgConnection, row: &ReportRow) -> Result<(), sqlx::Error> {
    let due = &row.due;
    sqlx::query(
        "insert into report (organisation, report, playbook, version, key, label, complaint, period, from_at, to_at,
             due, made_by, receivers, channel, contents)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
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
    .execute(connection)
    .await?;
    Ok(())
}

/// How many reports are asked for and not made yet.
///
/// # Errors
/// What PostgreSQL says.
pub async fn outstanding(pool: PgPool) -> Result<u64, sqlx::Error> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from report where figures is null").fetch_one(&pool).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Makes the reports that are asked for, each as soon as the ledger is level.
///
/// # Errors
/// None: what is away is waited for.
pub async fn follow(around: Surroundings) -> anyhow::Result<()> {
    let mut pause = EVERY;
    while let Some(made) = Box::pin(around.until.run_until_cancelled(turn(&around, pause))).await {
        pause = if matches!(made, Ok(true)) { EVERY } else { AGAIN };
        match made {
            Ok(_) => {}
            // A source that has not started yet, or is away: its own health tells that.
            Err(error @ LevelError::Ask(AskError::Silent { .. })) => tracing::debug!(%error, "reports wait"),
            Err(error) => tracing::warn!(%error, "reports are not made now"),
        }
    }
    Ok(())
}

/// Makes what is asked for after a pause; false when the ledger is not level.
async fn turn(around: &Surroundings, pause: Duration) -> Result<bool, LevelError> {
    sleep(pause).await;
    match Asked::read(&around.pool).await? {
        Some(asked) => asked.make_when_level(around).await,
        None => Ok(true),
    }
}

/// The reports that are asked for, and what the ledger was then.
#[derive(Debug)]
pub struct Asked {
    reports: Vec<(String, Uuid)>,
    begun: SqlTimestamp,
    level: Option<SqlTimestamp>,
    at: SqlTimestamp,
}

impl Asked {
    /// What is asked for now; none when nothing is.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn read(pool: &PgPool) -> Result<Option<Self>, sqlx::Error> {
        let reports = sqlx::query_as(
            "select organisation, report from report where figures is null order by due, report",
        );
        let reports: Vec<(String, Uuid)> = in_time(reports.fetch_all(pool)).await?;
        if reports.is_empty() {
            return Ok(None);
        }
        let level = sqlx::query_as("select begun_at, level_at, clock_timestamp() from ledger_level");
        let (begun, level, at) = in_time(level.fetch_one(pool)).await?;
        Ok(Some(Self { reports, begun, level, at }))
    }

    /// Makes the reports if everything was heard; whether it was.
    async fn make_when_level(self, around: &Surroundings) -> Result<bool, LevelError> {
        let level = self.level.map(|level| level.to_jiff());
        let since = level.and_then(|level| level.checked_sub(MARGIN).ok());
        for source in heard_by(ServiceName::Analytics) {
            if !is_level((&around.bus, &around.pool), *source, since).await? {
                return Ok(false);
            }
        }
        Ok(self.make(&around.pool).await?)
    }

    /// Makes the reports of a ledger that is level; unless it was begun anew meanwhile. Whether they were made.
    ///
    /// A rebuilding takes the heads first, and whole: it waits for this, or this for it.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn make(self, pool: &PgPool) -> Result<bool, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        sqlx::query("lock table head in access share mode").execute(&mut *transaction).await?;
        let same = sqlx::query("update ledger_level set level_at = $2 where begun_at = $1")
            .bind(self.begun)
            .bind(self.at)
            .execute(&mut *transaction)
            .await?;
        if same.rows_affected() == 0 {
            return Ok(false);
        }
        for (organisation, report) in &self.reports {
            sqlx::query(MAKE).bind(organisation).bind(report).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
