//! From the outbox to the stream.
//!
//! One relay leads among the replicas of a service, by an advisory lock on a connection of its own; the others stand
//! ready. It publishes what is unpublished in journal order, many acknowledgements in flight, with
//! `Nats-Msg-Id` = event id. Woken after each commit, and looking by itself every second or so.
//!
//! **An acknowledgement is believed only so far.** JetStream acknowledges before it is on disk, streams are deleted
//! and made again, and a cluster may elect a leader that lags. So rows stay in the outbox for some time, and the relay
//! looks whether the stream is still the one it knew: the same creation time, never shorter, every new sequence above
//! the one before. What was lost is published again under `id.attempt`, because the server may still know the old
//! message id; the CloudEvents id never changes, and consumers recognise what they have.
//!
//! An old leader that still publishes does no harm: it repeats message ids or, beyond the server's window, events that
//! consumers recognise. Nothing here may wait for being the only one.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Outgoing, Published, StreamFacts, StreamLimits};
use contracts::{ServiceName, subjects};
use jiff::Timestamp;
use journal::{Leader, outbox};
use metrics::{counter, gauge, histogram};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::config::RelayConfig;
use crate::connect::in_time;
use crate::metrics as names;
use crate::process::chain;
use crate::telemetry::publish_span;

/// How often the stream is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often safe rows leave the outbox, and how many at most.
const PURGE_EVERY: Duration = Duration::from_secs(5);
const PURGE_ROWS: u32 = 50_000;
/// How often a relay that does not lead asks to.
const STAND_EVERY: Duration = Duration::from_secs(1);
/// The first and the longest pause after trouble.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MOST: Duration = Duration::from_secs(5);
/// How long after the stop was asked for trouble is still tried again; what is left then waits for the next start.
const FLUSH_MOST: Duration = Duration::from_secs(10);

/// The relay of a service.
#[derive(Debug)]
pub struct Relay {
    /// Whose.
    pub service: ServiceName,
    /// Its database.
    pub pool: PgPool,
    /// For the leader's own connection to the same database.
    pub leader: PgConnectOptions,
    /// Its connection to NATS.
    pub bus: Bus,
    /// The bounds of its stream.
    pub limits: StreamLimits,
    /// How it publishes.
    pub config: RelayConfig,
    /// Notified after each commit that said something.
    pub said: Arc<Notify>,
}

/// What a look at the outbox did.
#[derive(Debug, Clone, Copy)]
struct Looked {
    published: usize,
    /// There may be more.
    full: bool,
}

