//! `redress calendar preview|apply`, `redress playbook preview|apply`: what a published version would do to open cases,
//! and doing it. Applying is a journaled act of a person, with a reason.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context as _;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::routing::{PREVIEW, PreviewCase, PreviewCounts, PreviewPage, PreviewTurn};
use contracts::{CommandId, Language, PersonId, RoleKey, ServiceName, SubjectRef};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::language::{Spoken, due, labelled, say, zone};
use crate::operator::Operator;
use crate::parked::Whose;

/// The role that may apply a version.
const ADMINISTRATOR: &str = "administrator";
/// Cases asked for at once.
const TOGETHER: u32 = 200;

/// A published version.
#[derive(Debug, clap::Args)]
struct Published<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    /// Its key.
    id: K,
    /// The published version.
    #[arg(id = "published", value_name = "VERSION")]
    version: u32,
    /// Whose, and how they are asked for.
    #[command(flatten)]
    whose: Whose,
}

impl<K> Published<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Serialize + Send + Sync + 'static,
{
    /// As routing knows it.
    fn reference(&self) -> Value {
        json!({ "id": self.id, "version": self.version })
    }
}

/// Asks what a version would do.
#[derive(Debug, clap::Args)]
pub struct Preview<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    /// Which, and whose.
    #[command(flatten)]
    published: Published<K>,
    /// In which language.
    #[command(flatten)]
    spoken: Spoken,
}

/// Applies a version.
#[derive(Debug, clap::Args)]
pub struct Apply<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    /// Which, and whose.
    #[command(flatten)]
    published: Published<K>,
    /// Who applies it.
    #[arg(long)]
    person: PersonId,
    /// Why.
    #[arg(long)]
    reason: String,
}

