//! Whether everything that a source had said was heard: by its heads and the own cursors, as when something is missing.

use std::time::Duration;

use bus::Bus;
use contracts::{ServiceName, queries};
use jiff::Timestamp;
use sqlx::PgPool;

use super::asking::{AskError, AskHeads, HeadsPage, ask};
use super::{Behind, cursors, unheard};

/// How often what is under way is looked for again.
const LOOKS: u32 = 25;
/// How long it is given between two looks.
const BETWEEN: Duration = Duration::from_millis(200);

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum LevelError {
    /// The own database does not answer.
    #[error("the own cursors cannot be read")]
    Store(#[from] sqlx::Error),
    /// The source does not.
    #[error("the source cannot be asked")]
    Ask(#[from] AskError),
}

/// Whether everything was heard that `source` had said when it was asked, of subjects that changed `since` then; of all
/// when none is given. What is just under way is waited for. What a parked event blocks waits for a person and is left
/// out.
///
/// # Errors
/// When the source or the own database does not answer.
pub async fn is_level(
    (bus, pool): (&Bus, &PgPool),
    source: ServiceName,
    since: Option<Timestamp>,
) -> Result<bool, LevelError> {
    let mut question = AskHeads { since, ..AskHeads::default() };
    loop {
        let page: HeadsPage = ask(bus, source, queries::HEADS, &question).await?;
        question.after = page.heads.last().map(|head| head.subject.clone());
        let more = page.more && question.after.is_some();
        let heads = page.heads.into_iter();
        let said = heads.map(|head| Behind { subject: head.subject, said: head.sequence }).collect();
        if !were_heard(pool, source, said).await? {
            return Ok(false);
        }
        if !more {
            return Ok(true);
        }
    }
}

async fn were_heard(pool: &PgPool, source: ServiceName, mut said: Vec<Behind>) -> Result<bool, sqlx::Error> {
    for _ in 0..LOOKS {
        let subjects: Vec<_> = said.iter().map(|behind| behind.subject.clone()).collect();
        let own = cursors(pool, source, &subjects).await?;
        said.retain(|behind| unheard(&own, behind));
        if said.is_empty() {
            return Ok(true);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(false)
}
