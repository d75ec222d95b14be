//! Every metric of Redress, described with its unit in this one file, and the recorder behind `/metrics`.
//!
//! Every series is labelled with `service`, so that several services can share a process. Further labels have few
//! values: a kind, an outcome, a source; never an id.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Inputs handled. Labels: `service`, `kind` (event, command, timer), `outcome`.
pub const INPUTS: &str = "redress_inputs_total";
/// From the arrival of an input to its commit. Labels: `service`, `kind`.
pub const INPUT_SECONDS: &str = "redress_input_seconds";
/// Inputs in one transaction. Labels: `service`.
pub const BATCH_INPUTS: &str = "redress_batch_inputs";
/// From taking a batch to its commit. Labels: `service`.
pub const BATCH_SECONDS: &str = "redress_batch_seconds";
/// What of that the commit itself took. Labels: `service`.
pub const COMMIT_SECONDS: &str = "redress_commit_seconds";
/// Batches that had to be tried again. Labels: `service`, `reason` (conflict, lost, halved, locked).
pub const BATCH_RETRIES: &str = "redress_batch_retries_total";
/// Inputs that wait in memory. Labels: `service`.
pub const QUEUE: &str = "redress_queue_inputs";
/// Events said and committed. Labels: `service`.
pub const SAID: &str = "redress_events_said_total";
/// Events that the stream has acknowledged. Labels: `service`.
pub const PUBLISHED: &str = "redress_events_published_total";
/// Events published again because the stream had lost them. Labels: `service`.
pub const REPUBLISHED: &str = "redress_events_republished_total";
/// From publishing to the stream's acknowledgement. Labels: `service`.
pub const PUBLISH_SECONDS: &str = "redress_publish_seconds";
/// Events not yet acknowledged by the stream. Labels: `service`.
pub const OUTBOX: &str = "redress_outbox_events";
/// How long the oldest of them has been waiting. Labels: `service`.
pub const OUTBOX_AGE: &str = "redress_outbox_oldest_seconds";
/// 1 on the replica whose relay leads. Labels: `service`.
pub const LEADER: &str = "redress_relay_leader";
/// Messages of a source not yet handled. Labels: `service`, `source`.
pub const LAG: &str = "redress_consumer_lag_messages";
/// The age of the oldest of them; 0 where there is none. Labels: `service`, `source`.
pub const LAG_AGE: &str = "redress_consumer_oldest_seconds";
/// Events that wait for their predecessor. Labels: `service`.
pub const HELD: &str = "redress_held_events";
/// Events that wait for a person's decision. Labels: `service`.
pub const PARKED: &str = "redress_parked_events";
/// Events parked since the start. Labels: `service`, `reason`.
pub const PARKED_TOTAL: &str = "redress_events_parked_total";
/// Events asked for at their source, because the stream had lost them. Labels: `service`, `source`.
pub const RECOVERED: &str = "redress_events_recovered_total";
/// Timers that are due and have not fired. Labels: `service`.
pub const TIMERS_LATE: &str = "redress_timers_late";
/// How late timers fired. Labels: `service`.
pub const TIMER_LATENESS: &str = "redress_timer_lateness_seconds";
/// Requests answered. Labels: `service`, `kind` (command, query), `name`.
pub const REQUESTS: &str = "redress_requests_total";
/// From a request to its answer. Labels: `service`, `kind`.
pub const REQUEST_SECONDS: &str = "redress_request_seconds";
/// The share of its bound that the service's stream holds, 0 to 1. Alarm at half. Labels: `service`.
pub const STREAM_FILLED: &str = "redress_stream_filled_ratio";
/// Connections to PostgreSQL. Labels: `service`, `state` (used, idle).
pub const CONNECTIONS: &str = "redress_postgres_connections";
/// 1 where a part is ready. Labels: `service`, `part`.
pub const READY: &str = "redress_ready";
/// 1; the labels tell. Labels: `part`, `version`.
pub const BUILD: &str = "redress_build_info";

