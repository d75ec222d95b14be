//! Where a case goes: the only code that walks the playbook's graph.

mod departments;
mod instances;
mod marks;
mod report;
mod sides;
pub(crate) mod teams;

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::commands::Actor;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::{Facts, Problem, ProblemCode, StageKey, StageKind, VisitId};
use jiff::SignedDuration;
use playbook::{Env, LoopKey, Next, Slice, Stage, StageBrief, Trigger};
use serde_json::{Value, json};

use self::instances::is_of_earlier_instance;
use crate::barring;
use crate::clocks::{is_true, since};
use crate::draft::{Draft, env_of, evaluation};
use crate::ladder::Said;
use crate::own::own_works;
use crate::state::{Done, Main, Visit, word};

/// More stages than this entered by one input, or ended one after the other at which nobody had anything to do, is a ring
/// of automatic stages: the case is held there instead.
const MOST_MOVES: u32 = 64;
/// What takes no longer than this and ends without a person has ended by itself.
const MOMENT: SignedDuration = SignedDuration::from_mins(1);

/// How a stage is entered.
struct Entry<'a> {
    stage: &'a Stage,
    place: Place,
    via: Option<LoopKey>,
    /// What began it, of a side.
    because: Option<Trigger>,
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
        // What became known since the last stage was entered may have raised the level; the way on depends on it.
        let mut env = self.env();
        self.found_level = book.level(&env).map_err(evaluation)?.max(self.found_level);
        env.level = self.level();
        let rings = self.entered >= MOST_MOVES || self.goes_round_alone();
        let next = if rings { None } else { book.next(&after, &env).ok() };
        match next {
            Some(Next::To { stage, via, .. }) => {
                let stage = book.stage(&stage).map_err(evaluation)?;
                if self.is_open_to_enter(stage)? {
                    self.enter_main(stage, via)?;
                }
            }
            Some(Next::End) => {
                let by = self.case.results.last().map_or(Actor::System, |done| done.by.clone());
                self.close(by)?;
            }
            None => {
                if let Main::Between { held: false, .. } = self.case.main {
                    self.tell_no_way_on()?;
                }
            }
        }
        Ok(())
    }

    /// Whether the case goes round through stages of other services at which nobody has anything to do, and would for
    /// ever: a callback that nobody makes and that leads back to itself. Once it is held, what becomes known moves it by
    /// one stage at a time.
    fn goes_round_alone(&self) -> bool {
        let alone = |done: &&Done| {
            matches!(done.by, Actor::System) && done.ended_at.duration_since(done.entered_at) <= MOMENT
        };
        let line = self.case.results.iter().rev().filter(|done| done.place == Place::Main);
        let is_held = matches!(self.case.main, Main::Between { held: true, .. });
        !is_held && line.take_while(alone).count() >= MOST_MOVES as usize
    }

    /// Whether the main line may go on to a stage: the sides that it waits for have ended, and a callback does not
    /// wait for what is still being dealt with.
    fn is_open_to_enter(&self, stage: &Stage) -> Result<bool, Problem> {
        let joined = stage.join.as_ref().is_none_or(|join| self.is_joined(join));
        Ok(joined && !self.book.callback_waits(stage, &self.env()).map_err(evaluation)?)
    }

    fn enter_main(&mut self, stage: &Stage, via: Option<LoopKey>) -> Result<(), Problem> {
        let turn = via.as_ref().and_then(|key| self.book.turn(key)).cloned();
        let anew = turn.as_ref().is_some_and(|turn| turn.new_form == playbook::NewForm::New);
        let instance = self.case.instance + u32::from(anew);
        if anew {
            self.withdraw_sides_of_handling()?;
            // Before the handling begins: whoever hears of its first stage hears with it what holds in it.
            self.report_lapses()?;
        }
        let up = turn.as_ref().map_or(0, |turn| turn.level_up);
        let raised = (self.level() + up).min(self.book.highest_level()).max(self.level());
        let level = raised.max(self.book.level(&self.env()).map_err(evaluation)?);
        self.enter(Entry { stage, place: Place::Main, via, because: None, instance, level }, anew)
    }

    fn enter(&mut self, entry: Entry<'_>, anew: bool) -> Result<(), Problem> {
        self.entered += 1;
        let Entry { stage, place, via, because, instance, level } = entry;
        if anew {
            self.open_new_forms();
        }
        let env = self.env_after(&stage.key, via.as_ref(), (instance, level));
        let mut brief = self.book.brief(&stage.key, &env).map_err(evaluation)?;
        self.name_acceptor(&mut brief);
        name_cause(&mut brief, because);
        self.name_report(&mut brief, stage, (place, instance))?;
        self.place_verifier(&mut brief);
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
            heard: self.case.heard.clone(),
        });
        let at = self.at;
        if anew {
            self.stop_where(|clock, model| is_of_earlier_instance(clock, model, instance))?;
            self.begin_instance(visit)?;
            self.look_at_forms(Some(visit))?;
        }
        if stage.kind == StageKind::Correct {
            self.report_begins(visit)?;
        }
        self.trigger(&Trigger::Entered(stage.key.clone()), at, Some(visit))?;
        self.mark(Some(visit))?;
        self.call_teams()?;
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
        self.after_visit(id, &visit, (&facts, &Value::Null))
    }

    /// What follows the end of a visit: its facts, the clocks that ended with it, accountability that it left open, the
    /// way on.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn after_visit(
        &mut self,
        id: VisitId,
        visit: &Visit,
        (facts, results): (&Facts, &Value),
    ) -> Result<(), Problem> {
        self.learnt_as(Said::AtTheEnd, facts, Some(id))?;
        self.judge_report(id, visit)?;
        self.left(id, visit)?;
        self.account_again(visit, results)?;
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
        self.learnt_as(Said::ByAct, facts, visit)
    }

    fn learnt_as(&mut self, said: Said, facts: &Facts, visit: Option<VisitId>) -> Result<(), Problem> {
        if self.case.is_closed() {
            return Ok(());
        }
        self.move_clocks(facts)?;
        let at = self.at;
        let visit = visit.or(self.case.main_visit().map(|(id, _)| id));
        for (key, value) in facts.iter().filter(|(_, value)| is_true(value)) {
            self.trigger(&Trigger::Fact(key.clone()), since(key, value, at), visit)?;
            self.fire_on_fact(key, (visit, said))?;
        }
        self.report_is_due(facts, visit)?;
        let waits = self.case.visits.iter().filter(|(_, visit)| visit.kind == StageKind::Wait);
        let waits: Vec<_> = waits.map(|(id, _)| *id).collect();
        waits.into_iter().try_for_each(|id| self.look_at_wait(id))?;
        self.mark(visit)?;
        self.call_teams()?;
        self.look_at_forms(visit)
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

/// Tells whoever decides on accountability what began that side.
fn name_cause(brief: &mut StageBrief, because: Option<Trigger>) {
    if let (StageKind::Account, Slice::Approval(slice)) = (brief.kind, &mut brief.slice) {
        slice.because = because;
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

/// What triage decided, as it stands in the results.
#[must_use]
pub(crate) fn triage_results(level: u32) -> Value {
    json!({ "level": level })
}
