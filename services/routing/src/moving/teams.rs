//! Teams that are put together for a case: leader, deputy and members are found as owners of a step are, present
//! and unbarred. A team is called once, when its rule first holds, and stays with the case.

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

impl Draft<'_> {
    /// Calls the teams whose rule holds now.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(super) fn call_teams(&mut self) -> Result<(), Problem> {
        if self.case.is_closed() || self.book.playbook().teams.is_empty() {
            return Ok(());
        }
        let (book, env) = (Arc::clone(&self.book), self.env());
        for team in &book.playbook().teams {
            let known = self.case.teams.contains_key(team.key.as_str());
            if !known && book.holds(&team.when, &env).map_err(evaluation)? {
                let called = self.put_together(team);
                self.say(called.clone());
                self.tell_team(&called)?;
            }
        }
        Ok(())
    }

    /// The people of a team. A team handles the matter, so whoever may not handle it is not in one.
    fn put_together(&self, team: &Team) -> TeamCalled {
        let (case, kind) = (&self.case, StageKind::Investigate);
        let barred = barring::barred(case, case.instance, &self.book, self.directory(), kind);
        let mut taken: BTreeSet<PersonId> = barred.into_iter().collect();
        let leader = self.one_of_team(&team.leader, &mut taken);
        let deputy = team.deputy.as_ref().and_then(|who| self.one_of_team(who, &mut taken));
        let members = team.members.iter().flat_map(|who| self.all_of_team(who, &mut taken)).collect();
        let (label, outside) = (team.label.clone(), team.outside.clone());
        TeamCalled { team: team.key.to_string(), label, leader, deputy, members, outside }
    }

    fn one_of_team(&self, who: &Who, taken: &mut BTreeSet<PersonId>) -> Option<PersonId> {
        let holder = self.book.holder(who)?;
        let (role, department) = (&holder.role, self.department(&holder.department));
        let search = Search {
            person: None,
            role,
            secondary: None,
            department: &department,
            task: TASK,
            barred: taken.clone(),
            skills: BTreeSet::new(),
            team: None,
        };
        let found = self.choose(&search)?.person;
        taken.insert(found.clone());
        Some(found)
    }

    /// Everybody there who holds the role; where nobody is, whoever would be asked instead.
    fn all_of_team(&self, who: &Who, taken: &mut BTreeSet<PersonId>) -> Vec<PersonId> {
        let Some(holder) = self.book.holder(who) else { return Vec::new() };
        let (department, now) = (self.department(&holder.department), self.context.now());
        let directory = self.directory();
        let holders = directory.holders(&holder.role, &department).map(|person| &person.id);
        let in_role: Vec<_> = holders.cloned().collect();
        let there = in_role.iter().filter(|id| directory.is_present(id, now));
        let there: Vec<_> = there.filter(|id| !taken.contains(*id)).cloned().collect();
        taken.extend(there.iter().cloned());
        // Whoever leads the team already speaks for the role.
        if !there.is_empty() || in_role.iter().any(|id| taken.contains(id) && directory.is_present(id, now)) {
            return there;
        }
        self.one_of_team(who, taken).into_iter().collect()
    }
}
