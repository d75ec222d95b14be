//! Heads: one row a subject. Its row lock gives order, the gapless sequence, the chain and idempotence.

use std::collections::BTreeMap;

use contracts::{ServiceName, SubjectRef};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};

use crate::columns::{Subjects, bigint, count, hash, json, subject, text};

/// A SHA-256.
pub type Hash = [u8; 32];

/// How far a source was heard about one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// The sequence of the last event that was applied or dropped; 0: none yet.
    pub sequence: u64,
    /// Its hash: what the next one must carry as `previoushash`.
    #[serde(with = "as_hex")]
    pub hash: Hash,
    /// The sequence of a parked event that blocks this source, until it is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<u64>,
}

/// A cursor for each source that was heard.
pub type Cursors = BTreeMap<ServiceName, Cursor>;

/// A head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub subject: SubjectRef,
    /// Grows by one for each input that changed anything.
    pub version: u64,
    /// The sequence of the last event said; 0: none yet.
    pub sequence: u64,
    /// Its hash; zeros before the first.
    pub hash: Hash,
    /// The state as JSON text; absent before the first change.
    pub state: Option<String>,
    /// What was heard.
    pub cursors: Cursors,
}

impl Head {
    /// The head of a subject of which nothing is known.
    #[must_use]
    pub fn new(subject: SubjectRef) -> Self {
        Self { subject, version: 0, sequence: 0, hash: [0; 32], state: None, cursors: Cursors::new() }
    }
}

fn read(row: &PgRow) -> Result<Head, sqlx::Error> {
    Ok(Head {
        subject: subject(row)?,
        version: count(row.try_get("version")?),
        sequence: count(row.try_get("sequence")?),
        hash: hash(row.try_get("hash")?)?,
        state: row.try_get("state")?,
        cursors: json(row.try_get("cursors")?)?,
    })
}

/// Locks those of the heads that exist and that nobody else has locked, in one fixed order.
///
/// # Errors
/// What PostgreSQL says.
pub async fn lock(connection: &mut PgConnection, subjects: &[SubjectRef]) -> Result<Vec<Head>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "select organisation, kind, id, h.version, h.sequence, h.hash, h.state::text as state,
                h.cursors::text as cursors
         from unnest($1::text[], $2::text[], $3::text[]) as wanted (organisation, kind, id)
         join head h using (organisation, kind, id)
         order by organisation, kind, id
         for update of h skip locked",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Inserts heads that are missing and answers those that were: they are new and locked by this transaction. A subject
/// that another transaction is inserting is waited for and then not among them.
///
/// # Errors
/// What PostgreSQL says.
pub async fn insert_missing(
    connection: &mut PgConnection,
    subjects: &[SubjectRef],
) -> Result<Vec<SubjectRef>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "insert into head (organisation, kind, id)
         select organisation, kind, id
         from unnest($1::text[], $2::text[], $3::text[]) as wanted (organisation, kind, id)
         order by organisation, kind, id
         on conflict do nothing
         returning organisation, kind, id",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .fetch_all(connection)
    .await?;
    rows.iter().map(subject).collect()
}

/// A head after a batch.
#[derive(Debug, Clone)]
pub struct HeadChange<'a> {
    /// Whose.
    pub subject: &'a SubjectRef,
    /// Its version now.
    pub version: u64,
    /// The sequence of the last event said.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// The state as JSON text, when it changed.
    pub state: Option<String>,
    /// The cursors now.
    pub cursors: &'a Cursors,
}

/// Writes locked heads.
///
/// # Errors
/// What PostgreSQL says.
pub async fn write(connection: &mut PgConnection, changes: &[HeadChange<'_>]) -> Result<(), sqlx::Error> {
    let subjects = Subjects::of(changes.iter().map(|change| change.subject));
    let cursors: Vec<String> = changes.iter().map(|change| text(change.cursors)).collect::<Result<_, _>>()?;
    sqlx::query(
        "update head
         set version = w.version, sequence = w.sequence, hash = w.hash, cursors = w.cursors::jsonb,
             state = coalesce(w.state::jsonb, head.state), changed_at = now()
         from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::text[],
                     $8::text[])
              as w (organisation, kind, id, version, sequence, hash, state, cursors)
         where head.organisation = w.organisation and head.kind = w.kind and head.id = w.id",
    )
    .bind(subjects.organisations)
    .bind(subjects.kinds)
    .bind(subjects.ids)
    .bind(changes.iter().map(|change| bigint(change.version)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| bigint(change.sequence)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.hash.as_slice()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.state.as_deref()).collect::<Vec<_>>())
    .bind(cursors)
    .execute(connection)
    .await
    .map(drop)
}

/// Removes heads that this transaction inserted and nothing changed: a refused command leaves no trace.
///
/// # Errors
/// What PostgreSQL says.
pub async fn remove_untouched(
    connection: &mut PgConnection,
    subjects: &[SubjectRef],
) -> Result<(), sqlx::Error> {
    let untouched = Subjects::of(subjects);
    sqlx::query(
        "delete from head using unnest($1::text[], $2::text[], $3::text[]) as w (organisation, kind, id)
         where head.organisation = w.organisation and head.kind = w.kind and head.id = w.id
           and head.version = 0 and head.cursors = '{}'",
    )
    .bind(untouched.organisations)
    .bind(untouched.kinds)
    .bind(untouched.ids)
    .execute(connection)
    .await
    .map(drop)
}

/// The heads of `subjects` as last committed, without a lock.
///
/// # Errors
/// What PostgreSQL says.
pub async fn peek(executor: impl PgExecutor<'_>, subjects: &[SubjectRef]) -> Result<Vec<Head>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "select organisation, kind, id, h.version, h.sequence, h.hash, h.state::text as state,
                h.cursors::text as cursors
         from unnest($1::text[], $2::text[], $3::text[]) as wanted (organisation, kind, id)
         join head h using (organisation, kind, id)",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}

/// As [`peek`], but without the state where the version is the one given for the subject: the asker has it.
///
/// # Errors
/// What PostgreSQL says.
pub async fn peek_newer(
    executor: impl PgExecutor<'_>,
    subjects: &[SubjectRef],
    versions: &[u64],
) -> Result<Vec<Head>, sqlx::Error> {
    let wanted = Subjects::of(subjects);
    let rows = sqlx::query(
        "select organisation, kind, id, h.version, h.sequence, h.hash, h.cursors::text as cursors,
                case when h.version <> wanted.version then h.state::text end as state
         from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as wanted (organisation, kind, id, version)
         join head h using (organisation, kind, id)",
    )
    .bind(wanted.organisations)
    .bind(wanted.kinds)
    .bind(wanted.ids)
    .bind(versions.iter().map(|version| bigint(*version)).collect::<Vec<_>>())
    .fetch_all(executor)
    .await?;
    rows.iter().map(read).collect()
}

mod as_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use super::Hash;

    pub(super) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = hex::decode(text).map_err(de::Error::custom)?;
        bytes.try_into().map_err(|_| de::Error::custom("a hash is 32 bytes long"))
    }
}
