//! Hands messages to the next system: an SMTP server, or the outbox that can be listed.
//!
//! Two steps, so that nothing is sent inside a decision and nothing is lost after one: the decision wrote the message;
//! the sender takes it, asks intake for the address, sends, and writes one attempt. A crash between sending and
//! writing sends again under the same `Message-ID`, which mail systems recognise. Retries follow a schedule; the last
//! failure is said (`notice.settled`), never swallowed.

use std::time::Duration;

use bus::Bus;
use contracts::commands::{Actor, Answer, Command};
use contracts::messages::notice_requested::Recipient;
use contracts::messages::notice_settled::NoticeOutcome;
use contracts::queries::intake::{self, ComplaintAsked, ComplaintFound, Contact, ContactAsked};
use contracts::queries::{Query, QueryAnswer};
use contracts::{
    CommandId, ComplaintId, NoticeId, OrganisationId, ProblemCode, ServiceName, SubjectRef, WordId, subjects,
};
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use runtime::shell::{Inlet, open_words};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::config::NotificationConfig;
use crate::decide::{SETTLE_VERB, SettleNotice};
use crate::store::{Attempt, Leased, lease, mark_settled, record_attempt};
use crate::templates::TRACKING_CODE;

/// Messages taken at once.
const AT_ONCE: i64 = 50;
/// Seconds a sender may take for them.
const LEASE: f64 = 120.0;
/// How long intake may take to say an address.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the sender works with.
pub struct Sender {
    /// Notification's database.
    pub pool: PgPool,
    /// The bus, to ask intake for addresses.
    pub bus: Bus,
    /// Where `notice.settle` is given.
    pub inlet: Inlet,
    /// The keys of the kept texts.
    pub ring: std::sync::Arc<vault::KeyRing>,
    /// What is configured.
    pub config: NotificationConfig,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Trying again may help.
    #[error("{0}")]
    Again(String),
    /// Trying again is of no use.
    #[error("{0}")]
    Never(String),
}