impl<K> Preview<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Serialize + Send + Sync + 'static,
{
    /// Prints the counts, then every case of which something would move; `kind` is `calendar` or `playbook`.
    ///
    /// # Errors
    /// Routing out of reach, or a version that was not published.
    #[expect(clippy::print_stdout, reason = "the answer is the purpose")]
    pub async fn run(self, kind: &str) -> anyhow::Result<ExitCode> {
        let (whose, language) = (&self.published.whose, self.spoken.language());
        let operator = Operator::connect(whose.config.as_deref()).await?;
        let mut after = Value::Null;
        loop {
            let asked = json!({ kind: self.published.reference(), "after": after, "limit": TOGETHER });
            let page = operator.ask(ServiceName::Routing, PREVIEW, &whose.organisation, asked).await?;
            let page: PreviewPage = serde_json::from_value(page).context("the preview cannot be read")?;
            if let Some(counts) = &page.counts {
                println!("{}", summary(counts, language));
            }
            let zone = zone(&page.zone);
            page.items
                .iter()
                .flat_map(|case| lines(case, &zone, language))
                .for_each(|line| println!("{line}"));
            match page.next {
                Some(next) => after = json!(next),
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}

impl<K> Apply<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static>
        + Clone
        + Serialize
        + std::fmt::Display
        + Send
        + Sync
        + 'static,
{
    /// Gives the order; `kind` is `calendar` or `playbook`. The cases follow some hundred at a time.
    ///
    /// # Errors
    /// Routing out of reach; a refusal is printed, and the exit code is 1.
    #[expect(clippy::print_stdout, reason = "the answer is the purpose")]
    pub async fn run(self, kind: &str, verb: &str) -> anyhow::Result<ExitCode> {
        let Published { id, version, whose } = &self.published;
        let operator = Operator::connect(whose.config.as_deref()).await?;
        let id = format!("{verb}-{id}-{version}-{}", self.person);
        let roles = [RoleKey::new(ADMINISTRATOR)?].into();
        let command = Command {
            id: CommandId::new(id).map_err(anyhow::Error::msg)?,
            subject: SubjectRef::organisation(&whose.organisation),
            verb: verb.to_owned(),
            actor: Actor::Staff { person: self.person, roles, department: None },
            expected_version: None,
            traceparent: None,
            body: json!({ kind: self.published.reference(), "reason": self.reason }),
        };
        match operator.order(ServiceName::Routing, command).await? {
            Answer::Done { .. } => {
                println!("done");
                Ok(ExitCode::SUCCESS)
            }
            Answer::Refused { problem } => {
                println!("refused: {problem}");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn summary(counts: &PreviewCounts, language: Language) -> String {
    let PreviewCounts { looked_at, concerned, cases, clocks, earlier, later, .. } = counts;
    let PreviewCounts { overdue, no_longer_overdue, stopped, cannot, whole, .. } = counts;
    let part =
        if *whole { String::new() } else { say(language, "（仅前若干件）", " (of the first only)") };
    say(
        language,
        format!(
            "检查未结个案 {looked_at} 件{part}，按旧版本的 {concerned} 件，其中 {cases} 件变动：{clocks} 个时限移动（提前 \
             {earlier}，推后 {later}），{overdue} 个立即超期，{no_longer_overdue} 个不再超期，{stopped} 个停止；{cannot} 件无法变动"
        ),
        format!(
            "{looked_at} open cases looked at{part}, {concerned} on an earlier version; {cases} move: {clocks} clocks \
             ({earlier} earlier, {later} later), {overdue} overdue at once, {no_longer_overdue} overdue no longer, \
             {stopped} stop; {cannot} cases cannot be moved"
        ),
    )
}

fn lines(case: &PreviewCase, zone: &TimeZone, language: Language) -> Vec<String> {
    let number = &case.number;
    let moved = case.clocks.iter().map(|clock| {
        let (before, after) = (due(clock.before, zone), due(clock.after, zone));
        let turn = match clock.turn {
            Some(PreviewTurn::Overdue) => say(language, "，立即超期", ", overdue at once"),
            Some(PreviewTurn::NoLongerOverdue) => say(language, "，不再超期", ", overdue no longer"),
            None => String::new(),
        };
        format!("{number}  {}  {before} → {after}{turn}", labelled(language, &clock.label, &clock.key))
    });
    let stopped = case.stopped.iter().map(|clock| {
        let stops = say(language, "停止", "stops");
        format!(
            "{number}  {}  {} → {stops}",
            labelled(language, &clock.label, &clock.key),
            due(clock.due, zone)
        )
    });
    let cannot = case.cannot.iter().map(|why| {
        let cannot = say(language, "无法变动", "cannot be moved");
        format!("{number}  {cannot}: {}", why.get(language))
    });
    moved.chain(stopped).chain(cannot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_told_in_either_language() {
        let counts = PreviewCounts {
            looked_at: 532,
            whole: true,
            concerned: 500,
            cases: 412,
            clocks: 480,
            earlier: 3,
            later: 477,
            overdue: 37,
            no_longer_overdue: 2,
            ..PreviewCounts::default()
        };
        let en = summary(&counts, Language::En);
        assert!(en.contains("412 move") && en.contains("37 overdue at once"), "{en}");
        assert!(summary(&counts, Language::Zh).contains("37 个立即超期"));
        let case: PreviewCase = serde_json::from_value(json!({
            "complaint": "0195702c-7b80-7000-8000-000000000002", "number": "TS1", "playbook": {"id": "p03", "version": 1},
            "clocks": [{"clock": "0195702c-7b80-7000-8000-000000000001", "key": "answer",
                "label": {"zh": "答复", "en": "Answer"}, "calendar": {"id": "cn", "version": 1},
                "before": "2025-03-10T16:00:00Z", "after": "2025-03-09T16:00:00Z", "turn": "overdue"}],
            "stopped": [], "cannot": [{"zh": "新版本没有环节“handle”", "en": "the new version has no stage “handle”"}],
        }))
        .unwrap();
        let zone = zone("Asia/Shanghai");
        let expected = [
            "TS1  Answer (answer)  2025-03-11 00:00 → 2025-03-10 00:00, overdue at once",
            "TS1  cannot be moved: the new version has no stage “handle”",
        ];
        assert_eq!(lines(&case, &zone, Language::En), expected);
    }
}
