//! Authority and what waits for it: who approves how much, and that nothing is told, paid or filed before.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::decision_recorded::{Decided, DecisionRecorded};
use contracts::messages::proposal_made::ProposalMade;
use contracts::messages::round_opened::RoundOpened;
use contracts::messages::stage_entered::StageEntered;
use contracts::{Event, Fen, RoundId, VisitId};
use playbook::{ApproveBefore, AuthorityRow, StepMode};

use super::{APPROVED_FIRST, AUTHORITY, Looking};

/// What was said of proposals and rounds, with the steps.
#[derive(Default)]
struct Told<'a> {
    entered: BTreeMap<VisitId, &'a StageEntered>,
    proposals: Vec<(usize, &'a ProposalMade)>,
    rounds: BTreeMap<RoundId, &'a RoundOpened>,
    decisions: Vec<&'a DecisionRecorded>,
    approved: Vec<(usize, RoundId)>,
    unfounded: Vec<usize>,
}

impl<'a> Told<'a> {
    fn of(looking: &Looking<'a>) -> Self {
        let (mut told, of) = (Self::default(), looking.of);
        for (step, event) in of.said() {
            match event {
                Event::StageEntered(entered) => drop(told.entered.insert(entered.visit, entered)),
                Event::ProposalMade(made) => told.proposals.push((step, made)),
                Event::RoundOpened(round) if round.purpose.is_decision() => {
                    told.rounds.insert(round.round, round);
                }
                Event::DecisionRecorded(decision) => told.decisions.push(decision),
                Event::RoundClosed(closed) if closed.approved => told.approved.push((step, closed.round)),
                Event::VerificationRecorded(said) if !said.substantiated => told.unfounded.push(step),
                _ => {}
            }
        }
        told
    }

    /// The newest proposal of a handling that was made before `step`.
    fn newest(&self, instance: u32, step: usize) -> Option<&'a ProposalMade> {
        let before = self.proposals.iter().filter(|(made, one)| *made < step && one.instance == instance);
        before.map(|(_, made)| *made).max_by_key(|made| made.version)
    }

    /// Whether a round about this version, or about anything without one, was approved until `step`.
    fn is_approved(&self, proposal: Option<&ProposalMade>, step: usize) -> bool {
        let rounds =
            self.approved.iter().filter(|(at, _)| *at <= step).filter_map(|(_, id)| self.rounds.get(id));
        let fits = |round: &&RoundOpened| match proposal {
            Some(made) => round.proposal == Some(made.proposal) && round.version == made.version,
            None => true,
        };
        rounds.copied().any(|round| fits(&round))
    }
}

pub(super) fn look(looking: &mut Looking<'_>) {
    let told = Told::of(looking);
    let mut findings: Vec<(&'static str, String)> = Vec::new();
    for round in told.rounds.values() {
        findings.extend(by_the_matrix(looking, &told, round).map(|what| (AUTHORITY, what)));
    }
    for decision in told.decisions.iter().filter(|one| one.decision == Decided::Approve) {
        findings.extend(without_the_role(looking, &told, decision).map(|what| (AUTHORITY, what)));
    }
    for (_, round) in &told.approved {
        findings.extend(too_few(&told, *round).map(|what| (AUTHORITY, what)));
    }
    findings.extend(too_early(looking, &told).into_iter().map(|what| (APPROVED_FIRST, what)));
    findings.into_iter().for_each(|(rule, what)| looking.say(rule, what));
}

/// The row that the matrix has for an amount: over the lower bound, up to and including the upper one.
fn row_for<'r>(rows: &'r [AuthorityRow], liable: &str, level: u32, amount: Fen) -> Option<&'r AuthorityRow> {
    rows.iter().find(|row| {
        row.liable.is_none_or(|party| party.as_str() == liable)
            && row.level.is_none_or(|of| of == level)
            && row.amount_over.is_none_or(|over| amount > over.fen())
            && row.amount_up_to.is_none_or(|most| amount <= most.fen())
    })
}

