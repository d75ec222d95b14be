//! What a source answers when a consumer asks for what the stream lost: pages of heads and of a subject's journal.

use bytes::Bytes;
use contracts::SubjectRef;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use sqlx::{PgExecutor, Row as _};

use crate::Headers;
use crate::columns::{bigint, count, hash, headers, subject};
use crate::head::Hash;

/// The most bytes of headers and bodies in a page, unless one event alone is larger: 512 kB.
pub const PAGE_BYTES: i64 = 512 * 1024;

/// The end of a subject's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadLine {
    /// Whose.
    pub subject: SubjectRef,
    /// The last sequence said.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A page of the heads that said anything, in the order of their keys, after `after`; with `since` only those changed
/// at or after that machine time (ask with some overlap: a change is stamped when its transaction begins).
///
/// # Errors
/// What PostgreSQL says.
pub async fn heads_page(
    executor: impl PgExecutor<'_>,
    since: Option<Timestamp>,
    after: Option<&SubjectRef>,
    limit: u32,
) -> Result<Vec<HeadLine>, sqlx::Error> {
    let rows = sqlx::query(
        "select organisation, kind, id, sequence, hash from head
         where sequence > 0 and ($1::timestamptz is null or changed_at >= $1)
           and (organisation, kind, id) > ($2, $3, $4)
         order by organisation, kind, id
         limit $5",
    )
    .bind(since.map(|since| since.to_sqlx()))
    .bind(after.map_or("", |subject| subject.organisation.as_str()))
    .bind(after.map_or("", |subject| subject.kind.as_str()))
    .bind(after.map_or("", |subject| subject.id.as_str()))
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(HeadLine {
                subject: subject(row)?,
                sequence: count(row.try_get("sequence")?),
                hash: hash(row.try_get("hash")?)?,
            })
        })
        .collect()
}

/// An event as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// Its sequence.
    pub sequence: u64,
    /// The exact headers.
    pub headers: Headers,
    /// The exact body.
    pub body: Bytes,
    /// Its hash.
    pub hash: Hash,
}

/// A page of a subject's journal after a sequence: at most `limit` events and [`PAGE_BYTES`] bytes, at least one event
/// if there is any.
///
/// # Errors
/// What PostgreSQL says.
pub async fn journal_page(
    executor: impl PgExecutor<'_>,
    subject: &SubjectRef,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalLine>, sqlx::Error> {
    let rows = sqlx::query(
        "select sequence, headers, body, hash from (
             select sequence, headers::text as headers, body, hash, row_number() over chain as nth,
                    sum(octet_length(body) + octet_length(headers::text)) over chain as bytes
             from (select * from journal where organisation = $1 and kind = $2 and id = $3 and sequence > $4
                   order by sequence limit $5) as page
             window chain as (order by sequence)
         ) as measured
         where bytes <= $6 or nth = 1
         order by sequence",
    )
    .bind(subject.organisation.as_str())
    .bind(subject.kind.as_str())
    .bind(&subject.id)
    .bind(bigint(after))
    .bind(i64::from(limit))
    .bind(PAGE_BYTES)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(JournalLine {
                sequence: count(row.try_get("sequence")?),
                headers: headers(row)?,
                body: Bytes::from(row.try_get::<Vec<u8>, _>("body")?),
                hash: hash(row.try_get("hash")?)?,
            })
        })
        .collect()
}
