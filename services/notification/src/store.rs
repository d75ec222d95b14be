//! Notification's own tables: messages on their way, and each attempt to deliver them.

use std::time::Duration;

use contracts::messages::notice_requested::Recipient;
use contracts::messages::notice_settled::NoticeOutcome;
use contracts::{
    ChannelKey, ComplaintId, Language, NoticeId, OrganisationId, SubjectKind, SubjectRef, TemplateKey, WordId,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use runtime::shell::Store;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use self::satisfaction::Given;
use crate::Notification;

mod satisfaction;

/// A row that a decision writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A message is to be delivered.
    Deliver(Box<Delivery>),
    /// A customer answered whether they are satisfied.
    Satisfaction(Box<Given>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub organisation: OrganisationId,
    /// Of what kind its subject is: a complaint, or the organisation for a report.
    pub about: SubjectKind,
    /// About which complaint; of a report, its own id.
    pub complaint: ComplaintId,
    /// Which message: stands for event, recipient, channel and template version.
    pub notice: NoticeId,
    /// To whom.
    pub to: Recipient,
    /// By which channel.
    pub channel: ChannelKey,
    /// The template.
    pub template: TemplateKey,
    /// The language.
    pub language: Language,
    /// The text.
    pub word: WordId,
    /// The subject line, where the template has one.
    pub subject: Option<WordId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// The store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deliveries;

impl Store<Notification> for Deliveries {
    async fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, Row)>,
    ) -> Result<(), sqlx::Error> {
        let (mut deliveries, mut answers) = (Vec::new(), Vec::new());
        for (_, row) in rows {
            match row {
                Row::Deliver(delivery) => deliveries.push(*delivery),
                Row::Satisfaction(given) => answers.push(*given),
            }
        }
        insert(transaction, &deliveries).await?;
        satisfaction::insert(transaction, &answers).await
    }
}

const fn word_of(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

async fn insert(connection: &mut PgConnection, rows: &[Delivery]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into delivery (organisation, notice, complaint, recipient, channel, template, language, word,
             subject, requested_at, about)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::jsonb[], $5::text[], $6::text[], $7::text[],
             $8::uuid[], $9::uuid[], $10::timestamptz[], $11::text[])
         on conflict (organisation, notice) do nothing",
    )
    .bind(column(rows, |row| row.organisation.to_string()))
    .bind(column(rows, |row| row.notice.0))
    .bind(column(rows, |row| row.complaint.0))
    .bind(column(rows, |row| sqlx::types::Json(row.to.clone())))
    .bind(column(rows, |row| row.channel.to_string()))
    .bind(column(rows, |row| row.template.to_string()))
    .bind(column(rows, |row| word_of(row.language)))
    .bind(column(rows, |row| row.word.0))
    .bind(column(rows, |row| row.subject.map(|word| word.0)))
    .bind(column(rows, |row| row.requested_at.to_sqlx()))
    .bind(column(rows, |row| row.about.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

/// A message that a sender has taken: nobody else tries it until the lease ends.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Leased {
    /// Whose.
    pub organisation: String,
    /// Which.
    pub notice: Uuid,
    /// Of what kind its subject is.
    pub about: String,
    /// About which complaint; of a report, its own id.
    pub complaint: Uuid,
    /// To whom.
    pub recipient: sqlx::types::Json<Recipient>,
    /// By which channel.
    pub channel: String,
    /// The text.
    pub word: Uuid,
    /// The subject line, where there is one.
    pub subject: Option<Uuid>,
    /// How it stands: a message that ended but was not yet said to have ended is taken again only for that.
    #[sqlx(try_from = "String")]
    pub state: Standing,
    /// Attempts made before.
    pub attempts: i32,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It waits for an attempt.
    Waiting,
    /// The next system took it.
    Delivered,
    /// It lies in the outbox that can be listed.
    Listed,
    /// Every attempt failed.
    Failed,
}

impl Standing {
    /// The word in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Listed => "listed",
            Self::Failed => "failed",
        }
    }
    /// How it ended, if it has.
    #[must_use]
    pub const fn outcome(self) -> Option<NoticeOutcome> {
        match self {
            Self::Waiting => None,
            Self::Delivered => Some(NoticeOutcome::Delivered),
            Self::Listed => Some(NoticeOutcome::Listed),
            Self::Failed => Some(NoticeOutcome::Failed),
        }
    }
}

