//! The queues of all departments at a glance. Each number is counted on an index and no further than a screen
//! needs, so that it costs the same at any number of open cases.

use contracts::queries::routing::{Board, BoardAsked, BoardLine, Waiting};
use contracts::{OrganisationId, Problem, SubjectRef};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};

use super::{Answers, away};

/// How far is counted.
const MOST: u32 = 1_000;
/// What is due soon.
const SOON: SignedDuration = SignedDuration::from_hours(1);

#[derive(sqlx::FromRow)]
struct Line {
    department: String,
    simple: i64,
    simple_oldest: Option<SqlTimestamp>,
    complex: i64,
    complex_oldest: Option<SqlTimestamp>,
    overdue: i64,
    due_soon: i64,
}

impl Answers {
    /// The queues as they are now.
    ///
    /// # Errors
    /// `unavailable` when the store is away.
    pub(super) async fn board(
        &self,
        organisation: &OrganisationId,
        asked: &BoardAsked,
    ) -> Result<Board, Problem> {
        let state = self.state(&SubjectRef::directory(organisation)).await?;
        let known = state.directory().into_iter().flat_map(|directory| directory.departments.keys());
        let wanted = known.filter(|id| asked.department.as_ref().is_none_or(|only| only == *id));
        let departments: Vec<String> = wanted.map(ToString::to_string).collect();
        let now = self.clock.now();
        let lines: Vec<Line> = self.counted(organisation, departments, now).await.map_err(away)?;
        let departments = lines.into_iter().map(BoardLine::try_from).collect::<Result<_, _>>()?;
        Ok(Board { at: now, most: MOST, departments })
    }

    async fn counted(
        &self,
        organisation: &OrganisationId,
        departments: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<Line>, sqlx::Error> {
        sqlx::query_as(
            "select d.department, simple.n as simple, simple.oldest as simple_oldest, complex.n as complex,
                    complex.oldest as complex_oldest, overdue.n as overdue, soon.n as due_soon
             from unnest($2::text[]) as d (department)
             cross join lateral (select count(*) as n, min(since) as oldest from (
                 select since from work w where w.organisation = $1 and w.department = d.department
                     and w.lane = 'simple' and w.person is null order by since limit $5) as q) as simple
             cross join lateral (select count(*) as n, min(since) as oldest from (
                 select since from work w where w.organisation = $1 and w.department = d.department
                     and w.lane = 'complex' and w.person is null order by since limit $5) as q) as complex
             cross join lateral (select count(*) as n from (
                 select 1 from work w where w.organisation = $1 and w.department = d.department
                     and w.due_order < $3 order by w.due_order limit $5) as q) as overdue
             cross join lateral (select count(*) as n from (
                 select 1 from work w where w.organisation = $1 and w.department = d.department
                     and w.due_order >= $3 and w.due_order < $4 order by w.due_order limit $5) as q) as soon
             order by d.department",
        )
        .bind(organisation.as_str())
        .bind(departments)
        .bind(now.to_sqlx())
        .bind(now.saturating_add(SOON).unwrap_or(now).to_sqlx())
        .bind(i64::from(MOST))
        .fetch_all(&self.pool)
        .await
    }
}

impl TryFrom<Line> for BoardLine {
    type Error = Problem;
    fn try_from(line: Line) -> Result<Self, Problem> {
        let count = |n: i64| u32::try_from(n).unwrap_or(MOST);
        let waiting = |n: i64, oldest: Option<SqlTimestamp>| Waiting {
            waiting: count(n),
            oldest: oldest.map(SqlTimestamp::to_jiff),
        };
        Ok(Self {
            department: line.department.parse().map_err(away)?,
            simple: waiting(line.simple, line.simple_oldest),
            complex: waiting(line.complex, line.complex_oldest),
            overdue: count(line.overdue),
            due_soon: count(line.due_soon),
        })
    }
}
