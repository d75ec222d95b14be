//! Read-only answers for the gateway: the conversation about a case, and the outbox that can be listed.

use std::sync::Arc;

use contracts::messages::notice_requested::Recipient;
use contracts::queries::Query;
use contracts::{ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, WordId};
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::state::{Conversation, State};

/// Rows of a page at most.
const MAX_PAGE: i64 = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByComplaint {
    complaint: ComplaintId,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OutboxFilter {
    state: Option<String>,
    limit: Option<i64>,
}

/// What a scenario and the case page see of a conversation: no words, only what was said to whom and when.
#[must_use]
pub fn view(conversation: &Conversation) -> Value {
    let notices = conversation.notices.iter().map(|(id, notice)| {
        let to = match &notice.to {
            Recipient::Complainant { .. } => Value::Null,
            Recipient::Staff { person } => json!(person),
        };
        json!({
            "notice": id, "template": notice.template, "channel": notice.channel, "staff": to, "at": notice.at,
            "language": notice.language, "outcome": notice.outcome, "text": notice.text,
        })
    });
    let mut notices: Vec<Value> = notices.collect();
    notices.sort_by(|a, b| a["at"].as_str().cmp(&b["at"].as_str()));
    json!({
        "number": conversation.number,
        "language": conversation.language,
        "notices": notices,
        "visits": conversation.visits.iter().map(|(id, visit)| json!({
            "visit": id, "kind": visit.kind, "stage": visit.brief.stage, "epoch": visit.epoch,
            "progress": visit.progress, "told": visit.told, "calls": visit.calls,
        })).collect::<Vec<_>>(),
    })
}

/// What answers notification's queries.
pub struct Answers {
    /// Notification's database.
    pub pool: PgPool,
    /// The keys of the kept texts.
    pub keys: Arc<vault::KeyRing>,
}

impl Queries for Answers {
    fn names(&self) -> Vec<&'static str> {
        vec!["case", "outbox"]
    }
    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        answer(&self.pool, &self.keys, &query.organisation, name, query.body).await
    }
}

async fn answer(
    pool: &PgPool,
    ring: &Arc<vault::KeyRing>,
    organisation: &OrganisationId,
    name: &str,
    body: Value,
) -> Result<Value, Problem> {
    match name {
        "case" => {
            let by: ByComplaint = serde_json::from_value(body).map_err(|error| Problem::from_json(&error))?;
            let (found, version) = conversation(pool, organisation, by.complaint).await?;
            let mut view = view(&found);
            view["version"] = json!(version);
            let ids: Vec<WordId> = found.notices.values().map(|notice| notice.text.id).collect();
            let words = open_words(pool, ring, ServiceName::Notification, organisation, &ids).await;
            let words = words.map_err(|error| away(&error))?;
            let texts: serde_json::Map<String, Value> =
                words.into_iter().map(|(id, text)| (id.to_string(), json!(text))).collect();
            view["words"] = Value::Object(texts);
            Ok(view)
        }
        "outbox" => {
            let filter = if body.is_null() {
                OutboxFilter::default()
            } else {
                serde_json::from_value(body).map_err(|error| Problem::from_json(&error))?
            };
            outbox(pool, organisation, &filter).await.map_err(|error| away(&error))
        }
        other => Err(Problem::new(ProblemCode::NotFound, format!("notification answers no query {other}"))),
    }
}

fn away(error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%error, "a query of notification failed");
    Problem::new(ProblemCode::Unavailable, "the store of notification cannot be read now")
}

async fn conversation(
    pool: &PgPool,
    organisation: &OrganisationId,
    complaint: ComplaintId,
) -> Result<(Conversation, u64), Problem> {
    let subject = SubjectRef::complaint(organisation, complaint);
    let heads = journal::head::peek(pool, &[subject]).await.map_err(|error| away(&error))?;
    let head = heads.into_iter().next();
    let version = head.as_ref().map_or(0, |head| head.version);
    let state: State = match head.and_then(|head| head.state) {
        Some(text) => serde_json::from_str(&text).map_err(|error| away(&error))?,
        None => State::Unknown,
    };
    match state {
        State::Complaint(conversation) => Ok((*conversation, version)),
        State::Unknown | State::Early(_) | State::Playbook(_) => {
            Err(Problem::new(ProblemCode::NotFound, "notification knows no such complaint"))
        }
    }
}

async fn outbox(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &OutboxFilter,
) -> Result<Value, sqlx::Error> {
    let rows: Vec<(Value,)> = sqlx::query_as(
        "select to_jsonb(d) - 'organisation' - 'leased_until' from delivery d
         where organisation = $1 and ($2::text is null or state = $2)
         order by requested_at desc, notice limit $3",
    )
    .bind(organisation.as_str())
    .bind(&filter.state)
    .bind(filter.limit.unwrap_or(50).clamp(1, MAX_PAGE))
    .fetch_all(pool)
    .await?;
    Ok(json!({ "messages": rows.into_iter().map(|(row,)| row).collect::<Vec<_>>() }))
}
