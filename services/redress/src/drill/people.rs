//! The people of the organisation at their work: each looks at their own list and does what is on it.
//!
//! What they decide is drawn from the seed and the visit: some complaints do not stand, some proposals are refused,
//! some customers are not satisfied or not reached, some work is handed back. Now and then somebody takes leave, and
//! a colleague stands in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use calendar::{Clock as _, SystemClock};
use contracts::messages::directory_changed::Absence;
use contracts::queries::routing::{WorkItem, WorkPage};
use contracts::{PersonId, ProblemCode};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::api::{Caller, Said};
use super::by_book::{self, Procedure};
use super::chance::Chance;
use super::correcting::corrected;
use super::forms::filled_in;
use super::judging::{BY_AUTHORITY, Round, judged};
use super::unfinished::stays;

/// How long somebody waits who has nothing to do; each further time longer, up to [`idle_most`].
const IDLE: Duration = Duration::from_millis(250);
/// So many people look at their lists in a second when nobody has anything to do.
const LOOKS_A_SECOND: u32 = 40;

/// How long somebody waits at most who has nothing to do, among a `crowd` of so many: a second of a few dozen.
#[must_use]
pub fn idle_most(crowd: usize) -> Duration {
    let crowd = u32::try_from(crowd).unwrap_or(u32::MAX);
    (Duration::from_secs(1) * crowd / LOOKS_A_SECOND).max(Duration::from_secs(1))
}

/// How much of the list somebody looks at.
const AT_ONCE: usize = 50;
/// How long somebody leaves alone what they have just done: the list learns of it a moment later.
const BREATH: Duration = Duration::from_secs(1);
/// How long a leave is.
const LEAVE: Duration = Duration::from_secs(4);

/// What happened in a drill, for the report.
#[derive(Debug, Default)]
pub struct Tally {
    /// Acts done, by task and decision.
    pub done: BTreeMap<String, u64>,
    /// Refusals that a drill expects: somebody was faster, the work has moved on.
    pub overtaken: u64,
    /// Other refusals, by task and code, with the first detail.
    pub refused: BTreeMap<String, (u64, String)>,
}

impl Tally {
    /// How many acts were done.
    #[must_use]
    pub fn acts(&self) -> u64 {
        self.done.values().sum()
    }
}

/// Somebody at work.
pub struct Player {
    /// Who they are.
    pub person: PersonId,
    /// Who stands in for them.
    pub deputy: Option<PersonId>,
    /// The leave that they have planned anyhow.
    pub planned: Vec<Absence>,
    /// Their access.
    pub caller: Caller,
    /// The seed of their decisions.
    pub seed: u64,
    /// Where what happened is counted.
    pub tally: Arc<Mutex<Tally>>,
    /// The procedure that they work by, where it is the only one.
    pub procedure: Option<Arc<Procedure>>,
    /// How long they wait at most when there is nothing to do.
    pub idle_most: Duration,
    /// Whether they leave each case at one step or another.
    pub unfinished: bool,
}

/// An act that was decided on.
pub(super) struct Act {
    /// The last segment of its address.
    pub(super) path: &'static str,
    /// What is ordered.
    pub(super) body: Value,
    /// What is counted.
    pub(super) name: String,
}

impl Player {
    /// Works until `stop`.
    ///
    /// # Errors
    /// When nobody answers for long.
    pub async fn work(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut chance = Chance::of_person(self.seed, &self.person);
        let mut tried: HashMap<String, (u32, Instant)> = HashMap::new();
        let (mut until_leave, mut idle) = (chance.between(5, 60), IDLE);
        while !stop.is_cancelled() {
            let mut acted = false;
            for item in self.list().await? {
                if self.unfinished && stays(&item) {
                    continue;
                }
                let key = format!("{}-{}-{}", item.work, item.visit, item.epoch);
                let tries = match tried.get(&key) {
                    Some((_, at)) if at.elapsed() < BREATH => continue,
                    Some((tries, _)) => tries + 1,
                    None => 1,
                };
                self.act(&item, &format!("{key}-{tries}"), tries).await?;
                tried.insert(key, (tries, Instant::now()));
                (acted, until_leave) = (true, until_leave.saturating_sub(1));
            }
            if until_leave == 0 {
                until_leave = chance.between(5, 60);
                self.take_leave(&stop).await?;
            } else if acted || self.claim().await? {
                idle = IDLE;
            } else {
                stop.run_until_cancelled(tokio::time::sleep(idle)).await;
                idle = (idle * 2).min(self.idle_most);
            }
        }
        Ok(())
    }

