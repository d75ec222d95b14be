//! Read-only answers for the gateway: the conversation about a case, the outbox that can be listed, and templates
//! that cannot be rendered. For staff; customers ask intake.

use std::sync::Arc;

use contracts::commands::{Actor, check_text};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::notice_requested::Recipient;
use contracts::queries::Query;
use contracts::queries::notification::{
    CASE, MESSAGES, MessagesAsked, NAMES, OUTBOX, SATISFACTION, TEMPLATES, WORDING,
};
use contracts::{
    ComplaintId, OrganisationId, PlaybookId, Problem, ProblemCode, ServiceName, StageKind, SubjectRef, WordId,
};
use jiff_sqlx::ToSqlx as _;
use playbook::warnings;
use runtime::requests::Queries;
use runtime::shell::open_words;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgPool;

use crate::state::{Conversation, State, Visit};
use crate::store::Standing;
use crate::telling::{closing_question, lines};
use crate::templates::{of_document, preview, scripts_of};

mod satisfaction;

pub use self::satisfaction::{PAGE as SATISFACTION_PAGE, PAGE_OF_DEPARTMENT as SATISFACTION_OF_DEPARTMENT};

/// Characters in a text whose words are looked at.
const MAX_TEXT: usize = 5_000;
/// Rows of a page at most.
const MAX_PAGE: i64 = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByComplaint {
    complaint: ComplaintId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The case that it is written about,
    #[serde(default)]
    complaint: Option<ComplaintId>,
    /// or the playbook that it will follow, while there is no case yet.
    #[serde(default)]
    playbook: Option<PlaybookRef>,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByPlaybook {
    playbook: PlaybookId,
}

/// Which messages of the outbox.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutboxFilter {
    /// Only those that stand so.
    pub state: Option<Standing>,
    /// Only those about this complaint.
    pub complaint: Option<ComplaintId>,
    /// Where the page before ended.
    pub after: Option<OutboxCursor>,
    /// How many; 50 when absent, 200 at most.
    pub limit: Option<i64>,
}

/// Where a page of the outbox ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OutboxCursor {
    /// When the last message was asked for.
    pub requested_at: jiff::Timestamp,
    /// Which one it was.
    pub notice: uuid::Uuid,
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
    // What was asked for at one instant has no order of its own: two services may have given cause for it.
    let order = |notice: &Value| (notice["at"].as_str().map(str::to_owned), notice["template"].to_string());
    notices.sort_by_cached_key(order);
    json!({
        "number": conversation.number,
        "language": conversation.language,
        "caller_notes": conversation.caller_notes,
        "notices": notices,
        "visits": conversation.visits.iter().map(|(id, visit)| json!({
            "visit": id, "kind": visit.kind, "stage": visit.brief.stage, "epoch": visit.epoch,
            "progress": visit.progress, "told": visit.told, "attachments": visit.attachments, "answered": visit.answered, "calls": visit.calls, "contacts": visit.contacts,
            "prepared": visit.prepared, "guide": guide(conversation, visit),
        })).collect::<Vec<_>>(),
    })
}

/// What whoever speaks with the customer has before them: what to tell, scripts and checklists, notes for the caller,
/// how the answer is given, the closing question. Nothing once the visit was left.
fn guide(conversation: &Conversation, visit: &Visit) -> Value {
    let Some(slice) = visit.slice() else { return Value::Null };
    let agreed = visit.facts.get(&contracts::facts::key::time_agreed());
    let mut guide =
        json!({ "scripts": slice.scripts, "checklists": slice.checklists, "time_agreed": agreed });
    match visit.kind {
        StageKind::Contact => {
            let told = slice.contact.as_ref().map(|contact| {
                let (number, language) = (&conversation.number, conversation.language);
                json!({ "words": contact.tell, "lines": lines(contact, &visit.brief, number, language) })
            });
            guide["tell"] = json!(told);
            guide["prepare"] = json!(slice.prepare);
        }
        StageKind::Reply => {
            guide["form"] = json!(slice.reply.as_ref().map(|reply| reply.form));
            guide["evidence"] = json!(slice.reply.as_ref().map(|reply| &reply.evidence_attachments));
        }
        _ => {
            let call = slice.callback.as_ref();
            guide["notes"] = json!(call.map(|call| &call.notes));
            guide["channels"] = json!(call.map(|call| &call.channels));
            guide["calls"] = json!(call.map(|call| json!({ "min": call.min, "max": call.max })));
        }
    }
    if visit.kind != StageKind::Contact {
        guide["closing_question"] = json!(closing_question(&slice.scripts));
    }
    guide
}

