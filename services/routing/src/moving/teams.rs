//! Teams that are put together for a case: leader, deputy and members are found as owners of a step are, present
//! and unbarred. A team is called once, when its rule first holds, and stays with the case. Whoever is away for a while
//! stays in it. When the case next moves or its work is looked at, the place of somebody who left the company is filled
//! again, and one that was left empty because nobody was there; nobody else is added.

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::messages::team_called::{TeamCalled, TeamPlace};
use contracts::{DepartmentId, PersonId, Problem, RoleKey, StageKind};
use playbook::{Team, Who};

use crate::barring;
use crate::choosing::Search;
use crate::draft::{Draft, evaluation};

/// What somebody is looked for as.
const TASK: &str = "team";

/// Everybody who is in a team, of those who work here.
pub(crate) fn people_of(team: &TeamCalled) -> impl Iterator<Item = &PersonId> {
    team.leader.iter().chain(&team.deputy).chain(&team.members)
}

/// Who is not looked for.
struct Taken {
    barred: BTreeSet<PersonId>,
    in_team: BTreeSet<PersonId>,
}

impl Taken {
    fn is_free(&self, person: &PersonId) -> bool {
        !self.barred.contains(person) && !self.in_team.contains(person)
    }
}

impl Draft<'_> {
    /// Calls the teams whose rule holds now, and fills the places of those that were called.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(crate) fn call_teams(&mut self) -> Result<(), Problem> {
        if self.case.is_closed() || self.book.playbook().teams.is_empty() {
            return Ok(());
        }
        self.fill_teams()?;
        let (book, env) = (Arc::clone(&self.book), self.env());
        for team in &book.playbook().teams {
            let is_called = self.case.teams.contains_key(team.key.as_str());
            if !is_called && book.holds(&team.when, &env).map_err(evaluation)? {
                self.call_team(self.put_together(team, None), None)?;
            }
        }
        Ok(())
    }

    /// Fills the places that are empty in the teams that were called. Looks at no rule, so that a change of the directory may
    /// ask for it at each piece of work that waits.
    ///
    /// # Errors
    /// When nobody can be told of it.
    pub(crate) fn fill_teams(&mut self) -> Result<(), Problem> {
        if self.case.is_closed() || self.case.teams.is_empty() {
            return Ok(());
        }
        let book = Arc::clone(&self.book);
        for team in &book.playbook().teams {
            let Some(before) = self.case.teams.get(team.key.as_str()).cloned() else { continue };
            if !self.has_empty_place(team, &before) {
                continue;
            }
            let called = self.put_together(team, Some(&before));
            if called != before {
                self.call_team(called, Some(&before))?;
            }
        }
        Ok(())
    }

    /// Says who is in the team; whoever is new in it is told.
    fn call_team(&mut self, called: TeamCalled, before: Option<&TeamCalled>) -> Result<(), Problem> {
        self.say(called.clone());
        let were_in: BTreeSet<_> = before.into_iter().flat_map(people_of).collect();
        let new: BTreeSet<_> =
            people_of(&called).filter(|person| !were_in.contains(person)).cloned().collect();
        self.tell_team(&called.team, new.into_iter().collect())
    }

    fn has_empty_place(&self, team: &Team, called: &TeamCalled) -> bool {
        let is_gone = |person: &PersonId| self.directory().active(person).is_none();
        let is_empty = |who: &Who| self.place(who).is_some_and(|place| self.is_empty(&place, called));
        people_of(called).any(is_gone)
            || called.leader.is_none()
            || (team.deputy.is_some() && called.deputy.is_none())
            || team.members.iter().any(is_empty)
    }

    /// Where a member is looked for.
    fn place(&self, who: &Who) -> Option<(RoleKey, DepartmentId)> {
        let holder = self.book.holder(who)?;
        Some((holder.role, self.department(&holder.department)))
    }

    /// Whether nobody was called for a place, and nobody in the team speaks for its role.
    fn is_empty(&self, (role, department): &(RoleKey, DepartmentId), called: &TeamCalled) -> bool {
        let speaks = |person: &PersonId| people_of(called).any(|one| one == person);
        let filled = called.places.iter().any(|one| one.role == *role && one.department == *department);
        !filled && !self.directory().holders(role, department).any(|person| speaks(&person.id))
    }

    /// The people of a team: those of it who are still here, and whoever is found for the places that are empty. A team
    /// handles the matter, so whoever may not handle it is not in one.
    fn put_together(&self, team: &Team, before: Option<&TeamCalled>) -> TeamCalled {
        let (case, kind) = (&self.case, StageKind::Investigate);
        let barred = barring::barred(case, case.instance, &self.book, self.directory(), kind);
        let is_here = |person: &&PersonId| self.directory().active(person).is_some();
        let in_team = before.into_iter().flat_map(people_of).filter(is_here).cloned().collect();
        let mut taken = Taken { barred: barred.into_iter().collect(), in_team };
        let leader = before.and_then(|before| before.leader.as_ref()).filter(is_here).cloned();
        let leader = leader.or_else(|| self.one_of_team(&team.leader, &mut taken));
        let deputy = before.and_then(|before| before.deputy.as_ref()).filter(is_here).cloned();
        let second = || team.deputy.as_ref().and_then(|who| self.one_of_team(who, &mut taken));
        let deputy = deputy.or_else(second);
        let stay = before.into_iter().flat_map(|before| &before.members).filter(is_here).cloned();
        let mut members: Vec<_> = stay.collect();
        let mut places = Vec::new();
        for who in &team.members {
            let Some((role, department)) = self.place(who) else { continue };
            let (own, found) = self.members_for(who, (&role, &department), before, &mut taken);
            members.extend(found.iter().cloned());
            let at = |person| TeamPlace { person, role: role.clone(), department: department.clone() };
            places.extend(own.into_iter().chain(found).map(at));
        }
        let (label, outside) = (team.label.clone(), team.outside.clone());
        TeamCalled { team: team.key.to_string(), label, leader, deputy, members, places, outside }
    }

    /// Who stays in a place, and who is found for it: one for each who left; everybody of the role where it was empty.
    fn members_for(
        &self,
        who: &Who,
        (role, department): (&RoleKey, &DepartmentId),
        before: Option<&TeamCalled>,
        taken: &mut Taken,
    ) -> (Vec<PersonId>, Vec<PersonId>) {
        let own = before.into_iter().flat_map(|before| &before.places);
        let own = own.filter(|one| one.role == *role && one.department == *department);
        let (stay, left): (Vec<_>, Vec<_>) =
            own.map(|one| one.person.clone()).partition(|person| self.directory().active(person).is_some());
        let is_searched = before.is_none_or(|before| {
            !left.is_empty() || self.is_empty(&(role.clone(), department.clone()), before)
        });
        let mut found = if is_searched { self.all_of_team(who, taken) } else { Vec::new() };
        if !left.is_empty() {
            for person in found.drain(left.len().min(found.len())..) {
                taken.in_team.remove(&person);
            }
        }
        (stay, found)
    }

    fn one_of_team(&self, who: &Who, taken: &mut Taken) -> Option<PersonId> {
        let holder = self.book.holder(who)?;
        let (role, department) = (&holder.role, self.department(&holder.department));
        let search = Search {
            person: None,
            role,
            secondary: None,
            department: &department,
            task: TASK,
            barred: taken.barred.union(&taken.in_team).cloned().collect(),
            skills: BTreeSet::new(),
            team: None,
        };
        let found = self.choose(&search)?.person;
        taken.in_team.insert(found.clone());
        Some(found)
    }

    /// Everybody there who holds the role; where nobody is, whoever would be asked instead.
    fn all_of_team(&self, who: &Who, taken: &mut Taken) -> Vec<PersonId> {
        let Some(holder) = self.book.holder(who) else { return Vec::new() };
        let (department, now) = (self.department(&holder.department), self.context.now());
        let directory = self.directory();
        let in_role: Vec<_> = directory.holders(&holder.role, &department).map(|person| &person.id).collect();
        let there = in_role.iter().filter(|id| directory.is_present(id, now) && taken.is_free(id));
        let there: Vec<PersonId> = there.map(|id| PersonId::clone(id)).collect();
        // Whoever leads the team already speaks for the role.
        if !there.is_empty() || in_role.iter().any(|id| taken.in_team.contains(*id)) {
            taken.in_team.extend(there.iter().cloned());
            return there;
        }
        self.one_of_team(who, taken).into_iter().collect()
    }
}
