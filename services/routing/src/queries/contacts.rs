//! Customers who must hear from us again, what runs out first at the top, page by page.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::routing::{ContactDue, ContactsAsked, ContactsPage};
use contracts::{ComplaintId, OrganisationId, Problem, Text};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use sqlx::PgPool;
use uuid::Uuid;

use super::away;
use super::lists::{key, number, page_size, place};

#[derive(sqlx::FromRow)]
struct Line {
    complaint: Uuid,
    number: String,
    playbook: String,
    playbook_version: i32,
    clock: String,
    label_zh: String,
    label_en: String,
    due: SqlTimestamp,
    since: SqlTimestamp,
    hard: bool,
    department: Option<String>,
    person: Option<String>,
    level: i32,
    category: Option<String>,
}

impl TryFrom<Line> for ContactDue {
    type Error = Problem;
    fn try_from(line: Line) -> Result<Self, Problem> {
        Ok(Self {
            complaint: ComplaintId(line.complaint),
            number: line.number,
            playbook: PlaybookRef { id: key(line.playbook)?, version: number(line.playbook_version) },
            clock: key(line.clock)?,
            label: Text { zh: line.label_zh, en: line.label_en },
            due: line.due.to_jiff(),
            since: line.since.to_jiff(),
            hard: line.hard,
            department: line.department.map(key).transpose()?,
            person: line.person.map(key).transpose()?,
            level: number(line.level),
            category: line.category,
        })
    }
}

/// Those whom somebody owes word.
///
/// # Errors
/// `invalid-field` for a place that is none; `unavailable` when the store is away.
pub(super) async fn contacts(
    pool: &PgPool,
    organisation: &OrganisationId,
    asked: &ContactsAsked,
) -> Result<ContactsPage, Problem> {
    let limit = page_size(asked.limit);
    let mut sql = sqlx::QueryBuilder::<sqlx::Postgres>::new(
        "select complaint, number, playbook, playbook_version, clock, label_zh, label_en, due, since, hard, department,
             person, level, category
         from contact_due where organisation = ",
    );
    sql.push_bind(organisation.as_str());
    if let Some(department) = &asked.department {
        sql.push(" and department = ").push_bind(department.as_str());
    }
    if let Some(person) = &asked.person {
        sql.push(" and person = ").push_bind(person.as_str());
    }
    if let Some((due, id)) = asked.after.as_deref().map(place).transpose()? {
        sql.push(" and (due, complaint) > (").push_bind(due.to_sqlx()).push(", ").push_bind(id).push(")");
    }
    sql.push(" order by due, complaint limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let lines: Vec<Line> = sql.build_query_as().fetch_all(pool).await.map_err(away)?;
    let full = lines.len() == limit;
    let items = lines.into_iter().map(ContactDue::try_from).collect::<Result<Vec<_>, _>>()?;
    let next = items.last().filter(|_| full).map(|last| format!("{}~{}", last.due, last.complaint));
    Ok(ContactsPage { items, next })
}
