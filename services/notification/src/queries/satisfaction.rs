//! What customers answered, the newest first, page by page. What they said besides is opened for whoever reads it, but
//! not for a party to the matter.

use std::collections::BTreeSet;

use contracts::commands::Actor;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::notification::{SatisfactionAsked, SatisfactionGiven, SatisfactionPage};
use contracts::{
    ComplaintId, DepartmentId, NotASlug, OrganisationId, Problem, ProblemCode, SubjectRef, VisitId, WordId,
};
use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Answers, away};
use crate::state::State;

/// Answers of a page, when nothing is said, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Answers of the whole house: organisation, whether positive, where the page before ended, how many.
pub const PAGE: &str =
    "select complaint, number, playbook, playbook_version, visit, attempt, stage, department, at,
         answer, positive, outcome, channel, person, opinion
     from satisfaction
     where organisation = $1 and ($2::boolean is null or positive = $2)
       and ($3::timestamptz is null or (at, visit, attempt) < ($3::timestamptz, $4::uuid, $5::integer))
     order by at desc, visit desc, attempt desc limit $6";

/// The same of the department `$7`: which asked, or whose matter it was; each found by an index of its own.
pub const PAGE_OF_DEPARTMENT: &str = "select * from (
         (select complaint, number, playbook, playbook_version, visit, attempt, stage, department, at, answer,
              positive, outcome, channel, person, opinion
          from satisfaction
          where organisation = $1 and department = $7 and ($2::boolean is null or positive = $2)
            and ($3::timestamptz is null or (at, visit, attempt) < ($3::timestamptz, $4::uuid, $5::integer))
          order by at desc, visit desc, attempt desc limit $6)
         union
         (select complaint, number, playbook, playbook_version, visit, attempt, stage, department, at, answer,
              positive, outcome, channel, person, opinion
          from satisfaction
          where organisation = $1 and responsible = $7 and ($2::boolean is null or positive = $2)
            and ($3::timestamptz is null or (at, visit, attempt) < ($3::timestamptz, $4::uuid, $5::integer))
          order by at desc, visit desc, attempt desc limit $6)) as ours
     order by at desc, visit desc, attempt desc limit $6";

#[derive(sqlx::FromRow)]
struct Line {
    complaint: Uuid,
    number: String,
    playbook: String,
    playbook_version: i32,
    visit: Uuid,
    attempt: i32,
    stage: String,
    department: String,
    at: SqlTimestamp,
    answer: String,
    positive: bool,
    outcome: Option<String>,
    channel: Option<String>,
    person: Option<String>,
    opinion: Option<Uuid>,
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

impl TryFrom<&Line> for SatisfactionGiven {
    type Error = NotASlug;
    fn try_from(line: &Line) -> Result<Self, NotASlug> {
        Ok(Self {
            complaint: ComplaintId(line.complaint),
            number: line.number.clone(),
            playbook: PlaybookRef { id: line.playbook.parse()?, version: count(line.playbook_version) },
            visit: VisitId(line.visit),
            attempt: count(line.attempt),
            stage: line.stage.parse()?,
            at: line.at.to_jiff(),
            answer: line.answer.clone(),
            positive: line.positive,
            outcome: line.outcome.as_deref().map(str::parse).transpose()?,
            channel: line.channel.as_deref().map(str::parse).transpose()?,
            by: line.person.as_deref().map(str::parse).transpose()?,
            department: line.department.parse()?,
            opinion: None,
            withheld: false,
        })
    }
}

/// Where a page ended.
fn place(text: &str) -> Result<(Timestamp, Uuid, i32), Problem> {
    let read = || {
        let mut parts = text.split('~');
        let place = (
            parts.next()?.parse().ok()?,
            parts.next()?.parse().ok()?,
            parts.next()?.parse::<i32>().ok().filter(|attempt| *attempt > 0)?,
        );
        parts.next().is_none().then_some(place)
    };
    read().ok_or_else(|| {
        let problem = Problem::new(ProblemCode::InvalidField, "that is not where a page ended").at("/after");
        problem.expected("the `next` of the page before, as it was")
    })
}

impl Answers {
    /// A page of answers.
    ///
    /// # Errors
    /// `invalid-field` for a place that is none; `unavailable` when the store is away.
    pub(super) async fn satisfaction(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        asked: &SatisfactionAsked,
    ) -> Result<SatisfactionPage, Problem> {
        let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
        let after = asked.after.as_deref().map(place).transpose()?;
        let lines = page(&self.pool, organisation, asked, (after, limit)).await;
        let lines = lines.map_err(|error| away(&error))?;
        let theirs = self.own_matters(organisation, actor, &lines).await?;
        let opinions = lines.iter().filter(|line| !theirs.contains(&line.complaint));
        let opinions: Vec<_> = opinions.filter_map(|line| line.opinion.map(WordId)).collect();
        let words = self.words(organisation, &opinions).await?;
        let mut items = Vec::with_capacity(lines.len());
        for line in &lines {
            let mut given = SatisfactionGiven::try_from(line).map_err(|error| away(&error))?;
            let opinion = line.opinion.map(|id| id.to_string());
            given.opinion = opinion.and_then(|id| words.get(&id)?.as_str().map(str::to_owned));
            given.withheld = line.opinion.is_some() && theirs.contains(&line.complaint);
            items.push(given);
        }
        let full = u32::try_from(items.len()).is_ok_and(|found| found == limit);
        let next = items.last().filter(|_| full);
        let next = next.map(|last| format!("{}~{}~{}", last.at, last.visit, last.attempt));
        Ok(SatisfactionPage { items, next })
    }

