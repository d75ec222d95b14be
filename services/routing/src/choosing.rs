//! Finding the person for a piece of work.
//!
//! Whoever was asked for by name, or their deputy. Where the stage is a team's and the team was called, the team.
//! Else in this order: those who hold the role in the department and are there; the deputies of those who are away; the
//! same for the secondary role; the duty manager of the department; the duty managers above it; the managers of those
//! who hold the role. Where authority decides, the managers come before the duty managers, who need not have any. Barred
//! people are passed over everywhere, and nobody stands in for a barred person.
//! Who lacks a skill that is asked for is passed over too, but for those who direct: they see to it that somebody does
//! it, and are told what is lacking.
//! Among several those on duty first, then the one with the least work, then by key. When truly nobody is left, the work
//! waits in its queue.

use std::collections::BTreeSet;

use contracts::messages::directory_changed::{Department, Person};
use contracts::messages::team_called::TeamCalled;
use contracts::messages::work_assigned::{Because, WorkAssigned};
use contracts::messages::work_queued::{QueueCause, WorkQueued};
use contracts::{DepartmentId, PersonId, RoleKey, WorkId};
use playbook::{SkillNeed, Stage};

use crate::draft::Draft;
use crate::state::{RULE, Work};

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
    /// What they must be able to do.
    pub skills: BTreeSet<SkillNeed>,
    /// The team that does it, where one was called: its leader, else the deputy, else a member.
    pub team: Option<&'a TeamCalled>,
}

/// Who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The person.
    pub person: PersonId,
    /// Whom they stand in for.
    pub instead_of: Option<PersonId>,
}

/// The tasks of somebody whose authority is asked for: at approval, and to rule.
const BY_AUTHORITY: [&str; 6] = ["decide", "review", "audit", "meet", "account", RULE];

/// The reason of queued work when nobody could be found.
pub(crate) const NOBODY: &str = QueueCause::NobodyAvailable.as_str();

