//! Settled on the spot: only where facts and liability are clear and the remedy is within the receiver's
//! authority, added up over what the same customer and order were given lately, so that a limit is not dodged by
//! splitting. Routing then takes the case straight to the archive; here only the fact is said.

use contracts::commands::intake::{RegisterComplaint, Settlement};
use contracts::commands::{Actor, check_text};
use contracts::messages::proposal_made::Remedy;
use contracts::{FactValue, Fen, Problem, ProblemCode, ServiceName, WordId, facts};
use jiff::{SignedDuration, Timestamp};
use playbook::{CaseView, Env, Liable, Playbook, RemedyKind, SettleOnTheSpot};
use runtime::service::{Context, Decision, EntryChange, EntryKey};
use serde::{Deserialize, Serialize};
use vault::normalise;

use super::Draft;
use super::complainant::Identity;
use crate::Intake;
use crate::decide::reading::missing;
use crate::decide::space;
use crate::rows::{Row, SettlementRow};
use crate::state::State;

const LONGEST_ACCOUNT: usize = 2_000;

/// What was given at once, lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    at: Timestamp,
    amount: Fen,
}

/// What is wrong with the settlement of a complaint, whoever made it. What may be given is that of the category and, where it
/// was said whose fault it is, of the fault, as in a proposal.
pub(super) fn check(body: &RegisterComplaint, playbook: &Playbook) -> Vec<Problem> {
    let Some(settlement) = &body.settlement else { return Vec::new() };
    let mut findings = Vec::new();
    findings.extend(check_text("/settlement/account", &settlement.account, LONGEST_ACCOUNT).err());
    if settlement.remedies.is_empty() {
        findings.push(
            missing("/settlement/remedies").expected("what was given, an apology or explanation at least"),
        );
    }
    let (allowed, owed) = given(body, playbook);
    let words = |kinds: &[RemedyKind]| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    for (at, remedy) in settlement.remedies.iter().enumerate() {
        if !allowed.iter().any(|kind| kind.as_str() == remedy.remedy) {
            findings.push(
                Problem::new(ProblemCode::RemedyNotAllowed, "the playbook does not list this remedy")
                    .at(format!("/settlement/remedies/{at}/remedy"))
                    .expected(format!("one of {}", words(&allowed))),
            );
        }
        if remedy.amount.0 < 0 {
            findings.push(
                Problem::new(ProblemCode::InvalidField, "the amount is negative")
                    .at(format!("/settlement/remedies/{at}/amount"))
                    .expected("fen, 0 or more"),
            );
        }
    }
    let is_owed = |remedy: &Remedy| owed.iter().any(|kind| kind.as_str() == remedy.remedy);
    if !owed.is_empty() && !settlement.remedies.iter().any(is_owed) {
        findings.push(
            Problem::new(ProblemCode::MissingField, "whoever is at fault has to make it good")
                .at("/settlement/remedies")
                .expected(format!("at least one of: {}", words(&owed))),
        );
    }
    if total(settlement).is_none() {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "the sum is not possible")
                .at("/settlement/remedies")
                .expected(format!("a sum of at most {} fen", i64::MAX)),
        );
    }
    findings
}

/// What may be given for the matter, and of what something must be.
fn given(body: &RegisterComplaint, playbook: &Playbook) -> (Vec<RemedyKind>, Vec<RemedyKind>) {
    let category = body.category.as_ref().map_or("", |category| category.as_str());
    let Some(listed) = playbook.remedies_for(category) else { return (RemedyKind::ALL.to_vec(), Vec::new()) };
    let said = body.facts.get(&facts::key::liable()).and_then(FactValue::as_text);
    let liable = said.and_then(|word| Liable::ALL.iter().copied().find(|party| party.as_str() == word));
    match liable {
        Some(party) => (listed.given_by(party).collect(), listed.owed_by(party).collect()),
        None => (listed.allowed, Vec::new()),
    }
}

fn total(settlement: &Settlement) -> Option<Fen> {
    settlement.remedies.iter().try_fold(Fen(0), |sum, remedy| sum.checked_add(remedy.amount))
}

