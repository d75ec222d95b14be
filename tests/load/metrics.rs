//! What the services say of themselves at `/metrics`.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::http::Connection;
use crate::installation::Installation;

/// Every series of every service, at a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Asks every part that answers. In one process, all services answer on one port.
    ///
    /// # Errors
    /// When none answers.
    pub(crate) async fn of(at: &Installation) -> Result<Self> {
        let mut series = BTreeMap::new();
        for port in at.health.values() {
            let Ok(mut connection) = Connection::open(&format!("127.0.0.1:{port}")).await else { continue };
            let page = connection.get("/metrics").await?;
            series.extend(String::from_utf8_lossy(&page.body).lines().filter_map(read));
        }
        anyhow::ensure!(!series.is_empty(), "no service answers /metrics");
        Ok(Self(series))
    }

    /// The sum of all series of this name whose labels contain `label`.
    #[must_use]
    pub(crate) fn sum(&self, name: &str, label: &str) -> f64 {
        let ours = |series: &str| {
            series.strip_prefix(name).is_some_and(|labels| labels.starts_with('{') && labels.contains(label))
        };
        self.0.iter().filter(|(series, _)| ours(series)).map(|(_, value)| value).sum()
    }

    /// How much such a sum grew since `before`.
    #[must_use]
    pub(crate) fn growth(&self, before: &Self, name: &str, label: &str) -> f64 {
        self.sum(name, label) - before.sum(name, label)
    }
}

/// The batches of one service in a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batches {
    /// Inputs in a batch, on average.
    pub(crate) inputs: f64,
    /// Milliseconds from taking a batch to its commit, on average.
    pub(crate) milliseconds: f64,
    /// The share of the time in which the one writer of the service had a batch in hand, 0 to 1.
    pub(crate) share: f64,
}

impl Batches {
    /// Of `service` between two looks, `seconds` apart.
    #[must_use]
    pub(crate) fn between(before: &Metrics, after: &Metrics, service: &str, seconds: f64) -> Self {
        let label = format!("service=\"{service}\"");
        let growth = |name: &str| after.growth(before, name, &label);
        let count = growth("redress_batch_seconds_count");
        let spent = growth("redress_batch_seconds_sum");
        Self {
            inputs: growth("redress_batch_inputs_sum") / count,
            milliseconds: 1000.0 * spent / count,
            share: spent / seconds,
        }
    }
}

fn read(line: &str) -> Option<(String, f64)> {
    let (series, value) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))?;
    Some((series.to_owned(), value.parse().ok()?))
}
