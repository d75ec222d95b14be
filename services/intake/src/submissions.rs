//! The inlet for high-volume feeders: the work-queue stream `redress.submit.<channel>`.
//!
//! ```text
//!   feeder ─▶ REDRESS_SUBMIT ─▶ read ─▶ complaint.register through the shell ─▶ commit ─▶ receipt to the feeder ─▶ acknowledge
//!                                 └─ unreadable, or refused ─▶ kept in refused_submission ─▶ problem to the feeder ─▶ acknowledge
//! ```
//!
//! The stream's own acknowledgement only means "queued": a submission is accepted when the receipt arrives, and a
//! feeder resends the same key until then. Nothing is acknowledged before its receipt was told or its refusal is on
//! record; what the service cannot do now (overload, a lost answer) stays in the stream and comes again.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Delivery, Headers, Listener, ListenerOptions};
use bytes::Bytes;
use contracts::commands::intake::{RegisterComplaint, Submission, SubmissionAnswer, complaint_for};
use contracts::commands::{Actor, Answer, Command, Verb as _};
use contracts::{CommandId, OrganisationId, Problem, ProblemCode, SubjectRef, subjects};
use futures::future::join_all;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use runtime::connect::in_time;
use runtime::definition::Surroundings;
use runtime::shell::Inlet;
use serde_json::Value;
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use vault::KeyRing;

use crate::store::sealing::Field;

/// How many submissions are under way at a time.
const AT_A_TIME: usize = 256;
const FETCH_WAIT: Duration = Duration::from_secs(1);
const AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// How often what the service cannot do now is tried again before it is left to the stream.
const TRIES: u32 = 6;

/// What takes submissions.
#[derive(Debug)]
pub struct Submissions {
    /// Where they come from and receipts go.
    pub bus: Bus,
    /// Where orders go.
    pub inlet: Inlet,
    /// Where refusals are kept.
    pub pool: PgPool,
    /// Seals what was refused.
    pub keys: Arc<KeyRing>,
}

/// A submission as it was read.
struct Read {
    organisation: Option<OrganisationId>,
    key: Option<CommandId>,
    order: Result<Command, Problem>,
}

impl Submissions {
    /// With what the runtime gives.
    #[must_use]
    pub fn new(around: &Surroundings) -> Self {
        Self {
            bus: around.bus.clone(),
            inlet: around.inlet.clone(),
            pool: around.pool.clone(),
            keys: Arc::clone(&around.keys),
        }
    }

    /// Takes submissions until `stop`; what was begun is finished. The stream is made by the runtime.
    pub async fn run(self, stop: CancellationToken) {
        let mut listener = Listener::new(self.bus.clone(), ListenerOptions::submissions());
        while !stop.is_cancelled() {
            let fetched = tokio::select! {
                () = stop.cancelled() => break,
                fetched = listener.fetch(AT_A_TIME, FETCH_WAIT) => fetched,
            };
            match fetched {
                Ok(deliveries) => {
                    // Only tells apart two streams whose sequences begin anew.
                    let stream = listener.stream_created().unwrap_or(Timestamp::UNIX_EPOCH);
                    join_all(deliveries.into_iter().map(|delivery| self.take(stream, delivery))).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "submissions cannot be fetched");
                    tokio::select! { () = stop.cancelled() => {}, () = sleep(AFTER_TROUBLE) => {} }
                }
            }
        }
    }

    /// Takes one submission to its end; without one it is not acknowledged and comes again.
    async fn take(&self, stream: Timestamp, delivery: Delivery) {
        let read = read(&delivery);
        let answer = match &read.order {
            Ok(command) => self.order(command).await,
            Err(problem) => Answer::Refused { problem: problem.clone() },
        };
        if let Answer::Refused { problem } = &answer {
            if passes(problem.code) {
                tracing::warn!(code = %problem.code, "a submission is left for later");
                return;
            }
            if let Err(error) = self.keep_refused(stream, &delivery, &read, problem).await {
                tracing::warn!(%error, "a refused submission cannot be kept now and is left for later");
                return;
            }
            tracing::warn!(code = %problem.code, sequence = delivery.stream_sequence, "a submission was refused");
        }
        self.tell(&delivery, SubmissionAnswer { key: read.key, answer }).await;
        if let Err(error) = delivery.acknowledge.acknowledge().await {
            tracing::debug!(%error, "an acknowledgement was lost; the same key gives the same receipt");
        }
    }

    async fn order(&self, command: &Command) -> Answer {
        let mut pause = Duration::from_millis(100);
        for _ in 1..TRIES {
            let answer = self.inlet.command(command.clone()).await;
            match &answer {
                Answer::Refused { problem } if passes(problem.code) => {}
                Answer::Refused { .. } | Answer::Done { .. } => return answer,
            }
            sleep(pause).await;
            pause *= 2;
        }
        self.inlet.command(command.clone()).await
    }

    /// Tells the feeder, where it said where. Nobody may be listening: then it resends.
    async fn tell(&self, delivery: &Delivery, answer: SubmissionAnswer) {
        let Some(subject) = delivery.headers.get(subjects::RECEIPT_HEADER) else { return };
        if !is_receipt_subject(subject) {
            tracing::warn!("a feeder wants its receipt where receipts do not go");
            return;
        }
        let Ok(body) = serde_json::to_vec(&answer) else { return };
        if let Err(error) = self.bus.tell(subject, Headers::default(), Bytes::from(body)).await {
            tracing::warn!(%error, "a receipt was lost; the feeder resends and gets it again");
        }
    }

    /// Keeps a refused submission, sealed. Kept once, however often it is delivered.
    async fn keep_refused(
        &self,
        stream: Timestamp,
        delivery: &Delivery,
        read: &Read,
        problem: &Problem,
    ) -> Result<(), sqlx::Error> {
        let own = read.organisation.as_ref().map_or("", |organisation| organisation.as_str());
        // A submission of nobody's is sealed for the feeder's channel.
        let place = read.organisation.clone().or_else(|| OrganisationId::new("unread").ok());
        let place = place.ok_or_else(|| sqlx::Error::Encode("no organisation to seal for".into()))?;
        let sealed = Field::Submission(delivery.stream_sequence).seal(&self.keys, &place, &delivery.body)?;
        let problem = serde_json::to_string(problem).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let kept = sqlx::query(
            "insert into refused_submission
                 (organisation, stream_created, stream_sequence, published_at, channel, key, problem, bytes, sealed)
             values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9)
             on conflict do nothing",
        )
        .bind(own)
        .bind(stream.to_sqlx())
        .bind(i64::try_from(delivery.stream_sequence).unwrap_or(i64::MAX))
        .bind(delivery.published.to_sqlx())
        .bind(channel_of(&delivery.subject))
        .bind(read.key.as_ref().map(CommandId::as_str))
        .bind(problem.replace("\\u0000", "\u{fffd}"))
        .bind(i64::try_from(delivery.body.len()).unwrap_or(i64::MAX))
        .bind(sealed)
        .execute(&self.pool);
        in_time(kept).await.map(drop)
    }
}

