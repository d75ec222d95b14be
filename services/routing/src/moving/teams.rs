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

/// A role, and where it is looked for.
type Looked = (RoleKey, DepartmentId);

/// Somebody in a place.
fn at(person: PersonId, (role, department): &Looked) -> TeamPlace {
    TeamPlace { person, role: role.clone(), department: department.clone() }
}

fn is_at(filled: &TeamPlace, (role, department): &Looked) -> bool {
    filled.role == *role && filled.department == *department
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
            let Some(before) = self.case.teams.get(team.key.as_str()) else { continue };
            let before = TeamCalled { places: self.places_of(team, before), ..before.clone() };
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
        people_of(called).any(is_gone)
            || called.leader.is_none()
            || (team.deputy.is_some() && called.deputy.is_none())
            || self.places(team).iter().any(|(_, place)| self.is_empty(place, called))
    }

    /// The places of the members, each once: two that a playbook names may be one and the same for a case.
    fn places<'t>(&self, team: &'t Team) -> Vec<(&'t Who, Looked)> {
        let mut seen = BTreeSet::new();
        let all = team.members.iter().filter_map(|who| Some((who, self.place(who)?)));
        all.filter(|(_, place)| seen.insert(place.clone())).collect()
    }

    /// The places that were filled when a team was called, one for each member. A team from before they were written down
    /// had them all the same: by the role that a member has or had, else that of whoever could not be found.
    fn places_of(&self, team: &Team, called: &TeamCalled) -> Vec<TeamPlace> {
        let mut filled: Vec<TeamPlace> = Vec::new();
        for place in &called.places {
            if !filled.contains(place) {
                filled.push(place.clone());
            }
        }
        let places: Vec<Looked> = self.places(team).into_iter().map(|(_, place)| place).collect();
        let without = called.members.iter().filter(|member| !filled.iter().any(|one| one.person == **member));
        let (mut written, mut others) = (Vec::new(), Vec::new());
        for member in without {
            let person = self.directory().people.get(member);
            let has = |(role, department): &&Looked| {
                person.is_some_and(|one| one.department == *department && one.roles.contains(role))
            };
            match places.iter().find(has) {
                Some(place) => written.push(at(member.clone(), place)),
                None => others.push(member.clone()),
            }
        }
        filled.extend(written);
        for member in others {
            let is_free = |place: &&Looked| !filled.iter().any(|one| is_at(one, place));
            if let Some(place) = places.iter().find(is_free).or_else(|| places.first()) {
                filled.push(at(member, place));
            }
        }
        filled
    }

    /// Where a member is looked for.
    fn place(&self, who: &Who) -> Option<Looked> {
        let holder = self.book.holder(who)?;
        Some((holder.role, self.department(&holder.department)))
    }

    /// Whether nobody was called for a place, and nobody in the team speaks for its role.
    fn is_empty(&self, place: &Looked, called: &TeamCalled) -> bool {
        let (role, department) = place;
        let speaks = |person: &PersonId| people_of(called).any(|one| one == person);
        let filled = called.places.iter().any(|one| is_at(one, place));
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
        let looked_for = self.places(team);
        // What the case moved away from since: whoever was called there stays.
        let elsewhere = |one: &&TeamPlace| !looked_for.iter().any(|(_, place)| is_at(one, place));
        let stay = before.into_iter().flat_map(|before| &before.places).filter(elsewhere);
        let mut places: Vec<_> = stay.filter(|one| is_here(&&one.person)).cloned().collect();
        for (who, place) in looked_for {
            let (own, found) = self.members_for(who, &place, before, &mut taken);
            members.extend(found.iter().cloned());
            places.extend(own.into_iter().chain(found).map(|person| at(person, &place)));
        }
        let (label, outside) = (team.label.clone(), team.outside.clone());
        TeamCalled { team: team.key.to_string(), label, leader, deputy, members, places, outside }
    }

    /// Who stays in a place, and who is found for it: one for each who left; everybody of the role where it was empty.
    fn members_for(
        &self,
        who: &Who,
        place: &Looked,
        before: Option<&TeamCalled>,
        taken: &mut Taken,
    ) -> (Vec<PersonId>, Vec<PersonId>) {
        let own = before.into_iter().flat_map(|before| &before.places);
        let own = own.filter(|one| is_at(one, place));
        let (stay, left): (Vec<_>, Vec<_>) =
            own.map(|one| one.person.clone()).partition(|person| self.directory().active(person).is_some());
        let is_searched = before.is_none_or(|before| !left.is_empty() || self.is_empty(place, before));
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
