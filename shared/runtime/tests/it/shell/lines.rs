//! What the log says at its default level: one line a batch, one a refused command.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runtime::config::RuntimeConfig;
use runtime::shell::ShellOptions;
use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;

use super::bench::{Bench, code, options};
use super::toy::{command, complaint};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// The lines with this message.
    fn saying(&self, message: &str) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["message"] == message).collect()
    }
}

// On one thread: a log that is set for a thread hears nothing of the others.
#[tokio::test(flavor = "current_thread")]
async fn a_batch_and_a_refused_command_are_one_line_each_at_the_default_level() {
    let bench = Bench::new().await;
    let lines = Lines::default();
    let (into, level) = (lines.clone(), RuntimeConfig::documented().unwrap().telemetry.level);
    let log = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(EnvFilter::try_new(level).unwrap())
        .with_writer(move || into.clone())
        .finish();
    let _log = tracing::subscriber::set_default(log);
    let replica = bench.start_with(ShellOptions { patience: Duration::from_millis(300), ..options() });
    let orders = vec![command("1", "a", "say:x say:y"), command("2", "b", "refuse")];
    let answers = replica.inlet.commands(orders).await;
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), ["done", "wrong-stage"]);

    let batches = lines.saying("batch");
    let [batch] = &batches[..] else { panic!("not one line: {batches:#?}") };
    let said = (&batch["level"], &batch["service"], &batch["inputs"], &batch["events"]);
    assert_eq!(said, (&json!("INFO"), &json!("approval"), &json!(2), &json!(2)));
    assert!(batch["ms"].as_u64().is_some_and(|ms| ms < 60_000), "{batch}");
    let refusals = lines.saying("refused");
    let [refused] = &refusals[..] else { panic!("not one line: {refusals:#?}") };
    let said = (&refused["level"], &refused["service"], &refused["command"], &refused["code"]);
    assert_eq!(said, (&json!("INFO"), &json!("approval"), &json!("2"), &json!("wrong-stage")));
    assert_eq!((&refused["verb"], &refused["subject"]), (&json!("do"), &json!(complaint("b").to_string())));

    bench.pool.close().await;
    assert_eq!(code(&replica.order(command("3", "a", "say:z")).await), "unavailable");
    assert_eq!(lines.saying("refused")[1]["code"], "unavailable");
    assert_eq!(lines.saying("batch").len(), 1, "nothing was handled");
    replica.end().await;
}

/// A head that another replica holds is tried again every few milliseconds; that is not told every time.
#[tokio::test(flavor = "current_thread")]
async fn inputs_that_another_replica_holds_up_make_no_lines() {
    let bench = Bench::new().await;
    let replica = bench.start();
    replica.order(command("1", "a", "say:x")).await;
    let mut another = bench.pool.begin().await.unwrap();
    sqlx::query("select from head for update").execute(&mut *another).await.unwrap();
    let lines = Lines::default();
    let into = lines.clone();
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || into.clone()).finish();
    let _log = tracing::subscriber::set_default(log);
    let (inlet, waiting) = (replica.inlet.clone(), command("2", "a", "say:y"));
    let waiting = tokio::spawn(async move { inlet.command(waiting).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(lines.saying("batch").is_empty());
    another.rollback().await.unwrap();
    assert_eq!(code(&waiting.await.unwrap()), "done");
    assert_eq!(lines.saying("batch").len(), 1);
    replica.end().await;
}
