//! Where a case goes: the only code that walks the playbook's graph.

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::case_closed::CaseClosed;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::{
    DepartmentId, FactValue, Facts, OutcomeKey, Problem, ProblemCode, StageKey, StageKind, VisitId,
};
use playbook::{
    CaseEvent, Clock, ClockScope, DepartmentRef, Env, Join, LoopKey, Need, Next, Stage, StageBrief, Trigger,
};
use serde_json::{Value, json};

use crate::barring;
use crate::clocks::{is_true, since};
use crate::draft::{Draft, env_of, evaluation};
use crate::own::own_works;
use crate::state::{CaseClock, Done, Main, Visit, word};

/// More stages than this entered by one input is a ring of automatic stages: the case is held there instead.
const MOST_MOVES: u32 = 64;

/// How a stage is entered.
struct Entry<'a> {
    stage: &'a Stage,
    place: Place,
    via: Option<LoopKey>,
    instance: u32,
    level: u32,
}

impl Draft<'_> {
    /// Looks for the way on, if the case is between two stages: enters the next one, closes the case, or leaves it
    /// where it is. Called after whatever might open a way.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn advance(&mut self) -> Result<(), Problem> {
        let Main::Between { after, .. } = &self.case.main else { return Ok(()) };
        let book = Arc::clone(&self.book);
        let after = match after {
            Some(stage) => stage.clone(),
            None => book.entry().ok_or_else(|| evaluation("the playbook has no entry"))?.key.clone(),
        };
        let next = if self.entered < MOST_MOVES { book.next(&after, &self.env()).ok() } else { None };
        match next {
            Some(Next::To { stage, via, .. }) => {
                let stage = book.stage(&stage).map_err(evaluation)?;
                if stage.join.as_ref().is_none_or(|join| self.is_joined(join)) {
                    self.enter_main(stage, via)?;
                }
            }
            Some(Next::End) => {
                let by = self.case.results.last().map_or(Actor::System, |done| done.by.clone());
                self.close(by)?;
            }
            None => {
                if let Main::Between { held: false, .. } = self.case.main {
                    self.tell_no_way_on();
                }
            }
        }
        Ok(())
    }

    /// Whether enough of the sides have ended. One that was not begun in this instance is not waited for.
    fn is_joined(&self, join: &Join) -> bool {
        let open = self.case.visits.values().filter(|visit| join.sides.contains(&visit.stage)).count();
        let ended = |done: &&Done| {
            done.place == Place::Side
                && done.instance == self.case.instance
                && join.sides.contains(&done.stage)
        };
        let ended = self.case.results.iter().filter(ended).count();
        let need = match join.need {
            Need::All => open + ended,
            Need::Any => 1,
            Need::AtLeast(need) => need as usize,
        };
        ended >= need.min(open + ended)
    }

    fn enter_main(&mut self, stage: &Stage, via: Option<LoopKey>) -> Result<(), Problem> {
        let turn = via.as_ref().and_then(|key| self.book.turn(key)).cloned();
        let anew = turn.as_ref().is_some_and(|turn| turn.new_form == playbook::NewForm::New);
        let instance = self.case.instance + u32::from(anew);
        let up = turn.as_ref().map_or(0, |turn| turn.level_up);
        let raised = (self.level() + up).min(self.book.highest_level()).max(self.level());
        let level = raised.max(self.book.level(&self.env()).map_err(evaluation)?);
        if anew {
            self.withdraw_sides("new_instance")?;
        }
        self.enter(Entry { stage, place: Place::Main, via, instance, level }, anew)
    }

    /// Begins the sides that something triggers, unless they are open.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn begin_sides(&mut self, trigger: &Trigger) -> Result<(), Problem> {
        let book = Arc::clone(&self.book);
        if self.case.is_closed() {
            return Ok(());
        }
        for stage in book.sides_started_by(trigger, &self.env()).map_err(evaluation)? {
            if self.case.visits.values().any(|visit| visit.stage == stage.key) || self.entered >= MOST_MOVES {
                continue;
            }
            let (instance, level) = (self.case.instance, self.level());
            self.enter(Entry { stage, place: Place::Side, via: None, instance, level }, false)?;
        }
        Ok(())
    }

    fn enter(&mut self, entry: Entry<'_>, anew: bool) -> Result<(), Problem> {
        self.entered += 1;
        let Entry { stage, place, via, instance, level } = entry;
        let env = self.env_after(&stage.key, via.as_ref(), (instance, level));
        let brief = self.book.brief(&stage.key, &env).map_err(evaluation)?;
        let visit = VisitId(self.context.next_id());
        let barred = barring::barred(&self.case, instance, &self.book, self.directory(), stage.kind);
        self.say(StageEntered {
            visit,
            epoch: 1,
            stage: stage.key.clone(),
            kind: stage.kind,
            place,
            instance,
            via: via.map(|key| key.to_string()),
            level,
            playbook: self.case.playbook.clone(),
            brief: serde_json::to_value(&brief).map_err(evaluation)?,
            number: self.case.number.clone(),
            complainant: self.case.origin.complainant,
            language: self.case.origin.language,
            department: self.department_of_stage(stage),
            facts: self.case.facts.clone(),
            results: latest(&self.case.results),
            barred,
        });
        let at = self.at;
        if anew {
            self.stop_where(|clock, model| is_of_earlier_instance(clock, model, instance))?;
            self.begin_instance(visit)?;
        }
        self.trigger(&Trigger::Entered(stage.key.clone()), at, Some(visit))?;
        self.begin_own(visit, &brief)
    }

    /// What rules see of the case as it will be once the stage is entered.
    fn env_after(&self, stage: &StageKey, via: Option<&LoopKey>, (instance, level): (u32, u32)) -> Env {
        let mut env = env_of(&self.case, &self.book);
        if instance > self.case.instance {
            env.visits.clear();
        }
        *env.visits.entry(stage.clone()).or_default() += 1;
        if let Some(turn) = via {
            *env.loops.entry(turn.clone()).or_default() += 1;
        }
        (env.case.instance, env.level) = (instance, level);
        env
    }

    /// A new instance: clocks of instance scope that wait for receipt or registration begin afresh with it.
    fn begin_instance(&mut self, visit: VisitId) -> Result<(), Problem> {
        let at = self.at;
        self.trigger(&Trigger::Event(CaseEvent::Reopened), at, Some(visit))?;
        let book = Arc::clone(&self.book);
        for clock in &book.playbook().clocks {
            let first = [CaseEvent::Received, CaseEvent::Registered].map(Trigger::Event);
            let afresh =
                clock.scope == ClockScope::Instance && clock.start.iter().any(|on| first.contains(on));
            let runs = self.case.clocks.values().any(|own| own.key == clock.key && own.is_running());
            if afresh && !runs {
                self.start(clock, at, Some(visit))?;
            }
        }
        Ok(())
    }

    /// Begins what routing itself serves; every other kind is begun by the service that hears of the visit.
    fn begin_own(&mut self, id: VisitId, brief: &StageBrief) -> Result<(), Problem> {
        match brief.kind {
            StageKind::Triage => self.begin_triage(id, brief),
            StageKind::Wait => self.look_at_wait(id),
            StageKind::Archive => self.begin_archive(id, brief),
            StageKind::Register
            | StageKind::Clarify
            | StageKind::Verify
            | StageKind::Investigate
            | StageKind::Propose
            | StageKind::Execute
            | StageKind::Inspect
            | StageKind::Correct
            | StageKind::Approve
            | StageKind::Review
            | StageKind::Meet
            | StageKind::Audit
            | StageKind::Account
            | StageKind::Contact
            | StageKind::Reply
            | StageKind::Callback => Ok(()),
        }
    }

    /// Completes a visit that routing itself serves.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn complete(
        &mut self,
        id: VisitId,
        outcome: &str,
        facts: Facts,
        results: Value,
        by: Actor,
    ) -> Result<(), Problem> {
        let Some(visit) = self.case.visits.get(&id).cloned() else { return Ok(()) };
        let outcome = word(outcome);
        let epoch = visit.epoch;
        let own = own_works(&self.case, id);
        self.say(StageCompleted { visit: id, epoch, outcome, facts: facts.clone(), results, by });
        self.withdraw(own, id, "done");
        self.after_visit(id, &visit, &facts)
    }

    /// What follows the end of a visit: its facts, the clocks that ended with it, the way on.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn after_visit(&mut self, id: VisitId, visit: &Visit, facts: &Facts) -> Result<(), Problem> {
        self.learnt(facts, Some(id))?;
        self.left(id, visit)?;
        self.advance()
    }

    fn left(&mut self, id: VisitId, visit: &Visit) -> Result<(), Problem> {
        let at = self.at;
        self.trigger(&Trigger::Left(visit.stage.clone()), at, Some(id))?;
        self.stop_where(|clock, _| clock.visit == Some(id))
    }

    /// What follows from facts that became true.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn learnt(&mut self, facts: &Facts, visit: Option<VisitId>) -> Result<(), Problem> {
        if self.case.is_closed() {
            return Ok(());
        }
        self.move_clocks(facts)?;
        let at = self.at;
        let visit = visit.or(self.case.main_visit().map(|(id, _)| id));
        for (key, value) in facts.iter().filter(|(_, value)| is_true(value)) {
            self.trigger(&Trigger::Fact(key.clone()), since(key, value, at), visit)?;
            self.fire_on_fact(key)?;
        }
        let waits = self.case.visits.iter().filter(|(_, visit)| visit.kind == StageKind::Wait);
        let waits: Vec<_> = waits.map(|(id, _)| *id).collect();
        waits.into_iter().try_for_each(|id| self.look_at_wait(id))
    }

    /// A `wait` ends once every fact that it requires is on record and true.
    fn look_at_wait(&mut self, id: VisitId) -> Result<(), Problem> {
        let Some(visit) = self.case.visits.get(&id) else { return Ok(()) };
        let stage = self.book.stage(&visit.stage).map_err(evaluation)?;
        let wanted = &stage.requires.facts;
        let happened = wanted.iter().all(|key| self.case.facts.get(key).is_some_and(is_true));
        let automatic = self.book.is_automatic(stage, &self.env()).map_err(evaluation)?;
        if automatic || (happened && !wanted.is_empty()) {
            return self.complete(id, "happened", Facts::new(), Value::Null, Actor::System);
        }
        Ok(())
    }

    fn withdraw_sides(&mut self, reason: &str) -> Result<(), Problem> {
        let sides = self.case.visits.iter().filter(|(_, visit)| visit.place == Place::Side);
        let sides: Vec<_> = sides.map(|(id, visit)| (*id, visit.clone())).collect();
        for (id, visit) in sides {
            let own = own_works(&self.case, id);
            self.say(StageWithdrawn { visit: id, reason: reason.to_owned() });
            self.withdraw(own, id, "stage_withdrawn");
            self.left(id, &visit)?;
        }
        Ok(())
    }

    /// Closes the case: open sides are withdrawn, all clocks stop, nothing fires any more.
    ///
    /// # Errors
    /// When a calendar cannot be read.
    pub fn close(&mut self, by: Actor) -> Result<(), Problem> {
        self.withdraw_sides("case_closed")?;
        let at = self.at;
        self.trigger(&Trigger::Event(CaseEvent::Closed), at, None)?;
        self.stop_where(|_, _| true)?;
        let main = |done: &&Done| done.place == Place::Main && done.kind != StageKind::Archive;
        let last = self.case.results.iter().rev().find(main).map(|done| done.outcome.clone());
        let outcome = last.unwrap_or_else(|| self.outcome_of_registration());
        let (instances, level, summary) = (self.case.instance, self.level(), self.summary.take());
        self.say(CaseClosed { outcome, instances, level, summary, by });
        Ok(())
    }

    fn outcome_of_registration(&self) -> OutcomeKey {
        let settled = self.case.facts.get(&key::settled_on_the_spot()).and_then(FactValue::as_bool);
        word(if settled == Some(true) { "settled" } else { "registered" })
    }

    /// The department that a playbook speaks of.
    #[must_use]
    pub fn department(&self, reference: &DepartmentRef) -> DepartmentId {
        match reference {
            DepartmentRef::Named(id) => id.clone(),
            DepartmentRef::Responsible => self.responsible(),
            DepartmentRef::ComplainedOf => {
                self.case.department_fact(&key::complained_of()).unwrap_or_else(|| self.responsible())
            }
            DepartmentRef::Receiving => self.receiving(),
        }
    }

    /// The department that must answer: named by triage, else that of the category, else the receiving one.
    #[must_use]
    pub fn responsible(&self) -> DepartmentId {
        let of_category =
            || self.case.category().and_then(|category| self.book.department_for(&category).cloned());
        self.case
            .department_fact(&key::responsible())
            .or_else(of_category)
            .unwrap_or_else(|| self.receiving())
    }

    /// The department that took the complaint in: that of whoever registered it, else the unit, else that of the
    /// playbook's entry, else the first that the playbook names.
    fn receiving(&self) -> DepartmentId {
        let origin = &self.case.origin;
        let receiver = origin.registered_by.person().and_then(|id| self.directory().people.get(id));
        let owner =
            self.book.entry().and_then(|stage| stage.owner.as_ref()).and_then(|who| self.book.holder(who));
        let named = owner.and_then(|holder| match holder.department {
            DepartmentRef::Named(id) => Some(id),
            DepartmentRef::Responsible | DepartmentRef::ComplainedOf | DepartmentRef::Receiving => None,
        });
        let departments = &self.book.playbook().departments;
        receiver
            .map(|person| person.department.clone())
            .or_else(|| origin.unit.clone())
            .or(named)
            .or_else(|| departments.keys().next().cloned())
            .expect("a checked playbook names a department")
    }

    fn department_of_stage(&self, stage: &Stage) -> DepartmentId {
        let holder = stage.owner.as_ref().and_then(|who| self.book.holder(who));
        holder.map_or_else(|| self.responsible(), |holder| self.department(&holder.department))
    }

    /// Refuses an act on a visit that has ended or was reassigned.
    ///
    /// # Errors
    /// `visit-left` or `stale-epoch`.
    pub fn current(&self, id: VisitId, epoch: u32) -> Result<Visit, Problem> {
        let Some(visit) = self.case.visits.get(&id) else {
            return Err(Problem::new(ProblemCode::VisitLeft, "that visit has ended")
                .at("/visit")
                .expected("a visit that is still open"));
        };
        if visit.epoch != epoch {
            let problem =
                Problem::new(ProblemCode::StaleEpoch, "the visit was reassigned since").at("/epoch");
            return Err(problem.expected(visit.epoch.to_string()));
        }
        Ok(visit.clone())
    }
}

/// What each stage ended with last, oldest first: what the next stage has to know, and no more with every loop.
fn latest(results: &[Done]) -> Vec<StageResult> {
    let mut seen = BTreeSet::new();
    let newest = results.iter().rev().filter(|done| seen.insert(&done.stage));
    let mut kept: Vec<_> = newest.map(Done::as_result).collect();
    kept.reverse();
    kept
}

fn is_of_earlier_instance(clock: &CaseClock, model: &Clock, instance: u32) -> bool {
    model.scope == ClockScope::Instance && clock.instance < instance
}

/// What triage decided, as it stands in the results.
#[must_use]
pub(crate) fn triage_results(level: u32) -> Value {
    json!({ "level": level })
}
