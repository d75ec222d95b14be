//! `account`: which of the rewards and penalties that the playbook proposes are decided, for whom and how much; none of
//! them drops the matter. Always with a reason, never on one's own, and a record, never a payment.

use std::collections::BTreeSet;

use contracts::commands::Command;
use contracts::commands::approval::{Account, AccountOne};
use contracts::messages::accountability_decided::{AccountabilityDecided, Accounted};
use contracts::messages::round_opened::{ProposedIncentive, Purpose};
use contracts::{Fen, PersonId, Problem, ProblemCode};
use playbook::IncentiveSubject;
use runtime::service::{Context, Decision};

use super::Outcome;
use super::incentives::department_of;
use super::seat_taken::Claim;
use super::turn::{Turn, missing};
use crate::config::{Config, DECISIONS, REASON};
use crate::state::{Round, State};

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Outcome {
    let order: Account = command.read()?;
    let claim =
        Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Account };
    let turn = Turn::of(config, context, state, command, &claim)?;
    if order.decisions.len() > DECISIONS {
        return Err(Problem::new(ProblemCode::InvalidField, "that is too much for one order")
            .at("/decisions")
            .expected(format!("at most {DECISIONS}")));
    }
    let (mut decisions, mut taken) = (Vec::new(), BTreeSet::new());
    for (at, one) in order.decisions.iter().enumerate() {
        let asked = Asked { turn: &turn, at, one };
        let (which, proposed) = asked.proposed(&taken, &decisions)?;
        decisions.push(asked.decided(proposed)?);
        taken.extend(which);
    }
    let reason = order.reason.as_deref().filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let detail = "whether somebody is held to account or not, it needs a reason";
        missing("/reason", detail, "why it is decided so, or why it is dropped")
    })?;
    let mut decision = Decision::nothing();
    let recorded = AccountabilityDecided {
        visit: order.visit,
        round: order.round,
        decisions,
        reason: turn.keep(&mut decision, "/reason", (reason, REASON))?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
    };
    turn.say(decision, recorded)
}

/// One reward or penalty as it was asked for.
struct Asked<'a, 'c> {
    turn: &'a Turn<'a, 'c>,
    at: usize,
    one: &'a AccountOne,
}

impl Asked<'_, '_> {
    fn refuse(&self, field: &str, detail: &str, expected: impl Into<String>) -> Problem {
        Problem::new(ProblemCode::InvalidField, detail).at(self.field(field)).expected(expected)
    }
    fn field(&self, field: &str) -> String {
        format!("/decisions/{}/{field}", self.at)
    }
    const fn round(&self) -> &Round {
        self.turn.place.round
    }

    /// The proposals of the incentive that it names.
    fn proposals(&self) -> impl Iterator<Item = &ProposedIncentive> {
        self.round().incentives.iter().filter(|one| one.incentive == self.one.incentive)
    }

    /// The proposal that it decides on, and which one that uses up: each is used once, so that nobody is held to account
    /// more often for the same thing than it happened, and nobody in the place of another. Whom a proposal names takes
    /// that one. Somebody else takes one that names nobody, or is held to account besides, as often as there is cause.
    fn proposed(
        &self,
        taken: &BTreeSet<usize>,
        before: &[Accounted],
    ) -> Result<(Option<usize>, &ProposedIncentive), Problem> {
        let all = || {
            let all = self.round().incentives.iter().enumerate();
            all.filter(|(_, one)| one.incentive == self.one.incentive)
        };
        if all().next().is_none() {
            let mut known: Vec<_> =
                self.round().incentives.iter().map(|one| one.incentive.as_str()).collect();
            known.dedup();
            let expected = format!("one of: {}", known.join(", "));
            return Err(self.refuse("incentive", "the playbook does not propose that here", expected));
        }
        let free = || all().filter(|(which, _)| !taken.contains(which));
        let used = |(which, one): (usize, _)| (Some(which), one);
        let theirs = |(_, one): &(usize, &ProposedIncentive)| one.person == self.one.person;
        let found = match &self.one.person {
            None => free().next().map(used),
            Some(_) if all().any(|one| theirs(&one)) => free().find(theirs).map(used),
            Some(_) => {
                let same =
                    |one: &&Accounted| one.incentive == self.one.incentive && one.person == self.one.person;
                let besides = before.iter().filter(same).count() < all().count();
                let besides = all().next().filter(|_| besides).map(|(_, one)| (None, one));
                free().find(|(_, one)| one.person.is_none()).map(used).or(besides)
            }
        };
        found.ok_or_else(|| {
            let detail = "that is decided already in this order";
            self.refuse("incentive", detail, "each reward or penalty as often as there is cause for it")
        })
    }

