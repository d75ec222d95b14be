//! Plays scenarios against a driver: the simulator, or the running stack with its virtual clock. Same file, same
//! verdict.
//!
//! Each scenario has its own organisation, so many can be merged into one forward timeline: that is how they run
//! against the living stack, whose clock only goes forward.

mod handing;
mod prepared;

use std::collections::BTreeMap;
use std::future::Future;

use contracts::commands::intake::{Receipt, RegisterComplaint, complaint_for};
use contracts::commands::routing::{ActivatePlaybook, PublishCalendar, PublishPlaybook, handover_for};
use contracts::commands::{Actor, Answer, Command, Verb};
use contracts::{CommandId, ComplaintId, OrganisationId, PersonId, ServiceName, SubjectRef};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::failure::{Difference, Failure, Wrong};
use super::model::{CaseView, Step, VisitView, show};
use super::orders::{fill_in, local_times, service_of, staff};

pub use prepared::{BadTime, Prepared, TimeProblem};

/// What a scenario is played against.
pub trait Driver {
    /// Gives a service an order at the present time.
    fn order(
        &mut self,
        service: ServiceName,
        command: Command,
    ) -> impl Future<Output = anyhow::Result<Answer>>;
    /// Moves business time to `target`; everything on the way happens.
    fn advance_to(&mut self, target: Timestamp) -> impl Future<Output = anyhow::Result<()>>;
    /// What is known of a case.
    fn view(&mut self, complaint: &SubjectRef) -> impl Future<Output = anyhow::Result<CaseView>>;
    /// When each report was last due, by `<playbook>:<report>`.
    fn reports(
        &mut self,
        organisation: &OrganisationId,
    ) -> impl Future<Output = anyhow::Result<BTreeMap<String, Timestamp>>>;
    /// How many entries of the shift-handover log wait to be acknowledged.
    fn handovers(&mut self, organisation: &OrganisationId) -> impl Future<Output = anyhow::Result<usize>>;
    /// How many messages could not be handled, anywhere.
    fn parked(&mut self, organisation: &OrganisationId) -> impl Future<Output = anyhow::Result<usize>>;
}

/// What came of one scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub name: String,
    /// What did not hold; empty when all did.
    pub failures: Vec<Failure>,
}

/// One scenario being played.
struct Play<'a> {
    prepared: &'a Prepared,
    cases: BTreeMap<String, ComplaintId>,
    /// The latest visit to each stage of each case that anybody saw: one that was withdrawn can still be named.
    seen: BTreeMap<SubjectRef, BTreeMap<String, VisitView>>,
    /// The handover that was written last.
    handover: Option<SubjectRef>,
    orders: u32,
    failures: Vec<Failure>,
}

/// Plays `all` in one forward timeline. An organisation is set up when its scenario begins, so that a verdict is the same
/// whatever is played beside it.
///
/// # Errors
/// What stops the driver itself; a scenario that does not hold is a verdict, not an error.
pub async fn play<D: Driver>(all: &[Prepared], driver: &mut D) -> anyhow::Result<Vec<Verdict>> {
    let mut plays: Vec<Play<'_>> = all.iter().map(Play::new).collect();
    for (time, round) in rounds(all) {
        driver.advance_to(time).await?;
        let beginning: Vec<_> = round.iter().filter(|(_, step)| *step == 0).map(|(at, _)| *at).collect();
        for &at in &beginning {
            plays[at].set_up(driver).await?;
        }
        if !beginning.is_empty() {
            driver.advance_to(time).await?; // everybody has heard of it before anybody acts
        }
        for &(at, step) in &round {
            plays[at].act_in(driver, step).await?;
        }
        driver.advance_to(time).await?; // what was said settles before anything is expected
        for &(at, step) in &round {
            plays[at].expect_in(driver, step).await?;
        }
    }
    Ok(plays
        .into_iter()
        .map(|play| Verdict { name: play.prepared.name.clone(), failures: play.failures })
        .collect())
}

