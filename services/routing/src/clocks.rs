//! Business clocks: what starts, stops and moves them. When they are due is computed by `calendar` alone.

use calendar::{Calendar, ClockPolicy, Due, Limit, due_at};
use contracts::facts::key;
use contracts::messages::clock_changed::{ClockChange, ClockChanged};
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::clock_started::ClockStarted;
use contracts::messages::clock_stopped::ClockStopped;
use contracts::{ClockId, DepartmentId, FactKey, FactValue, Facts, PersonId, Problem, VisitId};
use jiff::Timestamp;
use playbook::{CaseEvent, Clock, ClockScope, Repeating, Strictness, Trigger, Who};

use crate::draft::{Draft, SYSTEM, evaluation};
use crate::library::calendar_for;
use crate::state::{Case, CaseClock, RULE};

/// The terms on which a clock that was started runs: those of the playbook, with the time that was added to it.
#[must_use]
pub fn terms(model: &Clock, clock: &CaseClock, facts: &Facts) -> ClockPolicy {
    ClockPolicy { extensions: clock.added(), ..policy(model, facts) }
}

/// The terms of a clock, with what the customer granted or demanded.
#[must_use]
fn policy(clock: &Clock, facts: &Facts) -> ClockPolicy {
    let instant =
        |key: &FactKey| facts.get(key).and_then(FactValue::as_text).and_then(|text| text.parse().ok());
    let cap: Option<Timestamp> = clock.cap.as_ref().and_then(instant);
    let agreed = (clock.limit == Limit::Agreed).then(|| instant(&key::time_agreed())).flatten();
    let policy = ClockPolicy::new(clock.limit).pausable(clock.pausable.iter().map(playbook::Key::as_str));
    ClockPolicy {
        cap: cap.map(|_| Limit::Agreed),
        agreed: [cap, agreed].into_iter().flatten().min(),
        ..policy
    }
}

/// When a clock is due by a model and a calendar, with what is known of its case, its pauses and what was added.
#[must_use]
pub(crate) fn due_by(case: &Case, clock: &CaseClock, model: &Clock, calendar: &Calendar) -> Due {
    due_at(&terms(model, clock, &case.facts), clock.start, &clock.segments(), calendar)
}

/// Whether a fact that was recorded became true: a flag that is off starts nothing.
#[must_use]
pub(crate) fn is_true(value: &FactValue) -> bool {
    value.as_bool().unwrap_or(true)
}

/// Since when a fact holds: the instant that it names, unless that lies ahead of its record.
#[must_use]
pub(crate) fn since(key: &FactKey, value: &FactValue, recorded: Timestamp) -> Timestamp {
    let named =
        (key.kind() == contracts::facts::FactKind::Time).then(|| value.as_text()?.parse().ok()).flatten();
    named.map_or(recorded, |named: Timestamp| named.min(recorded))
}

