//! A case with all that is needed to tell who may do something with it. An order is refused by the same functions by which
//! a reader is told beforehand what is possible, so that no form is offered to somebody who may not send it.

use std::collections::BTreeMap;

use contracts::commands::routing::{
    DisputeWork, ExtendClock, FillForm, PauseClock, RaiseCase, ReassignWork, ResumeClock, SignForm,
    TransferStage, WithdrawCase,
};
use contracts::commands::{Actor, Verb};
use contracts::queries::routing::Refused;
use contracts::{ClockId, DepartmentId, Problem, ProblemCode, RoleKey};
use jiff::Timestamp;
use playbook::{CompiledPlaybook, Form};
use serde_json::{Value, json};

use crate::decide::{LEADER, MANAGER, clock_of_case, holder_or_director, is_administrator};
use crate::decide::{
    case_raise, case_withdraw, clock_extend, clock_pause, clock_resume, form_fill, form_sign,
};
use crate::decide::{stage_transfer, work_dispute};
use crate::state::{Case, Directory, Work};

/// A case with all that is needed to tell who may do something with it.
#[derive(Clone, Copy)]
pub struct Rights<'a> {
    /// The case.
    pub case: &'a Case,
    /// The playbook it follows.
    pub book: &'a CompiledPlaybook,
    /// The departments and people.
    pub directory: &'a Directory,
    /// What time it is.
    pub now: Timestamp,
}

impl Rights<'_> {
    /// Whether somebody directs the work of a department: its duty manager, its leader (or one above it), a manager, an
    /// administrator, Redress itself.
    #[must_use]
    pub fn directs(&self, department: &DepartmentId, actor: &Actor) -> bool {
        if is_administrator(actor) || actor.holds(MANAGER) {
            return true;
        }
        let Some(person) = actor.person() else { return false };
        let own = self.directory.active(person).map(|person| &person.department);
        let mut units = self.directory.units_up(department);
        let leads = actor.holds(LEADER) && units.any(|unit| Some(&unit.id) == own);
        leads || self.directory.is_duty_manager(person, department)
    }

    /// Whether somebody may move a piece of work that they need not hold: who directs its department, and the managers of
    /// its holder.
    #[must_use]
    pub fn may_direct(&self, work: &Work, actor: &Actor) -> bool {
        let above = |person| work.holder().is_some_and(|holder| self.directory.is_above(person, holder));
        self.directs(&work.department, actor) || actor.person().is_some_and(above)
    }

    /// Whether somebody works on the case: they hold work of it, are above whoever does, or direct the department where it is.
    ///
    /// # Errors
    /// `not-allowed`.
    pub fn works_on(&self, actor: &Actor) -> Result<(), Problem> {
        let mut holders = self.case.works.values().filter_map(|work| work.holder());
        let concerned = actor.person().is_some_and(|person| {
            self.case.held_by(person) > 0 || holders.any(|id| self.directory.is_above(person, id))
        });
        let here = self.case.main_visit().map(|(_, visit)| visit.department.clone());
        if concerned || self.directs(&here.unwrap_or_else(|| self.responsible()), actor) {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::NotAllowed, "only who works on the case, or a manager, may do this")
            .at("/actor")
            .expected("somebody who works on the case, or directs the department"))
    }

    /// What would be refused to somebody of the orders about the case and its clocks.
    #[must_use]
    pub fn refused(&self, actor: &Actor) -> Refused {
        let works = self.is_no_party(actor).and_then(|()| self.works_on(actor));
        let then = |may: Result<(), Problem>| works.clone().and(may);
        let running = self.case.clocks.iter().filter(|(_, clock)| clock.is_running());
        Refused {
            case: refused([
                (RaiseCase::VERB, then(case_raise::may(self))),
                (WithdrawCase::VERB, then(case_withdraw::may(self))),
            ]),
            works: self
                .case
                .works
                .iter()
                .map(|(id, work)| (*id, self.refused_of_work(work, actor)))
                .collect(),
            clocks: running.map(|(id, _)| (*id, self.refused_of_clock(*id, actor))).collect(),
        }
    }

    /// Of what becomes of a piece of work beside being done.
    fn refused_of_work(&self, work: &Work, actor: &Actor) -> BTreeMap<String, Problem> {
        let party = self.is_no_party(actor);
        let then = |may: Result<(), Problem>| party.clone().and(may);
        let visit = self.case.visits.get(&work.visit);
        let transfer = visit.map_or(Ok(()), |visit| stage_transfer::may(self, (work.visit, visit), actor));
        refused([
            (TransferStage::VERB, then(transfer)),
            (DisputeWork::VERB, then(work_dispute::may(self, work, actor).map(drop))),
            (ReassignWork::VERB, then(holder_or_director(self, work, actor))),
        ])
    }

    /// The person complained of orders nothing of a case, neither as a holder of work nor as somebody who directs it
    ///
    ///
    /// # Errors
    /// `conflict-of-interest`.
    pub fn is_no_party(&self, actor: &Actor) -> Result<(), Problem> {
        if actor.person().is_none() || actor.person() != self.case.origin.complained_of_person.as_ref() {
            return Ok(());
        }
        let detail = "the person complained of keeps out of the case";
        Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
            .at("/actor")
            .expected("somebody who is no party to the matter"))
    }

    /// What would be refused to somebody of the orders about a form, by their verbs; and as which of its roles they sign.
    #[must_use]
    pub fn refused_of_form(&self, form: &Form, actor: &Actor) -> Value {
        let party = self.is_no_party(actor);
        let fill = party.clone().and_then(|()| form_fill::may(self, form, actor));
        let sign = |role: Option<&RoleKey>| {
            party.clone().and_then(|()| form_sign::may(self, form, role, actor)).map(|(role, _)| role)
        };
        let as_roles = form.signatures.iter().filter(|role| sign(Some(role)).is_ok());
        json!({
            "refused": refused([(FillForm::VERB, fill), (SignForm::VERB, sign(None).map(drop))]),
            "sign_as": as_roles.collect::<Vec<_>>(),
        })
    }

    fn refused_of_clock(&self, id: ClockId, actor: &Actor) -> BTreeMap<String, Problem> {
        let verbs = [PauseClock::VERB, ResumeClock::VERB, ExtendClock::VERB];
        let found = self.is_no_party(actor).and_then(|()| clock_of_case(self, actor, id));
        let clock = match found {
            Ok(clock) => clock,
            Err(problem) => return refused(verbs.map(|verb| (verb, Err(problem.clone())))),
        };
        refused([
            (PauseClock::VERB, clock_pause::may(self, &clock)),
            (ResumeClock::VERB, clock_resume::may(&clock)),
            (ExtendClock::VERB, clock_extend::may(self, id, &clock).map(drop)),
        ])
    }
}

fn refused<const N: usize>(all: [(&str, Result<(), Problem>); N]) -> BTreeMap<String, Problem> {
    all.into_iter().filter_map(|(verb, may)| Some((verb.to_owned(), may.err()?))).collect()
}