/// The steps of all scenarios in rounds: what happens at one time, each scenario with one step of its own. Scenarios
/// share nothing, so those of a round need not wait for each other.
fn rounds(all: &[Prepared]) -> Vec<(Timestamp, Vec<(usize, usize)>)> {
    let mut rounds: BTreeMap<(Timestamp, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (at, prepared) in all.iter().enumerate() {
        let (mut before, mut nth) = (None, 0);
        for (step, time) in prepared.times.iter().enumerate() {
            nth = if before == Some(*time) { nth + 1 } else { 0 };
            before = Some(*time);
            rounds.entry((*time, nth)).or_default().push((at, step));
        }
    }
    rounds.into_iter().map(|((time, _), steps)| (time, steps)).collect()
}

impl<'a> Play<'a> {
    fn new(prepared: &'a Prepared) -> Self {
        let (cases, seen) = (BTreeMap::new(), BTreeMap::new());
        Self { prepared, cases, seen, handover: None, orders: 0, failures: Vec::new() }
    }

    fn zone(&self) -> &TimeZone {
        self.prepared.calendar.zone()
    }

    fn command<V: Verb>(&mut self, subject: SubjectRef, actor: Actor, body: &V) -> anyhow::Result<Command> {
        Ok(self.raw(subject, actor, V::VERB, serde_json::to_value(body)?))
    }

    fn raw(&mut self, subject: SubjectRef, actor: Actor, verb: &str, body: Value) -> Command {
        let id = self.next_key();
        self.orders += 1;
        Command { id, subject, verb: verb.to_owned(), actor, expected_version: None, traceparent: None, body }
    }

    /// The key of the next order.
    fn next_key(&self) -> CommandId {
        CommandId::new(format!("{}-{}", self.prepared.organisation, self.orders + 1))
            .expect("an organisation's key and a number are visible ASCII and short")
    }

    async fn set_up<D: Driver>(&mut self, driver: &mut D) -> anyhow::Result<()> {
        let prepared = self.prepared;
        let organisation = &prepared.organisation;
        let whole = SubjectRef::organisation(organisation);
        let document = serde_json::to_value(&prepared.calendar)?;
        let orders = [
            self.command(whole.clone(), Actor::System, &PublishCalendar { document })?,
            self.command(SubjectRef::directory(organisation), Actor::System, &prepared.directory)?,
            self.command(
                SubjectRef::playbook(organisation, &prepared.reference.id),
                Actor::System,
                &PublishPlaybook { text: prepared.playbook.clone(), scenarios: None },
            )?,
            self.command(
                whole,
                Actor::System,
                &ActivatePlaybook {
                    playbook: prepared.reference.clone(),
                    scope: Default::default(),
                    effective_from: None,
                },
            )?,
        ];
        for command in orders {
            let verb = command.verb.clone();
            if let Answer::Refused { problem } = driver.order(ServiceName::Routing, command).await? {
                let what = Wrong::SettingUp(verb, Box::new(problem));
                self.failures.push(Failure { step: None, time: None, what });
            }
        }
        Ok(())
    }

    /// Notes what did not hold in a step.
    fn failed(&mut self, step: usize, what: Wrong) {
        let time = Some(show(self.prepared.times[step], self.zone()));
        self.failures.push(Failure { step: Some(step), time, what });
    }

    /// What is done in the step.
    async fn act_in<D: Driver>(&mut self, driver: &mut D, at: usize) -> anyhow::Result<()> {
        let step = &self.prepared.scenario.steps[at];
        if let Some(complaint) = &step.complaint {
            self.register(driver, at, step, complaint.clone()).await?;
        }
        if let Some(verb) = &step.act {
            self.act(driver, at, step, verb).await?;
        }
        Ok(())
    }

    /// What is then expected.
    async fn expect_in<D: Driver>(&mut self, driver: &mut D, at: usize) -> anyhow::Result<()> {
        let (step, organisation) = (&self.prepared.scenario.steps[at], &self.prepared.organisation);
        let Some(expect) = &step.expect else { return Ok(()) };
        let Some(subject) = self.case(step) else {
            self.failed(at, Wrong::NoCase);
            return Ok(());
        };
        let view = self.look(driver, &subject).await?;
        let names = self.cases.iter().map(|(name, id)| (name.clone(), id.to_string())).collect();
        for difference in expect.differences(&view, self.zone(), &names) {
            self.failed(at, Wrong::Differs(difference));
        }
        let mut counted = |what: &'static str, expected: usize, found: usize| {
            if found != expected {
                let (expected, found) = (expected.to_string(), found.to_string());
                self.failed(at, Wrong::Differs(Difference { what, of: None, expected, found }));
            }
        };
        if let Some(expected) = expect.handovers {
            counted("handovers", expected, driver.handovers(organisation).await?);
        }
        if let Some(expected) = expect.parked {
            counted("parked", expected, driver.parked(organisation).await?);
        }
        Ok(())
    }

    async fn register<D: Driver>(
        &mut self,
        driver: &mut D,
        at: usize,
        step: &Step,
        mut body: Value,
    ) -> anyhow::Result<()> {
        if let Some(object) = body.as_object_mut() {
            local_times(object.values_mut(), self.zone())?;
            object.entry("complainant").or_insert_with(|| json!({ "name": "王芳", "phone": "13800000001" }));
            object.entry("playbook").or_insert_with(|| json!(self.prepared.reference.id));
        }
        let organisation = self.prepared.organisation.clone();
        let actor = self.actor(step);
        let command =
            self.raw(SubjectRef::organisation(&organisation), actor, <RegisterComplaint as Verb>::VERB, body);
        let complaint = complaint_for(&organisation, &command.id);
        let command = Command { subject: SubjectRef::complaint(&organisation, complaint), ..command };
        let answer = driver.order(ServiceName::Intake, command).await?;
        if let Answer::Done { body, .. } = &answer {
            let receipt: Receipt = serde_json::from_value(body.clone())?;
            let name = step.case.clone().unwrap_or_else(|| "case".into());
            self.cases.insert(name, receipt.complaint);
        }
        self.judge(at, step, &answer);
        Ok(())
    }

    async fn act<D: Driver>(
        &mut self,
        driver: &mut D,
        at: usize,
        step: &Step,
        verb: &str,
    ) -> anyhow::Result<()> {
        let Some(service) = service_of(verb) else {
            self.failed(at, Wrong::NoVerb(verb.to_owned()));
            return Ok(());
        };
        let organisation = self.prepared.organisation.clone();
        let subject = match verb {
            "handover.write" => {
                Some(SubjectRef::handover(&organisation, handover_for(&organisation, &self.next_key())))
            }
            "handover.acknowledge" => self.handover.clone(),
            "absence.put" | "directory.put" | "directory.import" => {
                Some(SubjectRef::directory(&organisation))
            }
            "playbook.activate"
            | "activation.withdraw"
            | "playbook.apply"
            | "calendar.publish"
            | "calendar.apply" => Some(SubjectRef::organisation(&organisation)),
            "playbook.publish" => Some(SubjectRef::playbook(&organisation, &self.prepared.reference.id)),
            _ => self.case(step),
        };
        let Some(subject) = subject else {
            self.failed(at, Wrong::NoCase);
            return Ok(());
        };
        let mut body = serde_json::Map::from_iter(step.with.clone());
        local_times(body.values_mut(), self.zone())?;
        if subject.complaint_id().is_some() {
            fill_in(&mut body, verb, &self.look(driver, &subject).await?);
        }
        if verb == "handover.write" {
            self.name_items(driver, &mut body).await?;
        }
        let actor = self.actor(step);
        let command = self.raw(subject.clone(), actor, verb, Value::Object(body));
        let answer = driver.order(service, command).await?;
        if verb == "handover.write" && matches!(answer, Answer::Done { .. }) {
            self.handover = Some(subject);
        }
        self.judge(at, step, &answer);
        Ok(())
    }

    async fn look<D: Driver>(&mut self, driver: &mut D, subject: &SubjectRef) -> anyhow::Result<CaseView> {
        let mut view = driver.view(subject).await?;
        let made = driver.reports(&self.prepared.organisation).await?;
        let key = |key: String| key.rsplit(':').next().unwrap_or_default().to_owned();
        view.reports.extend(made.into_iter().map(|(name, at)| (key(name), at)));
        let seen = self.seen.entry(subject.clone()).or_default();
        for (stage, visit) in &*seen {
            let gone = || VisitView { open_side: false, ..visit.clone() };
            view.visits.entry(stage.clone()).or_insert_with(gone);
        }
        seen.clone_from(&view.visits);
        Ok(view)
    }

    fn judge(&mut self, at: usize, step: &Step, answer: &Answer) {
        let wrong = match (answer, step.refused) {
            (Answer::Done { .. }, None) => return,
            (Answer::Done { .. }, Some(code)) => Wrong::Done(code),
            (Answer::Refused { problem }, Some(code)) if problem.code == code => {
                if step.field.is_none() || problem.field == step.field {
                    return;
                }
                Wrong::OtherField(step.field.clone(), problem.field.clone())
            }
            (Answer::Refused { problem }, Some(code)) => {
                Wrong::RefusedOtherwise(code, Box::new(problem.clone()))
            }
            (Answer::Refused { problem }, None) => Wrong::Refused(Box::new(problem.clone())),
        };
        self.failed(at, wrong);
    }

    fn case(&self, step: &Step) -> Option<SubjectRef> {
        let name = step.case.as_deref().unwrap_or("case");
        self.cases.get(name).map(|id| SubjectRef::complaint(&self.prepared.organisation, *id))
    }

    fn actor(&self, step: &Step) -> Actor {
        match step.by.as_deref() {
            Some("customer") => Actor::Customer,
            Some("feeder") => Actor::Feeder { name: "scenario".into() },
            Some(name) => match PersonId::new(name) {
                Ok(person) => staff(&self.prepared.directory, person),
                Err(_) => Actor::System,
            },
            None => Actor::System,
        }
    }
}
