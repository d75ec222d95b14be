//! Teams that are put together for a case: leader, deputy and members are found as owners of a step are, present
//! and unbarred. A team is called once, when its rule first holds, and stays with the case. Whoever is away for a while
//! stays in it; the place of somebody who left the company is filled again when the case next moves or its work is
//! looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::messages::team_called::TeamCalled;
use contracts::{PersonId, Problem, StageKind};
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
    /// Calls the teams whose rule holds now, and anew those that somebody left.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(crate) fn call_teams(&mut self) -> Result<(), Problem> {
        if self.case.is_closed() || self.book.playbook().teams.is_empty() {
            return Ok(());
        }
        let (book, env) = (Arc::clone(&self.book), self.env());
        for team in &book.playbook().teams {
            let before = self.case.teams.get(team.key.as_str());
            let is_due = match before {
                Some(called) => people_of(called).any(|person| self.directory().active(person).is_none()),
                None => book.holds(&team.when, &env).map_err(evaluation)?,
            };
            if is_due {
                let called = self.put_together(team, before);
                self.say(called.clone());
                self.tell_team(&called)?;
            }
        }
        Ok(())
    }

    /// The people of a team: those of it who are still here, and whoever is found for the other places. A team handles
    /// the matter, so whoever may not handle it is not in one.
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
        members.extend(team.members.iter().flat_map(|who| self.all_of_team(who, &mut taken)));
        let (label, outside) = (team.label.clone(), team.outside.clone());
        TeamCalled { team: team.key.to_string(), label, leader, deputy, members, outside }
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
