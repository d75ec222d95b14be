//! Hands messages to the next system: an SMTP server, or the outbox that can be listed.
//!
//! Two steps, so that nothing is sent inside a decision and nothing is lost after one: the decision wrote the message;
//! the sender takes it, asks intake for the address, sends, and writes one attempt. A crash between sending and
//! writing sends again under the same `Message-ID`, which mail systems recognise. Retries follow a schedule; the last
//! failure is said (`notice.settled`), never swallowed.
//!
//! What is only listed goes through in bulk; mail is sent some at a time, each recorded as soon as it is known. A
//! message is never begun when the lease might end before it: another replica would send it too.

mod intake;
mod mail;

use std::time::Duration;

use bus::Bus;
use contracts::commands::{Actor, Answer, Command};
use contracts::messages::notice_requested::Recipient;
use contracts::messages::notice_settled::NoticeOutcome;
use contracts::{CommandId, ComplaintId, NoticeId, OrganisationId, SubjectKind, SubjectRef};
use futures::StreamExt as _;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use runtime::connect::in_time;
use runtime::shell::Inlet;
use sqlx::PgPool;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::NotificationConfig;
use crate::decide::{SETTLE_VERB, SettleNotice};
use crate::store::{Attempt, Leased, Standing, lease, mark_settled, postpone, record_attempts};

/// Messages taken at once.
const AT_ONCE: i64 = 200;
/// Mails on their way at once.
const MAILS_AT_ONCE: usize = 8;
/// How long a sender may take for what it took.
const LEASE: Duration = Duration::from_secs(120);
/// How long one mail may take, address and all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Why messages to staff are listed and not sent.
const STAFF: &str = "staff are told in the product";
/// When a message is taken again that could not be tried.
const LATER: Duration = Duration::from_secs(5);

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
    /// There is nowhere to send it to: it is listed.
    #[error("{0}")]
    Nowhere(String),
    /// It could not be tried: something of our own is away. No attempt is counted.
    #[error("{0}")]
    NotTried(String),
}

