//! Notification through the real shell, a real PostgreSQL, a real NATS and a mail server of others.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bench;
mod conversation;
mod hostile;
mod intake;
mod mail;
mod mail_server;
mod rows;

use contracts::commands::Actor;
use contracts::messages::complaint_registered::{ComplaintRegistered, PlaybookRef};
use contracts::{ComplainantId, Facts, Language, ServiceName, WordId, WordRef};
use uuid::Uuid;

use bench::now;

/// A complaint by `channel` whose complainant is known to intake by number.
fn registered(channel: &str, complainant: ComplainantId) -> ComplaintRegistered {
    ComplaintRegistered {
        number: "TS202503070001".to_owned(),
        playbook: PlaybookRef { id: "p03".to_owned().try_into().unwrap(), version: 1 },
        channel: channel.to_owned().try_into().unwrap(),
        kind: "complaint".to_owned(),
        customer_type: "consumer".to_owned(),
        category: None,
        complained_of: None,
        complained_of_person: None,
        unit: None,
        received_at: now(),
        registered_at: now(),
        registered_by: Actor::System,
        language: Language::Zh,
        complainant,
        narrative: WordRef::to(ServiceName::Intake, WordId(Uuid::from_u128(3)), "坏了"),
        demand: None,
        facts: Facts::new(),
        repeats: None,
        external: None,
        files: Vec::new(),
    }
}
