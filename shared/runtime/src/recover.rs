//! Asking the sources for what the transport lost.
//!
//! A stream is transport: it ages, it may be lost, truncated, made anew. The source has everything in its journal. So
//! each consumer compares the source's heads with its own cursors: all of them at start and after a stream changed,
//! the recently changed ones from time to time and after the connection broke. What is missing before a held event is
//! asked for directly. What the source answers goes into the shell by the same way as a delivered message, and is
//! recognised there if it came meanwhile. Replicas may all do this at once: it costs a little and harms nothing.
//!
//! While messages are still waiting on the stream, nothing is compared: what is late is not lost.

pub mod asking;
pub mod level;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use bus::{Bus, BusError, Listener, ListenerOptions};
use calendar::{Clock as _, SystemClock};
use contracts::{ServiceName, SubjectRef, queries};
use journal::head::{self, Head};
use journal::held;
use journal::recover::HeadLine;
use metrics::counter;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::asking::{AskError, AskHeads, AskJournal, HeadsPage, JournalPage, ask};
use crate::config::ListenConfig;
use crate::connect::in_time;
use crate::metrics as names;
use crate::process::chain;
use crate::shell::{Acknowledge, Delivered, Inlet, Stopping};

/// Subjects that are recovered together.
const TOGETHER: usize = 5_000;
/// Gaps of a source that are asked for at one look.
const GAPS: u32 = 200;
/// How far back is looked after the connection to NATS was lost: it takes a quarter of a minute to notice.
const LATEST: Duration = Duration::from_secs(120);

/// Tells the recovery that a source's stream may have lost something.
#[derive(Debug, Clone)]
pub struct Suspicion(mpsc::UnboundedSender<ServiceName>);

impl Suspicion {
    /// Tells it.
    pub fn tell(&self, source: ServiceName) {
        // After a stop nobody listens; the next start compares everything anyway.
        self.0.send(source).ok();
    }
}

/// The recovery of a service.
#[derive(Debug)]
pub struct Recovery {
    service: ServiceName,
    sources: Vec<ServiceName>,
    pool: PgPool,
    bus: Bus,
    inlet: Inlet,
    config: ListenConfig,
    suspicions: mpsc::UnboundedReceiver<ServiceName>,
    /// Keeps the channel open when every listener has ended.
    _suspicion: Suspicion,
}

/// What of a source is to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// What changed since shortly before the connection broke.
    Latest,
    /// What changed lately.
    Recent,
    /// Everything.
    All,
}

