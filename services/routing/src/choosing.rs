//! Finding the person for a piece of work.
//!
//! In this order: whoever was asked for by name, or their deputy; those who hold the role in the department and are there; the deputies of those who are away; the
//! same for the secondary role; the duty manager of the department; the duty managers above it; the managers of
//! those who hold the role. Where authority decides, the managers come before the duty managers, who need not have
//! any. Barred people are passed over everywhere, and nobody stands in for a barred person.
//! Among several the one with the least work, then by key. When truly nobody is left, the work waits in its queue.

use std::collections::BTreeSet;

use contracts::messages::directory_changed::Person;
use contracts::messages::work_assigned::{Because, WorkAssigned};
use contracts::messages::work_queued::{QueueCause, WorkQueued};
use contracts::{DepartmentId, PersonId, RoleKey, WorkId};

use crate::draft::Draft;
use crate::state::Work;

/// Who is looked for.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The role.
    pub role: &'a RoleKey,
    /// The role to turn to next.
    pub secondary: Option<&'a RoleKey>,
    /// Where.
    pub department: &'a DepartmentId,
    /// Who is asked before all others.
    pub person: Option<&'a PersonId>,
    /// What for: what needs authority goes up the line before it goes to whoever is on duty.
    pub task: &'a str,
    /// Who may not.
    pub barred: BTreeSet<PersonId>,
}

impl<'a> Search<'a> {
    /// Whoever a piece of work asks for, without those who are barred from it.
    #[must_use]
    pub fn of(work: &'a Work, barred: BTreeSet<PersonId>) -> Self {
        let Work { role, department, task, .. } = work;
        let person = work.person.as_ref();
        Self { role, secondary: work.secondary.as_ref(), department, person, task, barred }
    }
}

/// Who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The person.
    pub person: PersonId,
    /// Whom they stand in for.
    pub instead_of: Option<PersonId>,
}

/// The tasks of somebody whose authority is asked for, at approval.
const BY_AUTHORITY: [&str; 5] = ["decide", "review", "audit", "meet", "account"];

/// The reason of queued work when nobody could be found.
pub(crate) const NOBODY: &str = QueueCause::NobodyAvailable.as_str();