/// The texts that a view refers to.
fn words_of(conversation: &Conversation) -> Vec<WordId> {
    let visits = || conversation.visits.values();
    let told = visits().filter_map(|visit| visit.told.as_ref());
    let reasons = visits().filter_map(|visit| visit.answered.as_ref()?.reason.as_ref());
    let opinions = visits().flat_map(|visit| &visit.calls).filter_map(|call| call.opinion.as_ref());
    let notes = visits().flat_map(|visit| &visit.contacts).filter_map(|contact| contact.note.as_ref());
    let sheets = visits().flat_map(|visit| &visit.prepared).flat_map(|sheet| &sheet.points);
    let notices = conversation.notices.values().map(|notice| &notice.text);
    let for_callers = conversation.caller_notes.iter().map(|noted| &noted.note);
    notices
        .chain(for_callers)
        .chain(told)
        .chain(reasons)
        .chain(opinions)
        .chain(notes)
        .chain(sheets.map(|point| &point.words))
        .map(|word| word.id)
        .collect()
}

/// Whoever is kept out of the matter does not read what the customer says about it either.
fn may_see(actor: &Actor, conversation: &Conversation) -> Result<(), Problem> {
    if actor.person().is_some_and(|person| conversation.is_party(person)) {
        let detail = "a party to the matter does not read what is said with the customer";
        let problem = Problem::new(ProblemCode::ConflictOfInterest, detail).at("/actor");
        return Err(problem.expected("somebody who is no party to the matter"));
    }
    Ok(())
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
        NAMES.to_vec()
    }

    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        match query.actor {
            Actor::Staff { .. } | Actor::System => {}
            Actor::Customer | Actor::Feeder { .. } => {
                let problem = Problem::new(ProblemCode::NotAllowed, "a conversation is for staff to see");
                return Err(problem.at("/actor").expected("a member of staff"));
            }
        }
        let organisation = &query.organisation;
        match name {
            CASE => self.case(organisation, &query.actor, read(query.body)?).await,
            OUTBOX => {
                let filter = if query.body.is_null() { OutboxFilter::default() } else { read(query.body)? };
                self.outbox(organisation, &filter).await
            }
            WORDING => self.wording(organisation, &query.actor, read(query.body)?).await,
            TEMPLATES => self.templates(organisation, read(query.body)?).await,
            SATISFACTION => {
                let asked = if query.body.is_null() { json!({}) } else { query.body };
                let page = self.satisfaction(organisation, &query.actor, &read(asked)?).await?;
                serde_json::to_value(page).map_err(|error| away(&error))
            }
            MESSAGES => self.messages(organisation, read(query.body)?).await,
            other => {
                Err(Problem::new(ProblemCode::NotFound, format!("notification answers no query {other}")))
            }
        }
    }
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    Problem::read(body)
}

fn no_playbook() -> Problem {
    Problem::new(ProblemCode::NotFound, "notification knows no such playbook").at("/playbook")
}

fn away(error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%error, "a query of notification failed");
    Problem::new(ProblemCode::Unavailable, "the store of notification cannot be read now")
}

impl Answers {
    /// The conversation about a complaint, with its words.
    async fn case(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        by: ByComplaint,
    ) -> Result<Value, Problem> {
        let subject = SubjectRef::complaint(organisation, by.complaint);
        let (state, version) = self.state(subject).await?;
        let conversation = state.conversation().ok_or_else(|| {
            Problem::new(ProblemCode::NotFound, "notification knows no such complaint").at("/complaint")
        })?;
        may_see(actor, conversation)?;
        let mut shown = view(conversation);
        shown["version"] = json!(version);
        shown["words"] = Value::Object(self.words(organisation, &words_of(conversation)).await?);
        Ok(shown)
    }

    /// The words of a text that the playbook of the case, or the one named, says to avoid.
    async fn wording(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        written: Written,
    ) -> Result<Value, Problem> {
        check_text("/text", &written.text, MAX_TEXT)?;
        let PlaybookRef { id, version } = match (written.complaint, written.playbook) {
            (Some(complaint), _) => self.playbook_of(organisation, actor, complaint).await?,
            (None, Some(playbook)) => playbook,
            (None, None) => {
                let problem = Problem::new(ProblemCode::MissingField, "what is it written about?");
                return Err(problem.at("/complaint").expected("a complaint, or the playbook it will follow"));
            }
        };
        let (state, _) = self.state(SubjectRef::playbook(organisation, &id)).await?;
        let found = match &state {
            State::Playbook(versions) => versions.get(&version),
            State::Unknown | State::Early(_) | State::Complaint(_) | State::Reports(_) => None,
        };
        let warned = found.map(|messages| warnings(&messages.scripts, &written.text)).unwrap_or_default();
        Ok(json!({ "warnings": warned }))
    }

    /// The playbook that a case follows, for who may read what is said about it.
    async fn playbook_of(
        &self,
        organisation: &OrganisationId,
        actor: &Actor,
        complaint: ComplaintId,
    ) -> Result<PlaybookRef, Problem> {
        let (state, _) = self.state(SubjectRef::complaint(organisation, complaint)).await?;
        let conversation = state.conversation().ok_or_else(|| {
            Problem::new(ProblemCode::NotFound, "notification knows no such complaint").at("/complaint")
        })?;
        may_see(actor, conversation)?;
        Ok(conversation.playbook.clone())
    }

