use bus::Headers;
use bytes::Bytes;
use contracts::{EventId, OrganisationId};

use super::*;

const BODY: &[u8] = br#"{"facts": {}}"#;

fn envelope() -> Envelope {
    let time = "2026-01-05T08:00:00Z".parse().unwrap();
    Envelope {
        id: EventId::at(time, [7; 10]),
        source: ServiceName::Intake,
        what: "fact.recorded".into(),
        version: 1,
        subject: SubjectRef::directory(&OrganisationId::new("huarun").unwrap()),
        time,
        sequence: 3,
        previous_hash: [1; 32],
        causation: "c".into(),
        correlation: "r".into(),
        traceparent: None,
    }
}

fn stored(envelope: &Envelope, body: &[u8]) -> Stored {
    let mut headers: Headers = envelope.headers().into_iter().collect();
    headers.set("Nats-Msg-Id", "whatever");
    Stored {
        subject: subjects::event(ServiceName::Intake, "fact.recorded"),
        headers,
        body: Bytes::copy_from_slice(body),
        stream_sequence: 1,
    }
}

fn place(position: u64) -> Option<Place> {
    Some(Place { position, hash: envelope().hash(BODY) })
}

#[test]
fn a_message_is_what_the_journal_has_or_what_is_wrong_is_named() {
    let claimed = |stored: &Stored| claim(ServiceName::Intake, stored);
    let judged = |stored: &Stored, place| Reading::default().judge(&claimed(stored).unwrap(), place);
    let good = stored(&envelope(), BODY);
    assert_eq!(judged(&good, place(1)), None);
    assert_eq!(judged(&good, None), Some(StreamFault::NeverSaid));
    assert_eq!(judged(&stored(&envelope(), b"{}"), place(1)), Some(StreamFault::Changed));
    let other = Envelope { previous_hash: [2; 32], ..envelope() };
    assert_eq!(judged(&stored(&other, BODY), place(1)), Some(StreamFault::Changed));
    // The same instant in other words: what is read is the same, what stands there is not.
    let mut rewritten = stored(&envelope(), BODY);
    rewritten.headers.set("ce-time", "2026-01-05T08:00:00.000Z");
    assert_eq!(judged(&rewritten, place(1)), Some(StreamFault::Changed));

    let strange = Stored { headers: Headers::default(), ..stored(&envelope(), BODY) };
    assert_eq!(claimed(&strange).unwrap_err(), StreamFault::Unreadable);
    let elsewhere =
        Stored { subject: subjects::event(ServiceName::Intake, "file.added"), ..stored(&envelope(), BODY) };
    assert_eq!(claimed(&elsewhere).unwrap_err(), StreamFault::Misplaced);
    assert_eq!(claim(ServiceName::Routing, &good).unwrap_err(), StreamFault::Misplaced);
}

/// What is read of a stream whose messages stand at these positions of the journal.
fn read(positions: &[u64]) -> Reading {
    let mut reading = Reading::default();
    let claim = claim(ServiceName::Intake, &stored(&envelope(), BODY)).unwrap();
    for position in positions {
        assert_eq!(reading.judge(&claim, place(*position)), None);
    }
    reading
}

#[test]
fn repeats_are_counted_and_are_no_differences() {
    assert_eq!(read(&[4, 5, 4, 6, 5, 5]).counts.repeats, 3);
}

#[test]
fn what_was_lost_is_told_apart() {
    let lost = |positions: &[u64], before, after, holes| {
        let mut reading = read(positions);
        reading.count_lost(Extent { before, after, on_the_way: 0 }, holes);
        (reading.counts.older, reading.counts.in_holes, reading.counts.unexplained)
    };
    // All of the journal is there; one of it is there twice.
    assert_eq!(lost(&[1, 2, 3, 2], 0, 3, 0), (0, 0, 0));
    // Events 1 to 3 have aged out.
    assert_eq!(lost(&[4, 5, 6], 3, 3, 0), (3, 0, 0));
    // One of them was published again later.
    assert_eq!(lost(&[4, 5, 2, 6], 3, 3, 0), (2, 0, 0));
    // 5 was deleted, 7 and 8 are not there although nothing is missing at the end.
    assert_eq!(lost(&[4, 6], 3, 2, 1), (3, 0, 0));
    assert_eq!(lost(&[4, 6], 3, 3, 1), (3, 1, 0));
    assert_eq!(lost(&[4, 6], 3, 5, 1), (3, 1, 2));
    // The stream is empty: all of it is older.
    assert_eq!(lost(&[], 8, 0, 0), (8, 0, 0));
}
