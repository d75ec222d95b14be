//! The first proposal of a complaint is made from the handling standard of its category, where there is one.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::proposal_made::Remedy;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::{ComplaintId, Fen, Problem, ServiceName, WordId};
use playbook::Standard;
use runtime::service::{Context, Decision};

use super::propose::{Place, Terms, facts};
use super::seat::to_json;
use crate::Row;
use crate::needs::Needs;
use crate::state::State;

/// What the visit that begins is ended with by itself: a standard, while nobody has proposed anything. Whatever comes
/// after it is a person's, as is a proposal that waits for facts, and one for a complaint that does not stand.
pub(super) fn applies<'n>(state: &State, entered: &StageEntered, needs: &'n Needs) -> Option<&'n Standard> {
    let nobody_proposed = state.instances.values().all(|instance| instance.proposals.is_empty());
    let stands = state.instance(entered.instance).verdict != Some(false);
    let is_ready = nobody_proposed && stands && needs.lacking.is_empty();
    needs.standard.as_ref().filter(|_| is_ready && needs.outcome("proposed", "/remedies").is_ok())
}

/// Proposes what the standard gives and ends the visit.
///
/// # Errors
/// `internal` when the results are not JSON, which would be a defect.
pub(super) fn propose(
    context: &Context<'_, State>,
    state: &State,
    (complaint, entered): (ComplaintId, &StageEntered),
    (needs, standard): (&Needs, &Standard),
) -> Result<Decision<Row>, Problem> {
    let mut decision = Decision::nothing();
    let reason = standard.reason.get(entered.language);
    let reason = decision.keep(WordId(context.next_id()), ServiceName::Investigation, complaint, reason);
    let remedies: Vec<_> = standard
        .remedies
        .iter()
        .map(|given| Remedy {
            remedy: given.remedy.to_string(),
            amount: given.amount.map(playbook::Yuan::fen).unwrap_or_default(),
        })
        .collect();
    let total = remedies.iter().fold(0_i64, |sum, remedy| sum.saturating_add(remedy.amount.0));
    let terms = Terms {
        remedies,
        total: Fen(total),
        liable: standard.liable.to_string(),
        liable_person: None,
        shares: Vec::new(),
        reason,
        declined: Vec::new(),
    };
    let instance = state.instance(entered.instance);
    let at = Place { visit: entered.visit, handling: entered.instance, instance: &instance };
    let results = terms.say(context, &mut decision, &at, Actor::System);
    let was_approved = entered.facts.get(&key::approved()).is_some_and(|said| said.as_bool() == Some(true));
    decision.say(StageCompleted {
        visit: entered.visit,
        epoch: entered.epoch,
        outcome: needs.outcome("proposed", "/remedies")?,
        facts: facts(&results, was_approved),
        results: to_json(&results)?,
        by: Actor::System,
    });
    Ok(decision)
}