    /// The templates of each version of a playbook that cannot be rendered.
    async fn templates(&self, organisation: &OrganisationId, by: ByPlaybook) -> Result<Value, Problem> {
        let (state, _) = self.state(SubjectRef::playbook(organisation, &by.playbook)).await?;
        let State::Playbook(versions) = state else {
            return Err(no_playbook());
        };
        let version = |(version, messages): (&u32, &crate::state::Messages)| {
            let keys: Vec<_> = messages.templates.keys().collect();
            json!({ "version": version, "templates": keys, "faults": messages.faults })
        };
        Ok(json!({ "versions": versions.iter().map(version).collect::<Vec<_>>() }))
    }

    /// The messages of a published version, or of one that is being written, as they would be read.
    async fn messages(&self, organisation: &OrganisationId, asked: MessagesAsked) -> Result<Value, Problem> {
        let shown = match (asked.written, asked.playbook) {
            (Some(written), _) => {
                let document = json!(written);
                preview(&of_document(&document), &scripts_of(&document))
            }
            (None, Some(PlaybookRef { id, version })) => {
                let (state, _) = self.state(SubjectRef::playbook(organisation, &id)).await?;
                let State::Playbook(versions) = &state else { return Err(no_playbook()) };
                let messages = versions.get(&version).ok_or_else(no_playbook)?;
                preview(&messages.templates, &messages.scripts)
            }
            (None, None) => {
                let problem = Problem::new(ProblemCode::MissingField, "the messages of what?");
                return Err(problem.at("/playbook").expected("a published version, or what is written"));
            }
        };
        Ok(json!(shown))
    }

    async fn state(&self, subject: SubjectRef) -> Result<(State, u64), Problem> {
        let heads = journal::head::peek(&self.pool, &[subject]).await.map_err(|error| away(&error))?;
        let Some(head) = heads.into_iter().next() else { return Ok((State::Unknown, 0)) };
        let state = head.state.map(|text| serde_json::from_str(&text)).transpose();
        Ok((state.map_err(|error| away(&error))?.unwrap_or_default(), head.version))
    }

    async fn words(
        &self,
        organisation: &OrganisationId,
        ids: &[WordId],
    ) -> Result<Map<String, Value>, Problem> {
        let words = open_words(&self.pool, &self.keys, ServiceName::Notification, organisation, ids).await;
        let words = words.map_err(|error| away(&error))?;
        Ok(words.into_iter().map(|(id, text)| (id.to_string(), json!(text))).collect())
    }

    /// Messages, newest first, with their texts and how the last attempt went: listed ones are handed over by a person.
    async fn outbox(&self, organisation: &OrganisationId, filter: &OutboxFilter) -> Result<Value, Problem> {
        let limit = filter.limit.unwrap_or(50).clamp(1, MAX_PAGE);
        let rows = page(&self.pool, organisation, filter, limit).await.map_err(|error| away(&error))?;
        let next = rows
            .last()
            .filter(|_| i64::try_from(rows.len()).is_ok_and(|rows| rows == limit))
            .map(|last| json!({ "requested_at": last["requested_at"], "notice": last["notice"] }));
        let ids = rows.iter().flat_map(|row| [&row["word"], &row["subject"]]);
        let ids: Vec<WordId> =
            ids.filter_map(|id| id.as_str()?.parse::<uuid::Uuid>().ok()).map(WordId).collect();
        let words = self.words(organisation, &ids).await?;
        Ok(json!({ "messages": rows, "words": words, "next": next }))
    }
}

async fn page(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &OutboxFilter,
    limit: i64,
) -> Result<Vec<Value>, sqlx::Error> {
    let rows: Vec<(Value,)> = sqlx::query_as(
        "select to_jsonb(d) - 'organisation' - 'leased_until' || case about when 'complaint' then '{}'
             else jsonb_build_object('complaint', null, 'report', complaint) end || jsonb_build_object('last_attempt', (
             select jsonb_build_object('at', a.at, 'outcome', a.outcome, 'detail', a.detail)
             from delivery_attempt a where a.organisation = d.organisation and a.notice = d.notice
             order by a.attempt desc limit 1))
         from delivery d
         where organisation = $1 and ($2::text is null or state = $2) and ($3::uuid is null or complaint = $3)
           and ($4::timestamptz is null or (requested_at, notice) < ($4, $5))
         order by requested_at desc, notice desc limit $6",
    )
    .persistent(false) // planned for the filters that are there
    .bind(organisation.as_str())
    .bind(filter.state.map(Standing::as_str))
    .bind(filter.complaint.map(|complaint| complaint.0))
    .bind(filter.after.as_ref().map(|after| after.requested_at.to_sqlx()))
    .bind(filter.after.as_ref().map(|after| after.notice))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(row,)| row).collect())
}