    /// Is away for a while: open work goes to the deputy, new work to others.
    async fn take_leave(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        let from = SystemClock.now();
        let absence = Absence { from, until: from + LEAVE, deputy: self.deputy.clone() };
        let path = format!("/directory/people/{}/absences", self.person);
        let key = format!("leave-{}-{from}", self.person);
        // All absences from now on are told each time: the planned ones stay.
        let absences: Vec<_> = std::iter::once(&absence).chain(&self.planned).collect();
        let said = self.caller.order(Method::PUT, &path, &key, &json!({ "absences": absences })).await?;
        self.note("person", "took leave", &said).await;
        stop.run_until_cancelled(tokio::time::sleep(LEAVE)).await;
        Ok(())
    }

    /// Takes something from the department's queue: work that was handed back, or that nobody could be found for.
    async fn claim(&self) -> anyhow::Result<bool> {
        let Said::Done(page) = self.caller.get("/work?of=queue&limit=5").await? else { return Ok(false) };
        let mut took = false;
        for item in serde_json::from_value::<WorkPage>(page)?.items {
            let path = format!("/work/{}/claim", item.work);
            let key = format!(
                "claim-{}-{}",
                item.work,
                uuid::Uuid::from_u128(item.since.as_nanosecond().unsigned_abs())
            );
            let said =
                self.caller.order(Method::POST, &path, &key, &json!({ "complaint": item.complaint })).await?;
            took |= matches!(said, Said::Done(_));
            // The queue is the department's: it shows also what this person must keep out of.
            let barred = |code: &str| code == ProblemCode::ConflictOfInterest.as_str();
            if !matches!(&said, Said::Refused { code, .. } if barred(code)) {
                self.count(&item, "claimed", &said).await;
            }
        }
        Ok(took)
    }

    async fn list(&self) -> anyhow::Result<Vec<WorkItem>> {
        match self.caller.get(&format!("/work?of=mine&limit={AT_ONCE}")).await? {
            Said::Done(page) => Ok(serde_json::from_value::<WorkPage>(page)?.items),
            Said::Refused { code, detail } => anyhow::bail!("the work list is refused: {code}: {detail}"),
        }
    }

    async fn act(&self, item: &WorkItem, key: &str, tries: u32) -> anyhow::Result<()> {
        let mut chance = Chance::at_visit(self.seed, item.visit);
        if tries == 1 && !BY_AUTHORITY.contains(&item.task.as_str()) && chance.percent(2) {
            let body = json!({ "complaint": item.complaint, "reason": "今天来不及 / no time today" });
            let path = format!("/work/{}/hand-back", item.work);
            let said = self.caller.order(Method::POST, &path, key, &body).await?;
            self.count(item, "handed back", &said).await;
            return Ok(());
        }
        let Some(act) = self.decide(item, &mut chance, tries).await? else { return Ok(()) };
        let mut body = act.body;
        // Facts and forms are of the case; what the customer answers is of the visit, whoever holds it by now.
        let of_case = ["facts", "forms", "signatures"].contains(&act.path);
        if !of_case {
            body["visit"] = json!(item.visit);
        }
        if !of_case && act.path != "answer" {
            body["epoch"] = json!(item.epoch);
        }
        let path = format!("/complaints/{}/{}", item.complaint, act.path);
        let said = self.caller.order(Method::POST, &path, key, &body).await?;
        if matches!(&said, Said::Refused { code, .. } if code == ProblemCode::RemedyNotAllowed.as_str())
            && !self.case(item).await?.is_some_and(|case| by_book::stands(&case))
        {
            // Somebody verified it meanwhile, beside the main line.
            self.tally.lock().await.overtaken += 1;
            return Ok(());
        }
        self.count(item, &act.name, &said).await;
        Ok(())
    }

