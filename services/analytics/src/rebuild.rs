//! Building the read models anew while work goes on.
//!
//! [`begin`] forgets heads and rows in one transaction and notifies; the running service then compares heads with its
//! sources, and everything comes back through the same path as a delivered message. An event that is delivered in
//! between is held until its predecessors are there again.

use contracts::ServiceName;
use runtime::definition::Surroundings;
use runtime::permissions::heard_by;
use sqlx::PgPool;
use sqlx::postgres::PgListener;

/// The channel on which PostgreSQL tells that a rebuilding began.
const CHANNEL: &str = "redress_rebuild";

/// Forgets everything that was derived; gives how many cases that were.
///
/// # Errors
/// What PostgreSQL says; then nothing is forgotten.
pub async fn begin(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let forgotten = sqlx::query("delete from case_fact").execute(&mut *transaction).await?.rows_affected();
    for statement in ["delete from stage_time", "delete from breach", "delete from held", "delete from head"]
    {
        sqlx::query(statement).execute(&mut *transaction).await?;
    }
    sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(forgotten)
}

/// Waits for a rebuilding to begin, and has the sources compared.
///
/// # Errors
/// When PostgreSQL cannot be listened to any more.
pub async fn follow(around: Surroundings) -> anyhow::Result<()> {
    let mut listener = PgListener::connect_with(&around.pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        tokio::select! {
            () = around.until.cancelled() => return Ok(()),
            told = listener.try_recv() => {
                // A lost connection may have lost the word too, so everything is compared either way.
                let lost = told?.is_none();
                tracing::info!(lost, "the read models are compared with the journals");
                for source in heard_by(ServiceName::Analytics) {
                    around.suspicion.tell(*source);
                }
            }
        }
    }
}