/// A word in `delivery.state` that no version of this program wrote.
#[derive(Debug, thiserror::Error)]
#[error("delivery.state is “{0}”")]
pub struct NoStanding(String);

impl TryFrom<String> for Standing {
    type Error = NoStanding;
    fn try_from(word: String) -> Result<Self, NoStanding> {
        let all = [Self::Waiting, Self::Delivered, Self::Listed, Self::Failed];
        all.into_iter().find(|standing| standing.as_str() == word).ok_or(NoStanding(word))
    }
}

/// Takes messages whose time has come, for `lease`; the longest due first.
///
/// # Errors
/// What PostgreSQL says.
pub async fn lease(pool: &PgPool, most: i64, lease: Duration) -> Result<Vec<Leased>, sqlx::Error> {
    sqlx::query_as(
        "update delivery set leased_until = now() + make_interval(secs => $2)
         where (organisation, notice) in (
             select organisation, notice from delivery
             where not settled and next_attempt_at <= now() and (leased_until is null or leased_until < now())
             order by next_attempt_at limit $1 for update skip locked)
         returning organisation, notice, about, complaint, recipient, channel, word, subject, state, attempts",
    )
    .bind(most)
    .bind(lease.as_secs_f64())
    .fetch_all(pool)
    .await
}

/// How an attempt ended, and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// `delivered`, `listed`, `refused` or `failed`.
    pub outcome: &'static str,
    /// What the next system said; never the text or the address.
    pub detail: String,
    /// How the message stands afterwards.
    pub state: Standing,
    /// Until the next attempt, where one follows.
    pub again_in: Duration,
}

/// Records attempts and what follows from each, together. A message that has ended stays as it ended, whatever a sender
/// finds that was slower than its lease.
///
/// # Errors
/// What PostgreSQL says.
pub async fn record_attempts(pool: &PgPool, made: &[(&Leased, Attempt)]) -> Result<(), sqlx::Error> {
    if made.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with made as (
             select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::float8[])
                 as made (organisation, notice, state, outcome, detail, again_in)),
         tried as (
             update delivery d set attempts = d.attempts + 1, leased_until = null,
                 state = case d.state when 'waiting' then made.state else d.state end,
                 next_attempt_at = case d.state when 'waiting' then now() + make_interval(secs => made.again_in)
                     else d.next_attempt_at end
             from made where d.organisation = made.organisation and d.notice = made.notice
             returning d.organisation, d.notice, d.attempts)
         insert into delivery_attempt (organisation, notice, attempt, outcome, detail)
         select tried.organisation, tried.notice, tried.attempts, made.outcome, made.detail
         from tried join made using (organisation, notice)",
    )
    .bind(made.iter().map(|(message, _)| message.organisation.clone()).collect::<Vec<_>>())
    .bind(made.iter().map(|(message, _)| message.notice).collect::<Vec<_>>())
    .bind(made.iter().map(|(_, attempt)| attempt.state.as_str()).collect::<Vec<_>>())
    .bind(made.iter().map(|(_, attempt)| attempt.outcome).collect::<Vec<_>>())
    .bind(made.iter().map(|(_, attempt)| attempt.detail.clone()).collect::<Vec<_>>())
    .bind(made.iter().map(|(_, attempt)| attempt.again_in.as_secs_f64()).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

/// Puts a message off that could not be tried at all; that is no attempt.
///
/// # Errors
/// What PostgreSQL says.
pub async fn postpone(pool: &PgPool, message: &Leased, by: Duration) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update delivery set leased_until = null, next_attempt_at = now() + make_interval(secs => $3)
         where organisation = $1 and notice = $2",
    )
    .bind(&message.organisation)
    .bind(message.notice)
    .bind(by.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(())
}

/// The ends of messages were said: nothing is left to do.
///
/// # Errors
/// What PostgreSQL says.
pub async fn mark_settled(pool: &PgPool, messages: &[&Leased]) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update delivery d set settled = true, leased_until = null
         from unnest($1::text[], $2::uuid[]) as done (organisation, notice)
         where d.organisation = done.organisation and d.notice = done.notice",
    )
    .bind(messages.iter().map(|message| message.organisation.clone()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.notice).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

/// How many messages whose time has come are not yet said to have ended.
///
/// # Errors
/// What PostgreSQL says.
pub async fn unsettled(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let (count,): (i64,) =
        sqlx::query_as("select count(*) from delivery where not settled and next_attempt_at <= now()")
            .fetch_one(pool)
            .await?;
    Ok(u64::try_from(count).unwrap_or(0))
}