    async fn decide(&self, item: &WorkItem, chance: &mut Chance, tries: u32) -> anyhow::Result<Option<Act>> {
        if let Some(procedure) = &self.procedure {
            let task = by_book::Task::of(&item.task);
            if task.is_some() || procedure.asks_for_a_form(item) {
                let Some(case) = self.case(item).await? else { return Ok(None) };
                if let Some(act) = filled_in(&case, item) {
                    return Ok(Some(act));
                }
                if let Some(task) = task {
                    return Ok(procedure.decide(task, item, &case, chance, tries));
                }
            }
        }
        let act = |path, body, name: &str| Some(Act { path, body, name: name.to_owned() });
        Ok(match item.task.as_str() {
            "triage" => {
                let departments = ["quality_management", "logistics", "sales"];
                let department = chance.pick(&departments).copied().unwrap_or("sales");
                act("triage", json!({ "category": "other", "department": department }), "routed by hand")
            }
            "clarify" => Some(by_book::clarify()),
            "verify" => {
                let stands = chance.percent(75);
                let finding =
                    if stands { "经核实，情况属实。" } else { "经核实，与事实不符。" };
                let name = if stands { "substantiated" } else { "unsubstantiated" };
                act("verify", json!({ "substantiated": stands, "finding": finding }), name)
            }
            "propose" => {
                let Some(case) = self.case(item).await? else { return Ok(None) };
                propose(chance, by_book::stands(&case))
            }
            "execute" => act(
                "execute",
                json!({ "account": "已上门处理并致歉。", "remedies": [{ "remedy": "apology" }] }),
                "executed",
            ),
            "correct.plan" | "correct.done" | "correct.verify" => self.correct(item, chance).await?,
            "decide" => self.approve(item).await?,
            "review" | "audit" | "meet" | "account" => self.judge(item).await?,
            "contact" => self.contact(item).await?,
            "reply" => {
                let channel = chance.pick(&["phone", "email", "sms"]).copied().unwrap_or("phone");
                act("reply", json!({ "channel": channel }), "told")
            }
            "callback" => callback(chance, tries),
            "archive" => self.file(item).await?,
            other => {
                self.tally.lock().await.refused.entry(format!("unknown task {other}")).or_default().0 += 1;
                None
            }
        })
    }

    /// The open round of the visit, as the case shows it.
    async fn round_of(&self, item: &WorkItem) -> anyhow::Result<Option<Round>> {
        Ok(self.case(item).await?.and_then(|case| Round::of(&case, item)))
    }

    /// The case as it is shown to them.
    async fn case(&self, item: &WorkItem) -> anyhow::Result<Option<Value>> {
        match self.caller.get(&format!("/complaints/{}", item.complaint)).await? {
            Said::Done(case) => Ok(Some(case)),
            Said::Refused { .. } => Ok(None),
        }
    }

    /// Plans measures, carries one out or verifies that they worked, as the case shows them.
    async fn correct(&self, item: &WorkItem, chance: &mut Chance) -> anyhow::Result<Option<Act>> {
        let said = self.caller.get(&format!("/complaints/{}", item.complaint)).await?;
        let Said::Done(case) = said else { return Ok(None) };
        Ok(corrected(&case, item, SystemClock.now(), chance))
    }

    /// Files the case with a summary and every point of it that the playbook asks for.
    async fn file(&self, item: &WorkItem) -> anyhow::Result<Option<Act>> {
        let said = self.caller.get(&format!("/complaints/{}", item.complaint)).await?;
        let Said::Done(case) = said else { return Ok(None) };
        let stages = case["case"]["graph"].as_array().into_iter().flatten();
        let own = stages.filter(|stage| stage["stage"] == json!(item.stage));
        let points = own.filter_map(|stage| stage["summary"].as_array()).flatten();
        let points: Vec<_> =
            points.map(|point| json!({ "point": point["key"], "text": "已总结。" })).collect();
        let body = json!({ "summary": "已办结。", "points": points });
        Ok(Some(Act { path: "archive", body, name: "archived".to_owned() }))
    }