/// Records a settlement that is within the receiver's authority.
///
/// # Errors
/// `beyond-authority`.
pub(super) fn settle(
    intake: &Intake,
    context: &Context<'_, State>,
    actor: &Actor,
    draft: &mut Draft,
    identity: &mut Identity,
    decision: &mut Decision<Row>,
) -> Result<(), Problem> {
    let Some(settlement) = draft.body.settlement.clone() else { return Ok(()) };
    let total = total(&settlement).unwrap_or(Fen(i64::MAX));
    let playbook = std::sync::Arc::clone(&draft.playbook);
    let beyond = |detail: &str| {
        Problem::new(ProblemCode::BeyondAuthority, detail)
            .at("/settlement")
            .expected("a complaint without a settlement")
    };
    let rule = playbook.playbook().intake.settle_on_the_spot.as_ref();
    let rule = rule.ok_or_else(|| beyond("this playbook lets nobody settle on the spot"))?;
    let person = may_settle(actor, rule)?;
    if draft.body.complained_of_person.as_ref() == Some(&person) {
        let detail = "nobody settles a complaint about themselves; it is put on record without";
        return Err(Problem::new(ProblemCode::ConflictOfInterest, detail)
            .at("/settlement")
            .expected("a complaint without a settlement"));
    }
    let spent = remember_spent(intake, context, draft, identity, total, decision)?;
    let limit = rule.max_amount.fen();
    if spent > limit {
        let detail = format!("{spent} yuan with what this customer or order was given lately");
        return Err(beyond(&detail).expected(format!("at most {limit} yuan")));
    }
    let unclear = draft.facts.get(&facts::key::liability_clear()) == Some(&FactValue::Bool(false));
    let env = Env { facts: draft.facts.clone(), case: case_view(draft), ..Env::default() };
    let holds = rule.when.as_ref().map_or(Ok(true), |when| playbook.holds(when, &env));
    let holds =
        holds.map_err(|error| beyond(&format!("whether it may be settled cannot be told: {error}")))?;
    if unclear || !holds {
        return Err(beyond("facts or liability are not clear enough to settle this on the spot"));
    }
    draft.facts.insert(facts::key::settled_on_the_spot(), true.into());
    draft.facts.insert(facts::key::remedy_amount(), FactValue::Int(total.0));
    let account = WordId(context.next_id());
    decision.keep(account, ServiceName::Intake, draft.complaint, &settlement.account);
    decision.rows.push(Row::Settlement(SettlementRow {
        complaint: draft.complaint,
        account,
        remedies: settlement.remedies,
        total,
        by: person,
        at: context.now(),
    }));
    Ok(())
}

fn may_settle(actor: &Actor, rule: &SettleOnTheSpot) -> Result<contracts::PersonId, Problem> {
    let roles: Vec<_> = rule.roles.iter().map(|role| role.as_str()).collect();
    let holds = rule.roles.iter().any(|role| actor.holds(role.as_str()));
    actor.person().filter(|_| holds).cloned().ok_or_else(|| {
        Problem::new(ProblemCode::BeyondAuthority, "this role cannot settle on the spot")
            .at("/settlement")
            .expected(format!("a member of staff with one of the roles {}", roles.join(", ")))
    })
}

/// The largest sum that this customer or this order was given within the window, this settlement included.
fn remember_spent(
    intake: &Intake,
    context: &Context<'_, State>,
    draft: &Draft,
    identity: &mut Identity,
    total: Fen,
    decision: &mut Decision<Row>,
) -> Result<Fen, Problem> {
    let hashed = |what: &str| {
        let value = normalise::text(what)?;
        Some(hex::encode(intake.keys().blind_index(context.organisation().as_str(), "spot", &value)))
    };
    let customer =
        identity.recognisable.then(|| hashed(&format!("person={}", identity.complainant))).flatten();
    identity.spots.extend(customer.clone());
    let order = draft.body.order_number.as_deref().and_then(normalise::order_number);
    let order = order.and_then(|order| hashed(&format!("order={}", order.as_str())));
    let window = SignedDuration::from_hours(24 * i64::from(intake.config().spot_window_days));
    let since = context.now().checked_sub(window).unwrap_or(Timestamp::MIN);
    let mut most = total;
    for key in [customer, order].into_iter().flatten() {
        let known = context.entry(space::SPOT, key.as_str());
        let mut given: Vec<Given> =
            known.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        given.retain(|earlier| earlier.at >= since);
        given.push(Given { at: context.now(), amount: total });
        let sum = given.iter().try_fold(Fen(0), |sum, given| sum.checked_add(given.amount));
        most = most.max(sum.unwrap_or(Fen(i64::MAX)));
        let value = serde_json::to_value(&given)
            .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
        decision.entries.push(EntryChange::Put { entry: EntryKey { space: space::SPOT, key }, value });
    }
    Ok(most)
}

fn case_view(draft: &Draft) -> CaseView {
    let body = &draft.body;
    let department = body.category.as_ref().and_then(|category| draft.playbook.department_for(category));
    CaseView {
        kind: draft.kind.clone(),
        channel: body.channel.to_string(),
        customer_type: draft.customer_type.clone(),
        category: body.category.as_ref().map(ToString::to_string).unwrap_or_default(),
        department: department.map(ToString::to_string).unwrap_or_default(),
        complained_of: body.complained_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        instance: 1,
    }
}