const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
const SIZES: &[f64] = &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 400.0, 1000.0];

/// The process's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Installs the recorder of this process and describes every metric. Once per process, by main.
///
/// # Errors
/// When another recorder is installed.
pub fn install(part: &str, version: &str) -> Result<Metrics, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(SECONDS)?
        .set_buckets_for_metric(Matcher::Full(BATCH_INPUTS.into()), SIZES)?
        .install_recorder()?;
    describe();
    gauge!(BUILD, "part" => part.to_owned(), "version" => version.to_owned()).set(1.0);
    Ok(Metrics { handle })
}

impl Metrics {
    /// All metrics in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }
    /// Drains what histograms have gathered; to be called every few seconds, or memory grows between scrapes.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

fn describe() {
    describe_counter!(INPUTS, Unit::Count, "Inputs handled, by kind and outcome.");
    describe_histogram!(INPUT_SECONDS, Unit::Seconds, "From the arrival of an input to its commit.");
    describe_histogram!(BATCH_INPUTS, Unit::Count, "Inputs in one transaction.");
    describe_histogram!(BATCH_SECONDS, Unit::Seconds, "From taking a batch to its commit.");
    describe_histogram!(COMMIT_SECONDS, Unit::Seconds, "From asking PostgreSQL to commit to its answer.");
    describe_counter!(BATCH_RETRIES, Unit::Count, "Batches that had to be tried again, by reason.");
    describe_gauge!(QUEUE, Unit::Count, "Inputs that wait in memory.");
    describe_counter!(SAID, Unit::Count, "Events said and committed.");
    describe_counter!(PUBLISHED, Unit::Count, "Events that the stream has acknowledged.");
    describe_counter!(REPUBLISHED, Unit::Count, "Events published again because the stream had lost them.");
    describe_histogram!(PUBLISH_SECONDS, Unit::Seconds, "From publishing to the stream's acknowledgement.");
    describe_gauge!(OUTBOX, Unit::Count, "Events not yet acknowledged by the stream.");
    describe_gauge!(OUTBOX_AGE, Unit::Seconds, "How long the oldest event has been waiting for the stream.");
    describe_gauge!(LEADER, Unit::Count, "1 on the replica whose relay leads.");
    describe_gauge!(LAG, Unit::Count, "Messages of a source not yet handled.");
    describe_gauge!(LAG_AGE, Unit::Seconds, "The age of the oldest message of a source not yet handled.");
    describe_gauge!(HELD, Unit::Count, "Events that wait for their predecessor.");
    describe_gauge!(PARKED, Unit::Count, "Events that wait for a person's decision.");
    describe_counter!(PARKED_TOTAL, Unit::Count, "Events parked since the start, by reason.");
    describe_counter!(RECOVERED, Unit::Count, "Events asked for at their source.");
    describe_gauge!(TIMERS_LATE, Unit::Count, "Timers that are due and have not fired.");
    describe_histogram!(TIMER_LATENESS, Unit::Seconds, "How late timers fired.");
    describe_counter!(REQUESTS, Unit::Count, "Requests answered, by kind and name.");
    describe_histogram!(REQUEST_SECONDS, Unit::Seconds, "From a request to its answer.");
    describe_gauge!(STREAM_FILLED, "The share of its bound that the service's stream holds.");
    describe_gauge!(CONNECTIONS, Unit::Count, "Connections to PostgreSQL, by state.");
    describe_gauge!(READY, Unit::Count, "1 where a part of the service is ready.");
    describe_gauge!(BUILD, Unit::Count, "1; its labels say what runs here.");
}

#[cfg(test)]
mod tests {
    /// Every constant above is described, so that `/metrics` explains itself.
    #[test]
    fn every_metric_is_described() {
        let source = include_str!("metrics.rs");
        let names = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
        for name in names {
            assert!(source.contains(&format!("!({name},")), "{name} is not described");
        }
    }
}
