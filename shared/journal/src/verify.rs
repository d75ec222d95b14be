//! Checks a subject's chain: what was said is what was said.

use contracts::{Envelope, SubjectRef};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::head::{Hash, peek};
use crate::recover::{JournalLine, journal_page};

/// Why a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ChainFault {
    /// An event is missing.
    #[error("it is missing")]
    Missing,
    /// Its headers cannot be read.
    #[error("its headers cannot be read")]
    Unreadable,
    /// Its headers or body are not those whose hash was stored.
    #[error("it was changed")]
    Changed,
    /// It does not name the event before it.
    #[error("it does not follow the event before it")]
    Unlinked,
    /// The head does not name it as the last one.
    #[error("the head names another end")]
    OtherEnd,
}

impl ChainFault {
    /// As it is told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Changed => "changed",
            Self::Unlinked => "unlinked",
            Self::OtherEnd => "other_end",
        }
    }
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} of {subject}: {fault}")]
pub struct BrokenChain {
    /// Whose.
    pub subject: SubjectRef,
    /// At which sequence.
    pub sequence: u64,
    /// How.
    pub fault: ChainFault,
}

/// What verifying can end with.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The chain is broken.
    #[error(transparent)]
    Broken(#[from] BrokenChain),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Verifies the whole chain of a subject and says how many events it has.
///
/// # Errors
/// The first fault of the chain, or what PostgreSQL says. Verifying a subject while it changes may find
/// [`ChainFault::OtherEnd`]; verify again.
pub async fn verify_subject(pool: &PgPool, subject: &SubjectRef) -> Result<u64, VerifyError> {
    let broken = |sequence, fault| BrokenChain { subject: subject.clone(), sequence, fault };
    let mut last: (u64, Hash) = (0, [0; 32]);
    loop {
        let page = journal_page(pool, subject, last.0, 500).await?;
        if page.is_empty() {
            break;
        }
        for line in page {
            last = link(last, &line).map_err(|fault| broken(last.0 + 1, fault))?;
        }
    }
    let head = peek(pool, std::slice::from_ref(subject)).await?.pop();
    let end = head.map_or((0, [0; 32]), |head| (head.sequence, head.hash));
    if end != last {
        return Err(broken(last.0, ChainFault::OtherEnd).into());
    }
    Ok(last.0)
}

fn link(last: (u64, Hash), line: &JournalLine) -> Result<(u64, Hash), ChainFault> {
    let header =
        |name: &str| line.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let envelope = Envelope::read(header).map_err(|_| ChainFault::Unreadable)?;
    if line.sequence != last.0 + 1 {
        return Err(ChainFault::Missing);
    }
    if envelope.hash(&line.body) != line.hash || envelope.sequence != line.sequence {
        return Err(ChainFault::Changed);
    }
    if envelope.previous_hash != last.1 {
        return Err(ChainFault::Unlinked);
    }
    Ok((line.sequence, line.hash))
}