    fn decided(&self, proposed: &ProposedIncentive) -> Result<Accounted, Problem> {
        let person = self.person(proposed)?;
        let amount = self.amount(proposed)?;
        let department = match &person {
            Some(person) => self.turn.people().and_then(|people| department_of(&people, person)),
            None => proposed.department.clone(),
        };
        Ok(Accounted {
            incentive: proposed.incentive.clone(),
            form: proposed.form.clone(),
            subject: proposed.subject.clone(),
            person,
            department,
            amount,
            percent: self.percent(proposed, amount)?,
            points: self.points(proposed)?,
        })
    }

    /// Whom it concerns: the person of the case, or who is named, as the subject of the incentive allows.
    fn person(&self, proposed: &ProposedIncentive) -> Result<Option<PersonId>, Problem> {
        if proposed.subject == IncentiveSubject::Team.as_str() {
            return match self.one.person {
                Some(_) => Err(self.refuse("person", "it concerns the team", "no person")),
                None => Ok(None),
            };
        }
        let person = self.one.person.clone().or_else(|| proposed.person.clone()).ok_or_else(|| {
            missing(&self.field("person"), "the case names nobody whom it concerns", "a member of staff")
        })?;
        let owners: Vec<&PersonId> = self.proposals().filter_map(|one| one.person.as_ref()).collect();
        let of_step = proposed.subject == IncentiveSubject::StepOwner.as_str();
        if of_step && !owners.is_empty() && !owners.contains(&&person) {
            return Err(self.refuse("person", "somebody else owned that step", owners[0].to_string()));
        }
        let works_here = |person| self.turn.people().is_some_and(|people| people.people.contains_key(person));
        if self.one.person.is_some() && !owners.contains(&&person) && !works_here(&person) {
            let detail = format!("nobody here is called {person}");
            return Err(Problem::new(ProblemCode::UnknownPerson, detail)
                .at(self.field("person"))
                .expected("a member of staff who works here"));
        }
        if self.turn.place.held.voices().any(|voice| *voice == person) {
            let detail = "nobody decides on a reward or penalty of their own, in person or by deputy";
            return Err(Problem::new(ProblemCode::SeparationOfDuty, detail)
                .at(self.field("person"))
                .expected("somebody else to decide on it"));
        }
        Ok(Some(person))
    }

    /// Both bounds are inclusive; where only one amount is possible it need not be said.
    fn amount(&self, proposed: &ProposedIncentive) -> Result<Option<Fen>, Problem> {
        let from = proposed.amount_from.unwrap_or_default();
        let Some(to) = proposed.amount_to else {
            return match self.one.amount {
                Some(_) => Err(self.refuse("amount", "the playbook gives it no amount", "no amount")),
                None => Ok(None),
            };
        };
        let only = (from == to && proposed.percent.is_none()).then_some(to);
        match self.one.amount.or(only) {
            Some(amount) if (from..=to).contains(&amount) => Ok(Some(amount)),
            Some(_) => Err(self.refuse(
                "amount",
                "the amount is outside the range of the playbook",
                format!("from {} to {} fen", from.0, to.0),
            )),
            None if proposed.percent.is_some() && self.one.percent.is_some() => Ok(None),
            None => {
                let expected = format!("from {} to {} fen", from.0, to.0);
                Err(missing(&self.field("amount"), "how much?", &expected))
            }
        }
    }

    fn percent(&self, proposed: &ProposedIncentive, amount: Option<Fen>) -> Result<Option<u8>, Problem> {
        match (proposed.percent, self.one.percent) {
            (None, Some(_)) => Err(self.refuse("percent", "the playbook gives it no share", "no share")),
            (None, None) => Ok(None),
            (Some(most), Some(percent)) if (1..=most).contains(&percent) => Ok(Some(percent)),
            (Some(most), Some(_)) => {
                let detail = "the share is outside what the playbook allows";
                Err(self.refuse("percent", detail, format!("from 1 to {most} percent")))
            }
            (Some(_), None) if amount.is_some() => Ok(None),
            (Some(most), None) => {
                let expected = format!("from 1 to {most} percent");
                Err(missing(&self.field("percent"), "which share?", &expected))
            }
        }
    }

    fn points(&self, proposed: &ProposedIncentive) -> Result<Option<u32>, Problem> {
        match (proposed.points, self.one.points) {
            (None, Some(_)) => Err(self.refuse("points", "the playbook gives it no points", "no points")),
            (None, None) => Ok(None),
            (Some(most), Some(points)) if (1..=most).contains(&points) => Ok(Some(points)),
            (Some(most), Some(_)) => {
                let detail = "that is more or less than the playbook allows";
                Err(self.refuse("points", detail, format!("from 1 to {most} points")))
            }
            (Some(most), None) => {
                Err(missing(&self.field("points"), "how many?", &format!("from 1 to {most} points")))
            }
        }
    }
}
