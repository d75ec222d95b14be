//! The NATS side of messaging: connect, own streams, publish, hear in batches, ask and answer.
//!
//! The only crate of the product that knows the NATS client: everything leaves here as a type of this crate, and
//! every failure as a [`BusError`] or [`RequestError`] whose cause is linked and never repeated in its own text.
//!
//! ```text
//!   relay ──publish──▶ REDRESS_<SERVICE> ──Listener──▶ the services that hear it
//!   gateway ──request──▶ redress.cmd|query.<service>.<name> ──Requests──▶ that service
//! ```
//!
//! What is acknowledged here is *transported*, not recorded: JetStream may lose what it acknowledged, and the
//! journal says it again. Nothing in this crate may be used as proof that something is safe.

mod connection;
mod error;
mod headers;
mod listener;
mod permissions;
mod publish;
mod pull;
mod read;
mod request;
mod serve;
mod streams;
mod trace;

pub use connection::{Bus, BusOptions, Connection, SERVER_FLOOR, SERVER_RECOMMENDED};
pub use error::{BusError, Cause, RequestError};
pub use headers::Headers;
pub use listener::{Acknowledge, Delivery, Lag, Listener, ListenerOptions};
pub use permissions::{Permissions, permissions_of_gateway, permissions_of_service, questions};
pub use publish::{Outgoing, Published};
pub use read::{Stored, StreamReader};
pub use request::Subscription;
pub use serve::{Endpoint, Info, Request, Requests};
pub use streams::{StreamFacts, StreamLimits};
pub use trace::Traceparent;
