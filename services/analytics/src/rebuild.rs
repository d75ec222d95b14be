//! Building the read models anew while work goes on.
//!
//! [`begin`] forgets heads and rows in one transaction and notifies; the running service then compares heads with its
//! sources, and everything comes back through the same path as a delivered message. An event that is delivered in
//! between is held until its predecessors are there again.

use std::time::Duration;

use contracts::ServiceName;
use runtime::connect::in_time;
use runtime::definition::Surroundings;
use runtime::permissions::heard_by;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};

/// The channel on which PostgreSQL tells that a rebuilding began.
const CHANNEL: &str = "redress_rebuild";
/// How long after the listening broke off it is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How long nothing may be heard before the connection is tested.
const SILENCE: Duration = Duration::from_secs(10);

/// Forgets everything that was derived; gives how many cases that were.
///
/// What is being written is waited for, and what comes next waits for this: heads go first and whole, as the shell
/// locks them first. So no batch can have one foot in the old ledger and the other in the new, and none can deadlock.
///
/// # Errors
/// What PostgreSQL says; then nothing is forgotten.
pub async fn begin(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("lock table head in access exclusive mode").execute(&mut *transaction).await?;
    let (cases,): (i64,) =
        sqlx::query_as("select count(*) from case_fact").fetch_one(&mut *transaction).await?;
    sqlx::query(
        // Who reads a period locks its sums first, and then what they are the sums of.
        "truncate head, held, registered_quarter, closed_quarter, ran_out_quarter, ownership_quarter, open_place,
             breach, case_fact, stage_time, ledger_entry, ledger_as_of",
    )
    .execute(&mut *transaction)
    .await?;
    // Reports wait until everything is there again.
    sqlx::query("update ledger_level set begun_at = clock_timestamp(), level_at = null")
        .execute(&mut *transaction)
        .await?;
    // What analytics said itself (how parked messages were settled) stays, and the chain goes on from there.
    sqlx::query(
        "insert into head (organisation, kind, id, sequence, hash)
         select distinct on (organisation, kind, id) organisation, kind, id, sequence, hash
         from journal order by organisation, kind, id, sequence desc",
    )
    .execute(&mut *transaction)
    .await?;
    // What could not be handled is tried again with the rest.
    sqlx::query("delete from parked where settled_at is null and source is not null")
        .execute(&mut *transaction)
        .await?;
    sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(u64::try_from(cases).unwrap_or(0))
}

/// Waits for a rebuilding to begin, and has the sources compared.
///
/// # Errors
/// None: a database that is away is waited for.
pub async fn follow(around: Surroundings) -> anyhow::Result<()> {
    while let Some(listened) = Box::pin(around.until.run_until_cancelled(listen(&around))).await {
        if let Err(error) = listened {
            tracing::warn!(%error, "rebuildings are not listened for now");
        }
        around.until.run_until_cancelled(sleep(AGAIN)).await;
    }
    Ok(())
}

/// Listens until the connection is lost.
async fn listen(around: &Surroundings) -> Result<(), sqlx::Error> {
    // A pool of its own: a listener whose connection went deaf never gives it back.
    let own = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(around.pool.connect_options().as_ref().clone());
    let mut listener = in_time(PgListener::connect_with(&own)).await?;
    in_time(listener.listen(CHANNEL)).await?;
    // What was told while nobody listened is not told again, so everything is compared.
    compare(around);
    loop {
        while let Ok(told) = timeout(SILENCE, listener.try_recv()).await {
            if told?.is_none() {
                return Ok(());
            }
            compare(around);
        }
        // A connection that is cut tells nobody.
        in_time(sqlx::query("select 1").execute(&mut listener)).await?;
    }
}

fn compare(around: &Surroundings) {
    tracing::info!("the read models are compared with the journals");
    for source in heard_by(ServiceName::Analytics) {
        around.suspicion.tell(*source);
    }
}
