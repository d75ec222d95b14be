//! A feeder at the work-queue stream, who goes on handing complaints in whatever strikes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bus::{Bus, BusOptions, Headers, Subscription};
use contracts::commands::Answer;
use contracts::commands::intake::{Receipt, Submission, SubmissionAnswer};
use contracts::{ComplaintId, OrganisationId, subjects};
use redress::drill::generate;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

/// Its user at nats-server.
const USER: &str = "feeder";
const CHANNEL: &str = "web";
/// Where its receipts come.
const RECEIPTS: &str = "redress.receipt.faults";
/// The seed of its complaints: not that of a drill.
const SEED: u64 = 97;
/// Between two complaints.
const EVERY: Duration = Duration::from_millis(700);
/// How long it waits for a receipt before it hands the same complaint in again.
const RESEND: Duration = Duration::from_secs(3);
/// How long it goes on doing so.
const PATIENCE: Duration = Duration::from_secs(90);

/// The feeder, and what it was told.
pub(crate) struct Feeder {
    bus: Bus,
    heard: Subscription,
    organisation: OrganisationId,
    /// All receipts, by key.
    receipts: BTreeMap<String, Receipt>,
    /// Those that were not yet taken to be counted.
    fresh: BTreeMap<ComplaintId, Receipt>,
    /// The longest that it waited for one.
    longest: Duration,
}

impl Feeder {
    /// Connects to nats-server at `url`.
    pub(crate) async fn connect(
        url: &str,
        password: &str,
        organisation: OrganisationId,
    ) -> anyhow::Result<Self> {
        let options = BusOptions::new(url, USER).signed_in(USER, SecretString::from(password.to_owned()));
        let bus = Bus::connect(options).await?;
        let heard = bus.hear(RECEIPTS).await?;
        bus.flush().await?;
        let (receipts, fresh, longest) = (BTreeMap::new(), BTreeMap::new(), Duration::ZERO);
        Ok(Self { bus, heard, organisation, receipts, fresh, longest })
    }

    /// Hands complaints in, one after the other, each until its receipt has come, until `until`.
    pub(crate) async fn feed(&mut self, until: &CancellationToken) -> anyhow::Result<()> {
        while until.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
            let number = u32::try_from(self.receipts.len())?;
            let begun = Instant::now();
            self.hand_in(number).await?;
            self.longest = self.longest.max(begun.elapsed());
        }
        Ok(())
    }

    async fn hand_in(&mut self, number: u32) -> anyhow::Result<()> {
        let key = format!("faults-{number}");
        let submission = Submission {
            organisation: self.organisation.clone(),
            key: key.clone().try_into().map_err(anyhow::Error::msg)?,
            complaint: serde_json::to_value(generate::complaint(SEED, number))?,
        };
        let payload = bytes::Bytes::from(serde_json::to_vec(&submission)?);
        let begun = Instant::now();
        while !self.receipts.contains_key(&key) {
            ensure!(begun.elapsed() < PATIENCE, "no receipt for {key} in {PATIENCE:?}");
            let headers: Headers = [(subjects::RECEIPT_HEADER, RECEIPTS)].into_iter().collect();
            self.bus.tell(&subjects::submit(CHANNEL), headers, payload.clone()).await?;
            let resend = tokio::time::sleep(RESEND);
            tokio::pin!(resend);
            while !self.receipts.contains_key(&key) {
                tokio::select! {
                    told = self.heard.next() => self.note(&told.context("the connection was closed")?.1)?,
                    () = &mut resend => break,
                }
            }
        }
        Ok(())
    }

    /// Takes a receipt down. One that is given again is the same.
    fn note(&mut self, body: &[u8]) -> anyhow::Result<()> {
        let told: SubmissionAnswer = serde_json::from_slice(body)?;
        let key = told.key.context("an answer to nothing that was handed in")?.to_string();
        let receipt: Receipt = match told.answer {
            Answer::Done { body, .. } => serde_json::from_value(body)?,
            Answer::Refused { problem } => {
                return Err(anyhow::Error::new(problem).context(format!("{key} was refused")));
            }
        };
        match self.receipts.get(&key) {
            Some(before) => ensure!(*before == receipt, "{key} got two different receipts"),
            None => {
                self.fresh.insert(receipt.complaint, receipt.clone());
                self.receipts.insert(key, receipt);
            }
        }
        Ok(())
    }

    /// Takes the receipts that came since.
    pub(crate) fn take_receipts(&mut self) -> BTreeMap<ComplaintId, Receipt> {
        std::mem::take(&mut self.fresh)
    }

    /// The longest that it has waited for a receipt.
    pub(crate) const fn longest_wait(&self) -> Duration {
        self.longest
    }
}