/// What keeps a relay from leading on.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the outbox cannot be used")]
    Store(#[from] sqlx::Error),
    #[error("the stream cannot be used")]
    Bus(#[from] BusError),
}

/// The stream as it was when last looked at, and what it acknowledged since.
#[derive(Debug)]
struct Stream {
    created: Timestamp,
    last: u64,
    connects: u64,
    looked: Instant,
}

impl Stream {
    fn name_of(&self) -> String {
        self.created.to_string()
    }
}

impl Relay {
    /// Stands for leader and publishes while it leads, until `until` is cancelled; then publishes what is left.
    ///
    /// # Errors
    /// None: trouble is logged, waited out and tried again.
    pub async fn run(self, until: CancellationToken) -> Result<(), Infallible> {
        let mut pause = PAUSE_FIRST;
        let mut flush_until = None;
        loop {
            match in_time(Leader::stand(&self.leader, "relay")).await {
                Ok(Some(leader)) => {
                    let began = Instant::now();
                    self.show_leading(true);
                    let led = self.lead(leader, &until).await;
                    self.show_leading(false);
                    let Err(trouble) = led else { return Ok(()) };
                    tracing::warn!(service = %self.service, error = chain(&trouble), "the relay pauses");
                    if began.elapsed() > PAUSE_MOST {
                        pause = PAUSE_FIRST;
                    }
                }
                // The one who leads publishes what is left.
                Ok(None) if until.is_cancelled() => return Ok(()),
                Ok(None) => pause = STAND_EVERY,
                Err(error) => {
                    tracing::warn!(service = %self.service, %error, "the relay cannot stand for leader");
                }
            }
            if until.is_cancelled() {
                if Instant::now() >= *flush_until.get_or_insert_with(|| Instant::now() + FLUSH_MOST) {
                    tracing::warn!(service = %self.service, "what is left is published after the next start");
                    return Ok(());
                }
                tokio::time::sleep(PAUSE_FIRST).await;
            } else {
                until.run_until_cancelled(tokio::time::sleep(pause)).await;
            }
            pause = (pause * 2).min(PAUSE_MOST);
        }
    }

    /// Publishes until `until` is cancelled and nothing is left that can be published.
    async fn lead(&self, mut leader: Leader, until: &CancellationToken) -> Result<(), Trouble> {
        let mut stream = self.first_look().await?;
        let mut purged = Instant::now();
        loop {
            let said = self.said.notified();
            tokio::pin!(said);
            // A commit between this look and the wait must not be slept through.
            said.as_mut().enable();
            if stream.looked.elapsed() >= LOOK_EVERY || stream.connects != self.bus.connects() {
                in_time(leader.confirm()).await?;
                stream = self.look_again(&stream).await?;
            }
            if purged.elapsed() >= PURGE_EVERY {
                in_time(outbox::purge(&self.pool, self.config.keep, PURGE_ROWS)).await?;
                purged = Instant::now();
            }
            // Asked before looking: then what was committed before the stop is seen by the look.
            let stopping = until.is_cancelled();
            let looked = self.publish_waiting(&mut stream).await?;
            if looked.published > 0 && (looked.full || stopping) {
                continue;
            }
            if stopping {
                return Ok(in_time(leader.resign()).await?);
            }
            tokio::select! {
                () = until.cancelled() => {}
                () = said => {}
                () = tokio::time::sleep(self.config.poll) => {}
            }
        }
    }

    /// Makes the stream if need be, and finds what it lost while nobody looked.
    async fn first_look(&self) -> Result<Stream, Trouble> {
        let connects = self.bus.connects();
        let facts = self.bus.ensure_event_stream(self.service, self.limits).await?;
        self.say_lost_again(facts.created, facts.last_sequence).await?;
        Ok(seen(&facts, connects))
    }

    async fn look_again(&self, known: &Stream) -> Result<Stream, Trouble> {
        let connects = self.bus.connects();
        let Some(facts) = self.bus.stream_facts(self.service).await? else {
            tracing::error!(service = %self.service, "the event stream is gone: it is made again");
            return self.first_look().await;
        };
        if facts.created != known.created || facts.last_sequence < known.last || connects != known.connects {
            self.say_lost_again(facts.created, facts.last_sequence).await?;
        }
        Ok(seen(&facts, connects))
    }

    async fn say_lost_again(&self, created: Timestamp, last: u64) -> Result<(), Trouble> {
        let created = created.to_string();
        let lost = in_time(outbox::republish_lost(&self.pool, &created, last)).await?;
        if lost > 0 {
            tracing::error!(service = %self.service, lost, "the stream lost events: they are published again");
            counter!(names::REPUBLISHED, "service" => self.service.as_str()).increment(lost);
        }
        Ok(())
    }

    /// Publishes the next events.
    async fn publish_waiting(&self, stream: &mut Stream) -> Result<Looked, Trouble> {
        let batch = u32::try_from(self.config.in_flight).unwrap_or(u32::MAX);
        let rows = in_time(outbox::next(&self.pool, batch)).await?;
        if rows.is_empty() {
            return Ok(Looked { published: 0, full: false });
        }
        let began = Instant::now();
        let positions: Vec<_> = rows.iter().map(|row| row.position).collect();
        let full = positions.len() == self.config.in_flight;
        let spans: Vec<_> = rows.iter().filter_map(|row| self.recorded_span(row)).collect();
        let messages = rows.into_iter().map(|row| outgoing(self.service, row)).collect();
        let outcomes = self.bus.publish(&subjects::event_stream(self.service), messages).await;
        drop(spans);
        let judged = judge(&positions, outcomes, stream.last);
        let mut went_back_to = judged.went_back_to;
        if judged.repeated {
            // What was under way when the connection broke may have been delivered by it later, onto a stream that had
            // lost its end meanwhile and so looks as long as before: then two events have one sequence.
            let twice =
                in_time(outbox::given_twice(&self.pool, &stream.name_of(), &judged.published)).await?;
            went_back_to = went_back_to.into_iter().chain(twice).min();
        }
        if let Some(first) = went_back_to {
            tracing::error!(service = %self.service, known = stream.last, first, "the stream went back");
            self.say_lost_again(stream.created, first - 1).await?;
        }
        stream.last = judged.last;
        in_time(outbox::mark_published(&self.pool, &stream.name_of(), &judged.published)).await?;
        counter!(names::PUBLISHED, "service" => self.service.as_str())
            .increment(judged.published.len() as u64);
        histogram!(names::PUBLISH_SECONDS, "service" => self.service.as_str())
            .record(began.elapsed().as_secs_f64());
        match judged.trouble {
            Some(trouble) => Err(trouble.into()),
            None => Ok(Looked { published: judged.published.len(), full }),
        }
    }

    fn recorded_span(&self, row: &outbox::Outgoing) -> Option<Span> {
        let (_, traceparent) = row.headers.iter().find(|(name, _)| name == "ce-traceparent")?;
        let recorded = traceparent.ends_with("-01");
        recorded
            .then(|| publish_span(self.service, &subjects::event(self.service, &row.what), Some(traceparent)))
    }

    fn show_leading(&self, leads: bool) {
        gauge!(names::LEADER, "service" => self.service.as_str()).set(f64::from(u8::from(leads)));
    }
}

fn seen(facts: &StreamFacts, connects: u64) -> Stream {
    Stream { created: facts.created, last: facts.last_sequence, connects, looked: Instant::now() }
}

fn outgoing(service: ServiceName, row: outbox::Outgoing) -> Outgoing {
    Outgoing {
        subject: subjects::event(service, &row.what),
        headers: row.headers.iter().map(|(name, value)| (name, value)).collect(),
        body: row.body,
        message_id: match row.attempt {
            0 => row.event.to_string(),
            attempt => format!("{}.{attempt}", row.event),
        },
    }
}

/// What a batch of acknowledgements means.
#[derive(Debug, PartialEq)]
struct Judged {
    published: Vec<outbox::Published>,
    /// The last sequence the stream gave.
    last: u64,
    /// The first new sequence that was not above all before: everything from there on was lost.
    went_back_to: Option<u64>,
    /// Some were known to the stream already.
    repeated: bool,
    /// Why the rest is not published.
    trouble: Option<BusError>,
}

fn judge(positions: &[i64], outcomes: Vec<Result<Published, BusError>>, mut last: u64) -> Judged {
    let mut published = Vec::with_capacity(positions.len());
    let (mut went_back_to, mut repeated, mut trouble) = (None::<u64>, false, None);
    for (position, outcome) in positions.iter().zip(outcomes) {
        match outcome {
            Ok(ack) => {
                // A duplicate names the sequence of the first; it says nothing about the end of the stream.
                repeated |= ack.duplicate;
                if !ack.duplicate {
                    if ack.stream_sequence <= last {
                        let first =
                            went_back_to.map_or(ack.stream_sequence, |known| known.min(ack.stream_sequence));
                        went_back_to = Some(first);
                    }
                    last = ack.stream_sequence;
                }
                published
                    .push(outbox::Published { position: *position, stream_sequence: ack.stream_sequence });
            }
            // It can never be published; consumers ask the journal for it. The others go on.
            Err(error @ BusError::TooLarge { .. }) => {
                tracing::error!(position, %error, "an event does not fit the transport");
            }
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    Judged { published, last, went_back_to, repeated, trouble }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(stream_sequence: u64) -> Result<Published, BusError> {
        Ok(Published { stream_sequence, duplicate: false })
    }

    #[test]
    fn growing_sequences_are_believed() {
        let judged = judge(&[7, 8], vec![ack(11), ack(13)], 10);
        assert_eq!((judged.last, judged.went_back_to, judged.trouble), (13, None, None));
        assert_eq!(judged.published[1], outbox::Published { position: 8, stream_sequence: 13 });
    }

    #[test]
    fn a_sequence_that_does_not_grow_shows_from_where_on_the_stream_lost() {
        let judged = judge(&[1, 2, 3], vec![ack(901), ack(902), ack(903)], 1000);
        assert_eq!((judged.last, judged.went_back_to), (903, Some(901)));
        let in_the_middle = judge(&[1, 2, 3], vec![ack(1001), ack(990), ack(991)], 1000);
        assert_eq!((in_the_middle.last, in_the_middle.went_back_to), (991, Some(990)));
    }

    #[test]
    fn a_duplicate_proves_nothing_about_the_end() {
        let duplicate = Ok(Published { stream_sequence: 5, duplicate: true });
        let judged = judge(&[1, 2], vec![duplicate, ack(11)], 10);
        assert_eq!((judged.last, judged.went_back_to, judged.published.len()), (11, None, 2));
        assert!(judged.repeated);
    }

    #[test]
    fn what_failed_is_not_published_and_what_never_fits_stops_nobody() {
        let large = Err(BusError::TooLarge { subject: "s".into(), size: 2, limit: 1 });
        let judged = judge(&[1, 2], vec![large, ack(1)], 0);
        assert_eq!((judged.published.len(), judged.trouble), (1, None));
        let timeout = BusError::Timeout { what: "publishing" };
        let judged = judge(&[1, 2], vec![ack(1), Err(timeout.clone())], 0);
        assert_eq!((judged.published.len(), judged.trouble), (1, Some(timeout)));
    }
}
