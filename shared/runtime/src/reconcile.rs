//! Comparing all stores with each other: did everybody hear everything that was said, is every chain whole, and do the
//! streams hold what the journals have, and nothing else ([`streams`])?
//!
//! Used by `redress reconcile` and by the drill after each fault. It asks the services themselves, so it needs no
//! database and runs while work goes on: what is behind is looked at again until it is level or patience ends.

mod runs;
pub mod streams;

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Bus, BusError};
use contracts::{ServiceName, SubjectRef, queries};
use futures::future::try_join_all;
use journal::recover::HeadLine;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::recover::asking::{
    AskChains, AskCursors, AskError, AskHeads, ChainsPage, CursorLine, CursorsPage, HeadsPage, ask,
};
use streams::{StreamCounts, StreamFinding, StreamReport};

/// Findings listed in a report; the counts go on.
const LISTED: usize = 50;
/// How often what is behind is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One listener of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair {
    /// Who says.
    pub source: ServiceName,
    /// Who hears.
    pub listener: ServiceName,
}

/// How a listener differs from a source about a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "difference")]
pub enum Difference {
    /// It has not heard everything.
    Behind {
        /// What was said last.
        said: u64,
        /// What was heard last.
        heard: u64,
    },
    /// A parked event blocks it until a person settles it.
    Parked {
        /// Its sequence.
        sequence: u64,
    },
    /// It heard more than the source says it said: the source was restored to an earlier past.
    Ahead {
        /// What was said last.
        said: u64,
        /// What was heard last.
        heard: u64,
    },
    /// It heard another event under the last sequence: the source was restored to a different past.
    Forked {
        /// The sequence.
        sequence: u64,
    },
}

/// A difference, where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Between whom.
    #[serde(flatten)]
    pub pair: Pair,
    /// About what.
    pub subject: SubjectRef,
    /// What.
    #[serde(flatten)]
    pub difference: Difference,
}

/// What was compared and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Pairs of source and listener that were compared.
    pub pairs: u64,
    /// Subjects that were compared, counted once for each pair.
    pub subjects: u64,
    /// Chains that were verified.
    pub chains: u64,
    /// Events in them.
    pub events: u64,
    /// How many differences there are.
    pub differences: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
    /// How many chains are broken.
    pub broken_chains: u64,
    /// The first of them, in words.
    pub broken: Vec<String>,
    /// The stream of every service beside its journal.
    pub streams: Vec<StreamReport>,
    /// The first messages that are not what the journals have.
    pub stream_findings: Vec<StreamFinding>,
}

/// Why stores cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// A service does not answer.
    #[error(transparent)]
    Asking(#[from] AskError),
    /// A stream cannot be read.
    #[error("the stream of {service} cannot be read")]
    Stream {
        /// Whose.
        service: ServiceName,
        /// Why.
        source: BusError,
    },
}

impl Report {
    /// Whether everything was heard, every chain is whole, and the streams hold nothing but what the journals have.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.differences == 0 && self.broken_chains == 0 && self.in_streams().differences == 0
    }

    /// What was counted in all streams.
    #[must_use]
    pub fn in_streams(&self) -> StreamCounts {
        let mut all = StreamCounts::default();
        for stream in &self.streams {
            all += stream.counts;
        }
        all
    }
}

/// Compares what every service said with what its listeners heard and with what its stream holds, and lets every
/// service verify its chains.
///
/// `hears`: each service with the sources it hears. What is behind has `patience` to become level.
///
/// # Errors
/// When a service does not answer or a stream cannot be read.
pub async fn reconcile(
    bus: &Bus,
    hears: &[(ServiceName, &[ServiceName])],
    patience: Duration,
) -> Result<Report, ReconcileError> {
    let deadline = Instant::now() + patience;
    let mut report = Report::default();
    let mut listeners: BTreeMap<ServiceName, Vec<ServiceName>> = BTreeMap::new();
    for (listener, sources) in hears {
        for source in *sources {
            listeners.entry(*source).or_default().push(*listener);
            report.pairs += 1;
        }
    }
    for (source, listeners) in listeners {
        compare_source(bus, source, &listeners, deadline, &mut report).await?;
    }
    // Boxed: six at once, of many large futures.
    let compared = hears.iter().map(|(service, _)| Box::pin(streams::compare(bus, *service, deadline)));
    for (stream, findings) in try_join_all(compared).await? {
        let room = LISTED.saturating_sub(report.stream_findings.len());
        report.stream_findings.extend(findings.into_iter().take(room));
        report.streams.push(stream);
    }
    for (service, _) in hears {
        verify_chains(bus, *service, deadline, &mut report).await?;
    }
    Ok(report)
}