    /// Contacts the customer, after the preparation that the playbook asks for.
    async fn contact(&self, item: &WorkItem) -> anyhow::Result<Option<Act>> {
        let said = self.caller.get(&format!("/complaints/{}", item.complaint)).await?;
        let Said::Done(case) = said else { return Ok(None) };
        let mut visits = case["notification"]["visits"].as_array().into_iter().flatten();
        let own = visits.find(|visit| visit["visit"] == json!(item.visit));
        let points = own.filter(|visit| visit["prepared"].as_array().is_none_or(Vec::is_empty));
        let points = points.and_then(|visit| visit["guide"]["prepare"].as_array()).into_iter().flatten();
        let points: Vec<_> =
            points.map(|point| json!({ "point": point["key"], "text": "已准备。" })).collect();
        let (path, body, name) = if points.is_empty() {
            let body = json!({ "reached": true, "channel": "phone", "note": "已联系客户" });
            ("contact", body, "contacted")
        } else {
            ("contact/prepare", json!({ "points": points }), "prepared")
        };
        Ok(Some(Act { path, body, name: name.to_owned() }))
    }

    async fn approve(&self, item: &WorkItem) -> anyhow::Result<Option<Act>> {
        let Some(Round { id: round, .. }) = self.round_of(item).await? else { return Ok(None) };
        let mut chance = Chance::at_round(self.seed, round);
        Ok(Some(if chance.percent(15) {
            let body = json!({ "round": round, "decision": "refuse", "reason": "补偿过高，请重新拟定。" });
            Act { path: "decide", body, name: "refused".into() }
        } else {
            Act {
                path: "decide",
                body: json!({ "round": round, "decision": "approve" }),
                name: "approved".into(),
            }
        }))
    }

    /// What needs authority and is no decision: reviews, audits, meetings, accountability.
    async fn judge(&self, item: &WorkItem) -> anyhow::Result<Option<Act>> {
        let Some(round) = self.round_of(item).await? else { return Ok(None) };
        let mut chance = Chance::at_round(self.seed, round.id);
        Ok(judged(&item.task, &round, &mut chance))
    }

    async fn count(&self, item: &WorkItem, name: &str, said: &Said) {
        self.note(&item.task, name, said).await;
    }

    async fn note(&self, task: &str, name: &str, said: &Said) {
        let mut tally = self.tally.lock().await;
        match said {
            Said::Done(_) => *tally.done.entry(format!("{task}: {name}")).or_default() += 1,
            Said::Refused { code, detail } if overtaken(code, detail) => tally.overtaken += 1,
            Said::Refused { code, detail } => {
                let entry = tally.refused.entry(format!("{task}: {code}")).or_default();
                entry.0 += 1;
                entry.1.clone_from(detail);
            }
        }
    }
}

/// Refusals that come when two people, or a person and a clock, act on the same thing; or one person twice, because
/// their list has not learnt yet what they have done. A fact that the case shows may not have reached the service of
/// the stage yet.
fn overtaken(code: &str, detail: &str) -> bool {
    let not_heard_yet = code == ProblemCode::MissingField.as_str() && detail.contains("(/facts/");
    let late = [
        ProblemCode::VisitLeft,
        ProblemCode::StaleEpoch,
        ProblemCode::NotTheHolder,
        ProblemCode::WrongStage,
        ProblemCode::NotFound,
        ProblemCode::NotAllowed,
        ProblemCode::AlreadyExists,
    ];
    not_heard_yet || late.iter().any(|expected| expected.as_str() == code)
}

fn propose(chance: &mut Chance, stands: bool) -> Option<Act> {
    let reason = "面料批次问题，按规定处理。";
    let liable = chance.pick(&["company", "supplier", "customer"]).copied().unwrap_or("company");
    let (remedies, name) = if !stands || chance.percent(10) {
        (json!([]), "no measure")
    } else {
        (json!([{ "remedy": "apology" }, { "remedy": "refund", "amount": chance.fen(300_000) }]), "proposed")
    };
    let body = json!({ "remedies": remedies, "liable": liable, "reason": reason });
    Some(Act { path: "propose", body, name: name.to_owned() })
}

fn callback(chance: &mut Chance, tries: u32) -> Option<Act> {
    if tries == 1 && chance.percent(20) {
        let body = json!({ "reached": false });
        return Some(Act { path: "callback", body, name: "not reached".to_owned() });
    }
    let satisfied = !chance.percent(15);
    let word = if satisfied { "satisfied" } else { "dissatisfied" };
    let opinion = if satisfied { "客户表示满意" } else { "客户认为处理太慢" };
    let body = json!({ "reached": true, "satisfaction": word, "opinion": opinion });
    Some(Act { path: "callback", body, name: word.to_owned() })
}
