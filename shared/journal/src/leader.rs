//! One leader among replicas, by an advisory lock on a connection of its own.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

/// The lock of a leader. It is given up by [`Leader::resign`], by dropping it, or when its connection breaks.
#[derive(Debug)]
pub struct Leader {
    connection: PgConnection,
    key: i64,
}

impl Leader {
    /// Tries to become the leader for `role` in this database, such as `relay`; `None` when another is.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn stand(options: &PgConnectOptions, role: &str) -> Result<Option<Self>, sqlx::Error> {
        let key = key_of(role);
        let mut connection = PgConnection::connect_with(options).await?;
        let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(key)
            .fetch_one(&mut connection)
            .await?;
        if taken {
            return Ok(Some(Self { connection, key }));
        }
        connection.close().await?;
        Ok(None)
    }

    /// Whether it still leads: an error means that the connection broke and the lock with it.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn confirm(&mut self) -> Result<(), sqlx::Error> {
        sqlx::query("select 1").execute(&mut self.connection).await.map(drop)
    }

    /// Gives the lock up.
    ///
    /// # Errors
    /// What PostgreSQL says; the lock is gone then, too.
    pub async fn resign(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("select pg_advisory_unlock($1)").bind(self.key).execute(&mut self.connection).await?;
        self.connection.close().await
    }
}

fn key_of(role: &str) -> i64 {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(format!("redress leader {role}").as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}