/// Asks again while nobody answers, until the deadline: a service that was killed comes back.
async fn ask_patiently<T: DeserializeOwned>(
    bus: &Bus,
    service: ServiceName,
    name: &str,
    question: &(impl Serialize + Sync),
    deadline: Instant,
) -> Result<T, AskError> {
    loop {
        match ask(bus, service, name, question).await {
            Err(AskError::Silent { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            answer => return answer,
        }
    }
}

async fn compare_source(
    bus: &Bus,
    source: ServiceName,
    listeners: &[ServiceName],
    deadline: Instant,
    report: &mut Report,
) -> Result<(), AskError> {
    let mut question = AskHeads::default();
    loop {
        let page: HeadsPage = ask_patiently(bus, source, queries::HEADS, &question, deadline).await?;
        question.after = page.heads.last().map(|head| head.subject.clone());
        for listener in listeners {
            let pair = Pair { source, listener: *listener };
            report.subjects += page.heads.len() as u64;
            for finding in differences(bus, pair, page.heads.clone(), deadline).await? {
                report.differences += 1;
                if report.findings.len() < LISTED {
                    report.findings.push(finding);
                }
            }
        }
        if !page.more || question.after.is_none() {
            return Ok(());
        }
    }
}

/// The differences about these heads that stay until the deadline.
async fn differences(
    bus: &Bus,
    pair: Pair,
    heads: Vec<HeadLine>,
    deadline: Instant,
) -> Result<Vec<Finding>, AskError> {
    let mut open = heads;
    loop {
        let subjects = open.iter().map(|head| head.subject.clone()).collect();
        let question = AskCursors { source: pair.source, subjects };
        let page: CursorsPage =
            ask_patiently(bus, pair.listener, queries::CURSORS, &question, deadline).await?;
        let mut found = Vec::new();
        let mut still = Vec::new();
        for (head, cursor) in open.into_iter().zip(page.cursors) {
            if let Some(difference) = differ(&head, cursor) {
                found.push(Finding { pair, subject: head.subject.clone(), difference });
                still.push(head);
            }
        }
        if found.is_empty() || Instant::now() >= deadline {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_EVERY).await;
        // The source may have said more meanwhile, which a listener that is ahead has heard already.
        open = refreshed(bus, pair.source, still, deadline).await?;
    }
}

/// The same heads as the source has them now.
async fn refreshed(
    bus: &Bus,
    source: ServiceName,
    heads: Vec<HeadLine>,
    deadline: Instant,
) -> Result<Vec<HeadLine>, AskError> {
    let only = heads.into_iter().map(|head| head.subject).collect();
    let question = AskHeads { only: Some(only), ..AskHeads::default() };
    let page: HeadsPage = ask_patiently(bus, source, queries::HEADS, &question, deadline).await?;
    Ok(page.heads)
}

fn differ(head: &HeadLine, cursor: CursorLine) -> Option<Difference> {
    match cursor.sequence.cmp(&head.sequence) {
        std::cmp::Ordering::Less => Some(match cursor.parked {
            Some(sequence) => Difference::Parked { sequence },
            None => Difference::Behind { said: head.sequence, heard: cursor.sequence },
        }),
        std::cmp::Ordering::Equal => {
            (cursor.hash != head.hash).then_some(Difference::Forked { sequence: head.sequence })
        }
        std::cmp::Ordering::Greater => {
            Some(Difference::Ahead { said: head.sequence, heard: cursor.sequence })
        }
    }
}

async fn verify_chains(
    bus: &Bus,
    service: ServiceName,
    deadline: Instant,
    report: &mut Report,
) -> Result<(), AskError> {
    let mut question = AskChains::default();
    loop {
        let page: ChainsPage = ask_patiently(bus, service, queries::CHAINS, &question, deadline).await?;
        report.chains += page.chains;
        report.events += page.events;
        for broken in page.broken {
            report.broken_chains += 1;
            if report.broken.len() < LISTED {
                report.broken.push(format!("{service}: {broken}"));
            }
        }
        match page.next {
            Some(next) => question.after = Some(next),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::OrganisationId;

    use super::*;

    fn head(sequence: u64) -> HeadLine {
        let subject = SubjectRef::directory(&OrganisationId::new("huarun").unwrap());
        HeadLine { subject, sequence, hash: [7; 32] }
    }

    #[test]
    fn level_is_the_same_sequence_with_the_same_hash() {
        let cursor = |sequence, hash, parked| CursorLine { sequence, hash: [hash; 32], parked };
        assert_eq!(differ(&head(3), cursor(3, 7, None)), None);
        assert_eq!(differ(&head(3), cursor(3, 8, None)), Some(Difference::Forked { sequence: 3 }));
        assert_eq!(differ(&head(3), cursor(1, 0, None)), Some(Difference::Behind { said: 3, heard: 1 }));
        assert_eq!(differ(&head(3), cursor(1, 0, Some(2))), Some(Difference::Parked { sequence: 2 }));
        assert_eq!(differ(&head(3), cursor(4, 0, None)), Some(Difference::Ahead { said: 3, heard: 4 }));
    }
}