/// Why recovering stopped half-way.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the own cursors cannot be read")]
    Store(#[from] sqlx::Error),
    #[error("the source cannot be asked")]
    Ask(#[from] AskError),
    #[error("the lag cannot be looked at")]
    Lag(#[from] BusError),
    #[error(transparent)]
    Stopping(#[from] Stopping),
}

/// A subject of which the source has said more than was heard.
#[derive(Debug)]
struct Behind {
    subject: SubjectRef,
    /// The source's last sequence.
    said: u64,
}

impl Recovery {
    /// The recovery of `service`, which hears `sources`, and the means of alarming it.
    #[must_use]
    pub fn new(
        service: ServiceName,
        sources: &[ServiceName],
        pool: PgPool,
        bus: Bus,
        inlet: Inlet,
        config: ListenConfig,
    ) -> (Suspicion, Self) {
        let (tell, suspicions) = mpsc::unbounded_channel();
        let (sources, suspicion) = (sources.to_vec(), Suspicion(tell));
        let _suspicion = suspicion.clone();
        (suspicion, Self { service, sources, pool, bus, inlet, config, suspicions, _suspicion })
    }

    /// Compares and asks until `until` is cancelled.
    ///
    /// # Errors
    /// None: trouble is logged and tried again.
    pub async fn run(mut self, until: CancellationToken) -> Result<(), Infallible> {
        let mut wanted: BTreeMap<ServiceName, Scope> =
            self.sources.iter().map(|source| (*source, Scope::All)).collect();
        let mut looks = tokio::time::interval(self.config.missing_after);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut recents = tokio::time::interval(self.config.reconcile_every);
        recents.reset();
        let mut connects = self.bus.connects();
        loop {
            tokio::select! {
                () = until.cancelled() => return Ok(()),
                Some(source) = self.suspicions.recv() => {
                    wanted.insert(source, Scope::All);
                }
                _ = recents.tick() => self.want_all(&mut wanted, Scope::Recent),
                _ = looks.tick() => {
                    // What was on its way to a connection that broke comes again only after `ack_wait`.
                    let now = self.bus.connects();
                    if now != connects {
                        connects = now;
                        self.want_all(&mut wanted, Scope::Latest);
                    }
                    if until.run_until_cancelled(self.look(&mut wanted)).await.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn want_all(&self, wanted: &mut BTreeMap<ServiceName, Scope>, scope: Scope) {
        for source in &self.sources {
            let known = wanted.entry(*source).or_insert(scope);
            *known = scope.max(*known);
        }
    }

    /// Closes gaps, and compares what is wanted and possible now.
    async fn look(&self, wanted: &mut BTreeMap<ServiceName, Scope>) {
        if let Err(trouble) = self.close_gaps().await {
            self.log("gaps were not closed", &trouble);
        }
        for (source, scope) in wanted.clone() {
            match self.compare(source, scope).await {
                Ok(true) => drop(wanted.remove(&source)),
                Ok(false) => {}
                Err(trouble) => self.log("heads were not compared", &trouble),
            }
        }
    }

    fn log(&self, what: &str, trouble: &Trouble) {
        let (service, error) = (self.service, chain(trouble));
        if matches!(trouble, Trouble::Ask(AskError::Silent { .. }) | Trouble::Stopping(_)) {
            // A source that has not started yet, or is away: its own health tells that.
            tracing::debug!(%service, error, "{what}: tried again later");
        } else {
            tracing::warn!(%service, error, "{what}: tried again later");
        }
    }

    /// Asks for what is missing before held events. A source that is away does not keep the others from being asked.
    async fn close_gaps(&self) -> Result<(), Trouble> {
        let mut away = BTreeSet::new();
        for gap in in_time(held::gaps(&self.pool, self.config.missing_after, GAPS)).await? {
            if gap.held_from <= gap.after + 1 || away.contains(&gap.source) {
                continue;
            }
            let behind = Behind { subject: gap.subject, said: gap.held_from - 1 };
            match self.fetch(gap.source, &behind, gap.after).await {
                Ok(()) => {}
                Err(trouble @ Trouble::Ask(_)) => {
                    self.log("a gap was not closed", &trouble);
                    away.insert(gap.source);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    /// Compares heads with cursors and fetches what is missing; `false`: not now, the stream still has messages.
    async fn compare(&self, source: ServiceName, scope: Scope) -> Result<bool, Trouble> {
        if self.messages_wait(source).await? {
            return Ok(false);
        }
        let lately = match scope {
            Scope::Latest => Some(LATEST),
            Scope::Recent => Some(self.config.reconcile_every * 2),
            Scope::All => None,
        };
        let mut question = AskHeads {
            since: lately.and_then(|lately| SystemClock.now().checked_sub(lately).ok()),
            ..AskHeads::default()
        };
        let mut late = Vec::new();
        loop {
            let page: HeadsPage = ask(&self.bus, source, queries::HEADS, &question).await?;
            question.after = page.heads.last().map(|head| head.subject.clone());
            late.extend(self.behind(source, page.heads).await?);
            let more = page.more && question.after.is_some();
            if late.len() >= TOGETHER || !more {
                self.recover(source, std::mem::take(&mut late)).await?;
            }
            if !more {
                return Ok(true);
            }
        }
    }

    async fn messages_wait(&self, source: ServiceName) -> Result<bool, Trouble> {
        let listener = Listener::new(self.bus.clone(), ListenerOptions::events(self.service, source));
        match listener.lag().await {
            Ok(lag) => Ok(lag.pending > 0),
            // Without stream or consumer nothing waits; the source may have said much all the same.
            Err(BusError::NoSuchStream { .. } | BusError::Failed { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Those of `heads` of which less was heard than was said.
    async fn behind(&self, source: ServiceName, heads: Vec<HeadLine>) -> Result<Vec<Behind>, Trouble> {
        let subjects: Vec<_> = heads.iter().map(|head| head.subject.clone()).collect();
        let own = cursors(&self.pool, source, &subjects).await?;
        let mut behind = Vec::new();
        for head in heads {
            let cursor = own.get(&head.subject).copied().unwrap_or_default();
            if cursor.sequence == head.sequence && cursor.hash != head.hash {
                // The shell parks the next event of such a subject; until one comes, this is the only sign.
                let (service, subject) = (self.service, &head.subject);
                tracing::error!(%service, %source, %subject, "the source has another past than what was heard");
            }
            behind.push(Behind { subject: head.subject, said: head.sequence });
        }
        behind.retain(|behind| unheard(&own, behind));
        Ok(behind)
    }

    /// Fetches what is missing of these subjects, after leaving what is under way some time to arrive.
    async fn recover(&self, source: ServiceName, behind: Vec<Behind>) -> Result<(), Trouble> {
        if behind.is_empty() {
            return Ok(());
        }
        if behind.len() < TOGETHER {
            tokio::time::sleep(self.config.missing_after.min(Duration::from_secs(5))).await;
        }
        let subjects: Vec<_> = behind.iter().map(|behind| behind.subject.clone()).collect();
        let own = cursors(&self.pool, source, &subjects).await?;
        for behind in behind.into_iter().filter(|behind| unheard(&own, behind)) {
            let heard = own.get(&behind.subject).map_or(0, |cursor| cursor.sequence);
            self.fetch(source, &behind, heard).await?;
        }
        Ok(())
    }

    /// Fetches the events of a subject after a sequence up to what was said, and gives them to the shell.
    async fn fetch(&self, source: ServiceName, behind: &Behind, mut after: u64) -> Result<(), Trouble> {
        while after < behind.said {
            let question = AskJournal { subject: behind.subject.clone(), after };
            let page: JournalPage = ask(&self.bus, source, queries::JOURNAL, &question).await?;
            let Some(last) = page.events.last().map(|event| event.sequence) else {
                let subject = &behind.subject;
                tracing::error!(%source, %subject, after, "the source has not what it said it said");
                return Ok(());
            };
            let count = page.events.len() as u64;
            for event in page.events {
                let (headers, body) = (event.headers, event.body.into());
                let delivered = Delivered { headers, body, acknowledge: Acknowledge::none() };
                self.inlet.event(delivered).await?;
            }
            let (service, label) = (self.service.as_str(), source.as_str());
            counter!(names::RECOVERED, "service" => service, "source" => label).increment(count);
            tracing::info!(service, %source, subject = %behind.subject, after, last, "asked for what the stream lost");
            after = last;
        }
        Ok(())
    }
}

/// What was heard of a source, by subject.
async fn cursors(
    pool: &PgPool,
    source: ServiceName,
    subjects: &[SubjectRef],
) -> Result<BTreeMap<SubjectRef, head::Cursor>, sqlx::Error> {
    let heads = in_time(head::peek(pool, subjects)).await?;
    let cursor = |head: Head| {
        let cursor = head.cursors.get(&source).copied().unwrap_or_default();
        (head.subject, cursor)
    };
    Ok(heads.into_iter().map(cursor).collect())
}

/// Whether more was said than heard, and no parked event is in the way.
fn unheard(own: &BTreeMap<SubjectRef, head::Cursor>, behind: &Behind) -> bool {
    let cursor = own.get(&behind.subject).copied().unwrap_or_default();
    cursor.sequence < behind.said && cursor.parked.is_none()
}