impl Draft<'_> {
    /// Finds a person.
    #[must_use]
    pub fn choose(&self, search: &Search<'_>) -> Option<Chosen> {
        let in_role = |role: &RoleKey| {
            self.least_loaded(self.present(role, search))
                .or_else(|| self.least_loaded(self.deputies(role, search)))
        };
        search
            .person
            .and_then(|person| self.by_name(person, search))
            .or_else(|| in_role(search.role))
            .or_else(|| search.secondary.and_then(in_role))
            .or_else(|| self.manager_of_role(search).filter(|_| BY_AUTHORITY.contains(&search.task)))
            .or_else(|| self.duty_manager(search))
            .or_else(|| self.manager_of_role(search))
    }

    /// Somebody who was asked for by name, or else their deputy.
    fn by_name(&self, named: &PersonId, search: &Search<'_>) -> Option<Chosen> {
        let named = self.directory().active(named).filter(|named| !search.barred.contains(&named.id))?;
        if self.may(named, search) {
            return Some(Chosen { person: named.id.clone(), instead_of: None });
        }
        let deputy = self.directory().deputy_of(&named.id, self.context.now())?;
        let chosen = Chosen { person: deputy.id.clone(), instead_of: Some(named.id.clone()) };
        self.may(deputy, search).then_some(chosen)
    }

    fn may(&self, person: &Person, search: &Search<'_>) -> bool {
        !search.barred.contains(&person.id) && self.directory().is_present(&person.id, self.context.now())
    }

    fn present(&self, role: &RoleKey, search: &Search<'_>) -> Vec<Chosen> {
        let there =
            self.directory().holders(role, search.department).filter(|person| self.may(person, search));
        there.map(|person| Chosen { person: person.id.clone(), instead_of: None }).collect()
    }

    fn deputies(&self, role: &RoleKey, search: &Search<'_>) -> Vec<Chosen> {
        let (directory, now) = (self.directory(), self.context.now());
        let giver =
            directory.holders(role, search.department).filter(|person| !search.barred.contains(&person.id));
        giver
            .filter_map(|giver| Some((giver, directory.deputy_of(&giver.id, now)?)))
            .filter(|(_, deputy)| self.may(deputy, search))
            .map(|(giver, deputy)| Chosen { person: deputy.id.clone(), instead_of: Some(giver.id.clone()) })
            .collect()
    }

    fn least_loaded(&self, found: Vec<Chosen>) -> Option<Chosen> {
        found.into_iter().min_by_key(|chosen| (self.load(&chosen.person), chosen.person.clone()))
    }

    fn duty_manager(&self, search: &Search<'_>) -> Option<Chosen> {
        let managers =
            self.directory().units_up(search.department).filter_map(|unit| unit.duty_manager.as_ref());
        self.first_of(managers.filter_map(|id| self.directory().people.get(id)), search)
    }

    fn manager_of_role(&self, search: &Search<'_>) -> Option<Chosen> {
        let holders = self.directory().holders(search.role, search.department);
        self.first_of(holders.flat_map(|person| self.directory().line_up(&person.id).skip(1)), search)
    }

    fn first_of<'p>(
        &self,
        mut people: impl Iterator<Item = &'p Person>,
        search: &Search<'_>,
    ) -> Option<Chosen> {
        people
            .find(|person| self.may(person, search))
            .map(|person| Chosen { person: person.id.clone(), instead_of: None })
    }

    /// Who may not do this piece of work: those barred from its visit and by its request, the person complained
    /// of, and whoever has another seat at the same task already where authority decides (a quorum is of different
    /// people).
    #[must_use]
    pub fn barred_from_work(&self, id: WorkId, work: &Work) -> BTreeSet<PersonId> {
        let of_visit = self.case.visits.get(&work.visit).into_iter().flat_map(|visit| &visit.barred);
        let seats = self
            .case
            .works
            .iter()
            .filter(|_| BY_AUTHORITY.contains(&work.task.as_str()))
            .filter(|(other, seat)| **other != id && seat.visit == work.visit && seat.task == work.task);
        of_visit
            .chain(&work.barred)
            .chain(&self.case.origin.complained_of_person)
            .chain(seats.filter_map(|(_, seat)| seat.holder()))
            .cloned()
            .collect()
    }

    /// Gives a piece of work to somebody, or leaves it in its queue and says so. `not` is passed over.
    pub fn assign(&mut self, id: WorkId, not: Option<&PersonId>) -> Option<Chosen> {
        let work = self.case.works.get(&id)?.clone();
        let mut barred = self.barred_from_work(id, &work);
        barred.extend(not.cloned());
        let chosen = self.choose(&Search::of(&work, barred));
        match &chosen {
            Some(chosen) => self.give(id, &work, chosen.clone(), None),
            None => self.queue(id, &work, QueueCause::NobodyAvailable, None),
        }
        chosen
    }

    /// Takes a piece of work from somebody who is away, gone or barred: to their deputy, else as for new work.
    pub fn move_on(&mut self, id: WorkId) {
        let Some(work) = self.case.works.get(&id).cloned() else { return };
        let barred = self.barred_from_work(id, &work);
        let holder = work.holder().filter(|holder| !barred.contains(*holder)).cloned();
        let deputy = holder.as_ref().and_then(|away| self.directory().deputy_of(away, self.context.now()));
        let deputy = deputy.filter(|deputy| !barred.contains(&deputy.id)).map(|deputy| deputy.id.clone());
        match (holder, deputy) {
            (Some(away), Some(person)) => {
                self.give(id, &work, Chosen { person, instead_of: Some(away) }, None);
            }
            (holder, _) => drop(self.assign(id, holder.as_ref())),
        }
    }

    /// Looks for somebody for work that waits because nobody could be found. Says nothing while nobody can.
    pub fn find_for_queued(&mut self, id: WorkId) {
        let Some(work) = self.case.works.get(&id).cloned() else { return };
        let barred = self.barred_from_work(id, &work);
        if let Some(chosen) = self.choose(&Search::of(&work, barred)) {
            self.give(id, &work, chosen, None);
        }
    }

    /// Says who has a piece of work; `because` when a person gave it to them.
    pub fn give(&mut self, id: WorkId, work: &Work, chosen: Chosen, because: Option<Because>) {
        self.say(WorkAssigned {
            work: id,
            visit: work.visit,
            epoch: work.epoch,
            person: chosen.person,
            instead_of: chosen.instead_of,
            department: work.department.clone(),
            role: work.role.clone(),
            because,
        });
    }

    /// Says that a piece of work waits in its queue; `because` when its holder gave it back.
    pub fn queue(&mut self, id: WorkId, work: &Work, cause: QueueCause, because: Option<Because>) {
        self.say(WorkQueued {
            work: id,
            visit: work.visit,
            epoch: work.epoch,
            department: work.department.clone(),
            role: work.role.clone(),
            cause,
            because,
        });
    }
}
