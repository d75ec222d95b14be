//! What may be given: amounts, the playbook's list, what was proposed and what of it is still owed.

use contracts::commands::check_text;
use contracts::commands::investigation::Propose;
use contracts::messages::proposal_made::Remedy;
use contracts::{Fen, Problem, ProblemCode};
use playbook::RemedyKind;

use crate::config::Limits;
use crate::needs::Needs;
use crate::state::{Instance, State, by_remedy};

/// The sum of `remedies`, each of which is among those that the playbook lists and none of which is below zero.
///
/// # Errors
/// `remedy-not-allowed`, `invalid-field` or `field-too-long`; every finding is listed.
pub(super) fn sum(remedies: &[Remedy], listed: &[RemedyKind]) -> Result<Fen, Problem> {
    let most = Limits::default().remedies;
    if remedies.len() > most {
        return Err(Problem::new(ProblemCode::FieldTooLong, "too many remedies")
            .at("/remedies")
            .expected(format!("at most {most}")));
    }
    let findings = remedies.iter().enumerate().filter_map(|(at, remedy)| fault(at, remedy, listed)).collect();
    if let Some(problem) = Problem::all(findings) {
        return Err(problem);
    }
    remedies.iter().try_fold(Fen(0), |sum, remedy| sum.checked_add(remedy.amount)).ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "the amounts add up to more than can be counted")
            .at("/remedies")
            .expected(format!("a sum of at most {} fen", i64::MAX))
    })
}

fn fault(at: usize, remedy: &Remedy, listed: &[RemedyKind]) -> Option<Problem> {
    let is_listed = listed.iter().any(|listed| listed.as_str() == remedy.remedy);
    if !is_listed {
        let listed: Vec<_> = listed.iter().copied().map(RemedyKind::as_str).collect();
        return Some(
            Problem::new(ProblemCode::RemedyNotAllowed, "the playbook does not list this remedy")
                .at(format!("/remedies/{at}/remedy"))
                .expected(if listed.is_empty() { "no remedy".to_owned() } else { listed.join(", ") }),
        );
    }
    (remedy.amount < Fen(0)).then(|| {
        Problem::new(ProblemCode::InvalidField, "an amount cannot be below zero")
            .at(format!("/remedies/{at}/amount"))
            .expected("0 or more fen")
    })
}

/// Refuses remedies for a complaint that does not stand, for as long as this handling of it lasts.
///
/// # Errors
/// `remedy-not-allowed`.
pub(super) fn stand(remedies: &[Remedy], instance: &Instance) -> Result<(), Problem> {
    if remedies.is_empty() || instance.verdict != Some(false) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::RemedyNotAllowed, "the complaint does not stand")
        .at("/remedies")
        .expected("no remedy: it is closed with an explanation"))
}

/// Refuses a proposal that gives nothing of what this fault must give: a fault of one's own is made good (P33). A complaint
/// that does not stand is nobody's fault.
///
/// # Errors
/// `missing-field`.
pub(super) fn make_good(order: &Propose, needs: &Needs, instance: &Instance) -> Result<(), Problem> {
    let owed = needs.owed_by(&order.liable);
    let is_owed = |remedy: &Remedy| owed.iter().any(|one| one.as_str() == remedy.remedy);
    if owed.is_empty() || instance.verdict == Some(false) || order.remedies.iter().any(is_owed) {
        return Ok(());
    }
    let words: Vec<_> = owed.iter().copied().map(RemedyKind::as_str).collect();
    Err(Problem::new(ProblemCode::MissingField, "whoever is at fault has to make it good")
        .at("/remedies")
        .expected(format!("at least one of: {}", words.join(", "))))
}

/// Refuses a remedy that stands behind others in the playbook's order while one of those was neither tried nor declined by
/// the customer, then or now (R-162: the money back comes last).
///
/// # Errors
/// `remedy-not-allowed` naming what comes before; `invalid-field` for a word about what does not come before anything.
pub(super) fn in_order(order: &Propose, state: &State, needs: &Needs) -> Result<(), Problem> {
    let (tried, most) = (state.tried(), Limits::default().remedies);
    if order.declined.len() > most {
        return Err(Problem::new(ProblemCode::FieldTooLong, "too many remedies")
            .at("/declined")
            .expected(format!("at most {most}")));
    }
    let is_declined = |remedy: &str| order.declined.iter().any(|declined| declined.remedy == remedy);
    let step = |remedy: &str| needs.order.iter().position(|listed| listed.as_str() == remedy);
    let out_of_turn = order.remedies.iter().enumerate().filter_map(|(at, remedy)| {
        let before = needs.order[..step(&remedy.remedy)?].iter().map(|listed| listed.as_str());
        let may = |earlier: &&str| needs.remedies.iter().any(|listed| listed.as_str() == *earlier);
        let left: Vec<_> =
            before.filter(may).filter(|one| !tried.contains(one) && !is_declined(one)).collect();
        (!left.is_empty()).then(|| {
            let words = left.join(", ");
            Problem::new(ProblemCode::RemedyNotAllowed, format!("{words} comes before this"))
                .at(format!("/remedies/{at}/remedy"))
                .expected(format!("{words} carried out, or declined by the customer with a reason"))
        })
    });
    let proposed = |remedy: &str| order.remedies.iter().any(|one| one.remedy == remedy);
    let declined = order.declined.iter().enumerate().filter_map(|(at, declined)| {
        if step(&declined.remedy).is_none() || proposed(&declined.remedy) {
            let words: Vec<_> = needs.order.iter().map(|listed| listed.as_str()).collect();
            let expected = format!("one of these that is not proposed: {}", words.join(", "));
            let problem =
                Problem::new(ProblemCode::InvalidField, "this comes before nothing that is proposed");
            return Some(problem.at(format!("/declined/{at}/remedy")).expected(expected));
        }
        check_text(&format!("/declined/{at}/reason"), &declined.reason, Limits::default().text).err()
    });
    Problem::all(out_of_turn.chain(declined).collect()).map_or(Ok(()), Err)
}

/// Refuses to carry out more than was proposed and is still owed, remedy by remedy.
///
/// # Errors
/// `not-approved`: whatever goes beyond the proposal has to be proposed and approved first.
pub(super) fn within_proposal(remedies: &[Remedy], instance: &Instance) -> Result<(), Problem> {
    let Some(proposal) = instance.proposal() else { return Ok(()) };
    let proposed = by_remedy(&proposal.remedies);
    for (remedy, now) in by_remedy(remedies) {
        let before = instance.executed.get(remedy).copied().unwrap_or_default();
        let after = before.checked_add(now);
        let limit = proposed.get(remedy).copied();
        if !matches!((after, limit), (Some(after), Some(limit)) if after <= limit) {
            let left = limit.map_or(0, |limit| (limit.0 - before.0).max(0));
            return Err(Problem::new(ProblemCode::NotApproved, "this goes beyond what was proposed")
                .at("/remedies")
                .expected(format!("at most {} of {remedy}", Fen(left))));
        }
    }
    Ok(())
}
