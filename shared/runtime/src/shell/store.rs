//! The one thing of a service that is not pure: how its own rows are written.

use contracts::SubjectRef;
use sqlx::PgConnection;

use crate::service::Service;

/// Writes a service's own rows.
pub trait Store<S: Service>: Send + Sync + 'static {
    /// Writes the rows of a batch, in the order they were decided, each with the subject that decided it.
    ///
    /// Runs in the transaction of the batch, under the locks of the subjects. It may be called again with the same
    /// rows, after a rollback. One multi-row statement a table.
    ///
    /// # Errors
    /// What PostgreSQL says. A permanent error (a constraint, a value that does not fit) is blamed on one of the
    /// inputs, which is found by halving the batch.
    fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, S::Row)>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// The store of a service that has no rows of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRows;

impl<S: Service<Row = std::convert::Infallible>> Store<S> for NoRows {
    async fn write_rows(
        &self,
        _: &mut PgConnection,
        _: Vec<(SubjectRef, std::convert::Infallible)>,
    ) -> Result<(), sqlx::Error> {
        Ok(())
    }
}
