//! What the services of Redress say to each other, and nothing else.
//!
//! * [`envelope`] — CloudEvents 1.0, binary mode: everything about an event but its body.
//! * [`subjects`] — every NATS subject and stream, built and parsed here alone.
//! * [`messages`] — one folder an event: its versions, the upgrade to the current one, its schema and samples.
//! * [`commands`] — the orders a service takes over request-reply, and its answers.
//! * [`queries`] — what a service is asked over request-reply, and its answers.
//! * [`results`] — what a completed stage hands on to later ones, by stage kind.
//! * [`problem`] — RFC 9457 problem documents with stable codes.
//! * [`facts`] — the closed list of fact keys that clocks, rules and ladders may name.
//! * [`ids`], [`money`], [`service`] — typed identifiers, money in fen, service and stage-kind names.
//!
//! No I/O, no clock, no randomness: ids are derived from what is passed in.

pub mod commands;
pub mod envelope;
pub mod event;
pub mod facts;
pub mod ids;
pub mod messages;
pub mod money;
pub mod problem;
pub mod queries;
pub mod results;
pub mod scenarios;
pub mod service;
pub mod subject;
pub mod subjects;
pub mod words;

pub use envelope::{Envelope, EnvelopeError};
pub use event::{Event, ReadError, WHATS};
pub use facts::{FactKey, FactValue, Facts};
pub use ids::*;
pub use money::Fen;
pub use problem::{Problem, ProblemCode};
pub use service::{ServiceName, StageKind};
pub use subject::{SubjectKind, SubjectRef};
pub use words::{FilledPoint, Language, Text, WordRef};
