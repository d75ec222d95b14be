//! Notification's own tables: messages on their way, and each attempt to deliver them.

use contracts::messages::notice_requested::Recipient;
use contracts::{
    ChannelKey, ComplaintId, Language, NoticeId, OrganisationId, SubjectRef, TemplateKey, WordId,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use runtime::shell::Store;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::Notification;

/// A row that a decision writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A message is to be delivered.
    Deliver(Box<Delivery>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub organisation: OrganisationId,
    /// About which complaint.
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
        let rows: Vec<Delivery> = rows.into_iter().map(|(_, Row::Deliver(delivery))| *delivery).collect();
        insert(transaction, &rows).await
    }
}

const fn word_of(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

fn column<T>(rows: &[Delivery], of: impl Fn(&Delivery) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

async fn insert(connection: &mut PgConnection, rows: &[Delivery]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into delivery (organisation, notice, complaint, recipient, channel, template, language, word,
             requested_at)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::jsonb[], $5::text[], $6::text[], $7::text[],
             $8::uuid[], $9::timestamptz[])
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
    .bind(column(rows, |row| row.requested_at.to_sqlx()))
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
    /// About which complaint.
    pub complaint: Uuid,
    /// To whom.
    pub recipient: sqlx::types::Json<Recipient>,
    /// By which channel.
    pub channel: String,
    /// The text.
    pub word: Uuid,
    /// How it stands: a message that ended but was not yet said to have ended is taken again only for that.
    pub state: String,
    /// Attempts made before.
    pub attempts: i32,
}

/// Takes messages whose time has come, for `lease` seconds.
///
/// # Errors
/// What PostgreSQL says.
pub async fn lease(pool: &PgPool, most: i64, lease_seconds: f64) -> Result<Vec<Leased>, sqlx::Error> {
    sqlx::query_as(
        "update delivery set leased_until = now() + make_interval(secs => $2)
         where (organisation, notice) in (
             select organisation, notice from delivery
             where not settled and next_attempt_at <= now() and (leased_until is null or leased_until < now())
             order by next_attempt_at limit $1 for update skip locked)
         returning organisation, notice, complaint, recipient, channel, word, state, attempts",
    )
    .bind(most)
    .bind(lease_seconds)
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
    /// The state of the message afterwards.
    pub state: &'static str,
    /// Seconds until the next attempt, where one follows.
    pub again_in: f64,
}

/// Records an attempt and what follows from it, together.
///
/// # Errors
/// What PostgreSQL says.
pub async fn record_attempt(pool: &PgPool, message: &Leased, attempt: &Attempt) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with tried as (
             update delivery set attempts = attempts + 1, state = $3, leased_until = null,
                 next_attempt_at = now() + make_interval(secs => $6)
             where organisation = $1 and notice = $2
             returning attempts)
         insert into delivery_attempt (organisation, notice, attempt, outcome, detail)
         select $1, $2, attempts, $4, $5 from tried",
    )
    .bind(&message.organisation)
    .bind(message.notice)
    .bind(attempt.state)
    .bind(attempt.outcome)
    .bind(&attempt.detail)
    .bind(attempt.again_in)
    .execute(pool)
    .await?;
    Ok(())
}

/// The end of a message was said: nothing is left to do.
///
/// # Errors
/// What PostgreSQL says.
pub async fn mark_settled(pool: &PgPool, message: &Leased) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update delivery set settled = true, leased_until = null where organisation = $1 and notice = $2",
    )
    .bind(&message.organisation)
    .bind(message.notice)
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
