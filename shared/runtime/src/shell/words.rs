//! Sealing the texts that decisions keep, and opening them for those who may read.

use std::collections::BTreeMap;

use contracts::{OrganisationId, ServiceName, WordId};
use journal::word::{self, SealedWord};
use sqlx::PgExecutor;
use vault::{KeyRing, Kind, Place, VaultError};

use crate::connect::in_time;
use crate::service::Word;

/// Why texts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// A text could not be opened.
    #[error("the text {id} cannot be opened")]
    Sealed {
        /// Which.
        id: WordId,
        /// Why.
        source: VaultError,
    },
}

pub(crate) fn seal(
    ring: &KeyRing,
    service: ServiceName,
    organisation: &OrganisationId,
    word: &Word,
) -> Result<SealedWord, VaultError> {
    let sealed = with_place(service, organisation, word.id, |place| ring.seal(word.text.as_bytes(), place))?;
    Ok(SealedWord { organisation: organisation.clone(), id: word.id, complaint: word.complaint, sealed })
}

/// Reads the texts of these ids; those that were shredded are left out.
///
/// # Errors
/// [`WordsError`].
pub async fn open_words(
    executor: impl PgExecutor<'_>,
    ring: &KeyRing,
    service: ServiceName,
    organisation: &OrganisationId,
    ids: &[WordId],
) -> Result<BTreeMap<WordId, String>, WordsError> {
    in_time(word::load(executor, organisation, ids))
        .await?
        .into_iter()
        .map(|SealedWord { id, sealed, .. }| {
            with_place(service, organisation, id, |place| ring.open_text(&sealed, place))
                .map(|text| (id, text))
                .map_err(|source| WordsError::Sealed { id, source })
        })
        .collect()
}

fn with_place<T>(
    service: ServiceName,
    organisation: &OrganisationId,
    id: WordId,
    act: impl FnOnce(Place<'_>) -> T,
) -> T {
    let (table, row) = (format!("{service}.word"), id.to_string());
    act(Place {
        kind: Kind::Words,
        organisation: organisation.as_str(),
        table: &table,
        row: &row,
        column: "text",
    })
}
