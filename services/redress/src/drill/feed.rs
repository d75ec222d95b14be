//! Registering the complaints of a drill, many at once, each until its receipt has come.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use calendar::{Clock as _, SystemClock};
use contracts::ComplaintId;
use contracts::commands::intake::{Receipt, RegisterComplaint};
use indicatif::ProgressBar;
use reqwest::Method;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::api::{Caller, Said};
use super::{Plan, Source, generate};

/// Registrations under way at once.
const AT_ONCE: usize = 32;

/// What came of feeding.
#[derive(Debug, Default)]
pub struct Fed {
    /// Receipts, by complaint.
    pub receipts: BTreeMap<ComplaintId, Receipt>,
    /// Complaints that were refused, with the code.
    pub refused: Vec<String>,
    /// Rows of the file that could not be read.
    pub unread: u64,
}

/// Registers all complaints of the plan.
///
/// # Errors
/// When a file cannot be read, or nobody answers for long.
pub async fn all(plan: &Plan, feeder: &Caller, bar: &ProgressBar) -> anyhow::Result<Fed> {
    let mut fed = Fed::default();
    let run = SystemClock.now().as_millisecond();
    let complaints = complaints(plan, run, &mut fed)?;
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way: JoinSet<anyhow::Result<Said>> = JoinSet::new();
    for (key, complaint) in complaints {
        let permit = Arc::clone(&room).acquire_owned().await?;
        let feeder = feeder.clone();
        under_way.spawn(async move {
            let body = serde_json::to_value(&complaint)?;
            let said = feeder.order(Method::POST, "/complaints", &key, &body).await;
            drop(permit);
            said
        });
        while let Some(ended) = under_way.try_join_next() {
            fed.note(ended??, bar)?;
        }
    }
    while let Some(ended) = under_way.join_next().await {
        fed.note(ended??, bar)?;
    }
    Ok(fed)
}

impl Fed {
    fn note(&mut self, said: Said, bar: &ProgressBar) -> anyhow::Result<()> {
        match said {
            Said::Done(body) => {
                let receipt: Receipt = serde_json::from_value(body).context("the receipt cannot be read")?;
                self.receipts.insert(receipt.complaint, receipt);
            }
            Said::Refused { code, detail } => self.refused.push(format!("{code}: {detail}")),
        }
        bar.inc(1);
        Ok(())
    }
}

/// The complaints with their keys. The same complaints fed by another `run` are other complaints, or it would only get
/// the receipts of the first.
fn complaints(plan: &Plan, run: i64, fed: &mut Fed) -> anyhow::Result<Vec<(String, RegisterComplaint)>> {
    match &plan.source {
        Source::Generated => Ok((0..plan.complaints)
            .map(|n| (format!("drill-{run}-{n}"), generate::complaint(plan.seed, n)))
            .collect()),
        Source::Told(matters) => Ok((0..plan.complaints)
            .filter_map(|n| Some((format!("drill-{run}-{n}"), generate::told_again(matters, plan.seed, n)?)))
            .collect()),
        Source::File { file, mapping } => {
            let mut complaints = Vec::new();
            crate::import::each(file, Some(mapping), &mut |row| {
                match row {
                    Ok(mut row) => {
                        if let Some(external) = &mut row.complaint.external {
                            external.reference = format!("{}-{run}", external.reference);
                        }
                        generate::ask_for_contact(&mut row.complaint, complaints.len());
                        complaints.push((format!("{run}-{}", row.key), row.complaint));
                    }
                    Err(_) => fed.unread += 1,
                }
                complaints.len() < plan.complaints as usize
            })?;
            Ok(complaints)
        }
    }
}
