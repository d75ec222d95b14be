//! What can go wrong on the bus.
//!
//! The NATS client prints a cause in its text *and* links it; printed as a chain it would say everything twice.
//! So its errors end here: their text becomes a [`Cause`] that links nothing further.

use std::time::Duration;

/// What the NATS client or server said, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(pub String);

impl Cause {
    pub(crate) fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A failure of the bus. Nothing is known to have been done, unless a variant says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// The options cannot be used.
    #[error("the bus options are wrong")]
    Options(#[source] Cause),
    /// No server was reached in time.
    #[error("no nats-server was reached at {url} within {patience:?}")]
    Unreachable {
        /// Where.
        url: String,
        /// How long it was tried.
        patience: Duration,
        /// The last thing that went wrong.
        #[source]
        cause: Cause,
    },
    /// The server is too old for what is needed of it.
    #[error("nats-server {found} is too old: at least {floor} is needed")]
    OldServer {
        /// What it is.
        found: String,
        /// What is needed.
        floor: &'static str,
    },
    /// The NATS user lacks a permission (`bus/permissions.rs` lists what a service needs).
    #[error("not permitted to {what}")]
    NotPermitted {
        /// What was refused, in the server's words.
        what: String,
    },
    /// The server did not answer in time. It may have done what was asked.
    #[error("{what}: no answer in time")]
    Timeout {
        /// What was being done.
        what: &'static str,
    },
    /// There is no such stream, or nobody listens to the subject.
    #[error("there is no stream {stream}")]
    NoSuchStream {
        /// Its name, or the subject published to.
        stream: String,
    },
    /// The message is larger than the server takes.
    #[error("the message to {subject} has {size} bytes; the server takes {limit}")]
    TooLarge {
        /// Where to.
        subject: String,
        /// Its size, headers included.
        size: usize,
        /// The server's limit.
        limit: usize,
    },
    /// The stream refused a new message: it is full and discards new ones.
    #[error("the stream is full")]
    Full,
    /// The server may not store as much as the stream sets aside.
    #[error(
        "nats-server has no room for the stream {stream}: {bytes} bytes are set aside when it is made; free some of its \
         disk, or make the streams smaller (nats.stream_max_bytes)"
    )]
    NoRoom {
        /// Its name.
        stream: String,
        /// Its size.
        bytes: i64,
    },
    /// The stream or consumer is not as asked for, and could not be made so.
    #[error("the stream or consumer {name} is not as asked for: {}", differences.join("; "))]
    NotAsAsked {
        /// Its name.
        name: String,
        /// Each difference: what, asked, found.
        differences: Vec<String>,
    },
    /// Anything else the client or server reports.
    #[error("{what} failed")]
    Failed {
        /// What was being done.
        what: &'static str,
        /// Their words.
        #[source]
        cause: Cause,
    },
}

impl BusError {
    pub(crate) fn failed(what: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Failed { what, cause: Cause::of(error) }
    }

    /// Whether trying again later can help without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::NoSuchStream { .. }
            | Self::Full
            | Self::NoRoom { .. }
            | Self::Failed { .. } => true,
            Self::Options(_)
            | Self::OldServer { .. }
            | Self::NotPermitted { .. }
            | Self::TooLarge { .. }
            | Self::NotAsAsked { .. } => false,
        }
    }
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nobody serves the subject: nothing was done.
    #[error("nobody answers {subject}")]
    NoResponders {
        /// The subject.
        subject: String,
    },
    /// No answer came in time: it may have been done (`outcome-unknown`).
    #[error("{subject} gave no answer within {waited:?}")]
    Timeout {
        /// The subject.
        subject: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The request was not sent: nothing was done.
    #[error("the request was not sent")]
    NotSent(#[source] BusError),
    /// The connection broke between request and answer: it may have been done.
    #[error("the connection broke before {subject} answered")]
    Broken {
        /// The subject.
        subject: String,
        /// The client's words.
        #[source]
        cause: Cause,
    },
}

impl RequestError {
    /// Whether it is certain that nothing was done.
    #[must_use]
    pub const fn nothing_was_done(&self) -> bool {
        match self {
            Self::NoResponders { .. } | Self::NotSent(_) => true,
            Self::Timeout { .. } | Self::Broken { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_chain_says_nothing_twice() {
        let error = BusError::failed("publishing", "timed out: no answer");
        assert_eq!(error.to_string(), "publishing failed");
        assert_eq!(error.source().unwrap().to_string(), "timed out: no answer");
        assert!(error.source().unwrap().source().is_none());
    }
}
