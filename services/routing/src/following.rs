//! Follows changes of the directory, and versions that were applied: looks at what is written down, gives the commands,
//! crosses it out.
//!
//! A sweep, safe to run twice and by several replicas: the ids of the commands derive from the change, so the second
//! gets the first answer again.

use std::time::Duration;

use contracts::commands::{Answer, Command};
use contracts::{ProblemCode, WorkId};
use runtime::connect::in_time;
use runtime::shell::Inlet;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::affected::reconsider;
use crate::applying::spread_to;
use crate::store::applications::{self, Application};
use crate::store::{self, Change};

/// Commands given together.
const TOGETHER: i64 = 200;

/// Follows changes every `every` until told to stop.
pub async fn follow(pool: PgPool, inlet: Inlet, every: Duration, until: CancellationToken) {
    loop {
        if let Err(error) = follow_all(&pool, &inlet).await {
            tracing::warn!(%error, "changes could not be followed; they wait");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = until.cancelled() => return,
        }
    }
}

/// Follows every change that waits.
///
/// # Errors
/// What PostgreSQL says.
pub async fn follow_all(pool: &PgPool, inlet: &Inlet) -> Result<(), sqlx::Error> {
    for change in in_time(store::changes(pool)).await? {
        if give(pool, inlet, &change).await? {
            in_time(store::followed(pool, &change)).await?;
        }
    }
    for application in in_time(applications::waiting(pool)).await? {
        if apply(pool, inlet, &application, TOGETHER).await? {
            in_time(applications::applied(pool, &application)).await?;
        }
    }
    Ok(())
}

/// Gives the commands of one change; false when some were not taken and it must be tried again.
async fn give(pool: &PgPool, inlet: &Inlet, change: &Change) -> Result<bool, sqlx::Error> {
    let mut after: Option<WorkId> = None;
    loop {
        let page = in_time(store::affected(pool, change, after, TOGETHER)).await?;
        let Some(last) = page.last().map(|work| work.work) else { return Ok(true) };
        if !all_taken(inlet, page.iter().map(|work| reconsider(change.cause, work)).collect()).await {
            return Ok(false);
        }
        after = Some(last);
    }
}

/// Moves the open cases to a version that was applied, `together` at a time; false when some orders were not taken and
/// it must be gone on with. Where it stands is written down after each batch.
///
/// # Errors
/// What PostgreSQL says.
pub async fn apply(
    pool: &PgPool,
    inlet: &Inlet,
    application: &Application,
    together: i64,
) -> Result<bool, sqlx::Error> {
    let Application { organisation, cause, version, .. } = application;
    let mut after = application.after;
    loop {
        let page = in_time(applications::open_cases(pool, organisation, version, after, together)).await?;
        let Some(last) = page.last().map(|case| case.complaint) else { return Ok(true) };
        if !all_taken(inlet, page.iter().map(|case| spread_to(*cause, version, case)).collect()).await {
            return Ok(false);
        }
        in_time(applications::applied_up_to(pool, application, last)).await?;
        after = Some(last);
    }
}

async fn all_taken(inlet: &Inlet, commands: Vec<Command>) -> bool {
    !inlet.commands(commands).await.iter().any(is_lost)
}

/// Whether a command may not have been carried out. Any other refusal stands: the case has gone on.
fn is_lost(answer: &Answer) -> bool {
    match answer {
        Answer::Done { .. } => false,
        Answer::Refused { problem } => {
            matches!(
                problem.code,
                ProblemCode::Unavailable | ProblemCode::OutcomeUnknown | ProblemCode::Internal
            )
        }
    }
}