impl Draft<'_> {
    /// Something happened that clocks and sides may wait for.
    ///
    /// # Errors
    /// When a rule gives no answer or a calendar cannot be read.
    pub fn trigger(
        &mut self,
        trigger: &Trigger,
        at: Timestamp,
        visit: Option<VisitId>,
    ) -> Result<(), Problem> {
        self.trigger_clocks(trigger, at, visit)?;
        self.begin_sides(trigger)
    }

    /// The same where no side may follow, such as from what was withdrawn. Clocks stop before others start, so that one
    /// which is both stopped and started by it begins anew.
    ///
    /// # Errors
    /// As [`trigger`](Self::trigger).
    pub fn trigger_clocks(
        &mut self,
        trigger: &Trigger,
        at: Timestamp,
        visit: Option<VisitId>,
    ) -> Result<(), Problem> {
        let book = std::sync::Arc::clone(&self.book);
        let closing = Trigger::Event(CaseEvent::Closed);
        for clock in book.clocks_stopped_by(trigger) {
            let Some(id) = self.running(clock) else { continue };
            self.stop(id, at)?;
            if clock.repeat == Repeating::AfterEachStop && *trigger != closing {
                self.start(clock, at, visit)?;
            }
        }
        for clock in book.clocks_started_by(trigger) {
            let is_free = self.running(clock).is_none() && !self.ran_already(clock, visit);
            if is_free && self.may_start(clock)? {
                self.start(clock, at, visit)?;
            }
        }
        self.keep_ledgers(trigger)
    }

    /// Whether a clock that is triggered starts. Most have no condition, and what rules see is not put together for them.
    fn may_start(&self, clock: &Clock) -> Result<bool, Problem> {
        if clock.when.is_none() {
            return Ok(true);
        }
        self.book.clock_starts(clock, &self.env()).map_err(evaluation)
    }

    /// The running clock of this key; there is at most one a case.
    fn running(&self, clock: &Clock) -> Option<ClockId> {
        let of_key = |case: &Case| {
            case.clocks.iter().find(|(_, own)| own.key == clock.key && own.is_running()).map(|(id, _)| *id)
        };
        of_key(&self.case)
    }

    /// Whether the clock had its one running in what it belongs to.
    fn ran_already(&self, clock: &Clock, visit: Option<VisitId>) -> bool {
        let mut own = self.case.clocks.values().filter(|own| own.key == clock.key);
        match clock.scope {
            ClockScope::Visit => own.any(|own| own.visit.is_some() && own.visit == visit),
            ClockScope::Span => false,
            ClockScope::Case => own.next().is_some(),
            ClockScope::Instance => own.any(|own| own.instance == self.case.instance),
        }
    }

    /// Starts a clock.
    ///
    /// # Errors
    /// When its calendar cannot be read.
    pub fn start(&mut self, clock: &Clock, at: Timestamp, visit: Option<VisitId>) -> Result<(), Problem> {
        let calendar = calendar_for(self.organisation(), clock.calendar.as_ref());
        let read = self.calendar(&calendar)?;
        let due = due_at(&policy(clock, &self.case.facts), at, &[], &read).at();
        let visit = visit.filter(|_| clock.scope == ClockScope::Visit);
        let owner = self.clock_owner(clock, visit);
        let id = ClockId(self.context.next_id());
        let (key, instance) = (clock.key.clone(), self.case.instance);
        self.say(ClockStarted { clock: id, key, start: at, due, visit, instance, owner, calendar });
        Ok(())
    }

    fn clock_owner(&self, clock: &Clock, visit: Option<VisitId>) -> Option<DepartmentId> {
        let named = clock.owner.as_ref().and_then(|who| self.book.holder(who));
        let here = visit.and_then(|id| self.case.visits.get(&id));
        named.map(|holder| self.department(&holder.department)).or_else(|| {
            here.or(self.case.main_visit().map(|(_, visit)| visit)).map(|visit| visit.department.clone())
        })
    }

    /// Stops a clock at `at`. What it missed until then and no timer told yet is told first.
    ///
    /// # Errors
    /// When a rule gives no answer or its calendar cannot be read.
    pub fn stop(&mut self, id: ClockId, at: Timestamp) -> Result<(), Problem> {
        let Some(clock) = self.case.clocks.get(&id).filter(|clock| clock.is_running()).cloned() else {
            return Ok(());
        };
        let at = at.max(clock.start);
        let late = clock.due.is_some_and(|due| due <= at);
        if late {
            self.miss(id)?;
            self.fire_overdue(id, at)?;
        }
        self.say(ClockStopped { clock: id, key: clock.key, at, met: !late });
        Ok(())
    }

    /// Says that a clock ran out, once for its due time.
    ///
    /// # Errors
    /// When the playbook no longer has the clock, which a published one cannot.
    pub fn miss(&mut self, id: ClockId) -> Result<(), Problem> {
        let Some(clock) = self.case.clocks.get(&id).cloned() else { return Ok(()) };
        let Some(due) = clock.due.filter(|due| clock.missed != Some(*due)) else { return Ok(()) };
        let model = self.model(&clock)?;
        let hard = model.strictness == Strictness::Hard;
        let visit = clock.visit.or(self.case.main_visit().map(|(id, _)| id));
        let owner = self.owner_at(&clock, visit);
        let person = match &model.owner {
            Some(who) => self.named_owner(&model, who),
            None => visit.and_then(|visit| self.holder_at(visit)),
        };
        self.missed.push(clock.key.clone());
        self.say(ClockMissed { clock: id, key: clock.key, due, hard, visit: clock.visit, owner, person });
        Ok(())
    }

    /// Who owns the time now: the named owner, else the department where the work is.
    pub(crate) fn owner_at(&self, clock: &CaseClock, visit: Option<VisitId>) -> Option<DepartmentId> {
        let named = self.book.clock(&clock.key).is_some_and(|model| model.owner.is_some());
        let here = visit.and_then(|id| self.case.visits.get(&id)).map(|visit| visit.department.clone());
        if named { clock.owner.clone() } else { here.or_else(|| clock.owner.clone()) }
    }

    /// Who owns the time of a clock that names its owner: who holds work in that role, or held it until this input, at
    /// a stage whose end stops the clock, else at any; else who registered the case, if they have that role; else the
    /// only one who has it. Of several, nobody can be said.
    pub(crate) fn named_owner(&self, model: &Clock, who: &Who) -> Option<PersonId> {
        let holder = self.book.holder(who)?;
        let department = self.department(&holder.department);
        let cases = || std::iter::once(&self.case).chain(self.before());
        let works = cases().flat_map(|case| case.works.values());
        let in_role = works.filter(|work| work.role == holder.role && work.department == department);
        let in_role = in_role.filter(|work| work.task != RULE);
        let held: Vec<_> = in_role.filter_map(|work| Some((work.visit, work.holder()?))).collect();
        let stage =
            |id: &VisitId| cases().find_map(|case| case.visits.get(id)).map(|visit| visit.stage.clone());
        let ends = |(visit, _): &&(VisitId, _)| {
            stage(visit).is_some_and(|stage| model.stop.contains(&Trigger::Left(stage)))
        };
        let holds = held.iter().find(ends).or(held.first()).map(|(_, person)| *person);
        let people: Vec<_> = self.directory().holders(&holder.role, &department).map(|one| &one.id).collect();
        let registrar = || self.case.origin.registered_by.person().filter(|person| people.contains(person));
        let only = || if let [one] = people[..] { Some(one) } else { None };
        holds.or_else(registrar).or_else(only).cloned()
    }

    /// Who holds the first open work of a visit; of work with due times of its own, that which is due first.
    #[must_use]
    pub fn holder_at(&self, visit: VisitId) -> Option<PersonId> {
        self.case.works_due_first(visit).find_map(|(_, work)| work.holder().cloned())
    }

    /// What the playbook says of a clock.
    ///
    /// # Errors
    /// When it does not have the clock, which a published playbook cannot.
    pub fn model(&self, clock: &CaseClock) -> Result<Clock, Problem> {
        let model = self.book.clock(&clock.key).cloned();
        model.ok_or_else(|| evaluation(format!("the playbook has no clock {}", clock.key)))
    }

    /// When a clock is due by what is known now.
    ///
    /// # Errors
    /// When its calendar cannot be read.
    pub fn due_now(&self, clock: &CaseClock) -> Result<Due, Problem> {
        let calendar = self.calendar(&clock.calendar)?;
        Ok(due_by(&self.case, clock, &self.model(clock)?, &calendar))
    }

    /// Moves the clocks whose due time a new fact changes: a time agreed, the customer's own limit.
    ///
    /// # Errors
    /// When a calendar cannot be read.
    pub fn move_clocks(&mut self, facts: &Facts) -> Result<(), Problem> {
        let at = self.at;
        let running: Vec<_> =
            self.case.clocks.iter().filter(|(_, clock)| clock.is_running()).map(|(id, _)| *id).collect();
        for id in running {
            let clock = self.case.clocks[&id].clone();
            let model = self.model(&clock)?;
            let agreed = key::time_agreed();
            let asks = |key: &FactKey| {
                model.cap.as_ref() == Some(key) || (model.limit == Limit::Agreed && *key == agreed)
            };
            let Some(reason) = facts.keys().find(|key| asks(key)) else { continue };
            let due = self.due_now(&clock)?.at();
            if due != clock.due {
                let (change, reason) = (ClockChange::Moved, reason.to_string());
                let (key, calendar, by) = (clock.key, None, SYSTEM);
                self.say(ClockChanged { clock: id, key, change, at, due, calendar, reason, by });
            }
        }
        Ok(())
    }

    /// Stops the running clocks that `ends` says belong to what has ended.
    ///
    /// # Errors
    /// As for [`Draft::stop`].
    pub fn stop_where(&mut self, ends: impl Fn(&CaseClock, &Clock) -> bool) -> Result<(), Problem> {
        let at = self.at;
        let mut ended = Vec::new();
        for (id, clock) in self.case.clocks.iter().filter(|(_, clock)| clock.is_running()) {
            if ends(clock, &self.model(clock)?) {
                ended.push(*id);
            }
        }
        ended.into_iter().try_for_each(|id| self.stop(id, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_fact_holds_since_the_instant_it_names_but_never_from_the_future() {
        let recorded = ts("2025-03-07T10:00:00Z");
        let named = |text: &str| since(&key::goods_arrived(), &FactValue::from(text), recorded);
        assert_eq!(named("2025-03-05T10:00:00Z"), ts("2025-03-05T10:00:00Z"));
        assert_eq!(named("2025-03-09T10:00:00Z"), recorded);
        assert_eq!(since(&key::injury(), &true.into(), recorded), recorded);
        assert!(!is_true(&false.into()) && is_true(&0.into()));
    }

    #[test]
    fn the_customers_limit_caps_and_an_agreed_time_is_the_limit() {
        let clock = |limit: &str| -> Clock {
            serde_json::from_value(serde_json::json!({
                "key": "answer", "label": {"zh": "答复", "en": "Answer"}, "start": [], "stop": [], "limit": limit,
                "scope": "case", "strictness": "hard", "cap": "customer_limit",
            }))
            .unwrap()
        };
        let (limit, agreed) = (ts("2025-03-08T00:00:00Z"), ts("2025-03-09T00:00:00Z"));
        let mut facts = Facts::from([(key::time_agreed(), agreed.into())]);
        assert_eq!(
            policy(&clock("24h"), &facts).agreed,
            None,
            "an agreement means nothing to a limit of its own"
        );
        assert_eq!(policy(&clock("agreed with customer"), &facts).agreed, Some(agreed));
        facts.insert(key::customer_limit(), limit.into());
        let capped = policy(&clock("24h"), &facts);
        assert_eq!((capped.cap, capped.agreed), (Some(Limit::Agreed), Some(limit)));
        assert_eq!(
            policy(&clock("agreed with customer"), &facts).agreed,
            Some(limit),
            "the earlier of the two"
        );
    }
}