impl Sender {
    /// Sends until `stop`.
    ///
    /// # Errors
    /// A mail server address that cannot be read.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let transport = if self.config.mails() { Some(self.config.transport()?) } else { None };
        while !stop.is_cancelled() {
            let taken = match lease(&self.pool, AT_ONCE, LEASE).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "messages cannot be taken now");
                    Vec::new()
                }
            };
            let idle = taken.is_empty();
            for message in &taken {
                if let Err(error) = self.handle(transport.as_ref(), message).await {
                    tracing::warn!(%error, notice = %message.notice, "an attempt could not be recorded");
                }
            }
            if idle {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(self.config.poll) => {}
                }
            }
        }
        Ok(())
    }

    async fn handle(
        &self,
        transport: Option<&AsyncSmtpTransport<Tokio1Executor>>,
        message: &Leased,
    ) -> Result<(), sqlx::Error> {
        let mut state = message.state.as_str();
        let mut attempts = message.attempts;
        if state == "waiting" {
            let attempt = self.attempt(transport, message).await;
            record_attempt(&self.pool, message, &attempt).await?;
            state = attempt.state;
            attempts += 1;
        }
        let outcome = match state {
            "delivered" => NoticeOutcome::Delivered,
            "listed" => NoticeOutcome::Listed,
            "failed" => NoticeOutcome::Failed,
            _ => return Ok(()), // another attempt follows
        };
        if self.settle(message, outcome, attempts).await {
            mark_settled(&self.pool, message).await?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        transport: Option<&AsyncSmtpTransport<Tokio1Executor>>,
        message: &Leased,
    ) -> Attempt {
        let Some(transport) = transport.filter(|_| is_mail(message)) else {
            return Attempt {
                outcome: "listed",
                detail: format!("no sender is configured for {}", message.channel),
                state: "listed",
                again_in: 0.0,
            };
        };
        match self.send(transport, message).await {
            Ok(said) => Attempt { outcome: "delivered", detail: said, state: "delivered", again_in: 0.0 },
            Err(Failure::Never(why)) => {
                Attempt { outcome: "refused", detail: why, state: "failed", again_in: 0.0 }
            }
            Err(Failure::Again(why)) => {
                let made = usize::try_from(message.attempts).unwrap_or(usize::MAX);
                match self.config.retry.get(made) {
                    Some(pause) => Attempt {
                        outcome: "failed",
                        detail: why,
                        state: "waiting",
                        again_in: pause.as_secs_f64(),
                    },
                    None => Attempt { outcome: "failed", detail: why, state: "failed", again_in: 0.0 },
                }
            }
        }
    }

    async fn send(
        &self,
        transport: &AsyncSmtpTransport<Tokio1Executor>,
        message: &Leased,
    ) -> Result<String, Failure> {
        let again = |error: &dyn std::fmt::Display| Failure::Again(error.to_string());
        let organisation = OrganisationId::new(message.organisation.clone())
            .map_err(|error| Failure::Never(error.to_string()))?;
        let contact = self.contact(&organisation, message).await?;
        let address = contact.email.ok_or_else(|| Failure::Never("intake has no e-mail address".into()))?;
        let address =
            address.parse::<Mailbox>().map_err(|_| Failure::Never("the address is not one".into()))?;
        let word = WordId(message.word);
        let words = open_words(&self.pool, &self.ring, ServiceName::Notification, &organisation, &[word])
            .await
            .map_err(|error| again(&error))?;
        let text = words.get(&word).ok_or_else(|| Failure::Never("the text was shredded".into()))?;
        let text = if text.contains(TRACKING_CODE) {
            text.replace(TRACKING_CODE, &self.tracking_code(&organisation, message).await?)
        } else {
            text.clone()
        };
        let mail = Message::builder()
            .from(
                self.config
                    .smtp_from
                    .parse()
                    .map_err(|_| Failure::Again("the sender's address is not one".into()))?,
            )
            .to(address)
            .message_id(Some(format!("<{}.{}@redress>", message.notice, message.organisation)))
            .subject(self.config.smtp_subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|error| Failure::Never(error.to_string()))?;
        match transport.send(mail).await {
            Ok(response) => Ok(response.code().to_string()),
            Err(error) if error.is_permanent() => Err(Failure::Never(status(&error))),
            Err(error) => Err(Failure::Again(status(&error))),
        }
    }

    /// The complainant's address; only asked for now, and kept nowhere.
    async fn contact(&self, organisation: &OrganisationId, message: &Leased) -> Result<Contact, Failure> {
        let Recipient::Complainant { complainant } = &message.recipient.0 else {
            return Err(Failure::Never("staff are told in the product".into()));
        };
        let asked = ContactAsked { complainant: *complainant, masked: false };
        self.ask(organisation, intake::CONTACT, &asked).await
    }

    async fn tracking_code(
        &self,
        organisation: &OrganisationId,
        message: &Leased,
    ) -> Result<String, Failure> {
        let asked = ComplaintAsked { complaint: Some(ComplaintId(message.complaint)), number: None };
        let found: ComplaintFound = self.ask(organisation, intake::COMPLAINT, &asked).await?;
        Ok(found.tracking_code)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        organisation: &OrganisationId,
        name: &str,
        asked: &(impl Serialize + Sync),
    ) -> Result<T, Failure> {
        let again = |error: &dyn std::fmt::Display| Failure::Again(error.to_string());
        let body = serde_json::to_value(asked).map_err(|error| again(&error))?;
        let query = Query { organisation: organisation.clone(), actor: Actor::System, body };
        let payload = serde_json::to_vec(&query).map_err(|error| again(&error))?;
        let subject = subjects::query(ServiceName::Intake, name);
        let answer =
            self.bus.request(&subject, payload.into(), PATIENCE).await.map_err(|error| again(&error))?;
        let answer: QueryAnswer = serde_json::from_slice(&answer).map_err(|error| again(&error))?;
        match answer {
            QueryAnswer::Found { body } => serde_json::from_value(body).map_err(|error| again(&error)),
            QueryAnswer::Refused { problem } if problem.code == ProblemCode::NotFound => {
                Err(Failure::Never(format!("intake has no such {name}")))
            }
            QueryAnswer::Refused { problem } => Err(Failure::Again(problem.code.to_string())),
        }
    }

    /// Says how the message ended; whether that is on record now.
    async fn settle(&self, message: &Leased, outcome: NoticeOutcome, attempts: i32) -> bool {
        let body = SettleNotice {
            notice: NoticeId(message.notice),
            outcome,
            attempts: u32::try_from(attempts).unwrap_or(0),
        };
        let (Ok(organisation), Ok(id), Ok(body)) = (
            OrganisationId::new(message.organisation.clone()),
            CommandId::new(format!("settle-{}", message.notice)),
            serde_json::to_value(body),
        ) else {
            return false;
        };
        let command = Command {
            id,
            subject: SubjectRef::complaint(&organisation, ComplaintId(message.complaint)),
            verb: SETTLE_VERB.to_owned(),
            actor: Actor::System,
            expected_version: None,
            traceparent: None,
            body,
        };
        match self.inlet.command(command).await {
            Answer::Done { .. } => true,
            Answer::Refused { problem } => {
                tracing::warn!(%problem, notice = %message.notice, "the end of a message could not be said yet");
                false
            }
        }
    }
}

fn is_mail(message: &Leased) -> bool {
    message.channel == "email" && matches!(message.recipient.0, Recipient::Complainant { .. })
}

/// What the mail system said, without the address that some servers repeat.
fn status(error: &lettre::transport::smtp::Error) -> String {
    error
        .status()
        .map_or_else(|| "the mail server could not be reached".to_owned(), |code| format!("status {code}"))
}