impl Sender {
    /// Sends until `stop`.
    ///
    /// # Errors
    /// A mail server address that cannot be read.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let transport = if self.config.mails() { Some(self.config.transport()?) } else { None };
        while !stop.is_cancelled() {
            match self.sweep(transport.as_ref(), &stop).await {
                Ok(taken) if taken > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "messages cannot be taken or recorded now"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.config.poll) => {}
            }
        }
        Ok(())
    }

    /// Takes what is due and deals with it; gives how many messages that were.
    async fn sweep(
        &self,
        transport: Option<&AsyncSmtpTransport<Tokio1Executor>>,
        stop: &CancellationToken,
    ) -> Result<usize, sqlx::Error> {
        let taken = in_time(lease(&self.pool, AT_ONCE, LEASE)).await?;
        let since = Instant::now();
        let by_mail = |message: &&Leased| {
            message.state == Standing::Waiting && transport.is_some() && self.goes_by_mail(message)
        };
        let (mails, others): (Vec<&Leased>, Vec<&Leased>) = taken.iter().partition(by_mail);
        self.list(&others).await?;
        if let Some(transport) = transport {
            let mails = futures::stream::iter(mails);
            mails
                .for_each_concurrent(MAILS_AT_ONCE, |message| async move {
                    // What is not begun in time is left to the next lease, here or elsewhere.
                    if stop.is_cancelled() || since.elapsed() + PATIENCE * 2 > LEASE {
                        return;
                    }
                    if let Err(error) = self.deliver(transport, message).await {
                        tracing::warn!(%error, notice = %message.notice, "an attempt could not be recorded");
                    }
                })
                .await;
        }
        Ok(taken.len())
    }

    fn goes_by_mail(&self, message: &Leased) -> bool {
        let is_mail = self.config.mail_channels.iter().any(|channel| channel.as_str() == message.channel);
        is_mail && matches!(message.recipient.0, Recipient::Complainant { .. })
    }

    /// Puts messages without a sender into the list, and says the ends of these and of those that ended before.
    async fn list(&self, messages: &[&Leased]) -> Result<(), sqlx::Error> {
        let listed = |message: &Leased| Attempt {
            outcome: "listed",
            detail: match &message.recipient.0 {
                Recipient::Staff { .. } => STAFF.to_owned(),
                Recipient::Complainant { .. } => format!("no sender is configured for {}", message.channel),
            },
            state: Standing::Listed,
            again_in: Duration::ZERO,
        };
        let waiting = messages.iter().filter(|message| message.state == Standing::Waiting);
        let made: Vec<_> = waiting.map(|message| (*message, listed(message))).collect();
        in_time(record_attempts(&self.pool, &made)).await?;
        let ended: Vec<_> = messages
            .iter()
            .map(|message| match message.state.outcome() {
                Some(outcome) => (*message, outcome, message.attempts),
                None => (*message, NoticeOutcome::Listed, message.attempts + 1),
            })
            .collect();
        self.settle(&ended).await
    }

    /// Makes one attempt, records it, and says the end if it was one.
    async fn deliver(
        &self,
        transport: &AsyncSmtpTransport<Tokio1Executor>,
        message: &Leased,
    ) -> Result<(), sqlx::Error> {
        let sending = tokio::time::timeout(PATIENCE, self.send(transport, message));
        let outcome = sending.await.unwrap_or_else(|_| Err(Failure::Again("the mail server is slow".into())));
        let attempt = match outcome {
            Err(Failure::NotTried(why)) => {
                tracing::warn!(why, notice = %message.notice, "a message could not be tried");
                return in_time(postpone(&self.pool, message, LATER)).await;
            }
            outcome => self.attempt_of(message, outcome),
        };
        let ended = attempt.state.outcome();
        in_time(record_attempts(&self.pool, &[(message, attempt)])).await?;
        match ended {
            Some(outcome) => self.settle(&[(message, outcome, message.attempts + 1)]).await,
            None => Ok(()), // another attempt follows
        }
    }

    fn attempt_of(&self, message: &Leased, outcome: Result<String, Failure>) -> Attempt {
        let ended = |outcome, detail, state| Attempt { outcome, detail, state, again_in: Duration::ZERO };
        match outcome {
            Ok(said) => ended("delivered", said, Standing::Delivered),
            Err(Failure::Nowhere(why)) => ended("listed", why, Standing::Listed),
            Err(Failure::Never(why)) => ended("refused", why, Standing::Failed),
            Err(Failure::Again(why) | Failure::NotTried(why)) => {
                let made = usize::try_from(message.attempts).unwrap_or(usize::MAX);
                let pause = self.config.retry.get(made).map(|pause| pause.unsigned_abs());
                match pause {
                    Some(again_in) => {
                        Attempt { outcome: "failed", detail: why, state: Standing::Waiting, again_in }
                    }
                    None => ended("failed", why, Standing::Failed),
                }
            }
        }
    }

    /// Says how messages ended, and lets go of those whose end is on record now.
    async fn settle(&self, ended: &[(&Leased, NoticeOutcome, i32)]) -> Result<(), sqlx::Error> {
        let orders = ended.iter().filter_map(|(message, outcome, attempts)| {
            Some((*message, order(message, *outcome, *attempts)?))
        });
        let (messages, orders): (Vec<&Leased>, Vec<Command>) = orders.unzip();
        let answers = self.inlet.commands(orders).await;
        let mut done = Vec::with_capacity(messages.len());
        for (message, answer) in messages.into_iter().zip(answers) {
            match answer {
                Answer::Done { .. } => done.push(message),
                // It is taken again when the lease ends, and only this is then tried again.
                Answer::Refused { problem } => {
                    tracing::warn!(%problem, notice = %message.notice, "the end of a message could not be said yet");
                }
            }
        }
        if done.is_empty() { Ok(()) } else { in_time(mark_settled(&self.pool, &done)).await }
    }
}

/// The order that says how a message ended; always the same one for a message.
fn order(message: &Leased, outcome: NoticeOutcome, attempts: i32) -> Option<Command> {
    let attempts = u32::try_from(attempts).unwrap_or(0);
    let body = SettleNotice { notice: NoticeId(message.notice), outcome, attempts };
    let organisation = OrganisationId::new(message.organisation.clone()).ok()?;
    Some(Command {
        id: CommandId::new(format!("settle-{}", message.notice)).ok()?,
        subject: if message.about == SubjectKind::Organisation.as_str() {
            SubjectRef::organisation(&organisation)
        } else {
            SubjectRef::complaint(&organisation, ComplaintId(message.complaint))
        },
        verb: SETTLE_VERB.to_owned(),
        actor: Actor::System,
        expected_version: None,
        traceparent: None,
        body: serde_json::to_value(body).ok()?,
    })
}
