//! The shift-handover log, the newest first, page by page. Rows say which entries there are; what each says stands in
//! its head, and the words among the sealed texts.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::queries::routing::{HandedOverShown, HandoverShown, HandoversAsked, HandoversPage};
use contracts::{HandoverId, OrganisationId, Problem, ServiceName, SubjectRef, WordId, WordRef};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use runtime::shell::open_words;
use uuid::Uuid;

use super::{Answers, away, lists};
use crate::state::{Handover, State};

impl Answers {
    /// A page of the log.
    ///
    /// # Errors
    /// `invalid-field` for a place that is none; `unavailable` when the store is away.
    pub(super) async fn handovers(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        asked: &HandoversAsked,
    ) -> Result<HandoversPage, Problem> {
        let rows = self.handover_rows(organisation, asked).await?;
        let full = rows.len() == lists::page_size(asked.limit);
        let next = rows.last().filter(|_| full).map(|(id, at)| format!("{}~{id}", at.to_jiff()));
        let subjects: Vec<_> =
            rows.iter().map(|(id, _)| SubjectRef::handover(organisation, HandoverId(*id))).collect();
        let heads = journal::head::peek(&self.pool, &subjects).await.map_err(away)?;
        let mut known: BTreeMap<String, Handover> = BTreeMap::new();
        for head in heads {
            let Some(text) = head.state else { continue };
            if let State::Handover(handover) = serde_json::from_str(&text).map_err(away)? {
                known.insert(head.subject.id, handover);
            }
        }
        let words = known
            .values()
            .flat_map(|one| one.items.iter().filter_map(|item| item.note.as_ref()).chain(&one.note));
        let words: Vec<_> = words.map(|word| word.id).collect();
        let opened = open_words(&self.pool, &self.keys, ServiceName::Routing, organisation, &words)
            .await
            .map_err(away)?;
        let shown = rows
            .iter()
            .filter_map(|(id, _)| Some(shown(HandoverId(*id), known.get(&id.to_string())?, actor, &opened)));
        Ok(HandoversPage { items: shown.collect(), next })
    }

    async fn handover_rows(
        &self,
        organisation: &OrganisationId,
        asked: &HandoversAsked,
    ) -> Result<Vec<(Uuid, SqlTimestamp)>, Problem> {
        let mut sql = sqlx::QueryBuilder::<sqlx::Postgres>::new(
            "select handover, written_at from handover where organisation = ",
        );
        sql.push_bind(organisation.as_str());
        if let Some(handover) = asked.handover {
            sql.push(" and handover = ").push_bind(handover.0);
        }
        if let Some(department) = &asked.department {
            sql.push(" and department = ").push_bind(department.as_str());
        }
        match asked.open {
            Some(true) => drop(sql.push(" and acknowledged_at is null")),
            Some(false) => drop(sql.push(" and acknowledged_at is not null")),
            None => {}
        }
        if let Some((at, id)) = asked.after.as_deref().map(lists::place).transpose()? {
            sql.push(" and (written_at, handover) < (")
                .push_bind(at.to_sqlx())
                .push(", ")
                .push_bind(id)
                .push(")");
        }
        let limit = i64::try_from(lists::page_size(asked.limit)).unwrap_or(i64::MAX);
        sql.push(" order by written_at desc, handover desc limit ").push_bind(limit);
        sql.build_query_as().fetch_all(&self.pool).await.map_err(away)
    }
}

/// An entry as `actor` may see it: who is complained of does not see what stands there of the matter, nor what was
/// said of it all, which may speak of it.
fn shown(
    handover: HandoverId,
    entry: &Handover,
    actor: &Actor,
    words: &BTreeMap<WordId, String>,
) -> HandoverShown {
    let said = |word: &Option<WordRef>| word.as_ref().and_then(|word| words.get(&word.id).cloned());
    let concerns =
        |person: &Option<contracts::PersonId>| person.is_some() && person.as_ref() == actor.person();
    let kept_from = entry.items.iter().any(|item| concerns(&item.complained_of_person));
    let items = entry.items.iter().filter(|item| !concerns(&item.complained_of_person));
    HandoverShown {
        handover,
        department: entry.department.clone(),
        shift: entry.shift.clone(),
        by: entry.by.clone(),
        at: entry.at,
        note: said(&entry.note).filter(|_| !kept_from),
        items: items
            .map(|item| HandedOverShown {
                complaint: item.complaint,
                number: item.number.clone(),
                work: item.work,
                stage: item.stage.clone(),
                task: item.task.clone(),
                person: item.person.clone(),
                note: said(&item.note),
            })
            .collect(),
        acknowledged_by: entry.acknowledged.as_ref().map(|(by, _)| by.clone()),
        acknowledged_at: entry.acknowledged.as_ref().map(|(_, at)| *at),
    }
}