impl Draft<'_> {
    /// Whoever a piece of work asks for, without those who are barred from it.
    #[must_use]
    pub fn search<'w>(&'w self, work: &'w Work, barred: BTreeSet<PersonId>) -> Search<'w> {
        let Work { role, department, task, .. } = work;
        let (skills, team) = (self.skills_asked(work), self.team_of(work));
        let (secondary, person) = (work.secondary.as_ref(), work.person.as_ref());
        Search { role, secondary, department, person, task, barred, skills, team }
    }

    /// The team that does a piece of work, where its stage is a team's and the team was called.
    #[must_use]
    pub fn team_of(&self, work: &Work) -> Option<&TeamCalled> {
        let team = self.stage_of_owner(work)?.team.as_ref()?;
        self.case.teams.get(team.as_str())
    }

    /// The stage of a piece of work, where it is the work of the stage's owner.
    fn stage_of_owner(&self, work: &Work) -> Option<&Stage> {
        let visit = self.case.visits.get(&work.visit).filter(|_| work.task != RULE)?;
        let stage = self.book.stage(&visit.stage).ok()?;
        stage.owner.as_ref().filter(|who| who.role == work.role).map(|_| stage)
    }

    /// The skills that a piece of work asks for: those of its stage, where it is the work of the stage's owner.
    fn skills_asked(&self, work: &Work) -> BTreeSet<SkillNeed> {
        let of_owner = self.stage_of_owner(work);
        let category = self.case.category();
        of_owner.map(|stage| self.book.skills_asked(stage, category.as_ref())).unwrap_or_default()
    }

    /// What a piece of work asks for and a person does not have.
    #[must_use]
    pub fn lacks(&self, work: &Work, person: &PersonId) -> BTreeSet<String> {
        let skills = self.skills_asked(work);
        let known = self.directory().people.get(person);
        let unmet =
            skills.iter().filter(|need| known.is_none_or(|known| !self.book.is_met(need, &known.skills)));
        unmet.map(ToString::to_string).collect()
    }

    /// Whether somebody has every skill that is asked for.
    #[must_use]
    pub fn is_skilled(&self, person: &Person, search: &Search<'_>) -> bool {
        search.skills.iter().all(|need| self.book.is_met(need, &person.skills))
    }

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
            .or_else(|| self.of_team(search))
            .or_else(|| in_role(search.role))
            .or_else(|| search.secondary.and_then(in_role))
            .or_else(|| self.manager_of_role(search).filter(|_| BY_AUTHORITY.contains(&search.task)))
            .or_else(|| self.duty_manager(search))
            .or_else(|| self.manager_of_role(search))
    }

    /// Somebody of the team: the leader, else the deputy, else the member with the least work.
    fn of_team(&self, search: &Search<'_>) -> Option<Chosen> {
        let team = search.team?;
        let people = &self.directory().people;
        let known = |id: &PersonId| people.get(id).filter(|person| self.may(person, search));
        let of_member = |person: &Person| Chosen { person: person.id.clone(), instead_of: None };
        let heads = team.leader.iter().chain(&team.deputy).find_map(known).map(of_member);
        let members = || self.least_loaded(team.members.iter().filter_map(known).map(of_member).collect());
        heads.or_else(members)
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
        let there = self.directory().holders(role, search.department);
        let there = there.filter(|person| self.may(person, search) && self.is_skilled(person, search));
        there.map(|person| Chosen { person: person.id.clone(), instead_of: None }).collect()
    }

    fn deputies(&self, role: &RoleKey, search: &Search<'_>) -> Vec<Chosen> {
        let (directory, now) = (self.directory(), self.context.now());
        let giver =
            directory.holders(role, search.department).filter(|person| !search.barred.contains(&person.id));
        giver
            .filter_map(|giver| Some((giver, directory.deputy_of(&giver.id, now)?)))
            .filter(|(_, deputy)| self.may(deputy, search) && self.is_skilled(deputy, search))
            .map(|(giver, deputy)| Chosen { person: deputy.id.clone(), instead_of: Some(giver.id.clone()) })
            .collect()
    }

    fn least_loaded(&self, found: Vec<Chosen>) -> Option<Chosen> {
        let off_duty = |chosen: &Chosen| !self.is_on_duty(&chosen.person);
        let order = |chosen: &Chosen| (off_duty(chosen), self.load(&chosen.person), chosen.person.clone());
        found.into_iter().min_by_key(order)
    }

    fn duty_manager(&self, search: &Search<'_>) -> Option<Chosen> {
        let directory = self.directory();
        let of_unit = |unit: &Department| self.first_on_duty(directory.duty_managers(unit).collect(), search);
        directory.units_up(search.department).find_map(of_unit)
    }

    fn manager_of_role(&self, search: &Search<'_>) -> Option<Chosen> {
        let holders = self.directory().holders(search.role, search.department);
        self.first_of(holders.flat_map(|person| self.directory().line_up(&person.id).skip(1)), search)
    }

    /// The first who is on duty, else the first who is there.
    fn first_on_duty(&self, mut people: Vec<&Person>, search: &Search<'_>) -> Option<Chosen> {
        people.sort_by_key(|person| !self.is_on_duty(&person.id));
        self.first_of(people.into_iter(), search)
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
        let search = self.search(&work, barred);
        let chosen = self.choose(&search);
        if let Some(chosen) = &chosen {
            self.give(id, &work, chosen.clone(), None);
        } else {
            let lacks = self.lacking(search);
            self.queue(id, &work, QueueCause::NobodyAvailable, None, lacks);
        }
        chosen
    }

    /// Takes a piece of work from somebody who is away, gone or barred: to their deputy, else as for new work.
    pub fn move_on(&mut self, id: WorkId) {
        let Some(work) = self.case.works.get(&id).cloned() else { return };
        let barred = self.barred_from_work(id, &work);
        let holder = work.holder().filter(|holder| !barred.contains(*holder)).cloned();
        let deputy = holder.as_ref().and_then(|away| self.directory().deputy_of(away, self.context.now()));
        let search = self.search(&work, barred);
        let fits = |deputy: &&Person| !search.barred.contains(&deputy.id) && self.is_skilled(deputy, &search);
        let deputy = deputy.filter(fits).map(|deputy| deputy.id.clone());
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
        if let Some(chosen) = self.choose(&self.search(&work, barred)) {
            self.give(id, &work, chosen, None);
        }
    }

    /// Says who has a piece of work; `because` when a person gave it to them.
    pub fn give(&mut self, id: WorkId, work: &Work, chosen: Chosen, because: Option<Because>) {
        let lacks = self.lacks(work, &chosen.person);
        self.say(WorkAssigned {
            work: id,
            visit: work.visit,
            epoch: work.epoch,
            person: chosen.person,
            instead_of: chosen.instead_of,
            department: work.department.clone(),
            role: work.role.clone(),
            because,
            lacks,
        });
    }

    /// Says that a piece of work waits in its queue; `because` when its holder gave it back, the skills it lacks when
    /// nobody was found for want of them.
    pub fn queue(
        &mut self,
        id: WorkId,
        work: &Work,
        cause: QueueCause,
        because: Option<Because>,
        lacks: BTreeSet<String>,
    ) {
        self.say(WorkQueued {
            work: id,
            visit: work.visit,
            epoch: work.epoch,
            department: work.department.clone(),
            role: work.role.clone(),
            cause,
            because,
            lacks,
        });
    }

    /// The skills for want of which a search finds nobody: somebody would be there who lacks them.
    fn lacking(&self, search: Search<'_>) -> BTreeSet<String> {
        let skills: BTreeSet<_> = search.skills.iter().map(ToString::to_string).collect();
        let anybody = Search { skills: BTreeSet::new(), ..search };
        if skills.is_empty() || self.choose(&anybody).is_none() { BTreeSet::new() } else { skills }
    }
}
