//! Subjects as three arrays for `unnest`, numbers as PostgreSQL has them, rows as they are read.

use contracts::{OrganisationId, ServiceName, SubjectKind, SubjectRef};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::Headers;

/// Subjects in columns.
#[derive(Default)]
pub(crate) struct Subjects<'a> {
    pub(crate) organisations: Vec<&'a str>,
    pub(crate) kinds: Vec<&'a str>,
    pub(crate) ids: Vec<&'a str>,
}

impl<'a> Subjects<'a> {
    pub(crate) fn of(subjects: impl IntoIterator<Item = &'a SubjectRef>) -> Self {
        let mut columns = Self::default();
        for subject in subjects {
            columns.organisations.push(subject.organisation.as_str());
            columns.kinds.push(subject.kind.as_str());
            columns.ids.push(&subject.id);
        }
        columns
    }
}

/// A count as PostgreSQL's `bigint`. Sequences and versions never come near the end of it.
pub(crate) fn bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A `bigint` that is never negative.
pub(crate) fn count(bigint: i64) -> u64 {
    u64::try_from(bigint).unwrap_or(0)
}

/// A stored value that nobody could have written.
pub(crate) fn broken(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

pub(crate) fn organisation(row: &PgRow) -> Result<OrganisationId, sqlx::Error> {
    OrganisationId::new(row.try_get::<String, _>("organisation")?).map_err(broken)
}

/// The subject in the columns `organisation`, `kind`, `id`.
pub(crate) fn subject(row: &PgRow) -> Result<SubjectRef, sqlx::Error> {
    let kind: SubjectKind =
        row.try_get::<&str, _>("kind")?.parse().map_err(|kind| broken(format!("no subject kind {kind}")))?;
    Ok(SubjectRef { organisation: organisation(row)?, kind, id: row.try_get("id")? })
}

/// The service in the column `source`.
pub(crate) fn source(text: &str) -> Result<ServiceName, sqlx::Error> {
    text.parse().map_err(|name| broken(format!("no service {name}")))
}

pub(crate) fn hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| broken("a hash is not 32 bytes long"))
}

/// The headers in the text column `headers`.
pub(crate) fn headers(row: &PgRow) -> Result<Headers, sqlx::Error> {
    json(row.try_get("headers")?)
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(broken)
}

pub(crate) fn text(value: &impl serde::Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
