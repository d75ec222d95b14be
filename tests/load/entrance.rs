//! The three ways in for a complaint, each with connections of its own and one request under way on each.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use bus::{Bus, Headers, Subscription};
use contracts::commands::intake::{Receipt, RegisterComplaint, Submission, SubmissionAnswer, complaint_for};
use contracts::commands::{Actor, Answer, Command, Verb as _};
use contracts::{CommandId, ComplaintId, OrganisationId, ServiceName, SubjectRef, subjects};
use serde_json::Value;
use tokio::time::timeout;

use crate::http;
use crate::installation::Installation;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a feeder waits for a receipt before it sends the same submission again.
const RESEND: Duration = Duration::from_secs(5);

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Entrance {
    /// `POST /api/v1/complaints` with the feeder's API key.
    Http,
    /// The command over NATS, one in a request.
    Order,
    /// The work-queue stream for high-volume feeders, until the receipt has come.
    Submission,
}

impl Entrance {
    /// All.
    pub(crate) const ALL: [Self; 3] = [Self::Http, Self::Order, Self::Submission];

    /// As it stands in the tables.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Order => "NATS command",
            Self::Submission => "NATS submission",
        }
    }

    /// Opens the `n`th connection.
    ///
    /// # Errors
    /// When the gateway or NATS cannot be reached.
    pub(crate) async fn open(self, at: &Installation, n: usize) -> Result<Line> {
        Ok(match self {
            Self::Http => Line::Http {
                connection: http::Connection::open(&at.gateway).await?,
                authorization: format!("Authorization: Bearer {}\r\n", at.feeder_key),
            },
            Self::Order => {
                Line::Order { bus: at.bus("operator").await?, organisation: at.organisation.clone() }
            }
            Self::Submission => {
                let bus = at.bus("feeder").await?;
                let receipts = format!("redress.receipt.load.{n}");
                let heard = bus.hear(&receipts).await?;
                bus.flush().await?;
                Line::Submission { bus, heard, receipts, organisation: at.organisation.clone() }
            }
        })
    }
}

/// An open connection.
pub(crate) enum Line {
    /// To the gateway.
    Http {
        /// The connection.
        connection: http::Connection,
        /// The header line that signs in.
        authorization: String,
    },
    /// To NATS, as operator.
    Order {
        /// The connection.
        bus: Bus,
        /// Whose complaints.
        organisation: OrganisationId,
    },
    /// To NATS, as feeder.
    Submission {
        /// The connection.
        bus: Bus,
        /// The receipts that come.
        heard: Subscription,
        /// Where they come.
        receipts: String,
        /// Whose complaints.
        organisation: OrganisationId,
    },
}

impl Line {
    /// Puts a complaint on record and waits for its receipt.
    ///
    /// # Errors
    /// Why it was not accepted, short enough to be counted by.
    pub(crate) async fn register(&mut self, key: &str, complaint: Value) -> Result<ComplaintId, String> {
        match self {
            Self::Http { connection, authorization } => {
                over_http(connection, authorization, key, &complaint).await
            }
            Self::Order { bus, organisation } => by_order(bus, organisation, key, complaint).await,
            Self::Submission { bus, heard, receipts, organisation } => {
                let channel = complaint["channel"].as_str().unwrap_or("web").to_owned();
                let submission =
                    Submission { organisation: organisation.clone(), key: command_id(key)?, complaint };
                by_submission(bus, heard, receipts, &channel, &submission).await
            }
        }
    }
}

async fn over_http(
    connection: &mut http::Connection,
    authorization: &str,
    key: &str,
    complaint: &Value,
) -> Result<ComplaintId, String> {
    let headers = format!("{authorization}Idempotency-Key: {key}\r\n");
    let body = serde_json::to_vec(complaint).map_err(|error| error.to_string())?;
    let asked = timeout(PATIENCE, connection.post("/api/v1/complaints", &headers, &body)).await;
    let response = asked.map_err(|_| "no answer")?.map_err(|error| error.to_string())?;
    if response.status == 201 {
        return of_receipt(serde_json::from_slice(&response.body));
    }
    let problem: BTreeMap<String, Value> = serde_json::from_slice(&response.body).unwrap_or_default();
    Err(format!("{} {}", response.status, problem.get("code").and_then(Value::as_str).unwrap_or_default()))
}

async fn by_order(
    bus: &Bus,
    organisation: &OrganisationId,
    key: &str,
    body: Value,
) -> Result<ComplaintId, String> {
    let id = command_id(key)?;
    let order = Command {
        subject: SubjectRef::complaint(organisation, complaint_for(organisation, &id)),
        id,
        verb: RegisterComplaint::VERB.to_owned(),
        actor: Actor::Feeder { name: "load".to_owned() },
        expected_version: None,
        traceparent: None,
        body,
    };
    let payload = serde_json::to_vec(&[order]).map_err(|error| error.to_string())?;
    let subject = subjects::command(ServiceName::Intake, RegisterComplaint::VERB);
    let answer = bus.request(&subject, payload.into(), PATIENCE).await.map_err(|error| error.to_string())?;
    let answers: Vec<Answer> = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
    accepted(answers.into_iter().next())
}

async fn by_submission(
    bus: &Bus,
    heard: &mut Subscription,
    receipts: &str,
    channel: &str,
    submission: &Submission,
) -> Result<ComplaintId, String> {
    let payload = bytes::Bytes::from(serde_json::to_vec(submission).map_err(|error| error.to_string())?);
    let subject = subjects::submit(channel);
    for _ in 0..3 {
        let headers: Headers = [(subjects::RECEIPT_HEADER, receipts)].into_iter().collect();
        bus.tell(&subject, headers, payload.clone()).await.map_err(|error| error.to_string())?;
        let receipt = async {
            loop {
                let (_, body) = heard.next().await?;
                let told: SubmissionAnswer = serde_json::from_slice(&body).ok()?;
                // A receipt that was given twice may come late, beside the one of the next submission.
                if told.key.as_ref() == Some(&submission.key) {
                    return Some(told.answer);
                }
            }
        };
        if let Ok(answer) = timeout(RESEND, receipt).await {
            return accepted(answer);
        }
    }
    Err("no receipt".to_owned())
}

fn command_id(key: &str) -> Result<CommandId, String> {
    CommandId::new(key).map_err(|_| format!("{key} is no key"))
}

fn accepted(answer: Option<Answer>) -> Result<ComplaintId, String> {
    match answer {
        Some(Answer::Done { body, .. }) => of_receipt(serde_json::from_value(body)),
        Some(Answer::Refused { problem }) => Err(problem.code.to_string()),
        None => Err("no answer".to_owned()),
    }
}

fn of_receipt(receipt: serde_json::Result<Receipt>) -> Result<ComplaintId, String> {
    receipt.map(|receipt| receipt.complaint).map_err(|error| format!("the receipt cannot be read: {error}"))
}
