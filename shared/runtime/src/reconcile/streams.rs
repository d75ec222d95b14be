//! Comparing what the streams hold, message by message, with the journals.
//!
//! The journal is the record and JetStream only transport: a message that the journal does not have, or has otherwise,
//! is a difference; an event that the stream has lost is none, because listeners ask the journal for it, and one who
//! has not is found behind. What was lost is counted apart.
//!
//! It may be done while work goes on. The end of the stream is taken first, and every event is committed before it is
//! published: so the journal, asked later, has all that stands before that end. What a message says is hashed here and
//! forgotten; kept is only which positions of the journal were seen, as runs.

use std::ops::AddAssign;

use bus::{Bus, BusError, Stored, StreamFacts, StreamReader};
use contracts::{Envelope, ServiceName, SubjectRef, queries, subjects};
use journal::Hash;
use journal::place::{Extent, Place};
use serde::Serialize;
use tokio::time::Instant;

use super::runs::Runs;
use super::{LISTED, LOOK_EVERY, ReconcileError, ask_patiently};
use crate::recover::asking::{AskExtent, AskPlaces, PAGE_LINES, PlacesPage};

/// How many messages and events were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StreamCounts {
    /// Messages that were compared.
    pub messages: u64,
    /// Messages that are not what the journal has.
    pub differences: u64,
    /// Events that the stream holds once more: published again under another `Nats-Msg-Id`.
    pub repeats: u64,
    /// Events said before the first one that the stream holds: aged out, in the way of newer ones, or of a stream that
    /// was lost.
    pub older: u64,
    /// Events that the stream lacks from there on, as far as sequences are missing in it.
    pub in_holes: u64,
    /// Further ones: it never got them, or lost its end. While work goes on some of them may be told as on the way.
    pub unexplained: u64,
    /// Events that were said and not yet published when the stream was looked at, or published after that.
    pub on_the_way: u64,
}

impl AddAssign for StreamCounts {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.differences += other.differences;
        self.repeats += other.repeats;
        self.older += other.older;
        self.in_holes += other.in_holes;
        self.unexplained += other.unexplained;
        self.on_the_way += other.on_the_way;
    }
}

/// The stream of a service beside its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StreamReport {
    /// Whose.
    pub source: ServiceName,
    /// What was counted.
    #[serde(flatten)]
    pub counts: StreamCounts,
}

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamFault {
    /// It is no event: its headers cannot be read.
    Unreadable,
    /// It says that it is of another service, or stands on another subject than its own.
    Misplaced,
    /// The journal does not have it.
    NeverSaid,
    /// The journal has it with other headers or another body.
    Changed,
}

/// A message that is not what the journal has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamFinding {
    /// In whose stream.
    pub source: ServiceName,
    /// Its sequence there.
    pub stream_sequence: u64,
    /// What it was published to.
    pub published_to: String,
    /// The event that it says it is: about what.
    pub subject: Option<SubjectRef>,
    /// And which of its sequence.
    pub sequence: Option<u64>,
    /// What is wrong.
    pub fault: StreamFault,
}

/// Compares the stream of `source` with its journal; gives the first messages that are not what it has. A stream that is
/// made anew meanwhile is read again.
pub(super) async fn compare(
    bus: &Bus,
    source: ServiceName,
    deadline: Instant,
) -> Result<(StreamReport, Vec<StreamFinding>), ReconcileError> {
    loop {
        let facts = look(bus, source, deadline).await?;
        let reading = read_through(bus, source, facts, deadline).await?;
        let now = look(bus, source, deadline).await?;
        let same = facts.map(|facts| facts.created) == now.map(|now| now.created);
        if same || Instant::now() >= deadline {
            return Ok((StreamReport { source, counts: reading.counts }, reading.findings));
        }
    }
}

async fn look(
    bus: &Bus,
    source: ServiceName,
    deadline: Instant,
) -> Result<Option<StreamFacts>, ReconcileError> {
    patiently(source, deadline, async || bus.stream_facts(source).await).await
}

