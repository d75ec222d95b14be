//! What a run of scenarios came to, as people read it.

use std::fmt;
use std::time::Duration;

use contracts::Text;

use super::play::{Prepared, Verdict};

/// The verdicts of a run.
#[derive(Debug, Clone)]
pub struct Report {
    lines: Vec<(Verdict, Text)>,
    took: Duration,
}

impl Report {
    /// The report of a run of `all` that took so long, in real time.
    #[must_use]
    pub fn new(all: &[Prepared], verdicts: Vec<Verdict>, took: Duration) -> Self {
        let title = |verdict: &Verdict| {
            all.iter().find(|one| one.name == verdict.name).map(|one| one.scenario.title.clone())
        };
        let unknown = || Text { zh: String::new(), en: String::new() };
        let lines = verdicts.into_iter().map(|verdict| {
            let title = title(&verdict).unwrap_or_else(unknown);
            (verdict, title)
        });
        Self { lines: lines.collect(), took }
    }

    /// How many did not hold.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.lines.iter().filter(|(verdict, _)| !verdict.failures.is_empty()).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (verdict, title) in &self.lines {
            let sign = if verdict.failures.is_empty() { "ok  " } else { "FAIL" };
            writeln!(f, "{sign} {}  {} / {}", verdict.name, title.zh, title.en)?;
            for failure in &verdict.failures {
                writeln!(f, "       {failure}")?;
            }
        }
        let (all, failed) = (self.lines.len(), self.failed());
        let seconds = self.took.as_secs_f64();
        write!(
            f,
            "{all} 个场景，{failed} 个不符，{seconds:.2} 秒 / {all} scenarios, {failed} failed, {seconds:.2} s"
        )
    }
}
