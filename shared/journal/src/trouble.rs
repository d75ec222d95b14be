//! What an SQL error means for the inputs of a batch.

/// Whose fault an SQL error is, and so what is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The store is away, full, read-only or locked out: wait and try the whole again; no input is to blame.
    Store,
    /// Two transactions met (serialisation failure, deadlock): try the whole again at once.
    Conflict,
    /// Something in the data is refused for good: one of the inputs is to blame.
    Permanent,
}

impl Trouble {
    /// Judges an error.
    #[must_use]
    pub fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => Self::of_code(database.code().as_deref().unwrap_or("")),
            sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::InvalidArgument(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_) => Self::Permanent,
            // Io, Tls, Protocol, PoolTimedOut, PoolClosed, WorkerCrashed and whatever sqlx adds: not the data.
            _ => Self::Store,
        }
    }

    fn of_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" | "55P03" => Self::Conflict,
            // Not permitted, read-only, idle too long within a transaction, a transaction that took too long, no such
            // database, cancelled by the operator or a timeout.
            "42501" | "25006" | "25P03" | "25P04" | "3D000" | "57014" => Self::Store,
            _ => match code.get(..2) {
                // Connection, resources, operator intervention, system error, authentication, configuration file.
                Some("08" | "53" | "57" | "58" | "28" | "F0" | "XX") => Self::Store,
                _ => Self::Permanent,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn data_is_blamed_only_for_what_is_in_it() {
        for code in ["22001", "22P05", "23505", "23514", "54000", "P0001", "42P01"] {
            assert_eq!(Trouble::of_code(code), Trouble::Permanent, "{code}");
        }
        for code in ["08006", "53100", "53300", "57P01", "57P03", "42501", "25006", "25P03", "28P01", "58030"]
        {
            assert_eq!(Trouble::of_code(code), Trouble::Store, "{code}");
        }
        for code in ["40001", "40P01"] {
            assert_eq!(Trouble::of_code(code), Trouble::Conflict, "{code}");
        }
        assert_eq!(Trouble::of(&sqlx::Error::PoolTimedOut), Trouble::Store);
        assert_eq!(Trouble::of(&sqlx::Error::RowNotFound), Trouble::Permanent);
    }
}