/// Whether a refusal passes by itself: nothing is wrong with the submission.
const fn passes(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::Unavailable | ProblemCode::OutcomeUnknown | ProblemCode::TooManyRequests)
}

fn channel_of(subject: &str) -> &str {
    subject.strip_prefix(subjects::SUBMIT_ALL.trim_end_matches('>')).unwrap_or(subject)
}

/// A plain subject where receipts go: feeders must not make intake speak elsewhere.
fn is_receipt_subject(subject: &str) -> bool {
    let prefix = subjects::RECEIPT_ALL.trim_end_matches('>');
    let plain = |token: &str| {
        !token.is_empty()
            && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'$'))
    };
    subject.strip_prefix(prefix).is_some_and(|rest| rest.len() <= 200 && rest.split('.').all(plain))
}

/// Reads a submission as far as it goes.
fn read(delivery: &Delivery) -> Read {
    let parsed = parse(&delivery.body);
    let loose: Option<Value> = serde_json::from_slice(&delivery.body).ok();
    let member = |name: &str| loose.as_ref().and_then(|value| value.get(name)).and_then(Value::as_str);
    let organisation = member("organisation").and_then(|text| OrganisationId::new(text).ok());
    let key = member("key").and_then(|text| CommandId::new(text).ok());
    let channel = channel_of(&delivery.subject);
    let traceparent = delivery.headers.get("traceparent").map(str::to_owned);
    let order = parsed.map(|submission| order_of(submission, channel, traceparent));
    Read { organisation, key, order }
}

fn parse(body: &[u8]) -> Result<Submission, Problem> {
    std::str::from_utf8(body).map_err(|error| Problem::not_utf8(&error))?;
    Problem::read_text(body)
}

fn order_of(submission: Submission, channel: &str, traceparent: Option<String>) -> Command {
    let Submission { organisation, key, mut complaint } = submission;
    if let Value::Object(members) = &mut complaint {
        members.entry("channel").or_insert_with(|| channel.into());
    }
    Command {
        subject: SubjectRef::complaint(&organisation, complaint_for(&organisation, &key)),
        id: key,
        verb: RegisterComplaint::VERB.to_owned(),
        actor: Actor::Feeder { name: channel.to_owned() },
        expected_version: None,
        traceparent,
        body: complaint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_go_only_where_receipts_go() {
        assert!(is_receipt_subject("redress.receipt.portal.7f-3_a"));
        for bad in [
            "redress.receipt.",
            "redress.receipt.>",
            "redress.receipt.a.*",
            "redress.event.routing.x",
            "redress.receipt.a b",
            "redress.receipt.a..b",
        ] {
            assert!(!is_receipt_subject(bad), "{bad}");
        }
    }

    #[test]
    fn a_submission_becomes_an_order_on_its_own_channel() {
        let body = br#"{"organisation":"demo","key":"k-1","complaint":{"narrative":"x"}}"#;
        let order = order_of(parse(body).unwrap(), "web", None);
        assert_eq!(order.body["channel"], "web");
        assert_eq!(order.subject.complaint_id(), Some(complaint_for(order.organisation(), &order.id)));
        assert_eq!(parse(b"\xff").unwrap_err().code, ProblemCode::InvalidUtf8);
        assert_eq!(parse(b"{}").unwrap_err().code, ProblemCode::MissingField);
        assert_eq!(parse(br#"{"organisation":"Demo!"}"#).unwrap_err().code, ProblemCode::InvalidField);
    }
}