/// Tries again until the deadline what a server that comes back may answer.
async fn patiently<T>(
    source: ServiceName,
    deadline: Instant,
    mut attempt: impl AsyncFnMut() -> Result<T, BusError>,
) -> Result<T, ReconcileError> {
    loop {
        match attempt().await {
            Err(error) if error.is_transient() && Instant::now() < deadline => {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            done => return done.map_err(|error| ReconcileError::Stream { service: source, source: error }),
        }
    }
}

async fn read_through(
    bus: &Bus,
    source: ServiceName,
    facts: Option<StreamFacts>,
    deadline: Instant,
) -> Result<Reading, ReconcileError> {
    let mut reading = Reading::default();
    if let Some(facts) = facts.filter(|facts| facts.messages > 0) {
        let stream = subjects::event_stream(source);
        let mut reader = StreamReader::new(bus.clone(), stream, facts.first_sequence, facts.last_sequence);
        loop {
            let batch = patiently(source, deadline, async || reader.read().await).await?;
            if batch.is_empty() {
                break;
            }
            for part in batch.chunks(PAGE_LINES as usize) {
                compare_batch(bus, source, part, deadline, &mut reading).await?;
            }
        }
    }
    let question = AskExtent {
        position: reading.first,
        stream_created: facts.map(|facts| facts.created),
        last_sequence: facts.map_or(0, |facts| facts.last_sequence),
    };
    let extent = ask_patiently(bus, source, queries::EXTENT, &question, deadline).await?;
    reading.count_lost(extent, facts.map_or(0, |facts| holes(&facts)));
    Ok(reading)
}

async fn compare_batch(
    bus: &Bus,
    source: ServiceName,
    batch: &[Stored],
    deadline: Instant,
    reading: &mut Reading,
) -> Result<(), ReconcileError> {
    let claims: Vec<_> = batch.iter().map(|stored| claim(source, stored)).collect();
    let events = claims.iter().flatten().map(|claim| (claim.subject.clone(), claim.sequence)).collect();
    let page: PlacesPage =
        ask_patiently(bus, source, queries::PLACES, &AskPlaces { events }, deadline).await?;
    let mut places = page.places.into_iter();
    for (stored, claim) in batch.iter().zip(claims) {
        reading.counts.messages += 1;
        let (claim, fault) = match claim {
            Ok(claim) => {
                let fault = reading.judge(&claim, places.next().flatten());
                (Some(claim), fault)
            }
            Err(fault) => (None, Some(fault)),
        };
        let Some(fault) = fault else { continue };
        reading.counts.differences += 1;
        if reading.findings.len() < LISTED {
            let (subject, sequence) = claim.map(|claim| (claim.subject, claim.sequence)).unzip();
            let (stream_sequence, published_to) = (stored.stream_sequence, stored.subject.clone());
            let finding = StreamFinding { source, stream_sequence, published_to, subject, sequence, fault };
            reading.findings.push(finding);
        }
    }
    Ok(())
}

/// The sequences that are missing in a stream.
fn holes(facts: &StreamFacts) -> u64 {
    if facts.messages == 0 {
        return 0;
    }
    (facts.last_sequence + 1).saturating_sub(facts.first_sequence).saturating_sub(facts.messages)
}

/// The event that a message says it is.
#[derive(Debug)]
struct Claim {
    subject: SubjectRef,
    sequence: u64,
    /// The hash of what it is; none when its headers are written otherwise than anybody of us writes them, which the
    /// hash of what was read from them would not show.
    hash: Option<Hash>,
}

fn claim(source: ServiceName, stored: &Stored) -> Result<Claim, StreamFault> {
    let envelope = Envelope::read(|name| stored.headers.get(name)).map_err(|_| StreamFault::Unreadable)?;
    if envelope.source != source || stored.subject != subjects::event(source, &envelope.what) {
        return Err(StreamFault::Misplaced);
    }
    let headers = envelope.headers();
    let as_we_write = headers.iter().all(|(name, value)| stored.headers.get(name) == Some(value));
    let hash = as_we_write.then(|| envelope.hash(&stored.body));
    Ok(Claim { subject: envelope.subject, sequence: envelope.sequence, hash })
}

/// What has been read of a stream.
#[derive(Debug, Default)]
struct Reading {
    counts: StreamCounts,
    findings: Vec<StreamFinding>,
    seen: Runs,
    /// The position of the first event that the stream holds.
    first: Option<u64>,
    /// Events seen that were said before that one: they were published again.
    early: u64,
    /// The others that were seen, each counted once.
    late: u64,
}

impl Reading {
    fn judge(&mut self, claim: &Claim, place: Option<Place>) -> Option<StreamFault> {
        let Some(place) = place else { return Some(StreamFault::NeverSaid) };
        let first = *self.first.get_or_insert(place.position);
        let new = self.seen.insert(place.position);
        if new && place.position < first {
            self.early += 1;
        } else if new {
            self.late += 1;
        }
        if claim.hash != Some(place.hash) {
            return Some(StreamFault::Changed);
        }
        self.counts.repeats += u64::from(!new);
        None
    }

    /// What was published and not yet noted as such is seen and on its way: then less counts as lost, never more.
    const fn count_lost(&mut self, extent: Extent, holes: u64) {
        let lacking = extent.after.saturating_sub(self.late);
        self.counts.older = extent.before.saturating_sub(self.early);
        self.counts.in_holes = if lacking < holes { lacking } else { holes };
        self.counts.unexplained = lacking - self.counts.in_holes;
        self.counts.on_the_way = extent.on_the_way;
    }
}

#[cfg(test)]
mod tests;
