//! The ladder: rungs at an offset to a clock or on a fact. Whom a rung reaches is found when it fires.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::{Calendar, Limit};
use contracts::messages::case_escalated::{CaseEscalated, EscalationAction, ReportTold};
use contracts::messages::report_due::ReportDue;
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::messages::work_assigned::Because;
use contracts::results::AccountResult;
use contracts::{
    ClockId, ClockKey, FactKey, PersonId, Problem, RoleKey, StageKind, TemplateKey, VisitId, WorkId,
};
use jiff::Timestamp;
use playbook::{Action, CompiledPlaybook, Key, Once, Rung, RungOn, Secondary, Who};
use serde::Deserialize;
use serde_json::Value;

use crate::choosing::{Chosen, Search};
use crate::draft::{Draft, evaluation};
use crate::rulings::Asked;
use crate::state::NO_WAY_ON;

/// The message to whoever gets a report.
const REPORT: &str = "report";

/// What is said instead of a rung when somebody is told of rewards and penalties.
const ACCOUNTED: &str = "accounted";

/// A rung that stands at an offset to a clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// Its key: that of the ladder, or `alert_<n>` for a reminder that the clock itself asks for.
    pub key: String,
    before: Option<Limit>,
    after: Option<Limit>,
}

impl Standing {
    /// When it fires for a clock that is due at `due`; none for an offset that names a date.
    #[must_use]
    pub(crate) fn time(&self, due: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
        match (&self.before, &self.after) {
            (Some(limit), _) => limit.before(due, calendar),
            (None, Some(limit)) => limit.after(due, calendar),
            (None, None) => Some(due),
        }
    }
}

/// The rungs of a clock: its own reminders, then the ladder's.
#[must_use]
pub(crate) fn rungs(book: &CompiledPlaybook, clock: &ClockKey) -> Vec<Standing> {
    let alerts = book.clock(clock).into_iter().flat_map(|clock| clock.alert_before.iter().enumerate());
    let alerts = alerts.map(|(n, before)| Standing {
        key: format!("alert_{}", n + 1),
        before: Some(*before),
        after: None,
    });
    let ladder = book.rungs_of_clock(clock).filter_map(|rung| {
        let RungOn::Clock(offset) = &rung.on else { return None };
        Some(Standing { key: rung.key.to_string(), before: offset.before, after: offset.after })
    });
    alerts.chain(ladder).collect()
}

/// What the actions of a rung come to, and the work that moves by them.
#[derive(Default)]
pub(crate) struct Climb {
    done: Vec<EscalationAction>,
    moves: Vec<(WorkId, Chosen)>,
    asked: Vec<(WorkId, Who)>,
    reports: Vec<ReportDue>,
    level: u32,
    because: Option<Because>,
    /// The visit at which the fact was learnt that a rung fires by at every act.
    learnt_at: Option<VisitId>,
}

/// How a fact was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// By an act, or as something followed from one.
    ByAct,
    /// By the end of a visit, which repeats what its acts said.
    AtTheEnd,
}

/// How a rung that a fact fired is remembered: once a handling, or with the visit of the act.
#[must_use]
pub(crate) fn fired_by_fact(rung: &str, instance: u32, visit: Option<VisitId>) -> String {
    visit.map_or_else(|| format!("{rung}#{instance}"), |visit| format!("{rung}@{visit}"))
}

impl Climb {
    /// What was done without a rung of the playbook.
    pub(crate) fn of(done: Vec<EscalationAction>, level: u32) -> Self {
        Self { done, level, ..Self::default() }
    }

    /// By somebody's hand.
    pub(crate) fn because(self, because: Option<Because>) -> Self {
        Self { because, ..self }
    }
}

