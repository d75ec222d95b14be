//! Who asks what: the one table from which the permissions of every NATS user are made (`bus::permissions`).
//!
//! A query that is not here is refused by nats-server, whatever the asker says it is. So no service reads contact data
//! or words but by a line of this table; a new question is a new line.

use super::{
    CHAINS, CURSORS, EXTENT, HEADS, HELD, JOURNAL, PARKED, PLACES, REHEARSAL, STATUS, analytics, approval,
    intake, investigation, notification, routing,
};
use crate::service::ServiceName::{self, Analytics, Approval, Intake, Investigation, Notification, Routing};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A service: those it hears for what the stream lost, and what its line in the table says.
    Service(ServiceName),
    /// The HTTP edge, for the people who are signed in there.
    Gateway,
    /// An operator's tools.
    Operator,
}

/// What a listener asks a source for, to find and repair what the stream lost.
const OF_A_SOURCE: &[&str] = &[HEADS, JOURNAL];

/// What is asked beside that: by whom, of which services, what.
const TABLE: &[(Asker, &[ServiceName], &[&str])] = &[
    // The address and the tracking code, when a message is handed over; kept nowhere.
    (Asker::Service(Notification), &[Intake], &[intake::CONTACT, intake::COMPLAINT]),
    // Analytics says nothing, so it has no journal to show and no chain to verify.
    (Asker::Gateway, &[Intake, Routing, Investigation, Approval, Notification], &[JOURNAL, CHAINS]),
    (Asker::Gateway, ServiceName::ALL, &[STATUS, PARKED]),
    (
        Asker::Gateway,
        &[Intake],
        &[
            intake::COMPLAINT,
            intake::TRACK,
            intake::CONTACT,
            intake::EARLIER,
            intake::DESK,
            intake::TELL,
            intake::TEXT,
            intake::RECENT,
            intake::FILES,
            intake::FILE_CHUNK,
            intake::CHANNELS,
        ],
    ),
    (Asker::Gateway, &[Routing], routing::NAMES),
    (Asker::Gateway, &[Investigation], &[investigation::CASE]),
    (Asker::Gateway, &[Approval], &[approval::CASE]),
    (Asker::Gateway, &[Notification], notification::NAMES),
    (Asker::Gateway, &[Analytics], analytics::NAMES),
    // How everything is, whether it balances, and what waits for a person.
    (Asker::Operator, ServiceName::ALL, &[HEADS, CURSORS, CHAINS, STATUS, PARKED, HELD, REHEARSAL]),
    // Whether the streams hold what the journals have. Places and hashes are told, never what was said.
    (Asker::Operator, ServiceName::ALL, &[PLACES, EXTENT]),
    // A drill compares the receipts with the record; a record says neither who the customer is nor what they told.
    (Asker::Operator, &[Intake], &[intake::COMPLAINT, intake::COUNTS]),
    (Asker::Operator, &[Routing], &[routing::CASE, routing::COUNTS, routing::REPORTS, routing::HANDOVERS]),
    // Why a clock is due when it is, and what a version would do to open cases.
    (Asker::Operator, &[Routing], &[routing::CLOCKS, routing::PREVIEW]),
    // Scenarios compare what each service knows of a case.
    (Asker::Operator, &[Investigation], &[investigation::CASE]),
    (Asker::Operator, &[Approval], &[approval::CASE]),
    (Asker::Operator, &[Notification], &[notification::CASE]),
    (Asker::Operator, &[Analytics], &[analytics::COUNTS]),
];

/// The queries that `asker` asks, when it hears `sources`; those of one service together.
#[must_use]
pub fn asked_by(asker: Asker, sources: &[ServiceName]) -> Vec<(ServiceName, &'static str)> {
    let of_sources = sources.iter().map(|source| (*source, OF_A_SOURCE));
    let own = TABLE.iter().filter(|(who, ..)| *who == asker);
    let own = own.flat_map(|(_, services, names)| services.iter().map(|service| (*service, *names)));
    let mut asked: Vec<_> = of_sources
        .chain(own)
        .flat_map(|(service, names)| names.iter().map(move |name| (service, *name)))
        .collect();
    asked.sort_by_key(|(service, _)| *service);
    asked
}

/// Whether `asker`, which is no service, may ask `service` for `name`.
#[must_use]
pub fn may_ask(asker: Asker, service: ServiceName, name: &str) -> bool {
    let asked = |(who, services, names): &(Asker, &[ServiceName], &[&str])| {
        *who == asker && services.contains(&service) && names.contains(&name)
    };
    TABLE.iter().any(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_data_and_words_are_asked_by_the_sender_and_the_edge_alone() {
        for asker in ServiceName::ALL.iter().map(|service| Asker::Service(*service)).chain([Asker::Operator])
        {
            let asked = asked_by(asker, ServiceName::ALL);
            let contact = asked.contains(&(Intake, intake::CONTACT));
            assert_eq!(contact, asker == Asker::Service(Notification), "{asker:?}");
            for name in [intake::TEXT, intake::FILE_CHUNK, intake::EARLIER, intake::RECENT] {
                assert!(!asked.contains(&(Intake, name)), "{asker:?} asks for {name}");
            }
        }
        assert!(may_ask(Asker::Gateway, Intake, intake::CONTACT));
        assert!(!may_ask(Asker::Operator, Intake, intake::CONTACT));
    }

    #[test]
    fn a_service_asks_those_it_hears_and_no_other() {
        let asked = asked_by(Asker::Service(Routing), &[Intake]);
        assert_eq!(asked, [(Intake, HEADS), (Intake, JOURNAL)]);
        assert_eq!(asked_by(Asker::Service(Approval), &[]), []);
    }
}