/// A round over a proposal has the steps that the matrix asks for, for no less than its amount.
fn by_the_matrix(looking: &Looking<'_>, told: &Told<'_>, round: &RoundOpened) -> Option<String> {
    if round.cumulated < round.total {
        return Some(format!("{} of {} was cumulated", round.cumulated, round.total));
    }
    let is_its =
        |made: &&ProposalMade| Some(made.proposal) == round.proposal && made.version == round.version;
    let made = told.proposals.iter().map(|(_, made)| *made).find(is_its)?;
    if made.total != round.total {
        return Some(format!("{} was proposed, and the round is over {}", made.total, round.total));
    }
    let level = told.entered.get(&round.visit).map_or(1, |entered| entered.level);
    let rows = &looking.seen.book.playbook().authority_matrix;
    let row = row_for(rows, &made.liable, level, round.cumulated)?;
    let fits = row.steps.len() == round.steps.len()
        && row.steps.iter().zip(&round.steps).all(|(asked, step)| {
            let enough = match asked.mode {
                StepMode::Any => step.needed >= 1,
                StepMode::All => step.needed as usize == step.seats.len().max(1),
                StepMode::Quorum(least) => step.needed >= least,
            };
            asked.role == step.role && enough
        });
    (!fits).then(|| format!("{} asks for {:?}, and the round has {:?}", row.key, row.steps, round.steps))
}

/// Whoever approves holds the role of the step, stands in for somebody who does, or is above them.
fn without_the_role(looking: &Looking<'_>, told: &Told<'_>, said: &DecisionRecorded) -> Option<String> {
    let round = told.rounds.get(&said.round)?;
    let step = round.steps.get(said.step as usize)?;
    let people = &looking.seen.directory;
    let person = said.by.person()?;
    let holds = |id: &contracts::PersonId| {
        people.people.get(id).is_some_and(|known| known.roles.contains(&step.role))
    };
    let mut holders = people.people.values().filter(|known| known.roles.contains(&step.role));
    let above = holders.any(|below| people.is_above(person, &below.id));
    let authorised = holds(person) || said.instead_of.as_ref().is_some_and(holds) || above;
    (!authorised).then(|| format!("{person} approved at the step of {}", step.role))
}

/// An approved round has as many different people in favour at each step as it needs.
fn too_few(told: &Told<'_>, id: RoundId) -> Option<String> {
    let Some(round) = told.rounds.get(&id) else {
        return Some(format!("round {id} approved and decides nothing"));
    };
    for (at, step) in round.steps.iter().enumerate() {
        let here = told.decisions.iter().filter(|said| said.round == id && said.step as usize == at);
        let in_favour: BTreeSet<_> = here
            .filter(|said| said.decision == Decided::Approve)
            .filter_map(|said| said.by.person())
            .collect();
        if in_favour.len() < step.needed as usize {
            return Some(format!("{} of {} approved at step {at}", in_favour.len(), step.needed));
        }
    }
    None
}

/// What was told, paid or filed before the approval that the playbook asks for.
fn too_early(looking: &Looking<'_>, told: &Told<'_>) -> Vec<String> {
    let asked = &looking.seen.book.playbook().approve_before;
    let mut early = Vec::new();
    for (step, event) in looking.of.said() {
        match event {
            Event::ReplyTold(said) if asked.contains(&ApproveBefore::Reply) => {
                let newest = told.entered.get(&said.visit).and_then(|at| told.newest(at.instance, step));
                let unfounded = told.unfounded.iter().any(|at| *at <= step);
                if !(told.is_approved(newest, step) || newest.is_none() && unfounded) {
                    early.push(format!(
                        "the customer was told at step {step}, and {newest:?} was not approved"
                    ));
                }
            }
            Event::RemedyExecuted(said) => {
                let newest = told.entered.get(&said.visit).and_then(|at| told.newest(at.instance, step));
                let total: i64 = said.remedies.iter().map(|remedy| remedy.amount.0).sum();
                if asked.contains(&ApproveBefore::Execute) && !told.is_approved(newest, step) {
                    early.push(format!("carried out at step {step}, and {newest:?} was not approved"));
                }
                if newest.is_some_and(|made| total > made.total.0) {
                    early.push(format!("{total} was paid, more than {newest:?}"));
                }
            }
            Event::CaseClosed(_) if asked.contains(&ApproveBefore::Archive) => {
                let newest = told.newest(looking.of.case.instance, step);
                if newest.is_some() && !told.is_approved(newest, step) {
                    early.push(format!("archived, and {newest:?} was not approved"));
                }
            }
            _ => {}
        }
    }
    early
}