impl Draft<'_> {
    /// Fires a rung of a clock, unless it did in this epoch or its condition does not hold.
    ///
    /// # Errors
    /// When its rule gives no answer.
    pub fn fire(&mut self, id: ClockId, rung: &str) -> Result<(), Problem> {
        let Some(clock) = self.case.clocks.get(&id).cloned() else { return Ok(()) };
        let fired = clock.fired.contains(&(rung.to_owned(), clock.epoch));
        if fired || !clock.is_running() || self.case.is_closed() {
            return Ok(());
        }
        let visit = clock.visit.or(self.case.main_visit().map(|(id, _)| id));
        let book = Arc::clone(&self.book);
        let model = book.rungs_of_clock(&clock.key).find(|model| model.key.as_str() == rung);
        let climb = match model {
            Some(model) if !book.rung_holds(model, &self.env()).map_err(evaluation)? => return Ok(()),
            Some(model) => self.climb(model, visit),
            None => self.remind(book.clock(&clock.key).and_then(|clock| clock.owner.as_ref()), visit),
        };
        self.escalate(rung, Some(clock.key), climb)
    }

    /// Fires what a clock that is stopped at `at` left unfired at and after its due time, in order.
    ///
    /// # Errors
    /// As for [`Draft::fire`].
    pub fn fire_overdue(&mut self, id: ClockId, at: Timestamp) -> Result<(), Problem> {
        let Some(clock) = self.case.clocks.get(&id).cloned() else { return Ok(()) };
        let Some(due) = clock.due else { return Ok(()) };
        let calendar = self.calendar(&clock.calendar)?;
        let standing = rungs(&self.book, &clock.key).into_iter();
        let late = standing.filter_map(|rung| rung.time(due, &calendar).map(|time| (time, rung.key)));
        let mut late: Vec<_> = late.filter(|(time, _)| (due..=at).contains(time)).collect();
        late.sort();
        late.into_iter().try_for_each(|(_, rung)| self.fire(id, &rung))
    }

    /// Fires the rungs that wait for a fact, once a handling, or at every act by which it is learnt. The end of a visit
    /// repeats what its acts said; by itself it is one only where they said nothing.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub fn fire_on_fact(
        &mut self,
        fact: &FactKey,
        (visit, said): (Option<VisitId>, Said),
    ) -> Result<(), Problem> {
        let book = Arc::clone(&self.book);
        for rung in book.rungs_on_fact(fact) {
            let each = rung.once == Once::Act;
            let visit = visit.filter(|_| each);
            let fired =
                self.case.fired.contains(&fired_by_fact(rung.key.as_str(), self.case.instance, visit));
            let fired = fired && !(each && said == Said::ByAct);
            if fired || self.case.is_closed() || !book.rung_holds(rung, &self.env()).map_err(evaluation)? {
                continue;
            }
            let mut climb = self.climb(rung, self.case.main_visit().map(|(id, _)| id));
            climb.learnt_at = visit;
            self.escalate(rung.key.as_str(), None, climb)?;
        }
        Ok(())
    }

    /// Tells the duty manager that no way on matches; the case stands where it is until a fact opens one.
    ///
    /// # Errors
    /// As for [`Draft::escalate`].
    pub fn tell_no_way_on(&mut self) -> Result<(), Problem> {
        let department = self.responsible();
        let people = self.on_duty(&department).into_iter().collect();
        let done = vec![EscalationAction::Notified { people, template: None, report: None }];
        self.escalate(NO_WAY_ON, None, Climb::of(done, self.level()))
    }

    /// Rewards and penalties that were decided are told to whom the playbook names.
    ///
    /// # Errors
    /// As for [`Draft::escalate`].
    pub fn tell_accounted(&mut self, kind: StageKind, results: &Value) -> Result<(), Problem> {
        if kind != StageKind::Account || self.case.is_closed() {
            return Ok(());
        }
        let Ok(result) = AccountResult::deserialize(results) else { return Ok(()) };
        let playbook = self.book.playbook();
        let decided = result.decisions.iter().filter_map(|one| playbook.incentive(&one.incentive));
        let people: BTreeSet<_> = decided
            .flat_map(|incentive| &incentive.report_to)
            .flat_map(|who| self.reach(who, None))
            .collect();
        if people.is_empty() {
            return Ok(());
        }
        let people = people.into_iter().collect();
        let done = vec![EscalationAction::Notified { people, template: None, report: None }];
        self.escalate(ACCOUNTED, None, Climb::of(done, self.level()))
    }

    /// Whoever is in a team is told of it.
    ///
    /// # Errors
    /// As for [`Draft::escalate`].
    pub fn tell_team(&mut self, team: &str, people: Vec<PersonId>) -> Result<(), Problem> {
        if people.is_empty() {
            return Ok(());
        }
        let done = vec![EscalationAction::Notified { people, template: None, report: None }];
        // No key of a rung has a colon, so that none of them counts as fired by this.
        let rung = format!("team:{team}");
        self.escalate(&rung, None, Climb::of(done, self.level()))
    }

    /// Says what a rung did, and does it.
    ///
    /// # Errors
    /// When a ruling cannot be asked for.
    pub(crate) fn escalate(
        &mut self,
        rung: &str,
        clock: Option<ClockKey>,
        climb: Climb,
    ) -> Result<(), Problem> {
        self.say(CaseEscalated {
            rung: rung.to_owned(),
            clock,
            visit: climb.learnt_at,
            actions: climb.done,
            level: climb.level,
            because: climb.because,
        });
        for report in climb.reports {
            self.say(report);
        }
        for (id, chosen) in climb.moves {
            if let Some(work) = self.case.works.get(&id).cloned() {
                self.give(id, &work, chosen, None);
            }
        }
        let about: Vec<_> =
            self.case.main_visit().and_then(|(visit, _)| self.holder_at(visit)).into_iter().collect();
        for (id, by) in climb.asked {
            let question = RulingQuestion::Rung { rung: rung.to_owned() };
            let asked = Asked { question, by: &by, limit: None, because: None, about: about.clone() };
            self.ask_ruling(id, asked)?;
        }
        Ok(())
    }

    fn climb(&self, rung: &Rung, visit: Option<VisitId>) -> Climb {
        let mut climb = Climb { level: self.level(), ..Climb::default() };
        for action in &rung.actions {
            match action {
                Action::Notify(notify) => {
                    let (people, template) = (self.reach(&notify.who, visit), notify.template.clone());
                    climb.done.push(EscalationAction::Notified { people, template, report: None });
                }
                Action::RaiseLevel(by) => {
                    let highest = self.book.highest_level().max(climb.level);
                    climb.level = climb.level.saturating_add(*by).min(highest);
                    climb.done.push(EscalationAction::LevelRaised { level: climb.level });
                }
                Action::Reassign(to) => self.move_work(to, visit, &mut climb),
                Action::AddWatcher(who) => {
                    let watcher = self.reach(who, visit).into_iter().next();
                    climb.done.extend(watcher.map(|person| EscalationAction::Watched { person }));
                }
                Action::OpenRulingTask(who) => self.question(rung, who, &mut climb),
                Action::Report(key) => self.report(key, visit, &mut climb),
            }
        }
        climb
    }

    /// A report about this case: analytics makes it, those who get it are told by the escalation itself.
    fn report(&self, key: &Key, visit: Option<VisitId>, climb: &mut Climb) {
        let Some(report) = self.book.report(key.as_str()) else { return };
        let mut receivers: Vec<_> = report.to.iter().flat_map(|who| self.reach(who, visit)).collect();
        receivers.sort();
        receivers.dedup();
        let template = TemplateKey::new(REPORT).ok();
        let (label, channel) = (report.label.clone(), report.channel.clone());
        let told = ReportTold { label, channel, facts: self.case.facts.clone() };
        let people = receivers.clone();
        climb.done.push(EscalationAction::Notified { people, template, report: Some(told) });
        climb.reports.push(ReportDue {
            report: key.to_string(),
            playbook: self.case.playbook.clone(),
            label: report.label.clone(),
            from: self.case.origin.received_at,
            to: self.at,
            due: self.at,
            period: self.case.number.clone(),
            made_by: self.reach(&report.from, visit),
            receivers,
            channel: report.channel.clone(),
            contents: report.contents.clone(),
        });
    }

    fn remind(&self, owner: Option<&Who>, visit: Option<VisitId>) -> Climb {
        let holder = visit.and_then(|visit| self.holder_at(visit));
        let people = match owner {
            Some(who) => self.reach(who, visit),
            None => holder.into_iter().collect(),
        };
        let done = vec![EscalationAction::Notified { people, template: None, report: None }];
        Climb { done, level: self.level(), ..Climb::default() }
    }

    /// Whom a rung reaches: the nearest in the line of those who hold the work that has the role and is there;
    /// else all who hold the role and are there; else the duty manager.
    fn reach(&self, who: &Who, visit: Option<VisitId>) -> Vec<PersonId> {
        let Some(holder) = self.book.holder(who) else { return Vec::new() };
        let department = self.department(&holder.department);
        let (directory, now) = (self.directory(), self.context.now());
        let barred = self.case.origin.complained_of_person.as_ref();
        let may = |id: &PersonId| Some(id) != barred && directory.is_present(id, now);
        let owners = visit.and_then(|visit| self.holder_at(visit));
        let line = owners.iter().flat_map(|owner| directory.line_up(owner));
        let in_line = line.filter(|person| person.roles.contains(&holder.role) && may(&person.id));
        if let Some(nearest) = in_line.map(|person| person.id.clone()).next() {
            return vec![nearest];
        }
        let role: Vec<_> =
            directory.holders(&holder.role, &department).filter(|person| may(&person.id)).collect();
        if role.is_empty() {
            return self.on_duty(&department).into_iter().collect();
        }
        role.into_iter().map(|person| person.id.clone()).collect()
    }

    /// The duty manager who is there, of the department or above it; else one who is away, who is told all the same.
    pub(crate) fn on_duty(&self, department: &contracts::DepartmentId) -> Option<PersonId> {
        let (directory, now) = (self.directory(), self.context.now());
        let barred = self.case.origin.complained_of_person.as_ref();
        let units = directory.units_up(department).chain(directory.departments.values());
        let mut away = None;
        for unit in units {
            let mut managers: Vec<_> = directory.duty_managers(unit).map(|person| &person.id).collect();
            managers.retain(|id| Some(*id) != barred);
            away = away.or_else(|| managers.first().copied());
            managers.sort_by_key(|id| !self.is_on_duty(id));
            if let Some(there) = managers.into_iter().find(|id| directory.is_present(id, now)) {
                return Some(there.clone());
            }
        }
        away.cloned()
    }

    fn move_work(&self, to: &Secondary, visit: Option<VisitId>, climb: &mut Climb) {
        let held = visit.into_iter().flat_map(|visit| self.case.works_due_first(visit));
        for (id, work) in held {
            let mut barred: BTreeSet<_> = self.barred_from_work(id, work);
            barred.extend(work.holder().cloned());
            let role: &RoleKey = match to {
                Secondary::Automatic => &work.role,
                Secondary::Role(role) => role,
            };
            let search = Search { role, ..self.search(work, barred) };
            let deputy = self.standing_deputy(to, work.holder(), &search);
            if let Some(chosen) = deputy.or_else(|| self.choose(&search)) {
                climb.done.push(EscalationAction::Reassigned { person: chosen.person.clone() });
                climb.moves.push((id, chosen));
            }
        }
    }

    /// `automatic` asks the deputy of the holder first, where the holder is away.
    fn standing_deputy(
        &self,
        to: &Secondary,
        holder: Option<&PersonId>,
        search: &Search<'_>,
    ) -> Option<Chosen> {
        let holder = holder.filter(|_| *to == Secondary::Automatic)?;
        let deputy = self.directory().deputy_of(holder, self.context.now())?;
        let free = !search.barred.contains(&deputy.id) && self.is_skilled(deputy, search);
        free.then(|| Chosen { person: deputy.id.clone(), instead_of: Some(holder.clone()) })
    }

    /// The rung's label is the question. What it asked and nobody has answered yet is not asked again.
    fn question(&self, rung: &Rung, who: &Who, climb: &mut Climb) {
        let asked = RulingQuestion::Rung { rung: rung.key.to_string() };
        if self.case.open_rulings().any(|(_, ruling)| ruling.question == asked) {
            return;
        }
        let work = WorkId(self.context.next_id());
        climb.done.push(EscalationAction::RulingAsked { work });
        climb.asked.push((work, who.clone()));
    }
}