    /// The complaints of which the reader is a party to the matter.
    async fn own_matters(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        lines: &[Line],
    ) -> Result<BTreeSet<Uuid>, Problem> {
        let Some(person) = actor.person() else { return Ok(BTreeSet::new()) };
        let complaints: BTreeSet<_> = lines.iter().map(|line| line.complaint).collect();
        let subjects: Vec<_> =
            complaints.iter().map(|id| SubjectRef::complaint(organisation, ComplaintId(*id))).collect();
        let heads = journal::head::peek(&self.pool, &subjects).await.map_err(|error| away(&error))?;
        let mut theirs = BTreeSet::new();
        for head in heads {
            let Some(text) = &head.state else { continue };
            let state: State = serde_json::from_str(text).map_err(|error| away(&error))?;
            if state.conversation().is_some_and(|conversation| conversation.is_party(person)) {
                theirs.extend(head.subject.complaint_id().map(|id| id.0));
            }
        }
        Ok(theirs)
    }
}

async fn page(
    pool: &PgPool,
    organisation: &OrganisationId,
    asked: &SatisfactionAsked,
    (after, limit): (Option<(Timestamp, Uuid, i32)>, u32),
) -> Result<Vec<Line>, sqlx::Error> {
    let statement = if asked.department.is_some() { PAGE_OF_DEPARTMENT } else { PAGE };
    let mut query = sqlx::query_as(statement)
        .persistent(false) // planned for the filters that are there
        .bind(organisation.as_str())
        .bind(asked.positive)
        .bind(after.map(|(at, ..)| at.to_sqlx()))
        .bind(after.map(|(_, visit, _)| visit))
        .bind(after.map(|(.., attempt)| attempt))
        .bind(i64::from(limit));
    if let Some(department) = &asked.department {
        query = query.bind(DepartmentId::as_str(department));
    }
    query.fetch_all(pool).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        let id = Uuid::from_u128(7);
        let at: Timestamp = "2025-03-07T02:00:00Z".parse().unwrap();
        assert_eq!(place(&format!("{at}~{id}~2")).unwrap(), (at, id, 2));
        for bad in ["", "~", &format!("{at}~{id}"), &format!("{at}~{id}~0"), &format!("{at}~{id}~1~1")] {
            assert_eq!(place(bad).unwrap_err().field.as_deref(), Some("/after"), "{bad}");
        }
    }
}
